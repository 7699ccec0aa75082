"""Accounts: out of which parts an indicator of a month is made, for two months that are to be compared."""

from dataclasses import dataclass, field

import numpy as np

from ..actors.fates import CHANNEL_OF, IN_WORKSHOP, IS_KEPT, IS_REUSE, IS_SECOND_LIFE, LET_GO, LICENSED, SALVAGE
from ..facts import CHANNELS, CHEMISTRIES, HOLDER_CLASSES, METALS, PROVINCES, ROUTES
from .indicators import INDICATORS, PURSES

DIMENSIONS = {
    "channel": (CHANNELS, lambda flows: CHANNEL_OF[flows["way"]]),
    "route": (ROUTES, lambda flows: flows["route"]),
    "province": (PROVINCES, lambda flows: flows["province"]),
    "chemistry": (CHEMISTRIES, lambda flows: flows["chemistry"]),
}
EVERY = np.ones(len(LICENSED), bool)
KEPT = np.arange(len(LICENSED)) == IS_KEPT


@dataclass(frozen=True)
class Ratio:
    """A ratio by parts of one dimension: numerator and denominator of the two months, and what belongs to no part."""

    dimension: str
    parts: tuple[str, ...]
    top: np.ndarray  # (2, parts)
    bottom: np.ndarray  # (2, parts)
    apart: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sum:
    """A sum by parts of one dimension in the two months."""

    dimension: str
    parts: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    kind: str = "amount"


Account = Ratio | Sum
# shares of the energy that comes loose: which dispositions count
SHARES = {
    "formal_share": LICENSED,
    "informal_share": IN_WORKSHOP,
    "kept_share": KEPT,
    "second_life_share": IS_SECOND_LIFE,
    "reuse_share": IS_REUSE,
}
# amounts: which dispositions count, of which flows; "loose" leaves out what is merely kept on and what comes back from
# a second life, "first" takes only packs that come loose first
AMOUNTS = {
    "released_gwh": (EVERY, "loose"),
    "handed_gwh": (LICENSED, "loose"),
    "informal_gwh": (IN_WORKSHOP, "loose"),
    "kept_gwh": (KEPT, "loose"),
    "second_life_gwh": (IS_SECOND_LIFE, "loose"),
    "reuse_gwh": (IS_REUSE, "loose"),
    "sold_gwh": (~KEPT, "all"),
    "retired_gwh": (EVERY, "first"),
    "retired_kt": (EVERY, "first"),
    "retired_lfp_kt": (EVERY, "first"),
}


def account_of(model, indicator: str, before: int, after: int) -> list[Account]:
    """Give the accounts of an indicator in two rows of the record; none if the bookkeeping does not part it."""
    if indicator in SHARES:
        return _shares(model, indicator, before, after)
    if indicator in AMOUNTS:
        return _amounts(model, indicator, before, after)
    if indicator in PURSES:
        return _money(model, indicator, before, after)
    own = {
        "holder_price": _holder_price,
        "traceability": _scanned,
        "lfp_share_retired": _chemistry,
        "fleet_share_retired": _fleets,
        "plant_utilisation": _plants,
        "workshops": _workshops,
    }
    if indicator in own:
        return own[indicator](model, indicator, before, after)
    metal = indicator.removesuffix("_recovered_t")
    if metal in METALS:
        return [_metal(model, METALS.index(metal), before, after)]
    return _quotient(model, indicator, before, after)


def _chosen(flows: dict, span: str) -> np.ndarray:
    """Choose the rows of flows that an indicator counts."""
    if span == "first":
        return flows["route"] <= SALVAGE
    kept_on = (flows["route"] == LET_GO) & (flows["way"] == IS_KEPT)
    return (flows["route"] <= LET_GO) & ~kept_on if span == "loose" else np.ones(len(kept_on), bool)


def _table(flows: dict, rows: tuple[int, int], dimension: str, weights: np.ndarray) -> np.ndarray:
    """Add weights up by month (two of them) and part of a dimension."""
    parts, place = DIMENSIONS[dimension]
    place = place(flows)
    table = np.zeros((2, len(parts)))
    for i, row in enumerate(rows):
        there = flows["month"] == row
        table[i] = np.bincount(place[there], weights[there], len(parts))
    return table


def _ratios(rows, top: np.ndarray, bottom: np.ndarray, flows: dict, apart=None, names=tuple(DIMENSIONS)) -> list:
    return [
        Ratio(name, DIMENSIONS[name][0], _table(flows, rows, name, top), _table(flows, rows, name, bottom), apart or {})
        for name in names
    ]


def _shares(model, indicator: str, before: int, after: int) -> list[Account]:
    """Part a share of released energy; what waits in collectors' yards is nobody's route or province by itself."""
    flows, rows = model.record.flows(), (before, after)
    bottom = flows["watt_hours"] * _chosen(flows, "loose")
    top = bottom * SHARES[indicator][flows["way"]]
    apart = {}
    if indicator == "formal_share":
        yard = np.concatenate([[0.0], model.record.yard.sum(axis=(1, 2))])
        whole = np.bincount(flows["month"], bottom, after + 1)
        handed = np.bincount(flows["month"], top, after + 1)
        waits = [min(max(yard[row + 1] - yard[row], 0.0), handed[row]) / whole[row] for row in rows]
        apart = {"waiting": (-float(waits[0]), -float(waits[1]))}
    return _ratios(rows, top, bottom, flows, apart)


def _amounts(model, indicator: str, before: int, after: int) -> list[Account]:
    flows, rows = model.record.flows(), (before, after)
    of, span = AMOUNTS[indicator]
    weights = flows["watt_hours"] * _chosen(flows, span) * of[flows["way"]] / 1e9
    if indicator.endswith("_kt"):
        weights = weights * model.facts.mass_per_kwh[flows["chemistry"]]
    if indicator == "retired_lfp_kt":
        weights = weights * (flows["chemistry"] == 0)
    names = [name for name in DIMENSIONS if not (name == "channel" and span == "first")]
    tables = {name: _table(flows, rows, name, weights) for name in names}
    return [Sum(name, DIMENSIONS[name][0], *table) for name, table in tables.items()]


def _holder_price(model, indicator: str, before: int, after: int) -> list[Account]:
    """Part the average price: what each part was paid for a kWh (behaviour), and how much of the whole it was."""
    flows, rows = model.record.flows(), (before, after)
    sold = flows["way"] != IS_KEPT
    return _ratios(rows, flows["fen"] * sold / 1e2, flows["watt_hours"] * sold / 1e3, flows)


def _scanned(model, indicator: str, before: int, after: int) -> list[Account]:
    flows, rows = model.record.flows(), (before, after)
    chosen = _chosen(flows, "loose")
    among = chosen * LICENSED[flows["way"]]
    return _ratios(rows, flows["scanned_wh"] * chosen, flows["watt_hours"] * among, flows)


def _quotient(model, indicator: str, before: int, after: int) -> list[Account]:
    """Part any other ratio of two indicators by what each of the two did; nothing for what is no such ratio."""
    kind, _, names = INDICATORS[indicator].aggregation.partition(":")
    if kind != "ratio":
        return []
    two = tuple(names.split("/"))
    top, bottom = model.indicators[list(two)].to_numpy(float)[[before, after]].T
    return [_causes(two, top[None], bottom)]


def _causes(names: tuple[str, ...], tops: np.ndarray, bottom: np.ndarray) -> Sum:
    """Part the change of a quotient exactly: what each summand above (rows of two months) did, and what is below."""
    share = 1.0 / bottom
    change = np.append((tops[:, 1] - tops[:, 0]) * share.mean(), tops.sum(axis=0).mean() * (share[1] - share[0]))
    return Sum("cause", names, np.zeros(len(names)), change, "effect")


def _chemistry(model, indicator: str, before: int, after: int) -> list[Account]:
    flows, rows = model.record.flows(), (before, after)
    kg = flows["watt_hours"] * _chosen(flows, "first") * model.facts.mass_per_kwh[flows["chemistry"]]
    return _ratios(rows, kg * (flows["chemistry"] == 0), kg, flows, names=("route", "province"))


def _fleets(model, indicator: str, before: int, after: int) -> list[Account]:
    wh = model.record.released_by_class[[before, after]].sum(axis=2)
    return [Ratio("holder class", HOLDER_CLASSES, wh * (np.arange(len(HOLDER_CLASSES)) > 0), wh)]


def _plants(model, indicator: str, before: int, after: int) -> list[Account]:
    """Part the use of plants: by what came in and by capacity, and by the plants' provinces."""
    rows, record, mass = [before, after], model.record, model.facts.mass_per_kwh
    packs = 12.0 * np.einsum("mcp,c->mp", record.received[rows], mass) / 1e9
    scrap = 12.0 * np.einsum("mcp,c->mp", record.scrap[rows], mass) / 1e9
    capacity = record.capacity_t[rows] / 1000.0
    feed = np.stack([packs.sum(axis=1), scrap.sum(axis=1)])
    causes = _causes(("retired packs", "factory scrap", "capacity"), feed, capacity.sum(axis=1))
    where = np.zeros((2, 2, len(PROVINCES)))
    for i in (0, 1):
        where[0, i] = np.bincount(model.plants.province, (packs + scrap)[i], len(PROVINCES))
        where[1, i] = np.bincount(model.plants.province, capacity[i], len(PROVINCES))
    return [causes, Ratio("province", PROVINCES, where[0], where[1])]


def _workshops(model, indicator: str, before: int, after: int) -> list[Account]:
    return [Sum("province", PROVINCES, model.record.workshops[before], model.record.workshops[after])]


def _metal(model, metal: int, before: int, after: int) -> Account:
    tonnes = model.record.metals[[before, after]][:, :2, metal] / 1e9
    return Sum("handler", ("licensed plants", "workshops"), *tonnes)


def _money(model, indicator: str, before: int, after: int) -> list[Account]:
    """Part what a purse gained by the purpose of the payments; a fund by what went in and out since."""
    ledger = model.ledger
    chosen = np.array([PURSES[indicator](name) for name in ledger.accounts])
    sign = chosen[ledger.payees].astype(np.int64) - chosen[ledger.payers]
    if indicator == "recycler_profit":
        industry = model.industry  # what owners and creditors put in, build or take out is no profit
        for line in (industry.capital, industry.investment, industry.works, industry.dividends, industry.written_off):
            sign[line] = 0
    touched = np.flatnonzero(sign)
    purposes = tuple(dict.fromkeys(ledger.purposes[line] for line in touched))
    place = np.array([purposes.index(ledger.purposes[line]) for line in touched])

    def added(rows: slice) -> np.ndarray:
        yuan = (ledger.amounts[rows, touched] * sign[touched]).sum(axis=0)
        return np.bincount(place, yuan, len(purposes)) / 1e8

    if indicator == "deposit_fund":
        return [Sum("purpose", purposes, added(slice(0, before + 1)), added(slice(0, after + 1)))]
    return [Sum("purpose", purposes, added(slice(before, before + 1)), added(slice(after, after + 1)))]
