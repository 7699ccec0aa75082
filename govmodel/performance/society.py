"""Indicators of society: awareness, trust, fires, pollution, what is reported and what the state believes."""

import numpy as np

from ..actors.fates import IS_CRUDE, IS_SECOND_LIFE, LET_GO
from ..facts import METALS
from ..mechanisms.choice import WORKSHOP
from ..mechanisms.incidents import pollution
from ..mechanisms.information import believed_retired, told_received

WINDOW = 12  # months that an authority's figures cover: it counts by the year


def society(model, months: int, physical: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Compute the indicators of society by month; `physical` are those of energy, which come first."""
    series, p = model.record.series, model.parameters
    year = np.arange(model.start, model.start + months) // 12
    people = model.public.people[year]  # (months, 31, 4)
    heads = people.sum(axis=(1, 2))
    licensed = series["public_trust"][:months, :WORKSHOP].mean(axis=1)
    saved = np.array([p[f"co2_{name}"] for name in METALS])
    metals = model.record.metals[:months, :2].sum(axis=1) / 1e12  # kt from packs, by plants and workshops
    traced = traced_share(physical["scanned_gwh"], physical["handed_gwh"])
    flows = model.record.flows()
    told, believed = beliefs(model, physical, traced, flows)
    formal = np.divide(physical["formal_gwh"], physical["released_gwh"], out=np.full(months, np.nan),
                       where=physical["released_gwh"] > 0)  # fmt: skip
    return {
        "awareness": (series["awareness"][:months] * people).sum(axis=(1, 2)) / heads,
        "trust_public": (licensed * people).sum(axis=(1, 2)) / heads,
        "trust_workshops": (series["public_trust"][:months, WORKSHOP] * people).sum(axis=(1, 2)) / heads,
        "fires": series["fires"][:months].sum(axis=(1, 2)).astype(float),
        "reports": series["reports"][:months].sum(axis=1),
        "pollution_index": _pollution(model, months, flows),
        "co2_avoided_kt": metals @ saved,
        "told_gwh": told,
        "believed_gwh": believed,
        "reporting_gap": np.divide(told, believed, out=np.full(months, np.nan), where=believed > 0) - formal,
    }


def traced_share(scanned: np.ndarray, handed: np.ndarray) -> np.ndarray:
    """Give the share of licensed hand-overs that was scanned in the twelve months up to each month."""
    part, whole = yearly_mean(scanned), yearly_mean(handed)
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0).clip(0.0, 1.0)


def yearly_mean(amount: np.ndarray) -> np.ndarray:
    """Give the mean of the twelve months up to each month, of fewer at the beginning."""
    total = np.cumsum(amount)
    total[WINDOW:] -= total[:-WINDOW].copy()
    return np.maximum(total, 0.0) / np.minimum(np.arange(len(total)) + 1.0, WINDOW)


def beliefs(model, physical: dict, traced: np.ndarray, flows: dict) -> tuple[np.ndarray, np.ndarray]:
    """Say what the central government is told was received and what it believes came loose.

    Both in GWh a month, as means of the last twelve months. Told of more than it believes, it believes what it is told.
    """
    months = len(traced)
    again = (flows["route"] <= LET_GO) & IS_SECOND_LIFE[flows["way"]]
    noticed = np.bincount(flows["month"], flows["scanned_wh"] * again, months) / 1e9
    reported = model.record.series["reported_worked"][:months] / 1e9 + noticed
    told = yearly_mean(told_received(traced, physical["formal_gwh"], reported))
    assumed = model.council.sight.assumed[model.start : model.start + months]
    believed = yearly_mean(believed_retired(traced, physical["released_gwh"], assumed))
    return told, np.maximum(believed, told)


def _pollution(model, months: int, flows: dict) -> np.ndarray:
    """Weigh what crude recovery let escape, tonnes of nickel-equivalent by month."""
    facts, p = model.facts, model.parameters
    crude = IS_CRUDE[flows["way"]]
    key = flows["month"] * 2 + flows["chemistry"]
    kwh = np.bincount(key, flows["watt_hours"] * crude, months * 2).reshape(months, 2) / 1000.0
    toxicity = np.array([p[f"toxicity_{name}"] for name in METALS])
    return pollution(kwh, facts.metal_per_kwh, facts.recovery["workshop"], toxicity, p)
