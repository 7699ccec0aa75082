"""Robustness: how often the ranking of the four structures survives when what could hide a favour is taken away.

Renaming structures cannot detect a favour that is hidden in how actors behave. So the assumptions that could hide one
are turned round at random or set to zero: the signs and sizes of the demand table, legitimacy, convener, mediator, the
price of awareness, quorum, ambition, what seats can live with, and who decides on inspection. Draw number d of every
ensemble has the luck of replication d, and so has the model as it stands: what differs between them is the assumption,
and what differs among the draws of the model as it stands is luck alone, the yardstick for the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import cos, exp, log, pi, sqrt

import numpy as np
import pandas as pd

from ..case.case import Case
from ..case.demands import published
from ..foundations.draws import draw
from ..foundations.errors import InputError, whole
from ..performance.differences import paired
from ..performance.indicators import INDICATORS
from . import merit
from .merit import ARMS, MAIN, MEASURES
from .workers import Report, paired_seeds
from .worlds import Wanted, live_each

FLIPS = (0.0, 0.1, 0.25, 0.5)  # chance that the sign of a cell is turned round
SPREAD = 0.5  # standard deviation of the logarithm of what sizes are multiplied by
PUBLISHED = "as it stands"
SAME_WORLDS = "as it stands, same worlds"  # as those of single changes


def _alone() -> dict[str, dict]:
    """Say what each single change does to the parameters of a case, and to its structures."""
    own = {"rule": "decree", "weights": {"provinces": 1.0}}
    return {
        "legitimacy 0": {"parameters": {"legitimacy": 0.0}},
        "no convener": {"body": {"convener": 0.0}},
        "no mediator": {"body": {"settles": "court"}, "frozen": ["mediation"]},
        "awareness worth nothing": {"parameters": {"awareness_weight": 0.0}},
        "quorum 0": {"parameters": {"quorum": 0.0}},
        "quorum 0.5": {"parameters": {"quorum": 0.5}},
        "ambition 0": {"parameters": {"ambition": 0.0}},
        "ambition 0.5": {"parameters": {"ambition": 0.5}},
        "tolerance halved": {"scaled": {"talk_tolerance": 0.5}},
        "tolerance doubled": {"scaled": {"talk_tolerance": 2.0}},
        "inspection by provinces": {"only": "government_led", "levers": {"inspection": own}},
    }


@dataclass(frozen=True)
class Ensemble:
    """One assumption changed: the values of the four structures in every draw."""

    name: str
    kind: str  # "luck", "demands" or "alone"
    values: np.ndarray  # (draws, arms, measures)

    def orders(self, criterion: str) -> list[tuple[str, ...]]:
        """Rank the structures in every draw."""
        return [merit.order(draw_, criterion) for draw_ in self.values]


@dataclass(frozen=True)
class Robustness:
    """What became of the ranking."""

    case: Case
    seed: int
    ensembles: tuple[Ensemble, ...]

    def reference(self, criterion: str) -> tuple[str, ...]:
        """Give the ranking as it stands: by the medians over the draws of luck alone."""
        return merit.order(np.median(self.ensembles[0].values, axis=0), criterion)

    @property
    def shown(self) -> tuple[Ensemble, ...]:
        """Give the ensembles with a yardstick for single changes: luck alone, in as many worlds as those have."""
        alone = [ensemble for ensemble in self.ensembles if ensemble.kind == "alone"]
        stands = self.ensembles[0].values
        if not alone or len(alone[0].values) >= len(stands):
            return self.ensembles
        yardstick = Ensemble(SAME_WORLDS, "luck", stands[: len(alone[0].values)])
        return *self.ensembles[: -len(alone)], yardstick, *alone

    def row(self, ensemble: Ensemble, criterion: str) -> dict:
        """Say for one ensemble and criterion how often leader, order and pairs are as they stand, and who leads."""
        known, found = self.reference(criterion), ensemble.orders(criterion)
        pairs = list(combinations(known, 2))
        kept = [sum(one.index(a) < one.index(b) for a, b in pairs) / len(pairs) for one in found]
        leads = {arm: sum(one[0] == arm for one in found) / len(found) for arm in ARMS}
        return {
            "ensemble": ensemble.name,
            "kind": ensemble.kind,
            "draws": len(found),
            "criterion": criterion,
            "leader_survives": leads[known[0]],
            "order_survives": sum(one == known for one in found) / len(found),
            "pairs_survive": sum(kept) / len(found),
            "last_survives": sum(one[-1] == known[-1] for one in found) / len(found),
            **{f"leads: {arm}": share for arm, share in leads.items()},
        }

    def frame(self) -> pd.DataFrame:
        """Write one row an ensemble and criterion."""
        return pd.DataFrame([self.row(ensemble, name) for name in MAIN for ensemble in self.shown])

    def levels(self) -> pd.DataFrame:
        """Write the medians of each ensemble by structure: the measures, and what they are against the market."""
        rows = []
        for ensemble in self.ensembles:
            extra = ensemble.values - ensemble.values[:, :1]
            for number, arm in enumerate(ARMS):
                row = {"ensemble": ensemble.name, "structure": arm}
                for name, place in merit.PLACE.items():
                    row[name] = float(np.median(ensemble.values[:, number, place]))
                for name in (merit.GAIN, merit.COST, merit.RESEARCH):
                    row[f"{name}_extra"] = float(np.median(extra[:, number, merit.PLACE[name]]))
                rows.append(row)
        return pd.DataFrame(rows)

    def pairs(self) -> pd.DataFrame:
        """Hold structures against one another under luck alone, and each changed structure against itself as it stands.

        One row a measure, by the rule of all comparisons (performance/differences.py), draw by draw.
        """
        stands = self.ensembles[0].values
        held = [
            (PUBLISHED, ARMS[arm], ARMS[against], stands[:, arm], stands[:, against])
            for against, arm in combinations(range(len(ARMS)), 2)
        ]
        for ensemble in self.ensembles[1:]:
            both = min(len(ensemble.values), len(stands))
            for place, arm in enumerate(ARMS):
                held.append((ensemble.name, arm, PUBLISHED, ensemble.values[:both, place], stands[:both, place]))
        rows = []
        for ensemble, arm, against, values, others in held:
            found = {key: column.tolist() for key, column in paired(values, others).items()}
            for name, place in merit.PLACE.items():
                told = {key: column[place] for key, column in found.items()}
                rows.append({"ensemble": ensemble, "structure": arm, "against": against, "indicator": name, **told})
        return pd.DataFrame(rows)

    def values(self) -> pd.DataFrame:
        """Write every draw: one row an ensemble, draw and structure."""
        return pd.DataFrame(
            [
                {"ensemble": ensemble.name, "draw": number, "structure": arm, **dict(zip(merit.PLACE, row))}
                for ensemble in self.ensembles
                for number, draw_ in enumerate(ensemble.values.tolist())
                for arm, row in zip(ARMS, draw_)
            ]
        )

    def unit(self, criterion: str) -> str:
        """Give the unit of a criterion."""
        return INDICATORS[criterion].unit if criterion in INDICATORS else ""


def shaken(country: str, chance: float, seed: int, number: int) -> dict[str, float]:
    """Draw a demand table: each sign turned round with a chance, each size times a log-normal number, at most 1."""
    cells = {}
    for place, (name, size) in enumerate(sorted(published(country).items())):
        turned = draw(seed, "demands", place, number, 0) < chance
        one, two = (draw(seed, "demands", place, number, which) for which in (1, 2))
        factor = exp(SPREAD * sqrt(-2.0 * log(one)) * cos(2.0 * pi * two))
        cells[name] = max(-1.0, min(1.0, (-size if turned else size) * factor))
    return cells


def look(
    case: Case, draws: int = 20, replications: int = 10, seed: int = 1, workers: int = 1, report: Report | None = None
) -> Robustness:
    """Live the four structures under every ensemble: `draws` worlds of luck and of demands, fewer of single changes.

    No replications: no single changes.
    """
    draws, replications = whole("draws", draws, 1, 10_000), whole("replications", replications, 0, 10_000)
    if case.until < MEASURES[0].since:
        raise InputError("case", "a case that runs beyond 2030", case.name, "Let it end later.")
    seeds = paired_seeds(seed, max(draws, replications))
    plans = _plans(case, draws, replications, seed)
    # a case that several ensembles have in common, the market for one, is lived once a draw
    found = live_each([(Wanted(arm, MEASURES), seeds[d]) for _, d, arms in plans for arm in arms], workers, report)
    table: dict[tuple, list] = {}
    for at, (name, _, arms) in enumerate(plans):
        table.setdefault(name, []).append(found[at * len(ARMS) : at * len(ARMS) + len(arms)])
    ensembles = [Ensemble(name, kind, np.array(table[name, kind])) for name, kind in table]
    return Robustness(case, seed, tuple(ensembles))


def _plans(case: Case, draws: int, replications: int, seed: int) -> list[tuple]:
    """List every draw: (ensemble, kind), its number, and its four cases."""
    plans = [((PUBLISHED, "luck"), d, _arms(case)) for d in range(draws)]
    for chance in FLIPS:
        name = f"signs turned round: {chance:.0%}" if chance else "sizes alone"
        for d in range(draws):
            edits = shaken(case.country, chance, seed, d)
            market, *others = _arms(case)
            plans.append(((name, "demands"), d, (market, *(arm.with_(demands=edits) for arm in others))))
    for name, change in _alone().items():
        arms = changed(case, change)
        plans += [((name, "alone"), d, arms) for d in range(replications)]
    return plans


def _arms(case: Case) -> tuple[Case, ...]:
    return tuple(case.with_(structure=arm) for arm in ARMS)


def changed(case: Case, change: Mapping) -> tuple[Case, ...]:
    """Make the four structures of a case with one assumption changed."""
    parameters = dict(change.get("parameters", {}))
    parameters |= {name: case.parameters[name] * factor for name, factor in change.get("scaled", {}).items()}
    if parameters:
        return _arms(case.with_(parameters=parameters))
    edits = {key: change[key] for key in ("body", "levers", "frozen") if key in change}
    wanted = [change["only"]] if "only" in change else ARMS[1:]
    return tuple(case.with_(structure={"base": arm, "id": arm} | edits if arm in wanted else arm) for arm in ARMS)
