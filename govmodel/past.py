"""The past: for how long cases have the same one, so that it need be lived only once."""

from collections.abc import Sequence

import numpy as np

from .case.case import Case
from .case.levers import load as levers_of
from .foundations.calendar import EXPERIMENT_FROM

MUST_AGREE = ("country", "start", "until", "scale", "retirement_outlook", "metal_prices", "capacity", "early_release",
              "without")  # fmt: skip


def same_world(case: Case) -> tuple:
    """Give all that must be equal in two cases for one to branch from the other."""
    return *(getattr(case, name) for name in MUST_AGREE), *sorted(case.parameters.items())


def months_shared(cases: Sequence[Case]) -> int:
    """Count the months from the start which cases share: none in different worlds, and none from 2026 on.

    From 2026 on governing bodies may act. Before it, cases differ where a lever has another path.
    """
    first, *others = cases
    if any(same_world(case) != same_world(first) for case in others):
        return 0
    shared = min(max(EXPERIMENT_FROM - first.start, 0), len(first.months))
    for case in others:
        shared = min([shared, *(agree(first, case, name, shared) for name in levers_of(first.country))])
    return shared


def agree(case: Case, other: Case, name: str, months: int) -> int:
    """Count for how many of the first months a lever has the same path in two cases, in every province."""
    one, two = (
        path if path.ndim > 1 else path[:, None]
        for path in (which.provincial_paths.get(name, which.lever_path(name))[:months] for which in (case, other))
    )
    same = (one == two).all(axis=1)
    return months if same.all() else int(np.argmin(same))
