"""Sweeps that were damaged, lie where nothing can be written, or have odd names: told plainly, never guessed."""

import pytest

from govmodel.study import results
from govmodel.study import sweep as room
from govmodel.study.store import LOCK
from tests.sweeps import write_study
from tests.test_bad_input import call


@pytest.fixture
def swept(tmp_path):
    """Sweep a study of two short runs; the folder has a name that an address would not hold as it is."""
    folder = tmp_path / "run#1 50%41"
    room.sweep(write_study(tmp_path, values=(0.0, 10.0), replications=1), folder, engine="serial")
    return folder


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
