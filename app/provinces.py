"""One province of a run, as the board draws it: indicators by the nation's rules, from what the record has by place.

What has no place (money of firms, metals, seats) is left unknown, and the board says that it shows the nation there.
"""

import numpy as np

from govmodel.actors.fates import DISPOSITIONS, IN_WORKSHOP, IS_KEPT, LET_GO, LICENSED
from govmodel.facts import PROVINCES, ROUTES
from govmodel.mechanisms.authority import STATES
from govmodel.mechanisms.choice import RECYCLER, WORKSHOP
from govmodel.performance.indicators import INDICATORS

from .frames import by_year

HEALTH = 2  # the band of health whose bids are told: packs of 70 to 80 %


def arrays_of(model, province: int) -> dict[str, np.ndarray]:
    """Give a province's indicators by twelve months, and its flows; rows that it has no numbers for are NaN."""
    months, flows = model.months_run, model.record.flows()
    here = flows["province"] == province
    cell = (flows["month"] * len(ROUTES) + flows["route"]) * len(DISPOSITIONS) + flows["way"]
    ways = np.bincount(cell[here], flows["watt_hours"][here] / 1e9, months * len(ROUTES) * len(DISPOSITIONS))
    monthly = np.full((len(INDICATORS), months), np.nan)
    rows = {name: i for i, name in enumerate(INDICATORS)}
    for name, values in monthly_of(model, province).items():
        monthly[rows[name]] = values
    return {"year": by_year(monthly), "flows": ways.reshape(months, len(ROUTES), len(DISPOSITIONS))}


def monthly_of(model, province: int) -> dict[str, np.ndarray]:
    """Compute the monthly indicators that a province has."""
    months = model.months_run
    return _energy(model, province, months) | _prices(model, province, months) | _society(model, province, months)


def _energy(model, province: int, months: int) -> dict[str, np.ndarray]:
    flows, record, mass = model.record.flows(), model.record, model.facts.mass_per_kwh
    route, way = flows["route"], flows["way"]
    released = (route <= LET_GO) & ~((route == LET_GO) & (way == IS_KEPT)) & (flows["province"] == province)

    def gwh(chosen, measure: str = "watt_hours") -> np.ndarray:
        return np.bincount(flows["month"], flows[measure] * (released & chosen), months) / 1e9

    handed = gwh(LICENSED[way])
    # what waits in one province's yards may be worked off in another's: the nation's growth, by each one's part in it
    yards = record.yard[:months].sum(axis=2) / 1e9
    grown = np.maximum(np.diff(yards, axis=0, prepend=0.0), 0.0)
    nation, parts = np.maximum(np.diff(yards.sum(axis=1), prepend=0.0), 0.0), grown.sum(axis=1)
    part = np.divide(grown[:, province], parts, out=np.zeros(months), where=parts > 0.0)
    pending = np.minimum(nation * part, handed)
    mine = model.plants.province == province
    by_state = record.series["workshops_by_state"][:months, :, province]
    return {
        "released_gwh": gwh(True),
        "formal_gwh": handed - pending,
        "informal_gwh": gwh(IN_WORKSHOP[way]),
        "kept_gwh": gwh(way == IS_KEPT),
        "scanned_gwh": gwh(True, "scanned_wh"),
        "handed_gwh": handed,
        "licensed_capacity_kt": record.capacity_t[:months, mine].sum(axis=1) / 1000.0,
        "licensed_input_kt": record.received[:months, :, mine].sum(axis=2) @ mass / 1e9,
        "scrap_input_kt": record.scrap[:months, :, mine].sum(axis=2) @ mass / 1e9,
        "workshops": record.workshops[:months, province],
        **{f"workshops_{state}": by_state[:, i] for i, state in enumerate(STATES)},
    }


def _prices(model, province: int, months: int) -> dict[str, np.ndarray]:
    paid = model.record.paid[:months].reshape(months, 6, len(PROVINCES), 2, -1)[:, :, province, :, HEALTH]
    found = {}
    for chemistry, name in enumerate(("lfp", "ncm")):
        licensed, workshop = paid[:, RECYCLER, chemistry], paid[:, WORKSHOP, chemistry]
        found[f"licensed_bid_{name}"], found[f"workshop_bid_{name}"] = licensed, workshop
        with np.errstate(divide="ignore", invalid="ignore"):
            found[f"workshop_premium_{name}"] = np.where(licensed > 0, workshop / licensed - 1.0, np.nan)
    return found


def _society(model, province: int, months: int) -> dict[str, np.ndarray]:
    series = model.record.series
    people = model.public.people[np.arange(model.start, model.start + months) // 12][:, province]
    heads = people.sum(axis=1)
    trust = series["public_trust"][:months, :, province]
    return {
        "awareness": (series["awareness"][:months, province] * people).sum(axis=1) / heads,
        "trust_public": (trust[:, :WORKSHOP].mean(axis=1) * people).sum(axis=1) / heads,
        "trust_workshops": (trust[:, WORKSHOP] * people).sum(axis=1) / heads,
        "fires": series["fires"][:months, :, province].sum(axis=1).astype(float),
        "reports": series["reports"][:months, province],
    }
