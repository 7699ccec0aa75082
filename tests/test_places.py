"""Places that cannot be written to: said at once and by the name that was given, with what to do."""

import errno
import os
import tempfile

import pytest

import govmodel as gm
from govmodel import folder as room
from tests.test_bad_input import QUICK, call, refused

REMEDY = {"en": "that the disk has room, or name another place.", "zh": "或另指位置。"}


@pytest.fixture
def full(monkeypatch):
    """Let no folder for a time be made, as on a disc that may not be written to."""

    def fail(prefix, dir):
        raise OSError(errno.EROFS, "Read-only file system", f"{dir}/{prefix}abc")

    monkeypatch.setattr(tempfile, "mkdtemp", fail)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ("run", *QUICK),
        ("compare", *QUICK, "--structures", "market,collaborative"),
        ("validate", "--scale", "200000"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_before_anything_runs(words, lang, full, tmp_path, monkeypatch):
    monkeypatch.setattr("govmodel.model.GovernanceModel.step", lambda model: pytest.fail("a month was lived"))
    told = call(*words, "--out", tmp_path / "my_run", "--lang", lang)
    assert told.exit_code == 3 and told.stdout == ""
    assert str(tmp_path / "my_run") in told.stderr and "partial" not in told.stderr and "Read-only" in told.stderr
    assert told.stderr.strip().endswith(REMEDY[lang])


def test_a_disc_that_fills_up_leaves_nothing_and_is_told_by_the_folders_name(tmp_path, monkeypatch):
    def fail(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(room, "flush", fail)
    run = gm.run(gm.Case.load().with_(scale=200000, until="2021-02"))
    with pytest.raises(OSError, match="No space left") as told:
        run.save(tmp_path / "my_run")
    assert told.value.filename == str(tmp_path / "my_run") and told.value.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == []


def test_looking_whether_a_place_can_be_written_leaves_nothing_behind(tmp_path):
    room.check_place(tmp_path / "not" / "yet" / "there")
    assert os.listdir(tmp_path) == []


def test_a_report_that_cannot_be_written_names_the_file_that_was_wanted(tmp_path):
    assert call("run", *QUICK, "--quiet", "--out", tmp_path / "out").exit_code == 0
    wanted = tmp_path / "file" / "page.html"
    (tmp_path / "file").write_text("a file")
    told = call("report", tmp_path / "out", "--out", wanted)
    assert told.exit_code == 3 and "partial" not in told.stderr and told.stderr.strip().endswith(REMEDY["en"])


def test_the_folder_one_stands_in_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(call("run", *QUICK, "--out", "."), "out", "name a new folder in it")
    assert os.listdir(tmp_path) == []


def test_a_document_without_a_place_for_a_table_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("govmodel.model.GovernanceModel.step", lambda model: pytest.fail("a month was lived"))
    page = tmp_path / "page.md"
    assert call("validate", "--page", page).exit_code == 3
    page.write_text("no marks", encoding="utf-8")
    for command in ("validate", "knockouts", "trust", "degenerate", "propositions", "robustness"):
        refused(call(command, "--page", page), "--page", "Add them.")
