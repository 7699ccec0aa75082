"""Commands that hold structures against each other, and that tell what was found: compare, report."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .chosen import chosen_case, warn_of_idle_levers
from .foundations.errors import InputError
from .shell import Language, console, guarded


class CompareFormat(StrEnum):
    """How `compare` prints what it found."""

    table = "table"
    json = "json"
    csv = "csv"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (compare, report):
        app.command(command.__name__, epilog="Exit codes: see govmodel --help.")(guarded(command))


def compare(
    case: Annotated[
        str, typer.Argument(metavar="[CASE]", help="A case of the library (govmodel describe cases) or a TOML file.")
    ] = "china",
    structures: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="Who governs: names (govmodel describe structures) or files, by commas."),
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="CASE", help="Another case to compare with, as it is. May be repeated."),
    ] = None,
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own, the same for all.")] = 20,
    seed: Annotated[int, typer.Option(help="The luck of the first replication.")] = 1,
    scale: Annotated[
        int | None, typer.Option(help="Real packs per simulated pack; the case's own if not given.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Last month, up to 2035-12.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="LEVER=VALUE", help="Set a lever in every arm; LEVER@YYYY-MM=VALUE from a month."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Save everything in a new folder.")] = None,
    format_: Annotated[
        CompareFormat, typer.Option("--format", help="A table to read, or every difference as json or csv.")
    ] = CompareFormat.table,
    workers: Annotated[
        int | None, typer.Option(help="Processes to run in; as many as processors if not given.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No table, no notes, no progress bar.")] = False,
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = Language.en,
) -> None:
    """Hold structures against each other, luck being equal.

    The same world and the same luck under several structures: paired differences with bands and verdicts, and who is
    served best.

    \b
    Examples:
      govmodel compare --structures market,government_led,enterprise_led,collaborative
      govmodel compare low --structures market,collaborative --set subsidy=20
      govmodel compare my_case.toml --with my_other_case.toml --replications 10
      govmodel compare --structures market,collaborative --out my_comparison
    """
    from . import comparison as room
    from .folder import check_place
    from .progress import Bar
    from .report.texts import Texts
    from .workers import checked

    texts = Texts(lang.value)
    workers = checked(workers, "--workers")
    changes = {"scale": scale, "until": until}
    arms = _structured(case, _split(structures), set_, changes)
    arms += [chosen_case(name, set_, **changes) for name in with_ or ()]
    if len(arms) < 2:
        raise InputError("--structures", "at least two to compare", structures or "one case",
                         "Write --structures market,collaborative, or name another case: --with CASE.")  # fmt: skip
    if out is not None:
        check_place(out)
    if not quiet:
        warn_of_idle_levers(arms[0], texts)
    progress = False if quiet else Bar(texts("compare.worlds"))
    found = room.compare(*arms, replications=replications, seed=seed, workers=workers, progress=progress)
    if out is not None:
        found.save(out)
    _print(found, format_, quiet, str(out) if out is not None else None, lang.value)


def _split(structures: str | None) -> list[str]:
    """Take the names of structures apart; each may stand there once."""
    names = [name.strip() for name in (structures or "").split(",") if name.strip()]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InputError("--structures", "each structure once", structures, f"{name} is named twice; remove one.")
    return names


def _structured(case: str, structures: list[str], settings: list[str] | None, changes: dict) -> list:
    """Give the case under every structure that was named, or as it is if none was."""
    return [chosen_case(case, settings, structure=name, **changes) for name in structures or [None]]


def _print(found, format_: CompareFormat, quiet: bool, saved_in: str | None, lang: str) -> None:
    """Print what a comparison found in the format asked for."""
    if format_ is CompareFormat.table:
        if not quiet:
            from .report.comparison import show

            show(found, console(), saved_in, lang)
    elif format_ is CompareFormat.csv:
        typer.echo(found.differences.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        tables = {"differences": found.differences, "ranking": found.ranking}
        blank = {name: table.astype(object).where(table.notna(), None) for name, table in tables.items()}
        typer.echo(json.dumps({name: t.to_dict("records") for name, t in blank.items()}, ensure_ascii=False, indent=2))


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a saved run or comparison.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; report.html in that folder if not given.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="English or Chinese.")] = Language.en,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not say where it was written.")] = False,
) -> None:
    """Write a saved run or comparison as one page to read offline.

    One HTML file that loads nothing from elsewhere: the answer in three sentences, flows, time series with bands,
    seats, costs, minutes, differences with verdicts, the case with its sources.

    \b
    Examples:
      govmodel report my_comparison
      govmodel report my_run --out my_run.html --lang zh
    """
    from .report.page.build import write_report
    from .report.texts import Texts

    written = write_report(folder, out, lang.value)
    if not quiet:
        typer.echo(Texts(lang.value)("compare.written", file=written))
