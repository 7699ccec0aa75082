"""The table of propositions: on a terminal at 100 columns, and as Markdown for the documents."""

from rich.console import Console
from rich.text import Text

from ..facts import load as load_facts
from ..foundations.calendar import month_name
from ..study.propositions import CONTRADICTED, OPEN, SUPPORTED, VERDICTS, Answer, Answers
from .measures import unit_of
from .patterns import number, numbers
from .texts import Texts
from .wrapping import left, right

COLOUR = {SUPPORTED: "green", CONTRADICTED: "red", OPEN: "yellow"}
KEY = {SUPPORTED: "supported", CONTRADICTED: "contradicted", OPEN: "open"}
TITLE, NUMBERS = 50, 18


def show(answers: Answers, console: Console, lang: str = "en") -> None:
    """Print the table and the count."""
    texts = Texts(lang)
    heads = [texts(f"propositions.{name}") for name in ("expected", "effect", "band")]
    line = Text(" " * TITLE + right(heads[0], 8) + right(heads[1], 10) + right(heads[2], NUMBERS), "dim")
    lines = [Text(texts("propositions.title"), style="bold"), Text(luck(answers, texts)), Text(), line]
    for answer in answers.answers:
        one, told = answer.proposition, answer.told
        effect, band = effect_of(answer)
        title = one.title if lang == "en" else one.title_zh
        row = Text(left(title, TITLE), style="bold")
        row.append(right("+" if one.expected > 0 else "-", 8) + right(effect, 10) + right(band, NUMBERS), "not bold")
        lines.append(row.append("  " + texts(f"propositions.{KEY[answer.verdict]}"), COLOUR[answer.verdict]))
        unit = unit_of(one.measure.indicator)
        values = " -> ".join(number(told[name], unit) for name in ("value_against", "value"))
        lines.append(Text(f"  {measured(answer)}: {values} {unit}; {one.source}", style="dim"))
    for line in [
        *lines,
        Text(),
        Text(count_line(answers, texts), style="bold"),
        Text(texts("propositions.more"), "dim"),
    ]:
        console.print(line, highlight=False, soft_wrap=True)


def luck(answers: Answers, texts: Texts) -> str:
    """Say what was run."""
    case = answers.case
    return texts("propositions.run", case=case.name, scale=case.scale, size=answers.replications, seed=answers.seed)


def count_line(answers: Answers, texts: Texts) -> str:
    """Count the verdicts."""
    counts = {KEY[verdict]: answers.count(verdict) for verdict in VERDICTS}
    return texts("propositions.count", all=len(answers.answers), **counts)


def measured(answer: Answer) -> str:
    """Say what was measured, and over which months."""
    measure = answer.proposition.measure
    size = "|" if measure.how == "mean_absolute" else ""
    return f"{size}{measure.indicator}{size} {month_name(measure.since)} to {month_name(measure.until)}"


def effect_of(answer: Answer) -> tuple[str, str]:
    """Write the effect, and its band; shares in points."""
    told, unit = answer.told, unit_of(answer.proposition.measure.indicator)
    values = [told[key] for key in ("difference", "low", "high")]
    effect, low, high = (_signed(value, text) for value, text in zip(values, numbers(values, unit)))
    return effect, f"{low} to {high}"


def _signed(value: float, text: str) -> str:
    """Put a plus before a number above zero, unless all that is written of it is noughts."""
    if value == 0.0:
        return "0"
    return text if value < 0 or not text.strip("0.,-") else f"+{text}"


def as_markdown(answers: Answers, lang: str = "en") -> str:
    """Write the table for a document."""
    texts, marks = Texts(lang), load_facts().sources
    heads = texts("propositions.columns").split("|")
    lines = [luck(answers, texts) + " " + count_line(answers, texts), "", "| " + " | ".join(heads) + " |"]
    lines.append("|" + "---|" * len(heads))
    for answer in answers.answers:
        one, told = answer.proposition, answer.told
        unit = unit_of(one.measure.indicator)
        said = (one.title, one.proposition) if lang == "en" else (one.title_zh, one.proposition_zh)
        source = one.source if one.source == "ASSUMED" else f"{one.source} [{marks[one.source][1]}]"
        effect, band = effect_of(answer)
        row = (
            f"`{one.id}` {said[0]}: {said[1]}", f"{source}: {one.theory}", one.experiment,
            f"{measured(answer)}, {unit}",
            *(number(told[name], unit) for name in ("value_against", "value")),
            "+" if one.expected > 0 else "-", f"{effect} ({band})", texts(f"propositions.{KEY[answer.verdict]}"),
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines) + "\n"
