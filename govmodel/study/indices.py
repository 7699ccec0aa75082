"""Sensitivity: how much of an outcome's variance each factor explains (Sobol'), and how far each moves it (Morris)."""

import warnings

import numpy as np
import pandas as pd

from .design import needed, problem_of, unit_sample
from .results import Results

RESAMPLES = 500  # of the bootstrap behind a band
CONFIDENCE = 0.95
COLUMNS = ("structure", "outcome", "index", "factor", "with", "value", "low", "high")
ONLY = "Its indices are sums over the rows of that design, and mean nothing on another."


def sobol(results: Results, outcome: str | None = None, structure: str | None = None, against: str | None = None):
    """Give first-order and total Sobol' indices of an outcome, and of pairs where the design has them.

    first: the share of the variance that goes when the factor is held; total: what is left when all others are held.
    The band is a 95 % bootstrap over the points. An outcome that does not vary has no indices.
    """
    results.want_design("sobol", ["sobol"], ONLY)
    results.want_matrix("sobol")
    design, problem, name = results.study.design, problem_of(results.study), results.outcome(outcome)
    work = needed("SALib.analyze", "sobol").analyze

    def measured(values: np.ndarray) -> list[tuple]:
        told = work(problem, values, calc_second_order=design.second_order, num_resamples=RESAMPLES,
                    conf_level=CONFIDENCE, seed=design.seed)  # fmt: skip
        rows = [
            (index, factor, "", told[key][i], told[f"{key}_conf"][i])
            for index, key in (("total", "ST"), ("first", "S1"))
            for i, factor in enumerate(results.factors)
        ]
        if design.second_order:
            rows += [("second", one, other, told["S2"][i, j], told["S2_conf"][i, j])
                     for i, one in enumerate(results.factors)
                     for j, other in enumerate(results.factors) if i < j]  # fmt: skip
        return rows

    return _by_arm(results, name, structure, against, measured)


def morris(results: Results, outcome: str | None = None, structure: str | None = None, against: str | None = None):
    """Give Morris' measures of an outcome: mean effect of a factor over its range, of its size, and how it differs.

    mu_star: mean size of the effect, with a 95 % bootstrap band; mu: mean effect with its sign; sigma: its standard
    deviation, large where the effect bends or depends on other factors. All in the outcome's unit.
    """
    results.want_design("morris", ["morris"], ONLY)
    results.want_matrix("morris")
    design, name, unit = results.study.design, results.outcome(outcome), unit_sample(results.study)
    work, problem = needed("SALib.analyze", "morris").analyze, problem_of(results.study)

    def measured(values: np.ndarray) -> list[tuple]:
        told = work(problem, unit, values, num_resamples=RESAMPLES, conf_level=CONFIDENCE, num_levels=design.levels,
                    seed=design.seed)  # fmt: skip
        return [
            (key, factor, "", told[key][i], told["mu_star_conf"][i] if key == "mu_star" else np.nan)
            for key in ("mu_star", "mu", "sigma")
            for i, factor in enumerate(results.factors)
        ]

    return _by_arm(results, name, structure, against, measured)


def _by_arm(results: Results, outcome: str, structure: str | None, against: str | None, measured) -> pd.DataFrame:
    """Measure every arm that was asked for: one row an arm, index and factor."""
    rows = []
    for arm in results.chosen(structure):
        if arm == against:
            continue
        values = results.values(outcome, arm, against)
        varies = bool(np.ptp(values) > 0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # divisions by a variance of zero, and SALib's own notes
            told = measured(values if varies else np.linspace(0.0, 1.0, len(values)))
        for index, factor, other, value, band in told:
            value, band = (float(value), float(band)) if varies else (np.nan, np.nan)
            rows.append((arm, outcome, index, factor, other, value, value - band, value + band))
    return pd.DataFrame(rows, columns=list(COLUMNS))
