"""The figures of a report: flows, time series with bands, seats, paths of levers."""

import numpy as np

from ...case.levers import SEATS
from ...case.levers import load as levers_of
from ...foundations.calendar import EXPERIMENT_FROM, FIRST_YEAR
from ..words import stakeholder
from . import sankey
from .charts import Line, legend, line_chart, swatch
from .marks import Markup, folded, join, table, tag
from .subject import Subject

SERIES = (
    "formal_share", "informal_share", "plant_utilisation", "workshops", "holder_price", "recycler_profit",
    "workshop_profit", "treasury_net", "governance_cost", "fires", "pollution_index", "co2_avoided_kt",
    "trust_organisations", "trust_public", "legitimacy",
)  # fmt: skip
MOST_LEVERS = 12  # charts of levers that are shown
FIRST_OF_EXPERIMENT = FIRST_YEAR + EXPERIMENT_FROM // 12


def arms_legend(subject: Subject, since: int = 0) -> Markup:
    """Say which line is which arm; `since` leaves out those before."""
    entries = [
        (swatch(subject.colours[label], place), subject.names[label])
        for place, label in enumerate(subject.cases)
        if place >= since
    ]
    return legend(entries, subject.texts("report.legend"))


def flows(subject: Subject) -> Markup:
    """Draw where packs go, a diagram an arm, one of them shown at a time and all of them printed."""
    texts, inputs, panels = subject.texts, [], []
    for place, label in enumerate(subject.cases):
        mine = subject.flows[subject.flows["structure"] == label]
        steps = sankey.links(mine, *(subject.whole.loc[label, name].mean() for name in sankey.TOTALS))
        title = texts("report.flows_of", arm=subject.names[label], gwh=sankey.energy(steps))
        picture, numbers = sankey.draw(title, steps, texts), sankey.numbers(title, steps, texts)
        panels.append(tag("div", tag("h3", title), picture, folded(texts("report.numbers"), numbers),
                          class_=f"panel t{place}"))  # fmt: skip
        if subject.compares:
            box = tag("input", type="radio", name="flow", id=f"flow{place}", class_=f"t{place}",
                      checked="checked" if place == 0 else None)  # fmt: skip
            inputs += [box, tag("label", subject.names[label], for_=f"flow{place}")]
    if not subject.compares:
        return join(panels)
    return tag(
        "fieldset", tag("legend", texts("report.flows_choice"), class_="unseen"), *inputs, *panels, class_="tabs"
    )


def series(subject: Subject, names: tuple[str, ...] = SERIES) -> Markup:
    """Draw indicators by year, with their bands over the replications."""
    shown = [name for name in names if subject.has(name)]
    charts = [_chart(subject, name, subject.measure(name).title) for name in shown]
    numbers = _numbers(subject, shown)
    parts = [arms_legend(subject), tag("div", *charts, class_="grid"), numbers]
    return join([*parts, _against_first(subject, shown)]) if subject.compares else join(parts)


def _against_first(subject: Subject, names: list[str]) -> Markup:
    """Draw year by year how the arms differ from the first one, worlds of equal luck held against each other."""
    texts, found = subject.texts, subject.held.differences
    found = found[(found["against"] == subject.first) & (found["period"] != subject.period)]
    years = np.array(sorted({int(period) for period in found["period"]}), float)
    others = [(place, label) for place, label in enumerate(subject.cases) if place]
    charts = []
    for name in names:
        measure, lines = subject.measure(name), []
        for place, label in others:
            mine = found[(found["arm"] == label) & (found["indicator"] == name)].sort_values("period")
            middle, low, high = (measure.shown(mine[key].to_numpy(float)) for key in ("difference", "low", "high"))
            lines.append(Line(subject.names[label], subject.colours[label], place, middle, low, high))
        charts.append(line_chart(measure.title, measure.difference_unit, years, lines))
    title = tag("h3", texts("report.against_first", first=subject.names[subject.first]))
    note = tag("p", texts("report.against_note"), class_="note")
    return join([title, note, arms_legend(subject, 1), tag("div", *charts, class_="grid")])


def _chart(subject: Subject, name: str, title: str, bands: bool = True) -> Markup:
    measure, lines = subject.measure(name), []
    years = np.array(sorted({year for _, year in subject.years["median"].index}), float)
    for place, label in enumerate(subject.cases):
        point = {key: measure.shown(table.loc[label][name].to_numpy(float)) for key, table in subject.years.items()}
        low, high = (point["low"], point["high"]) if bands and subject.replications > 1 else (None, None)
        lines.append(Line(subject.names[label], subject.colours[label], place, point["median"], low, high))
    return line_chart(title, measure.unit, years, lines, FIRST_OF_EXPERIMENT - 0.5)


def _numbers(subject: Subject, names: list[str]) -> Markup:
    """Give the medians behind the charts as tables, folded away."""
    texts, middle = subject.texts, subject.years["median"]
    tables = []
    for name in names:
        measure = subject.measure(name)
        rows = [
            [str(year), *(measure.write(middle.loc[(label, year), name]) for label in subject.cases)]
            for year in sorted({year for _, year in middle.index})
        ]
        tables.append(table([texts("report.year"), *subject.names.values()], rows, measure.heading))
    return folded(texts("report.numbers"), *tables)


def seats(subject: Subject) -> Markup:
    """Show how every seat stands against 2025 under every arm, and how content it is over the years."""
    texts = subject.texts
    known = [seat for seat in SEATS if subject.has(f"standing_{seat}")]
    if not known:
        return tag("p", texts("report.no_seats"))
    values = {(seat, label): subject.value(label, f"standing_{seat}") for seat in known for label in subject.cases}
    far = max(max(abs(value) for value in values.values()), 0.05)
    rows = []
    for seat in known:
        cells = [_standing(values[seat, label], far, subject.measure(f"standing_{seat}")) for label in subject.cases]
        rows.append([stakeholder(seat, texts), *cells])
    head = [texts("report.seat"), *subject.names.values()]
    heat = table(head, rows, texts("report.standing_caption", period=subject.period), "heat")
    charts = [_chart(subject, f"satisfaction_{seat}", stakeholder(seat, texts)) for seat in known]
    note = tag("p", texts("report.satisfaction_note"), class_="note")
    grid = tag("div", *charts, class_="grid")
    return join([heat, tag("h3", texts("report.satisfaction")), note, arms_legend(subject), grid])


def _standing(value: float, far: float, measure) -> tuple[str, str]:
    """Write a standing in hundredths, as all beside it, and name the shade of its cell: five steps to either side."""
    step = min(5, round(abs(value) / far * 5))
    return measure.write(value, sign=True, decimals=2), f"n {'up' if value > 0 else 'down'}{step}" if step else "n"


def levers(subject: Subject) -> Markup:
    """Draw the paths of the levers that move most, and name those that never move."""
    texts = subject.texts
    registry = levers_of(subject.case.country)
    months = subject.indicators["month"].unique()
    x = np.array([int(month[:4]) + (int(month[5:]) - 1) / 12 for month in months])
    paths: dict[str, dict[str, np.ndarray]] = {}
    names = [name for name in registry if f"lever_{name}" in subject.indicators]
    by = subject.indicators.groupby(["structure", "month"])[[f"lever_{name}" for name in names]].median()
    for name in names:
        paths[name] = {label: by.loc[label][f"lever_{name}"].to_numpy(float) for label in subject.cases}
    late = x >= FIRST_OF_EXPERIMENT - 1 / 12 - 1e-9
    late = late if late.any() else np.ones(len(x), bool)
    moved = {name: _way(paths[name], late) / (registry[name].high - registry[name].low) for name in names}
    order = sorted((name for name in names if moved[name] > 1e-9), key=lambda name: -moved[name])
    charts = []
    for name in order[:MOST_LEVERS]:
        lines = [
            Line(subject.names[label], subject.colours[label], place, paths[name][label][late])
            for place, label in enumerate(subject.cases)
        ]
        charts.append(
            line_chart(subject.measure(f"lever_{name}").title, texts.word(registry[name].unit), x[late], lines)
        )
    told = []
    titles = {name: subject.measure(f"lever_{name}").title for name in names}
    if order[MOST_LEVERS:]:
        told.append(
            texts("report.levers_more", levers=texts("compare.comma").join(titles[n] for n in order[MOST_LEVERS:]))
        )
    still = [titles[name] for name in names if name not in order]
    if still:
        told.append(texts("report.levers_still", levers=texts("compare.comma").join(still)))
    notes = [tag("p", text, class_="note") for text in told]
    return join([arms_legend(subject), tag("div", *charts, class_="grid"), *notes])


def _way(paths: dict[str, np.ndarray], late: np.ndarray) -> float:
    """Say how far a lever ranges, over months and arms."""
    values = np.concatenate([path[late] for path in paths.values()])
    return float(values.max() - values.min())
