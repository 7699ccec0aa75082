"""Calibration: which parameters fit at most six patterns, how well each is known, and which sets fit as well.

The misfit of a set of parameters is the root of the mean, over patterns, of the mean square of

    (median of the band's number over seeds - middle of the band) / half the band's width

so that 1 means: on average at the edge of the bands. Five stages, each planned from the ones before, all deterministic:

1. the case's own values and `samples` points that fill the ranges evenly (search.py: even_points);
2. `rounds` of `batch` points: a straight-line model of the numbers near the best point proposes one, the others lie
   around it, closer every round;
3. profiles: each parameter held at `profile_points` values, the others moved to fit by the same model, `profile_rounds`
   times;
4. `finalists`: sets far apart from one another among those that fit nearly as well as the best, run anew with `confirm`
   seeds;
5. the ensemble: finalists whose misfit is at most the best one's plus twice its standard error over seeds, or plus the
   file's `tolerance` if that is more (bands are themselves no better known).

Every evaluation is written down at once (evaluations.jsonl); the same command goes on where it was interrupted.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ..case.case import Case
from ..case.ensemble import FILE as ENSEMBLE
from ..foundations.errors import InputError
from ..version import __version__
from .calibration_file import CalibrationFile
from .patterns import BASELINE, NotMeasured, Pattern
from .search import best_step, even_points, far_apart, local_model
from .workers import Workers, observe, paired_seeds

FIRST_REACH, SHRINK = 0.3, 0.7
Say = Callable[[str, int, int], None]  # called with (stage, evaluations done, evaluations in all stages)


@dataclass(frozen=True)
class Evaluation:
    """One set of parameters and what it gives: numbers by seed, and the misfit of their median."""

    stage: str
    point: np.ndarray  # in the unit cube
    numbers: np.ndarray  # (seeds, numbers), nan where a pattern has no value
    misfit: float


def numbers_of(case: Case, seeds: tuple[int, ...], patterns: tuple[Pattern, ...]) -> list[list[float]]:
    """Measure all parts of some patterns on a case, seed by seed."""
    return [[value for values in _measured(observe(case, seed), patterns) for value in values] for seed in seeds]


def _measured(outcome, patterns: tuple[Pattern, ...]) -> list[list[float]]:
    found = []
    for pattern in patterns:
        for part in pattern.parts:
            try:
                found.append(part.measured({BASELINE: outcome}).tolist())
            except NotMeasured as missing:
                raise InputError(f"pattern {pattern.number}", "runs that show it", str(missing)) from None
    return found


@dataclass
class Target:
    """The bands as numbers: middle, half width and weight of every number that the patterns measure."""

    middle: np.ndarray
    half: np.ndarray
    weight: np.ndarray  # sums to 1; patterns weigh the same, and so do the numbers of one pattern

    @classmethod
    def of(cls, patterns: tuple[Pattern, ...]) -> "Target":
        """Lay out the bands in the order of `numbers_of`."""
        rows = []
        for pattern in patterns:
            parts = [part for part in pattern.parts for _ in range(_count(part))]
            rows += [(p.low, p.high, 1.0 / len(parts) / len(patterns)) for p in parts]
        low, high, weight = np.array(rows).T
        return cls((low + high) / 2.0, (high - low) / 2.0, weight)

    def distance(self, numbers: np.ndarray) -> np.ndarray:
        """Give how far numbers lie from the middle of their bands, in half widths."""
        return (numbers - self.middle) / self.half

    def misfit(self, numbers: np.ndarray) -> float:
        """Give the misfit of the median over seeds; infinite where a number is missing."""
        found = float(np.sqrt((self.weight * self.distance(np.median(numbers, axis=0)) ** 2).sum()))
        return found if np.isfinite(found) else np.inf

    def error(self, numbers: np.ndarray) -> float:
        """Give the standard error of the misfit over seeds, by leaving out one seed after another (jackknife)."""
        n = len(numbers)
        left = np.array([self.misfit(np.delete(numbers, i, axis=0)) for i in range(n)])
        return float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))


def _count(part) -> int:
    years = part.settings.get("years")
    return len(years) if part.measure in ("yearly", "gap") and years else 1


@dataclass
class Calibration:
    """A calibration at work, and what it found."""

    study: CalibrationFile
    folder: Path
    workers: Workers
    say: Say | None = None
    done: list[Evaluation] = field(default_factory=list)
    profiles: list[dict] = field(default_factory=list)
    finalists: list[Evaluation] = field(default_factory=list)
    members: list[Evaluation] = field(default_factory=list)
    threshold: float = np.nan

    def __post_init__(self):
        self.target = Target.of(self.study.patterns)
        self.seeds = tuple(paired_seeds(self.study.seed, self.study.replications))
        self._known = _read_log(self.folder, self.study.digest)
        bounds = np.array(list(self.study.ranges.values()))
        self._low, self._span = bounds[:, 0], bounds[:, 1] - bounds[:, 0]

    # evaluations

    def values(self, point: np.ndarray) -> dict[str, float]:
        """Turn a point of the cube into parameters, rounded to six digits."""
        return {n: float(f"{v:.6g}") for n, v in zip(self.study.names, self._low + point * self._span)}

    def evaluate(self, stage: str, points: list[np.ndarray], seeds: tuple[int, ...] | None = None) -> list[Evaluation]:
        """Evaluate points, new ones in the workers, and write each down as soon as it is done."""
        seeds = seeds or self.seeds
        cases = [self.study.case.with_(parameters=self.values(point)) for point in points]
        keys = [hashlib.sha256(f"{__version__} {case.hash} {seeds}".encode()).hexdigest() for case in cases]
        fresh = [i for i, key in enumerate(keys) if key not in self._known and key not in keys[:i]]
        done = 0
        with (self.folder / LOG).open("a", encoding="utf-8") as log:

            def keep(place: int, numbers: list) -> None:
                nonlocal done
                key, done = keys[fresh[place]], done + 1
                self._known[key] = numbers
                log.write(json.dumps({"key": key, "numbers": numbers}) + "\n")
                log.flush()
                if self.say:
                    self.say(stage, done, len(fresh))

            self.workers.do(numbers_of, [(cases[i], seeds, self.study.patterns) for i in fresh], keep)
        made = []
        for point, key in zip(points, keys):
            numbers = np.array(self._known[key])
            made.append(Evaluation(stage, point, numbers, self.target.misfit(numbers)))
        if seeds == self.seeds:
            self.done += made
        return made

    @property
    def best(self) -> Evaluation:
        """The evaluation that fits best; the earlier of equals."""
        return min(self.done, key=lambda one: one.misfit)

    def _proposed(self, around: np.ndarray, reach: float, held: int | None = None) -> np.ndarray:
        points = np.array([one.point for one in self.done])
        results = self.target.distance(np.array([np.median(one.numbers, axis=0) for one in self.done]))
        value, slopes = local_model(points, results, around)
        return best_step(value, slopes, self.target.weight, around, reach, held)

    # stages

    def run(self) -> "Calibration":
        """Go through all stages; what was evaluated before is not run again, if the version is the same."""
        study, size = self.study, len(self.study.names)
        own = np.array([study.case.parameters[name] for name in study.names])
        start = np.clip((own - self._low) / self._span, 0.0, 1.0)
        self.evaluate("start", [start])
        self.evaluate("sample", list(even_points(study.samples, size)))
        for number in range(study.rounds):
            reach, centre = FIRST_REACH * SHRINK**number, self.best.point
            first = 1 + study.samples + number * study.batch
            around = centre + reach * (2.0 * even_points(study.batch - 1, size, first) - 1.0)
            self.evaluate("refine", [self._proposed(centre, reach), *np.clip(around, 0.0, 1.0)])
        self._profile()
        self._confirm()
        return self

    def _profile(self) -> None:
        """Hold each parameter at several values and let the others fit."""
        levels = np.linspace(0.0, 1.0, self.study.profile_points)
        places = [(j, level) for j in range(len(self.study.names)) for level in levels]
        held: dict[tuple, Evaluation] = {}
        for number in range(self.study.profile_rounds + 1):
            points = []
            for j, level in places:
                from_here = (held[j, level] if number else self.best).point.copy()
                from_here[j] = level
                points.append(self._proposed(from_here, FIRST_REACH, j) if number else from_here)
            for place, found in zip(places, self.evaluate("profile", points)):
                if place not in held or found.misfit < held[place].misfit:
                    held[place] = found
        self.profiles = [
            {"parameter": self.study.names[j], "held": self.values(one.point)[self.study.names[j]],
             "misfit": one.misfit, **self.values(one.point)}
            for (j, _), one in held.items()
        ]  # fmt: skip

    def _confirm(self) -> None:
        """Run sets that fit nearly as well again with more seeds, and keep those that cannot be told from the best."""
        near = self.best.misfit + max(2.0 * self.target.error(self.best.numbers), 2.0 * self.study.tolerance)
        close = sorted((one for one in self.done if one.misfit <= near), key=lambda one: one.misfit)
        points = np.array([one.point for one in close])
        seeds = tuple(paired_seeds(self.study.seed, self.study.confirm))
        chosen = [points[i] for i in far_apart(points, self.study.finalists)]
        self.finalists = sorted(self.evaluate("finalist", chosen, seeds), key=lambda one: one.misfit)
        winner = self.finalists[0]
        self.threshold = winner.misfit + max(2.0 * self.target.error(winner.numbers), self.study.tolerance)
        self.members = [one for one in self.finalists if one.misfit <= self.threshold]

    # results

    def evaluations(self) -> pd.DataFrame:
        """One row an evaluation: stage, seeds, misfit, parameters, and every measured number's median."""
        labels = [
            f"pattern {pattern.number}: {part.what} {i + 1}"
            for pattern in self.study.patterns
            for part in pattern.parts
            for i in range(_count(part))
        ]
        return pd.DataFrame(
            {"stage": one.stage, "seeds": len(one.numbers), "misfit": one.misfit, **self.values(one.point),
             **dict(zip(labels, np.median(one.numbers, axis=0).tolist()))}
            for one in (*self.done, *self.finalists)
        )  # fmt: skip

    def write(self) -> None:
        """Write evaluations.parquet, profiles.parquet, best.toml (a case) and ensemble.toml into the folder."""
        import tomli_w

        from ..folder import write_table

        write_table(self.evaluations(), self.folder / "evaluations.parquet")
        write_table(pd.DataFrame(self.profiles), self.folder / "profiles.parquet")
        best = self.members[0]
        case = {
            "title": "Best fit of a calibration",
            "description": f"Misfit {best.misfit:.4g} in half band widths; {self.study.question}",
            "scenario": {"parameters": self.values(best.point)},
        }
        _write(self.folder / "best.toml", tomli_w.dumps(case))
        _write(self.folder / ENSEMBLE, self.ensemble())

    def ensemble(self) -> str:
        """Write down the sets that fit as well as the best, the best first, and what found them."""
        import tomli_w

        study = self.study
        told = {
            "question": study.question,
            "study": study.digest,
            "version": __version__,
            "source": "CALIBRATED",
            "patterns": [pattern.number for pattern in study.patterns],
            "seed": study.seed,
            "replications": study.confirm,
            "as_it_stands": self.done[0].misfit,
            "threshold": self.threshold,
            "member": [{"misfit": one.misfit, "parameters": self.values(one.point)} for one in self.members],
        }
        return HEAD + tomli_w.dumps(told)


LOG, STUDY = "evaluations.jsonl", "study.sha256"
HEAD = """# Sets of parameters that fit history as well as one another, written by `govmodel calibrate`; the best first.
# A misfit is in half band widths; as_it_stands is that of the case's own numbers (fewer seeds);
# threshold is the largest that was kept.

"""


def calibrate(study: CalibrationFile, folder: Path, workers: int = 1, say: Say | None = None) -> Calibration:
    """Run a calibration in a folder, or go on with one that was begun there."""
    folder.mkdir(parents=True, exist_ok=True)
    with Workers(workers) as pool:
        found = Calibration(study, folder, pool, say).run()
    found.write()
    return found


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _read_log(folder: Path, digest: str) -> dict[str, list]:
    """Read what was evaluated before; refuse a folder in which another study was begun. A cut last line is left out."""
    mark = folder / STUDY
    if mark.is_file() and mark.read_text(encoding="utf-8").strip() != digest:
        raise InputError("out", "a folder of this calibration", str(folder), "Another study was begun there.")
    if not mark.is_file():
        if any(folder.iterdir()):
            raise InputError("out", "a new or empty folder", str(folder), "It is not empty; name another folder.")
        _write(mark, digest + "\n")
    known, path = {}, folder / LOG
    if path.is_file():
        text = path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            _write(path, whole)
        for line in whole.splitlines():
            entry = json.loads(line)
            known[entry["key"]] = entry["numbers"]
    return known
