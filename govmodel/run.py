"""A run: a case and a seed, played to the end, once or as several replications; saved, loaded, looked into.

Replication 0 has the run's own seed; the seeds of the others are drawn from it by number
(`foundations.draws.seed_of_replication`), so that replication r is the same however many there are.

A saved folder is complete or it is not there: everything is written into a folder beside it, named
`.<name>.partial-<process>`, with provenance.json last, and then renamed. Explanations of an indicator, what a seat can
see and paired comparisons belong to later steps.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import types
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from .case import Case
from .foundations import draws
from .foundations.errors import InputError
from .version import __version__

TABLES = ("indicators", "flows", "actors", "contracts", "minutes", "ledger")
EVENTS = "packs"  # the event table of every pack, only kept when asked for
LARGEST_SEED = 2**64 - 1
Progress = bool | Callable[[int, int], None]  # called with (months done, months in all)


def run(case: Case | str | Path | None = None, seed: int = 0, progress: Progress = False, replications: int = 1,
        packs: bool = False) -> "Run":
    """Run a case to its end.

    `case`: a Case, a library name or a path (default: china). `progress`: True draws a bar on a terminal once two
    seconds have passed; a function is called with (months done, months in all). `packs`: keep what became of every
    pack, to be saved as packs.parquet.
    """
    if not isinstance(case, Case):
        case = Case.load("china" if case is None else case)
    seed = _whole("seed", seed, 0, LARGEST_SEED)
    replications = _whole("replications", replications, 1, 100_000)
    from .model import GovernanceModel  # here, because mesa is slow to import
    report = _Bar() if progress is True else progress or None
    seeds = [draws.seed_of_replication(seed, number) for number in range(replications)]
    worlds, months = [], len(case.months)
    try:
        for number, own_seed in enumerate(seeds):
            model = GovernanceModel(case, rng=own_seed)
            for month in range(months):
                model.step()
                if report:
                    report(number * months + month + 1, months * replications)
            world = _World(model)
            if replications > 1:  # memory holds one world at a time; the first stays, for run.pack
                world.close(packs, keep_model=number == 0)
            worlds.append(world)
    finally:
        if isinstance(report, _Bar):
            report.close()
    return Run(case, seed, seeds, _FromWorlds(worlds), packs)


class Run:
    """What a run left: tables that begin with structure and replication, packs' life histories, provenance."""

    def __init__(self, case: Case, seed: int, seeds: list[int], source: "_FromWorlds | _FromFolder", packs: bool,
                 provenance: dict | None = None):
        self.case, self.seed, self.seeds = case, seed, tuple(seeds)
        self._source, self._keeps_packs, self._provenance = source, packs, provenance

    def _frame(self, name: str) -> pd.DataFrame:
        return self._source.frame(name, self.case.structure)

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
            raise InputError("packs", "a run that kept the table of packs", "a run without it",
                             "Run again with packs=True (on the command line: --packs).")
        return self._frame(EVENTS)

    def pack(self, number: int, replication: int = 0):
        """Tell one pack's life in one replication; runs the case again where the events were not kept."""
        replication = _whole("replication", replication, 0, len(self.seeds) - 1)
        number = _whole("pack", number, 0, 2**32 - 1)
        return self._source.pack(self, replication, number)

    @property
    def provenance(self) -> dict:
        """Say what made this run: version, commit, case hash, seeds and the environment."""
        if self._provenance is None:
            self._provenance = _provenance(self)
        return self._provenance

    def save(self, folder: str | Path) -> Path:
        """Write the run into a new folder, all of it or nothing; refuses a folder that holds anything."""
        folder = Path(folder)
        check_folder(folder)
        partial = folder.parent / f".{folder.name}.partial-{os.getpid()}"
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            for name in (*TABLES, EVENTS) if self._keeps_packs else TABLES:
                _write_table(getattr(self, name), partial / f"{name}.parquet")
            self.case.save(partial / "case.toml")
            listing = {path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
                       for path in sorted(partial.iterdir())}
            text = json.dumps(self.provenance | {"files": listing}, indent=2, sort_keys=True)
            (partial / "provenance.json").write_text(text + "\n", encoding="utf-8", newline="\n")
            for path in partial.iterdir():
                _flush(path)
            _move_into_place(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return folder

    def __repr__(self) -> str:
        return f"Run({self.case!r}, seed {self.seed}, {len(self.seeds)} replication(s))"


def check_folder(folder: str | Path) -> None:
    """Refuse a folder for a new run unless it is free: not there, or empty."""
    folder = Path(folder)
    if folder.is_file():
        raise InputError("out", "a folder", str(folder), "This is a file; name another place.")
    if folder.is_dir() and any(folder.iterdir()):
        what = "holds another run" if (folder / "provenance.json").exists() else "is not empty"
        raise InputError("out", "a new or empty folder", str(folder),
                         f"It {what}, and nothing is overwritten; name another folder.")


def _move_into_place(partial: Path, folder: Path) -> None:
    """Give the finished folder its name, unless somebody filled that place meanwhile."""
    try:
        if folder.is_dir():
            folder.rmdir()  # succeeds on an empty one only
        partial.rename(folder)
    except OSError:
        check_folder(folder)
        raise


def load_run(folder: str | Path) -> Run:
    """Open a saved run; its tables are read when they are asked for."""
    folder = Path(folder)
    provenance = _read_provenance(folder)
    for name, listed in provenance["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != listed["bytes"]:
            state = "is missing" if not path.is_file() else "has not its full length"
            raise InputError("run folder", "a complete run", str(folder), f"{name} {state}; make the run again.")
    case = Case.load(folder / "case.toml")
    if case.hash != provenance["case_hash"]:
        raise InputError("run folder", f"the case the run was made of ({provenance['case_hash'][:12]})",
                         case.hash[:12], "case.toml was changed after the run; make the run again.")
    keeps_packs = f"{EVENTS}.parquet" in provenance["files"]
    made = {key: value for key, value in provenance.items() if key != "files"}
    return Run(case, provenance["seed"], provenance["seeds"], _FromFolder(folder), keeps_packs, made)


def _read_provenance(folder: Path) -> dict:
    """Read a run's provenance, or say why the folder is not a run."""
    if not folder.is_dir():
        raise InputError("run folder", "a folder with a saved run", str(folder), "There is no such folder.")
    path = folder / "provenance.json"
    if not path.is_file():
        half = any((folder / f"{name}.parquet").exists() for name in TABLES)
        why = "It is half-written: provenance.json, which comes last, is missing." if half else "It holds no run."
        raise InputError("run folder", "a folder with a saved run", str(folder), why)
    try:
        provenance = json.loads(path.read_text(encoding="utf-8"))
        missing = {"version", "case_hash", "seed", "seeds", "files"} - set(provenance)
    except (ValueError, TypeError):
        missing = {"readable text"}
    if missing:
        raise InputError("run folder", "a whole provenance.json", str(path), f"It lacks {', '.join(sorted(missing))}.")
    return provenance


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
    if name == "indicators":
        return model.indicators
    if name == "ledger":
        return model.ledger.frame()
    return {"flows": model.flows_frame, "actors": model.actors_frame, "contracts": model.contracts_frame,
            "minutes": model.minutes_frame, EVENTS: model.events_frame}[name]()


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
        """Ask the world itself; one that was let go of is run again."""
        world = self.worlds[replication]
        if world.model is None:
            world.model = _replay(run.case, run.seeds[replication])
        return world.model.pack(number)


class _FromFolder:
    """Tables of a run that was saved."""

    def __init__(self, folder: Path):
        self.folder, self.models = folder, {}

    def _read(self, name: str, filters=None) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.parquet as pq
        path = self.folder / f"{name}.parquet"
        try:
            return pq.read_table(path, filters=filters).to_pandas()
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError("run folder", "a table in Parquet", str(path), f"{error}") from None

    def frame(self, name: str, structure: str) -> pd.DataFrame:
        """Read one table."""
        return self._read(name)

    def pack(self, run: Run, replication: int, number: int):
        """Join what a pack is like with its saved events; without these, or for a replacement, run the case again."""
        from .model import GovernanceModel
        made_by = run.provenance["version"]
        if made_by != __version__:
            raise InputError("run folder", f"a run made by govmodel {__version__}", f"one made by {made_by}",
                             "A pack's life is told by running the case again; install that version for it.")
        seed = run.seeds[replication]
        if run._keeps_packs:
            unrun = self._model(replication, "unrun", lambda: GovernanceModel(run.case, rng=seed))
            if number < unrun.holders.fleet.numbered:  # sold with a vehicle: known before the run
                wanted = [("replication", "==", replication), ("pack", "==", number)]
                return _with_events(unrun.pack(number), self._read(EVENTS, wanted))
        return self._model(replication, "run", lambda: _replay(run.case, seed)).pack(number)

    def _model(self, replication: int, state: str, make: Callable):
        if (replication, state) not in self.models:
            self.models[replication, state] = make()
        return self.models[replication, state]


def _with_events(history, rows: pd.DataFrame):
    """Put saved events into the history of a pack of a model that has not run."""
    from .actors.holders import CHANNEL_OF, DISPOSITIONS
    from .facts import CHANNELS
    from .performance.history import Happening
    events = []
    for row in rows.itertuples():
        channel = CHANNELS[CHANNEL_OF[DISPOSITIONS.index(row.disposition)]]
        use = row.disposition.partition(":")[2] or "kept"
        events.append(Happening(row.month, row.route, channel, use, bool(row.scanned)))
    return replace(history, events=tuple(events), before_start=history.before_start and not events)


def _replay(case: Case, seed: int):
    """Run a case again to its end and give the model."""
    from .model import GovernanceModel
    model = GovernanceModel(case, rng=seed)
    for _ in case.months:
        model.step()
    return model


def _whole(field: str, value: object, low: int, high: int) -> int:
    """Accept a whole number within bounds (numpy's too)."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(field, f"a whole number from {low} to {high}", value)
    return value


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table so that equal tables give equal bytes: no pandas notes, no clock, fixed options."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", row_group_size=1 << 20)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """See to it that a file is on the disk before the folder gets its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _commit() -> str | None:
    """Give the git commit of the checkout this package runs from, with "+" when files differ; None in a wheel."""
    top = Path(__file__).resolve().parent.parent
    if not (top / ".git").exists() or not (top / "pyproject.toml").exists():
        return None
    try:
        def git(*words: str) -> str:
            return subprocess.run(["git", "-C", str(top), *words], capture_output=True, text=True, check=True,
                                  timeout=10).stdout.strip()
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", "govmodel") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _provenance(run: Run) -> dict:
    """Collect what made a run; no clock and no host, so that equal runs on one machine give equal files."""
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return {
        "version": __version__,
        "commit": _commit(),
        "case": run.case.name,
        "case_hash": run.case.hash,
        "seed": run.seed,
        "seeds": list(run.seeds),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("mesa", "networkx", "numpy", "pandas", "pyarrow", "pydantic")},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_features": [*simd.get("baseline", []), *simd.get("found", [])],
    }


class _Bar:
    """A progress bar on stderr: only on a terminal, and only once two seconds have passed."""

    PATIENCE = 2.0  # seconds

    def __init__(self):
        self._began, self._bar, self._drawn = time.monotonic(), None, sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if not self._drawn or (self._bar is None and time.monotonic() - self._began < self.PATIENCE):
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as RichProgress
            self._bar = RichProgress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("months", total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()


class _CallableModule(types.ModuleType):
    """`govmodel.run` names this file as well as its function; whichever of the two one has got, it can be called."""

    def __call__(self, *args, **settings) -> Run:
        return run(*args, **settings)


sys.modules[__name__].__class__ = _CallableModule
