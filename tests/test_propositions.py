"""Propositions: each is a whole experiment, in both languages, on levers and values that exist."""

import tomllib

import pytest

from govmodel import facts
from govmodel.case.levers import FACTS_FOLDER, LEVERS
from govmodel.foundations.calendar import month_number

TEXTS = ("title", "proposition", "theory", "experiment", "caution")
PROPOSITIONS = tomllib.loads((FACTS_FOLDER / "china" / "propositions.toml").read_text(encoding="utf-8"))["propositions"]


def test_there_are_enough_and_each_has_a_name_of_its_own():
    assert len(PROPOSITIONS) >= 12
    assert len({one["id"] for one in PROPOSITIONS}) == len(PROPOSITIONS)


@pytest.mark.parametrize("one", PROPOSITIONS, ids=[one["id"] for one in PROPOSITIONS])
def test_each_is_a_whole_experiment(one):
    assert all(one[text] and one[text].isascii() for text in TEXTS)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one[f"{text}_zh"]) for text in ("title", "proposition"))
    assert one["source"] in facts.load().sources or one["source"] == "ASSUMED"
    assert one["expected"] in ("+", "-") and one["measure"] in ("mean", "mean_absolute", "ratio") and one["indicator"]
    since, until = (month_number(month, one["id"]) for month in one["period"])
    assert month_number("2026-01", "") <= since < until <= month_number("2035-12", "")
    assert one["a"] != one["b"]
    for arm in (one["a"], one["b"]):
        assert set(arm) <= {"structure", "levers", "parameters", "policies", "frozen"}
        for name, given in arm.get("levers", {}).items():
            lowest, highest = LEVERS[name].bounds
            values = given.values() if isinstance(given, dict) else [given]
            assert all(lowest <= value <= highest for value in values), name


@pytest.mark.parametrize("one", PROPOSITIONS, ids=[one["id"] for one in PROPOSITIONS])
def test_arms_differ_in_one_kind_of_thing(one):
    """Structure, levers or parameters: an experiment that moves two kinds at once shows nothing of either."""
    kinds = {*one["a"], *one["b"]}
    assert sum(one["a"].get(kind) != one["b"].get(kind) for kind in kinds) == 1
