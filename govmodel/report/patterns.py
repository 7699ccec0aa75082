"""The pattern table: on a terminal at 100 columns, and as Markdown for the documents."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..facts import load as load_facts
from ..foundations.calendar import month_name
from ..study.validation import IN_BAND, NOT_MEASURED, OUT, Finding, Judged, Validation
from .texts import Texts
from .wrapping import left, right, wrapped

COLOUR = {IN_BAND: "green", OUT: "red", NOT_MEASURED: "yellow"}
MARK = {IN_BAND: "✓+", OUT: "✗x", NOT_MEASURED: "·."}  # on a terminal that knows them, and on one that does not
ENGLISH = Texts()


def show(validation: Validation, console: Console, lang: str = "en") -> None:
    """Print the table, what was missed and why, and the count."""
    texts = Texts(lang)
    lines = [_title(validation, texts), Text(), _head(texts)]
    for judged in validation.judged:
        lines += _lines(judged, "utf" not in console.encoding.lower(), texts)
    misses = [judged for judged in validation.judged if judged.remark]
    lines += [Text(), Text(texts("patterns.missed"), style="bold")] if misses else []
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    for judged in misses:
        told = f"{judged.pattern.number} {_remark(judged, texts)}"
        told = wrapped(told, console.width - 5) if lang == "zh" else told
        console.print(Padding(Text(told), (0, 1, 0, 4)), highlight=False)
    console.print(Text("\n" + count_line(validation, texts), style="bold"), highlight=False)
    console.print(Text(texts("patterns.note"), "dim"), highlight=False)


def _remark(judged: Judged, texts: Texts) -> str:
    """Explain a miss in the language."""
    if texts.lang == "en":
        return judged.remark
    reasons = [texts.told(reason, "reasons") for reason in judged.reasons]
    missed = judged.pattern.why_missed_zh if judged.verdict == OUT else ""
    return missed + (texts("patterns.reasons", reasons=texts("describe.semicolon").join(reasons)) if reasons else "")


def count_line(validation: Validation, texts: Texts = ENGLISH) -> str:
    """Say how many patterns are in band, and how many of these were predicted."""
    out, missing = validation.count(OUT), validation.count(NOT_MEASURED)
    inside, predicted = validation.count(IN_BAND), validation.count(IN_BAND, "predicted")
    count = {"inside": inside, "judged": len(validation.judged), "predicted": predicted, "out": out}
    return texts("patterns.count", missing=missing, **count)


def _title(validation: Validation, texts: Texts = ENGLISH) -> Text:
    case = validation.case
    sets = texts("patterns.sets", sets=validation.members) if validation.members else ""
    told = Text(texts("patterns.title", title=texts.title(case)), style="bold")
    span = {"start": month_name(case.start), "until": month_name(case.until), "scale": case.scale}
    luck = {"replications": validation.replications, "seed": validation.seed}
    return told.append("\n" + texts("patterns.run", case=case.name, **span, **luck) + sets, style="not bold")


def _head(texts: Texts) -> Text:
    heads = zip(("target", "model", "band"), (18, 14, 17))
    return Text(" " * 49 + "".join(right(texts(f"patterns.{name}"), width) for name, width in heads), style="dim")


def _lines(judged: Judged, plain: bool, texts: Texts) -> list[Text]:
    """Write a pattern on a line, with its source, use and verdict, and each of its parts on a line below."""
    pattern, chinese = judged.pattern, texts.lang == "zh"
    line = Text(f"{pattern.number:>2}  ").append(left(pattern.name_zh if chinese else pattern.name, 47), style="bold")
    line.append(left(_sources(pattern.source, 18, texts), 19) + left(texts.word(pattern.used), 15), style="dim")
    mark = f"{MARK[judged.verdict][plain]} {texts.word(judged.verdict)}"
    lines = [line.append(mark, style=COLOUR[judged.verdict])]
    for finding in judged.findings:
        model, band = cells(finding, texts)
        missed = len(judged.findings) > 1 and finding.verdict == OUT
        part = finding.part
        row = Text(" " * 4 + left(part.what_zh if chinese else part.what, 45) + right(target(finding, texts), 18))
        lines.append(
            row.append(f"{model:>14}", COLOUR[finding.verdict]).append(right(band, 17)).append(" <" * missed, "red")
        )
    return lines


def _sources(keys: tuple[str, ...], width: int, texts: Texts) -> str:
    """Name the sources, or as many as find room and how many more there are."""
    for shown in range(len(keys), 0, -1):
        text = ", ".join(keys[:shown]) + (f" +{len(keys) - shown}" if shown < len(keys) else "")
        if len(text) <= width:
            return text
    return texts("patterns.sources", number=len(keys))


def target(finding: Finding, texts: Texts = ENGLISH) -> str:
    """Write a band with its unit."""
    part, unit = finding.part, texts.word(finding.part.unit)
    low, high = (exact(value, part.unit) for value in (part.low, part.high))
    name = "patterns.from" if part.high >= 1e6 else "patterns.from_to"
    return texts(name, low=low, **({} if part.high >= 1e6 else {"high": high}), unit=unit)


def cells(finding: Finding, texts: Texts = ENGLISH) -> tuple[str, str]:
    """Write the median and the 90 % band; of several numbers every median and the widest band."""
    if finding.values is None:
        return "-", "-"
    low, median, high = finding.band
    least, most, *medians = numbers([low.min(), high.max(), *median], finding.part.unit)
    return " ".join(medians), texts("patterns.to", low=least, high=most)


def number(value: float, unit: str) -> str:
    """Write a number as its unit asks: shares in per cent or points of them, the rest with what counts."""
    if unit in ("%", "points"):
        text = f"{100 * value:.0f}" if abs(value) >= 0.1 else f"{100 * value:.1f}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.0f}" if abs(value) >= 50 else f"{value:.2f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def numbers(values: Sequence[float], unit: str) -> list[str]:
    """Write numbers that stand together, a median and its band, with the decimals that the largest asks for."""
    factor = 100.0 if unit in ("%", "points") else 1.0
    shown = [factor * value for value in values]
    largest = max((abs(value) for value in shown if math.isfinite(value)), default=0.0)
    decimals = int(largest < 9.95) if factor > 1.0 else 0 if largest >= 49.5 else 1 if largest >= 9.95 else 2
    texts = [f"{value:,.{decimals}f}" if math.isfinite(value) else "-" for value in shown]
    return [text.lstrip("-") if text != "-" and not text.strip("-0.,") else text for text in texts]


def exact(value: float, unit: str) -> str:
    """Write a number that somebody chose, as it was chosen: an end of a band that is aimed at."""
    shown = round(100.0 * value if unit in ("%", "points") else value, 6)
    return f"{shown:,.0f}" if shown == round(shown) else f"{shown:,}"


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
