"""Flips: which structure leads by which criterion at every point of a sweep, and which factors turn the answer round.

At each point the structures are ranked by the medians over its replications. A lead is sure if the leader beats each of
the others by the rule of all comparisons (performance/differences.py), else it may be luck. A factor moves the answer
if some structure leads more often on one side of it than on the other: low against high half of the points, or the
first against the last of a list of choices. The chance of that is Fisher's exact test for each structure, times the
number of structures. Every factor and criterion is asked, so some alarms are false: how many to expect is
printed.
"""

from dataclasses import dataclass
from functools import cached_property
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd

from ..folder import read_table
from ..foundations.errors import InputError
from ..performance.differences import ALIKE, CHANCE, HIGHER, paired
from . import merit
from .merit import ARMS, COSTS, CRITERIA, MARKET, PLACE, VALUE
from .study_file import StudyFile, read


@dataclass(frozen=True)
class Flips:
    """A sweep over structures and factors, looked at for leads."""

    study: StudyFile
    points: pd.DataFrame  # one row a point: the factors
    values: np.ndarray  # (points, arms, measures, replications)

    @cached_property
    def orders(self) -> dict[str, list[tuple[str, ...]]]:
        """Rank the structures at every point, by every criterion."""
        return {criterion: [order(one, criterion) for one in self.values] for criterion in CRITERIA}

    @cached_property
    def sure(self) -> dict[str, np.ndarray]:
        """Say for every criterion and point whether the lead is sure: bool (points,)."""
        return {
            criterion: np.array([_all(one, ranked[0], ranked[1:], criterion) for one, ranked in zip(self.values, of)])
            for criterion, of in self.orders.items()
        }

    def leads(self, criterion: str, arm: str) -> np.ndarray:
        """Say at which points a structure leads: bool (points,)."""
        return np.array([ranked[0] == arm for ranked in self.orders[criterion]])

    def sides(self, factor: str) -> tuple[tuple[str, np.ndarray], tuple[str, np.ndarray]]:
        """Give the two sides of a factor, each with what it is and at which points: bool (points,)."""
        of = next(one for one in self.study.factors if one.name == factor)
        column = self.points[factor]
        if of.values and not all(isinstance(value, (int, float)) for value in of.values):
            first, last = of.values[0], of.values[-1]
            return (str(first), (column == first).to_numpy()), (str(last), (column == last).to_numpy())
        middle = column.median()
        low, told = (column <= middle).to_numpy(), written(middle)
        return (f"<= {told}", low), (f"> {told}", ~low)

    def summary(self) -> pd.DataFrame:
        """Write one row a criterion and structure: at what share of points it leads, leads surely, and is last."""
        rows = []
        for criterion, orders in self.orders.items():
            for arm in ARMS:
                leads, sure = self.leads(criterion, arm), self.sure[criterion]
                last = np.mean([ranked[-1] == arm for ranked in orders])
                rows.append({"criterion": criterion, "structure": arm, "points": len(orders), "leads": leads.mean(),
                             "leads_surely": (leads & sure).mean(), "last": last})  # fmt: skip
        return pd.DataFrame(rows)

    def moves(self) -> pd.DataFrame:
        """Write one row a criterion and factor: who leads on either side, whose lead moves most, its chance."""
        rows = []
        for criterion in CRITERIA:
            for factor in self.points.columns:
                (low, at_low), (high, at_high) = self.sides(factor)
                table = {arm: self.leads(criterion, arm) for arm in ARMS}
                found = {arm: fisher(on[at_low].sum(), at_low.sum(), on[at_high].sum(), at_high.sum())
                         for arm, on in table.items()}  # fmt: skip
                arm = min(ARMS, key=found.get)
                rows.append(
                    {"criterion": criterion, "factor": factor, "low": low, "high": high}
                    | {"leader_low": max(ARMS, key=lambda a: table[a][at_low].sum())}
                    | {"leader_high": max(ARMS, key=lambda a: table[a][at_high].sum())}
                    | {
                        "structure": arm,
                        "leads_low": table[arm][at_low].mean(),
                        "leads_high": table[arm][at_high].mean(),
                    }
                    | {"chance": min(1.0, len(ARMS) * found[arm])}
                )
        return pd.DataFrame(rows)

    def worlds(self) -> pd.DataFrame:
        """Name for each structure the clearest point at which it is the best value for money, and the worst.

        A sure one if there is one, else one that may be luck; none if it is so nowhere. The clearest has the largest
        distance in extra energy to the next structure, for want of a common measure of distance.
        """
        rows = []
        for arm in ARMS:
            for place, name in ((0, "best"), (-1, "worst")):
                at = [i for i, ranked in enumerate(self.orders[VALUE]) if ranked[place] == arm]
                sure = [i for i in at if self._stands_out(i, arm, place)]
                row = {"structure": arm, "is": name, "points": len(at), "sure": len(sure), "point": None}
                if at:
                    best = max(sure or at, key=lambda i: self._distance(i, arm, place))
                    gain, cost = np.median(self.extra(best)[ARMS.index(arm)], axis=-1)
                    others = " > ".join(self.orders[VALUE][best])
                    row |= {"point": best, "gain": gain, "cost": cost, "named": merit.class_of(gain, cost)}
                    row |= {"order": others, **self.points.iloc[best].to_dict()}
                rows.append(row)
        return pd.DataFrame(rows)

    def extra(self, point: int) -> np.ndarray:
        """Give extra energy and extra cost against the market: (arms, 2, replications)."""
        arms = self.values[point]
        return np.stack([merit.extra(arm, arms[ARMS.index(MARKET)]) for arm in arms])

    def extras(self) -> pd.DataFrame:
        """Write one row a structure: extra energy and extra cost against the market, over the points.

        A point's extra is the median over its replications; given are the least, the median and the most of them.
        """
        points = np.array([np.median(self.extra(point), axis=-1) for point in range(len(self.points))])
        rows = []
        for place, arm in enumerate(ARMS):
            row: dict = {"structure": arm}
            for which, name in enumerate(("gain", "cost")):
                found = np.quantile(points[:, place, which], (0.0, 0.5, 1.0)).tolist()
                row |= dict(zip((f"{name}_least", name, f"{name}_most"), found))
            rows.append(row)
        return pd.DataFrame(rows)

    def _stands_out(self, point: int, arm: str, place: int) -> bool:
        ranked, values = self.orders[VALUE][point], self.values[point]
        others = [other for other in ranked if other != arm]
        if place == 0:
            return _all(values, arm, others, VALUE)
        return all(_beats(values, other, arm, VALUE) for other in others)

    def _distance(self, point: int, arm: str, place: int) -> float:
        ranked = self.orders[VALUE][point]
        gain = np.median(self.extra(point)[:, 0], axis=-1)
        return abs(gain[ARMS.index(arm)] - gain[ARMS.index(ranked[1 if place == 0 else -2])])


def written(value: object) -> str:
    """Write a value of a factor: a choice as it is, a number with three digits that count."""
    return value if isinstance(value, str) else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def look(folder: str | Path) -> Flips:
    """Read a sweep's folder, of which it needs study.toml and results/runs.parquet."""
    folder = Path(folder)
    if not (folder / "study.toml").is_file():
        raise InputError("sweep", "the folder of a finished sweep", str(folder), "Run govmodel sweep first.")
    study, _ = read(folder / "study.toml")
    path = folder / "results" / "runs.parquet"
    if not path.exists():
        raise InputError("sweep", "the folder of a finished sweep", str(folder), "Run govmodel sweep first.")
    runs, wanted = read_table(path), [*PLACE]
    names = [outcome.name for outcome in study.outcomes]
    if set(study.structures) != set(ARMS) or not set(wanted) <= set(names):
        raise InputError("study", f"the structures {', '.join(ARMS)} and the outcomes {', '.join(wanted)}",
                         f"{', '.join(map(str, study.structures))}; {', '.join(names)}",
                         "Start from experiments/flip.toml.")  # fmt: skip
    factors = [factor.name for factor in study.factors]
    points = runs.groupby("point")[factors].first().sort_index()
    axes = [points.index, ARMS, range(study.replications)]
    table = runs.set_index(["point", "structure", "replication"])[wanted].reindex(pd.MultiIndex.from_product(axes))
    shape = (len(points), len(ARMS), study.replications, len(wanted))
    return Flips(study, points, table.to_numpy(float).reshape(shape).swapaxes(2, 3))


def order(values: np.ndarray, criterion: str) -> tuple[str, ...]:
    """Rank the arms by medians over replications, best first; by value for money of the paired differences."""
    if criterion in COSTS:
        values = values - values[ARMS.index(MARKET)]
    return merit.order(np.median(values, axis=-1), criterion)


def _beats(values: np.ndarray, one: str, other: str, criterion: str) -> bool:
    a, b, market = (values[ARMS.index(arm)] for arm in (one, other, MARKET))
    if criterion in COSTS:
        return merit.beats(a, b, market, criterion) == HIGHER
    verdict = paired(a[PLACE[criterion]], b[PLACE[criterion]])["verdict"].item()
    return verdict != ALIKE and (verdict == HIGHER) == (CRITERIA[criterion] > 0)


def _all(values: np.ndarray, one: str, others, criterion: str) -> bool:
    return all(_beats(values, one, other, criterion) for other in others)


def fisher(a: int, of_a: int, b: int, of_b: int) -> float:
    """Give the chance of shares as unequal as a of of_a and b of of_b: two-sided, exact."""
    a, of_a, b, of_b = int(a), int(of_a), int(b), int(of_b)
    both = a + b

    def ways(k: int) -> int:
        return comb(of_a, k) * comb(of_b, both - k)

    seen = ways(a)
    return sum(w for w in map(ways, range(max(0, both - of_b), min(of_a, both) + 1)) if w <= seen) / comb(
        of_a + of_b, both
    )


def false_alarms(moves: pd.DataFrame) -> float:
    """Say how many factors and criteria would seem to move by luck alone, at most."""
    return CHANCE * len(moves)
