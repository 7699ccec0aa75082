"""Coverage and density told apart, and bands as wide as they are said to be."""

import numpy as np
import pandas as pd
import pytest

import govmodel as gm
from govmodel.study import indices
from govmodel.study.design import problem_of
from govmodel.study.study_file import read
from tests.test_analysis import planted, swept, units  # noqa: F401


def test_coverage_is_of_the_cases_of_interest_and_density_of_the_box(swept):  # noqa: F811
    """Cases counted anew inside the limits that are told; some of interest lie far from the box that is found."""

    def formula(run):
        return max(planted(run), float(units(run, 3)[0] < 0.05))

    folder = swept(formula, words=["metal_prices"], method="latin_hypercube", size=400)
    found = gm.analyse(folder, "prim", above=0.5).table
    rows = found.set_index("factor")
    runs = pd.read_parquet(folder / "results" / "runs.parquet")
    interest = runs["y"] > 0.5
    box = runs["metal_prices"].isin(rows.loc["metal_prices", "values"].split(", "))
    for name in ("subsidy", "fine", "deposit"):
        box &= runs[name].between(rows.loc[name, "low"], rows.loc[name, "high"])
    inside = (box & interest).sum()
    assert 0 < inside < interest.sum() and inside < box.sum() != interest.sum()
    assert rows["coverage"].unique() == pytest.approx([inside / interest.sum()])
    assert rows["density"].unique() == pytest.approx([inside / box.sum()])


def test_a_band_of_an_index_is_its_value_less_and_more_what_the_bootstrap_says(swept):  # noqa: F811
    """As wide to either side as SALib's own band on the same values."""

    def formula(run):
        one, other, _ = units(run, 3)
        return one + other**3

    folder = swept(formula, method="sobol", size=64)
    rows = gm.analyse(folder, "sobol").table.query("index == 'total'")
    study, _ = read(folder / "study.toml")
    runs = pd.read_parquet(folder / "results" / "runs.parquet").sort_values("point")
    told = pytest.importorskip("SALib.analyze.sobol").analyze(
        problem_of(study), runs["y"].to_numpy(), calc_second_order=study.design.second_order,
        num_resamples=indices.RESAMPLES, conf_level=indices.CONFIDENCE, seed=study.design.seed,
    )  # fmt: skip
    for wide in (rows["high"] - rows["value"], rows["value"] - rows["low"]):
        assert np.allclose(wide, told["ST_conf"])
    assert (told["ST_conf"][:2] > 0.0).all()
