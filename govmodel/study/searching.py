"""A search: points that NSGA-II asks for, generation after generation, as runs of the same ledger.

The search itself keeps nothing. It is deterministic: told the same outcomes it asks for the same points, so a search
that was stopped is played again from its first generation, takes every answer from the ledger, and goes on where it
was. A point that is asked for again is not run again: its runs have the same content, hence the same identity.
"""

import json

import numpy as np

from ..foundations.errors import InputError
from .design import needed, scaled
from .plan import RunSpec, Told, arms_of, code_hash, runs_at, sha
from .study_file import StudyFile

STRUCTURE = " structure"  # a gene of its own; no factor's name begins with a blank
DIGITS = 6  # of a factor's value: what is nearer together is the same point


class Search:
    """The plan of a search; it grows by a generation whenever all that was asked for is told."""

    def __init__(self, study: StudyFile, text: str):
        self.study, self.text, self.code = study, text, code_hash()
        self.arms = arms_of(study)
        self.runs: list[RunSpec] = []
        self._points: dict[str, int] = {}  # of all points so far, by the identity of their first run
        self._algorithm, self._problem = _nsga2(study)
        self._asked = self._ask()

    @property
    def hash(self) -> str:
        """Give the identity of the whole: what is asked, of which cases, by which code."""
        told = [self.study.model_dump(mode="json"), [arm.case.hash for arm in self.arms], self.code]
        return sha(json.dumps(told, sort_keys=True))

    @property
    def finished(self) -> bool:
        """Say whether the last generation was told."""
        return self._asked is None

    @property
    def total(self) -> int:
        """Count the runs that there will be: at most, until the search is done."""
        design = self.study.design
        most = design.population * design.generations * self.study.replications
        return len(self.runs) if self.finished else max(most, len(self.runs))

    def further(self, told: Told) -> list[RunSpec]:
        """Give the runs of the next generation; none while one of those before is not done, or when all is done."""
        before = len(self.runs)
        while len(self.runs) == before and not self.finished:
            results = [self._outcomes(runs, told) for runs in self._asked[1]]
            if None in results:
                return []
            self._tell([self._objectives(outcomes) for outcomes in results])
            self._asked = self._ask()
        return self.runs[before:]

    # one generation

    def _ask(self) -> tuple | None:
        """Ask the search for points: what it calls them, and their runs; nothing when it is done."""
        if not self._algorithm.has_next():
            return None
        wanted = self._algorithm.ask()
        return wanted, [self._runs_at(one.X) for one in wanted]

    def _runs_at(self, genes: dict) -> list[RunSpec]:
        """Give the runs of a point: those of before if it was asked for before."""
        arm = self.arms[genes.get(STRUCTURE, 0)]
        point = {factor.name: value_of(factor, genes[factor.name]) for factor in self.study.factors}
        place = len(self._points)
        runs = runs_at(self.study, arm, place, point, len(self.runs))
        known = self._points.get(runs[0].run_id)
        if known is not None:
            return [run for run in self.runs if run.point == known]
        self._points[runs[0].run_id] = place
        self.runs += runs
        return runs

    def _outcomes(self, runs: list[RunSpec], told: Told) -> dict | None:
        """Give a point's outcomes, means over its replications; nothing while a run is missing or failed."""
        found = [told(run.run_id) for run in runs]
        if None in found:
            return None
        for name in (*self.study.design.maximise, *self.study.design.minimise):
            if any(outcomes[name] is None for outcomes in found):
                raise InputError(f"outcome {name}", "a value in every run of a search",
                                 f"none in run {runs[0].run_id}", "Choose an outcome that always has one.")  # fmt: skip
        return {name: float(np.mean([outcomes[name] for outcomes in found])) for name in self._names()}

    def _names(self) -> tuple[str, ...]:
        return (*self.study.design.maximise, *self.study.design.minimise)

    def _objectives(self, outcomes: dict) -> list[float]:
        """Turn outcomes into what the search makes small."""
        design = self.study.design
        return [-outcomes[name] for name in design.maximise] + [outcomes[name] for name in design.minimise]

    def _tell(self, objectives: list[list[float]]) -> None:
        static, evaluator = (needed(f"pymoo.{room}", name) for room, name in
                             (("problems.static", "StaticProblem"), ("core.evaluator", "Evaluator")))  # fmt: skip
        wanted = self._asked[0]
        evaluator().eval(static(self._problem, F=np.array(objectives)), wanted)
        self._algorithm.tell(infills=wanted)


def value_of(factor, gene: object) -> object:
    """Turn a gene into a factor's value: a place in its range, or one of its values."""
    if not factor.continuous:
        return factor.values[gene]
    return float(f"{scaled(factor, float(gene)):.{DIGITS}g}")


def _nsga2(study: StudyFile):
    """Set NSGA-II up for a study: a real gene for every range, a choice for every list and for the structure."""
    needed("pymoo.config", "Config").warnings["not_compiled"] = False
    real, choice = (needed("pymoo.core.variable", name) for name in ("Real", "Choice"))
    genes = {
        factor.name: real(bounds=(0.0, 1.0)) if factor.continuous else choice(options=list(range(len(factor.values))))
        for factor in study.factors
    }
    if len(study.structures) > 1:
        genes[STRUCTURE] = choice(options=list(range(len(study.structures))))
    design = study.design
    problem = needed("pymoo.core.problem", "Problem")(vars=genes, n_obj=len(design.maximise) + len(design.minimise))
    nsga2, tournament = (needed("pymoo.algorithms.moo.nsga2", name) for name in ("NSGA2", "binary_tournament"))
    sampling, mating, alike = (
        needed("pymoo.core.mixed", f"MixedVariable{name}") for name in ("Sampling", "Mating", "DuplicateElimination")
    )
    selection = needed("pymoo.operators.selection.tournament", "TournamentSelection")(func_comp=tournament)
    algorithm = nsga2(
        pop_size=design.population,
        sampling=sampling(),
        mating=mating(selection=selection, eliminate_duplicates=alike()),
        eliminate_duplicates=alike(),
    )
    algorithm.setup(problem, termination=("n_gen", design.generations), seed=design.seed, verbose=False)
    return algorithm, problem
