"""A comparison: the same world and the same luck under several structures or levers, held against each other in pairs.

Replication r of every arm has the same seed; replication 0 is `run` with the comparison's own seed. What arms have in
common, the years before they differ, is lived once a replication, and every arm lives on from there: a branch equals
the full run, so this changes nothing but the time it takes. The number of workers changes nothing either.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from . import arms as arm_room
from . import folder as saved
from . import workers as worker_room
from .case import Case
from .case import ensemble as ensemble_room
from .foundations import draws
from .foundations.calendar import year_of
from .foundations.columns import arrow_of, frame_of, headed, stacked
from .foundations.errors import InputError, nearest, whole
from .foundations.files import named
from .living import live
from .past import months_shared
from .progress import Progress, told
from .provenance import provenance
from .run import LARGEST_SEED, TABLES, Run
from .shelf import Shelf

COMPARISON = "comparison"  # the kind of folder, in its provenance
CASES = "cases"  # the folder of the arms' cases


def compare(
    case_a: Case | str | Path,
    case_b: Case | str | Path,
    *more: Case | str | Path,
    replications: int = 20,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress = False,
    ensemble: bool | None = None,
) -> "Comparison":
    """Play several cases in the same world with the same luck, and hold them against each other.

    The cases must have the same country, months and scale. `workers`: processes to spread the replications over, as
    many as there are processors if not given. `progress`: True draws a bar on a terminal once two seconds have passed;
    a function is called with (worlds done, worlds in all). `ensemble`: as in `run`; a replication lives under
    the same parameter set in every arm, but for what an arm's case sets itself.

    The arms are told apart by the column `structure`. Where arms have the same structure, the later say there what sets
    them apart from the first: `market`, `market (subsidy=20)`.
    """
    cases = [case if isinstance(case, Case) else Case.load(case) for case in (case_a, case_b, *more)]
    arm_room.check(cases)
    seed = whole("seed", seed, 0, LARGEST_SEED)
    replications = whole("replications", replications, 1, 100_000)
    workers = worker_room.checked(workers)
    labels, seeds, shelf = arm_room.labels_of(cases), draws.seeds_of_replications(seed, replications), Shelf()
    sets = [ensemble_room.choose(case, ensemble, replications) for case in cases]
    turns = [own.cases(case) if own else [case] for own, case in zip(sets, cases)]
    try:
        months = _play(arm_room.tasks(turns, seeds, workers, shelf.folder), workers, progress)
    except BaseException:
        shelf.clear()
        raise
    arms = dict(zip(labels, cases))
    indicators = [headed(months[arm, r], labels[arm], r) for arm in range(len(cases)) for r in range(replications)]
    source = _FromShelf(shelf, labels, replications, stacked(indicators))
    return Comparison(arms, seed, seeds, source, ensembles=dict(zip(labels, sets)))


def _play(tasks: list, workers: int, progress: Progress) -> dict[tuple[int, int], pd.DataFrame]:
    """Live every world, and give the indicators by arm and replication."""
    done, total, found = 0, sum(len(task[0]) for task in tasks), {}

    def hear(number: int, result: dict) -> None:
        nonlocal done
        done += len(result)
        found.update({(arm, tasks[number][2]): table for arm, table in result.items()})
        if report:
            report(done, total)

    with told(progress, "worlds") as report, worker_room.Workers(min(workers, len(tasks)), apart=True) as pool:
        pool.do(arm_room.live, tasks, hear)
    return found


class Comparison:
    """What a comparison left: the tables of every arm, their paired differences with bands, and who is served best."""

    def __init__(
        self,
        arms: dict[str, Case],
        seed: int,
        seeds: Sequence[int],
        source,
        made_by: dict | None = None,
        ensembles: dict[str, ensemble_room.Ensemble | None] | None = None,
    ):
        self.cases, self.seed, self.seeds, self.ensembles = arms, seed, tuple(seeds), ensembles or {}
        self._source, self._provenance = source, made_by

    @property
    def arms(self) -> list[str]:
        """Name the arms, as in the column `structure`; the others are held against the first."""
        return list(self.cases)

    @property
    def indicators(self) -> pd.DataFrame:
        """One row an arm, replication and month; the columns are what `govmodel describe indicators` lists."""
        return self._source.frame("indicators")

    @property
    def flows(self) -> pd.DataFrame:
        """Packs, kWh and kg by month, province, route, channel and chemistry."""
        return self._source.frame("flows")

    @property
    def actors(self) -> pd.DataFrame:
        """The organisations, and what they did."""
        return self._source.frame("actors")

    @property
    def contracts(self) -> pd.DataFrame:
        """Contracts between organisations."""
        return self._source.frame("contracts")

    @property
    def minutes(self) -> pd.DataFrame:
        """What governing bodies talked about and decided."""
        return self._source.frame("minutes")

    @property
    def ledger(self) -> pd.DataFrame:
        """Who paid whom for what, in yuan a month; a large table, made anew whenever it is asked for."""
        return self._source.frame("ledger")

    @cached_property
    def years(self) -> pd.DataFrame:
        """Indicators by year, made from the months by each indicator's own rule."""
        from .performance.years import yearly  # here, because mesa is slow to import, and workers need not wait for it

        return yearly(self.indicators)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Every arm against every earlier one: a row an indicator and period, with band and verdict.

        Columns and the rule of the verdict ("higher", "lower" or "not distinguishable") are in
        `govmodel.performance.differences`. Years in which no arm can differ from another one are left out.
        """
        from .performance.differences import differences

        return differences(self.indicators, self.arms, self._first_year())

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """Who is served best by which arm: a row a seat, one for the public, one for each indicator of its list.

        The rules are in `govmodel.performance.ranking`.
        """
        from .performance.ranking import ranking

        return ranking(self.indicators, self.arms)

    def _first_year(self) -> int:
        """Say in which year the arms may first differ."""
        case = next(iter(self.cases.values()))
        month = case.start + months_shared(list(self.cases.values()))
        return year_of(month if month <= case.until else case.start)

    def arm(self, label: str) -> Run:
        """Give one arm as a run of its own: its tables, packs' lives, explanations."""
        if label not in self.cases:
            raise InputError("arm", "the label of an arm", label, nearest(label, self.cases, "Arms"))
        own = self.ensembles.get(label)
        return Run(self.cases[label], self.seed, list(self.seeds), _OneArm(self, label), packs=False, ensemble=own)

    @property
    def provenance(self) -> dict:
        """Say what made this comparison: version, commit, cases, seeds and the environment."""
        if self._provenance is None:
            first, labels = next(iter(self.cases.values())), self.arms
            listed = [
                {"structure": label, "case": case.name, "case_hash": case.hash, "file": f"{CASES}/{name}.toml"}
                | ({"parameters": self.ensembles[label].to_dict()} if self.ensembles.get(label) else {})
                for (label, case), name in zip(self.cases.items(), arm_room.file_names(labels))
            ]
            self._provenance = provenance(first, self.seed, self.seeds) | {"kind": COMPARISON, "arms": listed}
        return self._provenance

    def save(self, folder: str | Path) -> Path:
        """Write the comparison into a new folder, all of it or nothing; refuses a folder that holds anything."""
        folder, cases = named(folder, "out"), list(self.cases.values())
        texts = {arm["file"]: case.to_toml() for arm, case in zip(self.provenance["arms"], cases)}
        tables = ((name, self._source.parts(name)) for name in TABLES)
        saved.write(folder, tables, cases[0].to_toml(), self.provenance, texts)
        return folder

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.arms)}; seed {self.seed}, {len(self.seeds)} replication(s))"


def load_comparison(folder: str | Path) -> Comparison:
    """Open a saved comparison; its tables are read when they are asked for."""
    folder = named(folder, "comparison folder")
    made = saved.read_provenance(folder)
    made.pop("files")
    if made.get("kind") != COMPARISON:
        raise InputError("comparison folder", "a saved comparison", str(folder),
                         "It holds a run; open it with gm.load_run.")  # fmt: skip
    try:
        files = {arm["structure"]: (folder / arm["file"], arm.get("parameters")) for arm in made["arms"]}
        made["arms"][0]  # there is one at least
    except (LookupError, TypeError, AttributeError):
        raise InputError("comparison folder", "the arms of a comparison", made.get("arms"),
                         f"{saved.PROVENANCE} is damaged; make the comparison again.") from None  # fmt: skip
    arms = {label: Case.load(file) for label, (file, _) in files.items()}
    sets = {label: ensemble_room.Ensemble.from_dict(given) for label, (_, given) in files.items()}
    return Comparison(arms, made["seed"], made["seeds"], _FromFolder(folder), made, sets)


def is_comparison(folder: str | Path) -> bool:
    """Say whether a folder holds a comparison; whether it is whole is seen when it is opened."""
    try:
        return json.loads((Path(folder) / saved.PROVENANCE).read_text(encoding="utf-8")).get("kind") == COMPARISON
    except (OSError, ValueError, AttributeError):
        return False


class _FromShelf:
    """Tables of a comparison that was just made."""

    def __init__(self, shelf: Shelf, labels: list[str], replications: int, indicators: pd.DataFrame):
        self.shelf, self.labels, self.replications, self.indicators = shelf, labels, replications, indicators

    def frame(self, name: str) -> pd.DataFrame:
        """Put the worlds' tables under one another, headed by structure and replication."""
        return self.indicators if name == "indicators" else stacked(map(frame_of, self._worlds(name)))

    def parts(self, name: str):
        """Give a table as it is to be saved: world by world, for payments of all of them are too large for memory."""
        return self.indicators if name == "indicators" else map(arrow_of, self._worlds(name))

    def _worlds(self, name: str):
        for arm, label in enumerate(self.labels):
            for replication in range(self.replications):
                yield self.shelf.table(name, arm, replication, label)


class _FromFolder:
    """Tables of a comparison that was saved."""

    def __init__(self, folder: Path):
        self.folder, self._kept = folder, {}

    def frame(self, name: str, filters: list | None = None) -> pd.DataFrame:
        """Read one table; the indicators are kept at hand."""
        if name == "indicators" and name not in self._kept:
            self._kept[name] = saved.read_table(self.folder / f"{name}.parquet")
        return self._kept[name] if name in self._kept else saved.read_table(self.folder / f"{name}.parquet", filters)

    def parts(self, name: str):
        """Give a table as it is to be saved again: payments in the pieces in which they lie there."""
        return saved.read_pieces(self.folder / f"{name}.parquet") if name == "ledger" else self.frame(name)


class _OneArm:
    """Tables of one arm of a comparison; worlds are lived again where one is asked for."""

    def __init__(self, comparison: Comparison, label: str):
        self.comparison, self.label, self.models = comparison, label, {}

    def frame(self, name: str, structure: str) -> pd.DataFrame:
        """Take the arm's rows."""
        table = getattr(self.comparison, name)
        return table[table["structure"] == self.label].reset_index(drop=True)

    def pack(self, run: Run, replication: int, number: int):
        """Live the arm again, and ask it."""
        return self.lived(run, replication).pack(number)

    def lived(self, run: Run, replication: int):
        """Live the arm again."""
        if replication not in self.models:
            self.models[replication] = live(run.case_of(replication), run.seeds[replication])
        return self.models[replication]
