"""A shelf: the tables of many worlds on disk, in a folder of its own that goes when nobody needs it any more.

Eighty worlds fill gigabytes of memory, most of it with payments. What lies here is compact and quick to put down;
tables are made of it when they are asked for.
"""

import pickle
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from .foundations.calendar import month_name
from .foundations.columns import frame_of
from .foundations.ledger import Ledger
from .performance.frames import TABLES


class Shelf:
    """A folder for the worlds of a comparison: one set of tables for each arm and replication."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="govmodel-"))
        self._end = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def table(self, name: str, arm: int, replication: int) -> pd.DataFrame:
        """Take one table of one world from the shelf."""
        if name != "ledger":
            return frame_of(_take(_place(self.folder, arm, replication, name)))
        books, cells, fen = self._books(arm, replication)
        books.amounts = np.zeros((books.months, len(books.purposes)), np.int64)
        books.amounts.reshape(-1)[cells] = fen
        return books.frame()

    def payments(self, arm: int, replication: int, label: str):
        """Give a world's payments, headed, as a table of Arrow: what `table` gives, without a text a cell."""
        import pyarrow as pa

        text = pa.Table.from_pandas(pd.DataFrame({"": ["text"]})).schema.types[0]  # as a frame's texts are written
        books, cells, fen = self._books(arm, replication)
        when, line = np.divmod(cells, len(books.purposes))
        months = [month_name(books.first_month + month) for month in range(books.months)]
        accounts = pa.array(books.accounts, text)
        columns = {
            "structure": pa.array([label], text).take(np.zeros(len(cells), np.int64)),
            "replication": np.full(len(cells), replication, np.int64),
            "month": pa.array(months, text).take(when),
            "payer": accounts.take(np.asarray(books.payers)[line]),
            "payee": accounts.take(np.asarray(books.payees)[line]),
            "purpose": pa.array(books.purposes, text).take(line),
            "yuan": fen / 100.0,
        }
        return pa.table({name: pa.array(column) for name, column in columns.items()})

    def _books(self, arm: int, replication: int) -> tuple[Ledger, np.ndarray, np.ndarray]:
        """Take a world's ledger without amounts, the places of those that are not zero, and their fen."""
        return _take(_place(self.folder, arm, replication, "ledger"))

    def clear(self) -> None:
        """Throw the folder away."""
        self._end()


def put(folder: Path, arm: int, replication: int, model) -> None:
    """Put the tables of a world that has lived on the shelf in a folder."""
    for name, columns_of in TABLES.items():
        _put(columns_of(model), _place(folder, arm, replication, name))
    amounts = model.ledger.amounts
    cells = np.flatnonzero(amounts)
    books = _lines_of(model.ledger), cells, amounts.reshape(-1)[cells]
    _put(books, _place(folder, arm, replication, "ledger"))


def _put(things: object, place: Path) -> None:
    with place.open("wb") as file:
        pickle.dump(things, file, pickle.HIGHEST_PROTOCOL)


def _take(place: Path) -> object:
    with place.open("rb") as file:
        return pickle.load(file)


def _lines_of(ledger: Ledger) -> Ledger:
    """Copy the lines of a ledger, without what was paid on them."""
    lines = Ledger(ledger.first_month, ledger.months)
    lines.accounts, lines.purposes = ledger.accounts, ledger.purposes
    lines.payers, lines.payees = ledger.payers, ledger.payees
    return lines


def _place(folder: Path, arm: int, replication: int, name: str) -> Path:
    return folder / f"{arm}-{replication}-{name}"


def headed(table: pd.DataFrame, label: str, replication: int) -> pd.DataFrame:
    """Head a world's table with its structure and its replication."""
    table = table.reset_index(drop=True)
    head = {
        "structure": np.full(len(table), label, object),
        "replication": np.full(len(table), replication, np.int64),
    }
    return pd.concat([pd.DataFrame(head), table], axis=1)


def stacked(parts: Iterator[pd.DataFrame]) -> pd.DataFrame:
    """Put tables under one another; those without rows do not blur the kinds of the columns."""
    parts = list(parts)
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
