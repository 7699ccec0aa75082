"""What governing costs, how standing is signed, and how far a decision moves a lever; each held against its parts."""

import numpy as np
import pytest

from govmodel.case import structures as structure_room
from govmodel.case.levers import LEVERS, SEATS
from tests.worlds import CHINA, live, lived

P = CHINA.parameters
SMALL = CHINA.with_(until="2029-12", scale=200_000)
COUNCIL = SMALL.with_(structure="collaborative")
FREE = {"round_cost": 0.0, "convener_cost": 0.0, "meeting_cost": 0.0, "platform_cost": 0.0}
QUARTERS = 15  # of 2026 to 2029 whose bills are paid by the end of 2029


def test_a_seat_stands_better_the_more_its_goals_have_moved_the_way_that_is_better_for_them():
    """Each goal moved by half of what counts as missing it lifts its seat by half its weight, fires and prices too."""
    council = live(SMALL).council
    base = council.first[0] / council.first[1]
    assert {goal.better for goal in council.goals} == {1.0, -1.0}
    for place, goal in enumerate(council.goals):
        council.now = base.copy()
        council.now[place] += 0.5 * goal.better * goal.scale
        wanted = np.where(np.arange(len(SEATS)) == SEATS.index(goal.seat), 0.5 * goal.weight, 0.0)
        assert np.allclose(council.standing(), wanted, atol=1e-9), (goal.seat, goal.name)


@pytest.mark.parametrize(
    ("parameter", "indicator"), [("convener_cost", "talks_cost"), ("platform_cost", "platform_cost")]
)
def test_a_convener_and_a_platform_cost_by_the_year(parameter, indicator):
    """With nothing else to pay, fifteen quarters of a yearly price are fifteen fourths of it."""
    body = structure_room.load("collaborative").stages[0].structure
    share = body.convener if parameter == "convener_cost" else 1.0
    table = lived(COUNCIL.with_(parameters=FREE | {parameter: 40.0})).indicators
    assert share > 0.0 and body.sees == "pooled"
    assert table[indicator].sum() == pytest.approx(QUARTERS / 4.0 * 40.0 * share)


def test_a_round_of_talk_costs_by_the_seats_that_talk_in_it():
    """Levers that several seats talk about cost several times as much a round; who only listens costs nothing."""
    model = lived(COUNCIL.with_(parameters=FREE | {"round_cost": 1.0}))
    table = model.table("minutes")
    table = table[table["month"] < "2029-12"]  # the last bill is paid after the end
    asks = table["asked"].abs() >= P["asks_least"]
    talks = table[(table["weight"] > 0) & (asks | table["rule"].isin(["decree", "leader"]))]
    assert model.indicators["talks_cost"].sum() == pytest.approx(talks["rounds"].sum())
    assert talks.groupby(["month", "lever"]).size().max() > 1


def test_a_decree_moves_a_lever_by_the_part_of_a_step_that_its_seat_asks_for():
    right = {"rule": "decree", "weights": {"provinces": 1.0}}
    base = structure_room.load("market").to_dict("china")
    table = {"id": "one", "body": base["body"], "levers": {"inspection": right, "formalisation_support": right},
             "frozen": [name for name in LEVERS if name not in ("inspection", "formalisation_support")]}  # fmt: skip
    minutes = lived(SMALL.with_(structure=table, until="2031-12")).table("minutes")
    moved = minutes[(minutes["outcome"] == "moved") & (minutes["weight"] > 0)]
    inside = [LEVERS[name].bounds[0] < new < LEVERS[name].bounds[1] for name, new in zip(moved["lever"], moved["new"])]
    moved = moved[inside]
    steps = moved["lever"].map(lambda name: LEVERS[name].step)
    assert len(moved) > 1 and (moved["asked"].abs() < 0.95).any()
    assert np.allclose(moved["new"] - moved["old"], steps * moved["asked"])
