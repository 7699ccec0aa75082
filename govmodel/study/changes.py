"""Changes: what one difference in a case does to some indicators in some years, paired by seed."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..case.case import Case
from ..case.ensemble import in_turn
from ..foundations.calendar import month_number
from ..foundations.errors import InputError, whole
from .workers import Report, observe_all, paired_seeds

POINTS = (0.05, 0.5, 0.95)  # of the replications: a 90 % band around the median


@dataclass(frozen=True)
class Effects:
    """The baseline's indicators, and by how much each variant changes them: one column a replication."""

    case: Case
    seed: int
    replications: int
    baseline: np.ndarray  # (indicators, years, replications)
    changes: Mapping[str, np.ndarray]  # variant -> the same shape
    indicators: tuple[str, ...]
    years: tuple[int, ...]
    sets: int = 1  # of parameters, in which the replications take turns

    def band(self, variant: str) -> np.ndarray:
        """Low, median and high of a variant's changes: (3, indicators, years)."""
        return quantiles(self.changes[variant], POINTS)

    @property
    def usual(self) -> np.ndarray:
        """The baseline's median: (indicators, years)."""
        return quantiles(self.baseline, (0.5,))[0]

    def size(self, variant: str, indicator: str) -> float:
        """Give the largest median change of an indicator over the years, whatever its sign; 0 if there is none."""
        found = np.abs(self.band(variant)[1, self.indicators.index(indicator)])
        return float(np.nanmax(found)) if np.isfinite(found).any() else 0.0

    def frame(self) -> pd.DataFrame:
        """One row a variant, indicator and year: the baseline's median, the change's median and its 90 % band."""
        rows = []
        usual = self.usual
        for variant in self.changes:
            low, median, high = self.band(variant)
            for i, indicator in enumerate(self.indicators):
                for j, year in enumerate(self.years):
                    numbers = (usual[i, j], median[i, j], low[i, j], high[i, j])
                    rows.append((variant, indicator, year, *(float(number) for number in numbers)))
        return pd.DataFrame(
            rows, columns=["variant", "indicator", "year", "baseline", "change", "band_low", "band_high"]
        )


def quantiles(table: np.ndarray, points: Sequence[float]) -> np.ndarray:
    """Give quantiles over the replications (the last axis); nan where no replication has a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns of what is nan in all of them
        return np.nanquantile(table, points, axis=-1)


def effects(
    case: Case,
    variants: Mapping[str, Case],
    indicators: Sequence[str],
    years: Sequence[int],
    replications: int,
    seed: int = 0,
    workers: int = 1,
    report: Report | None = None,
    ensemble: bool | None = False,
) -> Effects:
    """Run a baseline and variants of it with the same seeds and subtract; runs end with the last year asked for.

    With an ensemble a replication has the same parameter set in all of them, but for what a variant sets itself.
    """
    replications = whole("replications", replications, 1)
    last = f"{max(years)}-12"
    cases = [in_turn(short(one, last), ensemble, replications) for one in (case, *variants.values())]
    seeds = paired_seeds(seed, replications)
    tasks = [(one[number % len(one)], own) for number, own in enumerate(seeds) for one in cases]
    outcomes = observe_all(tasks, workers, report)
    table = np.full((len(cases), len(indicators), len(years), len(seeds)), np.nan)
    for number, outcome in enumerate(outcomes):
        place, which = number // len(cases), number % len(cases)
        for j, year in enumerate(years):
            if year in outcome.years.index:
                table[which, :, j, place] = outcome.years.loc[year, list(indicators)].to_numpy(float)
    if np.isnan(table[0]).all():
        wanted = f"a case that runs through {' or '.join(str(year) for year in years)}"
        raise InputError("case", wanted, case.name, "Let it start earlier or end later.")
    changes = {name: table[i + 1] - table[0] for i, name in enumerate(variants)}
    sets = min(len(cases[0]), replications)
    return Effects(case, seed, replications, table[0], changes, tuple(indicators), tuple(years), sets)


def short(case: Case, until: str) -> Case:
    """Cut a case off after a month: what comes later is not looked at."""
    last = month_number(until)
    return case.with_(until=until) if case.start <= last < case.until else case
