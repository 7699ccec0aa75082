"""The command line: run a case, trace a pack, describe what there is.

Every command ends with 0 when it is done, 2 when something that was given cannot be used (one message says what),
3 when a file could not be read or written, 4 when `validate --require` wanted more patterns in band, 130 when it was
interrupted, 143 or 129 when it was told to end or its terminal went, and 1 when govmodel itself failed.
"""

import json
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from . import (
    commands_analysis,
    commands_compare,
    commands_dashboard,
    commands_findings,
    commands_study,
    commands_sweep,
)
from .chosen import chosen_case, set_levers, warn_of_idle_levers
from .foundations.errors import InputError
from .shell import DONE, Language, console, guarded, say
from .version import __version__

__all__ = ["app", "main", "set_levers"]

app = typer.Typer(
    name="govmodel",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Who should govern China's retired electric-vehicle batteries? Runs the chain month by month and shows what "
    "becomes of the packs, who earns, and what governing costs.",
    epilog="Exit codes: 0 done, 1 govmodel failed, 2 bad input, 3 a file could not be read or written, "
    "4 too few patterns in band (validate --require), 130 interrupted.",
)


class RunFormat(StrEnum):
    """How `run` prints its years."""

    table = "table"
    json = "json"
    csv = "csv"


class ListFormat(StrEnum):
    """How `describe` prints its entries."""

    table = "table"
    json = "json"
    markdown = "markdown"


class Topic(StrEnum):
    """What `describe` knows about."""

    parameters = "parameters"
    levers = "levers"
    structures = "structures"
    cases = "cases"
    indicators = "indicators"
    policies = "policies"
    facts = "facts"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"govmodel {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    pass


@app.command("run", epilog="Exit codes: see govmodel --help.")
@guarded
def run_command(
    case: Annotated[
        str, typer.Argument(metavar="[CASE]", help="A case of the library (govmodel describe cases) or a TOML file.")
    ] = "china",
    structure: Annotated[
        str | None, typer.Option(help="Who governs: a name (govmodel describe structures) or a file.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="LEVER=VALUE", help="Set a lever; LEVER@YYYY-MM=VALUE from a month on. May be repeated."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The run's luck; the same seed gives the same run.")] = 0,
    scale: Annotated[int | None, typer.Option(help="Real packs per simulated pack; 1 is the nation.")] = None,
    start: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="First month, from 2021-01 on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Last month, up to 2035-12.")] = None,
    replications: Annotated[
        int, typer.Option(help="How often, each with luck of its own; the table then shows medians and 10-90 % bands.")
    ] = 1,
    ensemble: Annotated[
        bool, typer.Option(help="With replications: take turns in the parameter sets that fit history as well.")
    ] = True,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Save everything in a new folder.")] = None,
    packs: Annotated[bool, typer.Option("--packs", help="With --out: save what became of every pack.")] = False,
    format_: Annotated[RunFormat, typer.Option("--format", help="How to print the years.")] = RunFormat.table,
    quiet: Annotated[bool, typer.Option("--quiet", help="No table, no notes, no progress bar.")] = False,
    lang: Annotated[
        Language, typer.Option(help="English or Chinese: the table, the notes, the picture.")
    ] = Language.en,
) -> None:
    """Run a case and show it year by year.

    \b
    Examples:
      govmodel run
      govmodel run low --set subsidy=20 --set fine=3 --seed 7
      govmodel run --set subsidy=20 --set subsidy@2030-01=10 --until 2032-12
      govmodel run my_case.toml --replications 20 --out my_run
      govmodel run --scale 20000 --format csv > years.csv
      govmodel run --structure collaborative --out my_run
      govmodel run --lang zh
    """
    from .folder import check_place
    from .progress import Bar
    from .report.texts import Texts
    from .run import run

    texts = Texts(lang.value)
    chosen = chosen_case(case, set_, structure=structure, scale=scale, start=start, until=until)
    if packs and out is None:
        raise InputError("--packs", "a folder to save the packs in", "no --out", "Add --out DIR.")
    if out is not None:
        check_place(out)
    if not quiet:
        warn_of_idle_levers(chosen, texts)
    progress = False if quiet else Bar(texts("terminal.months"))
    turns = None if ensemble else False
    done = run(chosen, seed, progress=progress, replications=replications, packs=packs, ensemble=turns)
    if out is not None:
        _save(done, out, texts, quiet)
    _print_years(done, format_, quiet, str(out) if out is not None else None, lang.value)


def _save(done, out: Path, texts, quiet: bool) -> None:
    """Save a run and its picture; say so if the picture could not be drawn in the language asked for."""
    from .report.figures import save_overview

    done.save(out)
    drawn_in = save_overview(done, out / "overview.png", texts.lang)
    if drawn_in != texts.lang and not quiet:
        say(texts("figures.no_font"))


def _print_years(done, format_: RunFormat, quiet: bool, saved_in: str | None, lang: str) -> None:
    """Print a run's years in the format asked for."""
    if format_ is RunFormat.table:
        if not quiet:
            from .report.terminal import show

            show(done, console(), saved_in, lang)
        return
    from .report.tables import yearly

    by_year = yearly(done.indicators)
    if format_ is RunFormat.csv:
        typer.echo(by_year.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        blank = by_year.astype(object).where(by_year.notna(), None)  # JSON knows no NaN
        typer.echo(json.dumps(blank.to_dict("records"), indent=2))


@app.command(epilog="Exit codes: see govmodel --help.")
@guarded
def trace(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a saved run.")],
    pack_id: Annotated[int, typer.Argument(help="A pack's number, from 0 on.")],
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = Language.en,
    replication: Annotated[int, typer.Option(help="Which replication's world.")] = 0,
) -> None:
    """Tell the life of one pack of a saved run.

    \b
    Examples:
      govmodel trace my_run 12345
      govmodel trace my_run 12345 --lang zh
    """
    from .run import load_run

    for line in load_run(folder).pack(pack_id, replication).lines(lang.value):
        typer.echo(line)


@app.command(epilog="Exit codes: see govmodel --help.")
@guarded
def minutes(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a saved run or comparison.")],
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Only the meeting of this month.")] = None,
    lever: Annotated[str | None, typer.Option(help="Only what was said about this lever.")] = None,
    structure: Annotated[str | None, typer.Option(help="Whose minutes, where a folder holds several.")] = None,
    replication: Annotated[int, typer.Option(help="Which replication's body.")] = 0,
    format_: Annotated[
        ListFormat, typer.Option("--format", help="Sentences, or every field as json or markdown.")
    ] = ListFormat.table,
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = Language.en,
) -> None:
    """Tell what the governing body of a saved run talked about and decided.

    \b
    Examples:
      govmodel run --structure collaborative --out my_run
      govmodel minutes my_run --month 2027-03
      govmodel minutes my_run --lever subsidy --lang zh
    """
    from .report.telling import minutes_of, tell_minutes

    table = minutes_of(folder, structure, replication, month, lever)
    if format_ is ListFormat.json:
        typer.echo(table.to_json(orient="records", force_ascii=False, indent=2))
    elif format_ is ListFormat.markdown:
        from .report.catalogue import as_markdown

        typer.echo(as_markdown(table.to_dict("records")))
    else:
        tell_minutes(table, console(), lang.value)


@app.command(epilog="Exit codes: see govmodel --help.")
@guarded
def describe(
    topic: Annotated[Topic, typer.Argument(help="What to list.")],
    format_: Annotated[
        ListFormat, typer.Option("--format", help="How to print it; json and markdown give every field.")
    ] = ListFormat.table,
    lang: Annotated[
        Language, typer.Option(help="English or Chinese, for the table; json and markdown give both.")
    ] = Language.en,
) -> None:
    """List what there is: names, units, ranges, sources.

    \b
    Examples:
      govmodel describe levers
      govmodel describe indicators --format markdown
      govmodel describe parameters --format json
      govmodel describe levers --lang zh
    """
    from .report import catalogue, listing

    if format_ is ListFormat.table:
        listing.show(topic.value, console(), lang.value)
    elif format_ is ListFormat.json:
        typer.echo(json.dumps(catalogue.rows(topic.value), ensure_ascii=False, indent=2))
    else:
        typer.echo(catalogue.as_markdown(catalogue.rows(topic.value)))


commands_compare.add_to(app)
commands_study.add_to(app)
commands_sweep.add_to(app)
commands_analysis.add_to(app)
commands_findings.add_to(app)
commands_dashboard.add_to(app)


def _leave(number: int, _) -> None:
    """End because the system says so: what is half done is tidied away, and nobody waits for processes."""
    from multiprocessing import active_children  # here, because it is slow to import

    signal.signal(number, signal.SIG_IGN)  # once is enough; tidying is not to be broken off
    for process in active_children():
        process.kill()
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; output is UTF-8 wherever it goes."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not every system has both
        if number and signal.getsignal(number) == signal.SIG_DFL:  # `nohup` has it ignored
            signal.signal(number, _leave)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # none where it was closed, as by `>&-`
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and "utf" not in (stream.encoding or "").lower():
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()
