"""Pasts that a worker remembers: runs that differ only from 2026 on live the years before it once."""

import hashlib
from collections import OrderedDict

from ..case.case import Case
from ..case.levers import load as levers_of
from ..foundations.calendar import EXPERIMENT_FROM
from ..model import GovernanceModel
from ..past import same_world
from ..snapshot import live_on, state

KEPT = 4  # worlds in memory, some 15 MB each at classroom size
_remembered: OrderedDict[tuple, tuple[Case, dict]] = OrderedDict()


def months_before(case: Case) -> int:
    """Count the months of a case in which no body governs."""
    return min(max(EXPERIMENT_FROM - case.start, 0), len(case.months))


def past_of(case: Case, seed: int) -> tuple:
    """Give what tells one past from another: the world, the luck, and every lever's path until bodies begin."""
    sha, months = hashlib.sha256(), months_before(case)
    for name in levers_of(case.country):
        sha.update(case.provincial_paths.get(name, case.lever_path(name))[:months].tobytes())
        sha.update(b"|" if name in case.provincial_paths else b"/")
    return seed, same_world(case), sha.digest()


def model_after(case: Case, seed: int, on_month=lambda model: None) -> GovernanceModel:
    """Give a model of the case at the start of 2026: remembered if this worker has lived that past, else lived now.

    It lives on to the same bytes either way (snapshot.py). `on_month` is called before every month that is lived.
    """
    if not months_before(case):
        return GovernanceModel(case, rng=seed)
    key = past_of(case, seed)
    if key in _remembered:
        _remembered.move_to_end(key)
        lived, held = _remembered[key]
        return live_on(case, lived, seed, held)
    model = GovernanceModel(case, rng=seed)
    for _ in range(months_before(case)):
        on_month(model)
        model.step()
    _remembered[key] = case, state(model)
    while len(_remembered) > KEPT:
        _remembered.popitem(last=False)
    return model
