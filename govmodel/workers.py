"""Workers: tasks spread over processes; what comes back does not depend on how many processes there are."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess

from .foundations.errors import whole

MOST = 1024


def checked(given: int | None, field: str = "workers") -> int:
    """Accept a number of processes; as many as there are processors for this process if none is given."""
    if given is None:
        free = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
        return len(free)
    return whole(field, given, 1, MOST)


# Worlds are spread over processes; threads of NumPy's linear algebra would only stand in each other's way there
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}


class _Spawned(SpawnProcess):
    """A process in which linear algebra has one thread, unless the user's environment says otherwise."""

    def start(self) -> None:
        """Begin; libraries read the environment once, when they are loaded."""
        ours = _ONE_THREAD.keys() - os.environ.keys()
        os.environ.update({name: _ONE_THREAD[name] for name in ours})
        try:
            super().start()
        finally:
            for name in ours:
                os.environ.pop(name, None)


class _Apart(_Spawned):
    """A process that does not run the user's program once more before it begins: its tasks need nothing of it.

    So a comparison can be made in a plain script, without the guard `if __name__ == "__main__"`.
    """

    def start(self) -> None:
        """Begin, while the program that runs here is out of sight."""
        program = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = program


class _Context(SpawnContext):
    Process = _Spawned


class _ApartContext(SpawnContext):
    Process = _Apart


def context(apart: bool = False) -> SpawnContext:
    """Say how processes are started: spawned, which is the same on every system; `apart` as in `Workers`."""
    return _ApartContext() if apart else _Context()


def _do(task: tuple) -> object:
    work, arguments = task
    return work(*arguments)


def begin() -> None:
    """Prepare a process that will live many worlds: Ctrl-C is for whoever hands out tasks; imports are never garbage.

    Otherwise whoever tidies up after a world looks through all of it again.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _follow()
    from . import model  # noqa: F401

    gc.collect()
    gc.freeze()


def _follow() -> None:
    """End with the process that started this one, even if it is killed and cannot say so."""
    starter = multiprocessing.parent_process()
    if starter is not None:
        threading.Thread(target=_end_after, args=(starter.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


class Workers:
    """Processes that do tasks, opened once for many lists of tasks; one worker is this process itself.

    Luck is keyed by seed, so a task's result is the same wherever and whenever it is done. `apart`: the tasks need
    nothing of the program that is running, their functions are all in installed packages.
    """

    def __init__(self, number: int = 1, apart: bool = False):
        self.number, self._apart, self._pool = number, apart, None

    def __enter__(self) -> "Workers":
        if self.number > 1:
            self._pool = ProcessPoolExecutor(self.number, mp_context=context(self._apart), initializer=begin)
        return self

    def __exit__(self, failed, *_) -> None:
        if self._pool is not None:
            if failed:  # nobody waits for what they are at: not even for a second Ctrl-C
                for process in list((self._pool._processes or {}).values()):
                    process.kill()
            self._pool.shutdown(cancel_futures=True)

    def do(self, work: Callable, tasks: Sequence[tuple], each: Callable | None = None) -> list:
        """Do `work(*task)` for every task and give the results in the tasks' order.

        `each` hears of every task as it is done, in any order: its number and its result.
        """
        results = [None] * len(tasks)
        for number, result in self._done(work, tasks):
            results[number] = result
            if each:
                each(number, result)
        return results

    def _done(self, work: Callable, tasks: Sequence[tuple]) -> Iterator[tuple[int, object]]:
        if self._pool is None:
            yield from ((number, work(*task)) for number, task in enumerate(tasks))
            return
        waiting = {self._pool.submit(_do, (work, task)): number for number, task in enumerate(tasks)}
        for done in as_completed(waiting):
            yield waiting[done], done.result()  # a failure shows at once
