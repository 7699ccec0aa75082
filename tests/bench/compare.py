"""A comparison: four structures at classroom size, against as many separate runs; what a body adds to a run.

`python -m tests.bench.compare [REPLICATIONS]` prints it; 20 replications are the usual number.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import govmodel as gm
from govmodel import arms
from govmodel import workers as worker_room
from govmodel.foundations import draws

from . import machine
from .timing import Line, table
from .worlds import case_of, live

SCALE, REPLICATIONS, PAIRS = 2000, 20, 5
STRUCTURES = ("market", "government_led", "enterprise_led", "collaborative")


def cases() -> list[gm.Case]:
    """Give the four arms."""
    return [case_of(SCALE).with_(structure=structure) for structure in STRUCTURES]


def measure(replications: int = REPLICATIONS) -> list[Line]:
    """Time a comparison, the same worlds one by one, and its summing up and saving; then what a body adds."""
    cpus, made = worker_room.checked(None), []
    together = _taken(lambda: made.append(gm.compare(*cases(), replications=replications, ensemble=False)))
    apart = _taken(lambda: _separate(replications, cpus))
    found = made[0]
    judged = _taken(lambda: (found.differences, found.ranking))
    with tempfile.TemporaryDirectory() as folder:
        saved = _taken(lambda: found.save(Path(folder) / "saved"))
    worlds = replications * len(STRUCTURES)
    return [
        Line(
            f"compare: {len(STRUCTURES)} structures x {replications} replications, scale {SCALE:,}, {cpus} processes",
            _told(together),
            f"the {worlds} runs one by one in as many processes: {_told(apart)}",
            f"{together[0] / apart[0]:.2f} (processor {together[1] / apart[1]:.2f})",
            "20 s on 2 quiet cores" if replications == REPLICATIONS else "",
        ),
        Line(
            "its differences, verdicts and ranking", _told(judged), "the comparison", f"{judged[0] / together[0]:.3f}"
        ),
        Line("saving it, payments included", _told(saved), "the comparison", f"{saved[0] / together[0]:.3f}"),
        *body(),
    ]


def body(pairs: int = PAIRS) -> list[Line]:
    """Time runs with and without a body in turns, in processor seconds: the median of the pairs' ratios."""
    first, *others = cases()
    for case in (first, *others):
        live(case)
    taken = [[_processor(lambda case=case: live(case)) for case in (first, *others)] for _ in range(pairs)]
    lines = []
    for place, case in enumerate(others, 1):
        ratios = sorted(row[place] / row[0] - 1.0 for row in taken)
        lines.append(
            Line(
                f"what the body of {case.structure} adds to a run, scale {SCALE:,}",
                f"{statistics.median(ratios):+.0%} ({ratios[0]:+.0%} to {ratios[-1]:+.0%})",
                f"market in the same minute, {pairs} pairs: {statistics.median(row[0] for row in taken):.3f} s",
                f"{statistics.median(ratios) + 1.0:.2f}",
                "at most 1.2",
            )
        )
    return lines


def _separate(replications: int, cpus: int) -> None:
    """Live every world from its start, as a run of its own whose tables are kept like those of a comparison."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = [
            (((number, case),), 0, replication, seed, Path(folder))
            for replication, seed in enumerate(draws.seeds_of_replications(1, replications))
            for number, case in enumerate(cases())
        ]
        with worker_room.Workers(cpus, apart=True) as pool:
            pool.do(arms.live, tasks)


def _taken(work: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds and the processor seconds, those of its processes included, that a call takes."""
    began, before = time.perf_counter(), _spent()
    work()
    return time.perf_counter() - began, _spent() - before


def _spent() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _processor(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _told(taken: tuple[float, float]) -> str:
    return f"{taken[0]:.1f} s (processor {taken[1]:.1f} s)"


def main(words: list[str]) -> int:
    """Measure and print."""
    print(machine.describe(), flush=True)
    lines = measure(int(words[0]) if words else REPLICATIONS)
    print(f"load after: {machine.load()}\n")
    print(table(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
