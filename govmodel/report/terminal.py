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
from .texts import Texts
from .wrapping import fitted

WIDTH = 100  # columns, where the output is no terminal
NARROWEST = 80  # columns; a terminal that has fewer breaks lines, which is better than digits left out
BAR_PARTS = (
    ("formal_share", "#", "█", "blue"),
    ("informal_share", "=", "▒", "dark_orange"),
    ("kept_share", ".", "░", "grey62"),
)


@dataclass(frozen=True)
class Column:
    """One column: an indicator, what it is divided by, its decimals; headings are in texts.toml.

    Where there are replications, columns are shown with their band, and only those for which a band is wanted.
    """

    indicator: str
    divisor: float = 1.0
    decimals: int = 0
    banded: bool = False
    gives_way: int = 0  # on a narrow terminal the highest leaves first; 0 stays
    in_zh: tuple[float, int] | None = None  # divisor and decimals where Chinese counts by 10,000 t or 100 million yuan


PERCENT, THOUSAND = 0.01, 1000.0
HUNDRED_MILLION_YUAN = 100.0  # in million yuan
WHERE = (
    Column("retired_kt", banded=True, in_zh=(10.0, 1)),
    Column("formal_share", PERCENT, banded=True),
    Column("informal_share", PERCENT, banded=True),
    Column("kept_share", PERCENT, banded=True),
    Column("pending_share", PERCENT, banded=True, gives_way=1),
    Column("plant_utilisation", PERCENT, 1, banded=True),
    Column("scrap_utilisation", PERCENT, 1, gives_way=2),
    Column("workshops", banded=True),
)
MONEY = (
    Column("holder_price", banded=True),
    Column("workshop_premium_lfp", PERCENT, banded=True, gives_way=2),
    Column("lithium_recovered_t", banded=True, gives_way=1),
    Column("nickel_recovered_t", gives_way=3),
    Column("cobalt_recovered_t", gives_way=4),
    Column("copper_recovered_t", THOUSAND, gives_way=5, in_zh=(10 * THOUSAND, 1)),
    Column("holder_income", THOUSAND, 1, banded=True, in_zh=(HUNDRED_MILLION_YUAN, 0)),
    Column("workshop_profit", THOUSAND, 2, banded=True, in_zh=(HUNDRED_MILLION_YUAN, 1)),
    Column("recycler_profit", THOUSAND, 1, banded=True, in_zh=(HUNDRED_MILLION_YUAN, 0)),
    Column("treasury_net", THOUSAND, 2, banded=True, in_zh=(HUNDRED_MILLION_YUAN, 1)),
)


def show(run, console: Console, saved_in: str | None = None, lang: str = "en") -> None:
    """Print a run's years: what became of the packs, what it paid whom, and where to look next."""
    points, texts = bands(yearly(run.indicators)), Texts(lang)
    page = _Page(points, console, len(run.seeds) > 1, texts)
    console.print(fitted(_title(run, texts), console, lang), highlight=False)
    console.print(page.fitting("terminal.where", WHERE, bar=22 - 4 * page.many))
    console.print(page.fitting("terminal.money", MONEY))
    console.print(fitted(_legend(run, points["median"], console, texts), console, lang), highlight=False)
    console.print(_next(run.case.scale, saved_in, texts), highlight=False)


def _title(run, texts: Texts) -> Text:
    """Say what was run."""
    case, size = run.case, len(run.seeds)
    named = Text(texts.title(case), style="bold")
    lines = [
        texts(
            "terminal.run",
            case=case.name,
            start=month_name(case.start),
            until=month_name(case.until),
            structure=texts.structure(case.structure),
            scale=case.scale,
            seed=run.seed,
        )
    ]
    if size > 1:
        lines.append(texts("terminal.replications", size=size))
    if size > 1 and run.ensemble:
        lines.append(texts("terminal.ensemble", sets=min(len(run.ensemble), size)))
    if case.own_levers:
        lines.append(texts("terminal.own", levers=texts("terminal.comma").join(case.own_levers)))
    for line in lines:
        named.append(f"\n{line}", style="not bold")
    return named


@dataclass(frozen=True)
class _Page:
    """What every table of a page is made from: the numbers, the terminal, whether there are bands, the language."""

    points: dict[str, pd.DataFrame]
    console: Console
    many: bool
    texts: Texts

    def fitting(self, title: str, columns: tuple[Column, ...], bar: int = 0) -> Table:
        """Make a table that fits the terminal: first the bar gives way, then columns one by one."""
        columns = tuple(column for column in columns if column.banded or not self.many)
        while True:
            table = self._table(title, columns, bar)
            spare = max(columns, key=lambda column: column.gives_way)
            unbounded = self.console.options.update(width=1000)
            fits = self.console.measure(table, options=unbounded).maximum <= self.console.width
            if fits or not (bar or spare.gives_way):
                return table
            if bar:
                bar = 0
            else:
                columns = tuple(column for column in columns if column is not spare)

    def _table(self, title: str, columns: tuple[Column, ...], bar: int) -> Table:
        """Lay out years by columns, with a line between history and experiment; `bar`: width of the bar of shares."""
        table = Table(
            title=self.texts(title),
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        table.add_column(self.texts("terminal.year"), no_wrap=True)
        median = self.points["median"]
        for column in columns:
            table.add_column(self.texts(f"columns.{column.indicator}"), justify="right", no_wrap=True)
        if bar:
            table.add_column(self.texts("terminal.bar"), no_wrap=True, min_width=bar)
        for key in median.index:
            cells = [self._cell(column, key) for column in columns]
            if bar:
                cells.append(_bar(median.loc[key], bar, self.console))
            year = int(key[1])
            table.add_row(f"{year}{'' if median.loc[key, 'months'] == 12 else '*'}", *cells)
            if year == year_of(EXPERIMENT_FROM) - 1:
                table.add_section()
        return table

    def _cell(self, column: Column, key: tuple) -> Text:
        """Write one number, with its band below it where there are replications."""
        low, median, high = (
            _number(self.points[name].loc[key, column.indicator], column, self.texts.lang)
            for name in ("low", "median", "high")
        )
        if not (self.many and column.banded) or median == "-":
            return Text(median)
        between = self.texts("terminal.to") if low.startswith("-") else "-"
        return Text(median).append(f"\n{low}{between}{high}", style="dim")


def _number(value: float, column: Column, lang: str) -> str:
    if not math.isfinite(value):
        return "-"
    divisor, decimals = (lang == "zh" and column.in_zh) or (column.divisor, column.decimals)
    text = f"{value / divisor:,.{decimals}f}"
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


def _legend(run, median: pd.DataFrame, console: Console, texts: Texts) -> Text:
    """Say what the words mean, in a few lines."""
    mark = {name: block if _draws_blocks(console) else plain for name, plain, block, _ in BAR_PARTS}
    lines = [texts(f"terminal.{name.removesuffix('_share')}", mark=mark[name]) for name in mark]
    lines += [texts("terminal.premium"), texts("terminal.gains")]
    if run.case.start < EXPERIMENT_FROM <= run.case.until:
        lines.append(texts("terminal.line"))
    if (median["months"] != 12).any():
        lines.append(texts("terminal.part_year"))
    return Text("\n".join(lines), style="dim")


def _next(scale: int, saved_in: str | None, texts: Texts) -> Text:
    """Say where to look next; the pack named is one sold around 2022, whatever the scale."""
    if saved_in:
        return Text(texts("terminal.saved", folder=saved_in, pack=24_690_000 // scale))
    return Text(texts("terminal.next"))
