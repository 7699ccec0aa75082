"""Goals and demands: every lever is wanted up and down, every wish has its reason, no seat has only one wish."""

import csv
import tomllib
from collections import defaultdict

import pytest

from govmodel.case.levers import FACTS_FOLDER, LEVERS, SEATS

CHINA = FACTS_FOLDER / "china"
GRADES = {0.25, 0.5, 0.75, 1.0}
GOALS = tomllib.loads((CHINA / "goals.toml").read_text(encoding="utf-8"))
WANTED = {
    "central_government": {"licensed_share", "treasury", "safety"},
    "provinces": {"licensed_share", "purse", "livelihoods"},
    "automakers": {"profit", "duty"},
    "battery_makers": {"profit", "supply"},
    "recyclers": {"profit", "utilisation", "feed_price"},
    "workshops": {"income", "risk"},
    "associations": {"kept_word", "members_profit"},
    "consumers": {"price", "safety", "trust"},
}


def demands() -> list[dict]:
    with (CHINA / "demands.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_every_seat_has_its_goals_and_their_weights_sum_to_one():
    assert tuple(GOALS) == SEATS
    for seat, goals in GOALS.items():
        assert set(goals) == WANTED[seat]
        assert sum(goal["weight"] for goal in goals.values()) == pytest.approx(1.0, abs=1e-9)
        for goal in goals.values():
            assert goal["better"] in ("more", "less") and goal["scale"] > 0 and goal["why"]
            assert chinese(goal["title_zh"]) and chinese(goal["what_zh"]) and goal["what"].endswith(".")


def test_every_goal_has_three_to_ten_demands_on_levers_that_exist_each_once():
    by_goal = defaultdict(list)
    for row in demands():
        assert abs(float(row["size"])) in GRADES, row
        by_goal[row["seat"], row["goal"]].append(row["lever"])
    assert set(by_goal) == {(seat, goal) for seat, goals in WANTED.items() for goal in goals}
    for where, levers in by_goal.items():
        assert 3 <= len(levers) <= 10 and len(set(levers)) == len(levers), where
        assert set(levers) <= set(LEVERS), where


def test_every_demand_gives_its_reason_in_both_languages():
    for row in demands():
        assert row["reason"].isascii() and row["reason"].endswith("."), row
        assert chinese(row["reason_zh"]) and row["reason_zh"].endswith("\u3002"), row
    assert len({row["reason"] for row in demands()}) == len(demands())


def test_every_lever_is_wanted_up_by_one_seat_and_down_by_another():
    up, down = defaultdict(set), defaultdict(set)
    for row in demands():
        (up if float(row["size"]) > 0 else down)[row["lever"]].add(row["seat"])
    for lever in LEVERS:
        assert up[lever] and down[lever] and len(up[lever] | down[lever]) > 1, lever


def test_no_seat_wants_only_more_or_only_less():
    """Every seat has wishes in both directions, so none is for governing as such nor against it."""
    signs = defaultdict(set)
    for row in demands():
        signs[row["seat"]].add(float(row["size"]) > 0)
    assert all(signs[seat] == {True, False} for seat in SEATS)
