"""Charts of a page, drawn as SVG: lines with bands, bars; colours and inks come from the page's style."""

import math
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ..measures import plain
from .marks import Markup, join, tag

WIDTH, HEIGHT = 340.0, 216.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 12.0, 26.0
DASHES = (
    None,
    "7 3",
    "2.5 2.5",
    "10 3 2.5 3",
    "14 4",
    "4.5 2",
    "1.5 4",
    "6 2 1.5 2 1.5 2",
)  # arms differ in more than colour


@dataclass(frozen=True)
class Line:
    """One line of a chart with its band, over the chart's x values; NaN leaves a gap."""

    name: str
    colour: int  # number of the arm's colour
    dash: int  # number of the arm's dash
    middle: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None


def line_chart(title: str, unit: str, x: np.ndarray, lines: list[Line], since: float | None = None) -> Markup:
    """Draw lines over years, each with its band; `since` marks where the experiment begins."""
    values = np.concatenate([part for line in lines for part in (line.middle, line.low, line.high) if part is not None])
    values = values[np.isfinite(values)]
    ticks = nice_ticks(float(values.min(initial=0.0)), float(values.max(initial=0.0))) if len(values) else [0.0, 1.0]
    across, down = _scale(x[0], x[-1], LEFT, WIDTH - RIGHT), _scale(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    drawn = [_grid(ticks, down), _years(x, across)]
    if since is not None and x[0] < since <= x[-1]:
        drawn.append(tag("line", x1=across(since), x2=across(since), y1=TOP, y2=HEIGHT - BOTTOM, class_="since"))
    drawn += [_band(line, x, across, down) for line in lines if line.low is not None]
    drawn += [_stroke(line, x, across, down) for line in lines]
    ends = "; ".join(f"{line.name} {plain(value)}" for line in lines if (value := _last(line.middle)) is not None)
    picture = tag(
        "svg", tag("title", title), tag("desc", f"{title} {unit}, {_year(x[-1])}: {ends}"), *drawn,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", role="img",
    )  # fmt: skip
    told = tag("figcaption", tag("b", title), tag("span", f" {unit}" if unit else "", class_="unit"))
    return tag("figure", told, picture, class_="chart")


def _last(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def _year(x: float) -> str:
    return str(math.floor(x + 1e-9))


def _scale(low: float, high: float, start: float, end: float):
    """Map values from one range to another."""
    span = (high - low) or 1.0
    return lambda value: float(start + (value - low) / span * (end - start))


def nice_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Give round numbers that hold a range; zero is one of them where it is near."""
    if low > 0 and low < 0.6 * high:
        low = 0.0
    if high < 0 and high > 0.6 * low:
        high = 0.0
    if high <= low:
        high = low + (abs(low) * 0.1 or 1.0)
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def tick_texts(ticks: list[float]) -> list[str]:
    """Write the ticks of an axis alike: in thousands where they are large, with as many decimals as a step needs."""
    large = max(map(abs, ticks)) >= 10_000
    shown = [tick / 1000.0 if large else tick for tick in ticks]
    step = shown[1] - shown[0]
    decimals = next((number for number in range(6) if abs(step * 10**number - round(step * 10**number)) < 1e-6), 6)
    return [f"{value:,.{decimals}f}{'k' if large and value else ''}" for value in shown]


def _grid(ticks: list[float], down) -> Markup:
    lines = [
        tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=down(t), y2=down(t), class_="zero" if t == 0 else "grid")
        for t in ticks
    ]
    words = [
        tag("text", word, x=LEFT - 6, y=down(t) + 3.5, text_anchor="end") for t, word in zip(ticks, tick_texts(ticks))
    ]
    return tag("g", *lines, *words, class_="axis")


def _years(x: np.ndarray, across) -> Markup:
    first, last = math.ceil(x[0] - 1e-9), math.floor(x[-1] + 1e-9)
    every = 1 if last - first <= 5 else 2 if last - first <= 10 else 5
    years = [year for year in range(first, last + 1) if year % every == 0]
    if not years:
        years = [first]
    edge = WIDTH - RIGHT - 12
    words = [
        tag("text", year, x=across(year), y=HEIGHT - 8, text_anchor="end" if across(year) > edge else "middle")
        for year in years
    ]
    return tag("g", *words, class_="axis")


def _runs(known: np.ndarray):
    """Give the stretches in which there are values, as slices."""
    for there, places in groupby(range(len(known)), key=lambda place: bool(known[place])):
        places = list(places)
        if there:
            yield slice(places[0], places[-1] + 1)


def _points(x, y, across, down) -> str:
    return " ".join(f"{across(a):.1f},{down(b):.1f}" for a, b in zip(x, y))


def _band(line: Line, x: np.ndarray, across, down) -> Markup:
    known = np.isfinite(line.low) & np.isfinite(line.high)
    shapes = [
        tag("polygon", points=_points(x[run], line.high[run], across, down) + " "
            + _points(x[run][::-1], line.low[run][::-1], across, down))
        for run in _runs(known)
    ]  # fmt: skip
    return tag("g", *shapes, class_=f"band c{line.colour}")


def _stroke(line: Line, x: np.ndarray, across, down) -> Markup:
    shapes = []
    for run in _runs(np.isfinite(line.middle)):
        if run.stop - run.start == 1:
            shapes.append(tag("circle", cx=across(x[run][0]), cy=down(line.middle[run][0]), r="2.5"))
        else:
            shapes.append(tag("polyline", points=_points(x[run], line.middle[run], across, down)))
    return tag("g", *shapes, class_=f"line c{line.colour}", stroke_dasharray=DASHES[line.dash % len(DASHES)])


def swatch(colour: int, dash: int) -> Markup:
    """Draw a piece of an arm's line, for legends."""
    line = tag("polyline", points="1,7 33,7")
    made = tag("g", line, class_=f"line c{colour}", stroke_dasharray=DASHES[dash % len(DASHES)])
    return tag("svg", made, viewBox="0 0 34 14", class_="swatch", aria_hidden="true")


def stacked_bars(
    title: str, unit: str, bars: list[tuple[str, list[float]]], parts: list[str], colours: list[int]
) -> Markup:
    """Draw a bar for every arm, cut into parts, each with a colour by number: p0, p1, ...; the sum stands behind."""
    longest = max((sum(max(value, 0.0) for value in values) for _, values in bars), default=0.0) or 1.0
    rows = []
    for name, values in bars:
        at, boxes, told = 0.0, [], []
        for part, value in enumerate(values):
            wide = max(value, 0.0) / longest * 1000.0
            if wide > 0:
                told.append(f"{parts[part]} {plain(value)}")
                shown = tag("title", f"{name}, {parts[part]}: {plain(value)} {unit}")
                boxes.append(tag("rect", shown, x=at, y=0, width=wide, height=10, class_=f"p{colours[part]}"))
                at += wide
        words = tag("title", title), tag("desc", f"{name}: {plain(sum(values))} {unit} ({', '.join(told)})")
        bar = tag("svg", *words, *boxes, viewBox="0 0 1000 10", preserveAspectRatio="none", role="img")
        rows.append(tag("div", tag("span", name), bar, tag("b", plain(sum(values))), class_="bar"))
    return tag("div", *rows, class_="bars")


def legend(entries: list[tuple[Markup, str]], label: str) -> Markup:
    """Lay out a legend: what each mark stands for."""
    return tag(
        "ul", *(tag("li", shown, join([" ", name])) for shown, name in entries), class_="legend", aria_label=label
    )
