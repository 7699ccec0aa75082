"""Who is served best by which structure: an order of the arms for every seat and for the public.

A seat is asked for its standing (`standing_<seat>`: its own goals against their state in 2025). The public is asked
for a published list of indicators, PUBLIC, one by one and together. Together means: in each replication an arm gets,
for each indicator of the list, the share of the other arms that it beats (half for a tie); its points are the mean over
the list (a Borda count, every indicator of equal weight). Points are then compared like any indicator, paired by luck.

Two arms are told apart by the verdict of `differences` over the whole experiment. In an order, `A > B` says that A is
distinguishably better than B, `A ~ B` that the two, though neighbours, cannot be told apart. An arm's rank is one more
than the number of arms that are distinguishably better, so ties share a rank.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from ..case.levers import SEATS
from .differences import ALIKE, HIGHER, paired
from .years import by_period

PUBLIC = {  # indicator: 1 if more of it is better for the public, -1 if less is
    "formal_share": 1,
    "fires": -1,
    "pollution_index": -1,
    "holder_price": 1,
    "treasury_net": 1,
    "governance_cost": -1,
    "co2_avoided_kt": 1,
}
THE_PUBLIC, POINTS = "public", "points"


def ranking(indicators: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    """Order the arms for each stakeholder: one row a seat, one for the public, and one for each indicator of its list.

    stakeholder, measure (an indicator, or "points" for the list together), better ("higher" or "lower"), period, order
    (in words, best first), leads (arms that none is distinguishably better than), then the rank of every arm.
    """
    whole = by_period(indicators, 9999)
    size, period = indicators["replication"].nunique(), whole["period"].iloc[0]
    table = whole.set_index(["structure", "replication"])

    def values(name: str) -> np.ndarray:
        """Give one indicator, (arms, replications)."""
        return np.stack([table.loc[arm, name].reindex(range(size)).to_numpy(float) for arm in arms])

    rows = [(seat, f"standing_{seat}", 1) for seat in SEATS if f"standing_{seat}" in table]
    public = [(THE_PUBLIC, name, sign) for name, sign in PUBLIC.items() if name in table]
    found = [_row(who, name, sign, values(name), arms, period) for who, name, sign in rows]
    together = points(np.stack([sign * values(name) for _, name, sign in public]))
    found.append(_row(THE_PUBLIC, POINTS, 1, together, arms, period))
    found += [_row(who, name, sign, values(name), arms, period) for who, name, sign in public]
    return pd.DataFrame(found)


def points(values: np.ndarray) -> np.ndarray:
    """Give Borda points, (arms, replications), for values in which more is better, (indicators, arms, replications)."""
    beaten = np.zeros(values.shape)
    for one, other in combinations(range(values.shape[1]), 2):
        better = np.sign(values[:, one] - values[:, other]) / 2.0
        better[np.isnan(better)] = 0.0  # nothing to compare counts as a tie
        beaten[:, one] += 0.5 + better
        beaten[:, other] += 0.5 - better
    return beaten.mean(axis=0) / max(values.shape[1] - 1, 1)


def _row(who: str, measure: str, sign: int, values: np.ndarray, arms: list[str], period: str) -> dict:
    """Order the arms by one measure."""
    worth = sign * values
    size = len(arms)
    better = np.zeros((size, size), bool)  # [a, b]: a is distinguishably better than b
    for one, other in combinations(range(size), 2):
        verdict = paired(worth[one], worth[other])["verdict"].item()
        if verdict != ALIKE:
            winner, loser = (one, other) if verdict == HIGHER else (other, one)
            better[winner, loser] = True
    rank = 1 + better.sum(axis=0)
    middle = np.nan_to_num(np.nanmedian(np.where(np.isnan(worth).all(axis=1)[:, None], 0.0, worth), axis=1))
    order = sorted(range(size), key=lambda arm: (rank[arm], -middle[arm], arm))
    words = arms[order[0]]
    for before, arm in zip(order, order[1:]):
        words += (" > " if better[before, arm] else " ~ ") + arms[arm]
    leads = [arms[arm] for arm in order if rank[arm] == 1]
    return {
        "stakeholder": who,
        "measure": measure,
        "better": "higher" if sign > 0 else "lower",
        "period": period,
        "order": words,
        "leads": ", ".join(leads),
        **{f"rank: {arms[arm]}": int(rank[arm]) for arm in range(size)},
    }
