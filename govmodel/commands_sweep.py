"""The command that runs a study."""

import json
import sqlite3
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .shell import DONE, INTERRUPTED, NO_FILE, Language, guarded, say

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
    lang: Annotated[Language, typer.Option(help="English or Chinese: the messages.")] = Language.en,
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
    from .report.texts import Texts
    from .study import sweep as room

    texts = Texts(lang.value)
    folder = out if out is not None else study.with_suffix("")
    if status:
        typer.echo(json.dumps(room.status(folder), indent=2))
    elif export:
        typer.echo(str(room.export(study, folder)))
    elif verify:
        rows = room.verify(study, folder)
        for row in rows:
            what, note = (texts.told(row[name], "sweep") for name in ("what", "note"))
            typer.echo(f"{texts('sweep.ok' if row['ok'] else 'sweep.not_ok')} {what}: {note}")
        raise typer.Exit(DONE if all(row["ok"] for row in rows) else SOME_FAILED)
    elif dry_run:
        from .workers import checked

        told = room.estimate(room.plan_of(study), checked(workers))
        length = {"seconds": told["seconds_a_run"], "minutes": told["seconds"] / 60.0}
        typer.echo(texts("sweep.estimate", runs=told["runs"], **length))
    else:
        swept = run_study(study, folder, workers, scheduler, engine.value, limit, retry, progress, lang)
        typer.echo(_said(swept, texts))


def run_study(study, folder, workers=None, scheduler=None, engine="processes", limit=None, retry=False,
              progress=ProgressFormat.auto, lang=Language.en):  # fmt: skip
    """Run a study or what is left of it, and leave with the exit code that fits if something is left."""
    from .report.texts import Texts
    from .study import sweep as room

    texts = Texts(lang.value)
    teller = _teller(progress, texts)
    try:
        swept = room.sweep(study, folder, workers, scheduler, engine, limit, retry, teller)
    except sqlite3.OperationalError as error:
        say(texts("sweep.ledger", error=error))
        raise typer.Exit(NO_FILE) from None
    except room.EngineLost as error:
        say(f"govmodel: {texts.told(str(error), 'sweep')}")
        raise typer.Exit(NO_FILE) from None
    except KeyboardInterrupt:
        say(texts("sweep.left", folder=folder))
        raise typer.Exit(INTERRUPTED) from None
    finally:
        teller.close()
    if swept.interrupted:
        say(texts("sweep.interrupted", told=_said(swept, texts)))
        raise typer.Exit(INTERRUPTED)
    if swept.failed:
        say(texts("sweep.failed", told=_said(swept, texts)))
        raise typer.Exit(SOME_FAILED)
    return swept


def _said(swept, texts) -> str:
    count = {"done": swept.done, "total": swept.total, "failed": swept.failed}
    return texts("sweep.done", **count, tables=swept.folder / "results")


def _teller(how: ProgressFormat, texts):
    """Choose how to tell how far a sweep is: a bar on a terminal, plain lines or JSON for logs."""
    if how is ProgressFormat.auto:
        how = ProgressFormat.bar if sys.stderr.isatty() else ProgressFormat.plain
    return _Bar(texts) if how is ProgressFormat.bar else _Lines(how is ProgressFormat.json, texts)


class _Bar:
    """A progress bar with rate and remaining time."""

    def __init__(self, texts):
        from .progress import Bar

        self.bar = Bar(texts("terminal.runs"))

    def __call__(self, told: dict) -> None:
        self.bar(told["done"] + told["failed"], told["total"])

    def close(self) -> None:
        """Take the bar away."""
        self.bar.close()


class _Lines:
    """Lines for a log: one every ten seconds, and the last."""

    EVERY = 10.0

    def __init__(self, as_json: bool, texts):
        self.as_json, self.texts, self.last, self.told = as_json, texts, 0.0, None

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
            say(self.texts("sweep.line", **told | {"done": told["done"] + told["failed"]}))

    def close(self) -> None:
        """Say the last line."""
        if self.told is not None:
            self._say()
