"""The question and its answer, in three sentences made of numbers; what cannot be told apart is said to be so."""

from ...case.levers import SEATS
from ...performance.differences import ALIKE, FEWEST, HIGHER
from ...performance.ranking import PUBLIC, THE_PUBLIC
from ..words import joined, stakeholder
from .subject import Subject

BETTER_OFF = 0.05  # a standing this far from 2025 is worth a word


def sentences(subject: Subject) -> list[str]:
    """Answer: where packs go, at what cost, for whom."""
    if subject.compares:
        return [_shares(subject), _costs(subject), _seats(subject)]
    return [_share_of_one(subject), _cost_of_one(subject), _seats_of_one(subject)]


def _shares(subject: Subject) -> str:
    """Say what share reaches licensed firms under the first arm, and how the others differ."""
    texts, measure = subject.texts, subject.measure("formal_share")
    told = [_against(subject, label, "formal_share", "share") for label in list(subject.cases)[1:]]
    value = measure.write(subject.value(subject.first, "formal_share"))
    return texts("report.answer_share", period=subject.period, first=subject.names[subject.first], value=value,
                 others=texts("report.semicolon").join(told))  # fmt: skip


def _against(subject: Subject, label: str, name: str, kind: str) -> str:
    """Say how an arm differs from the first one in an indicator."""
    texts, measure, found = subject.texts, subject.measure(name), subject.difference(label, name)
    verdict = found["verdict"]
    low, high = found["low"], found["high"]
    enough = subject.replications >= FEWEST
    unsure = (
        enough and verdict == ALIKE and (low > 0 or high < 0)
    )  # the band alone would tell them apart, the sign test does not
    kept = texts("report.by_chance", chance=f"{found['chance']:.0%}") if unsure else ""
    decimals = measure.change_decimals(subject.value(label, name), found["difference"], low, high)
    if not enough:
        told = {"size": measure.write(found["difference"], True, decimals), "arm": subject.names[label]}
        band = measure.write_band(low, high, True, decimals)
        return texts(f"report.{kind}_untold", **told, band=band, unit=measure.unit)
    word = "alike" if verdict == ALIKE else "more" if verdict == HIGHER else "less"
    if verdict != ALIKE and found["difference"] < 0:
        low, high = -high, -low
    size = measure.write(abs(found["difference"]), decimals=decimals)
    band = measure.write_band(low, high, verdict == ALIKE, decimals)
    return texts(f"report.{kind}_{word}", arm=subject.names[label], size=size, band=band, kept=kept, unit=measure.unit)


def _costs(subject: Subject) -> str:
    """Say what governing costs, and what an extra licensed kWh costs where there is one and it costs more."""
    texts, measure = subject.texts, subject.measure("governance_cost")
    told = []
    for label in list(subject.cases)[1:]:
        text = _against(subject, label, "governance_cost", "cost")
        cost, energy = subject.difference(label, "governance_cost"), subject.difference(label, "formal_gwh")
        if cost["verdict"] == energy["verdict"] == HIGHER:  # million yuan by GWh is yuan by kWh
            text += texts("report.cost_by_kwh", price=f"{cost['difference'] / energy['difference']:.2f}")
        told.append(text)
    value = measure.write(subject.value(subject.first, "governance_cost"))
    return texts("report.answer_cost", first=subject.names[subject.first], value=value, unit=measure.unit,
                 others=texts("report.semicolon").join(told))  # fmt: skip


def _seats(subject: Subject) -> str:
    """Say who is served best by which arm, and for whom no arm leads alone."""
    texts = subject.texts
    if subject.replications < FEWEST:
        return texts("report.answer_seats", told=texts("report.best_untold"))
    rows = subject.held.ranking
    rows = rows[(rows["stakeholder"] != THE_PUBLIC) | ~rows["measure"].isin(PUBLIC)]
    leading: dict[str, list[str]] = {}
    open_: list[str] = []
    for row in rows.itertuples():
        who = stakeholder(row.stakeholder, texts)
        if row.leads in subject.cases:
            leading.setdefault(row.leads, []).append(who)
        else:
            open_.append(who)
    told = [
        texts("report.best_under", arm=subject.names[label], who=joined(leading[label], texts))
        for label in subject.cases
        if label in leading
    ]
    if open_:
        told.append(texts("report.best_open", who=joined(open_, texts)))
    return texts("report.answer_seats", told=texts("report.semicolon").join(told))


def _share_of_one(subject: Subject) -> str:
    """Say how the licensed share of a single run moves."""
    middle, label = subject.years["median"], subject.first
    years = list(middle.loc[label].index)
    measure = subject.measure("formal_share")
    values = [measure.write(middle.loc[(label, year), "formal_share"]) for year in (years[0], years[-1])]
    whole = measure.write(subject.value(label, "formal_share"))
    return subject.texts("report.one_share", first=subject.names[label], start=years[0], end=years[-1],
                         before=values[0], after=values[1], period=subject.period, value=whole)  # fmt: skip


def _cost_of_one(subject: Subject) -> str:
    """Say what governing costs in a single run, and what it leaves in the public purse and with holders."""
    names = ("governance_cost", "treasury_net", "holder_price")
    told = {name: subject.measure(name).write(subject.value(subject.first, name)) for name in names}
    unit = subject.measure("governance_cost").unit
    return subject.texts("report.one_cost", period=subject.period, unit=unit, **told)


def _seats_of_one(subject: Subject) -> str:
    """Say which seats stand better than in 2025 and which worse, in a single run."""
    texts, sides = subject.texts, {"up": [], "down": [], "same": []}
    for seat in SEATS:
        name = f"standing_{seat}"
        if subject.has(name):
            value = subject.value(subject.first, name)
            side = "up" if value > BETTER_OFF else "down" if value < -BETTER_OFF else "same"
            sides[side].append(stakeholder(seat, texts))
    told = [texts(f"report.one_{side}", who=joined(who, texts)) for side, who in sides.items() if who]
    return texts("report.one_seats", told=texts("report.semicolon").join(told))
