"""The commands that find out what a sweep shows, and which part of a change did the work."""

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
    for command in (analyse,):
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
