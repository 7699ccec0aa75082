"""Progress of long runs, told on a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .foundations.errors import InputError

Progress = bool | Callable[[int, int], None]  # True draws a bar; a function is called with (done, in all)


class Bar:
    """A progress bar on stderr: only on a terminal, and only once two seconds have passed."""

    PATIENCE = 2.0  # seconds

    def __init__(self, word: str = "months"):
        self._word = word
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self._began, self._bar, self._drawn = time.monotonic(), None, terminal

    def __call__(self, done: int, total: int) -> None:
        """Note that so many months (or runs) of so many are done."""
        if not self._drawn or (self._bar is None and time.monotonic() - self._began < self.PATIENCE):
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress as RichProgress

            self._bar = RichProgress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._word, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def told(progress: Progress, word: str = "months") -> Iterator[Callable[[int, int], None] | None]:
    """Give whoever is to be told how far a long run is, if anybody; a bar is taken off the screen in the end."""
    if progress and progress is not True and not callable(progress):
        raise InputError("progress", "True, False or a function", progress, "A function is called with (done, in all).")
    report = Bar(word) if progress is True else progress or None
    try:
        yield report
    finally:
        if isinstance(report, Bar):
            report.close()
