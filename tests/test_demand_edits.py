"""Edits to the demand table: they travel in the case, are refused with their cell, and act from 2026 on."""

import numpy as np
import pytest

import govmodel as gm
from govmodel.case.demands import published
from govmodel.foundations.errors import InputError
from govmodel.snapshot import branch
from govmodel.structures import demands as room
from tests.worlds import CHINA, fingerprint, live

SMALL = CHINA.with_(start="2025-01", until="2027-12", scale=100_000, structure="collaborative")
NOBODY = dict.fromkeys(published(), 0.0)


def test_the_published_cells_are_those_of_the_table():
    assert len(published()) == len(room.load().reasons)
    assert published()["recyclers.profit.subsidy"] == 1.0


def test_an_edit_travels_in_the_case_and_counts_in_its_hash(tmp_path):
    case = SMALL.with_(demands={"recyclers.profit.subsidy": -1, "workshops.risk.deposit": 0.5})
    assert case.demands == {"recyclers.profit.subsidy": -1.0, "workshops.risk.deposit": 0.5}
    case.save(tmp_path / "case.toml")
    again = gm.Case.load(tmp_path / "case.toml")
    assert again.hash == case.hash != SMALL.hash and again.demands == case.demands
    assert case.with_(demands={"workshops.risk.deposit": 0.0}).demands == {"recyclers.profit.subsidy": -1.0}


def test_what_the_table_says_anyway_is_no_edit():
    same = SMALL.with_(demands={"recyclers.profit.subsidy": 1.0, "workshops.risk.deposit": 0.0})
    assert not same.demands and same.hash == SMALL.hash


def test_a_cell_may_be_written_without_quotes():
    written = {"scenario": {"demands": {"recyclers": {"profit": {"subsidy": 0.25}}}}}
    assert gm.Case.from_dict(written).demands == {"recyclers.profit.subsidy": 0.25}


@pytest.mark.parametrize(
    ("cell", "size", "says"),
    [
        ("recycler.profit.subsidy", 0.5, "recyclers"),
        ("recyclers.profits.subsidy", 0.5, "profit"),
        ("recyclers.profit.subsidies", 0.5, "subsidy"),
        ("recyclers.subsidy", 0.5, "seat.goal.lever"),
        ("recyclers.profit.subsidy", 1.5, "-1 to 1"),
        ("recyclers.profit.subsidy", "much", "-1 to 1"),
        ("recyclers.profit.subsidy", True, "-1 to 1"),
        ("recyclers.profit.subsidy", float("nan"), "-1 to 1"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_cell(cell, size, says):
    with pytest.raises(InputError, match=says) as refused:
        SMALL.with_(demands={cell: size})
    assert f"scenario.demands.{cell}" in refused.value.field


def test_demands_that_are_no_table_are_refused():
    with pytest.raises(InputError, match="demands"):
        SMALL.with_(demands=[1])


def test_edits_change_the_sizes_and_say_so_in_the_minutes():
    table = room.edited(SMALL.with_(demands={"consumers.price.deposit": -0.5}))
    changed = np.argwhere(table.size != room.load().size)
    assert len(changed) == 1 and table.size[tuple(changed[0])] == -0.5
    assert "0.5" in table.reasons[tuple(changed[0])][0] and "案例" in table.reasons[tuple(changed[0])][1]


def test_a_council_whose_seats_ask_for_nothing_moves_nothing():
    silent, usual = live(SMALL.with_(demands=NOBODY)), live(SMALL)
    assert silent.indicators["levers_moved"].sum() == 0 < usual.indicators["levers_moved"].sum()


def test_edits_act_from_2026_on_and_a_branch_there_equals_the_run():
    edited = SMALL.with_(demands={cell: -size for cell, size in published().items()})
    trunk = gm.GovernanceModel(SMALL, rng=7)
    for _ in range(12):
        trunk.step()
    grown = branch(trunk, edited)
    while grown.running:
        grown.step()
    assert fingerprint(grown) == fingerprint(live(edited)) != fingerprint(live(SMALL))
    trunk.step()
    with pytest.raises(InputError, match="demands"):
        branch(trunk, edited)
