"""What there is to know before a run, as it stands on a terminal: name, figures, meaning."""

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..case.levers import LEVERS
from ..case.policies import NATION
from ..case.policies import load as load_policies
from ..facts import load as load_facts
from ..foundations.calendar import month_name
from . import catalogue
from .texts import Texts
from .wrapping import wrapped


def show(topic: str, console: Console, lang: str = "en") -> None:
    """Print a topic's entries."""
    texts = Texts(lang)
    found = entries(topic, lang)
    table = Table(
        show_header=False,
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        title_style="bold",
        title=texts("describe.title", topic=texts(f"describe.{topic}"), count=len(found)),
        title_justify="left",
    )
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    room = console.width - max(cell_len(name) for name, _, _ in found) - 2
    for name, figures, meaning in found:
        if lang == "zh":
            figures, meaning = wrapped(figures, room), wrapped(meaning, room)
        table.add_row(name, Text(figures).append(f"\n{meaning}" if meaning else "", style="dim"))
    console.print(table)


def entries(topic: str, lang: str = "en") -> list[tuple[str, str, str]]:
    """Give a topic's entries for a terminal: name, the figures in one line, the meaning."""
    texts = Texts(lang)
    if topic == "policies":
        return _policies(texts)
    return [(next(iter(row.values())), *_IN_WORDS[topic](row, texts)) for row in catalogue.rows(topic)]


def _own(row: dict, field: str, texts: Texts) -> str:
    """Give a field in the language, or in English where it is not told in that language."""
    return (texts.lang != "en" and row.get(f"{field}_{texts.lang}")) or row[field]


def _range(row: dict, value: str, texts: Texts) -> str:
    shown = f"{row[value]:g}" if row["unit"] == "1" else _value(row[value], row["unit"], texts)
    return texts("describe.range", value=shown, low=row["low"], high=row["high"])


def _value(value: float, unit: str, texts: Texts) -> str:
    return texts("describe.value", value=value, unit=texts.word(unit))


def _parameter(row: dict, texts: Texts) -> tuple[str, str]:
    figures = (_range(row, "value", texts), row["room"], texts.word(row["source"]))
    return texts("describe.semicolon").join(figures), row["description"]


def _lever(row: dict, texts: Texts) -> tuple[str, str]:
    figures = [_range(row, "value_2025", texts), texts.word(row["decider"]), texts.word(row["source"])]
    bounds = {"low": row["lowest_by_body"], "high": row["highest_by_body"]}
    figures.append(texts("describe.moves", step=row["step"], notice=row["notice"], **bounds))
    if row["read_from_step"] != 1:
        figures.append(texts("describe.unread"))
    return texts("describe.semicolon").join(figures), _own(row, "description", texts)


def _structure(row: dict, texts: Texts) -> tuple[str, str]:
    how = row["path"] or texts(
        "describe.body",
        levers=row["levers"],
        rules=", ".join(texts.word(rule) for rule in row["rules"].split(", "))
        if row["rules"]
        else texts("describe.none"),
        sees=texts.word(row["sees"]),
        settles=texts.word(row["settles"]),
    )
    return f"{_own(row, 'title', texts)}{texts('describe.semicolon').join(['', how])}", _own(row, "description", texts)


def _case(row: dict, texts: Texts) -> tuple[str, str]:
    return _own(row, "title", texts), texts(
        "describe.case",
        start=row["start"],
        until=row["until"],
        scale=row["scale"],
        outlook=texts.word(row["retirement_outlook"]),
        metal_prices=texts.word(row["metal_prices"]),
        capacity=texts.word(row["capacity"]),
        structure=texts.structure(row["structure"]),
        policies=row["policies"],
    )


def _indicator(row: dict, texts: Texts) -> tuple[str, str]:
    kind, _, parts = row["aggregation"].partition(":")
    rule = texts("describe.ratio", kind=texts.word(kind), parts=parts) if parts else texts.word(kind)
    return texts("describe.by_year", unit=texts.word(row["unit"]), rule=rule), _own(row, "definition", texts)


def _fact(row: dict, texts: Texts) -> tuple[str, str]:
    counts = {name: row[name] for name in ("rows", "sourced", "assumed", "calibrated")}
    return texts("describe.counts", **counts), row["sources"]


_IN_WORDS = {
    "parameters": _parameter,
    "levers": _lever,
    "structures": _structure,
    "cases": _case,
    "indicators": _indicator,
    "facts": _fact,
}


def _policies(texts: Texts) -> list[tuple[str, str, str]]:
    """Put the changes of a policy under its title."""

    def titled(policy) -> str:
        title = policy.title_zh if texts.lang == "zh" else policy.title
        return texts("describe.policy", date=policy.date, title=title, reference=policy.reference)

    return [
        (policy.id, titled(policy), "\n".join(_moved(change, texts) for change in policy.changes))
        for policy in load_policies().values()
    ]


def _moved(change, texts: Texts) -> str:
    """Say what a policy's change sets, from when and where."""
    where, until = "", ""
    if change.province != NATION:
        where = texts("describe.where", province=_province(change.province, texts))
    if change.until is not None:
        until = texts("describe.until", month=month_name(change.until))
    return texts(
        "describe.change",
        start=month_name(change.month),
        until=until,
        where=where,
        lever=change.lever,
        value=_value(change.value, LEVERS[change.lever].unit, texts),
        source=texts.word(change.source),
    )


def _province(code: str, texts: Texts) -> str:
    return code if texts.lang == "en" else load_facts().province_name(code, texts.lang)
