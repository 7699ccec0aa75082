"""The command that runs a study."""

import json
import sqlite3
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .shell import DONE, INTERRUPTED, NO_FILE, guarded, say

SOME_FAILED = 3


class ProgressFormat(StrEnum):
    """How a sweep tells how far it is."""

    auto = "auto"
    bar = "bar"
    plain = "plain"
    json = "json"


class Engine(StrEnum):
    """Where a sweep's runs are done."""

    serial = "serial"
    processes = "processes"
    dask = "dask"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("sweep", epilog="Exit codes: see govmodel --help.")(guarded(sweep))


def sweep(
    study: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="A study file (docs/studies.md).")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The sweep's folder; beside the study file if not given.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as processors if not given.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, tcp://host:port; see docs/studies.md.")
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Where runs are done.")] = Engine.processes,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Do at most N runs now.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Do again what failed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs and how long, and stop.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Say how far the sweep is, and stop.")] = False,
    export: Annotated[bool, typer.Option("--export", help="Make the tables anew from the ledger, and stop.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold tables to their manifest and some runs to a second run, and stop.")
    ] = False,
    progress: Annotated[ProgressFormat, typer.Option(help="How to tell how far it is.")] = ProgressFormat.auto,
) -> None:
    """Run a study: every point, arm and replication. Goes on by itself where it was stopped.

    Ends with 3 if some runs failed (they are rows with their tracebacks), 130 if it was interrupted.

    \b
    Examples:
      govmodel sweep experiments/flip.toml --dry-run
      govmodel sweep experiments/flip.toml --out flip --workers 2
      govmodel sweep experiments/flip.toml --out flip --scheduler tcp://10.0.0.1:8786
      govmodel sweep experiments/flip.toml --out flip --status
    """
    from .study import sweep as room

    folder = out if out is not None else study.with_suffix("")
    if status:
        typer.echo(json.dumps(room.status(folder), indent=2))
    elif export:
        typer.echo(str(room.export(study, folder)))
    elif verify:
        rows = room.verify(study, folder)
        for row in rows:
            typer.echo(f"{'ok ' if row['ok'] else 'NOT'} {row['what']}: {row['note']}")
        raise typer.Exit(DONE if all(row["ok"] for row in rows) else SOME_FAILED)
    elif dry_run:
        from .workers import checked

        told = room.estimate(room.plan_of(study), checked(workers))
        minutes = told["seconds"] / 60.0
        typer.echo(f"{told['runs']} runs, about {told['seconds_a_run']:.2f} s each; {minutes:.1f} minutes in all.")
    else:
        swept = run_study(study, folder, workers, scheduler, engine.value, limit, retry, progress)
        typer.echo(_said(swept))


def run_study(study, folder, workers=None, scheduler=None, engine="processes", limit=None, retry=False,
              progress=ProgressFormat.auto):  # fmt: skip
    """Run a study or what is left of it, and leave with the exit code that fits if something is left."""
    from .study import sweep as room

    teller = _teller(progress)
    try:
        swept = room.sweep(study, folder, workers, scheduler, engine, limit, retry, teller)
    except sqlite3.OperationalError as error:
        say(f"govmodel: the ledger could not be written: {error}. What was done is kept; the same command goes on.")
        raise typer.Exit(NO_FILE) from None
    except room.EngineLost as error:
        say(f"govmodel: {error}")
        raise typer.Exit(NO_FILE) from None
    except KeyboardInterrupt:
        say(f"govmodel: left at once; what was done is in {folder}. The same command goes on.")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        teller.close()
    if swept.interrupted:
        say(f"govmodel: interrupted: {_said(swept)} The same command goes on.")
        raise typer.Exit(INTERRUPTED)
    if swept.failed:
        say(f"{_said(swept)} Failures and their tracebacks are in results/failures.parquet; govmodel sweep --retry "
            "does them again.")  # fmt: skip
        raise typer.Exit(SOME_FAILED)
    return swept


def _said(swept) -> str:
    tables = swept.folder / "results"
    return f"{swept.done} of {swept.total} runs done, {swept.failed} failed; tables in {tables}."


def _teller(how: ProgressFormat):
    """Choose how to tell how far a sweep is: a bar on a terminal, plain lines or JSON for logs."""
    if how is ProgressFormat.auto:
        how = ProgressFormat.bar if sys.stderr.isatty() else ProgressFormat.plain
    return _Bar() if how is ProgressFormat.bar else _Lines(how is ProgressFormat.json)


class _Bar:
    """A progress bar with rate and remaining time."""

    def __init__(self):
        from .progress import Bar

        self.bar = Bar("runs")

    def __call__(self, told: dict) -> None:
        self.bar(told["done"] + told["failed"], told["total"])

    def close(self) -> None:
        """Take the bar away."""
        self.bar.close()


class _Lines:
    """Lines for a log: one every ten seconds, and the last."""

    EVERY = 10.0

    def __init__(self, as_json: bool):
        self.as_json, self.last, self.told = as_json, 0.0, None

    def __call__(self, told: dict) -> None:
        self.told = told
        if told["seconds"] - self.last >= self.EVERY:
            self._say()

    def _say(self) -> None:
        told, self.told = self.told, None
        self.last = told["seconds"]
        if self.as_json:
            say(json.dumps({name: round(value, 3) for name, value in told.items()}))
        else:
            say(f"{told['done'] + told['failed']} of {told['total']} runs, {told['failed']} failed, "
                f"{told['rate']:.2f} a second, {told['left']:.0f} s left")  # fmt: skip

    def close(self) -> None:
        """Say the last line."""
        if self.told is not None:
            self._say()
