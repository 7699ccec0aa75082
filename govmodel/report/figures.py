"""The overview of a run as one picture: what retires, where it goes, how busy plants are, what is paid."""

from pathlib import Path

import numpy as np

from ..facts import CHANNELS, ROUTES
from ..foundations.calendar import EXPERIMENT_FROM, month_name, year_of
from ..performance.history import label
from . import fonts
from .tables import bands, yearly
from .texts import Texts

FIRST_RELEASE = ROUTES[:5]  # the routes by which a pack comes loose for the first time
# Okabe and Ito's colours, which people who see few colours can tell apart: blues and greens are licensed
CHANNEL_COLOURS = {
    "automaker_outlet": "#0072B2",
    "battery_maker_outlet": "#56B4E9",
    "recycler": "#009E73",
    "dismantler": "#CC79A7",
    "workshop": "#E69F00",
    "kept": "#BBBBBB",
}
SHARE_LINES = (
    ("formal_share", "#0072B2", "-"),
    ("informal_share", "#E69F00", "--"),
    ("kept_share", "#777777", ":"),
)
PRICE_LINES = (
    ("holder_price", "#000000", "-"),
    ("workshop_bid_lfp", "#E69F00", "--"),
    ("licensed_bid_lfp", "#0072B2", "-"),
)
MASS = {"en": 1.0, "zh": 0.1}  # thousand tonnes, ten thousand tonnes


def overview(run, lang: str = "en"):
    """Draw a run's overview: a matplotlib Figure of two by two panels; in Chinese ("zh") if a font can write it."""
    texts = Texts(_writable(lang))
    with fonts.written_in(texts.lang):
        return _overview(run, texts)


def save_overview(run, path: str | Path, lang: str = "en") -> str:
    """Write the overview as a PNG file, and give the language it is in: English where no font can write Chinese."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    texts = Texts(_writable(lang))
    with fonts.written_in(texts.lang):  # some labels take their font only when they are drawn
        figure = _overview(run, texts)
        FigureCanvasAgg(figure)
        figure.savefig(path, format="png", metadata={"Software": None})
    return texts.lang


def _writable(lang: str) -> str:
    return "en" if lang == "zh" and fonts.chinese() is None else lang


def _overview(run, texts: Texts):
    """Draw the panels."""
    from matplotlib.figure import Figure

    points = bands(yearly(run.indicators))
    points = {name: table.droplevel("structure") for name, table in points.items()}
    figure = Figure(figsize=(12, 8.4), dpi=120, layout="constrained")
    panels = figure.subplots(2, 2)
    _retired(panels[0, 0], run, points["median"], texts)
    _shares(panels[0, 1], points, texts)
    _utilisation(panels[1, 0], points, texts)
    _prices(panels[1, 1], points, texts)
    for panel in panels.flat:
        _dress(panel, points["median"], texts)
    case, size = run.case, len(run.seeds)
    spread = texts("figures.replications", size=size) if size > 1 else texts("figures.seed", seed=run.seed)
    structure = texts.structure(case.structure)
    ran = texts("figures.run", case=case.name, structure=structure, scale=case.scale, spread=spread)
    figure.suptitle(f"{texts.title(case)}\n{ran}", fontsize=12)
    return figure


def retired_by_channel(run):
    """Give the mass that comes loose for the first time by year and channel, kt, mean over the replications."""
    flows = run.flows
    first = flows[flows["route"].isin(FIRST_RELEASE)]
    year = first["month"].str.slice(0, 4).astype("int64").rename("year")
    mass = first.groupby([year, "channel"])["kg"].sum().unstack(fill_value=0.0) / 1e6 / len(run.seeds)
    return mass.reindex(columns=CHANNELS, fill_value=0.0)


def _retired(panel, run, median, texts: Texts) -> None:
    mass, below = retired_by_channel(run).reindex(median.index, fill_value=0.0), np.zeros(len(median))
    mass *= MASS[texts.lang]
    for channel in CHANNELS:
        panel.bar(
            mass.index,
            mass[channel],
            0.8,
            below,
            color=CHANNEL_COLOURS[channel],
            edgecolor="white",
            linewidth=0.4,
            label=label(channel, texts.lang),
        )
        below += mass[channel].to_numpy()
    panel.set(title=texts("figures.retired"), ylabel=texts("figures.mass"))
    panel.legend(loc="upper left", fontsize=8, frameon=False)


def _lines(panel, points, lines, texts: Texts, factor: float = 1.0) -> None:
    for name, colour, style in lines:
        years = points["median"].index
        panel.plot(
            years,
            points["median"][name] * factor,
            style,
            color=colour,
            label=texts(f"figures.{name}"),
            linewidth=2,
            marker="o",
            markersize=3,
        )
        panel.fill_between(
            years, points["low"][name] * factor, points["high"][name] * factor, color=colour, alpha=0.18, linewidth=0
        )


def _shares(panel, points, texts: Texts) -> None:
    _lines(panel, points, SHARE_LINES, texts, 100.0)
    panel.set(title=texts("figures.shares"), ylabel=texts("figures.of_released"), ylim=(0, 100))
    panel.legend(loc="best", fontsize=8, frameon=False)


def _utilisation(panel, points, texts: Texts) -> None:
    median = points["median"]
    panel.fill_between(
        median.index,
        median["scrap_utilisation"] * 100,
        color="#BBBBBB",
        alpha=0.7,
        linewidth=0,
        label=texts("figures.scrap"),
    )
    _lines(panel, points, (("plant_utilisation", "#0072B2", "-"),), texts, 100.0)
    panel.set(title=texts("figures.utilisation"), ylabel=texts("figures.of_capacity"))
    panel.set_ylim(bottom=0)
    panel.legend(loc="upper left", fontsize=8, frameon=False)


def _prices(panel, points, texts: Texts) -> None:
    _lines(panel, points, PRICE_LINES, texts)
    panel.axhline(0.0, color="#999999", linewidth=0.8)
    panel.set(title=texts("figures.prices"), ylabel=texts("figures.per_kwh"))
    panel.legend(loc="upper right", fontsize=8, frameon=False)


def _dress(panel, median, texts: Texts) -> None:
    """Give a panel its years, a quiet grid and the line where history ends."""
    years = list(median.index)
    every = 1 if len(years) <= 8 else 2
    panel.set_xticks(
        years[::every], [f"{year}{'' if median.loc[year, 'months'] == 12 else '*'}" for year in years[::every]]
    )
    part = texts("figures.part_year") if (median["months"] != 12).any() else ""
    panel.set_xlabel(texts("figures.year") + part)
    panel.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)
    first = year_of(EXPERIMENT_FROM)
    if years[0] < first <= years[-1]:
        panel.axvline(first - 0.5, color="#555555", linewidth=0.9, linestyle=(0, (4, 4)))
        panel.annotate(
            texts("figures.since", month=month_name(EXPERIMENT_FROM)),
            (first - 0.5, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            fontsize=7,
            color="#555555",
        )
