"""Interactions: what one measure does depends on another, as theory says, and not where the mechanism is switched off.

Those that stand elsewhere: a duty needs monitoring (test_makers), visits against fines where workshops cannot pay and
campaigns that displace and relapse (test_workshops), a subsidy that is bid away (test_recyclers).
"""

from functools import lru_cache

import numpy as np
import pytest

from govmodel.actors.fates import IN_WORKSHOP, SCRAPPED, SOLD_ON, TENDER
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live

BASE = CHINA.with_(scale=4000, until="2033-12")
FROM = 72  # rows from 2027-01 on
SEEDS = (1, 2)
DIRECT = IN_WORKSHOP & ~SOLD_ON  # ways straight to workshops
TRADE_IN = {"from": "2028-01", "until": "2028-12", "province": "all", "holder_class": "household", "factor": 6.0}
YEAR = slice(84, 96)  # 2028
NUMBERS = CHINA.parameters


@lru_cache(maxsize=64)
def world(seed: int, levers: tuple = (), parameters: tuple = (), trade_in: bool = False):
    """Live the base case with levers from 2026 on, parameters, and perhaps a trade-in programme in 2028."""
    case = BASE.with_(levers=dict(levers), parameters=dict(parameters))
    return live(case.with_(early_release=[TRADE_IN]) if trade_in else case, seed)


def lived(seed: int, parameters: dict | None = None, trade_in: bool = False, **levers: float):
    """Live a world once for all tests."""
    return world(seed, tuple(levers.items()), tuple((parameters or {}).items()), trade_in)


def licensed(model, rows: slice = slice(FROM, None)) -> float:
    """Share of what comes loose in some months that goes to licensed firms."""
    frame = model.indicators.iloc[rows]
    return frame["formal_gwh"].sum() / frame["released_gwh"].sum()


def ways(model, rows: slice = slice(FROM, None)) -> np.ndarray:
    """Energy in some months by route and way, GWh."""
    return model.record.watt_hours[rows].sum(axis=(0, 1, 4)) / 1e9


def leaked(model, rows: slice = slice(FROM, None)) -> float:
    """Energy that ends in workshops on any route, straight or by dismantlers, GWh."""
    return ways(model, rows)[:, IN_WORKSHOP].sum()


# whole-vehicle scrapping, and dismantlers that may sell on


def shifted(seed: int, parameters: dict | None = None) -> float:
    """Part of the leak which the rule closes on scrapped cars that comes up elsewhere."""
    lax, strict = (lived(seed, parameters, whole_vehicle_scrapping=value) for value in (0.0, 1.0))
    closed = ways(lax)[SCRAPPED, DIRECT].sum() - ways(strict)[SCRAPPED, DIRECT].sum()
    assert closed > 0.5 * ways(lax)[SCRAPPED, DIRECT].sum()
    return 1.0 - (leaked(lax) - leaked(strict)) / closed


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_vehicle_scrapping_shifts_the_leak_to_dismantlers_that_sell_on(seed):
    """A car must come with its pack, so the pack reaches a dismantler; and he sells it on unless he has more to lose.

    Where a dismantler has four times as much at stake, most of what the rule closes stays closed.
    """
    usual, honest = shifted(seed), shifted(seed, {"licence_worth": 4.0 * NUMBERS["licence_worth"]})
    assert usual > 0.35
    assert honest < usual - 0.15


def test_whole_vehicle_scrapping_does_nothing_where_a_missing_pack_costs_nothing():
    """The rule works by what an incomplete car loses in worth, and by nothing else."""
    lax, strict = (lived(1, {"missing_battery_loss": 0.0}, whole_vehicle_scrapping=value) for value in (0.0, 1.0))
    assert np.array_equal(ways(lax), ways(strict))


# early scrapping by policy: a trade-in programme


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trade_in_programme_borrows_waste_from_later_years_and_makes_none(seed):
    """Cars scrapped early are missing later; what came loose before the programme is the same to the last pack."""
    plain, pushed = (lived(seed, trade_in=early).indicators["released_gwh"] for early in (False, True))
    assert np.array_equal(plain.iloc[: YEAR.start], pushed.iloc[: YEAR.start])
    extra = pushed.iloc[YEAR].sum() - plain.iloc[YEAR].sum()
    missing = plain.iloc[YEAR.stop :].sum() - pushed.iloc[YEAR.stop :].sum()
    assert extra > 0.5 * plain.iloc[YEAR].sum()
    assert 0.3 * extra < missing < extra  # the rest would have come loose after the run's end


@pytest.mark.parametrize("seed", SEEDS)
def test_early_scrapping_feeds_workshops_less_where_cars_must_be_scrapped_whole(seed):
    """A programme is as good as the rule on what it scraps: of the packs that it frees, more leak without one."""
    part = {}
    for strictness in (0.0, 1.0):
        plain, pushed = (lived(seed, trade_in=e, whole_vehicle_scrapping=strictness) for e in (False, True))
        more, less = (model.indicators["released_gwh"].iloc[YEAR].sum() for model in (pushed, plain))
        part[strictness] = (leaked(pushed, YEAR) - leaked(plain, YEAR)) / (more - less)
    assert 0.0 < part[1.0] < part[0.0] - 0.04


# tenders by price, and who bids most


def fed(seed: int, parameters: dict | None = None, **levers: float) -> float:
    """How much more of tendered energy ends in workshops when price alone counts than when it counts half."""
    share = []
    for weight in (0.5, 1.0):
        flows = ways(lived(seed, parameters, tender_price_weight=weight, **levers))[TENDER]
        share.append(flows[IN_WORKSHOP].sum() / flows.sum())
    return share[1] - share[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tender_by_price_alone_feeds_workshops_because_they_bid_more(seed):
    """The rule of the highest bid is blind to licences; it feeds workshops as far as theirs is the highest bid.

    Where a subsidy lets licensed firms bid more than workshops, the same rule feeds them far less.
    """
    usual, outbid = fed(seed), fed(seed, subsidy=40.0)
    assert usual > 0.4
    assert 0.0 < outbid < 0.5 * usual
    assert licensed(lived(seed, tender_price_weight=1.0)) < licensed(lived(seed, tender_price_weight=0.5)) - 0.05


def test_the_weight_of_price_decides_nothing_where_a_licence_is_worth_nothing():
    """With nothing to weigh price against, its weight changes no award."""
    assert fed(1, {"tender_licence_worth": 0.0}) == 0.0


# provincial borders, and freight


def values(open_borders: float, **parameters: float) -> np.ndarray:
    """Post the bids of January 2026 and read what a collector gets for recovery, (31, 2)."""
    model = GovernanceModel(CHINA.with_(scale=20_000, until="2026-02", parameters=parameters), rng=1)
    while model.month < 156:
        model.step()
    return model.post_bids(model.law_and_prices() | {"open_borders": open_borders}).licensed_value


@pytest.mark.parametrize("seed", SEEDS)
def test_opening_borders_raises_the_licensed_share_with_freight_and_without(seed):
    """Permits and freight keep packs from plants far away; taking away permits helps, with freight and without."""

    def gain(parameters=None):
        closed, free = (licensed(lived(seed, parameters, open_borders=value)) for value in (0.0, 1.0))
        return free - closed

    usual, light = gain(), gain({"freight_rate": 0.0})
    assert usual > 0.015 and light > 0.015
    assert licensed(lived(seed, {"freight_rate": 0.0})) > licensed(lived(seed)) + 0.02


def test_without_borders_and_freight_china_is_one_market():
    """A pack is worth the same everywhere once neither permits nor distance count, and not before."""
    assert np.ptp(values(1.0, freight_rate=0.0), axis=0).max() < 1e-9
    assert np.ptp(values(0.0, freight_rate=0.0), axis=0).max() > 0.5  # borders alone
    assert np.ptp(values(1.0), axis=0).max() > 2.0  # distance alone


def test_opening_borders_does_nothing_where_permits_cost_nothing():
    """The lever works by the cost of permits, and by nothing else."""
    closed, free = (lived(1, {"permit_cost": 0.0}, open_borders=value) for value in (0.0, 1.0))
    assert np.array_equal(ways(closed), ways(free))


# a deposit alone


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deposit_alone_is_weak_because_few_old_packs_carry_one(seed):
    """The same yuan do much more as a reward on every pack; a deposit's effect comes as packs sold under it retire.

    Meanwhile the fund takes in more than it pays back.
    """
    none, deposit, reward = lived(seed), lived(seed, deposit=10.0), lived(seed, holder_reward=10.0)
    early, late = slice(FROM, 108), slice(120, None)  # 2027-29, 2031-33
    gains = [[licensed(model, rows) - licensed(none, rows) for rows in (early, late)] for model in (deposit, reward)]
    assert gains[0][0] < 0.5 * gains[1][0]
    assert 0.0 < gains[0][1] < 0.06
    assert gains[0][1] > gains[0][0] + 0.01
    fund = deposit.indicators["deposit_fund"].iloc[60:].to_numpy()
    assert (np.diff(fund[::12]) > 0.0).all() and fund[0] > 0.0


def test_a_deposit_on_one_year_s_sales_moves_next_to_nothing():
    """Whoever stops taking deposits has bound only the packs that were sold meanwhile."""
    case = BASE.with_(levers={"deposit": {"2026-01": 10.0, "2026-07": 0.0}})
    stopped = live(case, 1)
    assert abs(licensed(stopped) - licensed(lived(1))) < 0.015
    assert abs(licensed(lived(1, deposit=10.0)) - licensed(lived(1))) > 0.02
