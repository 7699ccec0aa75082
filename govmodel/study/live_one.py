"""One run of a sweep, as a worker does it: never raises, brings back plain text."""

import gc
import json
import os
import time
import traceback
from itertools import count

from ..living import living
from .plan import RunSpec
from .store import DONE, FAILED

TIDY_EVERY = 8  # runs; worlds are circles of references, and large
_lived = count(1)


class TooLong(Exception):
    """A run took longer than its study allows."""


def live_one(run: RunSpec) -> tuple[str, str, float, str]:
    """Do one run: status, payload (JSON with outcomes and series, or the traceback), seconds, who did it."""
    began = time.perf_counter()
    try:
        status, payload = DONE, json.dumps(_measured(run), sort_keys=True)
    except Exception:
        status, payload = FAILED, traceback.format_exc()
    return status, payload, time.perf_counter() - began, str(os.getpid())


def _measured(run: RunSpec) -> dict:
    """Live the case and measure what the study asks for."""
    from ..model import GovernanceModel
    from .pasts import model_after

    latest = time.monotonic() + run.seconds

    def in_time(model) -> None:
        if time.monotonic() > latest:
            raise TooLong(
                f"not done after {run.seconds:g} seconds (limits.seconds), in {model.months[model.months_run]}"
            )

    case = run.case()
    with living():
        model = model_after(case, run.seed, in_time) if run.shares_past else GovernanceModel(case, rng=run.seed)
        while model.running:
            in_time(model)
            model.step()
    own, patterns = model.indicators, [one["pattern"] for one in run.outcomes if "pattern" in one]
    history = _history(model, patterns) if patterns else {}
    if next(_lived) % TIDY_EVERY == 0:
        gc.collect()
    table = own.assign(structure=run.structure, replication=run.replication)
    outcomes = {outcome["name"]: _outcome(table, outcome) for outcome in run.outcomes if "pattern" not in outcome}
    return {"outcomes": outcomes | history, "series": _series(table, run.series) if run.series else []}


def _history(model, patterns: list[int]) -> dict[str, float | None]:
    """Measure patterns of history on a world that has lived."""
    from .targets import aimed_at, numbers_of
    from .workers import outcome_of

    return numbers_of(outcome_of(model), aimed_at(model.case.country, patterns))


def _outcome(table, outcome: dict) -> float | None:
    """Aggregate one indicator over its months, by its own rule; nothing where there is nothing to measure."""
    from ..performance.indicators import INDICATORS
    from ..performance.years import over

    months = table[(table["month"] >= outcome["since"]) & (table["month"] <= outcome["until"])]
    value = over(months, INDICATORS[outcome["indicator"]])
    return value if value == value else None  # JSON knows no NaN


def _series(table, names: list[str]) -> list[dict]:
    from ..performance.years import yearly

    by_year = yearly(table)[["year", *names]]
    return [
        {key: (None if value != value else value) for key, value in row.items()}
        for row in by_year.astype(object).to_dict("records")
    ]
