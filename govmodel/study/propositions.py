"""Propositions: what governance theory says, each asked of the model in a paired experiment with one rule of verdict.

The list is data (`propositions.toml` among the facts). Both arms of an experiment are lived in the same world with the
same luck, replication by replication; the effect is arm b less arm a, and it is judged by the rule by which all
comparisons are judged (`performance/differences.py`): told apart from nothing only if the band of the paired
differences, from their 10 % to their 90 % point, lies on one side of zero and a two-sided sign test leaves chance at
most 5 %. A proposition is supported if the effect can be told apart and has the sign that theory expects, contradicted
if it can and has the other, and otherwise not distinguishable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ..case.case import Case, library
from ..case.levers import FACTS_FOLDER
from ..facts import load as load_facts
from ..foundations.calendar import EXPERIMENT_FROM, RUN_UNTIL, month_name, month_number
from ..foundations.errors import InputError, nearest, whole
from ..foundations.toml import read_toml
from ..performance.differences import ALIKE, HIGHER, paired
from ..performance.indicators import INDICATORS
from .changes import short
from .workers import Report, paired_seeds
from .worlds import Measure, Wanted, live_all

SUPPORTED, CONTRADICTED, OPEN = "supported", "contradicted", "not distinguishable"
VERDICTS = (SUPPORTED, CONTRADICTED, OPEN)
MEASURES = ("mean", "mean_absolute", "ratio")
TEXTS = ("id", "title", "title_zh", "proposition", "proposition_zh", "source", "theory", "experiment", "indicator",
         "measure", "expected", "caution")  # fmt: skip
ENTRIES = (*TEXTS, "period", "a", "b")
ARM = ("structure", "levers", "parameters", "policies", "frozen")  # what may differ between the arms


@dataclass(frozen=True)
class Proposition:
    """What theory says, and the experiment that asks the model."""

    id: str
    title: str
    title_zh: str
    proposition: str
    proposition_zh: str
    source: str
    theory: str
    experiment: str
    expected: int  # 1: arm b above arm a, -1: below
    caution: str
    measure: Measure
    a: Mapping
    b: Mapping

    def arms(self, case: Case) -> tuple[Case, Case]:
        """Make the two cases, no longer than the period that is looked at."""
        return tuple(
            short(_arm(case, f"{self.id}.{name}", arm), month_name(self.measure.until))
            for name, arm in (("a", self.a), ("b", self.b))
        )


@dataclass(frozen=True)
class Answer:
    """What came of one experiment: the paired effect, its band, and the verdict."""

    proposition: Proposition
    a: np.ndarray  # by replication
    b: np.ndarray

    @property
    def told(self) -> dict:
        """Summarise the paired differences by the common rule."""
        return {name: value.item() for name, value in paired(self.b, self.a).items()}

    @property
    def verdict(self) -> str:
        """Say whether the model bears the proposition out."""
        told = self.told["verdict"]
        if told == ALIKE:
            return OPEN
        return SUPPORTED if (told == HIGHER) == (self.proposition.expected > 0) else CONTRADICTED


@dataclass(frozen=True)
class Answers:
    """All experiments that were run, and how."""

    case: Case
    seed: int
    replications: int
    answers: tuple[Answer, ...]

    def count(self, verdict: str) -> int:
        """Count a verdict."""
        return sum(answer.verdict == verdict for answer in self.answers)

    def frame(self) -> pd.DataFrame:
        """Write one row a proposition."""
        rows = []
        for answer in self.answers:
            one, told = answer.proposition, answer.told
            rows.append(
                {name: getattr(one, name) for name in ("id", "title", "title_zh", "proposition", "source", "theory")}
                | {"experiment": one.experiment, "indicator": one.measure.indicator, "measure": one.measure.how}
                | {"unit": INDICATORS[one.measure.indicator].unit}
                | {"since": month_name(one.measure.since), "until": month_name(one.measure.until)}
                | {"expected": "+" if one.expected > 0 else "-", "a": told["value_against"], "b": told["value"]}
                | {"effect": told["difference"], "low": told["low"], "high": told["high"], "chance": told["chance"]}
                | {"replications": told["replications"], "verdict": answer.verdict, "caution": one.caution}
            )
        return pd.DataFrame(rows)


def ask(
    case: Case,
    replications: int = 20,
    seed: int = 1,
    only: Sequence[str] = (),
    workers: int = 1,
    report: Report | None = None,
) -> Answers:
    """Run both arms of every proposition, or of some, and judge."""
    replications = whole("replications", replications, 1)
    chosen = choose(load(case.country), only)
    if case.until < max(one.measure.until for one in chosen):
        last = max(one.measure.until for one in chosen)
        raise InputError("case", f"a case that runs through {month_name(last)}", month_name(case.until), "")
    wanted = [Wanted(arm, (one.measure,)) for one in chosen for arm in one.arms(case)]
    values = live_all(wanted, paired_seeds(seed, replications), workers, report)
    answers = [Answer(one, values[2 * i][0], values[2 * i + 1][0]) for i, one in enumerate(chosen)]
    return Answers(case, seed, replications, tuple(answers))


def choose(known: Sequence[Proposition], only: Sequence[str]) -> list[Proposition]:
    """Pick propositions by their names, in the order of the list; all of them if none is named."""
    names = [one.id for one in known]
    for name in only:
        if name not in names:
            raise InputError("--only", "the id of a proposition", name, nearest(name, names, "Propositions"))
    return [one for one in known if not only or one.id in only]


@lru_cache(maxsize=4)
def load(country: str = "china") -> tuple[Proposition, ...]:
    """Read the propositions of a country."""
    return read(FACTS_FOLDER / country / "propositions.toml", country)


def read(path: Path, country: str = "china") -> tuple[Proposition, ...]:
    """Read a file of propositions, or say which cell of it is wrong."""
    table, _ = read_toml(path, "file of propositions", "propositions")
    given = table.get("propositions")
    if set(table) != {"propositions"} or not isinstance(given, list) or not given:
        raise InputError(path.name, "tables headed [[propositions]], and nothing else", sorted(table), "")
    found = []
    for number, entry in enumerate(given):
        found.append(_proposition(entry, f"{path.name}: propositions[{number}]", path.name, country))
        if found[-1].id in [one.id for one in found[:-1]]:
            raise InputError(f"{path.name}: {found[-1].id}", "each id once", found[-1].id, "Rename one of the two.")
    return tuple(found)


def _proposition(entry: object, where: str, file: str, country: str) -> Proposition:
    """Accept one proposition."""
    if not isinstance(entry, Mapping):
        raise InputError(where, "a table", entry, "")
    if isinstance(entry.get("id"), str) and entry["id"]:
        where = f"{file}: {entry['id']}"
    for key in entry:
        if key not in ENTRIES:
            raise InputError(f"{where}.{key}", "an entry that is known here", key, nearest(key, ENTRIES, "Known"))
    for key in ENTRIES:
        kind, wanted = (
            (str, "a text") if key in TEXTS else (list, "two months") if key == "period" else (dict, "a table")
        )
        if not isinstance(entry.get(key), kind) or not entry[key]:
            raise InputError(f"{where}.{key}", wanted, entry.get(key), "Every proposition has every entry.")
    sources = (*load_facts().sources, "ASSUMED")
    if entry["source"] not in sources:
        remedy = nearest(entry["source"], sources, "Sources")
        raise InputError(f"{where}.source", "a key of sources.csv, or ASSUMED", entry["source"], remedy)
    if entry["expected"] not in ("+", "-"):
        raise InputError(f"{where}.expected", "+ or -", entry["expected"], "The sign of b less a that theory expects.")
    if entry["measure"] not in MEASURES:
        raise InputError(f"{where}.measure", f"one of {', '.join(MEASURES)}", entry["measure"], "")
    since, until = _period(entry["period"], where)
    try:
        measure = Measure(entry["indicator"], since, until, entry["measure"])
    except InputError as error:
        raise InputError(f"{where}.{error.field}", error.wanted, error.got, error.remedy) from None
    texts = {name: entry[name] for name in TEXTS if name not in ("indicator", "measure", "expected")}
    made = Proposition(**texts, expected=1 if entry["expected"] == "+" else -1, measure=measure,
                       a=entry["a"], b=entry["b"])  # fmt: skip
    _check_arms(made, where, country)
    return made


def _period(given: list, where: str) -> tuple[int, int]:
    """Accept the months that are looked at: within the experiment, the first before the last."""
    if len(given) != 2:
        raise InputError(f"{where}.period", "two months, the first and the last", given, "")
    since, until = (month_number(month, f"{where}.period[{i}]") for i, month in enumerate(given))
    if not EXPERIMENT_FROM <= since <= until <= RUN_UNTIL:
        wanted = f"two months from {month_name(EXPERIMENT_FROM)} to {month_name(RUN_UNTIL)}, the first one first"
        raise InputError(f"{where}.period", wanted, given, "Arms live the years before alike.")
    return since, until


def _check_arms(one: Proposition, where: str, country: str) -> None:
    """Refuse arms that a case does not take, that are alike, or that differ in more than one kind of thing."""
    for name, arm in (("a", one.a), ("b", one.b)):
        for key in arm:
            if key not in ARM:
                raise InputError(f"{where}.{name}.{key}", "what an arm may change", key, nearest(key, ARM, "Known"))
    kinds = [kind for kind in ARM if one.a.get(kind) != one.b.get(kind)]
    if len(kinds) != 1:
        raise InputError(
            f"{where}.b", "an arm that differs from a in one kind of thing", kinds, f"One of {', '.join(ARM)}."
        )
    if country in library():
        for name, arm in (("a", one.a), ("b", one.b)):
            _arm(Case.load(country), f"{where}.{name}", arm)


def _arm(case: Case, where: str, arm: Mapping) -> Case:
    """Lay an arm's changes over the case; what is refused names the proposition, the arm and the cell."""
    try:
        return case.with_(**arm)
    except InputError as error:
        raise InputError(f"{where}: {error.field}", error.wanted, error.got, error.remedy) from None
