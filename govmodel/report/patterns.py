"""The pattern table: on a terminal at 100 columns, and as Markdown for the documents."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..facts import load as load_facts
from ..foundations.calendar import month_name
from ..study.validation import IN_BAND, NOT_MEASURED, OUT, Finding, Judged, Validation

COLOUR = {IN_BAND: "green", OUT: "red", NOT_MEASURED: "yellow"}
MARK = {
    IN_BAND: ("✓ in band", "+ in band"),
    OUT: ("✗ out", "x out"),
    NOT_MEASURED: ("· not measured", ". not measured"),
}


def show(validation: Validation, console: Console) -> None:
    """Print the table, what was missed and why, and the count."""
    lines = [_title(validation), Text(), _head()]
    for judged in validation.judged:
        lines += _lines(judged, "utf" not in console.encoding.lower())
    misses = [judged for judged in validation.judged if judged.remark]
    lines += [Text(), Text("Missed or not measured", style="bold")] if misses else []
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    for judged in misses:
        console.print(Padding(Text(f"{judged.pattern.number} {judged.remark}"), (0, 1, 0, 4)), highlight=False)
    console.print(Text("\n" + count_line(validation), style="bold"), highlight=False)
    console.print(
        Text("calibrated: its band tuned a parameter. What each source says: --format csv, docs/validation.md", "dim"),
        highlight=False,
    )


def count_line(validation: Validation) -> str:
    """Say how many patterns are in band, and how many of these were predicted."""
    inside, judged = validation.count(IN_BAND), len(validation.judged)
    predicted = validation.count(IN_BAND, "predicted")
    parts = [f"{inside} of {judged} patterns in band, {predicted} of them predicted"]
    parts += [f"{validation.count(verdict)} {verdict}" for verdict in (OUT, NOT_MEASURED)]
    return "; ".join(parts) + "."


def _title(validation: Validation) -> Text:
    case = validation.case
    luck = f"{validation.replications} replications from seed {validation.seed}"
    sets = f", {validation.members} parameter sets" if validation.members else ""
    span = f"{month_name(case.start)} to {month_name(case.until)}"
    told = Text(f"What the model must show: {case.title or case.name}", style="bold")
    return told.append(f"\ncase {case.name}, {span}, scale 1:{case.scale:,}, {luck}{sets}", style="not bold")


def _head() -> Text:
    return Text(f"{'':4}{'':45}{'target':>18}{'model':>14}{'90 % band':>17}", style="dim")


def _lines(judged: Judged, plain: bool) -> list[Text]:
    """Write a pattern on a line, with its source, use and verdict, and each of its parts on a line below."""
    pattern = judged.pattern
    line = Text(f"{pattern.number:>2}  ").append(f"{pattern.name:47.47}", style="bold")
    line.append(f"{_sources(pattern.source, 21):22}{pattern.used:12}", style="dim")
    lines = [line.append(MARK[judged.verdict][plain], style=COLOUR[judged.verdict])]
    for finding in judged.findings:
        model, band = cells(finding)
        missed = len(judged.findings) > 1 and finding.verdict == OUT
        row = Text(f"{'':4}{finding.part.what:45.45}{target(finding):>18}")
        lines.append(
            row.append(f"{model:>14}", COLOUR[finding.verdict]).append(f"{band:>17}").append(" <" * missed, "red")
        )
    return lines


def _sources(keys: tuple[str, ...], width: int) -> str:
    """Name the sources, or as many as find room and how many more there are."""
    for shown in range(len(keys), 0, -1):
        text = ", ".join(keys[:shown]) + (f" +{len(keys) - shown}" if shown < len(keys) else "")
        if len(text) <= width:
            return text
    return f"{len(keys)} sources"


def target(finding: Finding) -> str:
    """Write a band with its unit."""
    part = finding.part
    low, high = (number(value, part.unit) for value in (part.low, part.high))
    return f"from {low} {part.unit}" if part.high >= 1e6 else f"{low} to {high} {part.unit}"


def cells(finding: Finding) -> tuple[str, str]:
    """Write the median and the 90 % band; of several numbers every median and the widest band."""
    if finding.values is None:
        return "-", "-"
    low, median, high = finding.band
    unit = finding.part.unit
    return " ".join(number(value, unit) for value in median), f"{number(low.min(), unit)} to {number(high.max(), unit)}"


def number(value: float, unit: str) -> str:
    """Write a number as its unit asks: shares in per cent or points of them, the rest with what counts."""
    if unit in ("%", "points"):
        text = f"{100 * value:.0f}" if abs(value) >= 0.1 else f"{100 * value:.1f}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.0f}" if abs(value) >= 50 else f"{value:.2f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def as_markdown(validation: Validation) -> str:
    """Write the table, the misses and the count for a document."""
    marks = load_facts().sources
    lines = [
        _title(validation).plain.partition("\n")[2] + ". " + count_line(validation),
        "",
        "| # | pattern | measured | target | model (90 % band) | verdict | used | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for judged in validation.judged:
        pattern = judged.pattern
        source = ", ".join(f"{key} [{marks[key][1]}]" for key in pattern.source) + f": {pattern.origin}"
        for place, finding in enumerate(judged.findings):
            model, band = cells(finding)
            told = "-" if finding.values is None else f"{model} ({band})"
            head, tail = (
                ((str(pattern.number), pattern.name), (pattern.used, source)) if place == 0 else (("", ""),) * 2
            )
            row = (*head, finding.part.what, target(finding), told, finding.verdict, *tail)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    misses = [f"* {j.pattern.number} {j.pattern.name}: {j.remark}" for j in validation.judged if j.remark]
    return "\n".join([*lines, "", "Missed or not measured:", "", *misses] if misses else lines) + "\n"
