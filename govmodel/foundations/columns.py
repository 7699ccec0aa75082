"""Columns: tables before they are frames; what is a text in many rows is kept as places in a short list of names."""

from collections.abc import Sequence
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


def frame_of(columns: Columns) -> pd.DataFrame:
    """Make a tidy frame of columns."""
    return pd.DataFrame({name: _array(column) for name, column in columns.items()})


def _array(column: np.ndarray | Words):
    if isinstance(column, Words):  # a text is made once for each name, not for every row
        return pd.Series(list(column.names), dtype=str).array.take(column.places.astype(np.intp))
    return column
