"""The store of a sweep: a ledger in SQLite while it runs, deterministic Parquet afterwards, and a lock on both.

The ledger is the truth: one writer, one commit a result. The tables under `results/` are made from it and can be made
anew at any time; they hold no time and no host, so that equal sweeps leave equal bytes.
"""

import errno
import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pandas as pd

from ..folder import write_table
from ..foundations.errors import GovmodelError, InputError
from ..foundations.files import named, replace, write_text
from .plan import Plan, RunSpec

LEDGER, LOCK, STUDY, MANIFEST = "ledger.sqlite", "lock.sqlite", "study.toml", "manifest.json"
DONE, FAILED, CRASHED = "done", "failed", "crashed"
_TABLES = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists result (
  run_id text primary key, status text not null, payload text not null, digest text not null, seconds real not null);
create table if not exists attempt (run_id text not null, status text not null, seconds real not null, worker text);
"""


class Locked(InputError):
    """Another driver is at work in the folder."""


class Changed(InputError):
    """The folder holds results of another study, or of other code."""


def intact(held: tuple[str, str, str]) -> bool:
    """Say whether the payload of a run that is done is the one that was written: status, payload, digest."""
    return _digest(held[1]) == held[2]


def _digest(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


class Store:
    """The folder of one sweep."""

    def __init__(self, folder: str | Path):
        self.folder, self._ledger, self._lock = named(folder, "folder"), None, None

    # opening

    def open(self, plan: Plan) -> "Store":
        """Open the folder for a plan: a new one, or one that holds part of the same plan; takes the lock."""
        held = [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []
        if LEDGER not in held and not all(name.startswith(LOCK) for name in held):  # a lock alone: nothing was begun
            raise InputError("out", "a new folder, or that of this sweep", str(self.folder), "Name another folder.")
        if self.folder.is_file():
            raise InputError("out", "a folder", str(self.folder), "This is a file; name another place.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._look_through(self._connect)
            self._hold_to(plan)
        except BaseException:
            self.close()
            raise
        return self

    def _take_lock(self) -> None:
        """Hold a database open for writing: every system frees it when this process ends, however it ends."""
        try:
            self._lock = sqlite3.connect(self.folder / LOCK, timeout=0.2, isolation_level=None)
            self._lock.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            self.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the disc: full, or not to be written
                raise OSError(errno.EIO, str(error), str(self.folder / LOCK)) from None
            raise Locked("out", "a folder in which no other sweep is at work", str(self.folder),
                         "Wait for the other one, or stop it.") from None  # fmt: skip

    def _connect(self) -> None:
        self._ledger = sqlite3.connect(self.folder / LEDGER, isolation_level=None)
        self._ledger.execute("pragma journal_mode=wal")
        self._ledger.execute("pragma synchronous=full")
        self._ledger.executescript(_TABLES)

    def _look_through(self, begin: Callable[[], None]) -> None:
        """Open the ledger by a function, or say that what lies there is none any more."""
        try:
            begin()
            self._ledger.text_factory = lambda text: text.decode("utf-8", "replace")  # what is damaged shows as such
            state = self._ledger.execute("pragma quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:  # the disc, or a lock: not the ledger's fault
            self.close()
            raise OSError(errno.EIO, str(error), str(self.folder / LEDGER)) from None
        except sqlite3.DatabaseError as error:
            state = str(error)
        if state != "ok":
            self._refuse(state)

    def _refuse(self, why: str) -> NoReturn:
        """Let go of a ledger that is damaged, and say so."""
        self.close()
        raise InputError("folder", f"a sweep whose {LEDGER} can be read", str(self.folder),
                         f"{why}. Copy it again, or sweep into another folder.")  # fmt: skip

    def _meta(self) -> dict[str, str]:
        """Give what the ledger says of its plan; refuse one that lost it, or never had it."""
        tables = {name for (name,) in self._ledger.execute("select name from sqlite_master")}
        meta = dict(self._ledger.execute("select key, value from meta")) if "meta" in tables else {}
        if lost := {"plan", "code", "runs"} - set(meta):
            self._refuse(f"It says nothing of {', '.join(sorted(lost))}")
        return meta

    def _hold_to(self, plan: Plan) -> None:
        """Refuse to go on with another study or other code than the folder was begun with."""
        begun = "select exists (select key from meta union all select run_id from result)"
        if not self._ledger.execute(begun).fetchone()[0]:
            self._keep_study(plan)
            rows = {"plan": plan.hash, "code": plan.code, "runs": str(plan.total)}
            self._ledger.executemany("insert into meta values (?, ?)", rows.items())
            return
        meta = self._meta()
        if meta["code"] != plan.code:
            remedy = "Name another folder, or install the version it was begun with."
            raise Changed("out", f"results of this version (code {plan.code[:8]})",
                          f"results of code {meta['code'][:8]}", remedy)  # fmt: skip
        if meta["plan"] != plan.hash:
            raise Changed("out", "results of this study", "results of another study, or of this one before it changed",
                          "Name another folder, or put the study back as it was.")  # fmt: skip
        if not (self.folder / STUDY).is_file():
            self._keep_study(plan)

    def _keep_study(self, plan: Plan) -> None:
        write_text(self.folder / STUDY, plan.text)

    def read(self) -> "Store":
        """Open the folder for reading only; another process may be writing."""
        self.there()._look_through(self._connect_to_read)
        self._meta()
        return self

    def there(self) -> "Store":
        """Refuse a folder that holds no sweep."""
        if not (self.folder / LEDGER).is_file():
            why = "It has no ledger." if self.folder.exists() else "There is no such folder."
            raise InputError("folder", "the folder of a sweep", str(self.folder), why)
        return self

    def _connect_to_read(self) -> None:
        """Open the ledger beside whoever writes; where nobody can write, as a file that stays as it is."""
        address = f"{(self.folder / LEDGER).resolve().as_uri()}?mode=ro"
        self._ledger = sqlite3.connect(address, uri=True)
        try:
            self._ledger.execute("select count(*) from sqlite_master")
        except sqlite3.OperationalError as error:
            apart = self.folder / f"{LEDGER}-wal"  # results that a file read alone would lack
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or (apart.exists() and apart.stat().st_size):
                raise
            self._ledger.close()
            self._ledger = sqlite3.connect(f"{address}&immutable=1", uri=True)

    def close(self) -> None:
        """Let go of the ledger and of the lock."""
        for connection in (self._ledger, self._lock):
            if connection is not None:
                connection.close()
        self._ledger = self._lock = None

    # results

    def put(self, run: RunSpec, status: str, payload: str, seconds: float, worker: str) -> None:
        """Commit one result; a second result of a run must be equal to the first."""
        digest = _digest(payload) if status == DONE else ""
        held = self._ledger.execute("select status, digest from result where run_id=?", (run.run_id,)).fetchone()
        if held and held[0] == DONE and status == DONE and held[1] != digest:
            raise GovmodelError(f"run {run.run_id} gave another result the second time: the model is not deterministic")
        self._ledger.execute("begin immediate")
        try:
            if not held or held[0] != DONE:
                row = (run.run_id, status, payload, digest, seconds)
                self._ledger.execute("insert or replace into result values (?, ?, ?, ?, ?)", row)
            self._ledger.execute("insert into attempt values (?, ?, ?, ?)", (run.run_id, status, seconds, worker))
            self._ledger.execute("commit")
        except BaseException:
            if self._ledger.in_transaction:
                self._ledger.execute("rollback")
            raise

    def statuses(self) -> dict[str, str]:
        """Say how every run that was tried ended, by run_id."""
        return dict(self._ledger.execute("select run_id, status from result"))

    def payload(self, run_id: str) -> tuple[str, str, str]:
        """Give a run's status, payload and digest."""
        return self._ledger.execute("select status, payload, digest from result where run_id=?", (run_id,)).fetchone()

    def total(self) -> int:
        """Say how many runs the plan has."""
        return int(self._meta()["runs"])

    def told(self, run_id: str) -> dict | None:
        """Give the outcomes of a run that is done; nothing of any other."""
        held = self.payload(run_id)
        return self._content(run_id, held)["outcomes"] if held and held[0] == DONE else None

    def _content(self, run_id: str, held: tuple[str, str, str]) -> dict:
        """Give what a run that is done brought, or say that it is no longer what was written."""
        if not intact(held):
            raise InputError("folder", f"the result of run {run_id} as it was written", "another one",
                             f"{LEDGER} was changed: copy it again, or sweep into another folder.")  # fmt: skip
        return json.loads(held[1])

    def usual_seconds(self) -> float | None:
        """Give what a run usually took here; nothing if none was done."""
        (mean,) = self._ledger.execute("select avg(seconds) from attempt where status=?", (DONE,)).fetchone()
        return mean

    def attempts(self) -> int:
        """Count how often a run was tried to its end."""
        return self._ledger.execute("select count(*) from attempt").fetchone()[0]

    # tables

    def export(self, plan: Plan, made_by: dict) -> Path:
        """Write the tables of what is done: runs, series by year, failures; each whole or not at all."""
        results = self.folder / "results"
        results.mkdir(exist_ok=True)
        runs, series, failures = [], [], []
        for run in plan.runs:
            held = self.payload(run.run_id)
            if held is None:
                continue
            head = {
                "structure": run.structure,
                "replication": run.replication,
                "point": run.point,
                "run_id": run.run_id,
            }
            if held[0] != DONE:
                failures.append(head | {"status": held[0], "error": held[1]})
                continue
            told = self._content(run.run_id, held)
            runs.append(head | run.factors | told["outcomes"])
            series += [head | row for row in told["series"]]
        listing = {}
        for name, rows in (("runs", runs), ("series", series), ("failures", failures)):
            path = results / f"{name}.parquet"
            if rows:
                replace(path, lambda at, rows=rows: write_table(pd.DataFrame(rows), at))
                listing[f"results/{name}.parquet"] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                path.unlink(missing_ok=True)
        manifest = {"plan": plan.hash, "code": plan.code, "runs": plan.total, "done": len(runs),
                    "failed": len(failures), "files": listing, "made_by": made_by}  # fmt: skip
        text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
        self._ledger.execute("update meta set value=? where key='runs'", (str(plan.total),))  # a search may need fewer
        write_text(self.folder / MANIFEST, text)
        return results
