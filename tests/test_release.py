"""Release: clocks against a scan of every pack, lifetimes and causes against theory, campaigns, and who is touched."""

import math

import numpy as np
import pytest

from govmodel import facts
from govmodel.actors.holders import Holders
from govmodel.chain.fleet import sales_by_cohort
from govmodel.chain.release import Clocks, hazards_of, lifetimes_of, vehicle_end_factors
from govmodel.chain.timetable import timetable_of
from govmodel.facts import HOLDER_CLASSES, PROVINCES
from govmodel.foundations import draws
from govmodel.foundations.calendar import MONTHS, month_number
from govmodel.model import GovernanceModel
from tests.worlds import CELLS, CHINA, NEW_COHORTS, cell_of, live, sale_month

COUNTRY = facts.load("china")
UNIT = 2.0**40
CAMPAIGN = {"from": "2024-01", "until": "2025-06", "province": "GD", "holder_class": "bus", "factor": 4.0}


def population(case, seed=5) -> Holders:
    """Build the holders of a case without a market around them."""
    return Holders(COUNTRY, case, seed, np.repeat(COUNTRY.leased_share, 12, axis=0))


def releases(case, seed=5) -> dict[tuple[int, int], int]:
    """Read the timetable: the month in which each pack (cohort, rank) of a new vehicle comes loose."""
    timetable, found = timetable_of(COUNTRY, case, seed), {}
    for month in range(case.start, case.until + 1):
        cohorts, ranks = timetable.month(month).rows[:2]
        assert (np.diff(cohorts) >= 0).all()
        for pack in zip(cohorts.tolist(), ranks.tolist()):
            assert pack not in found
            if pack[0] < NEW_COHORTS:
                found[pack] = month
    return found


def clocks_of(case, seed: int) -> Clocks:
    """Set the clocks of a case's packs, and let them run to its start."""
    sold = sales_by_cohort(COUNTRY, case.retirement_outlook, case.scale, seed)
    factors = vehicle_end_factors(case.early_release, case.start, case.until)
    return Clocks(sold, seed, *hazards_of(case.country, lifetimes_of(case.parameters)), factors, case.start)


def hazard(case, cohorts: np.ndarray, month: int) -> np.ndarray:
    """Work out every pack's hazard in a month (vehicle end, battery end, accident) straight from the facts."""
    p = case.parameters
    sold, (province, chemistry, holder_class) = sale_month(cohorts), cell_of(cohorts)
    year, age = sold // 12, (month - sold) / 12.0
    life = np.array([p["life_multiplier"] * p[f"life_{name}"] for name in HOLDER_CLASSES])[holder_class]
    older = np.where(cohorts >= NEW_COHORTS, p["replacement_vehicle_age"], 0.0)
    car, car_shape = COUNTRY.vehicle_scale[year, holder_class] * life, COUNTRY.vehicle_shape[year, holder_class]
    cell = COUNTRY.battery_scale[year, chemistry, holder_class] * life
    cell_shape = COUNTRY.battery_shape[year, chemistry, holder_class]
    before = age - 1 / 12
    vehicle = ((age + older) / car) ** car_shape - (np.maximum(before + older, 0) / car) ** car_shape
    battery = (age / cell) ** cell_shape - (np.maximum(before, 0) / cell) ** cell_shape
    for push in case.early_release:
        if push.start <= month <= push.until:
            here = (push.province == "all") | (np.array(PROVINCES)[province] == push.province)
            mine = (push.holder_class == "all") | (np.array(HOLDER_CLASSES)[holder_class] == push.holder_class)
            vehicle = np.where(here & mine, vehicle * push.factor, vehicle)
    return np.stack([vehicle, battery, np.full(len(cohorts), p["accident_rate"] / 12)])


def scan(case, seed=5) -> dict[tuple[int, int], int]:
    """Find the same by brute force: a threshold for every pack, and every month a look at every pack."""
    packs = population(case, seed).fleet.packs[: case.until * CELLS]
    cohort = np.repeat(np.arange(len(packs)), packs)
    first = np.repeat(np.cumsum(packs) - packs, packs)
    rank = np.arange(len(cohort)) - first
    words = draws.holder_words(seed, (cohort.astype(np.uint64) << np.uint64(32)) + rank.astype(np.uint64))
    waits = draws.exponential(draws.words(words, np.array([draws.code("lifetime")], np.uint64)))[0]
    threshold = np.floor(waits / (packs[cohort] - rank) * UNIT).astype(np.int64)
    running = np.cumsum(threshold)
    threshold = running - running[first] + threshold[first]
    clock, found, gone = np.zeros(len(cohort), np.int64), {}, np.zeros(len(cohort), bool)
    history = CHINA.with_(parameters=dict(case.parameters))
    for month in range(1, case.until + 1):
        live_ = np.flatnonzero(sale_month(cohort) < month)
        rule = case if month >= case.start else history
        clock[live_] += np.floor(hazard(rule, cohort[live_], month).sum(axis=0) * UNIT).astype(np.int64)
        loose = live_[(threshold[live_] <= clock[live_]) & ~gone[live_]]
        gone[loose] = True
        if month >= case.start:
            found |= {(int(cohort[i]), int(rank[i])): month for i in loose}
    return found


# a clock and a threshold are rounded to 2^-40; the scan's hazards differ in the last bits, which moves a pack that
# stands exactly on the edge: at most one in a hundred thousand may differ, and then by a month
def assert_same_months(mine: dict, other: dict) -> None:
    """Hold two tables of release months equal."""
    different = [pack for pack in mine.keys() | other.keys() if mine.get(pack) != other.get(pack)]
    assert len(different) <= len(other) / 1e5, different[:5]


@pytest.mark.parametrize(
    "campaigns",
    [
        [],
        [CAMPAIGN, CAMPAIGN | {"province": "all", "factor": 0.5, "from": "2025-01"}],
        [CAMPAIGN | {"province": "all", "holder_class": "all", "factor": 10.0}],
    ],
    ids=["no policy", "two campaigns", "a flood"],
)
def test_clocks_equal_a_scan_of_every_pack(campaigns):
    """Cohort clocks release the very packs that a monthly look at every pack would find due."""
    case = CHINA.with_(scale=2000, start="2021-01", until="2026-12", early_release=campaigns)
    mine = releases(case)
    assert len(mine) > 1000
    assert_same_months(mine, scan(case))


def test_large_cohorts_equal_a_scan_of_every_pack():
    """The same where cohorts hold hundreds of packs and a flood releases many of one cohort in a month."""
    flood = CAMPAIGN | {"province": "all", "holder_class": "all", "factor": 10.0, "from": "2021-02", "until": "2021-05"}
    case = CHINA.with_(
        scale=15, start="2021-01", until="2021-06", early_release=[flood], parameters={"life_multiplier": 0.5}
    )
    mine = releases(case)
    months = np.array(list(mine.values()))
    cohorts = np.array([cohort for cohort, _ in mine])
    assert np.unique(cohorts * 1000 + months, return_counts=True)[1].max() > 30
    other = scan(case)
    assert_same_months(mine, other)


# lifetimes and causes


@pytest.fixture(scope="module")
def lifetimes():
    """Every release of a long run of the clocks at a fine scale: cohorts, ranks, months, and the clocks."""
    case = CHINA.with_(scale=400)
    clocks = clocks_of(case, 17)
    renewed = NEW_COHORTS + np.flatnonzero(clocks.packs[150 * CELLS : 151 * CELLS])
    clocks.wind(renewed, 150)  # as many replacement packs in each cell, all sold in 2021-01
    clocks.watch(renewed)
    found = [clocks.collect(month, month) for month in range(case.start, case.until + 1)]
    cohorts, ranks, months = np.concatenate(found, axis=1)
    return case, clocks, cohorts, ranks, months


def groups():
    """Name the kinds of packs whose lifetimes differ: sale year, chemistry, holder class, new or replacement."""
    return [(year, c, h, False) for year in (8, 11, 15) for c in (0, 1) for h in range(4)] + [
        (8, c, h, True) for c in (0, 1) for h in range(4)
    ]


# Dvoretzky, Kiefer, Wolfowitz and Massart: P(sup |F_n - F| > e) <= 2 exp(-2 n e^2), for discrete ages too. 32 groups at
# 1e-7 each: a false alarm at one seed in 300,000.
BOUND = math.sqrt(math.log(2 / 1e-7) / 2)


def test_ages_at_release_follow_the_competing_weibulls(lifetimes):
    """Release ages by kind of pack lie within the Kolmogorov-Smirnov bound of the competing-risk distribution."""
    case, clocks, cohorts, _, months = lifetimes
    sold, (_, chemistry, holder_class) = sale_month(cohorts), cell_of(cohorts)
    everyone = np.flatnonzero(clocks.packs)
    all_sold, (_, all_chemistry, all_class) = sale_month(everyone), cell_of(everyone)
    tried = 0
    for year, c, h, again in groups():
        mine = (sold // 12 == year) & (chemistry == c) & (holder_class == h) & ((cohorts >= NEW_COHORTS) == again)
        kind = (all_sold // 12 == year) & (all_chemistry == c) & (all_class == h) & ((everyone >= NEW_COHORTS) == again)
        n = int(clocks.packs[everyone[kind]].sum())
        if n < 300:
            continue
        tried += 1
        last = MONTHS - 1 - (year * 12 + 11 if not again else 96)  # ages that every pack of the group has reached
        ages = (months - sold)[mine]
        empirical = np.cumsum(np.bincount(ages, minlength=MONTHS))[: last + 1] / n
        life = case.parameters["life_multiplier"] * case.parameters[f"life_{HOLDER_CLASSES[h]}"]
        older = case.parameters["replacement_vehicle_age"] if again else 0.0
        age = np.arange(last + 1) / 12.0
        car, cell = COUNTRY.vehicle_scale[year, h] * life, COUNTRY.battery_scale[year, c, h] * life
        car_shape, cell_shape = COUNTRY.vehicle_shape[year, h], COUNTRY.battery_shape[year, c, h]
        total = ((age + older) / car) ** car_shape - (older / car) ** car_shape + (age / cell) ** cell_shape
        total += case.parameters["accident_rate"] * age
        apart = np.abs(empirical - (1.0 - np.exp(-total))).max()
        assert apart < BOUND / math.sqrt(n), (year, c, h, again, n, apart)
    assert tried >= 20


def test_ranks_are_orders_statistics(lifetimes):
    """Within a cohort the ranks come loose in order, none is left out, and the count gone is the next rank."""
    _, clocks, cohorts, ranks, months = lifetimes
    order = np.lexsort((ranks, cohorts))
    same = np.diff(cohorts[order]) == 0
    assert (np.diff(ranks[order])[same] == 1).all()
    assert (np.diff(months[order])[same] >= 0).all()
    last = np.append(~same, True)
    assert np.array_equal(ranks[order][last] + 1, clocks.gone[cohorts[order][last]])
    assert (clocks.gone <= clocks.packs).all()


def test_first_of_a_cohort_lasts_the_nth_part():
    """The shortest of n exponential lifetimes has mean 1 / n, and the longest the harmonic sum, over many cohorts."""
    case = CHINA.with_(scale=400)
    clocks = clocks_of(case, 23)
    packs = clocks.packs
    cohorts = np.flatnonzero(sale_month(np.arange(len(packs))) >= case.start)
    cohorts = cohorts[packs[cohorts] > 0]
    first = clocks.next[cohorts] / UNIT * packs[cohorts]  # each has mean 1 and variance 1
    assert abs(first.mean() - 1.0) < 5 / math.sqrt(len(cohorts))
    assert abs(first.var() - 1.0) < 5 * math.sqrt(8 / len(cohorts))


def test_causes_come_in_proportion_to_hazards(lifetimes):
    """How often each cause wins agrees with its share of the month's hazard, by class: within five standard errors."""
    case, clocks, cohorts, ranks, months = lifetimes
    _, _, holder_class = cell_of(cohorts)
    won, expected = np.zeros((len(cohorts), 3)), np.zeros((len(cohorts), 3))
    for month in np.unique(months):
        due = np.flatnonzero(months == month)
        luck = np.random.default_rng(int(month)).exponential(size=(3, len(due)))
        won[due, clocks.cause(cohorts[due], months[due], luck)] = 1.0
        hazards = hazard(case, cohorts[due], int(month))
        expected[due] = (hazards / hazards.sum(axis=0)).T
    for h in range(4):
        mine = holder_class == h
        deviation = np.abs((won - expected)[mine].sum(axis=0))
        spread = np.sqrt((expected * (1 - expected))[mine].sum(axis=0))
        assert (deviation < 5 * spread).all(), (h, deviation, spread)
        assert (won[mine].sum(axis=0) > 20).all()


# campaigns


def test_a_campaign_releases_earlier_only_what_it_names():
    """A trade-in campaign brings forward vehicles of its province and class, and moves no other pack by a day."""
    case = CHINA.with_(scale=400, until="2030-12")
    plain, pushed = releases(case), releases(case.with_(early_release=[CAMPAIGN]))
    named = (PROVINCES.index("GD"), HOLDER_CLASSES.index("bus"))
    moved = 0
    for pack in plain.keys() | pushed.keys():
        province, _, holder_class = cell_of(pack[0])
        before, after = plain.get(pack, MONTHS), pushed.get(pack, MONTHS)
        if (province, holder_class) != named:
            assert after == before
        else:
            assert after <= before
            assert after == before or after >= month_number("2024-01")
            moved += after < before
    assert moved > 50


def test_a_campaign_with_a_factor_below_one_only_delays():
    """A factor below one keeps vehicles on the road longer, never shorter."""
    case = CHINA.with_(scale=1000, until="2028-12")
    slow = CAMPAIGN | {"province": "all", "holder_class": "all", "factor": 0.3}
    plain, slowed = releases(case), releases(case.with_(early_release=[slow]))
    later = [slowed.get(pack, MONTHS) - plain.get(pack, MONTHS) for pack in plain.keys() | slowed.keys()]
    assert min(later) == 0 and max(later) > 0


def test_in_a_whole_world_a_campaign_moves_no_other_release():
    """With a market around it, first releases outside the named province and class stay in their month."""
    case = CHINA.with_(scale=4000, until="2028-12")
    plain, pushed = live(case), live(case.with_(early_release=[CAMPAIGN]))
    named = (PROVINCES.index("GD"), HOLDER_CLASSES.index("bus"))

    def firsts(model):
        months, packs, codes = model.holders.events.columns()
        fresh = (codes >> 4 & 7) < 5
        return {
            pack: month
            for month, number in zip(months[fresh].tolist(), packs[fresh].tolist())
            if cell_of((pack := model.holders.fleet.find(number))[0])[::2] != named
        }

    assert firsts(plain) == firsts(pushed)


# a month touches only packs that come loose


def test_a_month_touches_only_packs_that_come_loose(monkeypatch):
    """Luck is drawn for packs that come loose, not for the fleet: rows drawn follow the releases and nothing else."""
    drawn = []
    plain = draws.words

    def counting(holders, codes, *when):
        drawn.append(np.size(holders))
        return plain(holders, codes, *when)

    monkeypatch.setattr(draws, "words", counting)
    model = GovernanceModel(CHINA.with_(scale=400, until="2026-12"), rng=7)
    ratios, fleets = [], []
    while model.running:
        month = model.month
        drawn.clear()
        model.step()
        events = (model.holders.events.columns()[0] == month).sum()
        fleets.append(model.holders.on_the_road(model.month).sum())
        ratios.append(sum(drawn) / max(events, 1))
    fleets, ratios = np.array(fleets), np.array(ratios)
    assert fleets[-1] > 8 * fleets[0]  # the fleet grows many times over
    assert ratios.min() > 1  # every loose pack draws: the count does see the draws
    assert ratios.max() < 30  # a handful of looks at each pack that comes loose
    assert ratios[-12:].mean() < 1.3 * ratios[:12].mean()  # and no more of them when the fleet is larger
