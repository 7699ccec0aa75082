"""Living: a world is played to its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from .case.case import Case


def live(case: Case, seed: int, report=None, done: int = 0, total: int = 0):
    """Live a case through to its end and give the model; `report` hears of every month, after `done` earlier ones."""
    from .model import GovernanceModel  # here, because mesa is slow to import

    model = GovernanceModel(case, rng=seed)
    with living():
        for month in range(len(case.months)):
            model.step()
            if report:
                report(done + month + 1, total)
    return model


@contextmanager
def living() -> Iterator[None]:
    """Look for no circles of references meanwhile: months leave none behind, and looking takes its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
