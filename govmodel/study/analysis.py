"""What a sweep shows: sensitivity, features, boxes, fronts and pairs, each as a table; wrong designs are refused."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..foundations.errors import InputError, nearest
from . import results as results_room
from .discovery import features, prim
from .front import objectives, pareto
from .indices import morris, sobol
from .pairs import pairs
from .results import Results

ONE = ("outcome", "structure", "against")  # which outcome, of which arm, or of its difference to which other
KINDS = {
    "sobol": (sobol, ONE),
    "morris": (morris, ONE),
    "features": (features, ONE),
    "prim": (prim, (*ONE, "above", "below")),
    "pareto": (pareto, ("maximise", "minimise")),
    "pairs": (pairs, ONE),
}
WISHES = (*ONE, "above", "below", "maximise", "minimise")


@dataclass(frozen=True)
class Found:
    """One analysis of one sweep: its table, and with which wishes it was made."""

    kind: str
    results: Results
    wishes: dict
    table: pd.DataFrame

    @property
    def objectives(self) -> dict[str, int]:
        """Give a front's objectives: 1 where more is better, -1 where less is."""
        return objectives(self.results, self.wishes.get("maximise"), self.wishes.get("minimise"))


def find(folder: str | Path, kind: str, **wishes) -> Found:
    """Find out one kind of thing from a sweep that is complete.

    `outcome`, `structure`, `against`: which outcome (the first), of which arm (all), or of its paired difference to
    which other one. `above`, `below`: what is of interest to prim. `maximise`, `minimise`: outcomes, for pareto.
    Wishes that a kind does not know are left out of account.
    """
    if kind not in KINDS:
        raise InputError("kind", f"one of {', '.join(KINDS)}", kind, nearest(kind, KINDS))
    for name in wishes:
        if name not in WISHES:
            raise InputError("analyse", "a wish that analyses know", name, nearest(name, WISHES))
    work, known = KINDS[kind]
    given = {name: wishes[name] for name in known if wishes.get(name) is not None}
    results = results_room.read(folder)
    if given.get("against") is not None:
        results.chosen(given["against"])
        if given.get("structure", "") == given["against"] or len(results.arms) < 2:
            raise InputError("against", "another arm", given["against"], f"Arms: {', '.join(results.arms)}.")
    return Found(kind, results, given, work(results, **given))
