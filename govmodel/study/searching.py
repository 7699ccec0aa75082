"""A search: points that NSGA-II asks for, generation after generation, as runs of one ledger (plan.py: Growing)."""

import numpy as np

from ..foundations.errors import InputError
from .design import needed, scaled
from .plan import Growing, RunSpec
from .study_file import StudyFile

STRUCTURE = " structure"  # a gene of its own; no factor's name begins with a blank
DIGITS = 6  # of a factor's value: what is nearer together is the same point


class Search(Growing):
    """The plan of a search; it grows by a generation whenever all that was asked for is told."""

    def __init__(self, study: StudyFile, text: str):
        super().__init__(study, text)
        self._algorithm, self._problem = _nsga2(study)
        self._asked = self._ask()

    def _most(self) -> int:
        design = self.study.design
        return design.population * design.generations * self.study.replications

    # one generation

    def _next(self, found: list[list[dict]]) -> list[list[RunSpec]] | None:
        self._tell([self._objectives(runs, outcomes) for runs, outcomes in zip(self._asked, found)])
        return self._ask()

    def _ask(self) -> list[list[RunSpec]] | None:
        """Ask the search for points, and give their runs; nothing when it is done."""
        if not self._algorithm.has_next():
            return None
        self._wanted = self._algorithm.ask()
        return [self._runs_of(one.X) for one in self._wanted]

    def _runs_of(self, genes: dict) -> list[RunSpec]:
        """Give the runs of a point: those of before if it was asked for before."""
        point = {factor.name: value_of(factor, genes[factor.name]) for factor in self.study.factors}
        return self._runs_at(self.arms[genes.get(STRUCTURE, 0)], point)

    def _objectives(self, runs: list[RunSpec], found: list[dict]) -> list[float]:
        """Turn a point's outcomes, means over its replications, into what the search makes small."""
        design, means = self.study.design, {}
        for name in (*design.maximise, *design.minimise):
            if any(outcomes[name] is None for outcomes in found):
                raise InputError(f"outcome {name}", "a value in every run of a search",
                                 f"none in run {runs[0].run_id}", "Choose an outcome that always has one.")  # fmt: skip
            means[name] = float(np.mean([outcomes[name] for outcomes in found]))
        return [-means[name] for name in design.maximise] + [means[name] for name in design.minimise]

    def _tell(self, objectives: list[list[float]]) -> None:
        static, evaluator = (needed(f"pymoo.{room}", name) for room, name in
                             (("problems.static", "StaticProblem"), ("core.evaluator", "Evaluator")))  # fmt: skip
        evaluator().eval(static(self._problem, F=np.array(objectives)), self._wanted)
        self._algorithm.tell(infills=self._wanted)


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
