"""Commands that ask the model what theory and critics would ask it: propositions, robustness."""

from typing import Annotated

import typer

from .commands_study import CaseName, Format, Page, Runs, Scale, Seed, TableFormat, Workers, finish, ready, workers_of
from .shell import Language, console, guarded

Lang = Annotated[Language, typer.Option(help="English or Chinese.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (propositions,):
        app.command(command.__name__, epilog="Exit codes: see govmodel --help.")(guarded(command))


def propositions(
    case: CaseName = "china",
    replications: Annotated[int, typer.Option(help="How often, each with luck of its own.")] = 20,
    scale: Scale = None,
    seed: Seed = 1,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this one. May be repeated.")] = None,
    workers: Workers = None,
    format_: Format = TableFormat.table,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Ask the model what governance theory says.

    Each proposition is a paired experiment: effect with band, and a verdict by one rule.

    \b
    A verdict needs a band (10 to 90 % of the paired differences) on one side of
    zero and a sign test (two-sided, 5 %); fewer than six replications give none.

    \b
    Examples:
      govmodel propositions
      govmodel propositions --only cheap_exit --only mandate --replications 10
      govmodel propositions --lang zh --format markdown
    """
    from .report import propositions as tables
    from .study.propositions import ask

    chosen = ready(case, scale, None)
    with Runs() as report:
        found = ask(chosen, replications, seed, only or (), workers_of(workers), report)
    if format_ is TableFormat.table:
        tables.show(found, console(), lang.value)
    finish(found.frame(), lambda: tables.as_markdown(found, lang.value), format_, page)
