"""The page: its sections in order, with the style inside, so that one file is all there is."""

from pathlib import Path

from ...foundations.calendar import month_name
from ...foundations.errors import InputError
from ...foundations.files import write_text
from ...performance.differences import FEWEST
from .. import palette
from . import answer, costs, figures, telling
from .marks import Markup, join, mark, tag
from .subject import Subject, open_subject

STYLE = Path(__file__).with_name("page.css")


def write_report(folder: str | Path, out: str | Path | None = None, lang: str = "en") -> Path:
    """Write the report of a saved run or comparison: one HTML file, in that folder if no other place is named."""
    out = Path(out) if out is not None else Path(folder) / "report.html"
    if out.is_dir():
        raise InputError("out", "the name of a file", str(out), f"This is a folder; write {out / 'report.html'}.")
    page = report(folder, lang)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, page)
    return out


def report(folder: str | Path, lang: str = "en") -> str:
    """Make the page; equal folders give equal pages."""
    subject = open_subject(Path(folder), lang)
    sections = [section for section in _sections(subject) if section is not None]
    links = [tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in sections]
    navigation = tag("nav", tag("ol", *links), aria_label=subject.texts("report.contents"))
    parts = [tag("section", tag("h2", title), body, id=name) for name, title, body in sections]
    language = "zh-Hans" if lang == "zh" else "en"
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"), tag("title", _title(subject)),
        join(["\n", tag("style", _style(subject))]),
    )  # fmt: skip
    body = tag(
        "body", tag("a", subject.texts("report.skip"), href="#answer", class_="skip"), _header(subject), navigation,
        tag("main", *parts), tag("footer", tag("p", subject.texts("report.footer"))),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=language)}\n"


def _style(subject: Subject) -> Markup:
    """Give the style with the colours of arms, and for each arm a rule that shows its flows when it is chosen."""
    chosen = [f".tabs .t{place}:checked ~ .panel.t{place}" for place in range(len(subject.cases))]
    colours = f":root {{ {palette.style('light')} }}\n"
    colours += f"@media (prefers-color-scheme: dark) {{ :root {{ {palette.style('dark')} }} }}\n"
    return mark(colours + STYLE.read_text(encoding="utf-8") + ", ".join(chosen) + " { display: block; }\n")


def _title(subject: Subject) -> str:
    return f"{subject.texts('report.title')} {subject.texts('report.against').join(subject.names.values())}"


def _header(subject: Subject) -> Markup:
    """Say what the page is about: the question, the case, how often it was run."""
    texts, case = subject.texts, subject.case
    ran = texts("report.ran", case=texts.title(case), start=month_name(case.start), until=month_name(case.until),
                scale=case.scale, size=subject.replications, seed=subject.held.seed)  # fmt: skip
    return tag("header", tag("p", texts("report.kicker"), class_="kicker"), tag("h1", texts("report.title")),
               figures.arms_legend(subject), tag("p", ran))  # fmt: skip


def _sections(subject: Subject) -> list[tuple[str, str, Markup] | None]:
    """Make the sections in the order in which they are read."""
    texts, compares = subject.texts, subject.compares

    def section(name: str, body: Markup, lead: str = "lead") -> tuple[str, str, Markup]:
        """Head a section with its title and a line on how to read it."""
        intro = tag("p", texts(f"report.{name}_{lead}"), class_="lead") if lead else None
        return name, texts(f"report.{name}_title"), join([intro, body])

    told = join([tag("p", texts("report.question"), class_="question"),
                 *(tag("p", sentence) for sentence in answer.sentences(subject))])  # fmt: skip
    warning = None
    if compares and subject.replications < FEWEST:
        warning = tag("p", texts("compare.too_few", fewest=FEWEST), class_="warning")
    elif subject.replications == 1:
        warning = tag("p", texts("report.one_luck"), class_="warning")
    return [
        section("answer", join([warning, told]), lead=""),
        section("ranking", telling.ranking(subject)) if compares else None,
        section("flows", figures.flows(subject)),
        section("series", figures.series(subject), "lead" if subject.replications > 1 else "lead_one"),
        section("differences", telling.differences(subject)) if compares else None,
        section("seats", figures.seats(subject)),
        section("costs", costs.costs(subject)),
        section("levers", figures.levers(subject)),
        section("turns", telling.turning_points(subject)),
        section("case", telling.case(subject)),
        section("trust", telling.trust(subject), lead=""),
        section("made", telling.provenance(subject), lead=""),
    ]
