"""The figures of analyses, one a kind; numbers are those of the table beside them."""

from itertools import cycle
from pathlib import Path

import numpy as np

from ..study.analysis import Found
from ..study.pairs import ALL
from . import fonts
from .texts import Texts

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")  # Okabe and Ito's
QUIET = "#BBBBBB"
DPI = 120


def draw(found: Found, path: Path, lang: str) -> str:
    """Write an analysis' figure as PNG, and give the language it is in: English where no font can write Chinese."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    texts = Texts("en" if lang == "zh" and fonts.chinese() is None else lang)
    with fonts.written_in(texts.lang):
        figure = Figure(dpi=DPI, layout="constrained")
        FIGURES[found.kind](figure, found, texts)
        figure.suptitle(texts(f"analysis_page.{found.kind}"), fontsize=12)
        FigureCanvasAgg(figure)
        figure.savefig(path, format="png", metadata={"Software": None})
    return texts.lang


def _panels(figure, count: int, rows: int):
    """Make panels side by side, each so high that its rows can be read."""
    figure.set_size_inches(max(6.4, 4.6 * count), max(2.6, 1.3 + 0.36 * rows))
    panels = figure.subplots(1, count, squeeze=False)[0]
    for panel in panels:
        panel.grid(axis="x", color="#DDDDDD", linewidth=0.6)
        panel.set_axisbelow(True)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    return panels


def _bars(panel, rows, place: float, height: float, colour: str, label: str | None = None) -> None:
    """Draw a row of bars with their bands."""
    at = np.arange(len(rows)) + place
    values = rows["value"].to_numpy(float)
    panel.barh(at, values, height, color=colour, label=label)
    band = np.abs(rows[["low", "high"]].to_numpy(float).T - values)
    panel.errorbar(values, at, xerr=band, fmt="none", ecolor="#333333", elinewidth=1, capsize=2)


def _label(panel, names) -> None:
    panel.set_yticks(range(len(names)), list(names))
    panel.invert_yaxis()


def _sobol(figure, found: Found, texts: Texts) -> None:
    groups = list(found.table.groupby("structure", sort=False))
    for panel, (arm, table) in zip(_panels(figure, len(groups), len(found.results.factors)), groups):
        total = table[table["index"] == "total"].sort_values("value", ascending=False, kind="stable")
        first = table[table["index"] == "first"].set_index("factor").loc[total["factor"]].reset_index()
        _bars(panel, total, -0.19, 0.36, COLOURS[0], texts("analysis_page.total"))
        _bars(panel, first, 0.19, 0.36, COLOURS[1], texts("analysis_page.first"))
        _label(panel, total["factor"])
        panel.set_title(f"{table['outcome'].iloc[0]}, {texts.structure(arm)}", fontsize=10)
        panel.set_xlabel(texts("analysis_page.of_variance"))
        panel.legend(frameon=False, fontsize=8, loc="lower right")


def _morris(figure, found: Found, texts: Texts) -> None:
    groups = list(found.table[found.table["index"] == "mu_star"].groupby("structure", sort=False))
    for panel, (arm, table) in zip(_panels(figure, len(groups), len(found.results.factors)), groups):
        rows = table.sort_values("value", ascending=False, kind="stable")
        _bars(panel, rows, 0.0, 0.6, COLOURS[0])
        _label(panel, rows["factor"])
        panel.set_title(f"{table['outcome'].iloc[0]}, {texts.structure(arm)}", fontsize=10)
        panel.set_xlabel(texts("analysis_page.mean_size"))


def _features(figure, found: Found, texts: Texts) -> None:
    (panel,) = _panels(figure, 1, len(found.table))
    _bars(panel, found.table, 0.0, 0.6, COLOURS[0])
    _label(panel, found.table["factor"])
    panel.set_title(found.table["outcome"].iloc[0], fontsize=10)
    panel.set_xlabel(texts("analysis_page.score"))


def _prim(figure, found: Found, texts: Texts) -> None:
    """Draw every factor's sampled range as a quiet bar and the box as a strong one; words beside them."""
    (panel,) = _panels(figure, 1, len(found.table))
    for at, row in enumerate(found.table.itertuples()):
        panel.barh(at, 1.0, 0.5, color=QUIET)
        if row.values or not row.restricted:
            panel.text(0.5, at, row.values, ha="center", va="center", fontsize=8)
            continue
        wide = row.sample_high - row.sample_low
        low, high = (row.low - row.sample_low) / wide, (row.high - row.sample_low) / wide
        panel.barh(at, high - low, 0.5, low, color=COLOURS[0])
        panel.text(1.02, at, f"{row.low:.3g} ... {row.high:.3g}", va="center", fontsize=8)
    _label(panel, found.table["factor"])
    panel.set_xlim(0.0, 1.0)
    panel.set_title(found.table["outcome"].iloc[0], fontsize=10)
    panel.set_xlabel(texts("analysis_page.of_range"))


def _pareto(figure, found: Found, texts: Texts) -> None:
    """Draw the front by pairs of goals: the first against each other one."""
    first, *others = found.objectives
    panels = _panels(figure, len(others), 8)
    arms = list(dict.fromkeys(found.table["structure"]))
    for panel, other in zip(panels, others):
        rest = found.table[~found.table["on_front"]]
        panel.scatter(rest[other], rest[first], s=10, color=QUIET, label=texts("analysis_page.others"))
        for colour, mark, arm in zip((*COLOURS, *[QUIET] * len(arms)), cycle("os^Dv"), arms):
            rows = found.table[found.table["on_front"] & (found.table["structure"] == arm)]
            if len(rows):
                name = f"{texts('analysis_page.front')}: {texts.structure(arm)}"
                look = {"s": 28, "color": colour, "marker": mark, "edgecolor": "white", "linewidth": 0.5}
                panel.scatter(rows[other], rows[first], label=name, **look)
        panel.set(xlabel=other, ylabel=first)
        panel.locator_params(axis="x", nbins=5)
        if found.table[other].abs().max() >= 1e4:
            panel.xaxis.set_major_formatter("{x:,.0f}")
        panel.grid(color="#DDDDDD", linewidth=0.6)
    figure.legend(
        *panels[0].get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside lower center", ncols=2
    )


def _pairs(figure, found: Found, texts: Texts) -> None:
    """Draw the differences over all points with their bands, a panel an outcome."""
    whole = found.table[found.table["point"] == ALL]
    groups = list(whole.groupby("outcome", sort=False))
    rows = max(len(table) for _, table in groups)
    for panel, (outcome, table) in zip(_panels(figure, len(groups), 2 * rows + 1), groups):
        at = np.arange(len(table))
        middle = table["difference"].to_numpy(float)
        band = np.abs(table[["low", "high"]].to_numpy(float).T - middle)
        panel.errorbar(middle, at, xerr=band, fmt="o", color=COLOURS[0], ecolor=COLOURS[0], capsize=3)
        panel.axvline(0.0, color="#777777", linewidth=1)
        names = [f"{texts.structure(a)}\n- {texts.structure(b)}" for a, b in zip(table["arm"], table["against"])]
        _label(panel, names if outcome == groups[0][0] else [""] * len(names))
        panel.set_ylim(len(table) - 0.5, -0.5)
        panel.set_title(outcome, fontsize=10)
        panel.set_xlabel(texts("analysis_page.difference"))


FIGURES = {"sobol": _sobol, "morris": _morris, "features": _features, "prim": _prim, "pareto": _pareto, "pairs": _pairs}
