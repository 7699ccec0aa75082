"""What governing costs: by what it is spent on, and by who bears it, as the ledger has it."""

import pandas as pd

from ...actors.fates import HOLDER_GROUPS
from ...case.levers import SEATS
from ...folder import read_table
from ..measures import plain
from ..words import stakeholder
from .charts import legend, stacked_bars
from .marks import Markup, folded, join, table, tag
from .subject import Subject

# What belongs to the cost of governing, by the purposes of the ledger; PARTS says where each is shown
PARTS = {
    "inspections": "inspections",
    "association: staff": "staff",
    "talks": "talks",
    "platform": "platform",
    "campaigns": "rest",
    "rewards for reports": "rest",
}
SHARED = "shared cost of levers"  # what seats pay back to the purse that the law makes pay first
POOL = "governing_pool"  # money passes through it
# The seat to which an account belongs, by how its name begins
SEAT_OF = {
    "treasury": "central_government", "province_": "provinces", "automaker: ": "automakers",
    "battery_maker: ": "battery_makers", "plant: ": "recyclers", "owners_": "workshops", "association": "associations",
    **{group: "consumers" for group in HOLDER_GROUPS},
}  # fmt: skip
MILLION = 1e6


def costs(subject: Subject) -> Markup:
    """Draw what governing costs, each arm a bar: first by what it is for, then by who bears it."""
    texts, paid = subject.texts, payments(subject)
    parts = list(dict.fromkeys(PARTS.values()))
    by_part = _sums(subject, paid.assign(part=paid["purpose"].map(PARTS)), "part", parts)
    by_seat = _sums(subject, paid, "seat", [seat for seat in SEATS if (paid["seat"] == seat).any()])
    places = {seat: place for place, seat in enumerate(SEATS)}
    first = _bars(subject, "cost_title", by_part, [texts(f"report.cost_{part}") for part in by_part], range(len(parts)))
    second = _bars(subject, "cost_seats_title", by_seat, [stakeholder(seat, texts) for seat in by_seat],
                   [places[seat] for seat in by_seat])  # fmt: skip
    note = tag("p", texts("report.cost_dues"), class_="note")
    return join([first, second, note, _settled(subject)])


def payments(subject: Subject) -> pd.DataFrame:
    """Give what was paid for governing: million yuan by arm, seat and purpose, the mean over the replications."""
    paid = _read(subject, list(PARTS))
    paid = paid[paid["payer"] != POOL]
    return _by_seat(paid, "payer", subject.replications)


def settlements(subject: Subject) -> pd.DataFrame:
    """Give what seats paid and got back (negative) when they shared what levers cost, million yuan by arm and seat."""
    paid = _read(subject, [SHARED])
    given = _by_seat(paid[paid["payer"] != POOL], "payer", subject.replications)
    got = _by_seat(paid[paid["payer"] == POOL], "payee", subject.replications)
    return pd.concat([given, got.assign(yuan=-got["yuan"])], ignore_index=True)


def _read(subject: Subject, purposes: list[str]) -> pd.DataFrame:
    return read_table(subject.folder / "ledger.parquet", [("purpose", "in", purposes), ("month", ">=", subject.since)])


def _by_seat(paid: pd.DataFrame, side: str, replications: int) -> pd.DataFrame:
    """Sum payments by arm, seat of one side, and purpose."""
    seats = {account: seat_of(account) for account in paid[side].unique()}
    paid = paid.assign(seat=paid[side].map(seats))
    sums = paid.groupby(["structure", "seat", "purpose"], observed=True)["yuan"].sum() / MILLION / replications
    return sums.reset_index()


def seat_of(account: str) -> str:
    """Say to which seat an account of the ledger belongs."""
    for start, seat in SEAT_OF.items():
        if account.startswith(start):
            return seat
    raise KeyError(f"account {account!r} belongs to no seat: name it in SEAT_OF")


def _sums(subject: Subject, paid: pd.DataFrame, by: str, order: list[str]) -> pd.DataFrame:
    """Lay sums out with the arms as rows."""
    sums = paid.groupby(["structure", by])["yuan"].sum().unstack(fill_value=0.0)
    return sums.reindex(index=list(subject.cases), columns=order, fill_value=0.0)


def _bars(subject: Subject, title: str, sums: pd.DataFrame, names: list[str], colours) -> Markup:
    """Draw bars with a legend, and lay the numbers out below."""
    texts, measure = subject.texts, subject.measure("governance_cost")
    title = texts(f"report.{title}", period=subject.period, unit=measure.unit)
    shown = [(subject.names[label], [measure.shown(float(value)) for value in row]) for label, row in sums.iterrows()]
    marks = [
        tag("svg", tag("rect", width="14", height="14", class_=f"p{colour}"), viewBox="0 0 14 14", class_="square",
            aria_hidden="true")
        for colour in colours
    ]  # fmt: skip
    rows = [[name, *((plain(value), "n") for value in values), (plain(sum(values)), "n")] for name, values in shown]
    numbers = table([texts("report.arm"), *names, texts("report.total")], rows, title, "numbers")
    picture = stacked_bars(title, measure.unit, shown, names, list(colours))
    return join([tag("h3", title), legend(list(zip(marks, names)), title), picture,
                 folded(texts("report.numbers"), numbers)])  # fmt: skip


def _settled(subject: Subject) -> Markup | None:
    """Lay out how seats settled with each other afterwards, if any did."""
    texts, measure, settled = subject.texts, subject.measure("governance_cost"), settlements(subject)
    if settled.empty:
        return None
    known = [seat for seat in SEATS if (settled["seat"] == seat).any()]
    sums = _sums(subject, settled, "seat", known)
    rows = [
        [subject.names[label], *((measure.write(value, sign=True) if value else "-", "n") for value in row)]
        for label, row in sums.iterrows()
    ]
    head = [texts("report.arm"), *(stakeholder(seat, texts) for seat in known)]
    title = texts("report.settled", period=subject.period, unit=measure.unit)
    return join([table(head, rows, title, "numbers"), tag("p", texts("report.settled_note"), class_="note")])
