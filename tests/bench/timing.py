"""Stop-watch, yardstick and the lines that are printed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from govmodel.foundations import draws

CHUNK = 1 << 15  # words that fit a processor's cache, as in the model


@dataclass(frozen=True)
class Line:
    """One result: what was measured, what it is compared with, their ratio, and what was aimed at."""

    what: str
    measured: str
    against: str
    ratio: str
    aim: str = ""


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def interleaved(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Call everything in turn, several rounds, and give the median seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(times) for name, times in taken.items()}


def yardstick(chunks: int = 32) -> None:
    """Do a fixed piece of work: one million SplitMix64 words (chunks * 2^15) in numpy."""
    codes = np.array([draws.code("channel")], np.uint64)
    holders = draws.holder_words(7, np.arange(CHUNK))
    for _ in range(chunks):
        draws.words(holders, codes)


WORDS = 32 * CHUNK  # words in one call of the yardstick


def per_word(yard_seconds: float) -> float:
    """Turn the yardstick's seconds into nanoseconds a word."""
    return yard_seconds / WORDS * 1e9


def table(lines: list[Line]) -> str:
    """Lay lines out as a Markdown table that also reads well on a terminal."""
    head = ("what", "measured", "compared with", "ratio", "aim")
    rows = [head, *((x.what, x.measured, x.against, x.ratio, x.aim) for x in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)
