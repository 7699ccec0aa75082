"""Views: the world month by month as one subject can know it, and how it knows. Reading changes nothing.

A subject sees its own books, what is scanned in its own area, what others tell it, what is published, and what it sees
happen. Packs that nobody scanned, and workshops that nobody visited, are in no view.
"""

import numpy as np
import pandas as pd

from ..facts import PROVINCES
from ..foundations.errors import InputError, nearest
from ..mechanisms.choice import AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET
from ..mechanisms.incidents import BY_LICENSED, BY_WORKSHOPS
from .society import yearly_mean

OWN_BOOKS = "its own books"
OWN_EYES = "what happens before its eyes"
SCANNED = "hand-overs scanned in its area"
TOLD = "what licensed plants report"
PUBLISHED = "published prices and registers"
GUESS = "traced packs, and a life table for the others"
CENTRE, ASSOCIATION, PUBLIC = "central_government", "association", "public"
PRICES = ("licensed_bid_lfp", "licensed_bid_ncm")


def subjects(model) -> dict[str, list]:
    """Name everybody through whose eyes the world can be seen, each with what tells its view."""
    told: dict[str, list] = {CENTRE: [_centre], ASSOCIATION: [_association], PUBLIC: [_public]}
    told |= {code: [_province(i)] for i, code in enumerate(PROVINCES)}
    for channel, names, shares in (
        (AUTOMAKER_OUTLET, model.facts.automakers, model.facts.automaker_share),
        (BATTERY_MAKER_OUTLET, model.facts.battery_makers, model.facts.battery_maker_share),
    ):
        for i, name in enumerate(names):
            told.setdefault(name, []).append(_maker(channel, shares[:, i], name))
    firms: dict[str, list[int]] = {}
    for i, recycler in enumerate(model.recyclers):
        told.setdefault(recycler.name, []).append(_plants([i]))
        firms.setdefault(recycler.owner, []).append(i)
    for firm, plants in firms.items():
        if [model.recyclers[i].name for i in plants] != [firm]:
            told.setdefault(firm, []).append(_plants(plants))
    return told


def seen_by(model, months: int, subject: str) -> pd.DataFrame:
    """Tell what a subject knows: one row a month and thing it knows; columns month, indicator, unit, value, source."""
    known = subjects(model)
    if not isinstance(subject, str) or subject not in known:
        hint = nearest(subject, known, "For example")
        raise InputError("subject", "someone in the model", subject, hint if len(hint) < 300 else _EXAMPLES)
    view = View(model, months)
    for tell in known[subject]:
        tell(view)
    return view.frame()


_EXAMPLES = (
    f"For example {CENTRE}, a province by its code (GD), an automaker or recycler by name, {ASSOCIATION}, {PUBLIC}."
)


class View:
    """What one subject knows, gathered line by line."""

    def __init__(self, model, months: int):
        """Open an empty view of the first `months` months."""
        self.model, self.months, self.told = model, months, {}
        self.national = model.indicators.iloc[:months]

    def add(self, indicator: str, unit: str, values, source: str) -> None:
        """Add one thing that is known, with its unit and how it is known."""
        self.told[indicator] = (unit, np.asarray(values, float), source)

    def national_ones(self, names: tuple, source: str) -> None:
        """Add national indicators by their own names."""
        from .indicators import INDICATORS

        for name in names:
            self.add(name, INDICATORS[name].unit, self.national[name], source)

    def account(self, *names: str) -> None:
        """Add what the subject's own accounts gained."""
        own = [name for name in names if name in self.model.ledger.accounts]
        before = self.told["own_net"][1] if "own_net" in self.told else 0.0  # it may be maker and recycler at once
        gained = self.model.ledger.net(own)[: self.months] / 1e8
        self.add("own_net", "million yuan", before + gained, OWN_BOOKS)

    def scanned(self, chosen) -> np.ndarray:
        """Sum up scanned hand-overs of some flows, GWh by month; `chosen` picks from the columns of all flows."""
        flows = self.model.record.flows()
        return np.bincount(flows["month"], flows["scanned_wh"] * chosen(flows), self.months) / 1e9

    def series(self, name: str) -> np.ndarray:
        """Give a series of the record."""
        return self.model.record.series[name][: self.months]

    def frame(self) -> pd.DataFrame:
        """Lay out the view: month by month, in the order in which things were added."""
        parts = [
            pd.DataFrame(
                {
                    "month": self.model.months[: self.months],
                    "indicator": name,
                    "unit": unit,
                    "value": values,
                    "source": source,
                }
            )
            for name, (unit, values, source) in self.told.items()
        ]
        return pd.concat(parts, ignore_index=True).sort_values("month", kind="stable", ignore_index=True)


def _centre(view: View) -> None:
    """See as the central government: its register, what plants report, what the platform has scanned."""
    view.national_ones(("told_gwh",), TOLD)
    view.national_ones(("believed_gwh",), GUESS)
    view.national_ones(("reported_formal_share",), f"{TOLD}; {GUESS}")
    view.national_ones(("scanned_gwh",), SCANNED)
    scanned, told = yearly_mean(view.national["scanned_gwh"].to_numpy()), view.national["told_gwh"].to_numpy()
    share = np.divide(scanned, told, out=np.full(len(told), np.nan), where=told > 0)
    view.add("scanned_share_of_reported", "share", np.minimum(share, 1.0), f"{SCANNED}; {TOLD}")
    view.national_ones(("sold_million", "licensed_capacity_kt", *PRICES), PUBLISHED)
    view.add("reports", "reports", view.series("reports").sum(axis=1), OWN_EYES)
    fires = view.series("fires")[:, [BY_WORKSHOPS, BY_LICENSED]].sum(axis=(1, 2))
    view.add("licensed_and_storage_fires", "fires", fires, OWN_EYES)
    view.account("treasury")


def _province(index: int):
    """See as a province: what is scanned, burns and is reported there, and the capacity it has licensed."""

    def tell(view: View) -> None:
        here = view.model.plants.province == index
        mass, record, months = view.model.facts.mass_per_kwh, view.model.record, view.months
        view.add("scanned_gwh", "GWh", view.scanned(lambda flows: flows["province"] == index), SCANNED)
        view.add("licensed_input_kt", "kt", record.received[:months][:, :, here].sum(axis=2) @ mass / 1e9, TOLD)
        view.add("licensed_capacity_kt", "kt", record.capacity_t[:months][:, here].sum(axis=1) / 1e3, PUBLISHED)
        view.add("reports", "reports", view.series("reports")[:, index], OWN_EYES)
        view.add("fires", "fires", view.series("fires")[:, :, index].sum(axis=1), OWN_EYES)
        view.national_ones(PRICES, PUBLISHED)
        view.national_ones(("reported_formal_share",), "what the central government publishes")
        view.account(f"province_{PROVINCES[index]}")

    return tell


def _maker(channel: int, share: np.ndarray, name: str):
    """See as an automaker or battery maker: its sales, and what makers' outlets of its kind have scanned."""

    def tell(view: View) -> None:
        model = view.model
        year = np.arange(model.start, model.start + view.months) // 12
        kind = "automakers" if channel == AUTOMAKER_OUTLET else "battery_makers"
        view.add(
            f"own_packs_sold_as_{kind[:-1]}",
            "thousand",
            model.record.sold[: view.months] * share[year] / 1e3,
            OWN_BOOKS,
        )
        mine = (2 * channel, 2 * channel + 1)
        scanned = view.scanned(lambda flows: np.isin(flows["way"], mine))
        view.add(f"scanned_at_outlets_of_{kind}_gwh", "GWh", scanned, "its association's count of scanned hand-overs")
        view.national_ones((*PRICES, "licensed_capacity_kt"), PUBLISHED)
        view.account(f"{kind[:-1]}: {name}")

    return tell


def _plants(chosen: list[int]):
    """See as a licensed recycler: its own plants' books, and published prices."""

    def tell(view: View) -> None:
        model, months, mass = view.model, view.months, view.model.facts.mass_per_kwh
        record = model.record
        for name, table in (("received_kt", record.received), ("worked_kt", record.worked), ("scrap_kt", record.scrap)):
            view.add(f"own_{name}", "kt", table[:months][:, :, chosen].sum(axis=2) @ mass / 1e9, OWN_BOOKS)
        view.add("own_waiting_kt", "kt", record.waiting[:months][:, :, chosen].sum(axis=2) @ mass / 1e9, OWN_BOOKS)
        view.add("own_capacity_kt", "kt", record.capacity_t[:months][:, chosen].sum(axis=1) / 1e3, OWN_BOOKS)
        view.add("own_margin", "share", record.margin[:months][:, chosen].mean(axis=1), OWN_BOOKS)
        view.national_ones((*PRICES, "licensed_capacity_kt"), PUBLISHED)
        view.account(*(f"plant: {model.recyclers[i].name}" for i in chosen))

    return tell


def _association(view: View) -> None:
    """See as the industry association: what its members report, and what they say workshops bid."""
    view.national_ones(("told_gwh",), TOLD)
    view.national_ones(("licensed_capacity_kt", *PRICES), PUBLISHED)
    view.national_ones(("workshop_bid_lfp", "workshop_bid_ncm"), "what members hear in the market")
    view.national_ones(("plant_utilisation",), TOLD)
    view.national_ones(("blacklisted",), "its own list")
    view.account("association")


def _public(view: View) -> None:
    """See as the public: prices offered, fires in the news, what the government publishes, its own opinion."""
    view.national_ones((*PRICES, "workshop_bid_lfp", "workshop_bid_ncm"), "offers it gets")
    view.national_ones(("fires",), "the news")
    view.national_ones(("reported_formal_share",), "what the central government publishes")
    view.national_ones(("awareness", "trust_public", "trust_workshops", "reports"), "itself")
