"""Degenerate dynamics: bounds counted right, verdicts follow from thresholds, levers go up and come back."""

import math

import numpy as np
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from govmodel.study import degenerate
from govmodel.study.degenerate import at_bounds, at_least, mean_by_period, raised_and_back, remember, spread

SMALL = gm.Case.load().with_(scale=100_000)


@pytest.fixture(scope="module")
def found():
    """Look once, with few runs."""
    return degenerate.look(SMALL, 2, workers=2)


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


# counting


def test_bounds_are_counted_among_those_that_count():
    values = np.array([-0.15, -0.15, 0.0, 0.4, 0.4 + 1e-12, -0.15])
    assert at_bounds(values, -0.15, 0.4) == (pytest.approx(3 / 6), pytest.approx(2 / 6))
    counted = np.array([True, False, True, True, False, False])
    assert at_bounds(values, -0.15, 0.4, counted) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert at_bounds(values, -0.15, 0.4, np.zeros(6, bool)) == (0.0, 0.0)


def test_a_bid_war_is_a_bid_above_the_usual_with_the_least_margin():
    worth = np.array([100.0, 100.0, 100.0, 40.0, 5.0])
    usual = np.array([80.0, 80.0, 80.0, 34.0, 2.0])
    bid = np.array([93.0, 88.0, 80.0, 34.0, 0.0])  # at war, half way, unhurried, small margin as usual, not buying
    assert at_least(worth, bid, usual, 7.0).tolist() == [True, False, False, False, False]


def test_periods_average_their_own_years():
    years = np.array([2021, 2025, 2026, 2030])
    values = mean_by_period(np.array([1.0, 3.0, 5.0, 9.0]), years)
    assert values[:2].tolist() == [2.0, 7.0] and math.isnan(values[2])


def test_a_spread_is_taken_seed_by_seed():
    luck = np.array([0.0, 50.0, -20.0])
    low, median, high = spread(np.stack([luck, luck - 1.0, luck + 2.0]))
    assert (low, median, high) == pytest.approx((3.0, 3.0, 3.0))


# verdicts


def moments(*bands):
    """Write bands (low, median, high) as a row's values."""
    return np.array(bands, float).T


def test_verdicts_on_starts_follow_from_the_thresholds():
    wide, none, luck = (18, 20, 22), (-0.1, 0.0, 0.1), (-4, 3, 8)
    say = degenerate.starts_verdict
    assert say(moments(wide, wide, (10, 11, 12)), 1.0) == "locked in"
    assert say(moments(wide, wide, (4, 5, 6)), 1.0) == "fades"
    assert say(moments(wide, wide, (1.1, 1.5, 2)), 1.0) == say(moments(wide, wide, none), 1.0) == "converges"
    assert say(moments(wide, wide, luck), 1.0) == "lost in luck"
    assert say(moments(wide, wide, (30, 31, 32)), 1.0) == "grows"
    assert say(moments(none, wide, wide), 1.0) == "apart later"
    assert say(moments(none, wide, luck), 1.0) == "no matter"


def test_verdicts_on_levers_follow_from_the_thresholds():
    up, none, luck = (8, 10, 12), (-0.1, 0.0, 0.1), (-4, 3, 8)
    say = degenerate.hysteresis_verdict
    assert say(moments(up, up, (6, 7, 8)), 1.0) == "stays"
    assert say(moments(up, up, (1.5, 2, 3)), 1.0) == "stays in part"
    assert say(moments(up, none, none), 1.0) == say(moments(up, luck, luck), 1.0) == "falls back"
    assert say(moments(up, up, luck), 1.0) == "falls back late"
    assert say(moments(up, none, (-9, -7, -5)), 1.0) == "turns against"
    assert say(moments(luck, none, up), 1.0) == "acts later"
    assert say(moments(luck, up, none), 1.0) == "no effect"


@pytest.mark.parametrize("most, said", [(0.9, "mostly"), (0.2, "often"), (0.01, "seldom"), (0.0, "never")])
def test_verdicts_on_bounds_look_at_the_period_with_most(most, said):
    assert degenerate.bounds_verdict(moments((0, 0, 0), (most, most, most), (0, 0, 0))) == said


# what is run


def test_a_lever_goes_up_and_comes_back_to_what_the_case_has():
    for lever, value in degenerate.RAISED.items():
        case = SMALL.with_(levers={lever: raised_and_back(SMALL, lever, value)})
        usual, path = SMALL.lever_path(lever), case.lever_path(lever)
        up = (SMALL.months >= (2027 - 2013) * 12) & (SMALL.months < (2030 - 2013) * 12)
        assert (path[up] == value).all() and up.sum() == 36 and (usual[up] != value).all()
        assert (path[~up] == usual[~up]).all()


def test_remembered_trust_is_felt_at_once_and_fades():
    """It is no part of who people are: what they fall back on is the case's own."""
    model = gm.GovernanceModel(SMALL, rng=1)
    anchor = model.public.start.copy()
    remember(model.public, np.full(5, 0.2))
    at_once = model.public.trust.copy()
    assert (at_once < anchor).all() and at_once.max() < 0.21
    for _ in range(36):
        model.step()
    assert (model.public.start == anchor).all() and model.public.trust[:4].mean() > at_once[:4].mean() + 0.03


def test_the_table_is_complete(found):
    frame = found.frame()
    assert frame["verdict"].str.len().min() > 0 and not frame.duplicated(["question", "what", "measured"]).any()
    count = frame.groupby("question").size()
    assert count["starts"] == len(degenerate.STARTS) * len(degenerate.WATCHED)
    assert count["hysteresis"] == len(degenerate.RAISED) * len(degenerate.WATCHED)
    for moment in ("first", "second", "third"):
        assert frame[moment].notna().all()
        assert (frame[f"{moment}_low"] <= frame[moment] + 1e-12).all()
        assert (frame[moment] <= frame[f"{moment}_high"] + 1e-12).all()
    starts = frame[frame["question"] == "starts"]
    assert (starts[["first", "second", "third"]] >= 0.0).all(axis=None)
    shops = starts[(starts["what"] == "workshops") & (starts["measured"] == "workshops")].iloc[0]
    assert shops["first"] > 1.0 and shops["left"] == pytest.approx(shops["third"] / shops["first"])


def test_bounds_are_shares_and_agree_with_the_indicators(found):
    frame = found.frame().query("question == 'bounds'").set_index(["what", "measured"])
    assert frame["first"].between(0.0, 1.0).all() and frame["third"].between(0.0, 1.0).all()
    states = frame.loc["workshops"]
    assert set(states.index) == set(degenerate.STATES)
    one = degenerate._live(SMALL, 5, None, True)
    months, seen = one[0].months, one[1]
    assert sum(seen["workshops", name] for name in degenerate.STATES) == pytest.approx(np.ones(3))
    late = months.loc["2031-01":"2035-12"]
    failed = (late["plant_insolvencies"] / late["plants_open"].clip(lower=1)).mean() * 12
    assert seen["plants", "insolvent in a year"][2] == pytest.approx(failed)
    quarters = late.iloc[2::3]
    named = [f"workshops_{name}" for name in degenerate.STATES]
    share = quarters["workshops_open"] / quarters[named].sum(axis=1)
    assert seen["workshops", "open"][2] == pytest.approx(share.mean())


def test_a_start_that_changes_nothing_leaves_no_spread(monkeypatch):
    monkeypatch.setattr(degenerate, "STARTS", {"none": ({}, {}, False)})
    monkeypatch.setattr(degenerate, "RAISED", {})
    rows = degenerate.look(SMALL, 1).rows
    same = [row for row in rows if row.question == "starts"]
    assert len(same) == 4 and all(not row.values.any() and row.verdict == "no matter" for row in same)


def test_a_case_that_is_too_short_is_refused():
    with pytest.raises(gm.InputError, match="2035"):
        degenerate.look(SMALL.with_(until="2030-12"))
    with pytest.raises(gm.InputError, match="replications"):
        degenerate.look(SMALL, 0)


def test_it_is_printed_in_every_form(found, monkeypatch, tmp_path):
    monkeypatch.setattr(degenerate, "look", lambda *given: found)
    shown = call("degenerate")
    assert shown.exit_code == 0, shown.stderr
    assert "Several starts" in shown.stdout and "taken back in 2030" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 110
    rows = call("degenerate", "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("question,what,measured,unit,first_when,first,") and len(rows) == len(found.rows) + 1
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: begin -->\n<!-- table: end -->\nafter\n")
    assert call("degenerate", "--format", "markdown", "--page", page).stdout.count("\n| ") == len(found.rows) + 1
    assert page.read_text().count("\n| ") == len(found.rows) + 1
