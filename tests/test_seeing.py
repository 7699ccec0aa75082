"""What a body sees is what its structure lets it see; and what has become of goals is remembered by `seat_memory`."""

import numpy as np
import pytest

from govmodel.foundations.calendar import EXPERIMENT_FROM
from govmodel.model import GovernanceModel
from govmodel.structures.sight import OWN, POOLED, REPORTED
from tests.worlds import CHINA, lived

SMALL = CHINA.with_(start="2024-01", until="2027-12", scale=200_000)
SIGHTS = {"own": OWN, "reported": REPORTED, "pooled": POOLED}


def council(sees: str):
    """Give a council that sees so much, and no more."""
    return SMALL.with_(structure={"base": "collaborative", "body": {"sees": sees}})


@pytest.mark.parametrize("sees", SIGHTS)
def test_a_body_sees_what_its_structure_lets_it_see(sees):
    """Before 2026 all see what is reported; from then on seats expect what the body they sit in can see."""
    model, looked = GovernanceModel(council(sees), rng=3), []
    see = model.council.sight.seen
    model.council.sight.seen = lambda truth, how: looked.append((model.month, how)) or see(truth, how)
    while model.running:
        model.step()
    assert {how for month, how in looked if month < EXPERIMENT_FROM} == {REPORTED}
    assert {how for month, how in looked if month >= EXPERIMENT_FROM} == {SIGHTS[sees]}


def test_seats_that_see_scans_alone_expect_less_than_those_that_pool_their_books():
    """What scans show of the licensed share is less than what licensed firms truly took."""
    own, pooled = (lived(council(sees)).council for sees in ("own", "pooled"))
    assert (own.usual[own.shared] < pooled.usual[own.shared] - 0.01).all()


def test_the_state_of_a_goal_keeps_the_part_that_seats_remember():
    """A quarter later it is the old state by `seat_memory` and the quarter's truth by the rest."""
    model = GovernanceModel(SMALL.with_(until="2025-06", parameters={"seat_memory": 0.8}), rng=3)
    measure, truth = model.council.sight.truth, []
    model.council.sight.truth = lambda levers: truth.append(measure(levers)) or truth[-1]
    while model.month < model.until:
        model.step()
    before, count = model.council.now.copy(), len(truth)
    model.step()
    assert len(truth) == count + 1 and not np.allclose(before, truth[-1])
    assert np.allclose(model.council.now, 0.8 * before + 0.2 * truth[-1])
