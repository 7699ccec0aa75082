"""The timetable: which packs come loose for the first time in which month, and why.

It follows from luck and the scenario alone; nothing that anybody decides in a run moves it. So a small fleet's
timetable is worked out a year at a time, once for all runs of one world with the same luck: the arms of a comparison,
a branch. A large fleet's is worked out month by month and not kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..facts import HOLDER_CLASSES
from ..foundations import draws
from ..foundations.calendar import RUN_FROM
from .fleet import CELLS, HOLDER_CLASS, NEW_COHORTS, sales_by_cohort, who
from .release import BATTERY_END, CAUSE_CODES, Clocks, hazards_of, lifetimes_of, vehicle_end_factors

RENEWED = 3  # a cause beside the three: the battery's end, and the vehicle drives on with a new one
FEW = 1 << 18  # simulated packs of the largest fleet whose timetable is kept
CHUNK = 1 << 13  # rows worked on at a time: fits the processor's cache
_CODES = np.append(CAUSE_CODES, np.uint64(draws.code("replacement")))
_COHORT, _RANK, _CAUSE, _, _MONTH = range(5)


@dataclass(frozen=True)
class Loose:
    """The packs that come loose for the first time in a month, and the new ones for vehicles that drive on."""

    rows: np.ndarray  # int64 (4, packs), read only: cohort, rank, cause, and 0 for the first decision; sorted
    replaced: np.ndarray  # int64 (CELLS,), read only: new packs by cell


class Timetable:
    """When packs come loose and why; `month(number)` gives those of a month."""

    def __init__(self, clocks: Clocks, replaced: np.ndarray, start: int, until: int, kept: bool):
        """`clocks` stand before `start`; `replaced` is the share of worn-out packs that are replaced, by class (4,)."""
        self.gone = clocks.gone.copy()  # by cohort, before the start: that is history
        self.gone.setflags(write=False)
        self._months = _months(clocks, replaced, start, until, kept)
        self._kept = dict(self._months) if kept else {}

    def month(self, month: int) -> Loose:
        """Give the packs of a month; months that are not kept can only be asked for in order."""
        if month in self._kept:
            return self._kept[month]
        return next(loose for number, loose in self._months if number == month)


def _months(clocks: Clocks, replaced: np.ndarray, start: int, until: int, by_year: bool) -> Iterator[tuple[int, Loose]]:
    """Go through the months, those of a year at once unless a campaign moves clocks in one of them."""
    first = start
    while first <= until:
        last = first
        if by_year and first not in clocks.factors:
            last = min([first // 12 * 12 + 11, until, *(month - 1 for month in clocks.factors if month > first)])
        yield from _come_loose(clocks, replaced, first, last)
        first = last + 1


def _come_loose(clocks: Clocks, share: np.ndarray, first: int, last: int) -> Iterator[tuple[int, Loose]]:
    """Find who comes loose from one month to another, where a `share` of worn-out packs is replaced.

    How many packs a cohort has says how long its first one lasts. So packs that replace others in these months and come
    loose in them too are looked for anew until their number is the one that was reckoned with.
    """
    clocks.campaign(first)
    found = old = _with_causes(clocks, share, clocks.collect(first, last))
    reckoned = np.zeros((last - first + 1, CELLS), np.int64)
    while not np.array_equal(replaced := _renewed(found, first, last), reckoned):
        clocks.unwind(_sold(reckoned, first))
        cohorts, reckoned = _sold(replaced, first), replaced
        clocks.wind(cohorts, replaced[replaced > 0])
        young = _with_causes(clocks, share, clocks.collect_from(cohorts, first, last))
        found = np.concatenate([old, young], axis=1) if young.size else old
    clocks.watch(_sold(reckoned, first))
    if last > first:
        found = found[:, found[_MONTH].argsort(kind="stable")]
    ends = found[_MONTH].searchsorted(np.arange(first, last + 2)).tolist()
    found.setflags(write=False)
    reckoned.setflags(write=False)
    for place, cells in enumerate(reckoned):
        yield first + place, Loose(found[:_MONTH, ends[place] : ends[place + 1]], cells)


def _with_causes(clocks: Clocks, share: np.ndarray, collected: np.ndarray) -> np.ndarray:
    """Lay collected packs out as rows, with the cause for which each comes loose: int64 (5, packs)."""
    table = np.zeros((5, collected.shape[1]), np.int64)
    table[[_COHORT, _RANK, _MONTH]] = collected
    for begin in range(0, collected.shape[1], CHUNK):
        cohort, rank, cause, _, month = table[:, begin : begin + CHUNK]
        drawn = draws.words(draws.holder_words(clocks.seed, who(cohort, rank)), _CODES)
        cause[:] = clocks.cause(cohort, month, draws.exponential(drawn[:3]))
        worn = (cause == BATTERY_END).nonzero()[0]
        cause[worn[draws.uniform(drawn[3, worn]) < share[HOLDER_CLASS[cohort[worn] % CELLS]]]] = RENEWED
    return table


def _renewed(rows: np.ndarray, first: int, last: int) -> np.ndarray:
    """Count the packs that are replaced, by month and cell: int64 (months, CELLS)."""
    again = (rows[_CAUSE] == RENEWED).nonzero()[0]
    cells = (rows[_MONTH, again] - first) * CELLS + rows[_COHORT, again] % CELLS
    return np.bincount(cells, minlength=(last - first + 1) * CELLS).reshape(-1, CELLS)


def _sold(replaced: np.ndarray, first: int) -> np.ndarray:
    """Name the cohorts of packs that are sold to replace others, counted by month and cell."""
    return replaced.ravel().nonzero()[0] + (NEW_COHORTS + (first - RUN_FROM) * CELLS)


def timetable_of(facts, case, seed: int) -> Timetable:
    """Give the timetable of a case's packs; runs that share a small world and its luck share it."""
    kept = int(sales_by_cohort(facts, case.retirement_outlook, case.scale, seed).sum()) <= FEW
    return (_shared if kept else _shared.__wrapped__)(
        facts,
        (case.country, case.retirement_outlook, case.scale, case.start, case.until),
        case.early_release,
        lifetimes_of(case.parameters),
        tuple(case.parameters[f"replaced_{name}"] for name in HOLDER_CLASSES),
        seed,
        kept,
    )


def forget() -> None:
    """Let go of all timetables that are kept, as a process that has lived nothing yet."""
    _shared.cache_clear()
    sales_by_cohort.cache_clear()


@lru_cache(maxsize=12)  # one worker's part of a band of replications
def _shared(facts, world: tuple, campaigns: tuple, lives: tuple, replaced: tuple, seed: int, kept: bool) -> Timetable:
    country, outlook, scale, start, until = world
    clocks = Clocks(
        sales_by_cohort(facts, outlook, scale, seed),
        seed,
        *hazards_of(country, lives),
        vehicle_end_factors(campaigns, start, until),
        start,
    )
    return Timetable(clocks, np.array(replaced), start, until, kept)
