"""Columns against objects: the same world with one Mesa object per pack (tests/reference/holders.py).

A million objects would take too long to time every time, so two smaller worlds are timed from set-up to last month, a
line is laid through them (the fixed part of a run, and seconds a pack) and followed to a million. Objects do the same
work per pack at any size, and only lose cache as they become more, so the line flatters them.
"""

from tests.reference.model import ReferenceModel

from .timing import Line, interleaved
from .worlds import case_of, live, scale_for

SMALL, LARGE, MILLION = 5_000, 15_000, 1_000_000


def measure(rounds: int) -> list[Line]:
    """Time objects at two sizes and columns at a million, in turn."""
    small, large, million = (case_of(scale_for(packs)) for packs in (SMALL, LARGE, MILLION))
    found = {}

    def objects(case):
        found[case.scale] = live(case, ReferenceModel)

    taken = interleaved(
        {
            "small": lambda: objects(small),
            "large": lambda: objects(large),
            "columns": lambda: found.update(columns=live(million)),
        },
        rounds,
    )
    columns = {case.scale: live(case) for case in (small, large)}
    few, many, packs = (
        model.holders.fleet.numbered for model in (columns[small.scale], columns[large.scale], found["columns"])
    )
    same = len(found[large.scale].holders.events) == len(columns[large.scale].table("packs"))
    per_pack = (taken["large"] - taken["small"]) / (many - few)
    objects_at_million = taken["small"] + per_pack * (packs - few)
    return [
        Line(
            f"a run of {packs:,} packs in columns",
            f"{taken['columns']:.2f} s",
            f"one Mesa object per pack: {objects_at_million:,.0f} s, extrapolated by the line through whole runs of "
            f"{few:,} packs ({taken['small']:.1f} s) and {many:,} ({taken['large']:.1f} s); "
            f"{'same' if same else 'NOT THE SAME'} number of events in both",
            f"{objects_at_million / taken['columns']:,.0f} times faster",
            "300 times",
        )
    ]
