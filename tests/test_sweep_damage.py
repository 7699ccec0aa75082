"""Sweeps that were damaged, lie where nothing can be written, or have odd names: told plainly, never guessed."""

import sqlite3
import sys

import pytest

from govmodel.foundations.errors import InputError
from govmodel.study import results
from govmodel.study import sweep as room
from govmodel.study.store import LEDGER, LOCK, MANIFEST
from tests.sweeps import write_study
from tests.test_bad_input import call, refused


@pytest.fixture
def swept(tmp_path):
    """Sweep a study of two short runs; the folder has a name that an address would not hold as it is."""
    folder = tmp_path / "run#1 50%41"
    room.sweep(write_study(tmp_path, values=(0.0, 10.0), replications=1), folder, engine="serial")
    return folder


def edit(folder, *statements: str) -> None:
    """Change the ledger of a sweep behind its back."""
    ledger = sqlite3.connect(folder / LEDGER, isolation_level=None)
    for statement in statements:
        ledger.execute(statement)
    ledger.close()


def test_a_sweep_is_read_whatever_its_folder_is_called(swept):
    before = sorted(path.name for path in swept.parent.iterdir())
    assert room.status(swept)["done"] == 2 and len(results.read(swept).runs) == 2
    assert sorted(path.name for path in swept.parent.iterdir()) == before


def test_a_disk_that_refuses_the_lock_is_no_other_sweep_and_a_lock_left_behind_keeps_nobody_out(tmp_path):
    study, out = write_study(tmp_path, values=(0.0,), replications=1), tmp_path / "out"
    (out / LOCK).mkdir(parents=True)  # stands for a disk on which it cannot be opened
    told = call("sweep", study, "--out", out, "--engine", "serial")
    assert told.exit_code == 3 and LOCK in told.stderr and "disk has room" in told.stderr
    assert "no other sweep" not in told.stderr and told.stderr.count("\n") == 1
    (out / LOCK).rmdir()
    (out / LOCK).touch()
    assert room.sweep(study, out, engine="serial").done == 1


def test_a_kept_study_in_another_encoding_is_told_by_its_name(swept):
    (swept / "study.toml").write_bytes(b'question = "caf\xe9"\n')
    with pytest.raises(InputError, match=r"study file .*study\.toml: wanted a TOML file in UTF-8"):
        results.read(swept)


@pytest.mark.parametrize("payload", ["'garbage'", "replace(payload, '0.', '0.9')", "cast(x'7bff7d' as text)"])
def test_a_result_that_was_edited_is_not_exported_and_verify_shows_it(swept, payload):
    study, before = swept.parent / "study.toml", (swept / "results" / "runs.parquet").read_bytes()
    edit(swept, f"update result set payload = {payload}")
    with pytest.raises(InputError, match="folder: wanted the result of run .* as it was written; got 'another one'"):
        room.export(study, swept)
    assert (swept / "results" / "runs.parquet").read_bytes() == before
    assert not all(row["ok"] for row in room.verify(study, swept))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a link that leads nowhere")
def test_a_finished_sweep_is_read_where_nothing_can_be_written_and_a_torn_one_is_refused(swept):
    (swept / f"{LEDGER}-shm").symlink_to(swept / "nowhere" / "at all")  # SQLite cannot make its side file
    assert call("sweep", swept.parent / "study.toml", "--out", swept, "--status").exit_code == 0
    assert len(results.read(swept).runs) == 2
    (swept / f"{LEDGER}-wal").write_bytes(b"results that were not yet put into the ledger")
    told = call("sweep", swept.parent / "study.toml", "--out", swept, "--status")
    assert told.exit_code == 3 and LEDGER in told.stderr and told.stderr.count("\n") == 1


@pytest.mark.parametrize("lost", ["plan", "code", "runs"])
def test_a_ledger_that_lost_what_it_says_of_its_plan_is_refused(swept, lost):
    edit(swept, f"delete from meta where key = '{lost}'")
    study = swept.parent / "study.toml"
    for words in (["--status"], ["--export"], ["--verify"], []):
        refused(call("sweep", study, "--out", swept, *words), LEDGER, f"nothing of {lost}")
    refused(call("analyse", swept, "pairs"), LEDGER, "Copy it again")


def test_an_empty_ledger_is_refused_by_readers_and_filled_by_a_sweep(swept):
    (swept / LEDGER).write_bytes(b"")
    refused(call("analyse", swept, "pairs"), LEDGER, "code, plan, runs")
    with pytest.raises(InputError, match=LEDGER):
        room.status(swept)
    assert room.sweep(swept.parent / "study.toml", swept, engine="serial").done == 2


@pytest.mark.parametrize("text", ["{}", "[]", "5", '{"files": 5}'])
def test_a_manifest_that_says_nothing_is_refused_with_the_way_to_make_it_anew(swept, text):
    (swept / MANIFEST).write_text(text, encoding="utf-8")
    refused(call("analyse", swept, "pairs"), MANIFEST, "--export")
