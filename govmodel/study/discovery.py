"""Discovery: which factors tell an outcome apart, and in which box of them the cases of interest lie.

The rules of trees and boxes are those of the EMA workbench, of which only the analysis is used.
"""

import warnings
from inspect import signature

import numpy as np
import pandas as pd

from ..foundations.errors import InputError
from .design import needed
from .results import Results

SAMPLES = ("latin_hypercube", "sobol", "factorial", "list", "file")
EVEN = "Its points lie where the method put them, so that shares of points mean nothing."
FEWEST = 20  # points from which anything can be learnt
FORESTS = 10
TREES = 100
SMALLEST = 0.05  # share of the points that a box holds at least
FEW_VALUES = 8  # a factor with more is looked at by thirds
HARDLY = 1e-9  # more than nothing
STRUCTURE = "structure"


def features(results: Results, outcome: str | None = None, structure: str | None = None, against: str | None = None):
    """Score how much each factor tells about an outcome: extra trees, scores add up to one.

    value: mean over ten forests of different luck; low, high: their smallest and largest. Over several arms the
    structure is a factor too. least, most: at which value or third of the factor's values the outcome's median is
    smallest and largest, and what it is there.
    """
    name, table, values = _sample("features", results, outcome, structure, against)
    module, rows = _ema("feature_scoring"), {factor: [] for factor in table.columns}
    coded = table.apply(lambda column: column if column.dtype == float else column.cat.codes.astype(float))
    for forest in range(FORESTS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores, _ = module.get_ex_feature_scores(
                coded, values, mode=module.RuleInductionType.REGRESSION, nr_trees=TREES,
                max_features=max(1, round(table.shape[1] / 3)), random_state=forest,
            )  # fmt: skip
        for factor, score in scores[1].items():
            rows[factor].append(float(score))
    told = [
        (name, "score", factor, np.mean(found), min(found), max(found), *_ends(table[factor], values))
        for factor, found in rows.items()
    ]
    columns = ["outcome", "index", "factor", "value", "low", "high", "least_at", "least", "most_at", "most"]
    frame = pd.DataFrame(told, columns=columns)
    return frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _ends(factor: pd.Series, values: np.ndarray) -> tuple[str, float, str, float]:
    """Say where along a factor the median outcome is least and most: at a value of few, in a third of many."""
    if factor.nunique() > FEW_VALUES:
        spans = factor.groupby(pd.qcut(factor, 3, duplicates="drop"), observed=True)
        factor = spans.transform("min").map("{:.3g}".format) + " to " + spans.transform("max").map("{:.3g}".format)
    medians = pd.Series(values).groupby(factor.to_numpy(), observed=True).median()
    named = [one if isinstance(one, str) else f"{one:g}" for one in (medians.idxmin(), medians.idxmax())]
    return named[0], float(medians.min()), named[1], float(medians.max())


def prim(
    results: Results,
    outcome: str | None = None,
    structure: str | None = None,
    against: str | None = None,
    above: float | None = None,
    below: float | None = None,
):
    """Find the box of factors in which the cases of interest lie: those whose outcome is above or below a number.

    PRIM peels the box step by step; of all steps the one is taken in which coverage (share of the cases of interest
    inside) and density (share of the box that is of interest) are best together, by their harmonic mean. One row a
    factor: its limits in the box, those of the sample, whether it is restricted, and the chance that the restriction
    is luck (`_chance`); coverage, density, mass and counts stand in every row.
    """
    name, table, values = _sample("prim", results, outcome, structure, against)
    interest = _interest(name, values, above, below)
    limits = _box(table, interest)
    inside = {factor: _within(table[factor], limits[factor]) for factor in table.columns}
    box = np.logical_and.reduce(list(inside.values()))
    told = {
        "coverage": float(interest[box].sum() / interest.sum()),
        "density": float(interest[box].mean()),
        "mass": float(box.mean()),
        "points": len(values),
        "of_interest": int(interest.sum()),
        "above": np.nan if above is None else float(above),
        "below": np.nan if below is None else float(below),
    }
    rows = []
    for factor in table.columns:
        column, restricted = table[factor], not inside[factor].all()
        row = {"outcome": name, "factor": factor, "restricted": restricted}
        if column.dtype == float:
            row |= dict(zip(("low", "high"), map(float, limits[factor]))) | {"values": ""}
            row |= {"sample_low": float(column.min()), "sample_high": float(column.max())}
        else:
            kept = ", ".join(sorted(limits[factor]))
            row |= {"low": np.nan, "high": np.nan, "values": kept, "sample_low": np.nan, "sample_high": np.nan}
        others = np.logical_and.reduce([np.ones(len(box), bool), *(inside[o] for o in inside if o != factor)])
        row["chance"] = _chance(interest, box, others) if restricted else np.nan
        rows.append(row | told)
    return pd.DataFrame(rows)


def _box(table: pd.DataFrame, interest: np.ndarray) -> dict:
    """Let PRIM peel and paste, and give the limits of its best step: two numbers, or a set of words."""
    smallest = min(SMALLEST, float(interest.mean()) / 2)
    module = _ema("prim")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = {"mass_min": smallest}
        if "threshold" in signature(module.Prim.__init__).parameters:
            settings["threshold"] = HARDLY  # EMA 2.5: also what is of interest; and below it no box is given at all
        steps = module.Prim(table, interest, **settings).find_box().box_lims
    best, found = -1.0, {}
    for step in steps:
        limits = {factor: _limits(table[factor], step) for factor in table.columns}
        box = np.logical_and.reduce([_within(table[factor], limits[factor]) for factor in table.columns])
        hits = float(interest[box].sum())
        together = 2 * hits / float(interest.sum() + box.sum())  # the harmonic mean of coverage and density
        if together > best:
            best, found = together, limits
    return found


def _limits(column: pd.Series, step: pd.DataFrame):
    """Read the limits of one factor from a box of the EMA workbench."""
    if column.dtype == float:
        return (float(step[column.name].iloc[0]), float(step[column.name].iloc[1]))
    return set(map(str, step[column.name].iloc[0])) if column.name in step else set(column.cat.categories)


def _within(column: pd.Series, limits) -> np.ndarray:
    if column.dtype == float:
        return ((column >= limits[0]) & (column <= limits[1])).to_numpy()
    return column.isin(limits).to_numpy()


def _chance(interest: np.ndarray, box: np.ndarray, others: np.ndarray) -> float:
    """Give the chance that so many in the box are of interest if the restriction picked blindly (binomial).

    `others` is the box without the restriction: its density is what a blind choice would give. Of what PRIM itself has
    chosen this says too little against luck: large chances are telling, small ones are not proof.
    """

    size, hits, rate = int(box.sum()), int(interest[box].sum()), float(interest[others].mean())
    return float(needed("scipy.stats", "binom").sf(hits - 1, size, rate))


def _interest(outcome: str, values: np.ndarray, above: float | None, below: float | None) -> np.ndarray:
    """Say which points are of interest; some must be, and some not."""
    if above is None and below is None:
        raise InputError("prim", "--above or --below, which say what is of interest", "neither",
                         f"{outcome} goes from {values.min():.4g} to {values.max():.4g}.")  # fmt: skip
    interest = np.ones(len(values), bool)
    if above is not None:
        interest &= values > above
    if below is not None:
        interest &= values < below
    if interest.all() or not interest.any():
        raise InputError("prim", "a limit that tells points apart", f"{int(interest.sum())} of {len(values)} inside",
                         f"{outcome} goes from {values.min():.4g} to {values.max():.4g}.")  # fmt: skip
    return interest


def _sample(kind: str, results: Results, outcome: str | None, structure: str | None, against: str | None):
    """Give outcome, factors and values of a sample: numbers as float, words as categories."""
    results.want_design(kind, SAMPLES, EVEN)
    arms = [arm for arm in results.chosen(structure) if arm != against]
    name, parts, values = results.outcome(outcome), [], []
    for arm in arms:
        parts.append(results.points.assign(**({STRUCTURE: arm} if len(arms) > 1 else {})))
        values.append(results.values(name, arm, against))
    table = pd.concat(parts, ignore_index=True)
    if len(table) < FEWEST or not len(table.columns):
        raise InputError(kind, f"at least {FEWEST} points, and factors that vary", len(table), "Sample more points.")
    for column in table.columns:
        numbers = pd.api.types.is_numeric_dtype(table[column]) and not pd.api.types.is_bool_dtype(table[column])
        table[column] = table[column].astype(float) if numbers else table[column].astype(str).astype("category")
    return name, table.loc[:, table.nunique() > 1], np.concatenate(values)


def _ema(name: str):
    """Import a module of the EMA workbench's analysis; it warns a good deal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return needed("ema_workbench.analysis", name)
