"""Tables on disk: read a CSV file row by row, and say file, row and field of whatever is wrong in it."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from ..foundations.calendar import month_number
from ..foundations.errors import InputError, nearest

TUNED = ("ASSUMED", "CALIBRATED")  # a source that is no publication: a guess, or a number tuned to something named
SHARES_MAY_MISS = 1e-6  # what rounding in a file may leave of a sum of shares


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands and what its fields say."""

    file: str
    line: int
    fields: dict[str, str]

    def wrong(self, column: str, wanted: str, remedy: str) -> InputError:
        """Make the error that says what is wrong with one field."""
        return InputError(f"{self.file} line {self.line}, {column}", wanted, self.fields[column], remedy)

    def text(self, column: str) -> str:
        """Give a field that must not be empty."""
        if not self.fields[column]:
            raise self.wrong(column, "some text", "Fill the field in.")
        return self.fields[column]

    def number(self, column: str, low: float = 0.0, high: float = math.inf) -> float:
        """Give a field as a number within bounds."""
        try:
            value = float(self.fields[column])
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and low <= value <= high):
            bounds = f"a number from {low:g} to {high:g}" if high < math.inf else f"a number of at least {low:g}"
            raise self.wrong(column, bounds, "Correct the number in the file.")
        return value

    def index(self, column: str, options: Sequence) -> int:
        """Give the place of a field among the names (or years) that are allowed there."""
        place = _places(tuple(options)).get(self.fields[column])
        if place is None:
            raise self.wrong(column, f"one of {len(options)} known names", nearest(self.fields[column], options))
        return place

    def month(self, column: str) -> int:
        """Give a field written "YYYY-MM" as a month number."""
        return month_number(self.fields[column], f"{self.file} line {self.line}, {column}")


class Tables:
    """The tables of one folder; every row must name a source that the folder's sources.csv holds."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.sources: dict[str, tuple[str, str]] = {}
        for row in self._rows("sources.csv", ("key", "citation", "mark", "address", "note")):
            key = row.text("key")
            if key in self.sources or key in TUNED:
                raise row.wrong("key", "a name of its own", "Rename one of the two.")
            self.sources[key] = (row.text("citation"), row.text("mark"))

    def rows(self, file: str, columns: Sequence[str]) -> Iterator[Row]:
        """Read the rows of a file whose columns are these, then `source` and `note`."""
        for row in self._rows(file, (*columns, "source", "note")):
            if row.fields["source"] not in self.sources and row.fields["source"] not in TUNED:
                raise row.wrong(
                    "source",
                    "a key of sources.csv, ASSUMED or CALIBRATED",
                    nearest(row.fields["source"], (*self.sources, *TUNED)),
                )
            yield row

    def _rows(self, file: str, columns: Sequence[str]) -> Iterator[Row]:
        path = self.folder / file
        if not path.is_file():
            raise InputError(f"facts folder {self.folder.name}", f"a file {file}", "no such file", "Put the file back.")
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            if header != list(columns):
                raise InputError(
                    f"{file} line 1", f"the columns {','.join(columns)}", ",".join(header), "Restore the header."
                )
            for fields in reader:
                if len(fields) != len(columns):
                    raise InputError(
                        f"{file} line {reader.line_num}",
                        f"{len(columns)} fields",
                        fields,
                        "Quote a field that holds a comma.",
                    )
                yield Row(file, reader.line_num, dict(zip(columns, fields, strict=True)))

    def cube(self, file: str, axes: dict[str, Sequence], values: dict[str, tuple[float, float]]) -> list[np.ndarray]:
        """Read a file with exactly one row for each combination of its axes.

        `axes`: column -> names in order; `values`: column -> (low, high). Gives one float array a value column, one
        dimension an axis.
        """
        shape = tuple(len(names) for names in axes.values())
        arrays = [np.full(shape, np.nan) for _ in values]
        seen = np.zeros(shape, bool)
        for row in self.rows(file, (*axes, *values)):
            place = tuple(row.index(column, names) for column, names in axes.items())
            if seen[place]:
                raise row.wrong(next(iter(axes)), "one row for each combination", "Remove the second row.")
            seen[place] = True
            for array, (column, (low, high)) in zip(arrays, values.items(), strict=True):
                array[place] = row.number(column, low, high)
        if not seen.all():
            missing = [dict(zip(axes, names, strict=True)) for names in product(*axes.values())]
            missing = [names for names, there in zip(missing, seen.ravel(), strict=True) if not there]
            raise InputError(
                file,
                f"a row for {_words(missing[0])}",
                f"{len(missing)} rows missing",
                "Add every missing row; nothing is extrapolated.",
            )
        return arrays


def whole(file: str, what: str, shares: np.ndarray, names: Sequence) -> np.ndarray:
    """Hold shares along the last axis to a sum of 1 (a file's rounding is taken out); `names` label the first axis."""
    total = shares.sum(axis=-1, keepdims=True)
    off = np.argwhere(np.abs(total - 1.0) > SHARES_MAY_MISS)
    if len(off):
        place = tuple(off[0])
        where = f" of {names[place[0]]}" if shares.ndim > 1 else ""
        raise InputError(
            f"{file}: {what}{where}",
            "shares that sum to 1",
            round(float(total[place]), 9),
            "Correct the shares; the largest may take the remainder.",
        )
    return shares / total


@lru_cache(maxsize=64)
def _places(options: tuple) -> dict[str, int]:
    return {str(option): place for place, option in enumerate(options)}


def _words(names: dict) -> str:
    return ", ".join(f"{column}={name}" for column, name in names.items())
