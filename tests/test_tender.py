"""Tender: who comes, who wins, at what price, and that the packs of a lot share one luck."""

import math
from collections import defaultdict

import numpy as np
import pytest

from govmodel.facts import CHANNELS
from govmodel.foundations import draws
from govmodel.mechanisms.tender import LOT_CODES, attendance, award
from tests.worlds import CHINA, cell_of, find, live, words_of

MANY = 200_000
LOTS = draws.holder_words(99, np.arange(MANY))
KINDS = np.array([CHANNELS.index(k) for k in ("battery_maker_outlet", "recycler", "dismantler", "workshop")])
WORKSHOP, KEPT = CHANNELS.index("workshop"), CHANNELS.index("kept")


def hold(bids, expected, weight=1.0, worth=60.0, error=0.0, lots=LOTS, extra=0.0):
    """Hold a tender for many lots at the same bids (by kind) and expected numbers of bidders."""
    bids = np.repeat(np.asarray(bids, float)[:, None], len(lots), axis=1)
    presence = np.repeat(attendance(np.asarray(expected, float))[:, :, None], len(lots), axis=2)
    return award(bids, presence, weight, worth, error, draws.words(lots, LOT_CODES), extra)


def shares(won) -> np.ndarray:
    """Share of lots that went to each channel."""
    return np.bincount(won.channel, minlength=6) / len(won.channel)


def test_attendance_is_cumulative_poisson():
    """The chances of at most 0 to 5 bidders are Poisson's, for every expected number."""
    expected = np.array([0.0, 0.2, 1.0, 3.5, 6.0])
    told = [
        [sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most + 1)) for mean in expected]
        for most in range(6)
    ]
    assert np.allclose(attendance(expected), told, rtol=1e-13, atol=0)


@pytest.mark.parametrize("mean", [0.3, 1.5, 4.0])
def test_bidders_come_as_poisson_says(mean):
    """Drawn numbers of bidders, read off from who is never beaten: chances of nobody agree with exp(-mean)."""
    for kind in range(4):
        expected = np.zeros(4)
        expected[kind] = mean
        nobody = shares(hold(np.full(4, 10.0), expected))[KEPT]
        chance = math.exp(-mean)
        assert abs(nobody - chance) < 5 * math.sqrt(chance * (1 - chance) / MANY)


def test_kinds_come_independently():
    """Nobody at all comes with the product of the four chances."""
    expected = np.array([0.2, 0.5, 0.4, 0.9])
    chance = math.exp(-expected.sum())
    assert abs(shares(hold(np.full(4, 10.0), expected))[KEPT] - chance) < 5 * math.sqrt(chance * (1 - chance) / MANY)


def test_at_weight_one_the_highest_bid_wins():
    """Highest bid wins: with no error of judgement the best-paying kind that came takes the lot, at its bid."""
    bids, expected = np.array([30.0, 50.0, 40.0, 60.0]), np.array([1.0, 1.0, 1.0, 1.0])
    won = hold(bids, expected)
    miss = math.exp(-1.0)
    order = [3, 1, 2, 0]
    for place, kind in enumerate(order):
        chance = (1 - miss) * miss**place
        mine = won.channel == KINDS[kind]
        assert abs(mine.mean() - chance) < 5 * math.sqrt(chance * (1 - chance) / MANY)
        assert (won.price[mine] == bids[kind]).all()


def test_at_weight_one_the_winner_outbids_the_others_who_came():
    """With errors of judgement too: take the winner away and another kind gets the lot, or nobody."""
    bids, expected = np.array([50.0, 52.0, 48.0, 55.0]), np.array([1.0, 1.5, 1.0, 1.2])
    won = hold(bids, expected, error=0.2)
    for place, kind in enumerate(KINDS):
        without = expected.copy()
        without[place] = 0.0
        mine = won.channel == kind
        second = hold(bids, without, error=0.2)
        assert (second.channel[mine] != kind).all()
        assert np.array_equal(second.channel[~mine], won.channel[~mine])  # who did not win changes nothing by leaving
        assert (second.price[~mine] >= won.price[~mine]).all()  # and with fewer rivals they need to shade less


def test_at_weight_zero_a_licensed_bidder_wins_whenever_one_comes():
    """Price does not count: a workshop gets the lot only when nobody licensed came."""
    expected = np.array([0.3, 0.6, 0.4, 3.0])
    won = hold([10.0, 12.0, 11.0, 500.0], expected, weight=0.0, error=0.3)
    alone = math.exp(-1.3) * (1 - math.exp(-3.0))
    assert abs(shares(won)[WORKSHOP] - alone) < 5 * math.sqrt(alone * (1 - alone) / MANY)
    nobody_licensed = hold([10.0, 12.0, 11.0, 500.0], expected * [1, 1, 1, 0], weight=0.0).channel == KEPT
    assert nobody_licensed[won.channel == WORKSHOP].all()


def test_less_weight_on_price_never_helps_the_workshop():
    """Lot by lot, lowering the weight of price never gives a lot to a workshop that had lost it."""
    expected, bids = [0.5, 0.8, 0.6, 2.0], [60.0, 62.0, 58.0, 75.0]
    had = None
    for weight in (1.0, 0.9, 0.6, 0.3, 0.0):
        has = hold(bids, expected, weight=weight, error=0.15).channel == WORKSHOP
        assert had is None or not (has & ~had).any()
        had = has


def test_a_lot_that_draws_nobody_is_kept_for_nothing():
    """Without bidders a lot is kept, and nobody pays."""
    won = hold([50.0] * 4, [0.0] * 4, error=0.2)
    assert (won.channel == KEPT).all()
    assert (won.price == 0).all()


def test_prices_are_never_negative_and_errors_are_fair():
    """A lone bidder's offers scatter around its kind's bid as a Gumbel error does, without bias."""
    error, bid = 0.1, 100.0
    rate = 3e-3  # practically never two of a kind
    won = hold([bid] * 4, [0.0, rate, 0.0, 0.0], error=error, lots=draws.holder_words(5, np.arange(1_500_000)))
    offers = won.price[won.channel == CHANNELS.index("recycler")]
    assert len(offers) > 3000
    spread = bid * error * math.pi / math.sqrt(6)
    assert abs(offers.mean() - bid) < 5 * spread / math.sqrt(len(offers))
    assert abs(offers.std() / spread - 1) < 0.1
    assert (hold([1.0] * 4, [3.0] * 4, error=2.0).price >= 0).all()


def test_winners_do_not_overpay_however_many_come():
    """The best of n errs by error x log n; bidders shade by it, so a lot fetches its kind's bid on average."""
    error, bid = 0.05, 100.0
    for mean in (0.5, 4.0):
        won = hold([bid] * 4, [0, 0, 0, mean], error=error)
        price = won.price[won.channel == WORKSHOP]
        assert abs(price.mean() - bid) < 5 * price.std() / math.sqrt(len(price))


def test_a_reward_counts_in_the_score_and_not_in_the_price():
    """What a seller gets besides the price can win a lot for a lower bid, which is what is then paid."""
    bids, rate = np.array([0.0, 50.0, 0.0, 60.0]), [0.0, 6.0, 0.0, 6.0]
    extra = np.array([0.0, 20.0, 0.0, 0.0])[:, None]
    without, rewarded = hold(bids, rate), hold(bids, rate, extra=extra)
    both = (without.channel == WORKSHOP) & (rewarded.channel == CHANNELS.index("recycler"))
    assert both.mean() > 0.9
    assert (rewarded.price[both] == 50.0).all()


def test_packs_of_a_lot_share_its_luck():
    """Packs of one lot sold in one month in one state of health go to the same buyer, other lots to others."""
    case = CHINA.with_(scale=100, until="2021-06", parameters={"tender_lot": 5_000.0, "life_multiplier": 0.5})
    model = live(case, seed=2)
    assert model.holders.lot == 50
    frame = model.table("packs")
    months, numbers, _ = model.holders.events.columns()
    tendered = (frame["route"] == "fleet_tender").to_numpy()
    channels = [way.split(":")[0] for way in frame["disposition"][tendered]]
    months, (cohorts, ranks) = months[tendered], find(model, numbers[tendered])
    lots, apart = defaultdict(list), defaultdict(set)
    for month in np.unique(months):
        now = np.flatnonzero(months == month)
        words = words_of(model, cohorts[now], ranks[now])
        bands = model.holders.fleet.traits(cohorts[now], int(month), words).band.tolist()
        for i, band in zip(now, bands):
            lots[month, cohorts[i], ranks[i] // 50, band].append(channels[i])
    together = [bought for bought in lots.values() if len(bought) > 1]
    assert len(together) > 100
    assert all(len(set(bought)) == 1 for bought in together)
    for (month, cohort, _, band), bought in lots.items():
        apart[month, cell_of(cohort), band].add(bought[0])
    assert sum(len(buyers) > 1 for buyers in apart.values()) > 100


@pytest.mark.parametrize(("packs", "lot"), [(50.0, 1), (1_999.0, 1), (4_000.0, 2), (9_999.0, 4)])
def test_a_lot_is_as_many_real_packs_at_any_scale(packs, lot):
    """A lot holds as many simulated packs as make up its real ones, and never less than one."""
    case = CHINA.with_(scale=2_000, until="2021-01", parameters={"tender_lot": packs})
    assert live(case).holders.lot == lot
