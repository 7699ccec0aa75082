"""The pool: worker processes shared by all visitors, and who is served next.

Of each visitor only the latest wish counts. Questions come first, then runs, one visitor after another, then bands and
whatever prepares for later; these give way the moment somebody wants a run.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor

from govmodel import workers as worker_room

from . import work

FRAMES = 96  # how many frames are kept for whoever wants the same


class Job:
    """One thing to do in a worker, and what to do with the result."""

    def __init__(self, function: Callable, args: tuple, done: Callable, worker: int | None = None, waits: bool = False,
                 visitor: object = None, key: str = ""):  # fmt: skip
        self.function, self.args, self.done = function, args, done
        self.worker = worker  # which worker must do it, if that matters
        self.waits = waits  # may be given up for something more urgent
        self.visitor = visitor  # for whose wish it is done, if it falls with that wish
        self.key = key  # of the run that is wished for


class Worker:
    """One process that runs the model, one job after another."""

    def __init__(self, among: int = 1):
        """`among`: how many workers there are, this one included; they share the memory."""
        self.job: Job | None = None
        self.among = among
        self.renew()

    def renew(self) -> None:
        """Start the process, or another one in place of one that died."""
        context = worker_room.context()
        self.stop = context.Value("b", 0, lock=False)
        self.executor = ProcessPoolExecutor(1, context, initializer=work.begin, initargs=(self.stop, self.among))

    def give_up(self) -> None:
        """Stop what is being done; nobody wants its result any more."""
        self.job.done, self.stop.value = _nothing, 1


class Pool:
    """All workers, the jobs that wait, and the frames that were made."""

    def __init__(self, workers: int):
        self.lock = threading.RLock()
        self.closed = False
        self.workers = [Worker(workers) for _ in range(workers)]
        self.questions: deque[Job] = deque()
        self.runs: OrderedDict[object, Job] = OrderedDict()  # by visitor: the latest wish of each
        self.later: deque[Job] = deque()
        self.frames: OrderedDict[str, object] = OrderedDict()

    def close(self) -> None:
        """Let all workers go."""
        with self.lock:
            self.closed = True
            self.questions.clear(), self.runs.clear(), self.later.clear()
            for worker in self.workers:
                worker.stop.value = 1
        for worker in self.workers:
            worker.executor.shutdown(wait=True, cancel_futures=True)

    def ask(self, job: Job) -> None:
        """Put a question; all are answered, in order."""
        with self.lock:
            self.questions.append(job)
            self._serve()

    def run(self, visitor: object, job: Job) -> None:
        """Put a visitor's wish in place of an earlier one that still waits.

        A slider says the same twice, when it moves and when it is let go: what is being lived is not lived twice.
        """
        with self.lock:
            for worker in self.workers:
                same = worker.job is not None and worker.job.visitor is visitor and worker.job.key == job.key
                if same and worker.job.done is not _nothing:
                    worker.job.done = job.done
                    self.runs.pop(visitor, None)
                    return
            self.runs[visitor] = job
            self._serve()

    def prepare(self, jobs: list[Job]) -> None:
        """Put jobs that may be given up."""
        with self.lock:
            self.later.extend(jobs)
            self._serve()

    def forget(self, visitor: object) -> None:
        """Drop what was prepared for a visitor's earlier wish, also what is being done of it."""
        with self.lock:
            self.later = deque(job for job in self.later if job.visitor is not visitor)
            for worker in self.workers:
                if worker.job is not None and worker.job.waits and worker.job.visitor is visitor:
                    worker.give_up()

    def drop(self, visitor: object, key: str) -> None:
        """Give up runs that are being lived for a visitor who, for good, wants another one."""
        with self.lock:
            for worker in self.workers:
                job = worker.job
                if job is not None and not job.waits and job.visitor is visitor and job.key != key:
                    worker.give_up()

    def leave(self, visitor: object) -> None:
        """Forget a visitor's wish."""
        with self.lock:
            self.runs.pop(visitor, None)

    def remember(self, key: str, value: object) -> None:
        """Keep a frame; the longest unused goes."""
        with self.lock:
            self.frames[key] = value
            self.frames.move_to_end(key)
            while len(self.frames) > FRAMES:
                self.frames.popitem(last=False)

    def known(self, key: str):
        """Give a frame that was kept, or nothing."""
        with self.lock:
            if key in self.frames:
                self.frames.move_to_end(key)
            return self.frames.get(key)

    @property
    def quiet(self) -> bool:
        """Whether nobody waits for a run or an answer."""
        return not self.questions and not self.runs

    def _serve(self) -> None:
        """Give idle workers their next jobs; make room if somebody urgent waits and all are busy with what can wait."""
        if self.closed:
            return
        for number, worker in enumerate(self.workers):
            if worker.job is None:
                job = self._next(number)
                if job is not None:
                    self._start(worker, job)
        waiting = len(self.questions) + len(self.runs)
        for worker in self.workers:
            if waiting and worker.job is not None and worker.job.waits:
                worker.stop.value, waiting = 1, waiting - 1

    def _next(self, number: int) -> Job | None:
        if self.questions:
            return self.questions.popleft()
        if self.runs:
            return self.runs.popitem(last=False)[1]
        for job in self.later:
            if job.worker is None or job.worker % len(self.workers) == number:
                self.later.remove(job)
                return job
        return None

    def _start(self, worker: Worker, job: Job) -> None:
        worker.job, worker.stop.value = job, 0
        future = worker.executor.submit(job.function, *job.args)
        future.add_done_callback(lambda future: self._heard(worker, job, future))

    def _heard(self, worker: Worker, job: Job, future: Future) -> None:
        """Take a result; of a process that died, outside its executor's own thread.

        That thread tells of the death while it holds the executor's lock, and letting the executor go takes that lock.
        """
        if not future.cancelled() and isinstance(future.exception(), BrokenExecutor):
            threading.Thread(target=self._finished, args=(worker, job, future), daemon=True).start()
        else:
            self._finished(worker, job, future)

    def _finished(self, worker: Worker, job: Job, future: Future) -> None:
        error = future.exception() if not future.cancelled() else work.Stopped()
        with self.lock:
            worker.job = None
            if isinstance(error, BrokenExecutor) and not self.closed:
                worker.renew()
            if isinstance(error, work.Stopped):
                if job.done is not _nothing:
                    self.later.appendleft(job)
            self._serve()
        if not isinstance(error, work.Stopped):
            job.done(None if error else future.result(), error)


def _nothing(result, error) -> None:
    """Do nothing with a result."""
