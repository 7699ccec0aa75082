"""Studies: what the engine adds to runs, how long a thousand take, and whether the driver's memory stays flat.

`python -m tests.bench.studies [RUNS]` prints it; 40 runs at classroom size are the usual number.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from govmodel.study import sweep as room
from govmodel.study.store import DONE

from . import machine
from .timing import Line, table

SCALE, RUNS, WORKERS, THOUSAND = 2000, 40, 2, 1000
FEW, MANY = 200, 1200  # runs of the driver whose memory is measured
SMALL, LARGE = 20, 220  # runs that cost nothing
PAYLOAD = '{"outcomes": {"share": 0.5}, "series": []}'
STRUCTURES = ["market", "collaborative"]
MEMORY = """
import sys, tempfile
from tests.bench.studies import study_of
from govmodel.study import live_one, sweep
live_one._measured = lambda run: {{"outcomes": {{"share": 0.5}}, "series": []}}
with tempfile.TemporaryDirectory() as folder:
    sweep.sweep(study_of({points}), folder + "/out", engine="serial")
with open("/proc/self/status") as status:  # ru_maxrss would be that of the program that started this one
    print([int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")][0])
"""


def study_of(points: int) -> dict:
    """Ask for so many points in two structures, at classroom size, 2021 to 2035."""
    step = 40.0 / max(points - 1, 1)
    return {
        "question": "How fast is a study?",
        "structures": STRUCTURES,
        "changes": {"scale": SCALE},
        "factors": [{"name": "subsidy", "kind": "lever", "values": [step * point for point in range(points)]}],
        "design": {"method": "factorial"},
        "outcomes": [{"name": "share", "indicator": "formal_share"}],
    }


def measure(runs: int = RUNS) -> list[Line]:
    """Time a serial sweep and one on two workers, and weigh drivers of few and of many runs."""
    points = max(runs // len(STRUCTURES), 2)
    runs = points * len(STRUCTURES)
    with tempfile.TemporaryDirectory() as folder:
        each_cpu, own = _engine(Path(folder), max(points // 4, 2))
        wall, work = _swept(study_of(points), Path(folder) / "pool", workers=WORKERS)
    each = work / runs
    thousand = wall / runs * THOUSAND  # too long rather than too short: workers are opened for each `runs`
    few, many = _memory(FEW // 2), _memory(MANY // 2)
    return [
        Line(
            f"what the engine adds to a run at scale {SCALE:,}: its plan, hand-out, ledger and rows, of one processor",
            f"{own[0] * 1e3:.1f} ms",
            f"the run itself: {each_cpu * 1e3:.0f} ms of one processor",
            f"{100 * own[0] / each_cpu:.1f} %",
            "under 5 %",
        ),
        Line(
            "the same on the clock, waiting for the disk included; the driver's, while workers go on",
            f"{own[1] * 1e3:.1f} ms",
            f"a run in a worker here: {each:.2f} s",
            f"{100 * own[1] / each:.1f} %",
        ),
        Line(
            f"{THOUSAND:,} runs at scale {SCALE:,} on {WORKERS} workers, "
            + ("all of them run" if runs == THOUSAND else f"scaled from {runs}"),
            f"{thousand:.0f} s",
            f"{runs} runs took {wall:.1f} s, opening the workers included; a run inside a worker {each:.2f} s",
            f"{thousand / 240:.2f} of 4 minutes",
            "240 s",
        ),
        Line(
            f"peak memory of a driver with {MANY:,} runs that cost nothing",
            f"{many:.0f} MB",
            f"with {FEW:,} runs: {few:.0f} MB",
            f"{many / few:.2f}; {(many - few) / (MANY - FEW) * 1000:.1f} kB more a run",
            "flat",
        ),
    ]


def _engine(folder: Path, points: int) -> tuple[float, tuple[float, float]]:
    """Give the processor seconds of a real run, and what the engine adds to each: processor seconds and clock.

    What it adds is the difference between many runs and few that cost nothing, so that what is done once is left out.
    """
    real, spent = room.live_one, []

    def timed(run):
        began = time.process_time()
        told = real(run)
        spent.append(time.process_time() - began)
        return told

    def nothing(run):
        return DONE, PAYLOAD, 0.0, ""

    taken = {}
    try:
        room.live_one = timed
        room.sweep(study_of(points), folder / "real", engine="serial")
        room.live_one = nothing
        for size in SMALL, LARGE:
            began, clock = time.process_time(), time.perf_counter()
            room.sweep(study_of(size // len(STRUCTURES)), folder / f"nothing{size}", engine="serial")
            taken[size] = time.process_time() - began, time.perf_counter() - clock
    finally:
        room.live_one = real
    cpu, clock = ((many - few) / (LARGE - SMALL) for few, many in zip(taken[SMALL], taken[LARGE]))
    return sum(spent) / len(spent), (cpu, clock)


def _swept(study: dict, folder: Path, **settings) -> tuple[float, float]:
    """Sweep, and give the seconds it took, and those that its runs took by themselves."""
    began = time.perf_counter()
    swept = room.sweep(study, folder, **settings)
    taken = time.perf_counter() - began
    assert swept.done == swept.total, swept
    ledger = sqlite3.connect(folder / "ledger.sqlite")
    (inside,) = ledger.execute("select sum(seconds) from attempt").fetchone()
    ledger.close()
    return taken, inside


def _memory(points: int) -> float:
    """Give the peak memory of a driver in a process of its own, MB; its runs cost nothing."""
    done = subprocess.run([sys.executable, "-c", MEMORY.format(points=points)], capture_output=True, text=True,
                          check=True, cwd=machine.ROOT)  # fmt: skip
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    print(machine.describe(), flush=True)
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
    print(f"load after: {machine.load()}\n")
    print(table(found))
