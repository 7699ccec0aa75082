"""One at a time: every number that is ASSUMED or CALIBRATED moved down and up alone, and how much that matters.

A number is moved by half of itself, and at most by a fifth of the range it may take; one that is zero by a twentieth of
its range. That is no probability: it asks how far the answer leans on a number that nobody has measured.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..case.case import Case
from ..foundations import parameters as parameter_room
from ..foundations.errors import InputError
from ..foundations.parameters import Parameter
from .changes import Effects, effects
from .workers import Report

YEARS = (2025, 2030)
INDICATOR = "formal_share"
UNSURE = ("ASSUMED", "CALIBRATED")
LARGEST_STEP, RELATIVE_STEP, STEP_FROM_ZERO = 1 / 5, 1 / 2, 1 / 20


@dataclass(frozen=True)
class Leaning:
    """How far the answer leans on one parameter: its values, and the median change at each by year."""

    parameter: Parameter
    value: float
    low: float
    high: float
    at_low: np.ndarray  # (years,) median change
    at_high: np.ndarray
    noise: float  # half the widest 90 % band of any of these changes

    @property
    def size(self) -> float:
        """The largest median change in any year, whatever its sign."""
        return float(np.nanmax(np.abs([self.at_low, self.at_high]), initial=0.0))


@dataclass(frozen=True)
class TrustTable:
    """All parameters by how much they matter."""

    effects: Effects
    leanings: tuple[Leaning, ...]

    def frame(self) -> pd.DataFrame:
        """One row a parameter, the one that matters most first."""
        rows = []
        for one in self.leanings:
            p = one.parameter
            row = {"parameter": p.name, "room": p.room, "source": p.source, "unit": p.unit}
            row |= {"value": one.value, "low": one.low, "high": one.high}
            for j, year in enumerate(self.effects.years):
                row |= {f"low_{year}": one.at_low[j], f"high_{year}": one.at_high[j]}
            rows.append(row | {"size": one.size, "noise": one.noise, "description": p.description})
        return pd.DataFrame(rows)


def steps(parameter: Parameter, value: float) -> tuple[float, float]:
    """Give the low and the high value at which a parameter is tried."""
    span = parameter.high - parameter.low
    step = min(span * LARGEST_STEP, abs(value) * RELATIVE_STEP) if value else span * STEP_FROM_ZERO
    return max(parameter.low, value - step), min(parameter.high, value + step)


def one_at_a_time(
    case: Case,
    replications: int = 4,
    seed: int = 0,
    workers: int = 1,
    report: Report | None = None,
    names: tuple[str, ...] | None = None,
) -> TrustTable:
    """Move every unsure parameter of a case (or those named) alone; paired by seed with the case itself."""
    known = parameter_room.load(case.country)
    chosen = [known[name] for name in names] if names else [p for p in known.values() if p.source in UNSURE]
    if not chosen:
        raise InputError("parameters", "at least one that is ASSUMED or CALIBRATED", names)
    tried, variants = {}, {}
    for parameter in chosen:
        value = case.parameters[parameter.name]
        tried[parameter.name] = steps(parameter, value)
        for side, moved in zip(("low", "high"), tried[parameter.name]):
            if moved != value:
                variants[f"{parameter.name} {side}"] = case.with_(parameters={parameter.name: moved})
    found = effects(case, variants, [INDICATOR], YEARS, replications, seed, workers, report)
    leanings = [_leaning(parameter, case, tried[parameter.name], found) for parameter in chosen]
    return TrustTable(found, tuple(sorted(leanings, key=lambda one: (-one.size, one.parameter.name))))


def _leaning(parameter: Parameter, case: Case, tried: tuple[float, float], found: Effects) -> Leaning:
    nothing = np.zeros((3, len(YEARS)))
    bands = [
        found.band(name)[:, 0] if (name := f"{parameter.name} {side}") in found.changes else nothing
        for side in ("low", "high")
    ]
    noise = max(float(np.nanmax(band[2] - band[0], initial=0.0)) for band in bands) / 2.0
    return Leaning(parameter, case.parameters[parameter.name], *tried, bands[0][1], bands[1][1], noise)
