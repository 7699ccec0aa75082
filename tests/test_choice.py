"""Choice: the odds are those of a logit, and luck belongs to the holder, the decision and the channel."""

import numpy as np
import pytest

from govmodel.facts import CHANNELS
from govmodel.foundations import draws
from govmodel.mechanisms.choice import CHANNEL_CODES, choose_channel
from govmodel.model import GovernanceModel
from tests.worlds import CHINA

MANY = 400_000
HOLDERS = draws.holder_words(12345, np.arange(MANY))
FIRST = np.zeros(MANY, np.int64)
UTILITY = np.array([0.3, -0.4, 0.0, 1.1, 0.7, -2.0])


def choose(utility, holders=HOLDERS, ordinal=FIRST) -> np.ndarray:
    """Let many holders of equal utility choose."""
    waits = draws.exponential(draws.words(holders, CHANNEL_CODES, ordinal))
    return choose_channel(np.repeat(np.asarray(utility, float)[:, None], len(holders), axis=1), waits)


# The 1 - 1e-6 point of chi-square with 5 degrees of freedom is 35.9; seeds are fixed, so a pass stays a pass.
@pytest.mark.parametrize(
    "utility", [UTILITY, np.zeros(6), UTILITY * 3, UTILITY + 50.0, [-5.0, -4.0, -3.0, -2.0, -1.0, 0.0]]
)
def test_odds_are_those_of_a_logit(utility):
    """Shares of the channels agree with exp(V) over its sum, by chi-square."""
    utility = np.asarray(utility)
    chance = np.exp(utility - utility.max())
    expected = MANY * chance / chance.sum()
    counts = np.bincount(choose(utility), minlength=6)
    assert ((counts - expected) ** 2 / expected).sum() < 35.9


def test_later_decisions_have_the_same_odds_and_luck_of_their_own():
    """A holder's second decision is as likely to fall on a channel as the first, and does not depend on it."""
    first, second = choose(UTILITY), choose(UTILITY, ordinal=FIRST + 1)
    chance = np.exp(UTILITY) / np.exp(UTILITY).sum()
    expected = MANY * np.outer(chance, chance)
    counts = np.zeros((6, 6))
    np.add.at(counts, (first, second), 1)
    assert ((counts - expected) ** 2 / expected).sum() < 35 + 6 * np.sqrt(2 * 35)


def test_order_and_company_do_not_matter():
    """A holder chooses the same alone, in a crowd and in another order."""
    crowd = choose(UTILITY)
    some = np.random.default_rng(1).permutation(MANY)[:1000]
    assert np.array_equal(choose(UTILITY, HOLDERS[some], FIRST[some]), crowd[some])
    assert choose(UTILITY, HOLDERS[7:8], FIRST[7:8])[0] == crowd[7]


@pytest.mark.parametrize("channel", range(6))
def test_a_reward_to_one_channel_moves_nobody_between_two_others(channel):
    """Pack by pack: whoever changes at all changes to the rewarded channel, and nobody leaves it."""
    before = choose(UTILITY)
    reward = np.zeros(6)
    reward[channel] = 0.8
    after = choose(UTILITY + reward)
    moved = before != after
    assert moved.sum() > 1000
    assert (after[moved] == channel).all()
    assert not (before[moved] == channel).any()


def test_equal_rewards_to_all_move_nobody():
    """Only differences of utility count."""
    assert np.array_equal(choose(UTILITY), choose(UTILITY + 3.0))


def test_certain_channels_are_chosen():
    """A channel far better than the others is always taken, one far worse never."""
    assert (choose([0, 0, 60.0, 0, 0, 0]) == 2).all()
    assert not (choose([0, 0, 0, -60.0, 0, 0]) == 3).any()


# the same in a whole world


def decisions(levers: dict) -> dict[int, tuple]:
    """Run to the month in which the levers begin; that month's choices by pack: route and channel."""
    case = CHINA.with_(
        scale=400,
        until="2026-01",
        levers={name: {"2026-01": value} for name, value in levers.items()},
        parameters={"perceived_detection": 0.0, "trust_weight": 0.5},  # a penalty would rise with licensed prices
    )
    model = GovernanceModel(case, rng=3)
    while model.running:
        model.step()
    frame = model.table("packs")
    frame = frame[frame["month"] == "2026-01"]
    return {
        pack: (route, way.split(":")[0])
        for pack, route, way in zip(frame["pack"], frame["route"], frame["disposition"])
    }


def test_a_premium_at_makers_outlets_moves_packs_only_to_them():
    """In the month a buy-back premium begins, no freely choosing pack moves between two channels it does not touch."""
    makers = {"automaker_outlet", "battery_maker_outlet"}
    before, after = decisions({}), decisions({"buyback_premium": 40.0})
    assert before.keys() == after.keys()
    moved = 0
    for pack, (route, channel) in before.items():
        assert after[pack][0] == route
        if route in ("fleet_tender", "second_life_return"):
            continue  # a tender compares bids, it is not a free choice
        if after[pack][1] != channel:
            moved += 1
            assert after[pack][1] in makers
            assert channel not in makers
    assert moved > 10


def test_a_reward_to_licensed_channels_moves_packs_only_from_unlicensed_ones():
    """In the month a holder reward begins, packs move from workshops and keeping to licensed channels, never back."""
    before, after = decisions({}), decisions({"holder_reward": 60.0})
    unlicensed, moved = {"workshop", "kept"}, 0
    for pack, (route, channel) in before.items():
        if route == "second_life_return":
            assert after[pack] == (route, channel)  # rewards are paid once, at the end of the first life
        elif after[pack][1] != channel and channel in unlicensed:
            moved += 1
            assert after[pack][1] not in unlicensed
        else:
            assert after[pack][1] not in unlicensed or after[pack][1] == channel
    assert moved > 10
    assert set(CHANNELS) >= {channel for _, channel in after.values()}
