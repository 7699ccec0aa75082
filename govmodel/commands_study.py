"""Commands that need many runs: validate, calibrate, knockouts, trust, degenerate; and explain, which needs one.

`ready`, `workers_of`, `Runs`, `finish` and `save` serve the commands of findings as well.
"""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .foundations.errors import InputError
from .shell import TOO_FEW, Language, console, guarded, say


class TableFormat(StrEnum):
    """How a study prints its table."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class CalibrationFormat(StrEnum):
    """How `calibrate` prints what it found."""

    table = "table"
    csv = "csv"
    markdown = "markdown"


class ExplanationFormat(StrEnum):
    """How `explain` prints what it found."""

    text = "text"
    json = "json"
    csv = "csv"


CaseName = Annotated[str, typer.Argument(metavar="[CASE]", help="A case of the library or a TOML file.")]
Seed = Annotated[int, typer.Option(help="The luck of the first replication; compared cases share it.")]
Scale = Annotated[int | None, typer.Option(help="Real packs per simulated pack; the case's own if not given.")]
Workers = Annotated[int | None, typer.Option(help="Processes to run in; as many as processors if not given.")]
Ensemble = Annotated[
    bool,
    typer.Option(help="Let replications take turns in the parameter sets that fit history as well."),
]
Lang = Annotated[Language, typer.Option(help="English or Chinese: the table and the messages.")]
Format = Annotated[TableFormat, typer.Option("--format", help="How to print it.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Save the tables in a new folder.")]
Page = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the table between the marks of a document in Markdown.")
]
MARKS = ("<!-- table: begin -->", "<!-- table: end -->")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (validate, calibrate, knockouts, trust, degenerate, explain):
        app.command(command.__name__, epilog="Exit codes: see govmodel --help.")(guarded(command))


def validate(
    case: CaseName = "china",
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own.")] = 20,
    scale: Scale = None,
    seed: Seed = 0,
    workers: Workers = None,
    ensemble: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Spread over the sets of an ensemble.toml; facts: as run does."),
    ] = None,
    require: Annotated[int, typer.Option(metavar="N", help="End with 4 unless at least N patterns are in band.")] = 0,
    format_: Format = TableFormat.table,
    out: Out = None,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Hold the model to what it must show.

    23 patterns of history and of policies: target, what the model gives, verdict, source.

    \b
    Examples:
      govmodel validate
      govmodel validate low --replications 5 --format csv
      govmodel validate --ensemble facts
      govmodel validate --ensemble my_calibration/ensemble.toml
      govmodel validate --require 15 --out my_validation
    """
    from .case.ensemble import read_sets
    from .report import patterns
    from .study.validation import IN_BAND
    from .study.validation import validate as judge

    chosen = ready(case, scale, out, page)
    sets = read_sets(ensemble, chosen.country) if ensemble is not None else []
    with Runs(lang) as report:
        found = judge(chosen, replications, seed, workers_of(workers), sets, report)
    if format_ is TableFormat.table:
        patterns.show(found, console(), lang.value)
    finish(found.frame(), lambda: patterns.as_markdown(found), format_, page)
    if out is not None:
        save(out, chosen, seed, found.replications, {"patterns": found.frame(), "values": found.values()})
    inside = found.count(IN_BAND)
    if inside < require:
        from .report.texts import Texts

        say(Texts(lang.value)("errors.too_few", inside=inside, required=require))
        raise typer.Exit(TOO_FEW)


def calibrate(
    study: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="A study whose method is calibration.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Its folder; beside the study file if not given.")
    ] = None,
    workers: Workers = None,
    ensemble: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the sets that fit as well here too, over what is there.")
    ] = None,
    format_: Annotated[CalibrationFormat, typer.Option("--format", help="How to print it.")] = CalibrationFormat.table,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Tune parameters to patterns; find what fits.

    At most ten parameters and six patterns; gives the best set, all that fit as well, and profiles.

    \b
    Writes evaluations.parquet, profiles.parquet, best.toml (a case) and
    ensemble.toml (for validate --ensemble). Its runs are those of a sweep:
    interrupted, it goes on where it was when called again, and govmodel
    sweep says how far it is, verifies it, or runs it on a cluster.

    \b
    Examples:
      govmodel calibrate experiments/calibration.toml --out my_calibration
      govmodel run my_calibration/best.toml
      govmodel calibrate experiments/calibration.toml --out my_calibration --lang zh
      govmodel calibrate experiments/calibration.toml --ensemble govmodel/facts/china/ensemble.toml
    """
    from .commands_sweep import ProgressFormat, run_study
    from .report import calibration as tables
    from .study.calibration import fitted, plan_for

    chosen = plan_for(study)
    if page is not None:
        _around_marks(page)
    folder = out if out is not None else study.with_suffix("")
    run_study(study, folder, workers, progress=ProgressFormat.auto, lang=lang)
    found = fitted(chosen, folder)
    if ensemble is not None:
        ensemble.write_text(found.ensemble(), encoding="utf-8", newline="\n")
    if format_ is CalibrationFormat.table:
        tables.show(found, console(), lang.value)
    else:
        _print(found.evaluations(), TableFormat(format_.value), lambda: tables.as_markdown(found))
    if page is not None:
        _write_between_marks(page, tables.as_markdown(found))


def knockouts(
    case: CaseName = "china",
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own.")] = 10,
    scale: Scale = None,
    seed: Seed = 0,
    workers: Workers = None,
    ensemble: Ensemble = True,
    format_: Format = TableFormat.table,
    out: Out = None,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Take each mechanism away and compare.

    Also each channel constant; the changes in 2025 and 2030, paired by seed, with bands.

    \b
    Examples:
      govmodel knockouts
      govmodel knockouts --lang zh
      govmodel knockouts lithium_crash --replications 4 --format csv
    """
    from .report import effects
    from .study.knockouts import knock_out

    chosen, turns = ready(case, scale, out, page), None if ensemble else False
    with Runs(lang) as report:
        found = knock_out(chosen, replications, seed, workers_of(workers), report, turns)
    if format_ is TableFormat.table:
        effects.show_knockouts(found, console(), lang.value)
    finish(found.frame(), lambda: effects.knockouts_markdown(found), format_, page)
    if out is not None:
        save(out, chosen, seed, replications, {"knockouts": found.frame()}, turns)


def trust(
    case: CaseName = "china",
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own.")] = 4,
    scale: Scale = None,
    seed: Seed = 0,
    workers: Workers = None,
    all_: Annotated[bool, typer.Option("--all", help="List every number, not only those that matter most.")] = False,
    format_: Format = TableFormat.table,
    out: Out = None,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Rank unmeasured numbers by their weight.

    Each ASSUMED or CALIBRATED number is moved alone; shows how far the licensed share moves.

    \b
    Examples:
      govmodel trust
      govmodel trust --replications 2 --scale 20000 --all
    """
    from .report import effects
    from .study.sensitivity_table import one_at_a_time

    chosen = ready(case, scale, out, page)
    with Runs(lang) as report:
        found = one_at_a_time(chosen, replications, seed, workers_of(workers), report)
    if format_ is TableFormat.table:
        effects.show_trust(found, console(), all_, lang.value)
    finish(found.frame(), lambda: effects.trust_markdown(found), format_, page)
    if out is not None:
        save(out, chosen, seed, replications, {"trust": found.frame()})


def degenerate(
    case: CaseName = "china",
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own.")] = 10,
    scale: Scale = None,
    seed: Seed = 0,
    workers: Workers = None,
    format_: Format = TableFormat.table,
    out: Out = None,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Look for lock-in, bounds and lasting marks.

    Other starts, what stands at its bounds, and levers raised and taken back, each with a verdict.

    \b
    Examples:
      govmodel degenerate
      govmodel degenerate lithium_crash --replications 4 --format csv
    """
    from .report import degenerate as tables
    from .study.degenerate import look

    chosen = ready(case, scale, out, page)
    with Runs(lang) as report:
        found = look(chosen, replications, seed, workers_of(workers), report)
    if format_ is TableFormat.table:
        tables.show(found, console(), lang.value)
    finish(found.frame(), lambda: tables.as_markdown(found), format_, page)
    if out is not None:
        save(out, chosen, seed, replications, {"degenerate": found.frame()})


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a saved run.")],
    indicator: Annotated[str, typer.Argument(help="An indicator (govmodel describe indicators).")],
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="A month at least twelve after the run's first.")],
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = Language.en,
    replication: Annotated[int, typer.Option(help="Which replication's world.")] = 0,
    format_: Annotated[ExplanationFormat, typer.Option("--format", help="Sentences, or every contribution.")] = (
        ExplanationFormat.text
    ),
) -> None:
    """Say why an indicator changed in a year.

    The largest contributions to the change since twelve months before, in words or as a table.

    \b
    Examples:
      govmodel explain my_run formal_share 2027-06
      govmodel explain my_run treasury_net 2028-12 --lang zh
      govmodel explain my_run holder_price 2023-03 --format csv
    """
    from .run import load_run

    found = load_run(folder).explain(indicator, month, replication)
    if format_ is ExplanationFormat.text:
        typer.echo(found.text_zh if lang is Language.zh else found.text)
    else:
        _print(found.frame, TableFormat(format_.value), None)


def ready(name: str, scale: int | None, out: Path | None, page: Path | None = None):
    """Load the case and see that there is room for the results, in a folder and in a document, before anything runs."""
    from .case import Case
    from .folder import check_place

    chosen = Case.load(name)
    if out is not None:
        check_place(out)
    if page is not None:
        _around_marks(page)
    return chosen if scale is None else chosen.with_(scale=scale)


def workers_of(given: int | None) -> int:
    """Accept a number of processes; as many as processors if none is given."""
    from .workers import checked

    return checked(given, "--workers")


class Runs:
    """A progress bar over runs, taken off the screen whatever happens."""

    def __init__(self, lang: Language = Language.en):
        self._lang = lang

    def __enter__(self):
        from .progress import Bar
        from .report.texts import Texts

        self._bar = Bar(Texts(self._lang.value)("terminal.runs"))
        return self._bar

    def __exit__(self, *_):
        self._bar.close()


def _print(frame, format_: TableFormat, markdown) -> None:
    """Print a table for machines or documents."""
    if format_ is TableFormat.csv:
        typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif format_ is TableFormat.json:
        blank = frame.astype(object).where(frame.notna(), None)
        typer.echo(json.dumps(blank.to_dict("records"), ensure_ascii=False, indent=2))
    elif format_ is TableFormat.markdown:
        typer.echo(markdown(), nl=False)


def finish(frame, markdown, format_: TableFormat, page: Path | None) -> None:
    """Print a study's table as asked, and put it into a document."""
    _print(frame, format_, markdown)
    if page is not None:
        _write_between_marks(page, markdown())


def _write_between_marks(page: Path, table: str) -> None:
    """Put a table in the place that a document keeps for it."""
    before, after = _around_marks(page)
    page.write_text(f"{before}\n\n{table}\n{after}", encoding="utf-8", newline="\n")


def _around_marks(page: Path) -> tuple[str, str]:
    """Give what a document says before and after its place for a table, marks included."""
    text = page.read_text(encoding="utf-8")
    begin, end = (text.find(mark) for mark in MARKS)
    if not 0 <= begin < end:
        raise InputError("--page", f"a document with the lines {MARKS[0]} and {MARKS[1]}", str(page), "Add them.")
    return text[: begin + len(MARKS[0])], text[end:]


def save(out: Path, case, seed: int, replications: int, tables: dict, ensemble: bool | None = False) -> None:
    """Save a study's tables with the case and its provenance in a new folder."""
    from . import folder
    from .case.ensemble import choose
    from .foundations.draws import seeds_of_replications
    from .provenance import provenance

    seeds = tuple(seeds_of_replications(seed, replications))
    made_by = provenance(case, seed, seeds, choose(case, ensemble, replications))
    folder.write(out, tables.items(), case.to_toml(), made_by)
