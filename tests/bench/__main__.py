"""Measure and print: everything, or `quick` without what is large, or `nation`, which is 1:1 alone."""

import sys

from . import branch, classroom, imports, machine, nation, reference, sizes
from .timing import Line, table

USAGE = "usage: python -m tests.bench [quick|nation]"
ROUNDS = {"all": 5, "quick": 3, "nation": 1}
SIZES = (1_000_000, 10_000_000, 100_000_000)


def sections(mode: str):
    """Give the measurements of a mode, each as a name and a function that gives lines."""
    rounds = ROUNDS[mode]
    if mode != "nation":
        yield "import", lambda: imports.measure(rounds)
        yield "classroom", lambda: classroom.measure(rounds)
        yield "branch", lambda: branch.measure(rounds)
        yield "reference", lambda: reference.measure(3)
        yield "sizes", lambda: sizes.measure(min(rounds, 3), SIZES if mode == "all" else SIZES[:2])
    if mode != "quick":
        yield "nation", nation.measure


def main(words: list[str]) -> int:
    """Run the sections of the mode that was named."""
    mode = words[0] if words else "all"
    if mode not in ROUNDS or len(words) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    print(machine.describe(), flush=True)
    lines: list[Line] = []
    for name, measure in sections(mode):
        print(f"  measuring: {name} ...", file=sys.stderr, flush=True)
        lines += measure()
    print(f"load after: {machine.load()}")
    print("seconds are medians of interleaved runs; runs of 100 million packs and 1:1 are made once\n")
    print(table(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
