"""A run: a case and a seed, played to the end, once or as several replications; saved, loaded, looked into.

Replication 0 has the run's own seed; the seeds of the others are drawn from it by number
(`foundations.draws.seed_of_replication`), so that replication r is the same however many there are.

Several cases with the same luck: `comparison.py`.
"""

import sys
import types
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from . import folder as saved
from .case import Case
from .case import ensemble as ensemble_room
from .foundations import draws
from .foundations.errors import InputError, whole
from .foundations.files import named
from .living import live
from .progress import Progress, told
from .provenance import provenance
from .version import __version__

TABLES = ("indicators", "flows", "actors", "contracts", "minutes", "ledger")
EVENTS = "packs"  # the event table of every pack, only kept when asked for
LARGEST_SEED = 2**64 - 1


def run(
    case: Case | str | Path | None = None,
    seed: int = 0,
    progress: Progress = False,
    replications: int = 1,
    packs: bool = False,
    ensemble: bool | None = None,
) -> "Run":
    """Run a case to its end.

    `case`: a Case, a library name or a path (default: china). `progress`: True draws a bar on a terminal once two
    seconds have passed; a function is called with (months done, months in all). `packs`: keep what became of every
    pack, to be saved as packs.parquet. `ensemble`: let replications take turns in the parameter sets that fit history
    as well as one another (case/ensemble.py), as they do unless False is given; replication 0 has the case's own.
    """
    if not isinstance(case, Case):
        case = Case.load("china" if case is None else case)
    seed = whole("seed", seed, 0, LARGEST_SEED)
    replications = whole("replications", replications, 1, 100_000)
    seeds = draws.seeds_of_replications(seed, replications)
    made = Run(case, seed, seeds, None, packs, ensemble=ensemble_room.choose(case, ensemble, replications))
    worlds, months = [], len(case.months)
    with told(progress) as report:
        for number, own_seed in enumerate(seeds):
            model = live(made.case_of(number), own_seed, report, number * months, replications * months)
            world = _World(model)
            if replications > 1:  # memory holds one world at a time; the first stays, for run.pack
                world.close(packs, keep_model=number == 0)
            worlds.append(world)
    made._source = _FromWorlds(worlds)
    return made


class Run:
    """What a run left: tables that begin with structure and replication, packs' life histories, provenance."""

    def __init__(
        self,
        case: Case,
        seed: int,
        seeds: list[int],
        source: "_FromWorlds | _FromFolder | None",
        packs: bool,
        made_by: dict | None = None,
        ensemble: ensemble_room.Ensemble | None = None,
    ):
        self.case, self.seed, self.seeds, self.ensemble = case, seed, tuple(seeds), ensemble
        self._source, self._keeps_packs, self._provenance = source, packs, made_by

    def _frame(self, name: str) -> pd.DataFrame:
        return self._source.frame(name, self.case.structure)

    @cached_property
    def _cases(self) -> list[Case]:
        return self.ensemble.cases(self.case) if self.ensemble else [self.case]

    def case_of(self, replication: int) -> Case:
        """Give the case that one replication lived: with an ensemble, under its own set of parameters."""
        return self._cases[self.ensemble.number(replication) if self.ensemble else 0]

    @property
    def parameters(self) -> pd.DataFrame:
        """Say which numbers each replication lived under, where they differ: a row a replication and parameter."""
        numbers = range(len(self.seeds))
        names = sorted({name for one in (self.ensemble.sets if self.ensemble else ()) for name in one})
        rows = [
            (self.case.structure, number, self.ensemble.number(number), name, self.case_of(number).parameters[name])
            for number in numbers
            for name in names
        ]
        return pd.DataFrame(rows, columns=["structure", "replication", "set", "parameter", "value"])

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """One row a replication and month; the columns are what `govmodel describe indicators` lists."""
        return self._frame("indicators")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Packs, kWh and kg by month, province, route, channel and chemistry."""
        return self._frame("flows")

    @cached_property
    def actors(self) -> pd.DataFrame:
        """The organisations, and what they did."""
        return self._frame("actors")

    @cached_property
    def contracts(self) -> pd.DataFrame:
        """Contracts between organisations; empty as long as nobody signs any."""
        return self._frame("contracts")

    @cached_property
    def minutes(self) -> pd.DataFrame:
        """What a governing body talked about and decided; empty as long as none meets."""
        return self._frame("minutes")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Who paid whom for what, in yuan a month."""
        return self._frame("ledger")

    @cached_property
    def packs(self) -> pd.DataFrame:
        """What became of every pack that came loose, event by event; only if it was asked for."""
        if not self._keeps_packs:
            raise InputError(
                "packs",
                "a run that kept the table of packs",
                "a run without it",
                "Run again with packs=True (on the command line: --packs).",
            )
        return self._frame(EVENTS)

    def pack(self, number: int, replication: int = 0):
        """Tell one pack's life in one replication; runs the case again where the events were not kept."""
        replication = whole("replication", replication, 0, len(self.seeds) - 1)
        number = whole("pack", number, 0, 2**32 - 1)
        return self._source.pack(self, replication, number)

    def seen_by(self, subject: str, replication: int = 0) -> pd.DataFrame:
        """Show the world as one subject could know it: a row a month and thing known, with how it is known.

        `subject`: "central_government", a province by its code ("GD"), an automaker, battery maker or recycler by name,
        "association" or "public". Runs the case again where the world was not kept.
        """
        replication = whole("replication", replication, 0, len(self.seeds) - 1)
        view = self._source.lived(self, replication).seen_by(subject)
        head = pd.DataFrame({"structure": self.case.structure, "replication": replication}, index=view.index)
        return pd.concat([head, view], axis=1)

    def explain(self, indicator: str, month: str, replication: int = 0):
        """Say why an indicator differs from twelve months before; runs the case again where its books were not kept."""
        from .performance import explanation

        replication = whole("replication", replication, 0, len(self.seeds) - 1)
        explanation.row_of(self.case.start, len(self.case.months), indicator, month)  # refuses before anything runs
        return explanation.explain(self._source.lived(self, replication), indicator, month)

    @property
    def provenance(self) -> dict:
        """Say what made this run: version, commit, case hash, seeds and the environment."""
        if self._provenance is None:
            self._provenance = provenance(self.case, self.seed, self.seeds, self.ensemble)
        return self._provenance

    def save(self, folder: str | Path) -> Path:
        """Write the run into a new folder, all of it or nothing; refuses a folder that holds anything."""
        folder = named(folder, "out")
        names = (*TABLES, EVENTS) if self._keeps_packs else TABLES
        saved.write(folder, ((name, getattr(self, name)) for name in names), self.case.to_toml(), self.provenance)
        return folder

    def __repr__(self) -> str:
        return f"Run({self.case!r}, seed {self.seed}, {len(self.seeds)} replication(s))"


def load_run(folder: str | Path) -> Run:
    """Open a saved run; its tables are read when they are asked for."""
    folder = named(folder, "run folder")
    made = saved.read_provenance(folder)
    if "arms" in made:
        raise InputError("run folder", "a saved run", str(folder),
                         "It holds a comparison: gm.load_comparison opens it, govmodel report shows it.")  # fmt: skip
    keeps_packs = f"{EVENTS}.parquet" in made.pop("files")
    case = Case.load(folder / saved.CASE)
    ensemble = ensemble_room.Ensemble.from_dict(made.get("parameters"))
    return Run(case, made["seed"], made["seeds"], _FromFolder(folder), keeps_packs, made, ensemble)


class _World:
    """One replication: its model while there is one, its tables once they were taken out."""

    def __init__(self, model):
        self.model, self.frames = model, {}

    def take(self, name: str) -> pd.DataFrame:
        """Hand over one table; it is not kept here."""
        return self.frames.pop(name) if name in self.frames else _table_of(self.model, name)

    def close(self, packs: bool, keep_model: bool) -> None:
        """Take all tables out of the model, and let go of it."""
        self.frames = {name: _table_of(self.model, name) for name in ((*TABLES, EVENTS) if packs else TABLES)}
        if not keep_model:
            self.model = None


def _table_of(model, name: str) -> pd.DataFrame:
    """Ask a model for one of the tables of a run."""
    return model.indicators if name == "indicators" else model.table(name)


class _FromWorlds:
    """Tables of a run that was just made."""

    def __init__(self, worlds: list[_World]):
        self.worlds = worlds

    def frame(self, name: str, structure: str) -> pd.DataFrame:
        """Put the replications' tables under one another, headed by structure and replication."""
        parts = []
        for number, world in enumerate(self.worlds):
            part = world.take(name).reset_index(drop=True)
            label = np.full(len(part), structure, object)
            if name == EVENTS:  # there can be hundreds of millions of rows
                label = pd.Categorical.from_codes(np.zeros(len(part), np.int8), [structure])
            head = pd.DataFrame({"structure": label, "replication": np.full(len(part), number, np.int64)})
            parts.append(pd.concat([head, part], axis=1))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def pack(self, run: Run, replication: int, number: int):
        """Ask the world itself."""
        return self.lived(run, replication).pack(number)

    def lived(self, run: Run, replication: int):
        """Give the world; one that was let go of is run again."""
        world = self.worlds[replication]
        if world.model is None:
            world.model = live(run.case_of(replication), run.seeds[replication])
        return world.model


class _FromFolder:
    """Tables of a run that was saved."""

    def __init__(self, folder: Path):
        self.folder, self.models = folder, {}

    def frame(self, name: str, structure: str) -> pd.DataFrame:
        """Read one table."""
        return saved.read_table(self.folder / f"{name}.parquet")

    def pack(self, run: Run, replication: int, number: int):
        """Join what a pack is like with its saved events; without these, or for a replacement, run the case again."""
        from .model import GovernanceModel

        _same_version(run)
        seed = run.seeds[replication]
        if run._keeps_packs:
            unrun = self._model(replication, "unrun", lambda: GovernanceModel(run.case_of(replication), rng=seed))
            if number < unrun.holders.fleet.numbered:  # sold with a vehicle: known before the run
                wanted = [("replication", "==", replication), ("pack", "==", number)]
                rows = saved.read_table(self.folder / f"{EVENTS}.parquet", wanted)
                return _with_events(unrun.pack(number), rows, unrun.months[-1])
        return self.lived(run, replication).pack(number)

    def lived(self, run: Run, replication: int):
        """Run the case again."""
        _same_version(run)
        return self._model(replication, "run", lambda: live(run.case_of(replication), run.seeds[replication]))

    def _model(self, replication: int, state: str, make: Callable):
        if (replication, state) not in self.models:
            self.models[replication, state] = make()
        return self.models[replication, state]


def _same_version(run: Run) -> None:
    """Refuse to run a saved case again under another version, which might tell another story."""
    made_by = run.provenance["version"]
    if made_by != __version__:
        raise InputError(
            "run folder",
            f"a run made by govmodel {__version__}",
            f"one made by {made_by}",
            "This is told by running the case again; install that version for it.",
        )


def _with_events(history, rows: pd.DataFrame, last: str):
    """Put saved events into the history of a pack of a model that has not run; `last` is the run's last month."""
    from .performance.history import Happening

    events = [Happening.of(row.month, row.route, row.disposition, bool(row.scanned)) for row in rows.itertuples()]
    return replace(history, events=tuple(events), unsold=history.sold > last)


class _CallableModule(types.ModuleType):
    """`govmodel.run` names this file as well as its function; whichever of the two one has got, it can be called."""

    def __call__(self, *args, **settings) -> Run:
        return run(*args, **settings)


sys.modules[__name__].__class__ = _CallableModule
