"""Indicators: what each one means, and their values month by month, computed from the record after the fact."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..actors.books import COLLECTORS
from ..actors.fates import IN_WORKSHOP, IS_KEPT, IS_REUSE, IS_SECOND_LIFE, LET_GO, LICENSED, SALVAGE
from ..case.levers import LEVERS, SEAT_NAMES
from ..facts import METALS, PROVINCES
from ..mechanisms.choice import RECYCLER, WORKSHOP
from . import networks
from .authority_indicators import authority
from .firm_indicators import firms
from .governing import governing
from .society import society


@dataclass(frozen=True)
class Indicator:
    """One quantity of interest: unit, meaning, and how months add up to a year."""

    name: str
    unit: str
    definition: str
    definition_zh: str
    aggregation: str  # "mean", "sum", "last", or "ratio:<numerator>/<denominator>" of two summed indicators
    name_zh: str = ""  # short, for sentences; in English the name itself serves

    @property
    def ratio(self) -> tuple[str, str] | None:
        """Name the two indicators whose sums it is the ratio of, if it is one."""
        top, slash, bottom = self.aggregation.removeprefix("ratio:").partition("/")
        return (top, bottom) if slash else None


def _read() -> dict[str, Indicator]:
    """Read the definitions, in the order of the columns."""
    path = Path(__file__).with_name("indicators.toml")
    read = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        entry.setdefault("name_zh", entry["definition_zh"])  # where that is short enough
        read |= {made: Indicator(made, **given) for made, given in _expand(name, entry)}
    return read


def _expand(name: str, entry: dict) -> list[tuple[str, dict]]:
    """Write an entry for <seat> or <lever> once for each of them."""
    if "<seat>" in name:
        return [_filled(name, entry, "<seat>", seat, *words) for seat, words in SEAT_NAMES.items()]
    if "<lever>" in name:
        return [
            _filled(name, entry | {"unit": lever.unit}, "<lever>", lever.name, lever.name, lever.description_zh)
            for lever in LEVERS.values()
        ]
    return [(name, entry)]


def _filled(name: str, entry: dict, mark: str, one: str, english: str, chinese: str) -> tuple[str, dict]:
    words = {"definition": english, "definition_zh": chinese, "name_zh": chinese}
    return name.replace(mark, one), entry | {key: entry[key].replace(mark, word) for key, word in words.items()}


INDICATORS = _read()
# Balances: which accounts gain what an indicator of money tells
PURSES = {
    "treasury_net": lambda name: name == "treasury" or name.startswith("province_"),
    "recycler_profit": lambda name: name.startswith("plant: "),
    "collector_profit": lambda name: name in COLLECTORS,
    "workshop_profit": lambda name: name.startswith(("workshops_", "owners_")),
    "deposit_fund": lambda name: name == "deposit_fund",
}


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide, giving NaN where there is nothing to divide by."""
    return np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator > 0)


def indicators(model, months: int) -> pd.DataFrame:
    """Compute every indicator for the first `months` months of a model: one row a month, "month" first."""
    physical = _physical(model, months)
    values = {**physical, **_prices(model, months), **_money(model, months), **society(model, months, physical)}
    values |= (
        governing(model, months) | firms(model, months) | authority(model, months) | networks.indicators(model, months)
    )
    for name, indicator in INDICATORS.items():
        if indicator.ratio:
            top, bottom = indicator.ratio
            values[name] = _ratio(values[top], values[bottom])
    frame = {"month": model.months[:months], **{name: values[name] for name in INDICATORS}}
    return pd.DataFrame(frame)


def _sums(flows: dict, months: int, chosen=None, measure: str = "watt_hours") -> np.ndarray:
    """Sum a measure of the chosen flows by month, in thousand millions (GWh from Wh)."""
    weights = flows[measure] if chosen is None else flows[measure] * chosen
    return np.bincount(flows["month"], weights, months) / 1e9


def _physical(model, months: int) -> dict[str, np.ndarray]:
    """Energy, mass, plants and metals."""
    record, facts = model.record, model.facts
    flows = record.flows()
    coast = np.array([region == "coast" for region in facts.region])
    mass = facts.mass_per_kwh
    route, way, lfp = flows["route"], flows["way"], flows["chemistry"] == 0
    first = route <= SALVAGE
    # a holder who decides again and keeps on keeping has released nothing
    released = (route <= LET_GO) & ~((route == LET_GO) & (way == IS_KEPT))

    def gwh(chosen) -> np.ndarray:
        return _sums(flows, months, chosen)

    lfp_gwh, ncm_gwh = gwh(first & lfp), gwh(first & ~lfp)
    handed = gwh(released & LICENSED[way])
    yard = record.yard[:months].sum(axis=(1, 2)) / 1e9
    pending = np.minimum(np.maximum(np.diff(yard, prepend=0.0), 0.0), handed)
    received = record.received[:months].sum(axis=2) @ mass / 1e9
    scrap = record.scrap[:months].sum(axis=2) @ mass / 1e9
    capacity = record.capacity_t[:months] / 1000.0
    metal = record.metals[:months] / 1e9
    return {
        "retired_kt": lfp_gwh * mass[0] + ncm_gwh * mass[1],
        "retired_gwh": lfp_gwh + ncm_gwh,
        "retired_lfp_kt": lfp_gwh * mass[0],
        "retired_fleet_gwh": record.released_by_class[:months, 1:].sum(axis=(1, 2)) / 1e9,
        "retired_coast_gwh": gwh(first & coast[flows["province"]]),
        "released_gwh": gwh(released),
        "formal_gwh": handed - pending,
        "informal_gwh": gwh(released & IN_WORKSHOP[way]),
        "kept_gwh": gwh(released & (way == IS_KEPT)),
        "pending_gwh": pending,
        "second_life_gwh": gwh(released & IS_SECOND_LIFE[way]),
        "reuse_gwh": gwh(released & IS_REUSE[way]),
        "scanned_gwh": _sums(flows, months, released, "scanned_wh"),
        "handed_gwh": handed,
        "sold_gwh": gwh(way != IS_KEPT),
        "plant_utilisation": 12.0 * (received + scrap) / capacity.sum(axis=1),
        "scrap_utilisation": 12.0 * scrap / capacity.sum(axis=1),
        "coast_share_capacity": capacity[:, coast[model.plants.province]].sum(axis=1) / capacity.sum(axis=1),
        "licensed_capacity_kt": capacity.sum(axis=1),
        "licensed_input_kt": received,
        "scrap_input_kt": scrap,
        "workshops": record.workshops[:months].sum(axis=1),
        **{f"{name}_recovered_t": metal[:, :2, i].sum(axis=1) for i, name in enumerate(METALS)},
        "lithium_lost_t": metal[:, 3, 0],
        "in_use_million": record.on_the_road[:months] / 1e6,
        "sold_million": record.sold[:months] / 1e6,
    }


def _prices(model, months: int) -> dict[str, np.ndarray]:
    """Bids, weighted by what is released where."""
    record = model.record
    flows = record.flows()
    key = (flows["month"] * len(PROVINCES) + flows["province"]) * 2 + flows["chemistry"]
    first = np.bincount(key, flows["watt_hours"] * (flows["route"] <= SALVAGE), months * len(PROVINCES) * 2)
    first = first.reshape(months, len(PROVINCES), 2)
    paid = record.paid.reshape(len(record.paid), 6, len(PROVINCES), 2, -1)[:months, ..., 2]  # health 70 to 80 %
    values = {}
    for chemistry, name in enumerate(("lfp", "ncm")):
        weight = first[:, :, chemistry]
        for channel, buyer in ((RECYCLER, "licensed"), (WORKSHOP, "workshop")):
            worth = (paid[:, channel, :, chemistry] * weight).sum(axis=1)
            values[f"{buyer}_bid_{name}"] = _ratio(worth, weight.sum(axis=1))
        premium = _ratio(values[f"workshop_bid_{name}"], values[f"licensed_bid_{name}"]) - 1.0
        values[f"workshop_premium_{name}"] = premium
    return values


def _lines(*lines: slice) -> np.ndarray:
    """Put the numbers of several lines of the ledger together."""
    return np.concatenate([np.arange(line.start, line.stop) for line in lines])


def _money(model, months: int) -> dict[str, np.ndarray]:
    """Incomes and outlays in million yuan."""
    ledger = model.ledger
    gained = {
        indicator: ledger.net([name for name in ledger.accounts if mine(name)])[:months]
        for indicator, mine in PURSES.items()
    }
    amounts = ledger.amounts[:months]
    purchases = amounts[:, model.books.purchases].sum(axis=1)
    governing = (model.books.inspections, model.inspectorates.rewards, model.public.campaigns, *model.council.costs)
    million = 1e8  # fen
    industry = model.industry
    owners = amounts[:, industry.capital].sum(axis=1) + amounts[:, industry.written_off].sum(axis=1)
    owners -= amounts[:, industry.dividends].sum(axis=1)  # what owners and creditors put in is no profit
    return {
        "holder_income": purchases / million,
        "recycler_profit": (gained["recycler_profit"] - owners) / million,
        "collector_profit": gained["collector_profit"] / million,
        "workshop_profit": gained["workshop_profit"] / million,
        "treasury_net": gained["treasury_net"] / million,
        "governance_cost": (amounts[:, _lines(*governing)].sum(axis=1) + ledger.net(["mediators_and_writers"])[:months])
        / million,
        "deposit_fund": np.cumsum(gained["deposit_fund"]) / million,
    }
