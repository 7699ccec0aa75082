"""Columns: tables before they are frames; what is a text in many rows is kept as places in a short list of names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Words:
    """A column of texts: names, and for every row the place of its own among them."""

    names: Sequence[str]
    places: np.ndarray

    def __post_init__(self):
        smallest = np.min_scalar_type(max(len(self.names) - 1, 0))
        object.__setattr__(self, "places", np.asarray(self.places).astype(smallest, copy=False))


Columns = dict[str, "np.ndarray | Words"]


def head(label: str, replication: int, rows: int) -> Columns:
    """Head a world's table: the structure that it lived under and its replication, alike in every row."""
    return {"structure": Words([label], np.zeros(rows)), "replication": np.full(rows, replication, np.int64)}


def rows_of(columns: Columns) -> int:
    """Count the rows of a table."""
    first = next(iter(columns.values()))
    return len(first.places if isinstance(first, Words) else first)


def frame_of(columns: Columns) -> pd.DataFrame:
    """Make a tidy frame of columns."""
    return pd.DataFrame({name: _array(column) for name, column in columns.items()})


def headed(table: pd.DataFrame, label: str, replication: int) -> pd.DataFrame:
    """Head a world's frame with its structure and its replication."""
    first = frame_of(head(label, replication, len(table)))
    return pd.concat([first, table.reset_index(drop=True)], axis=1)


def stacked(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put frames under one another; those without rows do not blur the kinds of the columns."""
    parts = list(parts)
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def arrow_of(columns: Columns):
    """Make a table of Arrow of columns: what `frame_of` gives, as it is written to disk."""
    import pyarrow as pa

    return pa.table({name: pa.array(_array(column), from_pandas=True) for name, column in columns.items()})


def _array(column: np.ndarray | Words):
    if isinstance(column, Words):  # a text is made once for each name, not for every row
        return pd.Series(list(column.names), dtype=str).array.take(column.places.astype(np.intp))
    return column
