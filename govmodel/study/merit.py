"""Merit: by what structures are ranked in studies of many worlds, and what value for money honestly means.

Value for money compares a structure with the market in the same world with the same luck: the licensed energy it adds
(GWh, 2026-2035) and what its governing costs more (million yuan; inspections, rewards for reports, campaigns,
mediation, standards, talks, platform; subsidies are transfers and not in it). What plants pay together for research
buys them a cheaper process, and is no cost of governing; but bodies decide on it, so structures are ranked with it
counted as well. A ratio of the two alone would mislead: it grows beyond bounds where the extra cost is near zero, and
turns its meaning where it is negative. So the pair is looked at first, and puts a structure into one of five classes,
best first:

* more for less: energy gained, cost not above the market's
* paid for: energy gained at a cost; within the class more kWh for a yuan is better
* as the market: it changes neither (the market itself)
* saved: no energy gained, and cost saved; within the class fewer kWh lost for a yuan saved is better
* less for more: no energy gained, and it costs more; within the class fewer kWh lost is better

Within "more for less" no ratio has a meaning; more energy gained is better there. "Saved" stands below the market
because what is asked for is licensed energy; whoever would rather save reads the pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..foundations.calendar import EXPERIMENT_FROM, RUN_UNTIL, month_number
from ..performance.differences import ALIKE, HIGHER, LOWER, paired
from .worlds import Measure

MARKET = "market"  # the yardstick: the structure without a governor
ARMS = (MARKET, "government_led", "enterprise_led", "collaborative")
CLASSES = ("more for less", "paid for", "as the market", "saved", "less for more")
LATE = month_number("2030-01", "")  # from when on the licensed share and standings are looked at
GAIN, COST, RESEARCH = "formal_gwh", "governance_cost", "research_spent"
VALUE, WIDER = "value for money", "value for money, research counted"
COSTS = {VALUE: (COST,), WIDER: (COST, RESEARCH)}  # what energy is held against
MEASURES = (
    Measure("formal_share", LATE, RUN_UNTIL, "ratio"),
    Measure("standing_min", LATE, RUN_UNTIL),
    Measure(GAIN, EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure(COST, EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure("treasury_net", EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure("fires", EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure("holder_price", EXPERIMENT_FROM, RUN_UNTIL),
    Measure("recycler_profit", EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure("workshop_profit", EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure("lithium_recovered_t", EXPERIMENT_FROM, RUN_UNTIL, "sum"),
    Measure(RESEARCH, EXPERIMENT_FROM, RUN_UNTIL, "sum"),
)
PLACE = {measure.indicator: i for i, measure in enumerate(MEASURES)}
# by what structures are ranked: more is better (1) or less is (-1); value for money has its own order
CRITERIA = {"formal_share": 1, VALUE: 0, WIDER: 0, "standing_min": 1, "treasury_net": 1, "fires": -1, "holder_price": 1,
            "recycler_profit": 1, "workshop_profit": 1, "lithium_recovered_t": 1, COST: -1}  # fmt: skip
MAIN = ("formal_share", VALUE, WIDER, "standing_min")


def class_of(gain: float, cost: float) -> str:
    """Say into which class extra energy and extra cost put a structure."""
    if gain > 0:
        return CLASSES[0] if cost <= 0 else CLASSES[1]
    if gain == 0 and cost == 0:
        return CLASSES[2]
    return CLASSES[3] if cost <= 0 else CLASSES[4]


def value_key(gain: float, cost: float) -> tuple[int, float]:
    """Give a key by which structures sort by value for money, the best with the largest."""
    if not (np.isfinite(gain) and np.isfinite(cost)):
        return -len(CLASSES), 0.0
    which = class_of(gain, cost)
    within = {CLASSES[1]: gain / cost if cost else 0.0, CLASSES[3]: gain / -cost if cost else gain}.get(which, gain)
    return -CLASSES.index(which), float(within)


def spent(values: np.ndarray, criterion: str) -> np.ndarray:
    """Add up what a criterion counts as cost; the first axis of `values` are the measures."""
    return sum(values[PLACE[name]] for name in COSTS[criterion])


def keys(values: np.ndarray, criterion: str, arms: Sequence[str] = ARMS) -> list[tuple]:
    """Give every arm's key for one criterion, larger is better; `values` (arms, measures), the market among them."""
    if criterion in COSTS:
        market = values[list(arms).index(MARKET)]
        return [value_key(*extra(arm, market, criterion)) for arm in values]
    worth = CRITERIA[criterion] * values[:, PLACE[criterion]]
    return [(0, float(one)) if np.isfinite(one) else (-1, 0.0) for one in worth]


def order(values: np.ndarray, criterion: str, arms: Sequence[str] = ARMS) -> tuple[str, ...]:
    """Rank the arms by one criterion, best first; equals stand in the order given."""
    found = keys(values, criterion, arms)
    return tuple(arms[i] for i in sorted(range(len(arms)), key=lambda i: found[i], reverse=True))


@dataclass(frozen=True)
class Pair:
    """Extra energy and extra cost of an arm over replications, with verdicts by the rule of all comparisons."""

    gain: dict
    cost: dict

    @property
    def named(self) -> str:
        """Say the class that can be told apart: a gain or a saving that cannot be told from none is none."""
        gain, cost = self.gain["verdict"], self.cost["verdict"]
        if gain == HIGHER:
            return CLASSES[1] if cost == HIGHER else CLASSES[0]
        if gain == ALIKE and cost == ALIKE:
            return CLASSES[2]
        return CLASSES[4] if cost == HIGHER else CLASSES[3]


def extra(values: np.ndarray, market: np.ndarray, criterion: str = VALUE) -> np.ndarray:
    """Give an arm's extra energy and extra cost against the market: (2, replications) of (measures, replications)."""
    return np.stack([(values - market)[PLACE[GAIN]], spent(values - market, criterion)])


def pair(values: np.ndarray, market: np.ndarray, criterion: str = VALUE) -> Pair:
    """Hold an arm against the market: values (measures, replications) of both."""
    more = extra(values, market, criterion)
    return Pair(*({k: v.item() for k, v in paired(one, np.zeros_like(one)).items()} for one in more))


def beats(one: np.ndarray, other: np.ndarray, market: np.ndarray, criterion: str = VALUE) -> str:
    """Say whether an arm is distinguishably better value for money than another: "higher", "lower" or alike.

    Values are (measures, replications). Classes come first, as far as they can be told apart. Where both pay for what
    they gain, the ratios are compared without dividing: gain x the other's cost, less the other's gain x cost. Else
    the one that has more energy for no more cost, or as much for less, is better.
    """
    pairs = [pair(arm, market, criterion) if arm is not market else Pair(_none(), _none()) for arm in (one, other)]
    ranks = [CLASSES.index(each.named) for each in pairs]
    if ranks[0] != ranks[1]:
        return HIGHER if ranks[0] < ranks[1] else LOWER
    mine, theirs = (extra(arm, market, criterion) for arm in (one, other))
    if pairs[0].named == CLASSES[1]:
        crossed = mine[0] * theirs[1] - theirs[0] * mine[1]
        return paired(crossed, np.zeros_like(crossed))["verdict"].item()
    gain, cost = (paired(a, b)["verdict"].item() for a, b in zip(mine, theirs))
    if gain != LOWER and cost != HIGHER and (gain, cost) != (ALIKE, ALIKE):
        return HIGHER
    return LOWER if gain != HIGHER and cost != LOWER and (gain, cost) != (ALIKE, ALIKE) else ALIKE


def _none() -> dict:
    return {"verdict": ALIKE, "difference": 0.0, "low": 0.0, "high": 0.0}
