"""The nation at 1:1: every pack sold 2013-2035, 180 months, in a process of its own that reports its peak memory."""

import json
import subprocess
import sys
import time
from pathlib import Path

from .machine import ROOT
from .timing import Line
from .worlds import NATION, case_of, live, scale_for


def child(scale: int) -> dict:
    """Run one world and say seconds, packs, events and the process's peak memory in MB."""
    began = time.perf_counter()
    model = live(case_of(scale))
    taken = time.perf_counter() - began
    events = len(model.table("packs")) if scale > NATION else sum(len(part) for part in model.holders.events._packs)
    return {"seconds": taken, "packs": model.holders.fleet.numbered, "events": events, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.is_file():  # Linux: getrusage would count what the parent held when it started this process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def measure() -> list[Line]:
    """Run a million packs and the nation, each in a fresh process."""
    million, nation = (_apart(scale) for scale in (scale_for(1_000_000), NATION))
    each, base = (found["seconds"] / found["packs"] * 1e9 for found in (nation, million))
    return [
        Line(
            f"the nation at 1:1, {nation['packs']:,} packs, {nation['events']:,} events, set-up included",
            f"{nation['seconds']:.1f} s, {each:.0f} ns a pack",
            f"{million['packs']:,} packs in a process of their own: {million['seconds']:.2f} s, {base:.0f} ns a pack",
            f"{each / base:.2f} a pack",
            "90 s",
        ),
        Line(
            "peak memory of that process",
            f"{nation['peak_mb']:,.0f} MB",
            f"the process with {million['packs']:,} packs: {million['peak_mb']:,.0f} MB",
            f"{nation['peak_mb'] / million['peak_mb']:.1f}",
            "4,000 MB",
        ),
    ]


def _apart(scale: int) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.nation", str(scale)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    print(json.dumps(child(int(sys.argv[1]))))
