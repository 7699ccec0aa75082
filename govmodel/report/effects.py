"""Tables of effects: knock-outs, and parameters moved one at a time; on a terminal and as Markdown."""

import math

import numpy as np
from rich.console import Console
from rich.text import Text

from ..foundations.calendar import month_name
from ..performance.indicators import INDICATORS
from ..study.changes import Effects
from ..study.sensitivity_table import LARGEST_STEP, TrustTable
from .patterns import number

HEADINGS = {
    "formal_share": "licensed %",
    "kept_share": "kept %",
    "plant_utilisation": "plants used %",
    "holder_price": "yuan/kWh",
    "trust_public": "public trust %",
    "awareness": "awareness %",
    "breach_rate": "breaches %",
}
SHOWN = 4  # indicators that find room at 100 columns, each in two years
FEW = 25  # parameters that are listed unless all are wanted


def _unit(indicator: str) -> str:
    return "%" if INDICATORS[indicator].unit == "share" else INDICATORS[indicator].unit


def signed(value: float, unit: str) -> str:
    """Write a change: with its sign, and nothing but a dot where nothing changed at all."""
    if not math.isfinite(value):
        return "-"
    if value == 0.0:
        return "."
    text = number(abs(value), unit)
    return ("-" if value < 0 else "+") + text if text.strip("0.") else text


def _luck(found: Effects) -> str:
    case = found.case
    return (
        f"case {case.name} from {month_name(case.start)}, scale 1:{case.scale:,}, "
        f"{found.replications} replications from seed {found.seed}, paired"
    )


def show_knockouts(found: Effects, console: Console) -> None:
    """Print the knock-out table: median change, and its 90 % band below."""
    shown = found.indicators[:SHOWN]
    lines = [
        Text("What each mechanism and each channel constant does: the change when it is taken away", style="bold"),
        Text(_luck(found)),
        Text(),
        Text(f"{'':29}" + "".join(f"{HEADINGS.get(name, name):>16}  " for name in shown), style="dim"),
        Text(f"{'':29}" + "".join("".join(f"{year:>8}" for year in found.years) + "  " for _ in shown), style="dim"),
        Text(f"{'as it stands':29}" + _cells(found.usual, shown, number)),
    ]
    for variant in found.changes:
        low, median, high = found.band(variant)
        lines.append(Text(f"{variant:29.29}", style="bold").append(_cells(median, shown, signed), "not bold"))
        if np.nan_to_num(median).any():
            lines.append(Text(f"{'':>18}{'from':>9}  " + _cells(low, shown, signed), style="dim"))
            lines.append(Text(f"{'':>18}{'to':>9}  " + _cells(high, shown, signed), style="dim"))
    lines += [
        Text(),
        Text(
            "Constants are set to zero. Shares in points; from, to: 90 % band over the replications; . no change.",
            "dim",
        ),
    ]
    if len(found.indicators) > SHOWN:
        lines.append(Text(f"Also measured (--format csv): {', '.join(found.indicators[SHOWN:])}.", style="dim"))
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _cells(table, shown: tuple[str, ...], write) -> str:
    return "".join(
        "".join(f"{write(float(value), _unit(name)):>8}" for value in table[i]) + "  " for i, name in enumerate(shown)
    )


def knockouts_markdown(found: Effects) -> str:
    """Write the knock-out table for a document."""
    heads = [f"{HEADINGS.get(name, name)} {year}" for name in found.indicators for year in found.years]
    lines = [_luck(found) + ". Median change (90 % band), shares in points.", ""]
    lines += ["| taken away | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    usual = found.usual
    told = [
        number(float(usual[i, j]), _unit(n)) for i, n in enumerate(found.indicators) for j in range(len(found.years))
    ]
    lines.append("| nothing (level) | " + " | ".join(told) + " |")
    for variant in found.changes:
        low, median, high = found.band(variant)
        cells = []
        for i, name in enumerate(found.indicators):
            for j in range(len(found.years)):
                unit = _unit(name)
                band = (
                    f" ({signed(float(low[i, j]), unit)} to {signed(float(high[i, j]), unit)})"
                    if np.nan_to_num(median[i, j])
                    else ""
                )
                cells.append(signed(float(median[i, j]), unit) + band)
        lines.append(f"| {variant} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def show_trust(table: TrustTable, console: Console, everything: bool = False) -> None:
    """Print parameters by how much they matter for the licensed share."""
    found = table.effects
    listed = table.leanings if everything else table.leanings[:FEW]
    years = "".join(f"{f'{year}: low':>12}{'high':>7}" for year in found.years)
    lines = [
        Text(
            "How far to trust it: each unsure number moved alone, and how much the licensed share moves", style="bold"
        ),
        Text(_luck(found)),
        Text(),
        Text(f"{'':42}{'low':>8}{'value':>8}{'high':>8}  {years}", style="dim"),
    ]
    for one in listed:
        p = one.parameter
        name = f"{p.name} (c)" if p.source == "CALIBRATED" else p.name
        values = "".join(f"{value:>8.3g}" for value in (one.low, one.value, one.high))
        moved = "".join(
            f"{signed(float(low), 'points'):>12}{signed(float(high), 'points'):>7}"
            for low, high in zip(one.at_low, one.at_high)
        )
        lines.append(Text(f"{name:42.42}{values}  ").append(moved, "" if one.size > one.noise else "dim"))
    lines += [Text(), *(Text(line, style="dim") for line in _notes(table, len(listed)))]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _notes(table: TrustTable, listed: int) -> list[str]:
    """Say what was done, and what was left out of the table."""
    rest = table.leanings[listed:]
    quiet = sum(one.size == 0.0 for one in table.leanings)
    lines = [
        f"Each number is moved by half of itself, at most by {LARGEST_STEP:.0%} of its range; changes in points.",
        "(c): CALIBRATED, all others ASSUMED; dim: no larger than the band over replications.",
    ]
    if rest:
        lines.append(
            f"{len(rest)} more move it by at most {signed(rest[0].size, 'points').lstrip('+')} points (--all)."
        )
    if quiet:
        lines.append(f"{quiet} of {len(table.leanings)} move it not at all.")
    return lines


def trust_markdown(table: TrustTable) -> str:
    """Write the one-at-a-time table for a document, every parameter in it."""
    found = table.effects
    heads = [f"{year} at low | {year} at high" for year in found.years]
    lines = [_luck(found) + ". Changes of the licensed share in points.", ""]
    lines += ["| parameter | stands on | low | value | high | " + " | ".join(heads) + " | what it is |"]
    lines += ["|---" * (6 + 2 * len(found.years)) + "|"]
    for one in table.leanings:
        p = one.parameter
        moved = [signed(float(v), "points") for pair in zip(one.at_low, one.at_high) for v in pair]
        values = [f"{value:.4g}" for value in (one.low, one.value, one.high)]
        told = f"{p.description} ({p.unit})".replace("|", "/")
        lines.append("| " + " | ".join([f"`{p.name}`", p.source, *values, *moved, told]) + " |")
    return "\n".join(lines) + "\n"
