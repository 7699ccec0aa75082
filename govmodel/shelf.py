"""A shelf: the tables of many worlds on disk, in a folder of its own that goes when nobody needs it any more.

Eighty worlds fill gigabytes of memory, most of it with payments. What lies here is compact and quick to put down;
tables are made of it when they are asked for.
"""

import pickle
import shutil
import tempfile
import weakref
from pathlib import Path

from .foundations.columns import Columns, head, rows_of
from .performance.frames import TABLES


class Shelf:
    """A folder for the worlds of a comparison: one set of tables for each arm and replication."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="govmodel-"))
        self._end = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def table(self, name: str, arm: int, replication: int, label: str) -> Columns:
        """Take one table of one world from the shelf, headed by the arm's label and the replication."""
        with _place(self.folder, arm, replication, name).open("rb") as file:
            columns = pickle.load(file)
        return head(label, replication, rows_of(columns)) | columns

    def clear(self) -> None:
        """Throw the folder away."""
        self._end()


def put(folder: Path, arm: int, replication: int, model) -> None:
    """Put the tables of a world that has lived on the shelf in a folder."""
    for name, columns_of in TABLES.items():
        with _place(folder, arm, replication, name).open("wb") as file:
            pickle.dump(columns_of(model), file, pickle.HIGHEST_PROTOCOL)


def _place(folder: Path, arm: int, replication: int, name: str) -> Path:
    return folder / f"{arm}-{replication}-{name}"
