"""Searches: a front that is found again whatever stopped the search, with no evaluation done twice."""

import os
import signal
import sqlite3
import sys

import pytest

from govmodel.foundations.errors import InputError
from govmodel.study import live_one as worker
from govmodel.study import sweep as room
from govmodel.study.study_file import check
from tests.sweeps import command, committed, finish, tables, until

pytest.importorskip("pymoo", reason="PYMOO IS NOT THERE: pip install 'govmodel[study]' to test searches")

SEARCH = """
question = "Which levers give most for least?"
structures = ["market", "collaborative"]
replications = {replications}
seed = 3

[changes]
scale = 200000
start = "2026-01"
until = "2026-02"

[design]
method = "search"
population = 8
generations = 4
maximise = ["licensed"]
minimise = ["cost"]

[[factors]]
name = "subsidy"
kind = "lever"
range = [0.0, 40.0]

[[factors]]
name = "metal_prices"
kind = "scenario"
values = ["central", "crash"]

[[outcomes]]
name = "licensed"
indicator = "formal_share"
from = "2026-01"
until = "2026-02"

[[outcomes]]
name = "cost"
indicator = "governance_cost"
from = "2026-01"
until = "2026-02"
"""


def write_search(folder, replications=1):
    """Write a search of a few generations of short runs."""
    path = folder / "search.toml"
    path.write_text(SEARCH.format(replications=replications), encoding="utf-8")
    return path


@pytest.fixture
def formula(monkeypatch):
    """Let a run be a formula whose front is known: market without subsidy is cheap, much subsidy gives much."""

    def measured(run):
        share = run.factors["subsidy"] / 40.0
        waste = (run.structure == "collaborative") + (run.factors["metal_prices"] == "crash")
        return {"outcomes": {"licensed": share - waste, "cost": share**2 + waste}, "series": []}

    monkeypatch.setattr(worker, "_measured", measured)


def test_a_search_comes_to_the_known_front(formula, tmp_path):
    swept = room.sweep(write_search(tmp_path), tmp_path / "out", engine="serial")
    assert swept.done == swept.total <= 8 * 4
    runs = swept.runs
    assert runs["run_id"].is_unique and not runs.duplicated(["structure", "subsidy", "metal_prices"]).any()
    told = runs[["licensed", "cost"]].to_numpy()
    best = [not ((told[:, 0] >= a) & (told[:, 1] <= b) & ((told[:, 0] > a) | (told[:, 1] < b))).any() for a, b in told]
    front = runs[best]
    assert (front["structure"] == "market").all() and (front["metal_prices"] == "central").all()  # nothing is wasted
    assert len(front) >= 6 and front["subsidy"].max() - front["subsidy"].min() > 20.0


def test_a_search_that_is_stopped_anywhere_ends_where_an_undisturbed_one_does(formula, tmp_path):
    study = write_search(tmp_path, replications=2)
    whole = room.sweep(study, tmp_path / "whole", engine="serial")
    for at_most in (1, 5, 20):
        part = room.sweep(study, tmp_path / "parts", engine="serial", limit=at_most)
        assert part.done < part.total
    ended = room.sweep(study, tmp_path / "parts", engine="serial")
    assert (ended.done, ended.total) == (whole.done, whole.total)
    assert tables(tmp_path / "parts") == tables(tmp_path / "whole")
    assert room.status(tmp_path / "parts")["attempts"] == whole.done
    room.export(study, tmp_path / "parts")
    assert tables(tmp_path / "parts") == tables(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_a_search_killed_twice_gives_the_same_front_and_repeats_no_evaluation(tmp_path):
    """Real runs, real kills: what was committed is never run again, and the tables are those of a clean search."""
    study, out = write_search(tmp_path), tmp_path / "out"
    clean = room.sweep(study, tmp_path / "clean", engine="serial")
    for share in (3, 17):
        driver = command("sweep", study, "--out", out, "--workers", 2)
        until(lambda share=share, driver=driver: committed(out) >= share or driver.poll() is not None)
        os.kill(driver.pid, signal.SIGKILL)
        driver.communicate()
    code, told, said = finish("sweep", study, "--out", out, "--workers", 2)
    assert code == 0, said
    assert f"{clean.done} of {clean.total} runs done, 0 failed" in told
    assert tables(out) == tables(tmp_path / "clean")
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        attempts = ledger.execute("select count(*), count(distinct run_id) from attempt").fetchone()
    ledger.close()
    assert attempts == (clean.done, clean.done)
    assert all(row["ok"] for row in room.verify(study, out, again=2))


def test_a_search_waits_for_a_run_that_failed_and_goes_on_when_it_is_done(formula, tmp_path, monkeypatch):
    study, real = write_search(tmp_path), worker._measured
    calls = []

    def once(run):
        calls.append(run.run_id)
        if len(calls) == 10:
            raise ValueError("a planted mistake")
        return real(run)

    monkeypatch.setattr(worker, "_measured", once)
    stopped = room.sweep(study, tmp_path / "out", engine="serial")
    assert stopped.failed == 1 and stopped.done < stopped.total
    ended = room.sweep(study, tmp_path / "out", engine="serial", retry=True)
    assert ended.failed == 0 and ended.done == ended.total


def test_a_search_without_values_says_which_outcome(formula, tmp_path, monkeypatch):
    nothing = {"outcomes": {"licensed": None, "cost": 1.0}, "series": []}
    monkeypatch.setattr(worker, "_measured", lambda run: nothing)
    with pytest.raises(InputError, match="licensed"):
        room.sweep(write_search(tmp_path), tmp_path / "out", engine="serial")


@pytest.mark.parametrize(
    ("design", "cell"),
    [
        ({"method": "search", "maximise": ["share"]}, "design"),
        ({"method": "search", "maximise": ["shar"], "minimise": ["cost"]}, "design.maximise"),
        ({"method": "search", "maximise": ["share"], "minimise": ["share"]}, "design.maximise"),
        ({"method": "search", "maximise": ["share"], "minimise": ["cost"], "population": 1}, "design.population"),
        ({"method": "factorial", "maximise": ["share"]}, "design.maximise"),
    ],
)
def test_a_wrong_search_is_refused_with_its_cell(design, cell):
    study = {
        "question": "?",
        "factors": [{"name": "subsidy", "kind": "lever", "range": [0.0, 20.0]}],
        "outcomes": [
            {"name": "share", "indicator": "formal_share"},
            {"name": "cost", "indicator": "governance_cost"},
        ],
    }
    with pytest.raises(InputError) as refused:
        check(study | {"design": design})
    assert refused.value.field == cell
