"""A branch: going on from a month that was reached before under a changed lever, against running all of it again."""

from govmodel import GovernanceModel, branch

from .timing import Line, interleaved
from .worlds import case_of, live

SCALE, MONTHS_BEFORE = 2000, 60  # 60 months: to the end of 2025


def measure(rounds: int) -> list[Line]:
    """Time a branch taken at the end of 2025, ten years with a subsidy, and hold it to the full run."""
    case = case_of(SCALE)
    reform = case.with_(levers={"subsidy": 20.0})
    trunk = GovernanceModel(case, rng=1)
    for _ in range(MONTHS_BEFORE):
        trunk.step()

    def go_on() -> GovernanceModel:
        model = branch(trunk, reform)
        while model.running:
            model.step()
        return model

    same = go_on().indicators.equals(live(reform).indicators)
    taken = interleaved({"branch": go_on, "whole": lambda: live(reform)}, max(rounds, 5))
    return [
        Line(
            f"a branch from 2026-01 under a new subsidy, to the end, scale {SCALE:,}",
            f"{taken['branch']:.3f} s",
            f"the whole run: {taken['whole']:.3f} s; {'the same' if same else 'NOT THE SAME'} indicators",
            f"{taken['branch'] / taken['whole']:.2f}",
        )
    ]
