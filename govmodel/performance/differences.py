"""Paired differences between the arms of a comparison, with bands and verdicts.

Replication r of every arm has the same luck, so an arm is held against another one replication by replication. A
difference is called "higher" or "lower" only if both of these hold, and otherwise "not distinguishable":

* the band of the paired differences, from their 10 % to their 90 % point, lies on one side of zero: luck of the
  ordinary kind does not turn the difference round; and
* the sign test says so: if the arms differed by chance alone, as many pairs or more would agree in sign in at most 5 %
  of comparisons (two-sided, exact binomial; pairs without any difference are left out, as is usual).

The sign test assumes no distribution; it keeps false alarms below 5 % at every number of replications, and with fewer
than six nothing can be told apart. More replications make the band surer but not narrower: it is the spread over luck,
not the error of a mean. Every row is judged by itself; among very many rows some alarms are false.
"""

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from .indicators import INDICATORS
from .years import by_period

HIGHER, LOWER, ALIKE = "higher", "lower", "not distinguishable"
UNTOLD = "cannot tell"  # stands in no table: what `told` makes of a verdict on too few pairs
LOW, HIGH = 0.1, 0.9  # the ends of the band
CHANCE = 0.05  # of a verdict where there is no difference, at most
FEWEST = 6  # replications with which a verdict is possible
COLUMNS = ("arm", "against", "indicator", "unit", "period", "value", "value_against", "difference", "low", "high",
           "positive", "replications", "chance", "verdict")  # fmt: skip


def differences(indicators: pd.DataFrame, arms: list[str], first_year: int = 0) -> pd.DataFrame:
    """Hold every arm against every earlier one: one row a pair, indicator and period (each year, then 2026-2035).

    value, value_against: medians of the two arms; difference, low, high: median and 10 and 90 % points of the paired
    differences (arm less against); positive: share of replications in which the difference is above zero;
    replications: pairs in which both have a value; chance: of the sign test; verdict: see above.
    """
    table = by_period(indicators, first_year).set_index(["structure", "replication", "period"]).drop(columns="months")
    periods = list(dict.fromkeys(table.index.get_level_values("period")))
    names = list(table.columns)
    size = indicators["replication"].nunique()
    cube = np.stack(
        [table.loc[arm].reindex(pd.MultiIndex.from_product([range(size), periods])).to_numpy(float) for arm in arms]
    ).reshape(len(arms), size, len(periods), len(names))
    parts = []
    for against, arm in combinations(range(len(arms)), 2):
        told = paired(cube[arm], cube[against])
        rows = {
            "arm": arms[arm],
            "against": arms[against],
            "indicator": np.tile(np.array(names, object), len(periods)),
            "unit": np.tile(np.array([INDICATORS[name].unit for name in names], object), len(periods)),
            "period": np.repeat(np.array(periods, object), len(names)),
        }
        parts.append(pd.DataFrame(rows | {key: value.ravel() for key, value in told.items()}))
    found = pd.concat(parts, ignore_index=True)
    return found[list(COLUMNS)]


def paired(values: np.ndarray, against: np.ndarray) -> dict[str, np.ndarray]:
    """Summarise differences over the first axis, the replications; what has no value in one of the two is left out."""
    pairs = values - against
    known = np.isfinite(pairs)
    count = known.sum(axis=0)
    blank = np.where(known, pairs, np.nan)
    positive, negative = (blank > 0).sum(axis=0), (blank < 0).sum(axis=0)
    low, middle, high = _points(blank, (LOW, 0.5, HIGH))
    chance = np.vectorize(sign_test, otypes=[float])(positive, negative)
    sure = chance <= CHANCE
    verdict = np.where(sure & (low > 0), HIGHER, np.where(sure & (high < 0), LOWER, ALIKE)).astype(object)
    return {
        "value": _points(values, (0.5,))[0],
        "value_against": _points(against, (0.5,))[0],
        "difference": middle,
        "low": low,
        "high": high,
        "positive": np.divide(positive, count, out=np.full(count.shape, np.nan), where=count > 0),
        "replications": count,
        "chance": chance,
        "verdict": verdict,
    }


def told(verdict: str, pairs: int) -> str:
    """Give a verdict as every face tells it: with too few pairs for any, that nobody can tell."""
    return verdict if pairs >= FEWEST else UNTOLD


def _points(values: np.ndarray, points: tuple) -> np.ndarray:
    """Give points of the distribution over the first axis, NaN left out; quick where nothing is missing."""
    values = np.where(np.isfinite(values), values, np.nan)
    found = np.quantile(values, points, axis=0)
    holes = np.isnan(values).any(axis=0) & ~np.isnan(values).all(axis=0)
    if holes.any():
        found[:, holes] = np.nanquantile(values[:, holes], points, axis=0)
    return found


@lru_cache(maxsize=4096)
def sign_test(positive: int, negative: int) -> float:
    """Give the chance that a fair coin falls so unevenly or more so: two-sided, exact."""
    tosses, fewer = int(positive + negative), int(min(positive, negative))
    if tosses == 0:
        return 1.0
    return min(1.0, 2 * sum(comb(tosses, heads) for heads in range(fewer + 1)) / 2**tosses)
