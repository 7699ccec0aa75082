"""The flip map: who leads where; as tables on a terminal and in Markdown, and as a figure."""

from pathlib import Path
from textwrap import fill

import numpy as np
from rich.console import Console
from rich.text import Text

from ..performance.differences import CHANCE
from ..study.flips import Flips, false_alarms, written
from ..study.merit import ARMS, CRITERIA
from ..study.study_file import base_case
from . import factors as called
from . import fonts, palette
from .patterns import number, numbers
from .robustness import structure
from .robustness import table as lay_out
from .texts import Texts

WORDY = 16  # letters of a factor's name on one line
PALE = 0.35  # how strongly a lead is drawn that may be luck


def show(found: Flips, console: Console, lang: str = "en") -> None:
    """Print who leads, what moves the answer, and where each structure is the best and the worst value."""
    texts = Texts(lang)
    console.print(Text(texts("flips.title"), style="bold"))
    for line in as_markdown(found, lang).splitlines():
        console.print(Text(line), highlight=False, soft_wrap=True)


def as_markdown(found: Flips, lang: str = "en") -> str:
    """Write the tables for a document."""
    texts = Texts(lang)
    size = {"points": len(found.points), "replications": found.study.replications}
    lines = [
        texts("flips.run", **size),
        "",
        *_leads(found, texts),
        "",
        *_moves(found, texts),
        "",
        *_worlds(found, texts),
        "",
        *_extras(found, texts),
    ]
    return "\n".join(lines) + "\n"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _leads(found: Flips, texts: Texts) -> list[str]:
    """Lay out how often each structure leads."""
    summary = found.summary().set_index(["criterion", "structure"])
    heads = [texts("flips.criterion"), *(texts("robustness.leads", arm=structure(arm, texts)) for arm in ARMS)]
    cells = []
    for criterion in CRITERIA:
        shares = [summary.loc[(criterion, arm)] for arm in ARMS]
        row = [f"{_percent(one['leads'])} ({_percent(one['leads_surely'])})" for one in shares]
        cells.append([texts.word(criterion, "criteria"), *row])
    return [texts("flips.leads"), "", *lay_out(heads, cells)]


def _moves(found: Flips, texts: Texts) -> list[str]:
    """Lay out which factors move the answer."""
    moves = found.moves()
    kept = moves[moves["chance"] <= CHANCE].sort_values(["chance", "criterion", "factor"], kind="stable")
    cells = []
    for row in kept.to_dict("records"):
        sides = [f"{row[side]}: {structure(row[f'leader_{side}'], texts)}" for side in ("low", "high")]
        change = f"{structure(row['structure'], texts)} {_percent(row['leads_low'])} -> {_percent(row['leads_high'])}"
        cells.append([texts.word(row["criterion"], "criteria"), f"`{row['factor']}`", *sides, change,
                      f"{row['chance']:.3f}"])  # fmt: skip
    told = texts("flips.moves", found=len(kept), asked=len(moves), luck=f"{false_alarms(moves):.1f}")
    return [told, "", *lay_out(texts("flips.moves_columns").split("|"), cells)] if cells else [told]


def _worlds(found: Flips, texts: Texts) -> list[str]:
    """Lay out a world in which each structure is the best value for money, and one in which it is the worst."""
    cells = []
    for row in found.worlds().to_dict("records"):
        first = [structure(row["structure"], texts), texts(f"flips.{row['is']}"), f"{row['points']} ({row['sure']})"]
        if row["points"] == 0:
            cells.append([*first, *["-"] * 5])
            continue
        order = " > ".join(structure(arm, texts) for arm in row["order"].split(" > "))
        world = ", ".join(f"{name} {written(row[name])}" for name in found.points.columns)
        gain, cost = number(row["gain"], ""), number(row["cost"], "")
        cells.append([*first, f"{int(row['point'])}: {world}", gain, cost, texts.word(row["named"], "classes"), order])
    return [texts("flips.worlds"), "", *lay_out(texts("flips.worlds_columns").split("|"), cells)]


def _extras(found: Flips, texts: Texts) -> list[str]:
    """Lay out over all worlds what each structure adds to the market's licensed energy, and what it costs more."""
    cells = []
    for row in found.extras().iloc[1:].to_dict("records"):  # the market is what the others are held against
        keys = [(name, f"{name}_least", f"{name}_most") for name in ("gain", "cost")]
        spans = [numbers([row[key] for key in three], "") for three in keys]
        told = [texts("robustness.difference", middle=middle, low=low, high=high) for middle, low, high in spans]
        cells.append([structure(row["structure"], texts), *told])
    return [texts("flips.extras"), "", *lay_out(texts("flips.extras_columns").split("|"), cells)]


def save_figure(found: Flips, path: str | Path, lang: str = "en") -> None:
    """Draw the map: for every criterion and factor who leads on its low and on its high side."""
    texts = Texts("en" if lang == "zh" and fonts.chinese() is None else lang)
    with fonts.written_in(texts.lang):
        _map(found, texts).savefig(path, format="png", dpi=80, metadata={"Software": None})


def _map(found: Flips, texts: Texts):
    """Draw the panels: a row a criterion, a column a factor."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    factors, country = {factor.name: factor for factor in found.study.factors}, base_case(found.study).country
    figure = Figure(figsize=(1.75 * len(factors) + 2.0, 1.0 * len(CRITERIA) + 2.2))
    panels = figure.subplots(len(CRITERIA), len(factors), sharex="col", sharey=True, squeeze=False)
    for criterion, row in zip(CRITERIA, panels):
        for factor, panel in zip(factors, row):
            _cell(panel, found, criterion, factor)
        name = texts.word(criterion, "criteria")
        row[0].set_ylabel(name.replace(" ", "\n", 1), rotation=0, ha="right", va="center", fontsize=10)
    for factor, panel in zip(factors.values(), panels[0]):
        name, unit = called.factor_name(factor, texts), called.factor_unit(factor, country, texts)
        wrapped = fill(name, WORDY) if texts.lang == "en" else name
        panel.set_title(f"{wrapped}\n({unit})" if unit else wrapped, fontsize=10)
    for factor, panel in zip(factors, panels[-1]):
        panel.set_xticks((0, 1), [_side(side[0], texts) for side in found.sides(factor)], fontsize=9)
    keys = [Patch(color=palette.of_structure(arm), label=called.arm_title(arm, texts)) for arm in ARMS]
    figure.suptitle(texts("flips.figure"), fontsize=13)
    figure.legend(handles=keys, ncols=len(ARMS), loc="lower center", frameon=False, fontsize=11)
    figure.subplots_adjust(left=0.11, right=0.99, top=0.89, bottom=0.085, wspace=0.12, hspace=0.15)
    FigureCanvasAgg(figure)
    return figure


def _side(told: str, texts: Texts) -> str:
    """Name a side of a factor on two lines: a choice, or up to and over the middle."""
    for sign, word in (("<= ", "upto"), ("> ", "over")):
        if told.startswith(sign):
            return texts(f"factors.{word}", value=told.removeprefix(sign))
    return called.value_name(told, texts)


def _cell(panel, found: Flips, criterion: str, factor: str) -> None:
    """Draw two columns: how many points each structure leads on either side; pale where the lead may be luck."""
    for at, (_, side) in enumerate(found.sides(factor)):
        bottom = 0.0
        for arm in ARMS:
            leads, sure = found.leads(criterion, arm) & side, found.sure[criterion]
            for which, alpha in ((leads & sure, 1.0), (leads & ~sure, PALE)):
                height = np.count_nonzero(which) / max(np.count_nonzero(side), 1)
                panel.bar(at, height, 0.8, bottom, color=palette.of_structure(arm), alpha=alpha, linewidth=0)
                bottom += height
    panel.set(ylim=(0, 1), yticks=())
    panel.tick_params(axis="x", length=0)
    panel.spines[["top", "right", "left", "bottom"]].set_visible(False)
