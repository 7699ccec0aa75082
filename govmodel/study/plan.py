"""The plan of a study: every run it asks for, each with an identity of its own, in an order that stays balanced."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ..case.case import Case
from ..case.structure_cells import changed
from ..foundations import draws
from ..foundations.errors import InputError
from .design import points
from .study_file import StudyFile, base_case

GOVERNS = ("lever", "structure")  # kinds of factors that nothing before 2026 feels
Told = Callable[[str], dict | None]  # the outcomes of a run that is done, by its run_id; None if it is not


@dataclass(frozen=True)
class RunSpec:
    """One run of a study: what to run, with which luck, and what to bring back. Small, and plain data."""

    number: int  # its place in the tables
    run_id: str
    point: int
    structure: str
    replication: int
    factors: dict
    arm: dict  # its arm's case, as Case.from_dict takes it
    changes: dict  # of its point, as Case.with_ takes them
    seed: int
    outcomes: list[dict]  # indicators over months; of a calibration, numbers of patterns
    series: list[str]
    seconds: float
    shares_past: bool = False  # other runs of the study differ from this one from 2026 on alone

    def case(self) -> Case:
        """Give the case that is run."""
        return Case.from_dict(self.arm).with_(**self.changes)


@dataclass(frozen=True)
class Plan:
    """All runs of a study, in the order of its tables."""

    study: StudyFile
    text: str
    code: str
    runs: tuple[RunSpec, ...]

    @property
    def hash(self) -> str:
        """Give the identity of the whole: every run's, in order."""
        return sha("".join(run.run_id for run in self.runs))

    @property
    def total(self) -> int:
        """Count the runs that there will be."""
        return len(self.runs)

    def further(self, told: Told) -> list[RunSpec]:
        """Give the runs that follow from what was told by those before: none, since all points are known."""
        return []


def in_turn(runs: Iterable[RunSpec]) -> list[RunSpec]:
    """Give runs in the order in which they are done: all points before the next replication, points mixed.

    So a sweep that is interrupted has seen all arms, and points from everywhere.
    """
    return sorted(runs, key=lambda run: (run.replication, sha(f"point {run.point}"), run.number))


def make(study: StudyFile, text: str, folder: Path = Path()):
    """Plan a study: points x arms x replications; equal studies under equal code give equal plans.

    A search is planned generation by generation (searching.py: Search), a calibration stage by stage (calibration.py:
    Calibration), behind the same names.
    """
    if study.design.method == "search":
        from .searching import Search

        return Search(study, text)
    if study.design.method == "calibration":
        from .calibration import Calibration

        return Calibration(study, text)
    arms = arms_of(study)
    runs: list[RunSpec] = []
    for place, point in enumerate(points(study, folder)):
        for arm in arms:
            runs += runs_at(study, arm, place, point, len(runs), f" {place} {arm.label}")
    return Plan(study, text, code_hash(), tuple(runs))


@dataclass(frozen=True)
class Arm:
    """One arm of a study, and what all its runs have in common: held once, however many runs there are."""

    label: str
    case: Case
    given: dict  # the case as Case.from_dict takes it
    outcomes: list[dict]
    code: str


def arms_of(study: StudyFile) -> list[Arm]:
    """List a study's arms, each with the name that it has in the tables."""
    base, code = base_case(study), code_hash()
    outcomes = [outcome.model_dump() for outcome in study.outcomes]
    outcomes += [{"pattern": number} for number in (study.calibration.patterns if study.calibration else [])]
    arms = _labels([base.with_(structure=structure) for structure in study.structures])
    return [Arm(label, case, case._given(), outcomes, code) for label, case in arms]


def runs_at(
    study: StudyFile, arm: Arm, place: int, point: dict, first: int, mark: str = "", replications: int = 0
) -> list[RunSpec]:
    """Plan the replications of a point: the same case and luck, the same identity, unless `mark` differs.

    As many as the study says, unless `replications` does.
    """
    try:
        changes = _changes(study, arm.case, point)
        case = arm.case.with_(**changes)
    except InputError as error:
        raise InputError(f"point {place}: {error.field}", error.wanted, error.got, error.remedy) from None
    told = sha(json.dumps([case.hash, arm.outcomes, study.series, arm.code], sort_keys=True))
    shares = len(study.structures) > 1 or any(factor.kind in GOVERNS for factor in study.factors)
    runs = []
    for replication in range(replications or study.replications):
        seed = draws.seed_of_replication(study.seed, replication)
        identity = sha(f"{told} {seed}{mark} {replication}")[:24]
        runs.append(
            RunSpec(first + replication, identity, place, arm.label, replication, point, arm.given, changes, seed,
                    arm.outcomes, study.series, study.limits.seconds, shares)
        )  # fmt: skip
    return runs


class Growing:
    """A plan that grows: whoever asks for points is asked again when all the runs that were asked for are told.

    It keeps nothing of its own and is deterministic: told the same outcomes it asks for the same points, so what was
    stopped is played again from its beginning, takes every answer from the ledger, and goes on where it was. A point
    that is asked for again is not run again: its runs have the same content, hence the same identity.
    """

    def __init__(self, study: StudyFile, text: str):
        self.study, self.text, self.code = study, text, code_hash()
        self.arms = arms_of(study)
        self.runs: list[RunSpec] = []
        self._known: dict[str, RunSpec] = {}
        self._points: dict[str, int] = {}  # of all points so far, by the identity of their first run
        self._asked: list[list[RunSpec]] | None = []  # the runs of every point asked for last; None at the end

    def _next(self, found: list[list[dict]]) -> list[list[RunSpec]] | None:
        """Hear the outcomes of what was asked for last, and give the runs of the points asked for next, if any."""
        raise NotImplementedError

    def _most(self) -> int:
        """Say how many runs there can be."""
        raise NotImplementedError

    @property
    def hash(self) -> str:
        """Give the identity of the whole: what is asked, of which cases, by which code."""
        told = [self.study.model_dump(mode="json"), [arm.case.hash for arm in self.arms], self.code]
        return sha(json.dumps(told, sort_keys=True))

    @property
    def finished(self) -> bool:
        """Say whether all that was asked for has been told, and nothing more is asked."""
        return self._asked is None

    @property
    def total(self) -> int:
        """Count the runs that there will be: at most, until the plan is done."""
        return len(self.runs) if self.finished else max(self._most(), len(self.runs))

    def further(self, told: Told) -> list[RunSpec]:
        """Give the runs that are asked for next; none while one of those before is not done, or when all is done."""
        before = len(self.runs)
        while len(self.runs) == before and not self.finished:
            found = [[told(run.run_id) for run in runs] for runs in self._asked]
            if any(None in outcomes for outcomes in found):
                return []
            self._asked = self._next(found)
        return self.runs[before:]

    def _runs_at(self, arm: Arm, point: dict, replications: int = 0) -> list[RunSpec]:
        """Give the runs of a point, new ones entered in the plan; those that were asked for before are the same."""
        many = len(self._points)
        runs = runs_at(self.study, arm, many, point, len(self.runs), replications=replications)
        place = self._points.setdefault(runs[0].run_id, many)
        for run in runs:
            if run.run_id not in self._known:
                self._known[run.run_id] = replace(run, number=len(self.runs), point=place)
                self.runs.append(self._known[run.run_id])
        return [self._known[run.run_id] for run in runs]


def _changes(study: StudyFile, arm: Case, point: dict) -> dict:
    """Say what a point changes in its arm's case, as Case.with_ takes it."""
    kinds = {factor.name: factor.kind for factor in study.factors}
    changes: dict = {}
    cells: dict = {}
    for name, value in point.items():
        if kinds[name] == "structure":
            cells[name] = value
        elif kinds[name] == "scenario":
            changes[name] = value
        else:
            changes.setdefault(f"{kinds[name]}s", {})[name] = value
    if cells:
        changes["structure"] = changed(arm.governing, arm.country, cells)
    return changes


def _labels(arms: list[Case]) -> list[tuple[str, Case]]:
    """Name the arms by their structures; arms called alike are numbered."""
    named: list[tuple[str, Case]] = []
    for arm in arms:
        same = sum(label.split(" ")[0] == arm.structure for label, _ in named)
        named.append((f"{arm.structure} {same + 1}" if same else arm.structure, arm))
    return named


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Give the identity of the code and facts that runs are made by: every file of the package."""
    package = Path(__file__).resolve().parents[1]
    sha = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".toml", ".csv") and "report" not in path.parts:
            sha.update(str(path.relative_to(package)).encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()[:24]


def sha(text: str) -> str:
    """Hash a text."""
    return hashlib.sha256(text.encode()).hexdigest()
