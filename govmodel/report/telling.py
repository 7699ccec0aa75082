"""Minutes on a terminal: the meetings of a saved run, told in sentences."""

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.text import Text

from ..case import Case
from ..case.levers import LEVERS
from ..folder import CASE, read_provenance, read_table
from ..foundations.calendar import month_number
from ..foundations.errors import InputError, nearest, whole
from ..structures.minutes import sentences
from .texts import Texts
from .wrapping import wrapped


def minutes_of(
    folder: Path, structure: str | None, replication: int, month: str | None = None, lever: str | None = None
) -> pd.DataFrame:
    """Read the minutes of one structure and replication of a saved run or comparison, or a part of them."""
    made = read_provenance(folder)
    table, known = read_table(folder / "minutes.parquet"), len(made["seeds"])
    whole("replication", replication, 0, known - 1)
    held = sorted(table["structure"].unique())
    if structure is None and len(held) > 1:
        raise InputError("--structure", "whose minutes", "nothing", f"The folder holds those of {', '.join(held)}.")
    arms = [arm["structure"] for arm in made.get("arms", ())] or [Case.load(folder / CASE).structure]
    if structure is not None and structure not in arms:
        raise InputError("--structure", "a structure of this folder", structure, nearest(structure, arms, "It holds"))
    if lever is not None:
        LEVERS[lever]  # refuses one that there is not
    chosen = table["replication"] == replication
    if structure is not None:
        chosen &= table["structure"] == structure
    if lever is not None:
        chosen &= table["lever"] == lever
    table = table[chosen].drop(columns=["structure", "replication"])
    if month is not None:
        month_number(month, "--month")
        met = sorted(table["month"].unique())
        if len(met) and month not in met:
            later = [m for m in met if m > month]
            remedy = f"The next such meeting is {later[0]}." if later else f"The last was {met[-1]}."
            raise InputError("--month", "a month in which the body met about it", month, remedy)
        table = table[table["month"] == month]
    return table


def tell_minutes(table: pd.DataFrame, console: Console, lang: str) -> None:
    """Print minutes as sentences; say so where nobody met."""
    if table.empty:
        console.print(Texts(lang)("terminal.no_minutes"))
    for line in sentences(table, lang, Texts(lang).word):
        heading = line[:2].isdigit()
        shown = wrapped(line, console.width) if lang == "zh" else line
        console.print(Text(shown, style="bold" if heading else ""), soft_wrap=lang == "zh")
        if not heading:
            console.print()
