"""What seats measure and remember, what a body costs, and how its minutes put it, each held against its parts."""

import re

import numpy as np
import pytest

from govmodel.actors.fates import LICENSED
from govmodel.case import structures as structure_room
from govmodel.structures import goals
from govmodel.structures.minutes import sentences
from govmodel.structures.sight import TO_BATTERY_MAKERS
from tests.worlds import CHINA, live, lived

P = CHINA.parameters
SMALL = CHINA.with_(until="2029-12", scale=50_000)
COUNCIL = SMALL.with_(structure="collaborative")


def measured(model) -> dict:
    """Measure every goal in the last quarter of a world that has lived, by seat and name."""
    model.month -= 1  # within the record
    return dict(zip(((goal.seat, goal.name) for goal in goals.load()), model.council.sight.truth(model.council._law)))


def test_battery_makers_count_what_comes_back_once_whoever_works_it():
    """What plants work for a fee came through battery makers' outlets before: it is part of what came back."""
    model = live(SMALL)
    model.record.series["contracts"][-3:, 6:8] = 2e9, 1e9  # Wh a month under contract, and worked for a fee
    usual = model.makers_books.usual
    wanted = usual[0][TO_BATTERY_MAKERS].sum() / usual[2, 0]
    assert measured(model)["battery_makers", "supply"] == pytest.approx(wanted) and 0 < wanted < 1


def test_recyclers_hold_their_own_bids_against_the_workshops():
    """The gap in feed prices is the workshops' premium over licensed bids, as the indicators have it."""
    model = live(SMALL)
    premium = model.indicators["workshop_premium_lfp"].iloc[-1]
    assert premium > 0.05
    assert measured(model)["recyclers", "feed_price"] == pytest.approx(premium, abs=0.3 * premium)


def test_a_body_that_sees_scans_alone_counts_the_rest_by_a_quarter_of_a_years_life_table():
    """What is not traced it takes to have retired as sales and a life table say, a quarter of the last year's."""
    model = live(SMALL)
    model.month -= 1  # within the record
    council, usual = model.council, model.makers_books.usual
    scanned, true, released = usual[1] @ LICENSED, usual[0] @ LICENSED, usual[0].sum()
    assumed = council.sight.assumed[model.month - 11 : model.month + 1].sum() * 1e9 / 4
    wanted = scanned / (scanned / true * released + (1 - scanned / true) * assumed)
    seen = council.sight.seen(council.now, 0)[council.shared]
    assert np.allclose(seen, wanted) and 0.01 < wanted < 1


def test_what_others_bear_of_inspections_goes_back_to_the_provinces():
    """Provinces pay inspectors, so that who shares the cost pays provinces back, and not the treasury."""
    shared = {"base": "government_led", "levers": {"inspection": {"pays": {"provinces": 0.5, "workshops": 0.5}}}}
    books = lived(SMALL.with_(structure=shared, scale=200_000)).table("ledger")
    back = books[(books["purpose"] == "shared cost of levers") & (books["payer"] == "governing_pool")]
    assert back["payee"].str.startswith("province_").all()
    spent = books[(books["purpose"] == "inspections") & books["month"].between("2026-01", "2029-09")]["yuan"].sum()
    assert back["yuan"].sum() == pytest.approx(0.5 * spent, rel=1e-3)


def test_a_paragraph_says_which_way_a_seat_asked_what_it_saw_and_where_it_went():
    """More or less, seen and hoped for, asked and settled at stand in the sentences as in the table, in their order."""
    table = lived(COUNCIL).table("minutes")
    asking = table[(table["asked"].abs() >= 0.05)]
    told = " ".join(sentences(table))
    wishes = re.findall(r"asked for (more|less) \((\S+) of a step\)", told)
    assert wishes == [("more" if size > 0 else "less", f"{abs(size):.2f}") for size in asking["asked"]]
    moved = asking[(asking["weight"] > 0) & ((asking["settled_at"] - asking["asked"]).abs() >= 0.05)]
    moves = re.findall(r"came from (\S+) to (\S+?)[,.] ", told)
    assert moves == [(f"{one:+.2f}", f"{other:+.2f}") for one, other in zip(moved["asked"], moved["settled_at"])]
    seen, hoped = asking.iloc[0][["seen", "aspiration"]]
    goals_seen = re.search(r"stood at (\S+).*? where (\S+) had been", told).groups()
    assert [float(one) for one in goals_seen] == [float(f"{value:.3g}") for value in (seen, hoped)]


def test_seats_remember_every_meeting_as_ended_well_or_badly():
    """What is remembered of a meeting that a seat sat in is one in all: the well-ended part, and the rest."""
    model = lived(COUNCIL.with_(parameters={"seat_trust_forgetting": 1.0}, scale=200_000))
    good, bad = model.council.good, model.council.bad
    assert good.any() and bad.any()
    sat = np.rint(good + bad)
    assert np.allclose(good + bad, sat) and sat.max() <= model.indicators["meetings"].sum()


def test_a_meeting_costs_by_the_seats_that_have_a_say():
    """With nothing to pay but seats at meetings, fifteen quarters of eight seats are billed by the end of 2029."""
    free = {"round_cost": 0.0, "convener_cost": 0.0, "meeting_cost": 1.0}
    model = lived(COUNCIL.with_(parameters=free, scale=200_000))
    seats = {seat for right in structure_room.load("collaborative").stages[0].structure.levers.values()
             for seat in right.weights}  # fmt: skip
    assert model.indicators["talks_cost"].sum() == pytest.approx(15.0 * len(seats))


def test_nobody_hopes_for_more_than_all_or_for_fewer_than_no_fires():
    """However ambitious seats are, they hope for a whole share at most, and for no fires and no risk at best."""
    hopes = lived(SMALL.with_(parameters={"ambition": 1.0}, scale=200_000)).council.hopes
    bounded = [(goal, hope) for goal, hope in zip(goals.load(), hopes) if goal.unit == "share" and goal.better > 0]
    assert max(hope for _, hope in bounded) == 1.0
    assert min(hope for goal, hope in zip(goals.load(), hopes) if goal.name in ("safety", "risk")) == 0.0


def test_the_risk_of_a_workshop_is_that_of_the_usual_one():
    """Risks of provinces are averaged over the workshops in them, so that none is above the worst province's."""
    model = live(SMALL)
    plan = model.workshops.last_plan
    risk = measured(model)["workshops", "risk"]
    assert risk == pytest.approx(np.average(plan.risk, weights=plan.ground.active)) and 0 < risk <= plan.risk.max()
