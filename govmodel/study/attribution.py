"""Attribution: which part of the difference between two cases did the work, as Shapley shares of paired runs.

The parts are what differs: who governs, each lever, each parameter, the policies, each mechanism that is off, each
choice of the scenario. A part's share is what changing it adds, averaged over all orders in which the parts can be
changed one after another (Shapley 1953): so shares add up to the whole change, parts that do the same get the same, and
what only two do together is halved between them. Every combination is lived with the same luck, replication by
replication. Up to eight parts all combinations are lived; above, those along some orders drawn by keyed luck, each with
its reverse.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import factorial
from pathlib import Path

import numpy as np
import pandas as pd

from .. import arms as arm_room
from ..case.case import Case
from ..foundations import draws
from ..foundations.calendar import month_name, month_number
from ..foundations.errors import InputError, nearest, whole
from ..performance.differences import paired
from ..performance.indicators import INDICATORS
from ..performance.years import over
from ..run import LARGEST_SEED
from ..workers import checked
from .workers import Report
from .worlds import Wanted, live_all

EXACT = 8  # parts up to which every combination is lived
ORDERS = 16  # above; half of them are the reverse of the others
ALL = "all"  # the row of the whole change
SCENARIO = ("retirement_outlook", "metal_prices", "capacity", "early_release", "demands")
Change = Callable[[dict, dict], None]  # puts a part of the second case's content into a copy of the first's


@dataclass(frozen=True)
class Whole:
    """One number of a run: an indicator over some months, by the indicator's own rule."""

    indicator: str
    since: int
    until: int

    def of(self, months: pd.DataFrame) -> float:
        """Take the number from a run's monthly indicators."""
        rows = months[(months["month"] >= month_name(self.since)) & (months["month"] <= month_name(self.until))]
        return over(rows, INDICATORS[self.indicator])


@dataclass(frozen=True)
class Attribution:
    """Whose work the change between two cases was."""

    case_a: Case
    case_b: Case
    indicator: str
    since: str
    until: str
    seeds: tuple[int, ...]
    exact: bool
    orders: int  # 0 where all combinations were lived
    worlds: int  # combinations that were lived
    table: pd.DataFrame  # a row a part, the largest first, then the row `all`

    @property
    def change(self) -> float:
        """Give the whole change, mean over the replications."""
        return float(self.table.set_index("part").loc[ALL, "share"])

    @property
    def parts(self) -> pd.DataFrame:
        """Give the table without its last row."""
        return self.table[self.table["part"] != ALL]


def attribute(
    case_a: Case | str | Path,
    case_b: Case | str | Path,
    indicator: str = "formal_share",
    since: str = "2026-01",
    until: str = "2035-12",
    replications: int = 5,
    seed: int = 1,
    scale: int | None = None,
    workers: int | None = None,
    orders: int = ORDERS,
    progress: Report | None = None,
) -> Attribution:
    """Share out the change of an indicator from one case to another over the parts in which they differ.

    The table has for each part: share (mean over the replications; the shares add up to the row `all`), low and high
    (10 and 90 % points of the replications), of_change (share of the whole change), positive, chance and verdict (by
    the rule of every comparison, against zero), order_error (standard error that is due to drawing orders; 0 if exact).
    """
    first, second = (_loaded(case, scale) for case in (case_a, case_b))
    arm_room.check([first, second])
    measure = _measure(first, indicator, since, until)
    seed, replications = whole("seed", seed, 0, LARGEST_SEED), whole("replications", replications, 1, 100_000)
    pairs_of_orders = -(-whole("orders", orders, 2, 100_000) // 2)
    parts = parts_of(first, second)
    if not parts:
        raise InputError("attribute", "two cases that differ", f"{first.name} and {second.name}", "Change something.")
    exact, seeds = len(parts) <= EXACT, tuple(draws.seeds_of_replications(seed, replications))
    ways = [] if exact else drawn_orders(len(parts), seed, pairs_of_orders)
    masks = list(range(1 << len(parts))) if exact else sorted({mask for way in ways for mask in _along(way)})
    values, worlds = _values(first, second, list(parts.values()), masks, measure, seeds, checked(workers), progress)
    shares, errors = exact_shares(values, len(parts)) if exact else sampled_shares(values, ways)
    change = values[masks[-1]] - values[0]
    table = _table(list(parts), shares, errors, change)
    return Attribution(first, second, indicator, since, until, seeds, exact, len(ways), worlds, table)


def _loaded(case: Case | str | Path, scale: int | None) -> Case:
    case = case if isinstance(case, Case) else Case.load(case)
    return case if scale is None else case.with_(scale=scale)


def _measure(case: Case, indicator: str, since: str, until: str) -> Whole:
    """Refuse an indicator that is not there, and months that the cases do not have."""
    if indicator not in INDICATORS:
        raise InputError("indicator", "the name of an indicator", indicator, nearest(indicator, INDICATORS))
    first, last = month_number(since, "from"), month_number(until, "until")
    if not case.start <= first <= last <= case.until:
        raise InputError("from", f"months within {month_name(case.start)} to {month_name(case.until)}",
                         f"{since} to {until}", "The cases have no others.")  # fmt: skip
    return Whole(indicator, first, last)


# parts


def parts_of(first: Case, second: Case) -> dict[str, Change]:
    """List what differs between two cases: a name, and how it is carried over."""
    one, other = first._given(), second._given()
    found: dict[str, Change] = {}
    if first.governing.table(first.country) != second.governing.table(second.country):
        found["structure"] = _carry("governance", "structure")
    if first.frozen != second.frozen:
        found["frozen"] = _carry("governance", "frozen")
    if first.laws != second.laws:
        found["policies"] = _carry("governance", "policies", "enacted")
    for room, table, word in (("governance", "levers", "lever"), ("scenario", "parameters", "parameter")):
        names = dict.fromkeys([*one[room][table], *other[room][table]])
        for name in names:
            if one[room][table].get(name) != other[room][table].get(name):
                found[f"{word} {name}"] = _carry_entry(room, table, name)
    for name in sorted(set(first.without) ^ set(second.without)):
        found[f"without {name}"] = _switch(name)
    for name in SCENARIO:
        if one["scenario"][name] != other["scenario"][name]:
            found[name] = _carry("scenario", name)
    return found


def _carry(room: str, *names: str) -> Change:
    """Carry whole fields over."""

    def change(data: dict, other: dict) -> None:
        data[room] |= {name: deepcopy(other[room][name]) for name in names}

    return change


def _carry_entry(room: str, table: str, name: str) -> Change:
    """Carry one entry of a table over; where the other case has none, it goes."""

    def change(data: dict, other: dict) -> None:
        if name in other[room][table]:
            data[room][table][name] = deepcopy(other[room][table][name])
        else:
            data[room][table].pop(name, None)

    return change


def _switch(name: str) -> Change:
    """Switch one mechanism as it is in the other case."""

    def change(data: dict, other: dict) -> None:
        kept = [each for each in data["scenario"]["without"] if each != name]
        data["scenario"]["without"] = kept + [name] * (name in other["scenario"]["without"])

    return change


def mixed(first: Case, second: Case, parts: Sequence[Change], mask: int) -> Case:
    """Give the first case with some parts of the second: those whose bits are set."""
    data, other = deepcopy(first._given()), second._given()
    for number, change in enumerate(parts):
        if mask >> number & 1:
            change(data, other)
    return Case.from_dict(data)


# values and shares


def _values(first, second, parts, masks, measure, seeds, workers, progress) -> tuple[dict[int, np.ndarray], int]:
    """Live every combination that is needed, each different case once: by mask (replications,), and how many."""
    by_hash: dict[str, Case] = {}
    told = {mask: mixed(first, second, parts, mask) for mask in masks}
    for case in told.values():
        by_hash.setdefault(case.hash, case)
    results = live_all([Wanted(case, (measure,)) for case in by_hash.values()], seeds, workers, progress)
    lived = {key: result[0] for key, result in zip(by_hash, results)}
    values = {mask: lived[case.hash] for mask, case in told.items()}
    if not all(np.isfinite(value).all() for value in values.values()):
        raise InputError("indicator", "one that every run gives over these months", measure.indicator,
                         "Choose other months, or another indicator.")  # fmt: skip
    return values, len(by_hash)


def exact_shares(values: dict[int, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give Shapley shares from all combinations: (parts, replications), and no error of sampling."""
    shares = np.zeros((count, len(values[0])))
    for part in range(count):
        for mask in range(1 << count):
            if not mask >> part & 1:
                size = mask.bit_count()
                weight = factorial(size) * factorial(count - size - 1) / factorial(count)
                shares[part] += weight * (values[mask | 1 << part] - values[mask])
    return shares, np.zeros(count)


def drawn_orders(count: int, seed: int, pairs: int) -> list[list[int]]:
    """Draw orders of the parts by keyed luck, each followed by its reverse."""
    orders = []
    for number in range(pairs):
        luck = [draws.draw(seed, "order", part, number) for part in range(count)]
        order = sorted(range(count), key=luck.__getitem__)
        orders += [order, order[::-1]]
    return orders


def _along(order: Sequence[int]) -> list[int]:
    """List the combinations that lie along an order, from none to all."""
    masks = [0]
    for part in order:
        masks.append(masks[-1] | 1 << part)
    return masks


def sampled_shares(values: dict[int, np.ndarray], orders: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Average what each part adds along the orders: (parts, replications), and its standard error over the orders."""
    added = np.zeros((len(orders), len(orders[0]), len(values[0])))
    for number, order in enumerate(orders):
        for part, before, after in zip(order, _along(order), _along(order)[1:]):
            added[number, part] = values[after] - values[before]
    both = added.mean(axis=2).reshape(-1, 2, len(orders[0])).mean(axis=1)  # an order and its reverse are one draw
    error = both.std(axis=0, ddof=1) / np.sqrt(len(both)) if len(both) > 1 else np.full(len(orders[0]), np.nan)
    return added.mean(axis=0), error


def _table(names: list[str], shares: np.ndarray, errors: np.ndarray, change: np.ndarray) -> pd.DataFrame:
    """Put the shares into a table with bands and verdicts, the largest first; the whole change last."""
    values = np.vstack([shares, change]).T  # (replications, parts and the whole)
    told = paired(values, np.zeros_like(values))
    means, whole_change = values.mean(axis=0), float(change.mean())
    part_of = means / whole_change if whole_change else np.full(len(means), np.nan)
    table = pd.DataFrame({"part": [*names, ALL], "share": means, "of_change": part_of}
                         | {key: told[key] for key in ("low", "high", "positive", "replications", "chance", "verdict")}
                         | {"order_error": [*errors, 0.0]})  # fmt: skip
    size = np.where(table["part"] == ALL, -1.0, table["share"].abs())
    return table.iloc[np.argsort(-size, kind="stable")].reset_index(drop=True)
