"""What was damaged or broken off is told: no wrong number is read, nobody waits in vain, all that is said is so."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import govmodel as gm
from govmodel import shell
from govmodel.report import figures
from govmodel.workers import Workers
from tests.sweeps import ROOT, command, members, until
from tests.test_bad_input import QUICK, call, refused


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Save a comparison and give its folder."""
    case = gm.Case.load().with_(scale=200_000, until="2021-02")
    return gm.compare(case, case.with_(structure="collaborative"), replications=1, workers=1).save(
        tmp_path_factory.mktemp("whole") / "both"
    )


@pytest.mark.parametrize("name", ["indicators", "flows", "ledger", "actors"])
def test_a_table_in_which_one_bit_has_turned_is_refused_when_it_is_read(saved, name, tmp_path):
    """Parquet itself would give other numbers without a word."""
    folder = shutil.copytree(saved, tmp_path / "hurt")
    getattr(gm.load_comparison(folder), name)
    hurt = bytearray((folder / f"{name}.parquet").read_bytes())
    hurt[len(hurt) // 3] ^= 1
    (folder / f"{name}.parquet").write_bytes(hurt)
    with pytest.raises(gm.InputError, match=f"{name}.parquet was damaged or changed"):
        getattr(gm.load_comparison(folder), name)
    if name == "ledger":
        with pytest.raises(gm.InputError, match="damaged or changed"):
            gm.load_comparison(folder).save(tmp_path / "again")
        assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"case.toml": 5}},
        {"files": {"case.toml": {}}},
        {"seeds": []},
        {"seeds": 5},
        {"seeds": [-1]},
        {"files": []},
    ],
)
def test_a_provenance_that_lost_what_it_says_is_refused(saved, change, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "hurt")
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change), encoding="utf-8")
    with pytest.raises(gm.InputError, match=f"It lacks {next(iter(change))}"):
        gm.load_comparison(folder)
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(gm.InputError, match="readable text"):
        gm.load_comparison(folder)


@pytest.mark.parametrize("arms", [5, [], {}, None, "x", [5], [{}], [{"structure": [], "file": "x"}]])
def test_a_comparison_that_lost_its_arms_is_refused(saved, arms, tmp_path):
    path = shutil.copytree(saved, tmp_path / "hurt") / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"arms": arms}), encoding="utf-8")
    with pytest.raises(gm.InputError, match="^comparison folder: wanted the arms of a comparison"):
        gm.load_comparison(path.parent)


def test_a_table_that_is_not_listed_is_not_read(saved, tmp_path):
    path = shutil.copytree(saved, tmp_path / "hurt") / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": {}}), encoding="utf-8")
    with pytest.raises(gm.InputError, match="flows.parquet was damaged or changed"):
        _ = gm.load_comparison(path.parent).flows


@pytest.mark.parametrize(
    "given", [5, {}, {"sets": [], "study": "x"}, {"sets": 5, "study": "x"}, {"sets": [3], "study": "x"}]
)
def test_an_ensemble_that_lost_what_it_says_is_refused(given, tmp_path):
    run = gm.run(gm.Case.load().with_(scale=200_000, until="2021-02"), replications=2)
    path = run.save(tmp_path / "run") / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"parameters": given}), encoding="utf-8")
    with pytest.raises(gm.InputError, match="^parameters: "):
        gm.load_run(tmp_path / "run")


def test_a_link_and_a_name_that_is_no_text_are_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("govmodel.model.GovernanceModel.step", lambda model: pytest.fail("a month was lived"))
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    refused(call("run", *QUICK, "--out", tmp_path / "link"), "out", "This is a link")
    assert call("run", *QUICK, "--out", tmp_path / "link" / "below").exit_code == 3
    refused(call("run", *QUICK, "--out", str(tmp_path / "caf\udce9")), "out", "Name another one.")


def test_a_name_with_a_null_character_is_refused(tmp_path):
    for act in (gm.Case.load().save, gm.load_month, gm.load_run, lambda name: gm.sweep(name, tmp_path / "out")):
        with pytest.raises(gm.InputError, match="without a null character"):
            act("a\0b")


@pytest.mark.parametrize("change", [{"name": "a\udce9"}, {"structure": {"base": "market", "title": "a\udce9"}}])
def test_a_case_that_could_not_be_written_down_is_refused_before_it_is_run(change):
    with pytest.raises(gm.InputError, match="^(name|title): wanted a text in letters that UTF-8 knows"):
        gm.Case.load().with_(**change)


def test_whoever_waits_for_workers_need_not_wait_for_what_they_are_at_once_it_fails():
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Workers(2) as workers:
        workers.do(time.sleep, [(0.1,), (300.0,), (300.0,)], lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert time.monotonic() - began < 100.0


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP"])
def test_who_is_told_to_end_leaves_neither_rubbish_nor_processes(way, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    number = getattr(signal, way)
    before = signal.signal(number, signal.SIG_DFL)  # under `nohup` it would be ignored, and rightly
    try:
        told = command("compare", "--structures", "market,collaborative", "--replications", 20, "--workers", 2)
    finally:
        signal.signal(number, before)
    until(lambda: list(tmp_path.glob("govmodel-*/*")))
    os.kill(told.pid, number)
    told.communicate(timeout=60)
    assert told.returncode == 128 + number
    assert not list(tmp_path.glob("govmodel-*"))
    until(lambda: not members(told.pid), 4.0)


@pytest.mark.parametrize(("lang", "said"), [("en", "were saved before, whole, in"), ("zh", "此前已将全部数据表保存至")])
def test_who_stops_a_run_that_is_saved_already_is_told_so(lang, said, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(figures, "save_overview", stop)
    told = call("run", *QUICK, "--out", tmp_path / "out", "--lang", lang)
    assert told.exit_code == 130 and said in told.stderr and str(tmp_path / "out") in told.stderr
    assert len(gm.load_run(tmp_path / "out").indicators)
    monkeypatch.setattr("govmodel.model.GovernanceModel.step", stop)
    assert said not in call("run", *QUICK, "--out", tmp_path / "other", "--lang", lang).stderr
    monkeypatch.setattr("govmodel.folder.check_place", stop)  # before the place is looked at, which holds an older run
    assert said not in call("run", *QUICK, "--out", tmp_path / "out", "--lang", lang).stderr


def test_a_reader_who_has_seen_enough_is_no_failure_and_a_narrow_terminal_loses_no_digit(monkeypatch):
    with pytest.raises(BrokenPipeError):
        shell.console().on_broken_pipe()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    assert shell.console().width == 80
    monkeypatch.setenv("COLUMNS", "132")
    assert shell.console().width == 132
    monkeypatch.setattr(sys, "stdout", None)
    shell.console().print("nobody hears this")


@pytest.mark.skipif(os.name != "posix", reason="closes outputs as a POSIX shell does")
def test_a_run_needs_nobody_who_reads_what_it_says(tmp_path):
    words = [sys.executable, "-m", "govmodel", "run", *QUICK, "--out", tmp_path / "out"]
    assert not subprocess.run(["sh", "-c", 'exec "$0" "$@" >&- 2>&-', *words], cwd=ROOT, timeout=60).returncode
    assert len(gm.load_run(tmp_path / "out").indicators)
