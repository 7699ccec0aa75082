"""The driver of a sweep: hands out what the ledger does not have yet, commits what comes back, survives what happens.

An interrupted sweep goes on where it stopped: what is to be done is the plan less the ledger. Ctrl-C once stops handing
out and waits for what is being done; twice leaves at once. A run that raises is a row with its traceback; a worker
that dies takes its runs back into the queue, and a run that kills its worker three times is a row that says so.
"""

import hashlib
import json
import math
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..folder import read_table
from ..foundations.errors import GovmodelError, InputError, whole
from ..foundations.files import named
from ..provenance import provenance
from ..workers import checked
from .engines import check_engine, open_engine
from .live_one import live_one
from .plan import Plan, RunSpec, in_turn, make
from .store import CRASHED, DONE, MANIFEST, Store, intact
from .study_file import base_case, check, read

WINDOW = 3  # runs in flight for each worker
DEATHS = 3  # of workers in the same run, until that run is given up
Report = Callable[[dict], None]  # hears {"done", "failed", "total", "seconds", "rate", "left"} after every run


class EngineLost(GovmodelError):
    """The engine ended before its runs did."""


@dataclass(frozen=True)
class Swept:
    """What a sweep left in its folder."""

    folder: Path
    total: int
    done: int
    failed: int
    interrupted: bool = False

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run: structure, replication, point, run_id, factors, outcomes."""
        return read_table(self.folder / "results" / "runs.parquet")

    @property
    def series(self) -> pd.DataFrame:
        """One row a run and year: the indicators that the study keeps year by year."""
        return read_table(self.folder / "results" / "series.parquet")

    @property
    def failures(self) -> pd.DataFrame:
        """Runs that failed, with their tracebacks; empty if none did."""
        path = self.folder / "results" / "failures.parquet"
        return read_table(path) if path.exists() else pd.DataFrame(columns=["structure", "replication", "run_id"])


def plan_of(study: str | Path | dict) -> Plan:
    """Plan a study given by its file, or by its content."""
    if isinstance(study, dict):
        import tomli_w

        return make(check(study), tomli_w.dumps(study))
    checked_study, text = read(study)
    return make(checked_study, text, Path(study).parent)


def sweep(
    study: str | Path | dict,
    out: str | Path,
    workers: int | None = None,
    scheduler: str | None = None,
    engine: str = "processes",
    limit: int | None = None,
    retry: bool = False,
    report: Report | None = None,
) -> Swept:
    """Run a study, or what is left of it, into a folder; goes on by itself where an earlier sweep stopped.

    `limit`: do at most so many runs now. `retry`: do again what failed. `scheduler`: address of a Dask scheduler.
    """
    plan, workers, out = plan_of(study), checked(workers), named(out, "out")
    check_engine(engine, scheduler)
    limit = None if limit is None else whole("limit", limit, 1)
    store = Store(out).open(plan)
    try:
        driver = _Driver(plan, store, workers, report, retry, limit)
        driver.drive(lambda: open_engine(engine, workers, scheduler))
        store.export(plan, _made_by(plan))
        statuses = Counter(store.statuses().values())
    finally:
        store.close()
    done = statuses[DONE]
    return Swept(out, plan.total, done, sum(statuses.values()) - done, driver.stopping)


def _made_by(plan: Plan) -> dict:
    """Say what made the tables; without clock and host, so that equal sweeps leave equal bytes."""
    made = provenance(base_case(plan.study), plan.study.seed, ())
    del made["seeds"]
    return made


class _Driver:
    """Hands out runs and commits results."""

    def __init__(self, plan: Plan, store: Store, workers: int, report: Report | None, retry: bool, limit: int | None):
        self.plan, self.store, self.workers, self.report = plan, store, workers, report
        self.held = store.statuses()
        self.again = set(self.held.values()) - {DONE} if retry else set()
        self.room, self.todo = limit, []
        self._queue(plan.runs)
        self.counts = Counter({DONE: Counter(self.held.values())[DONE]} if retry else self.held.values())
        self.stopping, self.deaths = False, Counter()
        self.began, self.here = time.monotonic(), 0

    def drive(self, open_: Callable[[], Executor]) -> None:
        """Do everything that is to be done, and put up with workers that die."""
        with _Interrupts(self):
            while self._more() and not self.stopping:
                executor = open_()
                try:
                    self._with(executor)
                except BrokenProcessPool:
                    continue  # a new pool; what was in flight is in the queue again
                finally:
                    executor.shutdown(wait=not self.stopping, cancel_futures=True)

    def _queue(self, runs) -> None:
        """Put runs that the ledger does not have into the queue, as many as may be done now."""
        todo = [run for run in in_turn(runs) if self.held.get(run.run_id, "") in self.again | {""}]
        if self.room is not None:
            todo = todo[: self.room]
            self.room -= len(todo)
        self.todo += todo

    def _more(self) -> bool:
        """Say whether there is anything to hand out; a search is asked when all it has asked for is told."""
        while not self.todo and self.room != 0:
            fresh = self.plan.further(self.store.told)
            if not fresh:
                break
            self._queue(fresh)
        return bool(self.todo)

    def _with(self, executor: Executor) -> None:
        """Keep an executor busy until nothing is left, or it breaks."""
        flight: dict = {}
        alone = any(self.deaths.values())  # one at a time, to find out which run kills its worker
        most = 1 if alone else WINDOW * self.workers
        try:
            while flight or (self._more() and not self.stopping):
                while self.todo and len(flight) < most and not self.stopping:
                    flight[executor.submit(live_one, self.todo[0])] = self.todo[0]  # a broken pool refuses here
                    self.todo.pop(0)
                done, _ = wait(flight, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future, flight)
        except BrokenProcessPool:
            self._back(list(flight.values()))
            raise

    def _take(self, future, flight: dict) -> None:
        """Commit what a future brought; a run whose worker died goes back, or is given up."""
        run = flight[future]
        try:
            error = future.exception()
        except CancelledError:
            raise EngineLost("The scheduler is gone. What was done is kept; the same command goes on.") from None
        if isinstance(error, BrokenProcessPool):
            raise error
        del flight[future]
        if error is not None:  # the engine gave up on it: its workers died again and again
            self._note(run, CRASHED, f"{type(error).__name__}: {error}", 0.0, "")
        else:
            self._note(run, *future.result())

    def _back(self, runs: list[RunSpec]) -> None:
        """Put runs whose pool broke back into the queue; suspects are tried alone, and given up in the end."""
        for run in runs:
            self.deaths[run.run_id] += 1
            if self.deaths[run.run_id] >= DEATHS and len(runs) == 1:
                self._note(run, CRASHED, f"its worker died {DEATHS} times", 0.0, "")
                self.deaths.clear()
            else:
                self.todo.insert(0, run)

    def _note(self, run: RunSpec, status: str, payload: str, seconds: float, worker: str) -> None:
        self.store.put(run, status, payload, seconds, worker)
        self.counts[status] += 1
        self.here += 1
        if self.report:
            passed = time.monotonic() - self.began
            tried = sum(self.counts.values())
            left = max(self.plan.total - tried, 0) if self.room is None else len(self.todo)
            self.report({"done": self.counts[DONE], "failed": tried - self.counts[DONE], "total": self.plan.total,
                         "seconds": passed, "rate": self.here / max(passed, 1e-9),
                         "left": left * passed / max(self.here, 1)})  # fmt: skip


class _Interrupts:
    """Ctrl-C once: stop handing out. Twice: leave at once."""

    def __init__(self, driver: _Driver):
        self.driver, self.before = driver, None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self._hear)
        return self

    def _hear(self, *_) -> None:
        if self.driver.stopping:
            raise KeyboardInterrupt
        self.driver.stopping = True

    def __exit__(self, *_) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)


# looking


def status(folder: str | Path) -> dict:
    """Say how far a sweep is; reading disturbs nobody."""
    store = Store(folder).read()
    try:
        counts = Counter(store.statuses().values())
        return {"runs": store.total(), "done": counts[DONE], "failed": sum(counts.values()) - counts[DONE],
                "attempts": store.attempts(), "seconds_a_run": store.usual_seconds()}  # fmt: skip
    finally:
        store.close()


def export(study: str | Path | dict, folder: str | Path) -> Path:
    """Make the tables of a sweep anew from its ledger."""
    plan = plan_of(study)
    store = Store(folder).there().open(plan)
    try:
        replay(plan, store)
        return store.export(plan, _made_by(plan))
    finally:
        store.close()


def replay(plan: Plan, store: Store) -> None:
    """Let a plan that grows ask again for all that the ledger has told it; one whose points are known asks nothing."""
    while plan.further(store.told):
        pass


def estimate(plan: Plan, workers: int) -> dict:
    """Say how many runs a plan has and about how long they take, from the first year of its first run."""
    from ..model import GovernanceModel

    first = plan.runs[0]
    case = first.case()
    GovernanceModel(case, rng=first.seed).step()
    began, model = time.perf_counter(), GovernanceModel(case, rng=first.seed)
    months = min(12, len(case.months))
    for _ in range(months):
        model.step()
    each = (time.perf_counter() - began) / months * len(case.months)
    return {"runs": plan.total, "seconds_a_run": each, "seconds": each * plan.total / workers}


def verify(study: str | Path | dict, folder: str | Path, again: int = 5) -> list[dict]:
    """Hold a sweep's tables to its manifest, and some of its runs to what they give when they are run again.

    Gives one row a check: what, ok, note. On processors with other features than those of the sweep, runs are held to
    a relative tolerance of 1e-9, and the note says so.
    """
    plan, folder = plan_of(study), Path(folder)
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError("folder", "the folder of a sweep with a manifest", str(folder), "Run the sweep, or --export.")
    try:
        manifest, rows = json.loads(path.read_text(encoding="utf-8")), []
        listed, made_with = manifest["files"].items(), (manifest["code"], manifest["made_by"]["cpu_features"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("folder", f"a sweep whose {MANIFEST} can be read", str(folder),
                         "Make it anew: govmodel sweep STUDY.toml --out DIR --export.") from None  # fmt: skip
    for name, sha in listed:
        there = (folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha
        rows.append({"what": name, "ok": there, "note": "as listed" if there else "changed, cut or missing"})
    same_code = made_with[0] == plan.code
    rows.append({"what": "code", "ok": same_code, "note": "the same" if same_code else "another version of govmodel"})
    same_cpu = made_with[1] == _made_by(plan)["cpu_features"]
    store = Store(folder).read()
    try:
        replay(plan, store)
        done = [run for run in plan.runs if store.statuses().get(run.run_id) == DONE]
        for run in done[:: max(len(done) // max(again, 1), 1)][:again]:  # spread over the plan
            held = store.payload(run.run_id)
            rows.append(_again(run, held[1], same_cpu or not intact(held)))
    finally:
        store.close()
    return rows


def _again(run: RunSpec, held: str, exactly: bool) -> dict:
    """Run one run again and compare."""
    _, told, _, _ = live_one(run)
    if exactly or told == held:
        return {"what": f"run {run.run_id}", "ok": told == held, "note": "byte by byte"}
    one, other = (json.loads(text)["outcomes"] for text in (told, held))
    near = all(
        one[name] == other[name] or (None not in (one[name], other[name])
                                     and math.isclose(one[name], other[name], rel_tol=1e-9)) for name in one
    )  # fmt: skip
    return {"what": f"run {run.run_id}", "ok": near, "note": "within 1e-9: this processor has other features"}
