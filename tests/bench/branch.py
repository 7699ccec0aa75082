"""A branch: going on from a month that was reached before, against running everything again."""

from govmodel import GovernanceModel

from .timing import Line, interleaved
from .worlds import case_of, live

SCALE, MONTHS_BEFORE = 2000, 60  # 60 months: to the end of 2025


def measure(rounds: int) -> list[Line]:
    """Time a branch taken at the end of 2025 with the ten years after it."""
    if not hasattr(GovernanceModel, "branch"):
        return [Line("a branch at 2026-01, run to the end", "-", "model.branch is not offered by this version", "-")]
    case = case_of(SCALE)
    trunk = GovernanceModel(case, rng=1)
    for _ in range(MONTHS_BEFORE):
        trunk.step()

    def go_on() -> GovernanceModel:
        model = trunk.branch()
        while model.running:
            model.step()
        return model

    same = go_on().indicators.equals(live(case).indicators)
    taken = interleaved({"branch": go_on, "whole": lambda: live(case)}, max(rounds, 5))
    return [
        Line(
            f"a branch at 2026-01, run to the end, scale {SCALE:,}",
            f"{taken['branch']:.3f} s",
            f"the whole run: {taken['whole']:.3f} s; {'the same' if same else 'NOT THE SAME'} indicators",
            f"{taken['branch'] / taken['whole']:.2f}",
        )
    ]
