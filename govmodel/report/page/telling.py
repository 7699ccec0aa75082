"""The parts of a report in words and tables: differences, minutes, the case with its sources, how far to trust it."""

import pandas as pd

from ...case.levers import load as levers_of
from ...facts import load as load_facts
from ...foundations import parameters
from ...foundations.calendar import month_name
from ...performance.differences import ALIKE, CHANCE, FEWEST, HIGHER, LOWER, UNTOLD, told
from ...performance.ranking import PUBLIC, THE_PUBLIC
from ...structures.minutes import sentences
from ..catalogue import rows as catalogue_rows
from ..comparison import SHOWN
from ..words import public_list, ranking_lines, verdict
from .marks import Markup, folded, join, table, tag
from .subject import Subject

TURNS = 3  # meetings that are told of each arm
TOLD = 2  # levers that are told of each meeting
SIGNS = {  # of a cell's verdict: its class and its mark
    HIGHER: ("higher", "\u25b2"),
    LOWER: ("lower", "\u25bc"),
    ALIKE: ("alike", "\u2248"),
    UNTOLD: ("alike", "?"),
}
ASSUMED, CALIBRATED = "ASSUMED", "CALIBRATED"


def differences(subject: Subject) -> Markup:
    """Lay out the differences from the first arm with bands and verdicts, the rest of the indicators folded away."""
    texts = subject.texts
    found = subject.held.differences
    found = found[(found["period"] == subject.period) & (found["against"] == subject.first)]
    cells = {(row.arm, row.indicator): row for row in found.itertuples()}
    names = list(dict.fromkeys(found["indicator"]))
    few = subject.replications < FEWEST
    notes = [tag("p", texts("compare.too_few", fewest=FEWEST), class_="warning")] if few else []
    notes.append(tag("p", texts("report.verdicts", chance=f"{CHANCE:.0%}"), class_="note"))
    rest = [name for name in names if name not in SHOWN]
    return join([
        *notes, _table(subject, [name for name in SHOWN if name in names], cells),
        folded(texts("report.all_indicators", count=len(rest)), _table(subject, rest, cells)),
    ])  # fmt: skip


def _table(subject: Subject, names: list[str], cells: dict) -> Markup:
    texts, rows = subject.texts, []
    others = list(subject.cases)[1:]
    for name in names:
        if all(cells[label, name].replications == 0 for label in others):
            continue
        measure = subject.measure(name)
        heading = join([tag("b", measure.title), tag("span", f" {measure.unit}", class_="unit")])
        told = [_difference(cells[label, name], measure, texts) for label in others]
        rows.append([heading, (measure.write(cells[others[0], name].value_against), "n"), *told])
    head = [texts("compare.indicator"), *subject.names.values()]
    caption = texts("compare.title", period=subject.period, first=subject.names[subject.first])
    return table(head, rows, caption, "differences")


def _difference(row, measure, texts) -> tuple[Markup, str]:
    """Write one cell: the median, the difference with its verdict, the band."""
    if row.replications == 0:
        return tag("span", "-"), "n"
    if row.low == row.high == 0.0:
        return join([measure.write(row.value), tag("small", texts("compare.the_same"))]), "n alike"
    kind, sign = SIGNS[told(row.verdict, row.replications)]
    decimals = measure.change_decimals(row.value, row.difference, row.low, row.high)
    text = f"{sign} {measure.write(row.difference, True, decimals)} {verdict(row, texts)}"
    band = measure.write_band(row.low, row.high, True, decimals)
    return join([measure.write(row.value), tag("small", text, class_="verdict"), tag("small", band)]), f"n {kind}"


def ranking(subject: Subject) -> Markup:
    """Say how the arms stand for every seat and for the public."""
    texts = subject.texts
    found = subject.held.ranking
    whole = found[(found["stakeholder"] != THE_PUBLIC) | ~found["measure"].isin(PUBLIC)]
    rows, few = [], subject.replications < FEWEST
    lines = ranking_lines(found, subject.names, texts, subject.replications)
    for (who, how), (_, row) in zip(lines, whole.iterrows()):
        ranks = [int(row[f"rank: {label}"]) for label in subject.cases]
        cells = [("?", "n")] * len(ranks) if few else [(str(rank), f"n rank{min(rank, 3)}") for rank in ranks]
        rows.append([who, *cells, how])
    head = [texts("report.stakeholder"), *subject.names.values(), texts("report.order")]
    made = table(head, rows, texts("report.ranks"), "ranks")
    return join(
        [made, tag("p", texts("compare.public_is", measures=public_list(subject.held.ranking, texts)), class_="note")]
    )


def turning_points(subject: Subject) -> Markup:
    """Tell the meetings at which levers moved most, each arm's own, in the words of its minutes."""
    texts, parts = subject.texts, []
    for label in subject.cases:
        mine = subject.minutes[subject.minutes["structure"] == label]
        told = _turns(mine, subject) if len(mine) else []
        body = told or [tag("p", texts("terminal.no_minutes"))]
        parts.append(tag("div", tag("h3", subject.names[label]) if subject.compares else None, *body))
    return join([tag("p", texts("report.turns_note", seed=subject.held.seeds[0]), class_="note"), *parts])


def _turns(minutes: pd.DataFrame, subject: Subject) -> list[Markup]:
    """Find the meetings at which levers moved most, counted in steps, and tell of the levers that moved most."""
    texts, registry = subject.texts, levers_of(subject.case.country)
    felt = (minutes["outcome"] == "moved") & (minutes["in_force"] <= month_name(subject.case.until))
    moves = minutes[felt].drop_duplicates(["month", "lever"])
    if moves.empty:
        return []
    steps = moves["lever"].map(lambda name: registry[name].step)
    moves = moves.assign(way=(moves["new"] - moves["old"]).abs() / steps)
    by_month = moves.groupby("month")["way"].sum().round(9)
    chosen = sorted(by_month.sort_values(ascending=False, kind="stable").index[:TURNS])
    told = []
    for month in chosen:
        most = moves[moves["month"] == month].sort_values("way", ascending=False, kind="stable")
        levers = list(most["lever"][:TOLD])
        held = minutes[(minutes["month"] == month) & minutes["lever"].isin(levers)]
        heading, *paragraphs = sentences(held, texts.lang, texts.word, subject.case.country)
        count = texts("report.turn", meeting=heading, levers=len(most), steps=f"{by_month[month]:.1f}")
        told.append(tag("article", tag("h4", count), *(tag("p", text) for text in paragraphs), class_="turn"))
    return told


def case(subject: Subject) -> Markup:
    """Describe what was run: the scenario, who governs, what was set by hand, with sources."""
    texts, told = subject.texts, {label: _scenario(one, subject) for label, one in subject.cases.items()}
    rows = []
    for field in told[subject.first]:
        values = {label: lines[field] for label, lines in told.items()}
        if len(set(values.values())) == 1:
            shown = values[subject.first]
        else:
            shown = join(tag("div", tag("b", subject.names[label]), f" {value}") for label, value in values.items())
        if any(values.values()):
            rows.append([texts(f"report.field_{field}"), shown])
    parts = [table([], rows, texts(f"report.case_caption{'' if subject.compares else '_one'}"), "words")]
    parts += [_governing(subject, label) for label in subject.cases]
    return join([*parts, _set_by_hand(subject), _changed_parameters(subject), _sources(subject)])


def _scenario(one, subject: Subject) -> dict[str, str]:
    """Say in words what a case's scenario is, field by field."""
    texts = subject.texts
    early = [
        texts("report.early", start=month_name(r.start), until=month_name(r.until), factor=f"{r.factor:g}",
              province=texts.word(r.province), holder=texts.word(r.holder_class))
        for r in one.early_release
    ]  # fmt: skip
    demands = [f"{texts.word(cell)}: {size:+g}" for cell, size in dict(one.demands).items()]
    return {
        "case": one.name,
        "months": texts("compare.band", low=month_name(one.start), high=month_name(one.until)),
        "scale": texts("report.scale", scale=one.scale),
        "outlook": texts.word(one.retirement_outlook),
        "prices": texts.word(one.metal_prices),
        "capacity": texts.word(one.capacity),
        "policies": texts("report.semicolon").join(_law(law, texts) for law in one.laws) or "-",
        "early": texts("report.semicolon").join(early),
        "without": texts("compare.comma").join(one.without),
        "demands": texts("report.semicolon").join(demands),
    }


def _law(law, texts) -> str:
    title = (texts.lang == "zh" and getattr(law, "title_zh", "")) or law.title
    return title


def _governing(subject: Subject, label: str) -> Markup:
    """Describe who governs in one arm."""
    texts, governing = subject.texts, subject.cases[label].governing
    zh = texts.lang == "zh"
    told = (governing.description_zh if zh else governing.description) or governing.description
    pieces = [tag("h3", subject.names[label]), tag("p", told)]
    for stage in governing.stages:
        if len(governing.stages) > 1:
            span = texts("compare.band", low=month_name(stage.month), high=month_name(stage.until))
            pieces.append(tag("p", tag("b", span)))
        body = stage.structure
        if not body.levers:
            pieces.append(tag("p", texts("report.nobody_decides"), class_="note"))
            continue
        rules = pd.Series([right.rule for right in body.levers.values()]).value_counts().sort_index()
        told = texts("compare.comma").join(f"{texts(f'report.rule_{rule}')} {count}" for rule, count in rules.items())
        words = {name: texts(f"report.{name}_{getattr(body, name)}") for name in ("sees", "settles")}
        told = texts("report.body", months=body.meets_every, delay=body.delay, rounds=body.rounds,
                     convener=f"{body.convener:g}", rules=told, **words)  # fmt: skip
        pieces.append(tag("p", told, class_="note"))
    if governing.source:
        pieces.append(tag("p", texts("report.source", source=governing.source), class_="note"))
    return tag("article", *pieces, class_=f"arm c{subject.colours[label]}")


def _set_by_hand(subject: Subject) -> Markup | None:
    """List levers that were set in some arm's case."""
    texts, rows = subject.texts, []
    for label, one in subject.cases.items():
        for name, path in one.own_levers.items():
            value = f"{path:g}" if isinstance(path, float) else texts("compare.comma").join(
                f"{month_name(month)}: {value:g}" for month, value in path.items()
            )  # fmt: skip
            unit = texts.word(levers_of(one.country)[name].unit)
            rows.append([subject.measure(f"lever_{name}").title, subject.names[label], (value, "n"), unit])
    if not rows:
        return tag("p", texts("report.no_own_levers"), class_="note")
    head = [texts("report.lever"), texts("report.arm"), texts("report.value"), texts("report.unit")]
    return table(head, rows, texts("report.own_levers"))


def _changed_parameters(subject: Subject) -> Markup:
    """List parameters that differ from their defaults in some arm, with the defaults' sources."""
    texts, known = subject.texts, parameters.load(subject.case.country)
    rows = []
    for name, parameter in known.items():
        for label, one in subject.cases.items():
            if one.parameters[name] != parameter.value:
                values = [(f"{one.parameters[name]:g}", "n"), (f"{parameter.value:g}", "n")]
                rows.append(
                    [
                        name,
                        subject.names[label],
                        *values,
                        texts.word(parameter.unit),
                        parameter.description,
                        parameter.source,
                    ]
                )
    if not rows:
        return tag("p", texts("report.default_parameters", count=len(known)), class_="note")
    head = [
        texts(f"report.{word}") for word in ("parameter", "arm", "value", "default", "unit", "meaning", "of_default")
    ]
    return table(head, rows, texts("report.changed_parameters"))


def _sources(subject: Subject) -> Markup:
    """Give the sources of all numbers, folded away."""
    texts = subject.texts
    told = load_facts(subject.case.country).sources
    rows = [[key, citation, kind] for key, (citation, kind) in told.items()]
    head = [texts("report.key"), texts("report.citation"), texts("report.mark")]
    return folded(texts("report.sources", count=len(rows)), table(head, rows, texts("report.sources_caption"), "words"))


def trust(subject: Subject) -> Markup:
    """Say how far to trust it, from counts of what is assumed, and lead to the list of that."""
    texts, country = subject.texts, subject.case.country
    known = list(dict(parameters.load(country)).values())
    kinds = {kind: sum(p.source == kind for p in known) for kind in (ASSUMED, CALIBRATED)}
    facts = [row for row in catalogue_rows("facts") if row["table"] != "sources.csv"]
    counts = {key: sum(row[key] for row in facts) for key in ("rows", "sourced", "assumed", "calibrated")}
    paragraphs = [
        texts("report.trust_use"),
        texts("report.trust_numbers", parameters=len(known), assumed=kinds[ASSUMED], calibrated=kinds[CALIBRATED],
              rows=counts["rows"], facts_assumed=counts["assumed"]),
        _bands(subject),
        texts("report.trust_rules"),
    ]  # fmt: skip
    rows = [[p.name, (f"{p.value:g}", "n"), texts.word(p.unit), p.description] for p in known if p.source == ASSUMED]
    head = [texts(f"report.{word}") for word in ("parameter", "value", "unit", "meaning")]
    listed = tag("details", tag("summary", texts("report.assumed", count=len(rows))),
                 table(head, rows, texts("report.assumed_caption"), "words"), id="assumed")  # fmt: skip
    lead = tag("p", tag("a", texts("report.to_assumed"), href="#assumed"))
    return join([*(tag("p", text) for text in paragraphs), lead, listed])


def _bands(subject: Subject) -> str:
    """Say what bands hold: luck, and parameter sets where replications take turns in several."""
    size, sets = subject.replications, subject.sets
    told = {"replications": size, "scale": subject.case.scale}
    return subject.texts("report.trust_sets", sets=sets, **told) if sets > 1 else subject.texts(
        "report.trust_luck", **told
    )  # fmt: skip


def provenance(subject: Subject) -> Markup:
    """Say what made the results."""
    texts, made = subject.texts, subject.held.provenance
    seeds = [str(seed) for seed in made["seeds"]]
    shown = texts("compare.comma").join(seeds[:3]) + (
        texts("report.more_seeds", count=len(seeds) - 3) if seeds[3:] else ""
    )
    rows = [
        [texts("report.made_version"), f"govmodel {made['version']}"],
        [texts("report.made_commit"), made["commit"] or "-"],
        [texts("report.made_seeds"), shown],
        [texts("report.made_python"), made["python"]],
        [texts("report.made_packages"), ", ".join(f"{name} {number}" for name, number in made["packages"].items())],
        [texts("report.made_platform"), f"{made['platform']} ({made['machine']})"],
    ]
    arms = made.get("arms") or [{"structure": subject.first, "case_hash": made["case_hash"], "file": "case.toml"}]
    rows += [[subject.names[arm["structure"]], f"{arm['file']}, {arm['case_hash'][:16]}"] for arm in arms]
    return table([], rows, texts("report.provenance"), "words")
