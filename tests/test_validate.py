"""Validation: patterns are whole and judged by their bands; results do not depend on the workers."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from govmodel.facts import load as load_facts
from govmodel.study.patterns import BASELINE, LEAKS, MEASURES, NotMeasured, Part, load
from govmodel.study.validation import IN_BAND, NOT_MEASURED, OUT, Finding, Judged, validate
from govmodel.study.workers import Outcome, Workers, observe

KNOWN = load()
SMALL = gm.Case.load().with_(scale=200_000)


def made(**columns) -> Outcome:
    """Make an outcome by hand: yearly columns, each held through its year (sums are a twelfth a month)."""
    years = columns.pop("years")
    months = pd.Index([f"{year}-{month:02d}" for year in years for month in range(1, 13)], name="month")
    table = {name: np.repeat(np.asarray(values, float), 12) for name, values in columns.items()}
    outcome = Outcome(
        pd.DataFrame(table, index=months), np.zeros((len(years), 8, 13)), years[0], np.zeros((len(months), 31))
    )
    outcome.__dict__["years"] = pd.DataFrame(columns, index=pd.Index(years, name="year"), dtype=float)
    return outcome


# the list


def test_all_patterns_of_the_design_are_there():
    assert [pattern.number for pattern in KNOWN.patterns] == list(range(1, 24))
    assert 1 <= sum(pattern.used == "calibrated" for pattern in KNOWN.patterns) <= 6
    sources = load_facts().sources
    for pattern in KNOWN.patterns:
        assert pattern.source and set(pattern.source) <= set(sources), pattern.number
        assert pattern.parts and pattern.origin and pattern.why_missed, pattern.number
        assert any("\u4e00" <= letter <= "\u9fff" for letter in pattern.name_zh)
        assert all(part.low < part.high for part in pattern.parts)
    needed = {name for pattern in KNOWN.patterns for name in pattern.cases}
    assert needed == set(KNOWN.cases)


def test_needed_cases_differ_from_the_baseline_in_what_they_say():
    for name in KNOWN.cases:
        case = KNOWN.case(name, SMALL)
        assert case != SMALL and case.scale == SMALL.scale, name
    path = KNOWN.case("campaign", SMALL).provincial_paths["inspection"] - SMALL.lever_path("inspection")[:, None]
    assert np.count_nonzero(path) == 3 * 4 and path.max() > 10  # three months in four provinces, then what law had said
    assert KNOWN.case(BASELINE, SMALL) is SMALL


def test_a_pattern_is_judged_by_the_median_of_every_number():
    part = Part("x", "yearly", 0.2, 0.45, "%", {})
    inside, outside = np.array([[0.3, 0.4], [0.9, 0.41], [0.25, 0.1]]), np.array([[0.3, 0.5], [0.3, 0.6], [0.3, 0.1]])
    assert Finding(part, inside).verdict == IN_BAND
    assert Finding(part, outside).verdict == OUT  # the second number's median is 0.5
    assert Finding(part, None, "why").verdict == NOT_MEASURED


# measures


def test_measures_by_hand():
    base = made(years=[2023, 2024], formal_share=[0.2, 0.3], treasury_net=[0, 0], licensed_capacity_kt=[100, 120],
                scrap_input_kt=[30, 40], licensed_input_kt=[10, 12], small_recyclers=[10, 30])  # fmt: skip
    good = made(years=[2023, 2024], formal_share=[0.3, 0.4], treasury_net=[-10, -10])
    dear = made(years=[2023, 2024], formal_share=[0.4, 0.5], treasury_net=[-100, -100])
    runs = {BASELINE: base, "good": good, "dear": dear}
    assert MEASURES["yearly"](runs, "formal_share", [2023, 2024]).tolist() == [0.2, 0.3]
    assert MEASURES["growth"](runs, "formal_share", 2023, 2024) == pytest.approx(1.5)
    assert MEASURES["effect"](runs, "good", "formal_share", [2023, 2024]) == pytest.approx(0.1)
    # for the 20 that the good one costs, the dear one would have bought a tenth of its 0.2
    assert MEASURES["advantage_per_yuan"](runs, "good", "dear", [2023, 2024]) == pytest.approx(0.1 - 0.2 * 20 / 200)
    assert MEASURES["capacity_lead"](runs, 2023, 2024) == pytest.approx(1.2 - 52 / 40)
    assert MEASURES["scrap_share"](runs, 2023) == pytest.approx(0.75)
    assert MEASURES["boom"](runs, "small_recyclers", 2023, [2024]) == pytest.approx(3.0)
    assert MEASURES["bust"](runs, "small_recyclers", [2024], 2024) == pytest.approx(1.0)


def test_campaigns_by_hand():
    base, hit = (made(years=[2027, 2028], x=[0, 0]) for _ in range(2))
    base.workshop_gwh[:, :2] = [1.0, 2.0]  # Beijing and Tianjin
    hit.workshop_gwh[:12, :2], hit.workshop_gwh[12:, :2] = [0.4, 2.3], [0.7, 2.0]
    runs, where, pulse, after = {BASELINE: base, "c": hit}, ["BJ"], ["2027-01", "2027-12"], ["2028-01", "2028-12"]
    assert MEASURES["campaign_fall"](runs, "c", where, pulse) == pytest.approx(0.6)
    assert MEASURES["campaign_relapse"](runs, "c", where, pulse, after) == pytest.approx(0.5)  # half of 60 % came back
    assert MEASURES["campaign_moved"](runs, "c", where, pulse) == pytest.approx(0.5)  # 0.6 lost, 0.3 gained elsewhere
    assert MEASURES["campaign_moved"](runs, "c", where, ["2027-01", "2028-12"]) == pytest.approx(3.6 / 10.8)


def test_feed_prices_by_hand():
    """Feed that is price squared on the way up and flat on the way down: elasticity 2, stickiness 0."""
    months = pd.Index(["2021-01", "2021-02", "2021-03"], name="month")
    table = pd.DataFrame({"lithium_price": [1.0, 2.0, 1.0], "lfp_feed_price": [1.0, 4.0, 4.0]}, index=months)
    runs = {BASELINE: Outcome(table, np.zeros((1, 8, 13)), 2021, np.zeros((3, 31)))}
    assert MEASURES["feed_elasticity"](runs, "2021-01", "2021-02") == pytest.approx(2.0)
    assert MEASURES["feed_stickiness"](runs, ["2021-01", "2021-02"], ["2021-02", "2021-03"]) == pytest.approx(0.0)


def test_leaks_by_hand():
    lax, strict = made(years=[2027], x=[0]), made(years=[2027], x=[0])
    lax.fates[0, 0, 10], lax.fates[0, 3, 10] = 10.0, 5.0  # scrapped vehicles and tenders, straight to workshops
    strict.fates[0, 0, 10], strict.fates[0, 0, 8], strict.fates[0, 3, 10] = 4.0, 2.0, 6.0
    runs = {BASELINE: strict, "lax": lax}
    assert MEASURES["leak_closed"](runs, "lax", "scrapped_vehicle", [2027]) == pytest.approx(0.6)
    assert MEASURES["leak_shifted"](runs, "lax", "scrapped_vehicle", [2027]) == pytest.approx(0.5)  # 3 of 6 come up


def test_what_is_missing_is_said_and_never_made_up():
    runs = {BASELINE: made(years=[2024], formal_share=[0.3])}
    with pytest.raises(NotMeasured, match="small_recyclers"):
        Part("", "boom", 0, 1, "x", {"indicator": "small_recyclers", "since": 2024, "peak": [2024]}).measured(runs)
    with pytest.raises(NotMeasured, match="2030"):
        Part("", "yearly", 0, 1, "%", {"indicator": "formal_share", "years": [2030]}).measured(runs)
    span = {"indicator": "formal_share", "first": "2020-01", "last": "2020-02"}
    with pytest.raises(NotMeasured, match="2020-01"):
        Part("", "monthly_mean", 0, 1, "%", span).measured(runs)


# an outcome is the run


def test_an_outcome_keeps_what_the_run_says():
    case = SMALL.with_(scale=20_000, until="2024-12")
    outcome, run = observe(case, 3), gm.run(case, seed=3)
    assert outcome.months["formal_share"].tolist() == pytest.approx(
        run.indicators["formal_share"].tolist(), nan_ok=True
    )
    tendered = run.flows.query("route == 'fleet_tender' and month < '2023'")["kwh"].sum() / 1e6
    assert outcome.gwh([2021, 2022], "fleet_tender") == pytest.approx(tendered)
    assert outcome.informal(outcome.months.index) == pytest.approx(
        sum(outcome.gwh([2021, 2022, 2023, 2024], None, way) for way in LEAKS)
    )
    assert outcome.gwh([2021, 2022, 2023, 2024]) == pytest.approx(run.flows["kwh"].sum() / 1e6)
    # at its break-even price of lithium a plant's margin is nothing: it lies above the price where margins are negative
    above = outcome.months["lfp_break_even"] > outcome.months["lithium_price"]
    assert (above == (outcome.months["lfp_plant_margin"] < 0)).all()


# validate


def test_results_do_not_depend_on_the_workers():
    case = SMALL.with_(until="2025-12")
    one, two = (validate(case, 3, workers=workers, numbers=(1, 3, 12, 17)) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.frame(), two.frame())
    pd.testing.assert_frame_equal(one.values(), two.values())
    assert one.judged[0].pattern.number == 1 and one.judged[-1].verdict == NOT_MEASURED  # the case ends before 2030
    again = validate(case, 2, numbers=(3,))
    assert again.values()["value"].tolist() == one.values().query("pattern == 3")["value"].tolist()[:2]


def test_an_ensemble_spreads_the_replications_over_its_sets():
    sets = [{"life_household": 1.0}, {"life_household": 1.5}, {}]
    case = SMALL.with_(until="2025-12")
    found = validate(case, 1, ensemble=sets, numbers=(3,))
    assert (found.replications, found.members) == (3, 3)
    plain = validate(case, 3, numbers=(3,)).values()["value"].tolist()
    spread = found.values()["value"].tolist()
    assert spread[2] == plain[2] and spread[0] > plain[0] > 0 and spread[1] < plain[1]


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Validate once by the command line, quickly and coarsely."""
    out = tmp_path_factory.mktemp("validation") / "out"
    result = call("validate", "--replications", 1, "--scale", 200_000, "--workers", 1, "--require", 22, "--out", out)
    return result, out


def test_the_table_shows_every_pattern_and_fits_100_columns(printed):
    result, out = printed
    assert result.exit_code == 4 and "22 were required" in result.stderr
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    for pattern in KNOWN.patterns:
        assert any(line.startswith(f"{pattern.number:>2}  {pattern.name[:40]}") for line in lines), pattern.number
        for part in pattern.parts:
            assert any(line.startswith(f"    {part.what}") for line in lines), part.what
    assert "of 23 patterns in band" in result.stdout
    saved = pd.read_parquet(out / "patterns.parquet")
    assert saved["pattern"].nunique() == 23 and set(saved["verdict"]) <= {IN_BAND, OUT, NOT_MEASURED}
    missed = saved[saved["verdict"] == OUT]
    assert (missed["remark"].str.len() > 20).all() and (saved[saved["verdict"] == IN_BAND]["remark"] == "").all()


def test_a_page_gets_the_table_between_its_marks(tmp_path):
    page, short = tmp_path / "page.md", tmp_path / "case.toml"
    short.write_text('[scenario]\nuntil = "2022-12"\nscale = 200000\n')
    page.write_text("before\n<!-- table: begin -->\nold\n<!-- table: end -->\nafter\n")
    words = ("validate", short, "--replications", 1, "--workers", 1)
    done = call(*words, "--page", page, "--format", "json")
    text = page.read_text()
    assert done.exit_code == 0 and text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "| # | pattern |" in text and len(json.loads(done.stdout)) == sum(len(p.parts) for p in KNOWN.patterns)


@pytest.mark.parametrize(
    "words, named",
    [
        (("validate", "chino"), "china"),
        (("validate", "--replications", "0"), "replications"),
        (("validate", "--workers", "0"), "--workers"),
        (("validate", "--ensemble", "nowhere.toml"), "nowhere.toml"),
        (("calibrate", "nowhere.toml"), "nowhere.toml"),
        (("knockouts", "--replications", "0"), "replications"),
        (("trust", "--scale", "0"), "scale"),
    ],
)
def test_bad_input_is_refused(words, named):
    result = call(*words)
    assert result.exit_code == 2 and named in result.stderr and result.stdout == ""


def test_a_failure_in_a_worker_is_told():
    for number in (1, 2):
        with Workers(number) as pool, pytest.raises(gm.InputError, match="scale"):
            pool.do(refuse, [(i,) for i in range(3)])


def refuse(number):
    """Fail as a task may."""
    raise gm.InputError("scale", "something else", number)


def test_outcomes_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(years=[2024], x=[1]).first_year = 3


def test_a_pattern_that_misses_one_part_is_out_though_another_was_not_measured():
    """Out goes before not measured, and not measured before in band."""
    part = Part("x", "yearly", 0.2, 0.45, "%", {})
    inside, outside = Finding(part, np.array([[0.3]])), Finding(part, np.array([[0.9]]))
    missing = Finding(part, None, "why")
    verdicts = [Judged(KNOWN.patterns[0], found).verdict for found in
                ((inside, inside), (inside, missing), (missing, outside, inside))]  # fmt: skip
    assert verdicts == [IN_BAND, NOT_MEASURED, OUT]
