"""Pairs: every arm of a sweep against every earlier one, by the rule by which all comparisons are judged."""

from itertools import combinations

import numpy as np
import pandas as pd

from ..foundations.errors import InputError
from ..performance.differences import paired
from .results import Results

ALL = "all"


def pairs(results: Results, outcome: str | None = None, structure: str | None = None, against: str | None = None):
    """Hold arms against each other, replication by replication: at every point, and over all points.

    The row `all` pairs each replication's mean over the points. Columns as those of a comparison: medians, difference
    with its 10 and 90 % points, share above zero, chance of the sign test, verdict.
    """
    if len(results.arms) < 2:
        raise InputError("pairs", "a sweep with at least two arms", results.arms, "Name them under `structures`.")
    if results.study.design.method == "search":
        raise InputError("pairs", "a design in which every arm is run at every point", "search", "Use pareto.")
    parts = []
    for name in [results.outcome(outcome)] if outcome else results.outcomes:
        cube = results.runs.pivot(index=["structure", "point"], columns="replication", values=name)
        for other, arm in combinations(results.arms, 2):
            if structure not in (None, arm, other) or against not in (None, arm, other):
                continue
            if structure == other or against == arm:
                arm, other = other, arm
            parts.append(_pair(results, name, arm, other, cube.loc[arm], cube.loc[other]))
    if not parts:
        raise InputError("pairs", "two different arms", [structure, against], f"Arms: {', '.join(results.arms)}.")
    return pd.concat(parts, ignore_index=True)


def _pair(results: Results, outcome: str, arm: str, against: str, one: pd.DataFrame, other: pd.DataFrame):
    """Judge one outcome of one pair of arms."""
    values, others = (table.to_numpy(float).T for table in (one, other))  # (replications, points)
    told = paired(values, others)
    whole = paired(*(_over_points(table)[:, None] for table in (values, others)))
    rows = pd.DataFrame({key: np.concatenate([whole[key], value]) for key, value in told.items()})
    rows.insert(0, "arm", arm)
    rows.insert(1, "against", against)
    rows.insert(2, "outcome", outcome)
    rows.insert(3, "point", [ALL, *map(str, one.index)])
    for place, factor in enumerate(results.factors, start=4):
        rows.insert(place, factor, [None, *results.points[factor]])
    return rows


def _over_points(table: np.ndarray) -> np.ndarray:
    """Take each replication's mean over the points; none where a point has no value."""
    return table.mean(axis=1)
