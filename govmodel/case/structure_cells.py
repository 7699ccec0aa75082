"""Cells of a structure by name, so that a study can vary them: how its body works, its rules, and its weights.

`body.convener`, `body.meets_every`, `body.delay`, `body.rounds`, `body.sees`, `body.settles`; `rule.LEVER`;
`weight.SEAT` on all levers on which the seat has a say, and `weight.SEAT.LEVER` on one, where it may have none yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..foundations.errors import InputError
from . import levers as lever_room
from .levers import SEATS
from .structures import MOST, RHYTHMS, ROUNDING, RULES, SETTLERS, SIGHTS, Governing


@dataclass(frozen=True)
class Span:
    """What a cell of numbers may take."""

    low: float
    high: float


SHARE = Span(0.0, 1.0)
BODY = {"convener": SHARE, "meets_every": RHYTHMS, "sees": SIGHTS, "settles": SETTLERS}
BODY |= {name: tuple(range(most + 1)) for name, most in MOST.items()}


@lru_cache(maxsize=8)
def cells(country: str) -> Mapping[str, Span | tuple]:
    """List a structure's cells by name, each with the span or the choices that it has."""
    levers = tuple(lever_room.load(country))
    known: dict[str, Span | tuple] = {f"body.{name}": span for name, span in BODY.items()}
    known |= {f"rule.{lever}": RULES for lever in levers} | {f"weight.{seat}": SHARE for seat in SEATS}
    return known | {f"weight.{seat}.{lever}": SHARE for seat in SEATS for lever in levers}


def changed(governing: Governing, country: str, values: Mapping[str, object]) -> dict:
    """Give a structure's table with some cells changed, in every stage of a path.

    A weight that is given for all levers holds where the seat has a say (a new say would be a veto where all must
    agree), one that is given for a lever holds there; seats whose weight is not given share what is left in their old
    proportions. A lever on which nobody else has a say keeps its weights, and one that nobody decides on stays so.
    """
    table = governing.to_dict(country)
    for stage in [one["structure"] for one in table["path"]] if "path" in table else [table]:
        for name, value in values.items():
            kind, _, rest = name.partition(".")
            if kind == "body":
                stage["body"][rest] = value
            elif kind == "rule" and rest in stage["levers"]:
                stage["levers"][rest]["rule"] = value
        for lever, right in stage["levers"].items():
            right["weights"] = _weighted(
                right["weights"], _given(values, lever, right["weights"]), f"weights on {lever}"
            )
    return table


def _given(values: Mapping[str, object], lever: str, old: Mapping[str, float]) -> dict[str, float]:
    """Find the weights that are given for a lever; one for that lever alone goes before one for all."""
    general = {seat: values.get(f"weight.{seat}") for seat in SEATS if old.get(seat)}
    found = {seat: values.get(f"weight.{seat}.{lever}", general.get(seat)) for seat in SEATS}
    return {seat: float(weight) for seat, weight in found.items() if weight is not None}


def _weighted(old: Mapping[str, float], given: Mapping[str, float], cell: str) -> dict[str, float]:
    """Give some seats the weights they are given, and the others what is left."""
    if not given:
        return dict(old)
    left = 1.0 - sum(given.values())
    if left < -ROUNDING:
        raise InputError(cell, "weights that sum to at most 1", f"{1.0 - left:g}", "Narrow the factors' ranges.")
    others = {seat: weight for seat, weight in old.items() if seat not in given}
    whole = sum(others.values())
    if not whole and left > ROUNDING:
        return dict(old)
    share = max(left, 0.0) / whole if whole else 0.0
    return {seat: weight * share for seat, weight in others.items()} | dict(given)
