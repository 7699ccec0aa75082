"""Sweeps: whatever happens, nothing is lost, nothing is doubled, and the tables are those of an undisturbed sweep."""

import json
import os
import signal
import sqlite3
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

import govmodel as gm
from govmodel.foundations.errors import GovmodelError, InputError
from govmodel.study import live_one as worker
from govmodel.study import pasts, results
from govmodel.study import store as store_room
from govmodel.study import sweep as room
from govmodel.study.design import points
from govmodel.study.engines import Serial
from govmodel.study.plan import in_turn
from govmodel.study.store import DONE, FAILED, Changed, Locked, Store
from govmodel.study.study_file import check
from tests.sweeps import command, committed, finish, members, tables, until, write_study

POSIX = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
MANY = tuple(float(value) for value in range(30))


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> dict:
    """Undisturbed serial sweeps: a small one and one of many runs."""
    made = {}
    for name, values in (("small", (0.0, 10.0, 20.0)), ("many", MANY)):
        folder = tmp_path_factory.mktemp(name)
        study = write_study(folder, values, replications=2 if name == "small" else 1)
        swept = room.sweep(study, folder / "out", engine="serial")
        assert swept.done == swept.total
        made[name] = (study, tables(folder / "out"))
    return made


# what is run


def test_a_sweep_is_every_point_arm_and_replication_and_common_luck_joins_them(tmp_path):
    study = write_study(tmp_path, structures=("market", "government_led"))
    swept = room.sweep(study, tmp_path / "out", engine="serial")
    runs = swept.runs
    assert list(runs.columns[:4]) == ["structure", "replication", "point", "run_id"]
    assert len(runs) == 3 * 2 * 2 and runs["run_id"].is_unique
    case = gm.Case.load("china").with_(scale=200000, start="2026-01", until="2026-02", levers={"subsidy": 10.0})
    table = gm.run(case, seed=3).indicators
    row = runs[(runs["subsidy"] == 10.0) & (runs["replication"] == 0) & (runs["structure"] == "market")]
    assert row["licensed"].item() == table["formal_gwh"].sum() / table["released_gwh"].sum()


def test_an_interrupted_sweep_has_seen_every_arm_and_points_from_everywhere(tmp_path):
    plan = room.plan_of(write_study(tmp_path, MANY, 4, ("market", "collaborative")))
    first = in_turn(plan.runs)[:30]
    assert {run.structure for run in first} == {"market", "collaborative"}
    assert {run.replication for run in first} == {0}
    assert max(run.point for run in first) > 20


@pytest.mark.parametrize(("engine", "workers"), [("serial", 1), ("processes", 1), ("processes", 2), ("processes", 4)])
def test_any_engine_and_number_of_workers_leaves_the_same_bytes(clean, tmp_path, engine, workers):
    study, wanted = clean["small"]
    room.sweep(study, tmp_path / "out", engine=engine, workers=workers)
    assert tables(tmp_path / "out") == wanted


def test_runs_that_differ_from_2026_on_live_their_past_once_and_end_in_the_same_bytes(tmp_path):
    """A remembered past changes nothing: neither under another structure, nor lever, nor luck, nor world."""
    study = write_study(tmp_path, (0.0, 20.0), 2, ("market", "collaborative"), until="2027-06")
    study.write_text(study.read_text("utf-8").replace('start = "2026-01"', 'start = "2025-01"'), "utf-8")
    plan = room.plan_of(study)
    pasts._remembered.clear()
    told = [worker.live_one(run)[:2] for run in plan.runs]
    assert len(pasts._remembered) == 2  # one for each luck
    assert told == [worker.live_one(replace(run, shares_past=False))[:2] for run in plan.runs]
    assert len({payload for _, payload in told}) > 4


def test_worlds_and_paths_that_differ_before_2026_are_other_pasts():
    case = gm.Case.load("china").with_(scale=200_000)
    past = pasts.past_of(case, 1)
    same = (case.with_(structure="collaborative"), case.with_(levers={"subsidy": 20.0}))
    changes = {"levers": {"subsidy": {"2023-01": 5.0}}}, {"metal_prices": "crash"}, {"start": "2022-01"}
    other = [case.with_(**change) for change in (*changes, {"parameters": {"life_bus": 2.0}}, {"without": ["trust"]})]
    assert {pasts.past_of(each, 1) for each in same} == {past}
    assert len({past, pasts.past_of(case, 2), *(pasts.past_of(each, 1) for each in other)}) == 2 + len(other)


# what may happen


@POSIX
def test_a_driver_that_is_killed_again_and_again_loses_and_doubles_nothing(clean, tmp_path):
    """Kill -9 at whatever moment: the sweep goes on, no process is left, the tables are those of a clean sweep."""
    study, wanted = clean["many"]
    out, kills = tmp_path / "out", 0
    for share in (1, 6, 12, 20):
        driver = command("sweep", study, "--out", out, "--workers", 2)
        until(lambda share=share, driver=driver: committed(out) >= share or driver.poll() is not None)
        os.kill(driver.pid, signal.SIGKILL)
        driver.communicate()
        kills += 1
        until(lambda driver=driver: not members(driver.pid), 4.0)
    code, told, said = finish("sweep", study, "--out", out, "--workers", 2)
    assert code == 0, said
    assert "30 of 30 runs done, 0 failed" in told
    assert tables(out) == wanted
    assert room.status(out)["attempts"] <= 30 + kills


def test_a_pool_that_breaks_while_a_run_is_handed_out_does_not_lose_it(clean, tmp_path, monkeypatch):
    """The pool may be found broken when a run is handed out: that run is done by the next pool."""
    study, wanted = clean["small"]
    refusals, submit = [BrokenProcessPool("gone"), None, BrokenProcessPool("gone"), None], Serial.submit

    def breaks(self, work, *arguments):
        refusal = refusals.pop() if refusals else None
        if refusal:
            raise refusal
        return submit(self, work, *arguments)

    monkeypatch.setattr(Serial, "submit", breaks)
    swept = room.sweep(study, tmp_path / "out", engine="serial")
    assert swept.done == swept.total and not refusals
    assert tables(tmp_path / "out") == wanted


@POSIX
def test_a_worker_that_is_killed_is_replaced(clean, tmp_path):
    study, wanted = clean["many"]
    driver = command("sweep", study, "--out", tmp_path / "out", "--workers", 2)
    until(lambda: committed(tmp_path / "out") >= 3)
    for pid in members(driver.pid):
        if pid != driver.pid and b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            break
    told, said = driver.communicate(timeout=120)
    assert driver.returncode == 0, said
    assert "30 of 30 runs done, 0 failed" in told and tables(tmp_path / "out") == wanted


def test_a_run_that_kills_its_worker_every_time_is_given_up_and_the_others_are_done(tmp_path, monkeypatch):
    study = write_study(tmp_path, values=(0.0, 10.0, 20.0, 30.0), replications=1)
    monkeypatch.setattr(room, "live_one", _dies_at_ten)
    swept = room.sweep(study, tmp_path / "out", workers=2)
    assert (swept.done, swept.failed) == (3, 1)
    assert list(swept.failures["status"]) == ["crashed"] and "died" in swept.failures["error"].item()


def _dies_at_ten(run):
    if run.factors["subsidy"] == 10.0:
        os._exit(9)
    return worker.live_one(run)


def test_a_run_that_raises_is_a_row_with_its_traceback_and_retry_does_just_that_one(clean, tmp_path, monkeypatch):
    study, wanted = clean["small"]
    real = worker._measured

    def raising(run):
        if run.factors["subsidy"] == 10.0 and run.replication == 1:
            raise ValueError("a planted mistake")
        return real(run)

    monkeypatch.setattr(worker, "_measured", raising)
    swept = room.sweep(study, tmp_path / "out", engine="serial")
    assert (swept.done, swept.failed) == (5, 1)
    assert "a planted mistake" in swept.failures["error"].item() and "Traceback" in swept.failures["error"].item()
    monkeypatch.undo()
    before = room.status(tmp_path / "out")["attempts"]
    assert room.sweep(study, tmp_path / "out", engine="serial").failed == 1, "a failed run is not tried again by itself"
    assert room.sweep(study, tmp_path / "out", engine="serial", retry=True).failed == 0
    assert room.status(tmp_path / "out")["attempts"] == before + 1
    assert tables(tmp_path / "out") == wanted


def test_a_run_that_takes_too_long_is_given_up(tmp_path):
    study = write_study(tmp_path, values=(0.0,), replications=1)
    study.write_text(study.read_text(encoding="utf-8") + "\n[limits]\nseconds = 1e-9\n", encoding="utf-8")
    swept = room.sweep(study, tmp_path / "out", engine="serial")
    assert swept.failed == 1 and "limits.seconds" in swept.failures["error"].item()


@POSIX
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_once_keeps_what_is_being_done_and_twice_leaves_at_once(clean, tmp_path, times):
    study, wanted = clean["many"]
    driver = command("sweep", study, "--out", tmp_path / "out", "--workers", 2)
    until(lambda: committed(tmp_path / "out") >= 2)
    for _ in range(times):
        os.killpg(driver.pid, signal.SIGINT)
        time.sleep(0.05)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130 and "goes on" in said
    until(lambda: not members(driver.pid), 4.0)
    assert 2 <= committed(tmp_path / "out") < 30
    room.sweep(study, tmp_path / "out", engine="serial")
    assert tables(tmp_path / "out") == wanted


def test_a_second_driver_is_refused(tmp_path):
    plan = room.plan_of(write_study(tmp_path))
    first = Store(tmp_path / "out").open(plan)
    try:
        with pytest.raises(Locked, match="no other sweep"):
            Store(tmp_path / "out").open(plan)
        code, _, said = finish("sweep", tmp_path / "study.toml", "--out", tmp_path / "out")
        assert code == 2 and "no other sweep" in said
    finally:
        first.close()
    Store(tmp_path / "out").open(plan).close()


def test_a_changed_study_and_changed_code_are_refused_and_nothing_is_overwritten(tmp_path, monkeypatch):
    study = write_study(tmp_path)
    room.sweep(study, tmp_path / "out", engine="serial", limit=2)
    write_study(tmp_path, values=(0.0, 10.0))
    with pytest.raises(Changed, match="another study"):
        room.sweep(study, tmp_path / "out", engine="serial")
    write_study(tmp_path)
    monkeypatch.setattr("govmodel.study.plan.code_hash", lambda: "another version")
    with pytest.raises(Changed, match="code"):
        room.sweep(study, tmp_path / "out", engine="serial")
    monkeypatch.undo()
    assert room.sweep(study, tmp_path / "out", engine="serial").done == 6


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="another folder"):
        room.sweep(write_study(tmp_path), tmp_path / "out", engine="serial")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


def test_a_full_disk_stops_the_sweep_and_the_ledger_stays_whole(clean, tmp_path):
    study, wanted = clean["many"]
    plan = room.plan_of(study)
    store = Store(tmp_path / "out").open(plan)
    store._ledger.execute("pragma max_page_count = 12")  # a disk with room for twelve pages
    with pytest.raises(sqlite3.OperationalError, match="full"):
        for run in plan.runs:
            store.put(
                run, DONE, json.dumps({"outcomes": {"licensed": 0.5}, "series": [], "filler": "x" * 3000}), 0.1, ""
            )
    done = committed(tmp_path / "out")
    assert store._ledger.execute("pragma integrity_check").fetchone() == ("ok",) and 0 < done < 30
    store.close()


def test_a_disk_that_fills_up_is_told_in_one_line(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from govmodel.cli import app

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "put", full)
    told = CliRunner().invoke(app, ["sweep", str(write_study(tmp_path)), "--engine", "serial"])
    assert told.exit_code == 3 and "full" in told.output and "Traceback" not in told.output


def test_a_torn_export_leaves_the_old_table_whole(clean, tmp_path, monkeypatch):
    study, wanted = clean["small"]
    room.sweep(study, tmp_path / "out", engine="serial")

    def torn(frame, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_room, "write_table", torn)
    with pytest.raises(OSError, match="No space"):
        room.export(study, tmp_path / "out")
    assert tables(tmp_path / "out") == wanted
    assert not list((tmp_path / "out" / "results").glob(".*"))


def test_a_second_result_that_differs_stops_the_sweep(tmp_path):
    plan = room.plan_of(write_study(tmp_path))
    store = Store(tmp_path / "out").open(plan)
    store.put(plan.runs[0], DONE, "one", 0.1, "")
    store.put(plan.runs[0], DONE, "one", 0.1, "")
    with pytest.raises(GovmodelError, match="not deterministic"):
        store.put(plan.runs[0], DONE, "another", 0.1, "")
    store.put(plan.runs[0], FAILED, "a later failure changes nothing", 0.1, "")
    assert store.payload(plan.runs[0].run_id)[0] == DONE
    store.close()


# looking


def test_verify_finds_a_table_that_was_changed(clean, tmp_path):
    study, _ = clean["small"]
    room.sweep(study, tmp_path / "out", engine="serial")
    assert all(row["ok"] for row in room.verify(study, tmp_path / "out", again=2))
    path = tmp_path / "out" / "results" / "runs.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not all(row["ok"] for row in room.verify(study, tmp_path / "out", again=0))


def test_the_command_plans_reports_and_exports(tmp_path):
    study = write_study(tmp_path, values=(0.0, 10.0), replications=1)
    code, told, _ = finish("sweep", study, "--dry-run")
    assert code == 0 and told.startswith("2 runs") and not (tmp_path / "study").exists()
    code, told, said = finish("sweep", study, "--engine", "serial", "--progress", "json")
    assert code == 0 and json.loads(said.strip().splitlines()[-1])["done"] == 2
    code, told, _ = finish("sweep", study, "--status")
    assert json.loads(told)["done"] == 2


# study files


def study_of(**changes) -> dict:
    """Write the content of a study file, with something changed."""
    return {
        "question": "?",
        "factors": [{"name": "subsidy", "kind": "lever", "range": [0.0, 20.0]}],
        "design": {"method": "latin_hypercube", "size": 4},
        "outcomes": [{"name": "share", "indicator": "formal_share"}],
    } | changes


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"colour": 1}, "colour"),
        ({"question": ""}, "question"),
        ({"structures": ["markte"]}, "structures[0]"),
        ({"changes": {"scael": 1}}, "changes"),
        ({"factors": [{"name": "subsidies", "kind": "lever", "range": [0.0, 1.0]}]}, "factors[0].name"),
        ({"factors": [{"name": "subsidy", "kind": "lever", "range": [0.0, 1e9]}]}, "factors[0].range"),
        ({"factors": [{"name": "subsidy", "kind": "lever", "range": [5.0, 1.0]}]}, "factors[0].range"),
        ({"factors": [{"name": "subsidy", "kind": "lever"}]}, "factors[0]"),
        ({"factors": [{"name": "metal_prices", "kind": "scenario", "values": ["boom"]}]}, "factors[0].values"),
        ({"outcomes": [{"name": "share", "indicator": "formal_shar"}]}, "outcomes[0].indicator"),
        ({"outcomes": [{"name": "share", "indicator": "formal_share", "from": "2040-01"}]}, "outcomes[0]"),
        ({"outcomes": []}, "outcomes"),
        ({"design": {"method": "guess"}}, "design.method"),
        ({"design": {"method": "latin_hypercube", "sizes": 3}}, "design.sizes"),
        ({"replications": 0}, "replications"),
        ({"series": ["formal"]}, "series"),
    ],
)
def test_a_wrong_study_is_refused_with_its_cell(changes, cell):
    with pytest.raises(InputError) as refused:
        check(study_of(**changes))
    assert cell in refused.value.field


def test_designs_give_the_points_that_they_promise():
    pytest.importorskip("SALib", reason="SALIB IS NOT THERE: pip install 'govmodel[study]' to test designs")
    two = [{"name": "subsidy", "kind": "lever", "range": [0.0, 20.0]},
           {"name": "metal_prices", "kind": "scenario", "values": ["central", "crash"]}]  # fmt: skip
    hypercube = points(check(study_of(factors=two)))
    assert len(hypercube) == 4 and hypercube == points(check(study_of(factors=two)))
    assert sorted(int(point["subsidy"] // 5) for point in hypercube) == [0, 1, 2, 3]
    sobol = points(check(study_of(factors=two, design={"method": "sobol", "size": 8})))
    assert len(sobol) == 8 * (2 + 2)
    morris = points(check(study_of(factors=two, design={"method": "morris", "size": 5})))
    assert len(morris) == 5 * (2 + 1)
    grid = points(check(study_of(factors=two, design={"method": "factorial", "levels": 3})))
    assert len(grid) == 3 * 2 and {point["subsidy"] for point in grid} == {0.0, 10.0, 20.0}
    with pytest.raises(InputError, match="power of two"):
        points(check(study_of(factors=two, design={"method": "sobol", "size": 7})))


def test_points_may_be_listed_or_read_from_a_file(tmp_path):
    listed = check(study_of(design={"method": "list", "points": [{"subsidy": 3.0}]}))
    assert points(listed) == [{"subsidy": 3.0}]
    (tmp_path / "points.csv").write_text("subsidy\n1\n2.5\n", encoding="utf-8")
    read = check(study_of(design={"method": "file", "path": "points.csv"}))
    assert points(read, tmp_path) == [{"subsidy": 1.0}, {"subsidy": 2.5}]
    with pytest.raises(InputError, match="a value for each"):
        points(check(study_of(design={"method": "list", "points": [{"subsidie": 3.0}]})))


def test_a_study_that_is_gone_from_its_folder_is_asked_for_and_written_again(tmp_path):
    study = write_study(tmp_path, values=(0.0,), replications=1)
    room.sweep(study, tmp_path / "out", engine="serial")
    (tmp_path / "out" / "study.toml").unlink()
    with pytest.raises(InputError, match="govmodel sweep, with the same study, writes it again"):
        results.read(tmp_path / "out")
    room.sweep(study, tmp_path / "out", engine="serial")
    assert (tmp_path / "out" / "study.toml").read_bytes() == study.read_bytes()
    assert results.read(tmp_path / "out").study.question
