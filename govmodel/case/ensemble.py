"""The ensemble: sets of calibrated numbers that fit history as well as one another; replications take turns in them.

Set 0 holds nothing: there the case keeps its own numbers, so that replication 0 is the run with the same seed. What a
case sets otherwise than the facts do stays as the case says, under every set.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..foundations import parameters as parameter_room
from ..foundations.errors import InputError
from .case import Case

FILE = "ensemble.toml"
WRITTEN_BY = "a file written by govmodel calibrate"
NOTE = "replication r lives under set r modulo the number of sets; set 0 is the case's own numbers"


@dataclass(frozen=True)
class Ensemble:
    """Parameter sets in their order, the first of them empty, and the study that found them."""

    sets: tuple[Mapping[str, float], ...]
    study: str  # digest of the calibration's file

    def __len__(self) -> int:
        return len(self.sets)

    def number(self, replication: int) -> int:
        """Say under which set a replication lives."""
        return replication % len(self.sets)

    def cases(self, case: Case) -> list[Case]:
        """Give the case under every set, in order."""
        return [case.with_(parameters=dict(one)) if one else case for one in self.sets]

    def for_case(self, case: Case) -> "Ensemble":
        """Leave out what the case has set for itself."""
        usual = parameter_room.load(case.country)
        free = {name for name, value in case.parameters.items() if value == usual[name].value}
        return Ensemble(tuple({n: v for n, v in one.items() if n in free} for one in self.sets), self.study)

    def to_dict(self) -> dict:
        """Write it for a run's provenance: reading that gives an equal ensemble."""
        return {"note": NOTE, "study": self.study, "sets": [dict(one) for one in self.sets]}

    @classmethod
    def from_dict(cls, data: dict | None) -> "Ensemble | None":
        """Read it from a run's provenance; a run without one has none."""
        if data is None:
            return None
        try:
            first, *others = map(dict, data["sets"])
            return cls((first, *others), str(data["study"]))
        except (LookupError, TypeError, ValueError):
            raise InputError("parameters", "the sets and the study of an ensemble", data,
                             "provenance.json is damaged; make the run again.") from None  # fmt: skip


def read_sets(path: str | Path, country: str = "china") -> list[dict[str, float]]:
    """Read the parameter sets that a calibration wrote down, best first; `facts`: as replications live under them."""
    if str(path) == "facts" and (found := shipped(country)):
        return [dict(one) for one in found.sets]
    return [dict(one) for one in _read(Path(path)).sets[1:]]


@lru_cache(maxsize=8)
def shipped(country: str) -> Ensemble | None:
    """Give the ensemble that stands with a country's facts, if there is one."""
    path = parameter_room.FACTS_FOLDER / country / FILE
    return _read(path) if path.is_file() else None


def choose(case: Case, wanted: bool | None, replications: int) -> Ensemble | None:
    """Give the ensemble that a case's replications live under.

    `wanted`: True asks for it, False wants every replication under the case's own numbers; None means: where there are
    replications, whose band is then a forecast's, and facts that come with an ensemble.
    """
    if wanted not in (True, False, None):
        raise InputError("ensemble", "True, False or None", wanted)
    if wanted is False or (wanted is None and replications == 1):
        return None
    found = shipped(case.country)
    if found is None and wanted:
        raise InputError("ensemble", f"facts with {FILE}", case.country, "Run govmodel calibrate for this country.")
    return found and found.for_case(case)


def in_turn(case: Case, wanted: bool | None, replications: int) -> list[Case]:
    """Give the cases in which replications take turns: replication r lives number r modulo how many there are."""
    found = choose(case, wanted, replications)
    return found.cases(case) if found else [case]


def _read(path: Path) -> Ensemble:
    """Read a file of sets, and hold every number to what its parameter may be."""
    if not path.is_file():
        raise InputError("ensemble", WRITTEN_BY, str(path), "There is no such file.")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        sets = tuple(dict(member["parameters"]) for member in data["member"])
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        remedy = "It has no [[member]] with parameters."
        raise InputError("ensemble", WRITTEN_BY, f"{path}: {error}", remedy) from None
    return Ensemble(({}, *sets), str(data.get("study", "")))
