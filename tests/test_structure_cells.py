"""Cells of a structure as factors: weights that sum to one, bodies that change, and sweeps over them."""

import pytest

import govmodel as gm
from govmodel.case import structures as room
from govmodel.case.levers import SEATS
from govmodel.case.structure_cells import cells, changed
from govmodel.study import sweep as sweeps

COUNCIL = room.load("collaborative")


def governed(values, of=COUNCIL):
    """Parse a structure with some cells changed, and give what governs in 2026."""
    return room.parse(changed(of, "china", values), "china", "test").stages[0].structure


def test_a_weight_holds_and_the_others_keep_their_proportions():
    before, after = COUNCIL.stages[0].structure, governed({"weight.workshops": 0.3})
    heard = [lever for lever, right in before.levers.items() if "workshops" in right.weights]
    assert 0 < len(heard) < len(before.levers)
    for lever, right in after.levers.items():
        old = before.levers[lever].weights
        if lever not in heard:
            assert dict(right.weights) == dict(old), lever
            continue
        assert right.weights["workshops"] == pytest.approx(0.3), lever
        rest = [seat for seat in SEATS if seat != "workshops" and seat in old]
        ratios = {round(right.weights[seat] / old[seat], 9) for seat in rest}
        assert len(ratios) == 1, lever
    assert after.meets_every == before.meets_every and dict(after.pays) == dict(before.pays)


def test_a_lever_of_its_own_goes_before_all_and_none_leaves_a_seat_out():
    after = governed({"weight.workshops": 0.0, "weight.workshops.fine": 0.2, "rule.fine": "consensus"})
    assert after.levers["fine"].weights["workshops"] == pytest.approx(0.2)
    assert after.levers["fine"].rule == "consensus"
    assert all("workshops" not in right.weights for name, right in after.levers.items() if name != "fine")


def test_who_decides_alone_keeps_deciding_alone():
    table = {"base": "collaborative", "levers": {"fine": {"weights": {"provinces": 1.0}}}}
    own = room.parse(table, "china", "test")
    after = governed({"weight.provinces": 0.4}, own)
    assert dict(after.levers["fine"].weights) == {"provinces": 1.0}
    shared = governed({"weight.provinces": 0.4, "weight.recyclers.fine": 0.6}, own)
    assert shared.levers["fine"].weights["recyclers"] == pytest.approx(0.6)


def test_every_stage_of_a_path_changes():
    path = room.load("maturing")
    after = room.parse(changed(path, "china", {"body.rounds": 0}), "china", "test")
    assert len(after.stages) == len(path.stages) and {stage.structure.rounds for stage in after.stages} == {0}


def test_no_value_changes_nothing_and_names_are_complete():
    assert room.parse(changed(COUNCIL, "china", {}), "china", "test").stages == COUNCIL.stages
    known = cells("china")
    assert {"body.convener", "rule.fine", "weight.workshops", "weight.workshops.fine"} <= set(known)


def ends(factors, place: int) -> dict:
    """Give every factor its first or its last value."""
    return {one["name"]: one.get("range", one.get("values"))[place] for one in factors}


def study(factors, **changes) -> dict:
    """Write a small study over a structure's cells."""
    return {
        "question": "?",
        "changes": {"scale": 200000, "start": "2026-01", "until": "2026-08"},
        "structures": ["collaborative", "market"],
        "design": {"method": "list", "points": [ends(factors, 0), ends(factors, -1)]},
        "factors": factors,
        "outcomes": [{"name": "talks", "indicator": "talks_cost", "from": "2026-01", "until": "2026-08"}],
    } | changes


def test_a_sweep_varies_the_body_of_the_arm_that_has_one(tmp_path):
    factor = {"name": "body.rounds", "kind": "structure", "values": [0, 3]}
    swept = sweeps.sweep(study([factor]), tmp_path / "out", engine="serial")
    talks = swept.runs.set_index(["structure", "body.rounds"])["talks"]
    assert swept.failed == 0 and talks["collaborative", 3] > talks["collaborative", 0] >= 0.0
    assert talks["market", 3] == talks["market", 0]  # nobody talks there, however long they might


@pytest.mark.parametrize(
    "factors, named",
    [
        ([{"name": "weight.nobody", "kind": "structure", "range": [0.0, 1.0]}], "weight.nobody"),
        ([{"name": "weight.workshops", "kind": "structure", "range": [0.0, 1.5]}], "1.5"),
        ([{"name": "body.rounds", "kind": "structure", "range": [0.0, 3.0]}], "values"),
        ([{"name": "weight.workshops", "kind": "structure", "range": [0.1, 0.7]},
          {"name": "weight.recyclers", "kind": "structure", "range": [0.1, 0.7]}], "at most 1"),
    ],
)  # fmt: skip
def test_cells_that_cannot_be_are_refused(factors, named, tmp_path):
    with pytest.raises(gm.InputError, match=named):
        sweeps.sweep(study(factors), tmp_path / "out", engine="serial")
