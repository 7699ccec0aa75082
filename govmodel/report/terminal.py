"""The yearly table as it stands on a terminal: worth reading at 100 columns."""

import math
from dataclasses import dataclass

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..foundations.calendar import EXPERIMENT_FROM, month_name, year_of
from .tables import bands, yearly

WIDTH = 100  # columns, where the output is no terminal
BAR_PARTS = (
    ("formal_share", "#", "█", "blue"),
    ("informal_share", "=", "▒", "dark_orange"),
    ("kept_share", ".", "░", "grey62"),
)


@dataclass(frozen=True)
class Column:
    """One column: an indicator, its heading, what it is divided by, its decimals.

    Where there are replications, columns are shown with their band, and only those for which a band is wanted.
    """

    indicator: str
    heading: str
    divisor: float = 1.0
    decimals: int = 0
    banded: bool = False
    gives_way: int = 0  # on a narrow terminal the highest leaves first; 0 stays


PERCENT, THOUSAND = 0.01, 1000.0
WHERE = (
    Column("retired_kt", "retired\nkt", banded=True),
    Column("formal_share", "licensed\n%", PERCENT, banded=True),
    Column("informal_share", "informal\n%", PERCENT, banded=True),
    Column("kept_share", "kept\n%", PERCENT, banded=True),
    Column("pending_share", "waiting\n%", PERCENT, banded=True, gives_way=1),
    Column("plant_utilisation", "plants\nused %", PERCENT, 1, banded=True),
    Column("scrap_utilisation", "by scrap\n%", PERCENT, 1, gives_way=2),
    Column("workshops", "work-\nshops", banded=True),
)
MONEY = (
    Column("holder_price", "holders get\nyuan/kWh", banded=True),
    Column("workshop_premium_lfp", "premium\n%", PERCENT, banded=True, gives_way=2),
    Column("lithium_recovered_t", "lithium\nt", banded=True, gives_way=1),
    Column("nickel_recovered_t", "nickel\nt", gives_way=3),
    Column("cobalt_recovered_t", "cobalt\nt", gives_way=4),
    Column("copper_recovered_t", "copper\nkt", THOUSAND, gives_way=5),
    Column("holder_income", "holders\n", THOUSAND, 1, banded=True),
    Column("workshop_profit", "work-\nshops", THOUSAND, 2, banded=True),
    Column("recycler_profit", "licensed\nplants", THOUSAND, 1, banded=True),
    Column("treasury_net", "treasury\n", THOUSAND, 2, banded=True),
)


def show(run, console: Console, saved_in: str | None = None) -> None:
    """Print a run's years: what became of the packs, what it paid whom, and where to look next."""
    by_year = yearly(run.indicators)
    points = bands(by_year)
    console.print(_title(run), highlight=False)
    many = len(run.seeds) > 1
    console.print(_fitting("Where the packs of each year went", WHERE, points, console, many, bar=22 - 4 * many))
    console.print(_fitting("Prices, metals recovered, and who gained (billion yuan)", MONEY, points, console, many))
    console.print(_legend(run, points["median"], console), highlight=False)
    console.print(_next(run.case.scale, saved_in), highlight=False)


def _title(run) -> Text:
    """Say what was run."""
    case, size = run.case, len(run.seeds)
    named = Text(case.title or case.name, style="bold")
    named.append(
        f"\ncase {case.name}, {month_name(case.start)} to {month_name(case.until)}, "
        f"structure {case.structure}, scale 1:{case.scale:,}, seed {run.seed}",
        style="not bold",
    )
    if size > 1:
        named.append(
            f"\n{size} replications: median, and 10-90 % band below it (--format csv gives every indicator of each)",
            style="not bold",
        )
    own = ", ".join(case.own_levers)
    return named.append(f"\nset by hand: {own}" if own else "", style="not bold")


def _fitting(
    title: str, columns: tuple[Column, ...], points: dict, console: Console, many: bool, bar: int = 0
) -> Table:
    """Make a table that fits the terminal: first the bar gives way, then columns one by one."""
    columns = tuple(column for column in columns if column.banded or not many)
    while True:
        table = _table(title, columns, points, console, many, bar)
        spare = max(columns, key=lambda column: column.gives_way)
        unbounded = console.options.update(width=1000)
        if console.measure(table, options=unbounded).maximum <= console.width or not (bar or spare.gives_way):
            return table
        if bar:
            bar = 0
        else:
            columns = tuple(column for column in columns if column is not spare)


def _table(title: str, columns: tuple[Column, ...], points: dict, console: Console, many: bool, bar: int) -> Table:
    """Lay out years by columns, with a line between history and experiment; `bar` is the width of the bar of shares."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column("year", no_wrap=True)
    median = points["median"]
    for column in columns:
        table.add_column(column.heading, justify="right", no_wrap=True)
    if bar:
        table.add_column("licensed,\ninformal, kept", no_wrap=True, min_width=bar)
    for key in median.index:
        cells = [_cell(column, points, key, many) for column in columns]
        if bar:
            cells.append(_bar(median.loc[key], bar, console))
        year = int(key[1])
        table.add_row(f"{year}{'' if median.loc[key, 'months'] == 12 else '*'}", *cells)
        if year == year_of(EXPERIMENT_FROM) - 1:
            table.add_section()
    return table


def _cell(column: Column, points: dict[str, pd.DataFrame], key: tuple, many: bool) -> Text:
    """Write one number, with its band below it where there are replications."""
    low, median, high = (_number(points[name].loc[key, column.indicator], column) for name in ("low", "median", "high"))
    if not (many and column.banded) or median == "-":
        return Text(median)
    return Text(median).append(f"\n{low}{' to ' if low.startswith('-') else '-'}{high}", style="dim")


def _number(value: float, column: Column) -> str:
    if not math.isfinite(value):
        return "-"
    text = f"{value / column.divisor:,.{column.decimals}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text  # no minus before a zero


def _bar(row: pd.Series, width: int, console: Console) -> Text:
    """Draw shares as a bar, a part each for licensed, informal and kept."""
    bar, filled, total = Text(), 0, 0.0
    for name, plain, block, colour in BAR_PARTS:
        total += 0.0 if math.isnan(row[name]) else row[name]
        upto = round(total * width)
        bar.append((block if _draws_blocks(console) else plain) * (upto - filled), style=colour)
        filled = upto
    return bar


def _draws_blocks(console: Console) -> bool:
    return "utf" in console.encoding.lower()


def _legend(run, median: pd.DataFrame, console: Console) -> Text:
    """Say what the words mean, in a few lines."""
    mark = {name: block if _draws_blocks(console) else plain for name, plain, block, _ in BAR_PARTS}
    lines = [
        f"{mark['formal_share']} licensed: first handled by a firm with permits",
        f"{mark['informal_share']} informal: first handled by workshops, side-sales of licensed collectors included",
        f"{mark['kept_share']} kept: holders hold on to them; shares are of released kWh, factory scrap excluded",
        "premium: how much more workshops bid than licensed recyclers for LFP",
        "gains: income less outlay; treasury: taxes and fines less payments",
    ]
    if run.case.start < EXPERIMENT_FROM <= run.case.until:
        lines.append("Above the line history to be matched, below it what follows if the case's law and levers hold.")
    if (median["months"] != 12).any():
        lines.append("* not a whole year")
    return Text("\n".join(lines), style="dim")


def _next(scale: int, saved_in: str | None) -> Text:
    """Say where to look next; the pack named is one sold around 2022, whatever the scale."""
    if saved_in:
        return Text(
            f"Saved in {saved_in}: tables (*.parquet), overview.png, case.toml.\n"
            f"Next: govmodel trace {saved_in} {24_690_000 // scale}"
        )
    return Text(
        "Next: govmodel run --set subsidy=20 --out my_run   (saves tables and overview.png)\n"
        "      govmodel describe levers"
    )
