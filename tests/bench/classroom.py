"""The classroom: a whole run at scale 2,000, all subjects acting, beside the chain alone and a piece of numpy work."""

import subprocess
import sys

from govmodel.case.schema import MECHANISMS

from .machine import ROOT
from .timing import Line, interleaved, per_word, yardstick
from .worlds import case_of, live

SCALE = 2000
FIRST = """
import govmodel, time
govmodel.Case, govmodel.GovernanceModel
began = time.perf_counter()
model = govmodel.GovernanceModel(govmodel.Case.load("china").with_(scale={scale}), rng=1)
while model.running:
    model.step()
print(time.perf_counter() - began)
"""


def measure(rounds: int) -> list[Line]:
    """Time warm runs, runs with their table of indicators, and the first run of a fresh process."""
    case = case_of(SCALE)
    alone, council = case.with_(without=MECHANISMS), case.with_(structure="collaborative")
    for one in (case, alone, council):
        live(one)
    taken = interleaved(
        {
            "run": lambda: live(case),
            "alone": lambda: live(alone),
            "council": lambda: live(council),
            "table": lambda: live(case).indicators,
            "yard": yardstick,
        },
        max(rounds, 5),
    )
    fresh = sorted(float(_fresh()) for _ in range(3))[1]
    yard, word = taken["yard"], per_word(taken["yard"])
    against = f"a million SplitMix64 words in numpy: {yard * 1e3:.1f} ms ({word:.1f} ns a word)"
    return [
        Line(
            f"a run at scale {SCALE:,}, all subjects acting",
            f"{taken['run']:.3f} s",
            f"the chain alone, every mechanism but the market off: {taken['alone']:.3f} s",
            f"{taken['run'] / taken['alone']:.2f}",
            "0.3 s",
        ),
        Line(
            f"the chain alone at scale {SCALE:,}",
            f"{taken['alone']:.3f} s",
            against,
            f"{taken['alone'] / yard:.0f}",
            "0.15 s",
        ),
        Line(
            f"a run at scale {SCALE:,} in which a council of eight seats governs from 2026",
            f"{taken['council']:.3f} s",
            f"the same under the market, where nobody meets: {taken['run']:.3f} s",
            f"{taken['council'] / taken['run']:.2f}",
            "at most 1.2",
        ),
        Line(
            f"first run at scale {SCALE:,} in a fresh process, after import (it reads the facts)",
            f"{fresh:.3f} s",
            f"a run once the facts are read: {taken['run']:.3f} s",
            f"{fresh / taken['run']:.2f}",
        ),
        Line(
            f"a run at scale {SCALE:,} with its table of indicators",
            f"{taken['table']:.3f} s",
            f"the run alone: {taken['run']:.3f} s",
            f"{taken['table'] / taken['run']:.2f}",
        ),
    ]


def _fresh() -> str:
    done = subprocess.run(
        [sys.executable, "-c", FIRST.format(scale=SCALE)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout
