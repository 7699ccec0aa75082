"""The table of degenerate dynamics: on a terminal and as Markdown."""

import math

from rich.console import Console
from rich.text import Text

from ..study.degenerate import Degenerate, Row
from .effects import luck, signed
from .patterns import number
from .texts import Texts
from .wrapping import left, right, wrapped


def _write(row: Row, value: float) -> str:
    if not math.isfinite(value):
        return "-"
    return signed(value, "%") if row.question == "hysteresis" else number(value, "%")


def _cells(row: Row) -> list[str]:
    """Write the three moments, each with its band."""
    texts = []
    for low, median, high in row.values.T:
        band = f" ({_write(row, float(low))} to {_write(row, float(high))})" if low != high else ""
        texts.append(_write(row, float(median)) + band)
    return texts


def _left(row: Row) -> str:
    return f"{row.left:.2f}" if math.isfinite(row.left) else "-"


def show(found: Degenerate, console: Console, lang: str = "en") -> None:
    """Print the rows by question."""
    texts = Texts(lang)
    lines = [Text(texts("degenerate.title"), style="bold"), Text(luck(found, texts))]
    question = ""
    for row in found.rows:
        if row.question != question:
            question, who = row.question, ""
            heads = "".join(f"{when:>19}" for when in row.when)
            lines += [Text(), Text(texts(f"degenerate.{question}"), style="bold")]
            heads += right(texts("degenerate.left"), 6) + "  " + texts("degenerate.verdict")
            lines.append(Text(" " * 25 + heads, style="dim"))
        if row.what != who:
            who = row.what
            lines.append(Text(texts.told(who, "degenerate_words")))
        cells = "".join(f"{_tight(row, moment):>19}" for moment in range(3))
        measured, verdict = (texts.told(word, "degenerate_words") for word in (row.measured, row.verdict))
        lines.append(Text(f"  {left(measured, 23)}{cells}{_left(row):>6}  ").append(verdict, "bold"))
    below = texts("degenerate.below")
    below = wrapped(below, console.width) if lang == "zh" else below
    lines += [Text(), *(Text(line, style="dim") for line in below.split("\n"))]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _tight(row: Row, moment: int) -> str:
    low, median, high = (_write(row, float(value)) for value in row.values[:, moment])
    return median if low == high else f"{median} ({low},{high})"


def as_markdown(found: Degenerate) -> str:
    """Write the table for a document: one table, its three questions one under the other."""
    lines = [f"{luck(found)}. Median (90 % band) in points; workshops in % of the usual run's.", ""]
    lines += ["| question | what | measured | first | then | last | left | verdict |", "|---" * 8 + "|"]
    for row in found.rows:
        cells = [f"{when}: {text}" for when, text in zip(row.when, _cells(row))]
        lines.append(
            "| " + " | ".join([row.question, row.what, row.measured, *cells, _left(row), f"**{row.verdict}**"]) + " |"
        )
    return "\n".join(lines) + "\n"
