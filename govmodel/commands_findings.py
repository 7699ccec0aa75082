"""Commands that ask the model what theory and critics would ask it: propositions, robustness."""

from pathlib import Path
from typing import Annotated

import typer

from .commands_study import (
    CaseName,
    Format,
    Out,
    Page,
    Runs,
    Scale,
    Seed,
    TableFormat,
    Workers,
    finish,
    ready,
    save,
    workers_of,
)
from .shell import Language, console, guarded

Lang = Annotated[Language, typer.Option(help="English or Chinese.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (propositions, robustness, flips):
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

    chosen = ready(case, scale, None, page)
    with Runs() as report:
        found = ask(chosen, replications, seed, only or (), workers_of(workers), report)
    if format_ is TableFormat.table:
        tables.show(found, console(), lang.value)
    finish(found.frame(), lambda: tables.as_markdown(found, lang.value), format_, page)


def robustness(
    case: CaseName = "china",
    draws: Annotated[int, typer.Option(help="Worlds of luck alone, and of each way to shake the demand table.")] = 20,
    replications: Annotated[int, typer.Option(help="Worlds for every single change; 0 leaves these out.")] = 10,
    scale: Scale = None,
    seed: Seed = 1,
    workers: Workers = None,
    format_: Format = TableFormat.table,
    out: Out = None,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Shake what could hide a favour; see who leads.

    The signs and sizes of demands at random, and legitimacy, convener, mediator, awareness set to zero.

    \b
    Says how often the ranking of the four structures survives, by licensed
    share, by value for money (docs/robustness.md) and by the lowest standing.
    --out saves every draw.

    \b
    Examples:
      govmodel robustness
      govmodel robustness --draws 6 --replications 2 --scale 20000
      govmodel robustness --out my_robustness --lang zh
    """
    from .report import robustness as tables
    from .study.robustness import look

    chosen = ready(case, scale, out, page)
    with Runs() as report:
        found = look(chosen, draws, replications, seed, workers_of(workers), report)
    if format_ is TableFormat.table:
        tables.show(found, console(), lang.value)
    finish(found.frame(), lambda: tables.as_markdown(found, lang.value), format_, page)
    if out is not None:
        tables_of = {"robustness": found.frame(), "levels": found.levels(), "draws": found.values()}
        tables_of["pairs"] = found.pairs()
        save(out, chosen, seed, max(draws, replications), tables_of)


def flips(
    sweep: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep; see experiments/flip.toml.")],
    figure: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the map.")] = None,
    format_: Format = TableFormat.table,
    page: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Say which structure leads where, and what turns it round.

    For a sweep of the four structures over factors, with the outcomes of experiments/flip.toml.

    \b
    Who leads by each criterion, which factors move that, and for every
    structure a world in which it is the best value for money and the worst.

    \b
    Examples:
      govmodel sweep experiments/flip.toml --out flip
      govmodel flips flip --figure flip.png
    """
    from .report import flips as tables
    from .study.flips import look

    found = look(sweep)
    if format_ is TableFormat.table:
        tables.show(found, console(), lang.value)
    finish(found.moves(), lambda: tables.as_markdown(found, lang.value), format_, page)
    if figure is not None:
        tables.save_figure(found, figure, lang.value)
