"""Flips and robustness: less can be better, chances count every structure, single changes change what they say."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from govmodel.study.flips import false_alarms, look
from govmodel.study.merit import ARMS, COST, GAIN, PLACE
from govmodel.study.robustness import PUBLISHED, _alone, changed
from tests.test_flips import COUNCIL, FIRMS, MARKET, STATE, sweep  # noqa: F401
from tests.test_robustness import SMALL, made


def test_a_lead_in_fewer_fires_or_lower_cost_is_as_sure_as_one_in_more_energy(sweep):  # noqa: F811
    """Where less is better, the one with least surely leads, and the one with most does not."""
    found = look(sweep)
    values = found.values.copy()
    values[:, ARMS.index(STATE), PLACE["fires"]] -= 50.0
    found = replace(found, values=values)
    assert found.leads("fires", STATE).all() and found.sure["fires"].all()
    assert found.leads(COST, MARKET).all() and found.sure[COST].all()
    values[:, ARMS.index(STATE), PLACE["fires"]] += 50.0
    values[:, ARMS.index(STATE), PLACE["fires"]] += 50.0  # the most of all: nobody's lead is surer for it
    assert not replace(found, values=values).leads("fires", STATE).any()


def test_the_chance_that_a_factor_moves_the_answer_counts_every_structure(sweep):  # noqa: F811
    """The exact chance of the lead that moves most, times the four structures that could have moved."""
    found = look(sweep)
    moves = found.moves()
    row = moves.set_index(["criterion", "factor"]).loc[("formal_share", "detection")]
    assert row["chance"] == pytest.approx(len(ARMS) * 2 / comb(24, 12))
    assert false_alarms(moves) == pytest.approx(0.05 * len(moves))


def test_points_at_the_middle_belong_to_the_low_half_as_its_name_says(sweep):  # noqa: F811
    found = look(sweep)
    points = found.points.assign(detection=np.repeat([1.0, 2.0, 3.0], 8))
    (low, at_low), (high, at_high) = replace(found, points=points).sides("detection")
    assert (low, high) == ("<= 2", "> 2")
    assert at_low.tolist() == [True] * 16 + [False] * 8 and at_high.tolist() == (~at_low).tolist()


def test_levels_hold_every_structure_against_the_market():
    """Firms gain ten more than the market and the state three, draw by draw, whatever luck does to all of them."""
    found = made()
    found.ensembles[0].values[:, ARMS.index(STATE), PLACE[GAIN]] += 3.0
    table = found.levels().set_index(["ensemble", "structure"])
    assert table.loc[PUBLISHED, f"{GAIN}_extra"].to_dict() == {MARKET: 0.0, STATE: 3.0, FIRMS: 10.0, COUNCIL: 0.0}


def test_every_single_change_does_what_it_is_called():
    alone, usual = _alone(), SMALL.parameters
    for name, parameter, wanted in (
        ("legitimacy 0", "legitimacy", 0.0),
        ("awareness worth nothing", "awareness_weight", 0.0),
        ("quorum 0", "quorum", 0.0),
        ("quorum 0.5", "quorum", 0.5),
        ("ambition 0", "ambition", 0.0),
        ("ambition 0.5", "ambition", 0.5),
        ("tolerance halved", "talk_tolerance", 0.5 * usual["talk_tolerance"]),
        ("tolerance doubled", "talk_tolerance", 2.0 * usual["talk_tolerance"]),
    ):
        for case in changed(SMALL, alone[name]):
            assert case.parameters[parameter] == wanted, name
            assert case.with_(parameters={parameter: usual[parameter]}).parameters == usual, name
    council = changed(SMALL, alone["no mediator"])[3].governing.stages[0].structure
    assert council.settles == "court" and "mediation" not in council.levers
    assert changed(SMALL, alone["no convener"])[3].governing.stages[0].structure.convener == 0.0
