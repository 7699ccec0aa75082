"""Tables of a run, column by column: flows, actors, contracts, minutes and events. Reading changes nothing."""

import numpy as np
import pandas as pd

from ..actors.books import COLLECTORS
from ..actors.fates import CHANNEL_OF, DISPOSITIONS, HOLDER_GROUPS, IN_WORKSHOP, SCANNED
from ..facts import CHANNELS, CHEMISTRIES, PROVINCES, ROUTES
from ..foundations.calendar import month_name
from ..foundations.columns import Columns, Words
from ..mechanisms.contract import ENDINGS, FORMS, RECYCLER, SOURCE, SOURCE_KINDS
from ..structures.minutes import minutes_of


def flows_of(model) -> Columns:
    """Packs, kWh and kg by month, province, route, channel and chemistry; empty rows left out."""
    flows = model.record.flows()
    shape = (model.months_run, len(PROVINCES), len(ROUTES), len(CHANNELS), len(CHEMISTRIES))
    axes = (flows["month"], flows["province"], flows["route"], CHANNEL_OF[flows["way"]], flows["chemistry"])
    cells, row = np.unique(np.ravel_multi_index(axes, shape), return_inverse=True)
    packs = np.bincount(row, flows["packs"], len(cells)).astype(np.int64)
    kwh = np.bincount(row, flows["watt_hours"], len(cells)) / 1000.0
    month, province, route, channel, chemistry = np.unravel_index(cells, shape)
    return {
        "month": Words(model.months, month),
        "province": Words(PROVINCES, province),
        "route": Words(ROUTES, route),
        "channel": Words(CHANNELS, channel),
        "chemistry": Words(CHEMISTRIES, chemistry),
        "packs": packs,
        "kwh": kwh,
        "kg": kwh * model.facts.mass_per_kwh[chemistry],
    }


def actors_of(model) -> Columns:
    """What each organisation and group did and earned, by month: one row a month and actor."""
    record, ledger, months = model.record, model.ledger, model.months_run
    mass = model.facts.mass_per_kwh
    blank = np.full(months, np.nan)
    gained = dict(zip(ledger.accounts, ledger.nets().T))  # what they pay each other cancels out
    actors: list[tuple] = []  # name, kind, province; then the columns of `numbers`, an entry a month

    def add(name, kind, province, owners=(), received_kt=blank, capacity_kt=blank, margin=blank, count=blank):
        net = sum(gained[name] for name in (name, *owners))[:months] / 1e8
        actors.append((name, kind, province, received_kt, capacity_kt, margin, count, net))

    for i, recycler in enumerate(model.recyclers):
        add(
            f"plant: {recycler.name}",
            "recycler",
            PROVINCES[recycler.province],
            received_kt=(record.received[:months, :, i] + record.scrap[:months, :, i]) @ mass / 1e9,
            capacity_kt=record.capacity_t[:months, i] / 1000.0,
            margin=record.margin[:months, i],
        )
    flows = record.flows()
    key = (flows["month"] * len(PROVINCES) + flows["province"]) * 2 + flows["chemistry"]
    unlicensed = np.bincount(key, flows["watt_hours"] * IN_WORKSHOP[flows["way"]], months * len(PROVINCES) * 2)
    unlicensed = unlicensed.reshape(months, len(PROVINCES), 2)
    for i, district in enumerate(model.districts):
        add(
            district.name,
            "workshops",
            PROVINCES[i],
            owners=[f"owners_{PROVINCES[i]}"],
            received_kt=unlicensed[:, i] @ mass / 1e9,
            margin=record.workshop_margin[:months, i],
            count=record.workshops[:months, i],
        )
    for name in COLLECTORS:
        add(name, "collector", "")
    for name in HOLDER_GROUPS:
        add(name, "holders", "")
    for name in ("treasury", "deposit_fund"):
        add(name, "government", "")
    for code in PROVINCES:
        add(f"province_{code}", "government", code)
    add("association", "association", "")
    words, numbers = zip(*((actor[:3], actor[3:]) for actor in actors))
    month, place = np.divmod(np.arange(months * len(actors)), len(actors))
    columns = {"month": Words(model.months, month)}
    for name, values in zip(("actor", "kind", "province"), zip(*words)):
        columns[name] = Words(values, place)
    for name, values in zip(("received_kt", "capacity_kt", "margin", "count", "net_million_yuan"), zip(*numbers)):
        columns[name] = np.stack(values, axis=1).astype(float).ravel()
    return columns


def contracts_of(model) -> Columns:
    """Every contract that has come into force, by the month it was signed for; prices are yuan/kWh at the plant's gate.

    The price follows the metals: coefficient x metal value - fee. A contract still in force has no `ended`.
    """
    table = model.contracts.table
    table = table[table["signed"] < model.month]
    ended = np.where(table["ended"] <= model.month, table["ended"], -1)
    price = {
        f"{part}_{chemistry.lower()}": table[part][:, i]
        for part in ("coefficient", "fee")
        for i, chemistry in enumerate(CHEMISTRIES)
    }
    return {
        "month": Words(model.months, table["signed"] - model.start),
        "source": Words(model.contracts.sources.names, table["source"]),
        "source_kind": Words(SOURCE_KINDS, table["kind"]),
        "recycler": Words([recycler.name for recycler in model.recyclers], table["plant"]),
        "share": table["share"],
        "terms": Words(("indexed", "tolling"), table["tolling"].astype(int)),
        **price,
        "months": table["months"],
        "formal": table["formal"],
        "penalty": table["penalty"],
        "information": table["information"],
        "renewed": table["renewed"],
        "form": Words(FORMS, table["form"]),
        "kept_months": table["kept"],
        "breaches_by_source": table["broken"][:, SOURCE],
        "breaches_by_recycler": table["broken"][:, RECYCLER],
        "mediated": table["mediated"],
        "court": table["court"],
        "ended": Words(("", *model.months), np.where(ended >= 0, ended - model.start, 0)),
        "why": Words(ENDINGS, np.where(ended >= 0, table["why"], 0)),
    }


def ledger_of(model) -> Columns:
    """Who paid whom for what, in yuan a month."""
    return model.ledger.columns()


TABLES = {
    "flows": flows_of,
    "actors": actors_of,
    "contracts": contracts_of,
    "minutes": minutes_of,
    "ledger": ledger_of,
}


def events_frame(model) -> pd.DataFrame:
    """All that happened to packs: one row an event, by month and pack number."""
    month, pack, code = model.holders.events.columns()
    months = [month_name(number) for number in range(model.start, model.until + 1)]
    return pd.DataFrame(
        {
            "month": pd.Categorical.from_codes(month - model.start, months, ordered=True),
            "pack": pack,
            "route": pd.Categorical.from_codes(code >> 4 & 7, list(ROUTES)),
            "disposition": pd.Categorical.from_codes(code & 15, list(DISPOSITIONS)),
            "scanned": code >= SCANNED,
        }
    )
