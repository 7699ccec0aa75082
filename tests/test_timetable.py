"""The timetable: a year at a time gives what month by month gives, and all runs of one world share it."""

import numpy as np
import pytest

import govmodel as gm
from govmodel import facts
from govmodel.chain import timetable as room
from govmodel.chain.timetable import RENEWED, timetable_of
from tests.worlds import CHINA, NEW_COHORTS, live, sale_month

COUNTRY = facts.load("china")
FLOOD = {"from": "2024-03", "until": "2024-05", "factor": 6.0}
WORN_OUT = {"life_multiplier": 0.5, "accident_rate": 0.02, "replaced_household": 1.0, "replacement_vehicle_age": 0.0}


def months_of(case, seed=3) -> list:
    """Read a timetable through: cohorts, ranks and causes of every month, and the packs that replace others."""
    timetable = timetable_of(COUNTRY, case, seed)
    return [timetable.month(month) for month in range(case.start, case.until + 1)]


WORLDS = {
    "plain": CHINA.with_(scale=2000),
    "starts and ends within a year": CHINA.with_(scale=2000, start="2023-05", until="2026-08"),
    "campaigns": CHINA.with_(
        scale=4000, until="2027-12", early_release=[FLOOD, FLOOD | {"factor": 0.3, "until": "2025-01"}]
    ),
    "packs that wear out at once": CHINA.with_(scale=2000, until="2030-12", parameters=WORN_OUT),
}


@pytest.mark.parametrize("case", WORLDS.values(), ids=WORLDS)
def test_a_year_at_a_time_is_month_by_month(case, monkeypatch):
    """However many months are worked out at once, the same packs come loose in the same months for the same causes."""
    kept = months_of(case)
    monkeypatch.setattr(room, "FEW", 0)
    streamed = months_of(case)
    assert sum(loose.rows.shape[1] for loose in kept) > 1000
    for one, other in zip(kept, streamed, strict=True):
        assert np.array_equal(one.rows, other.rows)
        assert np.array_equal(one.replaced, other.replaced)


def test_packs_that_replace_others_may_be_replaced_within_the_year():
    """The world that tries this has packs that come into vehicles and wear out in one year."""
    case = WORLDS["packs that wear out at once"]
    months = np.arange(case.start, case.until + 1)
    again = 0
    for month, loose in zip(months, months_of(case)):
        cohort, _, cause, _ = loose.rows
        young = (cohort >= NEW_COHORTS) & (sale_month(cohort) // 12 == month // 12)
        again += np.count_nonzero(young & (cause == RENEWED))
    assert again > 0


def test_every_renewed_pack_is_replaced_in_its_cell():
    """As many new packs go into vehicles, cell by cell, as batteries ended in vehicles that drive on."""
    for loose in months_of(WORLDS["plain"]):
        cohort, _, cause, decided = loose.rows
        assert np.array_equal(np.bincount(cohort[cause == RENEWED] % 248, minlength=248), loose.replaced)
        assert not decided.any()


def test_runs_of_one_world_share_a_timetable_that_nobody_can_change():
    """Structures and levers have one timetable; another seed, scale or lifetime has its own."""
    case = WORLDS["plain"]
    mine = timetable_of(COUNTRY, case, 3)
    for same in (case.with_(structure="collaborative"), case.with_(levers={"subsidy": 20.0}, without=["trust"])):
        assert timetable_of(COUNTRY, same, 3) is mine
    for other in (
        case.with_(scale=2001),
        case.with_(parameters={"replaced_bus": 0.9}),
        case.with_(early_release=[FLOOD]),
    ):
        assert timetable_of(COUNTRY, other, 3) is not mine
    assert timetable_of(COUNTRY, case, 4) is not mine
    room.forget()
    assert timetable_of(COUNTRY, case, 3) is not mine
    with pytest.raises(ValueError, match="read-only"):
        mine.month(case.start).rows[0] = 0


def test_a_run_whose_timetable_is_not_kept_gives_the_same_bytes(monkeypatch):
    """A large fleet is lived like a small one, and a branch finds its month again."""
    case = CHINA.with_(scale=20000, until="2025-12")
    kept = live(case, 5)
    assert kept.holders.timetable._kept
    monkeypatch.setattr(room, "FEW", 0)
    streamed = live(case, 5)
    trunk = gm.GovernanceModel(case, rng=5)
    for _ in range(31):
        trunk.step()
    branched = gm.branch(trunk)
    while branched.running:
        branched.step()
    for one in (streamed, branched):
        assert not one.holders.timetable._kept
        for mine, other in zip(one.holders.events.columns(), kept.holders.events.columns(), strict=True):
            assert np.array_equal(mine, other)
        assert np.array_equal(one.holders.gone, kept.holders.gone)
