"""Small studies, and ways to run a sweep as a program that can be killed."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDY = """
question = "Does a small sweep survive?"
structures = {structures}
replications = {replications}
seed = 3

[changes]
scale = 200000
start = "2026-01"
until = "{until}"

[design]
method = "factorial"

[[factors]]
name = "subsidy"
kind = "lever"
values = {values}

[[outcomes]]
name = "licensed"
indicator = "formal_share"
from = "2026-01"
until = "{until}"
"""


def write_study(
    folder: Path, values=(0.0, 10.0, 20.0), replications=2, structures=("market",), until="2026-02"
) -> Path:
    """Write a study of a few short runs."""
    path = folder / "study.toml"
    text = STUDY.format(
        values=list(values), replications=replications, structures=json.dumps(list(structures)), until=until
    )
    path.write_text(text, encoding="utf-8")
    return path


def command(*words: object, **settings) -> subprocess.Popen:
    """Start `govmodel` in a process group of its own."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "govmodel", *map(str, words)], cwd=ROOT, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True, **settings,
    )  # fmt: skip


def finish(*words: object) -> tuple[int, str, str]:
    """Run `govmodel` to its end: exit code, what it printed, what it said."""
    done = command(*words)
    out, err = done.communicate(timeout=120)
    return done.returncode, out, err


def committed(folder: Path) -> int:
    """Count the results in a ledger that somebody may be writing."""
    if not (folder / "ledger.sqlite").exists():
        return 0
    try:
        ledger = sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True)
        try:
            return ledger.execute("select count(*) from result").fetchone()[0]
        finally:
            ledger.close()
    except sqlite3.OperationalError:
        return 0


def until(condition, seconds: float = 60.0) -> None:
    """Wait until something holds."""
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "waited in vain"
        time.sleep(0.01)


def tables(folder: Path) -> str:
    """Hash the tables of a sweep, byte by byte."""
    sha = hashlib.sha256()
    for path in sorted((folder / "results").glob("*.parquet")):
        sha.update(path.name.encode() + path.read_bytes())
    return sha.hexdigest()


def members(group: int) -> list[int]:
    """List the processes of a process group that are alive (not zombies)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[2]) == group and words[0] != "Z":
            found.append(int(path.parent.name))
    return found
