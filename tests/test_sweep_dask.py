"""Sweeps on Dask: here, over TCP, and when the scheduler dies, the tables are those of a serial sweep."""

import importlib.util
import socket
import subprocess
import sys

import pytest

from govmodel.study import sweep as room
from tests.sweeps import command, committed, finish, tables, until, write_study

DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not DASK, reason="DASK IS NOT THERE: pip install 'govmodel[study]' to test it")
MANY = tuple(float(value) for value in range(30))


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> dict:
    """Undisturbed serial sweeps: a small one and one of many runs."""
    made = {}
    for name, values in (("small", (0.0, 10.0, 20.0)), ("many", MANY)):
        folder = tmp_path_factory.mktemp(name)
        study = write_study(folder, values, replications=2 if name == "small" else 1)
        swept = room.sweep(study, folder / "out", engine="serial")
        assert swept.done == swept.total
        made[name] = (study, tables(folder / "out"))
    return made


@needs_dask
def test_dask_here_and_over_tcp_leaves_the_same_bytes(clean, tmp_path):
    study, wanted = clean["small"]
    room.sweep(study, tmp_path / "local", engine="dask", workers=2)
    assert tables(tmp_path / "local") == wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    own = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard"]
    helpers = [subprocess.Popen([*own, "--port", address.rpartition(":")[2]], stderr=subprocess.DEVNULL)]
    try:
        worker_ = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        helpers.append(subprocess.Popen([*worker_, "--death-timeout", "20"], stderr=subprocess.DEVNULL))
        room.sweep(study, tmp_path / "tcp", scheduler=address)
        assert tables(tmp_path / "tcp") == wanted
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait(20)


@needs_dask
def test_a_scheduler_that_dies_is_told_and_the_sweep_goes_on_without_it(clean, tmp_path):
    study, wanted = clean["many"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    dask, address = [sys.executable, "-m"], f"tcp://127.0.0.1:{port}"
    own = [*dask, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard", "--port", port]
    helpers = [subprocess.Popen(own, stderr=subprocess.DEVNULL)]
    try:
        worker_ = [*dask, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        helpers.append(subprocess.Popen([*worker_, "--death-timeout", "10"], stderr=subprocess.DEVNULL))
        driver = command("sweep", study, "--out", tmp_path / "out", "--scheduler", address)
        until(lambda: committed(tmp_path / "out") >= 2 or driver.poll() is not None, 90.0)
        helpers[0].kill()
        said = driver.communicate(timeout=120)[1]
        assert driver.returncode == 3 and "scheduler is gone" in said and "Traceback" not in said.splitlines()[-1]
    finally:
        for helper in helpers:
            helper.kill()
            helper.wait(20)
    assert 2 <= committed(tmp_path / "out") < 30
    assert finish("sweep", study, "--out", tmp_path / "out", "--workers", 2)[0] == 0
    assert tables(tmp_path / "out") == wanted


def test_a_scheduler_that_is_not_there_is_refused(tmp_path):
    study = write_study(tmp_path)
    if DASK:
        code, _, said = finish("sweep", study, "--scheduler", "nonsense")
        assert code == 2 and "tcp://host:port" in said
