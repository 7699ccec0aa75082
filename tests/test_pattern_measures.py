"""Measures by hand with numbers that no mirror image of the rule gives as well: no halves, no single years."""

import pytest

from govmodel.study.patterns import BASELINE, MEASURES
from tests.test_validate import made


def test_a_campaign_of_which_a_quarter_comes_back():
    base, hit = (made(years=[2027, 2028], x=[0, 0]) for _ in range(2))
    base.workshop_gwh[:, 0] = 1.0  # Beijing
    hit.workshop_gwh[:12, 0], hit.workshop_gwh[12:, 0] = 0.4, 0.55
    runs, where = {BASELINE: base, "c": hit}, ["BJ"]
    spans = ["2027-01", "2027-12"], ["2028-01", "2028-12"]
    assert MEASURES["campaign_relapse"](runs, "c", where, *spans) == pytest.approx(0.25)


def test_a_leak_of_which_a_sixth_comes_up_elsewhere():
    lax, strict = made(years=[2027], x=[0]), made(years=[2027], x=[0])
    lax.fates[0, 0, 10], strict.fates[0, 0, 10] = 10.0, 4.0  # scrapped vehicles, straight to workshops
    strict.fates[0, 0, 8] = 1.0  # sold on by dismantlers
    runs = {BASELINE: strict, "lax": lax}
    assert MEASURES["leak_shifted"](runs, "lax", "scrapped_vehicle", [2027]) == pytest.approx(1.0 / 6.0)


def test_a_bust_is_measured_from_the_highest_year():
    base = made(years=[2021, 2022, 2023, 2024], small_recyclers=[10, 20, 40, 10])
    assert MEASURES["bust"]({BASELINE: base}, "small_recyclers", [2022, 2023], 2024) == pytest.approx(0.25)
    assert MEASURES["boom"]({BASELINE: base}, "small_recyclers", 2021, [2022, 2023]) == pytest.approx(4.0)
