"""Engines: executors that do runs, all behind the same seam, `concurrent.futures.Executor`.

Serial does them in this process. Processes are spawned, ignore Ctrl-C (the driver decides), and end by themselves when
the driver dies. Dask does them in local workers of its own, or in those of a scheduler somewhere else.
"""

import re
from concurrent.futures import Executor, Future, ProcessPoolExecutor

from ..foundations.errors import InputError
from ..workers import begin, context
from .design import needed

ENGINES = ("serial", "processes", "dask")


class Serial(Executor):
    """Do each task at once, here."""

    def submit(self, work, /, *arguments, **settings) -> Future:
        """Do the task and give a future that is done."""
        future: Future = Future()
        try:
            future.set_result(work(*arguments, **settings))
        except Exception as error:  # KeyboardInterrupt goes through: nothing is in flight
            future.set_exception(error)
        return future


def processes(workers: int) -> ProcessPoolExecutor:
    """Open so many worker processes."""
    return ProcessPoolExecutor(workers, mp_context=context(), initializer=begin)


WANTED = "the address of a Dask scheduler, tcp://host:port"
PRELOAD = "from govmodel.workers import begin\n\nbegin()\n"


class Dask(Executor):
    """Dask distributed behind the seam: local workers, or those of a scheduler at an address."""

    def __init__(self, workers: int, scheduler: str | None = None):
        """Start local workers, or join a scheduler that is already there."""
        client = needed("distributed", "Client")
        config = needed("dask", "config")
        # workers that share the terminal must leave Ctrl-C to the driver
        config.set({"distributed.worker.preload": [PRELOAD]})
        self.cluster = None
        if scheduler is None:
            cluster = needed("distributed", "LocalCluster")
            quiet = {"dashboard_address": "127.0.0.1:0"}  # even without a dashboard it opens a port: any that is free
            self.cluster = cluster(n_workers=workers, threads_per_worker=1, memory_limit=0, dashboard_address=None,
                                   scheduler_kwargs=quiet, silence_logs=50)  # fmt: skip
        try:
            self.client = client(self.cluster or scheduler, timeout=20, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError("--scheduler", WANTED, scheduler, f"Nobody answers there: {error}") from None
        self.executor = self.client.get_executor(pure=False, retries=2)

    def submit(self, work, /, *arguments, **settings) -> Future:
        """Hand the task to Dask."""
        return self.executor.submit(work, *arguments, **settings)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the scheduler; local workers end."""
        self.executor.shutdown(wait=wait)
        self.client.close(timeout=5)
        if self.cluster is not None:
            self.cluster.close(timeout=5)


def check_engine(name: str, scheduler: str | None) -> None:
    """Refuse an engine that is unknown or not installed, and an address that is none, before anything is written."""
    if name not in ENGINES:
        raise InputError("--engine", f"one of {', '.join(ENGINES)}", name)
    address = r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d+"
    if scheduler is not None and not (isinstance(scheduler, str) and re.fullmatch(address, scheduler)):
        raise InputError("--scheduler", WANTED, scheduler, "For example tcp://127.0.0.1:8786.")
    if scheduler is not None or name == "dask":
        needed("distributed", "Client")


def open_engine(name: str, workers: int, scheduler: str | None) -> Executor:
    """Open an engine by name that `check_engine` has accepted; a scheduler's address means Dask."""
    if scheduler is not None or name == "dask":
        return Dask(workers, scheduler)
    return Serial() if name == "serial" else processes(workers)
