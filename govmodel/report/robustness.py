"""The tables of robustness: what becomes of the ranking of structures; on a terminal and as Markdown."""

from rich.console import Console
from rich.text import Text

from ..performance.differences import ALIKE
from ..study import merit
from ..study.merit import ARMS, MAIN
from ..study.robustness import PUBLISHED, Robustness
from .patterns import number, numbers
from .texts import Texts
from .wrapping import left, right

NAME, CELL = 28, 11
SHARES = ("leader_survives", "order_survives", "pairs_survive")


def show(found: Robustness, console: Console, lang: str = "en") -> None:
    """Print a table for each criterion."""
    texts = Texts(lang)
    lines = [Text(texts("robustness.title"), style="bold"), Text(luck(found, texts))]
    for criterion in MAIN:
        lines += [Text(), Text(heading(found, criterion, texts), style="bold")]
        heads = [texts("robustness.draws"), *(texts(f"robustness.{name}") for name in SHARES)]
        heads += [structure(arm, texts) for arm in ARMS]
        widths = [6, 8, 8, 8, *[CELL] * len(ARMS)]
        lines.append(Text(" " * NAME + "".join(right(head, width) for head, width in zip(heads, widths)), "dim"))
        for cells in rows(found, criterion, texts):
            name, *numbers = cells
            line = left(name, NAME) + "".join(right(cell, width) for cell, width in zip(numbers, widths))
            lines.append(Text(line))
    for line in [*lines, Text(), Text(texts("robustness.more"), "dim")]:
        console.print(line, highlight=False, soft_wrap=True)


def luck(found: Robustness, texts: Texts) -> str:
    """Say what was run."""
    return texts("robustness.run", case=found.case.name, scale=found.case.scale, seed=found.seed)


def structure(arm: str, texts: Texts) -> str:
    """Name a structure in few letters."""
    return texts.word(arm, "structures_short")


def heading(found: Robustness, criterion: str, texts: Texts) -> str:
    """Name a criterion, and the ranking as it stands."""
    known = " > ".join(structure(arm, texts) for arm in found.reference(criterion))
    return texts("robustness.heading", criterion=texts.word(criterion, "criteria"), order=known)


def rows(found: Robustness, criterion: str, texts: Texts) -> list[list[str]]:
    """Write the cells of one criterion: a row an ensemble."""
    table = []
    for ensemble in found.shown:
        row = found.row(ensemble, criterion)
        shares = [*(row[name] for name in SHARES), *(row[f"leads: {arm}"] for arm in ARMS)]
        name = texts.word(ensemble.name, "ensembles")
        table.append([name, str(row["draws"]), *(f"{100 * share:.0f} %" for share in shares)])
    return table


def as_markdown(found: Robustness, lang: str = "en") -> str:
    """Write the tables for a document, with the levels of every ensemble."""
    texts = Texts(lang)
    heads = [texts("robustness.ensemble"), texts("robustness.draws"), *(texts(f"robustness.{n}") for n in SHARES)]
    heads += [texts("robustness.leads", arm=structure(arm, texts)) for arm in ARMS]
    lines = [luck(found, texts)]
    for criterion in MAIN:
        lines += ["", f"**{heading(found, criterion, texts)}**", "", *table(heads, rows(found, criterion, texts))]
    extras = (f"{name}_extra" for name in (merit.GAIN, merit.COST, merit.RESEARCH))
    names = ("formal_share", "standing_min", *extras, "treasury_net", "fires")
    heads = [texts("robustness.ensemble"), texts("robustness.structure")]
    heads += [texts.word(name, "robustness_levels") for name in names]
    cells = []
    for row in found.levels().to_dict("records"):
        first = [texts.word(row["ensemble"], "ensembles"), structure(row["structure"], texts)]
        cells.append([*first, *(number(row[name], "%" if name == "formal_share" else "") for name in names)])
    lines += ["", texts("robustness.levels"), "", *table(heads, cells), *_differences(found, texts)]
    return "\n".join(lines) + "\n"


DIFFERENCES = ("formal_share", "standing_min", merit.GAIN, merit.COST, merit.RESEARCH, "treasury_net", "fires")


def _differences(found: Robustness, texts: Texts) -> list[str]:
    """Write the paired differences for a document: structures under luck alone, then every change; * if told apart."""
    frame = found.pairs()
    return _stands(frame[frame["ensemble"] == PUBLISHED], texts) + _changed(frame[frame["against"] == PUBLISHED], texts)


def _stands(frame, texts: Texts) -> list[str]:
    """Write how far structures lie apart under luck alone."""
    rows = [
        [texts("robustness.less", arm=structure(arm, texts), against=structure(against, texts)), *_cells(part, texts)]
        for (arm, against), part in frame.groupby(["structure", "against"], sort=False)
    ]
    return _titled("stands", [texts("robustness.pair")], rows, texts)


def _changed(frame, texts: Texts) -> list[str]:
    """Write what every other ensemble changes in a structure, where it changes anything."""
    rows = [
        [texts.word(ensemble, "ensembles"), structure(arm, texts), *_cells(part, texts)]
        for (ensemble, arm), part in frame.groupby(["ensemble", "structure"], sort=False)
        if part.loc[part["indicator"].isin(DIFFERENCES), ["low", "difference", "high"]].to_numpy().any()
    ]
    return _titled("changed", [texts("robustness.ensemble"), texts("robustness.structure")], rows, texts)


def _cells(part, texts: Texts) -> list[str]:
    named = part.set_index("indicator")
    return [_difference(named.loc[name], texts) for name in DIFFERENCES]


def _titled(name: str, heads: list[str], rows: list[list[str]], texts: Texts) -> list[str]:
    """Lay out a table of differences under its sentence; nothing where it would be empty."""
    measures = [texts.word(one, "robustness_changes") for one in DIFFERENCES]
    return ["", texts(f"robustness.{name}"), "", *table([*heads, *measures], rows)] if rows else []


def _difference(row, texts: Texts) -> str:
    """Write a paired difference with its band."""
    unit = "points" if row.name == "formal_share" else ""
    middle, low, high = numbers([row[key] for key in ("difference", "low", "high")], unit)
    told = texts("robustness.difference", middle=middle, low=low, high=high)
    return told if row["verdict"] == ALIKE else f"{told} *"


def table(heads: list[str], lines: list[list[str]]) -> list[str]:
    """Lay out a table in Markdown."""
    return ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *lines)]
