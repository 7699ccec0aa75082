"""The worlds that are timed: the default case at some scale, from building it to its last month."""

from govmodel import Case, GovernanceModel
from govmodel.chain import timetable

NATION = 1


def case_of(scale: int) -> Case:
    """Give the default case at a scale."""
    return Case.load("china").with_(scale=scale)


def live(case: Case, kind: type = GovernanceModel, seed: int = 1) -> GovernanceModel:
    """Build a world and run it to its end; set-up is part of it, also of what runs with the same luck would share."""
    timetable.forget()
    model = kind(case, rng=seed)
    while model.running:
        model.step()
    return model


def scale_for(packs: int) -> int:
    """Say which scale gives about so many simulated packs."""
    probe = 100_000
    return max(1, round(GovernanceModel(case_of(probe), rng=1).holders.fleet.numbered * probe / packs))
