"""The fleet: every pack ever sold, as cohorts of packs that share month of sale, province, chemistry and holder class.

Nothing is stored per pack. A cohort holds how many packs it has and how many have come loose; what a single pack is
like (energy, health, its holder's traits) follows from its number by keyed luck, at the moment somebody asks.

Cohorts are numbered (family, sale month, province, chemistry, holder class). Family 0 came with a new vehicle; family 1
replaced a worn-out pack during the run. Within a cohort packs are ranked by the order in which they come loose.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..facts import HOLDER_CLASSES
from ..foundations import draws
from ..foundations.calendar import MONTHS, RUN_FROM
from ..foundations.errors import InputError

PROVINCES, CHEMISTRIES, CLASSES = 31, 2, 4
CELLS = PROVINCES * CHEMISTRIES * CLASSES  # cohorts sold in one month
NEW_COHORTS = MONTHS * CELLS
COHORTS = (MONTHS + MONTHS - RUN_FROM) * CELLS  # replaced packs only appear in months that are run
HEALTH_BANDS = (0.6, 0.7, 0.8)  # upper edges of the first three of four bands of state of health
BANDS = len(HEALTH_BANDS) + 1


# A cohort's number is row x CELLS + cell. Small tables (they stay in the processor's cache) say what the two mean.
_row, _cell = np.arange(COHORTS // CELLS), np.arange(CELLS)
SALE_MONTH = np.where(_row < MONTHS, _row, _row - MONTHS + RUN_FROM)  # by row
_YEAR = SALE_MONTH // 12
PROVINCE = _cell // (CHEMISTRIES * CLASSES)  # these by cell
CHEMISTRY = _cell // CLASSES % CHEMISTRIES
HOLDER_CLASS = _cell % CLASSES
KIND = _cell % (CHEMISTRIES * CLASSES)  # chemistry and class
BID_CELL = (PROVINCE * CHEMISTRIES + CHEMISTRY) * BANDS  # first cell of its bids: province, chemistry, worst health
# Two words of luck serve all traits of a pack, four pieces of 16 bits each
TRAIT_CODES = np.array([draws.code("traits", 0, 0), draws.code("traits", 0, 1)], np.uint64)
_SHIFTS, _LOW = np.array([0, 16, 32, 48], np.uint64)[:, None], np.uint64(0xFFFF)
_HEALTH_EDGES = np.array([edge - 1.0 for edge in HEALTH_BANDS])  # minus the fade at which a band ends


def who(cohort: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Give the key under which a pack's luck is drawn; it does not depend on how many packs other cohorts have."""
    return (cohort << 32 | rank).view(np.uint64)


def lives(parameters: dict) -> np.ndarray:
    """Give the factor on tabled lifetimes by holder class: float (4,)."""
    return np.array([parameters["life_multiplier"] * parameters[f"life_{name}"] for name in HOLDER_CLASSES])


@lru_cache(maxsize=12)  # one worker's part of a band of replications
def sales_by_cohort(facts, outlook: str, scale: int, seed: int) -> np.ndarray:
    """Turn yearly registrations into whole simulated packs by sale month and cell: int64 (MONTHS, CELLS), read only.

    Each month's cells are rounded together (systematic sampling with one keyed start), so every cell's expectation is
    exact and the month's total is right to within one pack at any scale.
    """
    yearly = facts.registrations[outlook]
    cells = (
        facts.province_share[:, :, None, None]
        * np.stack([facts.lfp_share, 1.0 - facts.lfp_share], axis=1)[:, None, :, :]
        * facts.class_share[:, None, None, :]
    ).reshape(len(yearly), CELLS)
    expected = (yearly[:, None, None] * facts.season[None, :, None] * cells[:, None, :] / scale).reshape(MONTHS, CELLS)
    start = draws.uniform(
        draws.words(draws.holder_words(seed, np.arange(MONTHS)), np.array([draws.code("rounding")], np.uint64))
    )[0]
    edges = np.floor(np.cumsum(expected, axis=1) + start[:, None]).astype(np.int64)
    packs = np.diff(edges, axis=1, prepend=0)
    packs.setflags(write=False)
    return packs


@dataclass
class Traits:
    """What some packs and their holders are like: one column a trait, one entry a pack."""

    watt_hours: np.ndarray  # int64, nominal energy
    band: np.ndarray  # int64, band of state of health, 0 worst
    price_sensitivity: np.ndarray  # float, multiple of the average
    norm: np.ndarray  # float in (0, 2), own awareness as a multiple of the community's
    leased: np.ndarray  # bool
    luck_of_id: np.ndarray  # float, decides whether a transfer is scanned


class Fleet:
    """All packs of a case, as cohorts; answers what a pack is like and gives packs their numbers."""

    def __init__(self, facts, parameters: dict, outlook: str, scale: int, seed: int, leased_share: np.ndarray):
        """`leased_share`: share of packs sold leased, by sale month and holder class, float (MONTHS, CLASSES)."""
        self.seed = seed
        self.scale = scale
        self.packs = np.zeros(COHORTS, np.int64)
        self.packs[:NEW_COHORTS] = sales_by_cohort(facts, outlook, scale, seed).ravel()
        self.first_number = np.zeros(COHORTS, np.int64)
        np.cumsum(self.packs[: NEW_COHORTS - 1], out=self.first_number[1:NEW_COHORTS])
        self.numbered = int(self.packs.sum())
        if self.numbered >= 2**32 - 2**29:
            raise InputError("scale", "at most 3.7 thousand million simulated packs", scale, "Use a larger scale.")
        # 16 bits of luck decide, so that one word serves four traits
        self._phev_cut = (facts.phev_share * 65536.0).astype(np.int64).ravel()
        self._leased_cut = (leased_share * 65536.0).astype(np.int64).ravel()
        self._mean_wh = np.round(facts.pack_kwh * 1000.0).astype(np.int64).ravel()
        fade_years = facts.battery_scale * lives(parameters)
        self._fade_a_month = (parameters["fade_over_life"] / (fade_years * 12.0)).ravel()

    def lease(self, month: int, share: np.ndarray) -> None:
        """Say what share of the packs sold in a month is leased, by holder class (4,)."""
        self._leased_cut[month * CLASSES : (month + 1) * CLASSES] = (share * 65536.0).astype(np.int64)

    def replace(self, month: int, cells: np.ndarray) -> None:
        """Sell replacement packs this month, `cells` counts them by cell (int64, CELLS)."""
        sold = cells.nonzero()[0]
        cohorts, counts = NEW_COHORTS + (month - RUN_FROM) * CELLS + sold, cells[sold]
        self.packs[cohorts] = counts
        self.first_number[cohorts] = self.numbered + counts.cumsum() - counts
        self.numbered += int(counts.sum())

    def number(self, cohort: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """Give packs their numbers, by which `run.pack` finds them again."""
        return (self.first_number[cohort] + rank).astype(np.uint32)

    def find(self, number: int) -> tuple[int, int]:
        """Give the cohort and rank of the pack with this number."""
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or not 0 <= number < self.numbered:
            raise InputError(
                "pack",
                f"a pack number from 0 to {self.numbered - 1}",
                number,
                "Look a number up in the table of events.",
            )
        sold = np.flatnonzero(self.packs)
        order = sold[np.argsort(self.first_number[sold], kind="stable")]
        cohort = int(order[np.searchsorted(self.first_number[order], number, side="right") - 1])
        return cohort, number - int(self.first_number[cohort])

    def traits(self, cohort: np.ndarray, month: int, holders: np.ndarray) -> Traits:
        """Say what packs and their holders are like in a month; `holders` are their keyed words (uint64)."""
        row, cell = np.divmod(cohort, CELLS)
        return self.traits_by_luck(row, cell, month, draws.words(holders, TRAIT_CODES))

    def traits_by_luck(self, row: np.ndarray, cell: np.ndarray, month: int, drawn: np.ndarray) -> Traits:
        """Say the same from the words that were drawn with TRAIT_CODES, by row and cell of the packs' cohorts."""
        sold, year, holder_class = SALE_MONTH[row], _YEAR[row], HOLDER_CLASS[cell]
        luck = ((drawn[:, None] >> _SHIFTS) & _LOW).astype(np.int64)
        (energy, wear, price, norm), (plug, lease, scan, _) = luck
        year_class = year * CLASSES + holder_class
        mean = self._mean_wh[year_class * 2 + (plug < self._phev_cut[year_class])]
        fade = self._fade_a_month[year * (CHEMISTRIES * CLASSES) + KIND[cell]] * (month - sold)
        fade *= 0.7 + 0.6 / 65536.0 * wear
        return Traits(
            mean * (52429 + (energy * 13107 >> 15)) >> 16,  # 80 to 120 % of the mean, in whole steps
            _HEALTH_EDGES.searchsorted(-fade, side="right"),
            0.5 + (price + 0.5) / 65536.0,
            2.0 * ((norm + 0.5) / 65536.0),
            lease < self._leased_cut[sold * CLASSES + holder_class],
            (scan + 0.5) / 65536.0,
        )
