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

It is a study like any other: its runs are runs of a sweep, in the sweep's ledger (plan.py: Growing).
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..case.ensemble import FILE as ENSEMBLE
from ..folder import write_table
from ..foundations.errors import InputError
from ..version import __version__
from .plan import Growing, RunSpec, sha
from .search import best_step, even_points, far_apart, local_model
from .study_file import StudyFile
from .targets import Target, aimed_at, labels_of

FIRST_REACH, SHRINK = 0.3, 0.7
HEAD = """# Sets of parameters that fit history as well as one another, written by `govmodel calibrate`; the best first.
# A misfit is in half band widths; as_it_stands is that of the case's own numbers (fewer seeds);
# threshold is the largest that was kept.

"""


@dataclass(frozen=True)
class Evaluation:
    """One set of parameters and what it gives: numbers by seed, and the misfit of their median."""

    stage: str
    point: np.ndarray  # in the unit cube
    numbers: np.ndarray  # (seeds, numbers), nan where a pattern has no value
    misfit: float


class Calibration(Growing):
    """The plan of a calibration, which grows by a stage whenever all that was asked for is told; and what it found."""

    def __init__(self, study: StudyFile, text: str):
        super().__init__(study, text)
        (self.arm,), self.wanted = self.arms, study.calibration
        self.patterns = aimed_at(self.arm.case.country, self.wanted.patterns)
        self.target, self.labels = Target.of(self.patterns), labels_of(self.patterns)
        self.ranges = {factor.name: tuple(factor.range) for factor in study.factors}
        bounds = np.array(list(self.ranges.values()))
        self._low, self._span = bounds[:, 0], bounds[:, 1] - bounds[:, 0]
        self.done: list[Evaluation] = []
        self.profiles: list[dict] = []
        self.finalists: list[Evaluation] = []
        self.members: list[Evaluation] = []
        self.threshold = np.nan
        self._course = self._stages()
        self._asked = next(self._course)

    # as a plan (plan.py)

    @property
    def digest(self) -> str:
        """Give the identity of what is asked, whatever the code."""
        return sha(json.dumps([self.study.model_dump(mode="json"), self.arm.case.hash], sort_keys=True))

    def _most(self) -> int:
        wanted, seeds = self.wanted, self.study.replications
        sets = 1 + wanted.samples + wanted.rounds * wanted.batch
        sets += len(self.ranges) * wanted.profile_points * (wanted.profile_rounds + 1)
        return sets * seeds + wanted.finalists * max(wanted.confirm - seeds, 0)

    def _next(self, found: list[list[dict]]) -> list[list[RunSpec]] | None:
        try:
            return self._course.send(found)
        except StopIteration:
            return None

    # evaluations

    def values(self, point: np.ndarray) -> dict[str, float]:
        """Turn a point of the cube into parameters, rounded to six digits."""
        return {n: float(f"{v:.6g}") for n, v in zip(self.ranges, self._low + point * self._span)}

    def _evaluate(self, stage: str, points: list[np.ndarray], replications: int = 0) -> Generator:
        """Ask for the runs of some sets of parameters, and judge what comes back."""
        found = yield [self._runs_at(self.arm, self.values(point), replications) for point in points]
        made = []
        for point, outcomes in zip(points, found):
            numbers = np.array([[one[label] for label in self.labels] for one in outcomes], float)
            made.append(Evaluation(stage, point, numbers, self.target.misfit(numbers)))
        if not replications:
            self.done += made
        return made

    @property
    def best(self) -> Evaluation:
        """The evaluation that fits best; the earlier of equals."""
        return min(self.done, key=lambda one: one.misfit)

    def _proposed(self, around: np.ndarray, reach: float, held: int | None = None) -> np.ndarray:
        """Propose a set near one: where a straight-line model of all that was measured fits best."""
        whole = [one for one in self.done if np.isfinite(one.misfit)]
        points = np.array([one.point for one in whole])
        results = self.target.distance(np.array([np.median(one.numbers, axis=0) for one in whole]))
        value, slopes = local_model(points, results, around)
        return best_step(value, slopes, self.target.weight, around, reach, held)

    # stages

    def _stages(self) -> Generator:
        """Go through all stages: yields the runs of every set that is asked for, is sent their outcomes."""
        wanted, size = self.wanted, len(self.ranges)
        own = np.array([self.arm.case.parameters[name] for name in self.ranges])
        start = np.clip((own - self._low) / self._span, 0.0, 1.0)
        yield from self._evaluate("start", [start])
        self._see_that_it_shows()
        yield from self._evaluate("sample", list(even_points(wanted.samples, size)))
        for number in range(wanted.rounds):
            reach, centre = FIRST_REACH * SHRINK**number, self.best.point
            first = 1 + wanted.samples + number * wanted.batch
            around = centre + reach * (2.0 * even_points(wanted.batch - 1, size, first) - 1.0)
            points = [self._proposed(centre, reach), *np.clip(around, 0.0, 1.0)]
            yield from self._evaluate("refine", points)
        yield from self._profile()
        yield from self._confirm()

    def _see_that_it_shows(self) -> None:
        """Refuse patterns that not even the case as it stands can show."""
        for label, values in zip(self.labels, self.done[0].numbers.T):
            if not np.isfinite(values).all():
                raise InputError("calibration.patterns", "patterns that the case's runs show", label,
                                 "Let the case run over the months it looks at, or leave the pattern out.")  # fmt: skip

    def _profile(self) -> Generator:
        """Hold each parameter at several values and let the others fit."""
        names = list(self.ranges)
        levels = np.linspace(0.0, 1.0, self.wanted.profile_points)
        places = [(j, level) for j in range(len(names)) for level in levels]
        held: dict[tuple, Evaluation] = {}
        for number in range(self.wanted.profile_rounds + 1):
            points = []
            for j, level in places:
                from_here = (held[j, level] if number else self.best).point.copy()
                from_here[j] = level
                points.append(self._proposed(from_here, FIRST_REACH, j) if number else from_here)
            found = yield from self._evaluate("profile", points)
            for place, one in zip(places, found):
                if place not in held or one.misfit < held[place].misfit:
                    held[place] = one
        self.profiles = [
            {"parameter": names[j], "held": self.values(one.point)[names[j]],
             "misfit": one.misfit, **self.values(one.point)}
            for (j, _), one in held.items()
        ]  # fmt: skip

    def _confirm(self) -> Generator:
        """Run sets that fit nearly as well again with more seeds, and keep those that cannot be told from the best."""
        wanted, error = self.wanted, self.target.error
        near = self.best.misfit + max(2.0 * error(self.best.numbers), 2.0 * wanted.tolerance)
        close = sorted((one for one in self.done if one.misfit <= near), key=lambda one: one.misfit)
        points = np.array([one.point for one in close])
        chosen = [points[i] for i in far_apart(points, wanted.finalists)]
        found = yield from self._evaluate("finalist", chosen, wanted.confirm)
        self.finalists = sorted(found, key=lambda one: one.misfit)
        winner = self.finalists[0]
        self.threshold = winner.misfit + max(2.0 * error(winner.numbers), wanted.tolerance)
        self.members = [one for one in self.finalists if one.misfit <= self.threshold]

    # what was found

    def evaluations(self) -> pd.DataFrame:
        """One row a set: stage, seeds, misfit, parameters, and every measured number's median."""
        return pd.DataFrame(
            {"stage": one.stage, "seeds": len(one.numbers), "misfit": one.misfit, **self.values(one.point),
             **dict(zip(self.labels, np.median(one.numbers, axis=0).tolist()))}
            for one in (*self.done, *self.finalists)
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write evaluations.parquet, profiles.parquet, best.toml (a case) and ensemble.toml into a folder."""
        import tomli_w

        write_table(self.evaluations(), folder / "evaluations.parquet")
        write_table(pd.DataFrame(self.profiles), folder / "profiles.parquet")
        best = self.members[0]
        case = {
            "title": "Best fit of a calibration",
            "description": f"Misfit {best.misfit:.4g} in half band widths; {self.study.question}",
            "scenario": {"parameters": self.values(best.point)},
        }
        _write(folder / "best.toml", tomli_w.dumps(case))
        _write(folder / ENSEMBLE, self.ensemble())

    def ensemble(self) -> str:
        """Write down the sets that fit as well as the best, the best first, and what found them."""
        import tomli_w

        told = {
            "question": self.study.question,
            "study": self.digest,
            "version": __version__,
            "source": "CALIBRATED",
            "patterns": [pattern.number for pattern in self.patterns],
            "seed": self.study.seed,
            "replications": self.wanted.confirm,
            "as_it_stands": self.done[0].misfit,
            "threshold": self.threshold,
            "member": [{"misfit": one.misfit, "parameters": self.values(one.point)} for one in self.members],
        }
        return HEAD + tomli_w.dumps(told)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def plan_for(study: str | Path | dict) -> Calibration:
    """Plan a study whose method is calibration; refuse any other."""
    from .sweep import plan_of

    plan = plan_of(study)
    if not isinstance(plan, Calibration):
        raise InputError("design.method", "calibration", plan.study.design.method, "Sweep any other study.")
    return plan


def calibrate(study: str | Path | dict, out: str | Path, workers: int | None = None, **how) -> Calibration:
    """Sweep a study whose method is calibration, or what is left of it, and find what fits; `how` as `sweep` takes it.

    Writes evaluations.parquet, profiles.parquet, best.toml and ensemble.toml beside the sweep's own tables.
    """
    from .sweep import sweep

    found = plan_for(study)
    sweep(study, out, workers, **how)
    return fitted(found, out)


def fitted(found: Calibration, folder: str | Path) -> Calibration:
    """Tell a calibration all that its sweep's folder holds, and write down there what it found."""
    from .store import Store
    from .sweep import replay

    folder = Path(folder)
    store = Store(folder).read()
    try:
        replay(found, store)
        done = len(store.statuses())
    finally:
        store.close()
    if not found.finished:
        raise InputError("folder", "a calibration that is done", f"{done} of at most {found.total} runs",
                         "Calibrate again: it goes on. Runs that failed are in results/failures.parquet.")  # fmt: skip
    found.write(folder)
    return found
