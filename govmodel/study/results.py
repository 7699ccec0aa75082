"""The results of a sweep as analyses read them: whole, unchanged, and from the design that they need."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ..folder import read_table
from ..foundations.errors import InputError, nearest
from ..foundations.files import named
from .design import points
from .store import DONE, LEDGER, MANIFEST, STUDY, Store
from .study_file import StudyFile, read_again

RUNS = "results/runs.parquet"


@dataclass(frozen=True)
class Results:
    """A sweep that is complete: its study, its runs, and what made them."""

    folder: Path
    study: StudyFile
    runs: pd.DataFrame  # one row a run: structure, replication, point, run_id, factors, outcomes
    made: dict  # plan, code and sha256 of the table of runs

    @property
    def factors(self) -> list[str]:
        """Name the factors."""
        return [factor.name for factor in self.study.factors]

    @property
    def outcomes(self) -> list[str]:
        """Name the outcomes."""
        return [outcome.name for outcome in self.study.outcomes]

    @property
    def arms(self) -> list[str]:
        """Name the arms, in the order in which the runs first show them."""
        return list(dict.fromkeys(self.runs["structure"]))

    @cached_property
    def points(self) -> pd.DataFrame:
        """Give the factors of every point, by its number; of a search, only of points that were run."""
        return self.runs.groupby("point", sort=True)[self.factors].first()

    def outcome(self, name: str | None) -> str:
        """Accept the name of an outcome; the first one if none is given."""
        if name is not None and name not in self.outcomes:
            raise InputError("outcome", "an outcome of the study", name, nearest(name, self.outcomes, "Outcomes"))
        return name or self.outcomes[0]

    def chosen(self, structure: str | None) -> list[str]:
        """Accept the name of an arm; all of them if none is given."""
        if structure is not None and structure not in self.arms:
            raise InputError("structure", "an arm of the study", structure, nearest(structure, self.arms, "Arms"))
        return [structure] if structure else self.arms

    def values(self, outcome: str, arm: str, against: str | None = None) -> np.ndarray:
        """Give an arm's outcome at every point, mean over the replications: in the order of the points.

        With `against`, the mean of the paired differences to another arm. Every run must have the outcome.
        """
        values = self._of(outcome, arm)
        if against is not None:
            values = values - self._of(outcome, self.chosen(against)[0])
        if not np.isfinite(values).all():
            holes = int((~np.isfinite(values)).sum())
            raise InputError("outcome", "a number from every run", f"{outcome} of {arm}: none in {holes} runs",
                             "Measure it over months in which there is something to measure.")  # fmt: skip
        return values.mean(axis=1)

    def _of(self, outcome: str, arm: str) -> np.ndarray:
        table = self.runs[self.runs["structure"] == arm]
        return table.pivot(index="point", columns="replication", values=outcome).to_numpy(float)

    def want_design(self, kind: str, methods: Sequence[str], why: str) -> None:
        """Refuse a design from which a kind of analysis would conclude what is not there."""
        if self.study.design.method not in methods:
            raise InputError(kind, f"a sweep of the design {' or '.join(methods)}", self.study.design.method, why)

    def want_matrix(self, kind: str) -> None:
        """Refuse unless the points that were run are those of the design, each in its row."""
        wanted = points(self.study)
        held = [self.points.iloc[number].to_dict() for number in range(len(self.points))]
        same = len(wanted) == len(held) and all(one == other for one, other in zip(wanted, held))
        if not same:
            raise InputError(kind, "the points of the study's design, each in its row", "other points",
                             "Use the versions of SALib and scipy with which the sweep was made.")  # fmt: skip


def read(folder: str | Path) -> Results:
    """Open the folder of a sweep; refuses one that is not complete, or whose tables are not those of its ledger.

    A folder that was passed on without its ledger is read by its manifest.
    """
    folder = named(folder, "folder")
    total, counts = _counts(folder)
    if counts["done"] != total:
        raise InputError("folder", "a sweep all of whose runs are done",
                         f"{counts['done']} of {total} done, {counts['failed']} failed",
                         "govmodel sweep goes on where it stopped; --retry does again what failed.")  # fmt: skip
    made = _manifest(folder, counts["done"])
    if not (folder / STUDY).is_file():
        raise InputError("folder", f"a sweep with its {STUDY}", str(folder),
                         "govmodel sweep, with the same study, writes it again.")  # fmt: skip
    return Results(folder, read_again(folder / STUDY), read_table(folder / RUNS), made)


def _counts(folder: Path) -> tuple[int, dict[str, int]]:
    """Say how many runs a sweep has, and how many are done and failed."""
    if not (folder / LEDGER).is_file() and (folder / MANIFEST).is_file():
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            return int(told["runs"]), {"done": int(told["done"]), "failed": int(told["failed"])}
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError("folder", f"a sweep whose {MANIFEST} can be read", str(folder),
                             "Copy the folder again, or run the sweep.") from None  # fmt: skip
    store = Store(folder).read()
    try:
        total, statuses = store.total(), list(store.statuses().values())
    finally:
        store.close()
    return total, {"done": statuses.count(DONE), "failed": len(statuses) - statuses.count(DONE)}


def _manifest(folder: Path, done: int) -> dict:
    """Hold the table of runs to the manifest, and the manifest to the ledger."""
    remedy = "Make the tables anew: govmodel sweep STUDY.toml --out DIR --export."
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sha = hashlib.sha256((folder / RUNS).read_bytes()).hexdigest()
        listed, made = manifest["files"].get(RUNS), {key: manifest[key] for key in ("plan", "code")}
        complete = manifest["done"] == done
    except (OSError, ValueError):
        raise InputError("folder", "a sweep whose tables were made", str(folder), remedy) from None
    except (KeyError, TypeError, AttributeError):
        raise InputError("folder", f"a sweep whose {MANIFEST} can be read", str(folder), remedy) from None
    if not complete or listed != sha:
        raise InputError("folder", "tables of all that the ledger holds", f"another {RUNS}", remedy)
    return made | {"sha256": sha}
