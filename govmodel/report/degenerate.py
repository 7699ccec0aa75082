"""The table of degenerate dynamics: on a terminal and as Markdown."""

import math

from rich.console import Console
from rich.text import Text

from ..foundations.calendar import month_name
from ..study.degenerate import Degenerate, Row
from .effects import signed
from .patterns import number

QUESTIONS = {
    "starts": "Several starts: how far apart runs are",
    "bounds": "Bounds: share that stands there",
    "hysteresis": "A lever raised in 2027 and taken back in 2030: what it changes",
}
BELOW = (
    "Points; workshops in % of the usual run's; in brackets the 90 % band over the replications. left: the",
    "last as a share of the first; - where the first is nothing or luck. Verdicts: docs/degenerate.md.",
)


def _luck(found: Degenerate) -> str:
    case = found.case
    return (
        f"case {case.name} from {month_name(case.start)}, scale 1:{case.scale:,}, "
        f"{found.replications} replications from seed {found.seed}, paired"
    )


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


def show(found: Degenerate, console: Console) -> None:
    """Print the rows by question."""
    lines = [Text("Degenerate dynamics looked for", style="bold"), Text(_luck(found))]
    question = ""
    for row in found.rows:
        if row.question != question:
            question, who = row.question, ""
            heads = "".join(f"{when:>19}" for when in row.when)
            lines += [Text(), Text(QUESTIONS[question], style="bold")]
            lines.append(Text(f"{'':25}{heads}{'left':>6}  verdict", style="dim"))
        if row.what != who:
            who = row.what
            lines.append(Text(f"{who}"))
        cells = "".join(f"{_tight(row, moment):>19}" for moment in range(3))
        lines.append(Text(f"  {row.measured:23.23}{cells}{_left(row):>6}  ").append(row.verdict, "bold"))
    lines += [Text(), *(Text(line, style="dim") for line in BELOW)]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _tight(row: Row, moment: int) -> str:
    low, median, high = (_write(row, float(value)) for value in row.values[:, moment])
    return median if low == high else f"{median} ({low},{high})"


def as_markdown(found: Degenerate) -> str:
    """Write the table for a document: one table, its three questions one under the other."""
    lines = [f"{_luck(found)}. Median (90 % band) in points; workshops in % of the usual run's.", ""]
    lines += ["| question | what | measured | first | then | last | left | verdict |", "|---" * 8 + "|"]
    for row in found.rows:
        cells = [f"{when}: {text}" for when, text in zip(row.when, _cells(row))]
        lines.append(
            "| " + " | ".join([row.question, row.what, row.measured, *cells, _left(row), f"**{row.verdict}**"]) + " |"
        )
    return "\n".join(lines) + "\n"
