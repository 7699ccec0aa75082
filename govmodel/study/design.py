"""Designs: which points of the factors' space a study runs, as a table with one column a factor."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np

from ..foundations.errors import InputError
from .study_file import MOST_POINTS, Factor, StudyFile


def points(study: StudyFile, folder: Path = Path()) -> list[dict]:
    """List the points of a study's design, each {factor: value}; the same study gives the same points."""
    method = study.design.method
    found = {"factorial": _factorial, "list": _listed, "file": _from_file}.get(method, _sampled)(study, folder)
    if not found:
        cell, got = ("design.path", study.design.path) if method == "file" else ("design.points", [])
        raise InputError(cell, "at least one point", got, "Say what is run.")
    return found


def _factorial(study: StudyFile, folder: Path) -> list[dict]:
    """Combine every level of every factor; a range gives evenly spaced levels, its ends included."""
    levels = [
        [scaled(factor, u) for u in np.linspace(0.0, 1.0, study.design.levels)] if factor.continuous else factor.values
        for factor in study.factors
    ]
    count = math.prod(map(len, levels))
    if count > MOST_POINTS:
        raise InputError("design", f"at most {MOST_POINTS:,} points", f"{count:,} combinations",
                         "Give fewer levels or values, or sample the ranges.")  # fmt: skip
    names = [factor.name for factor in study.factors]
    return [dict(zip(names, combination)) for combination in itertools.product(*levels)]


def _listed(study: StudyFile, folder: Path) -> list[dict]:
    return [_known(study, point, f"design.points[{number}]") for number, point in enumerate(study.design.points)]


def _from_file(study: StudyFile, folder: Path) -> list[dict]:
    """Read points from a CSV beside the study file."""
    path = folder / study.design.path
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restkey="a field too many"))
    except OSError as error:
        raise InputError("design.path", "a CSV that can be read", str(path), f"{error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError("design.path", "a CSV in UTF-8", str(path), "Save the file as UTF-8.") from None
    except csv.Error as error:
        raise InputError("design.path", "a CSV that can be read", str(path), f"Mend it: {error}.") from None
    return [
        _known(study, {name: _number(text) for name, text in row.items()}, f"{path.name}, line {line}")
        for line, row in enumerate(rows, start=2)
    ]


def _number(text: str) -> object:
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def _known(study: StudyFile, point: dict, cell: str) -> dict:
    """Refuse a point that does not give every factor a value, and nothing else."""
    names = {factor.name for factor in study.factors}
    if set(point) != names:
        raise InputError(cell, f"a value for each of {', '.join(sorted(names)) or 'no factor'}", sorted(point), "")
    return point


def _sampled(study: StudyFile, folder: Path) -> list[dict]:
    unit = unit_sample(study)
    return [{f.name: scaled(f, float(u)) for f, u in zip(study.factors, row)} for row in unit]


def unit_sample(study: StudyFile) -> np.ndarray:
    """Sample the unit cube by the study's method: (points, factors)."""
    design, count = study.design, len(study.factors)
    if design.method == "latin_hypercube":
        qmc = needed("scipy.stats", "qmc")
        return qmc.LatinHypercube(count, rng=np.random.default_rng(design.seed)).random(design.size)
    problem = problem_of(study)
    if design.method == "sobol":
        if design.size & (design.size - 1):
            raise InputError("design.size", "a power of two, for sobol", design.size, "For example 64 or 128.")
        sample = needed("SALib.sample", "sobol").sample
        return sample(problem, design.size, calc_second_order=design.second_order, seed=design.seed)
    sample = needed("SALib.sample", "morris").sample
    return sample(problem, design.size, num_levels=design.levels, seed=design.seed)


def problem_of(study: StudyFile) -> dict:
    """Describe the factors to SALib, on the unit cube."""
    names = [factor.name for factor in study.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def needed(module: str, name: str):
    """Import something of the extra `study`, or say how to get it."""
    import importlib

    try:
        return getattr(importlib.import_module(module), name, None) or importlib.import_module(f"{module}.{name}")
    except ImportError:
        raise InputError("extra", "the packages for studies", f"no {module.split('.')[0]}",
                         "Install them: pip install 'govmodel[study]'.") from None  # fmt: skip


def scaled(factor: Factor, unit: float) -> object:
    """Turn a place in the unit interval into the value of a factor."""
    if not factor.continuous:
        return factor.values[min(int(unit * len(factor.values)), len(factor.values) - 1)]
    low, high = factor.range
    if factor.distribution == "log_uniform":
        return float(np.exp(np.log(low) + unit * (np.log(high) - np.log(low))))
    if factor.distribution == "normal":
        from statistics import NormalDist

        return float(NormalDist(low, high).inv_cdf(min(max(unit, 1e-6), 1.0 - 1e-6)))
    return float(low + unit * (high - low))
