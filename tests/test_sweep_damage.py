"""Sweeps that were damaged, lie where nothing can be written, or have odd names: told plainly, never guessed."""

import pytest

from govmodel.study import results
from govmodel.study import sweep as room
from tests.sweeps import write_study


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
