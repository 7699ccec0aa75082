"""Kill a sweep's driver at ten random moments, and a remote scheduler once; hold what is left to a clean sweep.

Run by hand: `python -m tests.bench.soak [SEED]`. Linux only. Prints a line a kill (`kill -9`), and whether the tables
are byte by byte those of an undisturbed serial sweep. Ends with 1 if anything was lost, doubled, or left running two
seconds later.
"""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from govmodel.study import sweep as room
from govmodel.study.store import Store
from tests.sweeps import command, committed, finish, members, tables, until, write_study

KILLS, RUNS = 10, 150


def main(seed: int) -> int:
    """Do both soaks and say what came of them."""
    luck, good = np.random.default_rng(seed), True
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        study = write_study(folder, tuple(float(value) for value in range(RUNS)), replications=1, until="2026-12")
        room.sweep(study, folder / "clean", engine="serial")
        wanted = tables(folder / "clean")
        good &= drivers_killed(study, folder / "killed", wanted, luck)
        if importlib.util.find_spec("distributed") is None:
            print("DASK IS NOT THERE: the remote scheduler was not killed (pip install 'govmodel[study]')")
        else:
            good &= scheduler_killed(study, folder / "remote", wanted)
    return 0 if good else 1


def drivers_killed(study: Path, out: Path, wanted: str, luck: np.random.Generator) -> bool:
    """Kill the driver at random moments between its start and its end; go on each time."""
    good = True
    for number in range(KILLS):
        driver = command("sweep", study, "--out", out, "--workers", 2)
        wanted_more, moment = committed(out) + int(luck.integers(0, 12)), float(luck.uniform(0.0, 2.0))
        until_over(driver, 60.0, lambda wanted_more=wanted_more: committed(out) >= wanted_more)
        until_over(driver, moment)
        ended = driver.poll() is not None
        if not ended:
            os.kill(driver.pid, signal.SIGKILL)
        driver.communicate()
        time.sleep(2.0)
        left = members(driver.pid)
        good &= not left
        what = "had ended" if ended else "killed"
        print(f"driver {number + 1:2d} {what}: {committed(out)} of {RUNS} runs committed, {len(left)} processes left")
    code, _, said = finish("sweep", study, "--out", out, "--workers", 2)
    return _verdict("driver killed ten times", code, said, out, wanted) and good


def until_over(driver: subprocess.Popen, seconds: float, so_far=lambda: False) -> None:
    """Wait so many seconds, or until something holds, or until the driver has ended."""
    latest = time.monotonic() + seconds
    while time.monotonic() < latest and driver.poll() is None and not so_far():
        time.sleep(0.01)


def scheduler_killed(study: Path, out: Path, wanted: str) -> bool:
    """Kill the remote scheduler in the middle; the driver stops, and the same command goes on with local workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*dask, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard",
                                  "--port", port], **quiet)  # fmt: skip
    worker = subprocess.Popen([*dask, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard",
                               "--death-timeout", "10"], **quiet)  # fmt: skip
    try:
        driver = command("sweep", study, "--out", out, "--scheduler", address)
        until(lambda: committed(out) >= 3 or driver.poll() is not None, 90.0)
        scheduler.kill()
        said = driver.communicate(timeout=120)[1].strip().rpartition("\n")[2]
        print(f"the driver said: {said}")
        print(f"scheduler killed: {committed(out)} of {RUNS} runs committed, the driver ended with {driver.returncode}")
    finally:
        for program in (scheduler, worker):
            program.kill()
            program.wait()
    code, _, said = finish("sweep", study, "--out", out, "--workers", 2)
    return _verdict("scheduler killed", code, said, out, wanted)


def _verdict(what: str, code: int, said: str, out: Path, wanted: str) -> bool:
    store = Store(out).read()
    counted = len(store.statuses())
    store.close()
    same = code == 0 and tables(out) == wanted and counted == RUNS
    equal = "equal" if same else "NOT equal"
    print(f"{what}: {counted} results of {RUNS}, tables {equal} to the clean sweep {said if code else ''}")
    return same


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
