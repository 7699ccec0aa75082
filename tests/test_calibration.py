"""Calibration: a study that grows, in the ledger of a sweep; what it finds fits, and what is wrong is refused."""

import re
import tomllib

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case.ensemble import read_sets
from govmodel.cli import app
from govmodel.study import calibration as calibrations
from govmodel.study import study_file, targets
from govmodel.study import sweep as sweeps
from govmodel.study.patterns import load
from govmodel.study.search import best_step, even_points, far_apart, local_model
from tests.test_validate import made

KNOWN = load()


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


STUDY = """
question = "Which lives?"
changes = { until = "2025-12", scale = 200000 }
replications = 2
seed = 0
[design]
method = "calibration"
[calibration]
patterns = [3, 12]
samples = 6
rounds = 1
batch = 3
profile_points = 2
profile_rounds = 1
finalists = 4
confirm = 3
[[factors]]
name = "life_household"
kind = "parameter"
range = [0.9, 1.5]
[[factors]]
name = "life_logistics"
kind = "parameter"
range = [1.0, 2.0]
"""


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """Calibrate two parameters, quickly and coarsely."""
    home = tmp_path_factory.mktemp("calibration")
    (home / "study.toml").write_text(STUDY)
    result = call("calibrate", home / "study.toml", "--out", home / "out", "--workers", 1)
    assert result.exit_code == 0, result.stderr
    return home, result


def test_a_calibration_writes_what_it_found(calibrated):
    home, result = calibrated
    assert max(map(len, result.stdout.splitlines())) <= 105 and "run again fit as well" in result.stdout
    table = pd.read_parquet(home / "out" / "evaluations.parquet")
    assert set(table["stage"]) == {"start", "sample", "refine", "profile", "finalist"}
    best = gm.Case.load(home / "out" / "best.toml")
    assert 0.9 <= best.parameters["life_household"] <= 1.5
    sets = read_sets(home / "out" / "ensemble.toml")
    assert {name: best.parameters[name] for name in sets[0]} == sets[0]
    threshold = tomllib.loads((home / "out" / "ensemble.toml").read_text())["threshold"]
    finalists = table[table["stage"] == "finalist"]["misfit"]
    assert len(sets) == (finalists <= threshold).sum() >= 1
    profiles = pd.read_parquet(home / "out" / "profiles.parquet")
    assert profiles.groupby("parameter").size().to_dict() == {"life_household": 2, "life_logistics": 2}
    assert (profiles["misfit"] >= table[table["seeds"] == 2]["misfit"].min()).all()
    # the first row is the case as it stands
    assert table["life_household"].iloc[0] == gm.Case.load().parameters["life_household"]


def test_a_calibration_speaks_chinese(calibrated):
    """The same numbers under Chinese heads, in columns that stand; nothing is run again."""
    home, english = calibrated
    chinese = call("calibrate", home / "study.toml", "--out", home / "out", "--workers", 1, "--lang", "zh")
    lines, told = english.stdout.splitlines(), chinese.stdout.splitlines()
    assert chinese.exit_code == 0 and len(told) == len(lines) and max(map(cell_len, told)) <= 105
    for word in ("校准：", "评估 ", "相符的取值", "最优组", "失配度：", "剖面："):
        assert word in chinese.stdout
    figures = [re.findall(r"[\d.]+", "\n".join(table[4:6])) for table in (lines, told)]  # the rows of parameters
    assert figures[0] == figures[1] and len(figures[0]) >= 12
    rows = [line for line in told if re.match(r" ?\d+  ", line)]
    assert len(rows) >= 2 and len({cell_len(row) for row in rows}) == 1 and not re.search("[a-z]{4}", "".join(rows))


def test_a_calibration_that_is_stopped_goes_on_runs_nothing_twice_and_ends_alike(calibrated, tmp_path):
    home, _ = calibrated
    whole = pd.read_parquet(home / "out" / "results" / "runs.parquet")
    for _ in range(3):  # each time it is stopped inside another stage
        swept = sweeps.sweep(home / "study.toml", tmp_path / "out", engine="serial", limit=len(whole) // 4)
        with pytest.raises(gm.InputError, match="a calibration that is done"):
            calibrations.fitted(calibrations.plan_for(home / "study.toml"), tmp_path / "out")
    assert swept.done == 3 * (len(whole) // 4)
    gm.calibrate(home / "study.toml", tmp_path / "out", engine="serial")
    assert sweeps.status(tmp_path / "out")["attempts"] == len(whole) == whole["run_id"].nunique()
    names = ("evaluations.parquet", "profiles.parquet", "best.toml", "ensemble.toml", "results/runs.parquet")
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (home / "out" / name).read_bytes(), name


def test_a_changed_calibration_is_refused_and_a_sweep_can_verify_it(calibrated):
    home, _ = calibrated
    (home / "other.toml").write_text(STUDY.replace("samples = 6", "samples = 7"))
    refused = call("calibrate", home / "other.toml", "--out", home / "out")
    assert refused.exit_code == 2 and "another study" in refused.stderr
    assert all(row["ok"] for row in sweeps.verify(home / "study.toml", home / "out", again=2))


def test_a_set_that_shows_nothing_fits_worst_and_a_case_that_cannot_is_refused(tmp_path):
    patterns = tuple(pattern for pattern in KNOWN.patterns if pattern.number == 3)
    nothing = targets.numbers_of(made(years=[2021], retired_kt=[1.0]), patterns)
    assert list(nothing.values()) == [None] and targets.Target.of(patterns).misfit(np.array([[np.nan]])) == np.inf
    short = tomllib.loads(STUDY.replace("2025-12", "2021-12"))
    with pytest.raises(gm.InputError, match="patterns that the case's runs show"):
        gm.calibrate(short, tmp_path / "out", engine="serial")


@pytest.mark.parametrize(
    "change, named",
    [
        (("samples = 6", "samples = 0"), "samples"),
        (("samples = 6", "sample = 6"), "samples"),
        (("[3, 12]", "[3, 3]"), "patterns"),
        (("[3, 12]", "[1, 2, 3, 5, 6, 7, 12]"), "patterns"),
        (("[3, 12]", "[17]"), "other cases"),
        (("[3, 12]", "[99]"), "99"),
        (('"life_household"', '"life_houshold"'), "life_household"),
        (("[0.9, 1.5]", "[1.5, 0.9]"), "lowest, highest"),
        (("[0.9, 1.5]", "[0.9, 99]"), "99"),
        (("range = [0.9, 1.5]", "values = [1.2]"), "a range"),
        (("scale = 200000", 'scale = "big"'), "scale"),
        (("rounds = 1", "rounds = ["), "TOML"),
        (('"calibration"', '"list"'), "unless the method"),
        (("[calibration]", "[limits]"), "limits"),
        (("seed = 0", 'structures = ["market", "collaborative"]'), "one structure"),
        (("seed = 0", 'series = ["formal_share"]'), "series"),
        (('"life_household"\nkind = "parameter"', '"subsidy"\nkind = "lever"'), "a parameter"),
    ],
)
def test_a_wrong_study_is_refused(tmp_path, change, named):
    assert change[0] in STUDY
    (tmp_path / "study.toml").write_text(STUDY.replace(*change))
    with pytest.raises(gm.InputError, match=named):
        study_file.read(tmp_path / "study.toml")


def test_the_misfit_is_a_distance_in_half_bands():
    patterns = tuple(pattern for pattern in KNOWN.patterns if pattern.number in (1, 3))
    target = targets.Target.of(patterns)
    assert target.weight.sum() == pytest.approx(1.0) and len(target.middle) == 5
    assert target.misfit(np.array([target.middle])) == 0.0
    assert target.misfit(np.array([target.middle + target.half])) == pytest.approx(1.0)
    off = target.middle.copy()
    off[4] += 2.0 * target.half[4]  # the one number of pattern 3 weighs as much as the four of pattern 1
    assert target.misfit(np.array([off])) == pytest.approx(np.sqrt(2.0))
    assert target.error(np.tile(target.middle + 0.3, (4, 1))) == pytest.approx(0.0, abs=1e-12)


def test_the_experiment_file_is_sound():
    study, _ = study_file.read("experiments/calibration.toml")
    assert set(study.calibration.patterns) <= {
        pattern.number for pattern in KNOWN.patterns if pattern.used == "calibrated"
    }
    case = study_file.base_case(study)
    for factor in study.factors:
        assert factor.range[0] <= case.parameters[factor.name] <= factor.range[1], factor.name


def test_points_fill_the_cube_and_more_only_add():
    points = even_points(200, 4)
    assert ((points >= 0) & (points < 1)).all()
    assert np.array_equal(points[:50], even_points(50, 4)) and np.array_equal(points[50:], even_points(150, 4, 51))
    for dimension in points.T:
        assert np.bincount((dimension * 10).astype(int), minlength=10).min() >= 15  # even in every direction


def test_a_step_finds_the_least_squares_inside_the_bounds():
    points = even_points(60, 3)
    slopes = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    results = (points - [0.7, 0.2, 0.5]) @ slopes
    value, found = local_model(points, results, np.full(3, 0.5))
    assert found == pytest.approx(slopes, abs=0.1)
    step = best_step(value, found, np.ones(2), np.full(3, 0.5), 0.5)
    assert step[:2] == pytest.approx([0.7, 0.2], abs=0.03)
    near = best_step(value, found, np.ones(2), np.full(3, 0.5), 0.1)
    assert near[:2] == pytest.approx([0.6, 0.4])
    assert best_step(value, found, np.ones(2), np.full(3, 0.5), 0.5, held=0)[0] == 0.5


def test_far_apart_points_begin_with_the_best():
    points = np.array([[0.5, 0.5], [0.51, 0.5], [0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])
    assert far_apart(points, 3) == [0, 2, 3]
    assert far_apart(points[[0, 4]], 2) == [0]  # the same point is not taken twice


def test_the_misfit_is_that_of_the_median_seed():
    """One seed far out of its bands, among three, moves nothing."""
    target = targets.Target.of(tuple(pattern for pattern in KNOWN.patterns if pattern.number in (1, 3)))
    numbers = np.array([target.middle, target.middle, target.middle + 50.0 * target.half])
    assert target.misfit(numbers) == 0.0
