"""Seconds a pack, from a million packs up: flat or falling, since a month touches only packs that come loose."""

from .timing import Line, interleaved, per_word, yardstick
from .worlds import case_of, live, scale_for


def measure(rounds: int, sizes: tuple[int, ...]) -> list[Line]:
    """Time whole runs of growing size in turn; the largest is run once when it has 100 million packs or more."""
    cases = {packs: case_of(scale_for(packs)) for packs in sizes}
    live(cases[sizes[0]])
    numbered: dict[int, int] = {}

    def run(packs: int):
        return lambda: numbered.__setitem__(packs, live(cases[packs]).holders.fleet.numbered)

    often = {str(packs): run(packs) for packs in sizes if packs < 100_000_000}
    taken = interleaved(often | {"yard": yardstick}, rounds)
    seldom = {str(packs): run(packs) for packs in sizes if packs >= 100_000_000}
    taken |= interleaved(seldom, 1)
    word = per_word(taken["yard"])
    first = taken[str(sizes[0])] / numbered[sizes[0]] * 1e9
    lines = []
    for packs in sizes:
        each = taken[str(packs)] / numbered[packs] * 1e9
        against = f"{first:.0f} ns a pack at {numbered[sizes[0]]:,} packs"
        if packs == sizes[0]:
            against, first_ratio = f"a SplitMix64 word in numpy: {word:.1f} ns", f"{each / word:.0f}"
        ratio = first_ratio if packs == sizes[0] else f"{each / first:.2f}"
        aim = "" if packs == sizes[0] else "at most 1"
        lines.append(
            Line(
                f"a run of {numbered[packs]:,} packs",
                f"{taken[str(packs)]:.2f} s, {each:.0f} ns a pack",
                against,
                ratio,
                aim,
            )
        )
    return lines
