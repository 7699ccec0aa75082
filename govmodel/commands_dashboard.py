"""The command that starts the dashboard, a program of its own beside this package."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .foundations.errors import InputError
from .shell import INTERRUPTED, guarded

PROGRAM = "govmodel_app"
NEEDS = ("solara", "anywidget", "ipyvuetify", "uvicorn")  # what the extra `app` brings
CHECKOUT = Path(__file__).resolve().parents[1] / "app"


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("dashboard", epilog="Exit codes: see govmodel --help.")(guarded(dashboard))


def dashboard(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: the first free one from 8765 on.")] = 0,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets others on the network in.")] = "127.0.0.1",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that run the model.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Serve the dashboard in a browser: move a control and see the country answer. Ctrl-C ends it.

    \b
    Examples:
      govmodel dashboard
      govmodel dashboard --port 8765 --no-browser
      govmodel dashboard --host 0.0.0.0 --workers 8
    """
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            "dashboard", "the packages that it is made of", f"no {', '.join(missing)}", "pip install 'govmodel[app]'"
        )
    words = ["--port", str(port), "--host", host]
    words += ["--workers", str(workers)] if workers else []
    words += ["--no-browser"] if no_browser else []
    raise typer.Exit(_serve([*_program(), *words]))


def _program() -> list[str]:
    """Name the program: the checkout's own, or the one that was installed."""
    if (CHECKOUT / "__main__.py").is_file():
        return [sys.executable, str(CHECKOUT)]
    if importlib.util.find_spec(PROGRAM) is None:
        raise InputError("dashboard", f"the package {PROGRAM}", "none", "Install govmodel from its wheel or checkout.")
    return [sys.executable, "-m", PROGRAM]


def _serve(words: list[str]) -> int:
    """Become the program where that is possible, so that there is one process to stop; else run it to its end."""
    if os.name == "posix":
        sys.stdout.flush(), sys.stderr.flush()
        os.execv(words[0], words)
    with subprocess.Popen(words) as program:
        try:
            return program.wait()
        except KeyboardInterrupt:  # Ctrl-C reaches the program too, and it ends by itself
            program.wait()
            return INTERRUPTED
