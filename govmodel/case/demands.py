"""Edits to the demand table that travel in a case: which seat asks for which lever, how much, when a goal is missed.

An edit names a cell, `seat.goal.lever`, and a size from -1 to 1; 0 empties the cell. The published table stands in
`facts/<country>/demands.csv`; how it is used stands in `structures/demands.py`.
"""

import csv
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ..foundations.errors import InputError, nearest
from . import levers as lever_room
from .levers import FACTS_FOLDER, SEATS

FILE = "demands.csv"


@lru_cache(maxsize=8)
def published(country: str = "china") -> Mapping[str, float]:
    """Give the sizes of the published table by cell, `seat.goal.lever`."""
    with (FACTS_FOLDER / country / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return MappingProxyType({f"{row['seat']}.{row['goal']}.{row['lever']}": float(row["size"]) for row in rows})


@lru_cache(maxsize=8)
def _goals(country: str) -> Mapping[str, tuple[str, ...]]:
    """List the names of every seat's goals."""
    tables = tomllib.loads((FACTS_FOLDER / country / "goals.toml").read_text(encoding="utf-8"))
    return {seat: tuple(goals) for seat, goals in tables.items()}


def _flat(given: Mapping, path: str = "") -> dict:
    """Write `{recyclers = {profit = {subsidy = 1}}}`, which TOML makes of a bare recyclers.profit.subsidy, by cell."""
    cells = {}
    for key, value in given.items():
        name = f"{path}.{key}" if path else str(key)
        cells |= _flat(value, name) if isinstance(value, Mapping) else {name: value}
    return cells


def check(given: Mapping, country: str) -> dict[str, float]:
    """Accept edits by cell; what the table says anyway is no edit."""
    given = _flat(given)
    for cell, size in given.items():
        where = f"scenario.demands.{cell}"
        parts = str(cell).split(".")
        if len(parts) != 3:
            raise InputError(where, "a cell, as seat.goal.lever", cell, "For example: recyclers.profit.subsidy.")
        seat, goal, lever = parts
        if seat not in SEATS:
            raise InputError(where, "a cell of one of the eight seats", seat, nearest(seat, SEATS, "Seats"))
        if goal not in _goals(country)[seat]:
            known = _goals(country)[seat]
            raise InputError(where, f"a goal of {seat}", goal, nearest(goal, known, "Goals"))
        if lever not in lever_room.load(country):
            raise InputError(where, "the name of a lever", lever, nearest(lever, lever_room.load(country), "Levers"))
        if isinstance(size, bool) or not isinstance(size, (int, float)) or not -1.0 <= size <= 1.0:
            raise InputError(where, "a size from -1 to 1, a part of the lever's step", size, "0 empties the cell.")
    table = published(country)
    return {cell: float(size) for cell, size in sorted(given.items()) if float(size) != table.get(cell, 0.0)}
