"""The figures of analyses, one a kind; numbers are those of the table beside them."""

from itertools import cycle
from pathlib import Path

import numpy as np

from ..study.analysis import Found
from ..study.pairs import ALL
from ..study.study_file import base_case
from . import factors as called
from . import fonts, palette
from .texts import Texts

STRONG, SECOND = palette.colour("sky"), palette.colour("purple")  # colours that no structure has
QUIET, SOFT, INK = "#BBBBBB", "#777777", palette.colour("black")
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


def names_of(found: Found, texts: Texts) -> dict[str, str]:
    """Give every factor of the study its readable name."""
    return {factor.name: called.factor_name(factor, texts) for factor in found.results.study.factors}


def _title(found: Found, texts: Texts, outcome: str, arm: str | None = None) -> str:
    """Say what a panel explains: the outcome and its years, under which arm or less which other one."""
    study, against = found.results.study, found.wishes.get("against")
    title = called.outcome_title(study, outcome, texts)
    arm = arm or found.wishes.get("structure")
    arms = [arm] if arm else [name for name in found.results.arms if name != against]
    told = texts("analysis.and").join(called.arm_title(name, texts) for name in arms)
    if against is not None:
        told = texts("robustness.less", arm=told, against=called.arm_title(against, texts))
    return f"{title}\n{told}"


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
        _bars(panel, total, -0.19, 0.36, STRONG, texts("analysis_page.total"))
        _bars(panel, first, 0.19, 0.36, SECOND, texts("analysis_page.first"))
        _label(panel, total["factor"].map(names_of(found, texts)))
        panel.set_title(_title(found, texts, table["outcome"].iloc[0], arm), fontsize=10)
        panel.set_xlabel(texts("analysis_page.of_variance"))
        panel.legend(frameon=False, fontsize=8, loc="lower right")


def _morris(figure, found: Found, texts: Texts) -> None:
    groups = list(found.table[found.table["index"] == "mu_star"].groupby("structure", sort=False))
    for panel, (arm, table) in zip(_panels(figure, len(groups), len(found.results.factors)), groups):
        rows = table.sort_values("value", ascending=False, kind="stable")
        measure = called.measure_of(found.results.study, table["outcome"].iloc[0], texts)
        rows[["value", "low", "high"]] = measure.shown(rows[["value", "low", "high"]])
        _bars(panel, rows, 0.0, 0.6, STRONG)
        _label(panel, rows["factor"].map(names_of(found, texts)))
        panel.set_title(_title(found, texts, table["outcome"].iloc[0], arm), fontsize=10)
        panel.set_xlabel(_with_unit(texts("analysis_page.mean_size"), measure.difference_unit, texts))


def _features(figure, found: Found, texts: Texts) -> None:
    (panel,) = _panels(figure, 1, len(found.table))
    _bars(panel, found.table, 0.0, 0.6, STRONG)
    _label(panel, found.table["factor"].map(names_of(found, texts)))
    panel.set_title(_title(found, texts, found.table["outcome"].iloc[0]), fontsize=10)
    panel.set_xlabel(texts("analysis_page.score"))


def _prim(figure, found: Found, texts: Texts) -> None:
    """Draw every factor's sampled range as a quiet bar and the box as a strong one; words beside them."""
    (panel,) = _panels(figure, 1, len(found.table))
    figure.set_size_inches(8.4, figure.get_size_inches()[1])
    study, top = found.results.study, found.table.iloc[0]
    known = {factor.name: factor for factor in study.factors}
    country = base_case(study).country
    for at, row in enumerate(found.table.itertuples()):
        panel.barh(at, 1.0, 0.5, color=QUIET)
        if row.values:
            told = texts("compare.comma").join(called.value_name(one, texts) for one in row.values.split(", "))
            panel.text(0.5, at, told, ha="center", va="center", fontsize=8)
            continue
        unit = called.factor_unit(known[row.factor], country, texts)
        low, high = (row.low, row.high) if row.restricted else (row.sample_low, row.sample_high)
        told = called.span(low, high, texts)
        ink = INK if row.restricted else SOFT
        panel.text(1.02, at, f"{told} {unit}".rstrip(), va="center", fontsize=8, color=ink)
        if row.restricted:
            wide = row.sample_high - row.sample_low
            panel.barh(at, (high - low) / wide, 0.5, (low - row.sample_low) / wide, color=STRONG)
    _label(panel, found.table["factor"].map(names_of(found, texts)))
    panel.set_xlim(0.0, 1.0)
    panel.set_title(f"{_title(found, texts, top.outcome)}{_limits(found, texts, top)}", fontsize=10)
    panel.set_xlabel(texts("analysis_page.of_range"))


def _limits(found: Found, texts: Texts, row) -> str:
    """Say which values are of interest, in the unit of the outcome or of its difference."""
    measure = called.measure_of(found.results.study, row.outcome, texts)
    unit = measure.difference_unit if found.wishes.get("against") is not None else measure.unit
    told = [texts(f"analysis.{side}", limit=f"{measure.shown(getattr(row, side)):g} {unit}".rstrip())
            for side in ("above", "below") if np.isfinite(getattr(row, side))]  # fmt: skip
    return texts("compare.comma") + texts("analysis.and").join(told)


def _pareto(figure, found: Found, texts: Texts) -> None:
    """Draw the front by pairs of goals: the first against each other one."""
    first, *others = found.objectives
    study, panels = found.results.study, _panels(figure, len(others), 8)
    shown = found.table.copy()
    for goal in found.objectives:
        shown[goal] = called.measure_of(study, goal, texts).shown(shown[goal])
    arms = [*palette.load()["structures"], *found.results.arms]
    arms = [arm for arm in dict.fromkeys(arms) if arm in set(shown["structure"])]
    for panel, other in zip(panels, others):
        rest = shown[~shown["on_front"]]
        panel.scatter(rest[other], rest[first], s=10, color=QUIET, label=texts("analysis_page.others"))
        for mark, arm in zip(cycle("os^Dv"), arms):
            rows = shown[shown["on_front"] & (shown["structure"] == arm)]
            if len(rows):
                name = f"{texts('analysis_page.front')}: {called.arm_title(arm, texts)}"
                look = {"s": 28, "marker": mark, "edgecolor": "white", "linewidth": 0.5}
                panel.scatter(rows[other], rows[first], color=palette.of_structure(arm), label=name, **look)
        panel.set(
            xlabel=called.outcome_heading(study, other, texts), ylabel=called.outcome_heading(study, first, texts)
        )
        panel.locator_params(axis="x", nbins=5)
        if shown[other].abs().max() >= 1e4:
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
        measure = called.measure_of(found.results.study, outcome, texts)
        at = np.arange(len(table))
        middle = measure.shown(table["difference"].to_numpy(float))
        band = np.abs(measure.shown(table[["low", "high"]].to_numpy(float)).T - middle)
        panel.errorbar(middle, at, xerr=band, fmt="o", color=STRONG, ecolor=STRONG, capsize=3)
        panel.axvline(0.0, color=SOFT, linewidth=1)
        arms = [[called.arm_title(name, texts) for name in table[side]] for side in ("arm", "against")]
        names = [f"{arm}\n- {against}" for arm, against in zip(*arms)]
        _label(panel, names if outcome == groups[0][0] else [""] * len(names))
        panel.set_ylim(len(table) - 0.5, -0.5)
        panel.set_title(called.outcome_title(found.results.study, outcome, texts), fontsize=10)
        panel.set_xlabel(_with_unit(texts("analysis_page.difference"), measure.difference_unit, texts))


def _with_unit(told: str, unit: str, texts: Texts) -> str:
    """Put a unit after an axis' words."""
    return texts("factors.heading", title=told, unit=unit) if unit else told


FIGURES = {"sobol": _sobol, "morris": _morris, "features": _features, "prim": _prim, "pareto": _pareto, "pairs": _pairs}
