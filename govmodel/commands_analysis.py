"""The commands that find out what a sweep shows, and which part of a change did the work."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .shell import Language, guarded


class Kind(StrEnum):
    """What can be found out from a sweep."""

    sobol = "sobol"
    morris = "morris"
    features = "features"
    prim = "prim"
    pareto = "pareto"
    pairs = "pairs"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (analyse, attribute):
        app.command(command.__name__, epilog="Exit codes: see govmodel --help.")(guarded(command))


def analyse(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep that is complete.")],
    kinds: Annotated[list[Kind] | None, typer.Argument(metavar="[KIND ...]", help="What to find out.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="For which outcome; the first if not given (pairs: all of them).")
    ] = None,
    structure: Annotated[str | None, typer.Option(help="In which arm; all if not given.")] = None,
    against: Annotated[
        str | None, typer.Option(help="Explain the paired difference to this arm, not the outcome itself.")
    ] = None,
    above: Annotated[float | None, typer.Option(help="prim: cases of interest lie above this value.")] = None,
    below: Annotated[float | None, typer.Option(help="prim: cases of interest lie below this value.")] = None,
    maximise: Annotated[list[str] | None, typer.Option(help="pareto: outcomes of which more is better.")] = None,
    minimise: Annotated[list[str] | None, typer.Option(help="pareto: outcomes of which less is better.")] = None,
    lang: Annotated[Language, typer.Option(help="English or Chinese: the sentence, the figure.")] = Language.en,
) -> None:
    """Find out what a sweep shows: a table, a figure and a sentence each, in DIR/analysis.

    sobol and morris: which factors matter (for sweeps of those designs). features and prim: which factors tell, and in
    which box of them the cases of interest lie. pareto: what nothing else beats. pairs (if no kind is given): arms
    against each other.

    \b
    Examples:
      govmodel analyse my_sweep
      govmodel analyse my_sweep sobol
      govmodel analyse my_sweep features pairs --outcome licensed_share
      govmodel analyse my_sweep prim --structure collaborative --against market --below 0
      govmodel analyse my_sweep pareto --maximise licensed_share --minimise governance_cost
    """
    from .report.analysis import analyse as find

    wishes = {"outcome": outcome, "structure": structure, "against": against, "above": above, "below": below,
              "maximise": maximise, "minimise": minimise}  # fmt: skip
    for kind in kinds or [Kind.pairs]:
        found = find(folder, kind.value, lang.value, **wishes)
        typer.echo(found.sentence)
        typer.echo(f"  {found.page_path}")


def attribute(
    case_a: Annotated[str, typer.Argument(metavar="CASE_A", help="The case from which the change starts.")],
    case_b: Annotated[str, typer.Argument(metavar="CASE_B", help="The case at which it ends.")],
    indicator: Annotated[str, typer.Option(help="Whose change is shared out.")] = "formal_share",
    since: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month measured.")] = "2026-01",
    until: Annotated[str, typer.Option(metavar="YYYY-MM", help="Last month measured.")] = "2035-12",
    replications: Annotated[int, typer.Option(min=1, help="How often, each with luck of its own.")] = 5,
    seed: Annotated[int, typer.Option(help="The luck of the first replication.")] = 1,
    scale: Annotated[int | None, typer.Option(help="Real packs per simulated pack.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; as many as processors if not given.")] = None,
    orders: Annotated[int, typer.Option(min=2, help="With more than eight parts: how many orders are drawn.")] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    lang: Annotated[Language, typer.Option(help="English or Chinese: the sentence.")] = Language.en,
) -> None:
    """Say which part of the difference between two cases did the work.

    Shapley shares over paired runs, with bands. Parts are what differs: structure, each lever, each parameter,
    policies, mechanisms that are off, scenario. Exact up to eight parts, sampled above.

    \b
    Examples:
      govmodel attribute china my_reform.toml
      govmodel attribute china lithium_crash --indicator holder_price --replications 10
    """
    from .performance.differences import told
    from .progress import Bar
    from .report.attribution import sentence
    from .report.texts import Texts
    from .study.attribution import attribute as share_out

    bar = None if quiet else Bar(Texts(lang.value)("terminal.runs"))
    try:
        found = share_out(case_a, case_b, indicator, since, until, replications, seed, scale, workers, orders, bar)
    finally:
        if bar is not None:
            bar.close()
    if as_json:
        blank = found.table.astype(object).where(found.table.notna(), None)  # JSON knows no NaN
        typer.echo(json.dumps(blank.to_dict("records"), ensure_ascii=False, indent=2))
        return
    typer.echo(sentence(found, lang.value))
    verdicts = [told(row.verdict, row.replications) for row in found.table.itertuples()]
    typer.echo(found.table.assign(verdict=verdicts).to_string(index=False, float_format=lambda value: f"{value:.4g}"))
