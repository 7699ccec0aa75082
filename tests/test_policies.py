"""Policies: wrong files are refused with the line; right ones hold in their months and provinces and travel along."""

import numpy as np
import pytest

from govmodel.case import Case
from govmodel.case.policies import read
from govmodel.facts import PROVINCES
from govmodel.foundations.calendar import month_number
from govmodel.foundations.errors import InputError
from govmodel.model import GovernanceModel
from tests.reference.model import ReferenceModel
from tests.test_exactness import assert_same
from tests.worlds import live

HEAD = """id = "own"
title = "A reform of our own"
title_zh = "自拟改革"
date = "2027-01-01"
source = "ASSUMED"
reference = "nobody"
description = "for a test"
"""
PULSE = """
[[changes]]
lever = "inspection"
date = "2027-01"
until = "2027-06"
value = 6.0
source = "ASSUMED"
why = "a campaign of half a year"
"""
LOCAL = """
[[changes]]
lever = "subsidy"
date = "2028-01"
province = "JX"
value = 15.0
source = "ASSUMED"
why = "a province with many plants"
"""


def write(folder, *changes: str, head: str = HEAD):
    """Write a policy file."""
    path = folder / "own.toml"
    path.write_text(head + "".join(changes), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "changes, line, words",
    [
        ([PULSE.replace("inspection", "inspections")], 10, "'inspection'"),
        ([PULSE.replace("6.0", "600.0")], 13, "0 to 24"),
        ([PULSE.replace("2027-01", "2027-13")], 11, "2027-13"),
        ([PULSE.replace("2027-06", "2026-06")], 12, "end after it begins"),
        ([PULSE, PULSE.replace("2027-01", "2027-04").replace("2027-06", "2027-09")], 19, "no other change"),
        ([PULSE, PULSE], 19, "no other change"),
        ([LOCAL.replace('"JX"', '"XJX"')], 12, "'JX'"),
        ([LOCAL.replace("subsidy", "fine").replace("15.0", "2.0")], 12, "same in all provinces"),
        ([PULSE.replace('why = "a campaign of half a year"', "")], 9, "why"),
        ([PULSE + "colour = 1\n"], 9, "colour"),
        ([PULSE.replace('"inspection"', '["inspection"]')], 10, "the name of a lever"),
        ([PULSE.replace('"inspection"', "{ a = 1 }")], 10, "the name of a lever"),
        ([LOCAL.replace("2028-01", "2206-01")], 11, "2013-01 to 2035-12"),
        ([LOCAL.replace("2028-01", "0000-01")], 11, "2013-01 to 2035-12"),
        ([PULSE.replace('source = "ASSUMED"', "source = 5")], 14, "a text"),
        ([PULSE.replace('source = "ASSUMED"', 'source = ["a"]')], 14, "a text"),
        ([PULSE.replace('"a campaign of half a year"', "5")], 15, "a text"),
    ],
)
def test_a_wrong_policy_file_is_refused_with_its_line(tmp_path, changes, line, words):
    path = write(tmp_path, *changes)
    with pytest.raises(InputError) as refused:
        Case.load("china").with_(policies=["measures_2026", str(path)])
    assert f"own.toml, line {line}:" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2027-01-01", "garbage", "own.toml: date: wanted a day written \"YYYY-MM-DD\"; got 'garbage'"),
        ("2027-01-01", "2027-02-30", "own.toml: date: wanted a day"),
        ('date = "2027-01-01"', "date = 2027", "own.toml: date: wanted a day"),
        ('"nobody"', "5", "own.toml: reference: wanted a text; got 5"),
        ('reference = "nobody"', "", "own.toml: reference: wanted a value; got None"),
        ("reference", "refrence", "own.toml: refrence: wanted an entry that is known here"),
    ],
)
def test_a_wrong_entry_in_the_head_of_a_policy_is_named(tmp_path, old, new, told):
    with pytest.raises(InputError) as refused:
        read(write(tmp_path, PULSE, head=HEAD.replace(old, new)))
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("day", ['"2027-01-01"', '"2027-01"', "2027-01-01"])
def test_a_policy_dates_from_a_day_or_a_month_as_a_text_or_as_a_date(tmp_path, day):
    policy = read(write(tmp_path, PULSE, head=HEAD.replace('"2027-01-01"', day)))
    assert policy.date == day.strip('"')


def test_a_change_that_is_no_table_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"changes\[0\]: wanted a table; got 5"):
        read(write(tmp_path, head=HEAD + "changes = [5]\n"))


def test_a_file_that_is_missing_or_not_toml_is_refused(tmp_path):
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(InputError, match="policies"):
            Case.load("china").with_(policies=[f"{path}/" if path == tmp_path else str(path)])
    broken = tmp_path / "own.toml"
    broken.write_text("id = ", encoding="utf-8")
    with pytest.raises(InputError, match="TOML"):
        read(broken)


def test_what_a_law_sets_for_some_months_gives_way_to_what_held_before(tmp_path):
    case = Case.load("china").with_(policies=["measures_2026", str(write(tmp_path, PULSE))])
    path = dict(zip(case.months.tolist(), case.lever_path("inspection").tolist()))
    assert path[month_number("2027-06")] == 6.0
    assert path[month_number("2026-12")] == path[month_number("2027-07")] == 0.8


def test_a_law_of_a_province_holds_there_alone_and_travels_with_the_case(tmp_path):
    file = write(tmp_path, PULSE, LOCAL)
    case = Case.load("china").with_(policies=["measures_2026", str(file)])
    assert case.policies == ("measures_2026", "own")
    assert not case.lever_path("subsidy").any()
    path = case.provincial_paths["subsidy"]
    later = case.months >= month_number("2028-01")
    assert (path[:, PROVINCES.index("JX")] == np.where(later, 15.0, 0.0)).all()
    assert not np.delete(path, PROVINCES.index("JX"), axis=1).any()
    case.save(tmp_path / "case.toml")
    file.unlink()
    loaded = Case.load(tmp_path / "case.toml")
    assert loaded == case and loaded.laws == case.laws
    assert loaded != case.with_(policies=["measures_2026"])


def test_a_provincial_subsidy_raises_the_gate_prices_of_its_plants_alone():
    case = Case.load("china").with_(scale=200_000, start="2025-01", until="2025-03")
    with_it = case.with_(policies=[*case.policies, "fujian_subsidy"])
    boards = [(model := GovernanceModel(c, rng=1)).post_bids(model.law_and_prices()) for c in (case, with_it)]
    there = model.plants.province == PROVINCES.index("FJ")
    gained = boards[1].gate - boards[0].gate
    assert np.allclose(gained[:, there], 7.0) and not gained[:, ~there].any()


def test_a_provincial_deposit_is_paid_back_where_it_was_taken_as_the_objects_do():
    case = Case.load("china").with_(scale=60_000, policies=["shenzhen_deposit_2018"], until="2028-12")
    model = live(case, 3)
    assert_same(model, live(case, 3, world=ReferenceModel))
    assert model.deposit_by_sale[case.start, PROVINCES.index("GD")] == 6.7
    assert np.count_nonzero(model.deposit_by_sale[case.start]) == 1
    assert model.ledger.amounts[:, model.books.refunds].sum() > 0


def test_a_month_that_two_changes_claim_is_an_overlap(tmp_path):
    """A change that ends in the month in which the next one begins is refused; one that ends before it is not."""
    first, second = PULSE, PULSE.replace('"2027-06"', '"2027-09"').replace('"2027-01"', '"2027-06"')
    with pytest.raises(InputError, match="no other change"):
        read(write(tmp_path, first, second))
    assert len(read(write(tmp_path, first, second.replace('"2027-06"', '"2027-07"'))).changes) == 2


def test_changes_take_effect_by_date_whatever_their_order_in_the_file(tmp_path):
    """Of two changes without an end, the later one holds from its month on, though it is written first."""
    early = PULSE.replace('until = "2027-06"\n', "")
    late = early.replace('"2027-01"', '"2028-01"').replace("6.0", "9.0")
    case = Case.load("china").with_(policies=[str(write(tmp_path, late, early))])
    path = dict(zip(case.months.tolist(), case.lever_path("inspection").tolist()))
    assert path[month_number("2027-06")] == 6.0 and path[month_number("2028-06")] == 9.0
