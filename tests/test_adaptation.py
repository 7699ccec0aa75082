"""Adaptation: experience-weighted attraction against its own special cases and against odds worked out by hand."""

import numpy as np

from govmodel.foundations import draws
from govmodel.mechanisms.adaptation import Learner


def waits(actors: int, options: int, ordinal: int) -> np.ndarray:
    codes = np.array([draws.code("channel", ordinal, option) for option in range(options)], np.uint64)
    return draws.exponential(draws.words(draws.holder_words(5, np.arange(actors)), codes)).T


def test_odds_are_those_of_a_logit():
    learner = Learner(20_000, 3)
    learner.attraction += [0.0, 0.5, 1.0]
    picked = np.bincount(learner.choose(waits(20_000, 3, 0), 2.0), minlength=3) / 20_000
    odds = np.exp([0.0, 1.0, 2.0])
    assert np.allclose(picked, odds / odds.sum(), atol=0.015)


def test_the_better_option_is_learnt_with_and_without_having_been_tried():
    for foregone in (0.0, 1.0):
        learner = Learner(500, 2)
        for quarter in range(60):
            learner.learn(np.tile([1.0, 2.0], (500, 1)), 0.9, foregone, 0.2)
            learner.choose(waits(500, 2, quarter), 1.0)
        assert (learner.chosen == 1).mean() > 0.65


def test_without_foregone_payoffs_an_option_never_chosen_stays_as_it_was():
    learner = Learner(1, 2)
    learner.learn(np.array([[1.0, 5.0]]), 0.9, 0.0, 0.0)
    assert learner.attraction[0, 1] == 0.0
    assert learner.attraction[0, 0] > 0.0


def test_belief_learning_with_perfect_memory_is_the_mean_of_payoffs():
    learner = Learner(1, 2)
    learner.experience[:] = 0.0
    payoffs = np.array([[1.0, 2.0], [3.0, 0.0], [2.0, 4.0]])
    for payoff in payoffs:
        learner.learn(payoff[None, :], 1.0, 1.0, 0.0)
    assert np.allclose(learner.attraction[0], payoffs.mean(axis=0))


def test_what_is_not_allowed_is_not_chosen():
    learner = Learner(300, 3)
    learner.attraction += [0.0, 9.0, 0.0]
    allowed = np.tile([True, False, True], (300, 1))
    assert not (learner.choose(waits(300, 3, 1), 1.0, allowed) == 1).any()


def test_state_comes_back():
    learner = Learner(4, 3)
    learner.learn(np.arange(12.0).reshape(4, 3), 0.9, 0.5, 0.2)
    learner.choose(waits(4, 3, 2), 1.0)
    other = Learner(4, 3)
    other.restore(learner.state())
    assert np.array_equal(other.state(), learner.state())
    assert other.chosen.dtype == np.int64


def test_lock_in_keeps_experience_from_piling_up():
    """Fully locked in, experience stays one and payoffs add up; not locked in, they are averaged."""
    locked, free = Learner(1, 2), Learner(1, 2)
    for _ in range(2):
        locked.learn(np.array([[1.0, 2.0]]), 0.9, 1.0, 1.0)
        free.learn(np.array([[1.0, 2.0]]), 0.9, 1.0, 0.0)
    assert locked.experience[0] == 1.0 and free.experience[0] == 1.0 + 0.9 * 1.9
    assert np.allclose(locked.attraction[0], [1.9, 3.8])
    assert np.allclose(free.attraction[0], np.array([1.9, 3.8]) / free.experience[0])
