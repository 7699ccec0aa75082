"""A comparison as it stands on a terminal: medians, differences with bands and verdicts, and who is served best."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..foundations.calendar import month_name
from ..performance.differences import ALIKE, FEWEST, HIGHER
from .measures import Measure
from .texts import Texts
from .words import arm_names, public_list, ranking_lines, verdict
from .wrapping import fitted

# What a comparison shows first: what becomes of packs, who earns, what it costs, what burns, who is content
SHOWN = (
    "formal_share",
    "informal_share",
    "reported_formal_share",
    "traceability",
    "plant_utilisation",
    "workshops",
    "lithium_recovered_t",
    "holder_price",
    "recycler_profit",
    "workshop_profit",
    "treasury_net",
    "governance_cost",
    "fires",
    "pollution_index",
    "co2_avoided_kt",
    "trust_organisations",
    "trust_public",
    "breach_rate",
    "legitimacy",
    "satisfaction_min",
    "standing_min",
    "agreement_rate",
)


def whole_period(differences) -> str:
    """Name the period that stands for all of the experiment: the one that spans years."""
    return next(period for period in differences["period"].unique() if "-" in period)


def show(comparison, console: Console, saved_in: str | None = None, lang: str = "en") -> None:
    """Print a comparison: one row an indicator, one column an arm, then how the arms stand for every stakeholder."""
    texts = Texts(lang)
    names = arm_names(comparison.cases, texts)
    console.print(fitted(_title(comparison, texts), console, lang), highlight=False)
    few = len(comparison.seeds) < FEWEST
    if few:
        warning = Text(texts("compare.too_few", fewest=FEWEST), style="bold dark_orange")
        console.print(fitted(warning, console, lang), highlight=False)
    console.print(_table(comparison, names, texts))
    legend = Text(texts("compare.legend_too_few" if few else "compare.legend"), style="dim")
    console.print(fitted(legend, console, lang), highlight=False)
    console.print(_ranking(comparison, names, texts))
    told = public_list(comparison.ranking, texts)
    console.print(fitted(Text(texts("compare.public_is", measures=told), style="dim"), console, lang), highlight=False)
    after = texts("compare.saved", folder=saved_in) if saved_in else texts("compare.next")
    console.print(Text(after), highlight=False)


def _title(comparison, texts: Texts) -> Text:
    case = next(iter(comparison.cases.values()))
    title = Text(texts.title(case), style="bold")
    line = texts(
        "compare.run",
        case=case.name,
        start=month_name(case.start),
        until=month_name(case.until),
        scale=case.scale,
        seed=comparison.seed,
        size=len(comparison.seeds),
    )
    return title.append(f"\n{line}", style="not bold")


def _table(comparison, names: dict[str, str], texts: Texts) -> Table:
    """Lay out medians, and under each the difference from the first arm, its band and its verdict."""
    found, (first, *others) = comparison.differences, comparison.arms
    found = found[(found["period"] == whole_period(found)) & (found["against"] == first)]
    cells = {(row.arm, row.indicator): row for row in found.itertuples()}
    table = Table(
        title=texts("compare.title", period=whole_period(comparison.differences), first=names[first]),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(texts("compare.indicator"), overflow="fold")
    for arm in comparison.arms:
        table.add_column(names[arm], justify="right", overflow="fold")
    for name in SHOWN:
        measure, row = Measure(name, texts), cells.get((others[0], name))
        if row is None or all(cells[arm, name].replications == 0 for arm in others):
            continue
        table.add_row(
            Text(measure.title).append(f"\n{measure.unit}", style="dim"),
            measure.write(row.value_against),
            *(_cell(cells[arm, name], measure, texts) for arm in others),
        )
    return table


def _cell(row, measure: Measure, texts: Texts) -> Text:
    """Write an arm's median, its difference from the first with verdict, and the band."""
    if row.replications == 0:
        return Text("-")
    cell = Text(measure.write(row.value))
    if row.low == row.high == 0.0:
        return cell.append(f"\n{texts('compare.the_same')}", style="dim")
    style = "dim" if row.verdict == ALIKE else "green" if row.verdict == HIGHER else "dark_orange"
    decimals = measure.change_decimals(row.value, row.difference, row.low, row.high)
    cell.append(f"\n{measure.write(row.difference, True, decimals)} {verdict(row, texts)}", style=style)
    return cell.append(f"\n{measure.write_band(row.low, row.high, True, decimals)}", style="dim")


def _ranking(comparison, names: dict[str, str], texts: Texts) -> Table:
    """Lay out in words how the arms stand for every stakeholder."""
    table = Table(title=texts("compare.ranking"), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                  pad_edge=False, padding=(0, 1, 0, 0), show_header=False)  # fmt: skip
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for who, how in ranking_lines(comparison.ranking, names, texts, len(comparison.seeds)):
        table.add_row(who, how)
    return table
