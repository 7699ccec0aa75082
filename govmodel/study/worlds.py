"""Worlds: many cases lived with the same luck, what they have in common only once, and a few numbers kept of each.

A comparison keeps every table of every arm; a study of many worlds keeps only what it measures. Cases that agree in
all that a world is made of share their past, up to the month in which they first differ: a branch equals the full run
of its case, so how cases are put together changes nothing but the time it takes.
"""

import gc
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arms import lived
from ..case.case import Case
from ..foundations.calendar import month_name
from ..foundations.errors import InputError, nearest
from ..past import months_shared, same_world
from ..performance.indicators import INDICATORS
from ..performance.years import over
from ..workers import Workers
from .workers import Report

HOW = ("mean", "mean_absolute", "ratio", "sum")
TOGETHER = 8  # cases that one process lives one after another from the same past


@dataclass(frozen=True)
class Measure:
    """One number of a run: an indicator over some months, both included.

    mean of the months that have a value; mean_absolute of their sizes; sum; ratio of the two sums that the indicator
    is made of, nothing if there is nothing to divide by.
    """

    indicator: str
    since: int
    until: int
    how: str = "mean"

    def __post_init__(self):
        if self.indicator not in INDICATORS:
            raise InputError(
                "indicator", "an indicator", self.indicator, nearest(self.indicator, INDICATORS, "Indicators")
            )
        if self.how not in HOW:
            raise InputError("measure", f"one of {', '.join(HOW)}", self.how, "")
        if self.how == "ratio" and not INDICATORS[self.indicator].ratio:
            raise InputError("measure", "an indicator that is a ratio of two others", self.indicator, "Use mean.")
        if self.until < self.since:
            raise InputError("period", "a first month and one from it on", month_name(self.until), "")

    def of(self, months: pd.DataFrame) -> float:
        """Take the number from a run's monthly indicators."""
        rows = months[(months["month"] >= month_name(self.since)) & (months["month"] <= month_name(self.until))]
        if self.how == "ratio":
            return over(rows, INDICATORS[self.indicator])
        if self.how == "sum":
            return float(rows[self.indicator].sum())
        values = rows[self.indicator]
        return float((values.abs() if self.how == "mean_absolute" else values).mean())


@dataclass(frozen=True)
class Wanted:
    """A case, and what is to be measured of it."""

    case: Case
    measures: tuple[Measure, ...]


def live_all(
    wanted: Sequence[Wanted], seeds: Sequence[int], workers: int = 1, report: Report | None = None
) -> list[np.ndarray]:
    """Live every case with every seed: for each case its measures, (measures, seeds)."""
    pairs = [(one, seed) for one in wanted for seed in seeds]
    found = live_each(pairs, workers, report)
    return [np.column_stack(found[at * len(seeds) : (at + 1) * len(seeds)]) for at in range(len(wanted))]


def live_each(pairs: Sequence[tuple[Wanted, int]], workers: int = 1, report: Report | None = None) -> list[np.ndarray]:
    """Live every (case, seed) once, however often it is given: the measures of each, in the order given."""
    keys = [(one.case.hash, one.measures, seed) for one, seed in pairs]
    once = dict(zip(keys, pairs))
    tasks, known = _tasks(once), {}

    def hear(number: int, result: list) -> None:
        known.update(zip(tasks[number][2], result))
        if report:
            report(len(known), len(once))

    with Workers(min(workers, max(len(tasks), 1)), apart=True) as pool:
        pool.do(_live, [task[:2] for task in tasks], hear)
    return [np.array(known[key]) for key in keys]


def _tasks(once: dict[tuple, tuple[Wanted, int]]) -> list[tuple]:
    """Put cases that can share a past together, a few at a time: (cases, seed, their keys)."""
    worlds: dict[tuple, list] = {}
    for key, (one, seed) in once.items():
        worlds.setdefault((same_world(one.case), seed), []).append((key, one))
    tasks = []
    for (_, seed), arms in worlds.items():
        for at in range(0, len(arms), TOGETHER):
            keys, some = zip(*arms[at : at + TOGETHER])
            tasks.append((some, seed, keys))
    return tasks


def _live(group: tuple[Wanted, ...], seed: int) -> list[list[float]]:
    """Live some cases of one world from their common past, and measure them."""
    cases, found = [one.case for one in group], []
    for model, one in zip(lived(cases, months_shared(cases), seed), group):
        months = model.indicators
        found.append([measure.of(months) for measure in one.measures])
    del model
    gc.collect()  # worlds are circles of references, and large
    return found
