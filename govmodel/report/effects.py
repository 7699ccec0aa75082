"""Tables of effects: knock-outs, and parameters moved one at a time; on a terminal and as Markdown."""

import math

import numpy as np
from rich.console import Console
from rich.text import Text

from ..foundations.calendar import month_name
from ..performance.history import label
from ..study.changes import Effects
from ..study.sensitivity_table import LARGEST_STEP, TrustTable
from .measures import unit_of
from .patterns import ENGLISH, number
from .texts import Texts
from .wrapping import left, right

SHOWN = 4  # indicators that find room at 100 columns, each in two years
FEW = 25  # parameters that are listed unless all are wanted


def signed(value: float, unit: str) -> str:
    """Write a change: with its sign, and nothing but a dot where nothing changed at all."""
    if not math.isfinite(value):
        return "-"
    if value == 0.0:
        return "."
    text = number(abs(value), unit)
    return ("-" if value < 0 else "+") + text if text.strip("0.") else text


def luck(found, texts: Texts = ENGLISH, sets: int = 1) -> str:
    """Say of what case a table of paired runs is, how many there were, and under how many sets of parameters."""
    case = found.case
    about = {"case": case.name, "start": month_name(case.start), "scale": case.scale}
    told = texts("effects.run", **about, replications=found.replications, seed=found.seed)
    return told + (texts("patterns.sets", sets=sets) if sets > 1 else "")


def heading(indicator: str, texts: Texts = ENGLISH) -> str:
    """Head the column of an indicator."""
    return texts.word(indicator, "effect_columns")


def variant_name(variant: str, texts: Texts) -> str:
    """Name a knock-out in the language."""
    if texts.lang == "en" or not variant.startswith("constant_"):
        return texts.told(variant, "variants")
    return texts("effects.constant", channel=label(variant.removeprefix("constant_"), texts.lang))


def show_knockouts(found: Effects, console: Console, lang: str = "en") -> None:
    """Print the knock-out table: median change, and its 90 % band below."""
    texts, shown = Texts(lang), found.indicators[:SHOWN]
    lines = [
        Text(texts("effects.knockouts"), style="bold"),
        Text(luck(found, texts, found.sets)),
        Text(),
        Text(" " * 29 + "".join(right(heading(name, texts), 16) + "  " for name in shown), style="dim"),
        Text(" " * 29 + "".join("".join(f"{year:>8}" for year in found.years) + "  " for _ in shown), style="dim"),
        Text(left(texts("effects.usual"), 29) + _cells(found.usual, shown, number)),
    ]
    for variant in found.changes:
        low, median, high = found.band(variant)
        name = left(variant_name(variant, texts), 29)
        lines.append(Text(name, style="bold").append(_cells(median, shown, signed), "not bold"))
        if np.nan_to_num(median).any():
            for end, values in (("from", low), ("to", high)):
                lines.append(Text(right(texts(f"effects.{end}"), 27) + "  " + _cells(values, shown, signed), "dim"))
    lines += [Text(), Text(texts("effects.note"), "dim")]
    if len(found.indicators) > SHOWN:
        rest = texts("terminal.comma").join(found.indicators[SHOWN:])
        lines.append(Text(texts("effects.also", indicators=rest), style="dim"))
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _cells(table, shown: tuple[str, ...], write) -> str:
    return "".join(
        "".join(f"{write(float(value), unit_of(name)):>8}" for value in table[i]) + "  " for i, name in enumerate(shown)
    )


def knockouts_markdown(found: Effects) -> str:
    """Write the knock-out table for a document."""
    heads = [f"{heading(name)} {year}" for name in found.indicators for year in found.years]
    lines = [luck(found, sets=found.sets) + ". Median change (90 % band), shares in points.", ""]
    lines += ["| taken away | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    usual = found.usual
    told = [
        number(float(usual[i, j]), unit_of(n)) for i, n in enumerate(found.indicators) for j in range(len(found.years))
    ]
    lines.append("| nothing (level) | " + " | ".join(told) + " |")
    for variant in found.changes:
        low, median, high = found.band(variant)
        cells = []
        for i, name in enumerate(found.indicators):
            for j in range(len(found.years)):
                unit = unit_of(name)
                band = (
                    f" ({signed(float(low[i, j]), unit)} to {signed(float(high[i, j]), unit)})"
                    if np.nan_to_num(median[i, j])
                    else ""
                )
                cells.append(signed(float(median[i, j]), unit) + band)
        lines.append(f"| {variant} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def show_trust(table: TrustTable, console: Console, everything: bool = False, lang: str = "en") -> None:
    """Print parameters by how much they matter for the licensed share."""
    texts, found = Texts(lang), table.effects
    listed = table.leanings if everything else table.leanings[:FEW]
    low, value, high = (texts(f"effects.{name}") for name in ("low", "value", "high"))
    years = "".join(right(texts("effects.year_low", year=year), 12) + right(high, 7) for year in found.years)
    lines = [
        Text(texts("effects.trust"), style="bold"),
        Text(luck(found, texts)),
        Text(),
        Text(" " * 42 + "".join(right(name, 8) for name in (low, value, high)) + f"  {years}", style="dim"),
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
    lines += [Text(), *(Text(line, style="dim") for line in _notes(table, len(listed), texts))]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _notes(table: TrustTable, listed: int, texts: Texts) -> list[str]:
    """Say what was done, and what was left out of the table."""
    rest = table.leanings[listed:]
    quiet = sum(one.size == 0.0 for one in table.leanings)
    lines = [texts("effects.moved", step=f"{LARGEST_STEP:.0%}"), texts("effects.calibrated")]
    if rest:
        most = signed(rest[0].size, "points").lstrip("+")
        lines.append(texts("effects.rest", number=len(rest), most=most))
    if quiet:
        lines.append(texts("effects.quiet", number=quiet, all=len(table.leanings)))
    return lines


def trust_markdown(table: TrustTable) -> str:
    """Write the one-at-a-time table for a document, every parameter in it."""
    found = table.effects
    heads = [f"{year} at low | {year} at high" for year in found.years]
    lines = [luck(found) + ". Changes of the licensed share in points.", ""]
    lines += ["| parameter | stands on | low | value | high | " + " | ".join(heads) + " | what it is |"]
    lines += ["|---" * (6 + 2 * len(found.years)) + "|"]
    for one in table.leanings:
        p = one.parameter
        moved = [signed(float(v), "points") for pair in zip(one.at_low, one.at_high) for v in pair]
        values = [f"{value:.4g}" for value in (one.low, one.value, one.high)]
        told = f"{p.description} ({p.unit})".replace("|", "/")
        lines.append("| " + " | ".join([f"`{p.name}`", p.source, *values, *moved, told]) + " |")
    return "\n".join(lines) + "\n"
