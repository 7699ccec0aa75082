"""The Pareto front: candidates of which no other is at least as good in everything and better in something."""

from collections.abc import Sequence

import numpy as np

from ..foundations.errors import InputError
from ..performance.differences import HIGH, LOW
from .results import Results


def pareto(results: Results, maximise: Sequence[str] | None = None, minimise: Sequence[str] | None = None):
    """Mark the front among a sweep's candidates, each an arm at a point; by means over the replications.

    One row a candidate: structure, point, factors, each objective with the 10 and 90 % points of its replications,
    and `on_front`. A search has objectives of its own.
    """
    wanted = objectives(results, maximise, minimise)
    groups = results.runs.groupby(["structure", "point"], sort=False)
    table = groups[[*results.factors]].first()
    for name in wanted:
        if not np.isfinite(results.runs[name].to_numpy(float)).all():
            raise InputError("pareto", "objectives that every run has", name, "Measure it over other months.")
        table[name] = groups[name].mean()
        table[f"{name}_low"], table[f"{name}_high"] = groups[name].quantile(LOW), groups[name].quantile(HIGH)
    costs = np.column_stack([-sign * table[name].to_numpy(float) for name, sign in wanted.items()])
    table["on_front"] = undominated(costs)
    return table.reset_index().sort_values(
        ["on_front", next(iter(wanted))], ascending=False, kind="stable", ignore_index=True
    )


def objectives(results: Results, maximise: Sequence[str] | None, minimise: Sequence[str] | None) -> dict[str, int]:
    """Give what is wanted: 1 where more is better, -1 where less is; at least two outcomes, each one way."""
    design = results.study.design
    if not maximise and not minimise:
        maximise, minimise = design.maximise, design.minimise
    names = [*(maximise or ()), *(minimise or ())]
    for name in names:
        results.outcome(name)
    if len(names) < 2 or len(set(names)) < len(names):
        raise InputError("pareto", "at least two outcomes to maximise or minimise, each once", names,
                         f"Outcomes: {', '.join(results.outcomes)}.")  # fmt: skip
    return dict.fromkeys(maximise or (), 1) | dict.fromkeys(minimise or (), -1)


def undominated(costs: np.ndarray) -> np.ndarray:
    """Mark the rows that no other row dominates; every column is better when smaller."""
    found = np.ones(len(costs), bool)
    for number, row in enumerate(costs):
        found[number] = not ((costs <= row).all(axis=1) & (costs < row).any(axis=1)).any()
    return found
