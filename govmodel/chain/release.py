"""Release: how packs come loose, without ever looking at a pack that does not.

A pack of rank r waits until its cohort's clock, the cumulative hazard of coming loose, passes its threshold. The
thresholds of n packs are the order statistics of n exponential lifetimes, drawn one after the other by their spacings,
T(r) = T(r - 1) + E(r) / (n - r) for r = 0 .. n - 1 (Renyi 1953). The clock of a cohort advances each month by

    dH = factor * dHv(age) + dHb(age) + a / 12      (vehicle end, battery end, accident)

with Weibull hazards H(age) = (age / scale) ^ shape. `factor` is policy (a trade-in campaign), so early release needs
no scan and moves only the packs it touches. Clocks and thresholds are whole numbers (2^-40 of a unit of hazard): sums
are exact in any order.
"""

from functools import lru_cache

import numpy as np

from .. import facts
from ..facts import HOLDER_CLASSES
from ..facts import PROVINCES as PROVINCE_CODES
from ..foundations import draws
from ..foundations.calendar import MONTHS, RUN_FROM
from .fleet import (
    CELLS,
    CHEMISTRIES,
    CLASSES,
    COHORTS,
    HOLDER_CLASS,
    KIND,
    PROVINCE,
    PROVINCES,
    SALE_MONTH,
    lives,
    who,
)

UNIT = 2.0**40
KINDS = CHEMISTRIES * CLASSES  # clocks differ by chemistry and holder class
NEVER = np.iinfo(np.int64).max
# Where the lines of hazards of a sale row begin: family, sale year
_FIRST_LINE = ((np.arange(len(SALE_MONTH)) >= MONTHS) * (MONTHS // 12) + SALE_MONTH // 12) * KINDS
VEHICLE_END, BATTERY_END, ACCIDENT = range(3)
_LIFETIME = np.array([draws.code("lifetime")], np.uint64)
CAUSE_CODES = np.array([draws.code("cause", 0, cause) for cause in range(3)], np.uint64)


def monthly_hazards(country, parameters: dict) -> np.ndarray:
    """Hazard that a pack comes loose, by family, sale year, chemistry, class, age in months and cause.

    Float of shape (2, years, 2, 4, MONTHS, 3), unit 1; age index 0 is the month of sale and has no hazard. A
    replacement pack sits in a vehicle that is already `replacement_vehicle_age` years old.
    """
    ages = np.arange(MONTHS + 1) / 12.0
    life = lives(parameters)
    years = len(country.battery_scale)
    hazards = np.zeros((2, years, CHEMISTRIES, CLASSES, MONTHS, 3))
    for family, older in enumerate((0.0, parameters["replacement_vehicle_age"])):
        vehicle = ((ages + older) / (country.vehicle_scale * life)[:, None, :, None]) ** country.vehicle_shape[
            :, None, :, None
        ]
        battery = (ages / (country.battery_scale * life)[..., None]) ** country.battery_shape[..., None]
        hazards[family, ..., 1:, VEHICLE_END] = np.diff(vehicle)[..., :-1]
        hazards[family, ..., 1:, BATTERY_END] = np.diff(battery)[..., :-1]
        hazards[family, ..., 1:, ACCIDENT] = parameters["accident_rate"] / 12.0
    return hazards


HAZARD_PARAMETERS = (
    "replacement_vehicle_age",
    "accident_rate",
    "life_multiplier",
    *(f"life_{c}" for c in HOLDER_CLASSES),
)


def lifetimes_of(parameters: dict) -> tuple[float, ...]:
    """Give the values of HAZARD_PARAMETERS, by which hazards are kept."""
    return tuple(parameters[name] for name in HAZARD_PARAMETERS)


@lru_cache(maxsize=16)
def hazards_of(country: str, values: tuple[float, ...]) -> tuple[np.ndarray, "Paths"]:
    """Give the hazard table of a country and the paths of its clocks; runs with the same lifetimes share them."""
    table = monthly_hazards(facts.load(country), dict(zip(HAZARD_PARAMETERS, values)))
    table.setflags(write=False)
    return table, Paths(table)


class Paths:
    """How clocks run where no campaign moves them: a line for every family, sale year, chemistry and class, by age."""

    def __init__(self, hazards: np.ndarray):
        steps = np.floor(hazards.sum(axis=-1) * UNIT).astype(np.int64)
        self.steps = steps.reshape(2, -1, KINDS, MONTHS)
        self.rates = np.maximum(hazards, 1e-200).reshape(-1, 3)  # a cause without hazard waits as good as for ever
        lines = np.full((self.steps.size // MONTHS, 12 + MONTHS), -1)  # up to the month of sale nothing is due
        lines[:, 13:] = np.cumsum(steps.reshape(-1, MONTHS), axis=-1)[:, 1:]
        self.rising = lines.ravel()
        for table in (self.steps, self.rates, self.rising):
            table.setflags(write=False)

    def place(self, line: np.ndarray, sold: np.ndarray) -> np.ndarray:
        """Say where clocks stand in `rising`, less the month, from eleven months before their packs are sold on."""
        return line * (12 + MONTHS) + (12 - sold)


def vehicle_end_factors(campaigns, start: int, until: int) -> dict[int, np.ndarray]:
    """Factors on the hazard of vehicle end, by month, where a campaign changes them: float (provinces, classes).

    `campaigns` have start, until (month numbers, both included), province, holder_class (a name, or "all"), factor.
    """

    def pick(names: tuple[str, ...], name: str):
        return slice(None) if name == "all" else names.index(name)

    factors: dict[int, np.ndarray] = {}
    for campaign in campaigns:
        where = pick(PROVINCE_CODES, campaign.province), pick(HOLDER_CLASSES, campaign.holder_class)
        for month in range(max(start, campaign.start), min(until, campaign.until) + 1):
            factors.setdefault(month, np.ones((PROVINCES, CLASSES)))[where] *= campaign.factor
    return factors


class Clocks:
    """The cohorts' clocks, and for each cohort how many packs are gone and when the next one goes."""

    def __init__(self, sold, seed: int, hazards: np.ndarray, paths: Paths, factors: dict[int, np.ndarray], start: int):
        """`sold`: packs sold with new vehicles by month and cell, int64 (MONTHS, CELLS); clocks run to the `start`."""
        self.packs = np.zeros(COHORTS, np.int64)
        self.packs[: sold.size] = sold.ravel()
        self.seed = seed
        self.hazards = hazards
        self.paths = paths
        self.factors = factors
        # with few packs a cohort, one at a time is quicker than a batch; the result is the same
        self._take = self._take_next if self.packs.max() <= 200 else self._take_batch
        # clocks run alike in all provinces; what campaigns add is kept apart, by cohort
        self.ahead = np.zeros(COHORTS if factors else 0, np.int64)
        self.gone = np.zeros(COHORTS, np.int64)
        self.next = np.full(COHORTS, NEVER)
        self.forget()
        self._draw_first(np.flatnonzero(self.packs))
        self.collect(start - 1, start - 1)  # packs that came loose before the start are history and leave no event

    def wind(self, cohorts: np.ndarray, packs: np.ndarray) -> None:
        """Set the clocks of new cohorts with so many packs."""
        self.packs[cohorts] = packs
        self._draw_first(cohorts)

    def unwind(self, cohorts: np.ndarray) -> None:
        """Forget cohorts, as if they had never been wound."""
        self.packs[cohorts] = self.gone[cohorts] = 0
        self.next[cohorts] = NEVER

    def _draw_first(self, cohorts: np.ndarray) -> None:
        self.next[cohorts] = self._spacings(cohorts, np.zeros_like(cohorts), self.packs[cohorts])

    def _spacings(self, cohorts: np.ndarray, ranks: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Hazard between one pack's release and the next one's, in whole units; `alive` still wait."""
        holders = draws.holder_words(self.seed, who(cohorts, ranks))
        waits = draws.exponential(draws.words(holders, _LIFETIME))[0]
        return np.floor(waits / alive * UNIT).astype(np.int64)

    def campaign(self, month: int) -> None:
        """Let the month's campaigns, if there are any, move the clocks of cohorts sold before it."""
        factor = self.factors.get(month)
        if factor is None:
            return
        self.forget()
        for family, first, sold in ((0, 0, np.arange(month)), (1, MONTHS, np.arange(RUN_FROM, month))):
            parts = self.hazards[family][sold // 12, :, :, month - sold][:, None]
            total = parts[..., VEHICLE_END] * factor[None, :, None, :] + parts[..., BATTERY_END] + parts[..., ACCIDENT]
            pushed = np.floor(total * UNIT).astype(np.int64).reshape(sold.size, PROVINCES, KINDS)
            pushed -= self.paths.steps[family][sold // 12, :, month - sold][:, None, :]
            self.ahead.reshape(-1, PROVINCES, KINDS)[first : first + sold.size] += pushed

    # cohorts that have a pack due by the end of a year are watched; the others are not looked at until the next year

    def forget(self) -> None:
        """Look through all cohorts anew before the next packs are collected."""
        self._until = -1
        self._watched = self._places = np.empty(0, np.int64)

    def watch(self, cohorts: np.ndarray) -> None:
        """Look at cohorts from now on, which are numbered higher than those that are looked at."""
        self._watched = np.concatenate([self._watched, cohorts])
        self._places = np.concatenate([self._places, self._place(cohorts)])

    def _place(self, cohorts: np.ndarray) -> np.ndarray:
        row, cell = np.divmod(cohorts, CELLS)
        return self.paths.place(_FIRST_LINE[row] + KIND[cell], SALE_MONTH[row])

    def _look_ahead(self, month: int) -> None:
        """Find the cohorts that have a pack due by the end of the month's year."""
        self.forget()
        self._until = month // 12 * 12 + 11
        sold = (SALE_MONTH <= self._until).nonzero()[0]  # rows of cohorts
        lines = _FIRST_LINE[sold, None] + np.arange(KINDS)
        clock = self.paths.rising[self.paths.place(lines, SALE_MONTH[sold, None]) + self._until][:, None]
        if self.ahead.size:
            clock = clock + self.ahead.reshape(-1, PROVINCES, KINDS)[sold]
        due = self.next.reshape(-1, PROVINCES, KINDS)[sold] <= clock
        row, cell = due.reshape(-1, CELLS).nonzero()
        self.watch(sold[row] * CELLS + cell)

    def collect(self, first: int, last: int) -> np.ndarray:
        """Take every pack whose threshold its cohort's clock passes by the end of the last month.

        Gives cohort, rank and month, int64 (3, packs), sorted by the first two. The months are of one year; before the
        first one everything has been collected, and no campaign is on in the others.
        """
        if last > self._until:
            self._look_ahead(last)
        return self._collect(self._watched, self._places, first, last)

    def collect_from(self, cohorts: np.ndarray, first: int, last: int) -> np.ndarray:
        """Take the same from some cohorts only, watched or not."""
        return self._collect(cohorts, self._place(cohorts), first, last)

    def _collect(self, cohorts: np.ndarray, places: np.ndarray, first: int, last: int) -> np.ndarray:
        clock = self.paths.rising[places + last]
        if self.ahead.size:
            clock += self.ahead[cohorts]
        late = (self.next[cohorts] <= clock).nonzero()[0]
        due, clock = cohorts[late], clock[late]
        parts = [np.empty((3, 0), np.int64)]
        while due.size:
            parts.append(np.array(self._take(due, clock)))
            more = self.next[due] <= clock
            due, clock = due[more], clock[more]
        taken = np.concatenate(parts, axis=1) if len(parts) != 2 else parts[1]
        if len(parts) > 2:
            taken = taken[:, taken[0].argsort(kind="stable")]
        taken[2] = self._months_of(taken[0], taken[2], first, last) if last > first else first
        return taken

    def _months_of(self, cohort: np.ndarray, threshold: np.ndarray, first: int, last: int) -> np.ndarray:
        """Say in which of some months clocks pass thresholds: the one after all at whose end they have not yet."""
        if self.ahead.size:
            threshold = threshold - self.ahead[cohort]
        clock = self.paths.rising[self._place(cohort)[:, None] + np.arange(first, last)]
        return first + np.count_nonzero(clock < threshold[:, None], axis=1)

    def _take_batch(self, due: np.ndarray, clock: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take a batch of packs from cohorts that have some due; some of them may have more."""
        first, threshold = self.gone[due], self.next[due]
        left = self.packs[due] - first
        # a batch a little larger than what is expected to be due; its size changes speed, never results
        guess = ((clock - threshold) * (left * (1.1 / UNIT))).astype(np.int64) + 2
        batch = np.minimum(guess, left)
        ends = np.cumsum(batch)
        begins = ends - batch
        ranks = np.arange(ends[-1]) - np.repeat(begins - first, batch)
        owners = np.repeat(due, batch)
        alive = np.repeat(self.packs[due], batch) - ranks
        spacing = self._spacings(owners, ranks, alive)
        spacing[begins] = 0
        thresholds = np.cumsum(spacing)
        thresholds += np.repeat(threshold - thresholds[begins], batch)
        loose = thresholds <= np.repeat(clock, batch)
        counts = np.add.reduceat(loose, begins, dtype=np.int64)
        whole = counts == batch  # every pack of the batch is due: there may be more
        rank_next = first + counts
        self.gone[due] = rank_next
        follower = np.where(whole, NEVER, thresholds[np.minimum(begins + counts, ends - 1)])
        more = np.flatnonzero(whole & (counts < left))
        if more.size:
            last = thresholds[ends[more] - 1]
            alive = self.packs[due[more]] - rank_next[more]
            follower[more] = last + self._spacings(due[more], rank_next[more], alive)
        self.next[due] = follower
        return owners[loose], ranks[loose], thresholds[loose]

    def _take_next(self, due: np.ndarray, clock: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take the next pack from cohorts that have one due; some of them may have more."""
        rank = self.gone[due]
        following = rank + 1
        self.gone[due] = following
        left = self.packs[due] - following
        threshold = self.next[due]
        coming = threshold + self._spacings(due, following, np.maximum(left, 1))
        coming[left == 0] = NEVER
        self.next[due] = coming
        return due, rank, threshold

    def cause(self, cohort: np.ndarray, month: np.ndarray, waits: np.ndarray) -> np.ndarray:
        """Say why each pack came loose in its month: the cause that wins a race at that month's hazards.

        `waits` are exponential waiting times of mean one, (3 causes, packs), drawn with CAUSE_CODES. In months with a
        campaign, all packs are of one month.
        """
        row, cell = np.divmod(cohort, CELLS)
        rates = self.paths.rates[(_FIRST_LINE[row] + KIND[cell]) * MONTHS + (month - SALE_MONTH[row])].T
        factor = self.factors.get(int(month[0])) if len(month) else None
        if factor is not None:
            rates[VEHICLE_END] *= factor[PROVINCE[cell], HOLDER_CLASS[cell]]
        return (waits / rates).argmin(axis=0)
