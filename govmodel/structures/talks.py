"""Talks: how seats move toward each other, and when a rule calls the result an agreement. Pure rules on arrays.

A position is the part of a lever's step, from -1 to 1, that a seat wants. In a round of talk every seat that has a say
gives way toward what all of them want on average,

    position <- position + give x (common - position)
    give     =  concession x trust x (1 + convener_help x convener) x (1 - exit_weight x satisfaction)

so who trusts moves further, and who does well without an agreement moves less (Ansell and Gash 2008: cheap exit). The
common position weighs seats by their weights, which a convener levels (Ansell and Gash 2008: facilitation where power
is uneven). Decree: the first seat's own wish, nobody talks. Leader: the first seat hears the others once, then decides.
Seats that wish nothing leave a majority or a consensus to those that do. Majority: the wish of the weighted middle
seat, if seats with more than half of the weight that wishes something can live with it, and these are a quorum.
Consensus: the common wish, if every seat that wishes something can live with it.
"""

from typing import NamedTuple

import numpy as np

DECREE, LEADER, MAJORITY, CONSENSUS = range(4)


class Talked(NamedTuple):
    """What came of talking about some levers."""

    settled: np.ndarray  # (levers, seats) where seats stand afterwards
    put: np.ndarray  # (levers,) what is put to the vote
    agreed: np.ndarray  # (levers,) bool
    rounds: np.ndarray  # (levers,) of talk that it took


def give(trust: np.ndarray, satisfaction: np.ndarray, convener: float, p: dict) -> np.ndarray:
    """Say how far each seat gives way in a round, as a share of its distance to the others."""
    helped = p["concession"] * (1.0 + p["convener_help"] * convener)
    return (helped * trust * (1.0 - p["exit_weight"] * satisfaction)).clip(0.0, 1.0)


def influence(weights: np.ndarray, convener: float, p: dict) -> np.ndarray:
    """Say how much each seat counts in talks (levers, seats): its weight, levelled by a convener."""
    seated = weights > 0.0
    equal = seated / np.maximum(seated.sum(axis=1, keepdims=True), 1)
    level = p["convener_levels"] * convener
    return (1.0 - level) * weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12) + level * equal


def proposal(positions: np.ndarray, weights: np.ndarray, counts: np.ndarray, rule: np.ndarray) -> np.ndarray:
    """Say what is put to the vote for each lever: the first seat's wish, the middle one's, or the common one."""
    rows = np.arange(len(positions))
    first = positions[rows, weights.argmax(axis=1)]
    order = positions.argsort(axis=1, kind="stable")
    passed = weights[rows[:, None], order].cumsum(axis=1) >= 0.5 * weights.sum(axis=1)[:, None] - 1e-9
    middle = positions[rows, order[rows, passed.argmax(axis=1)]]
    common = (counts * positions).sum(axis=1)
    return rule.choose((first, first, middle, common))


def accepted(positions: np.ndarray, weights: np.ndarray, put: np.ndarray, rule: np.ndarray, tolerance: float):
    """Say for each lever whether its rule calls `put` an agreement: bool (levers,)."""
    near = np.abs(positions - put[:, None]) <= tolerance + 1e-12
    most = (weights * near).sum(axis=1) > 0.5 * weights.sum(axis=1)
    everybody = (near | (weights == 0.0)).all(axis=1)
    return np.where(rule == CONSENSUS, everybody, np.where(rule == MAJORITY, most, True))


def talk(
    positions: np.ndarray,
    weights: np.ndarray,
    rule: np.ndarray,
    gives: np.ndarray,
    convener: float,
    rounds: int,
    p: dict,
) -> Talked:
    """Let seats talk about several levers: positions and weights (levers, seats), rule (levers,), gives (seats,).

    `weights` of those who take part: they need not sum to one.
    """
    counts = influence(weights, convener, p)
    seated, tolerance = weights > 0.0, p["talk_tolerance"]
    settled, used = np.where(seated, positions, 0.0), np.zeros(len(positions), int)
    for number in range(rounds):
        put = proposal(settled, weights, counts, rule)
        done = accepted(settled, weights, put, rule, tolerance)
        talking = np.where(rule == LEADER, number == 0, ~done) & (rule != DECREE)
        if not talking.any():
            break
        common = (counts * settled).sum(axis=1, keepdims=True)
        moved = settled + gives * (common - settled)
        settled = np.where(talking[:, None] & seated, moved, settled)
        used += talking
    put = proposal(settled, weights, counts, rule)
    return Talked(settled, put, accepted(settled, weights, put, rule, tolerance), used)
