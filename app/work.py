"""What a worker process does: live a case from where its past is known, and answer questions about a world.

A worker keeps trunks: the states of worlds at a month, from which many cases live on. A branch equals the full run.
"""

import os
import time
from collections import OrderedDict

import numpy as np

from govmodel import snapshot, workers
from govmodel.case import Case
from govmodel.foundations import draws
from govmodel.foundations.calendar import EXPERIMENT_FROM, month_name
from govmodel.living import living
from govmodel.model import GovernanceModel
from govmodel.past import same_world

from . import frames, provinces, questions
from .wanted import cases, trunk_month

TRUNKS = 128  # how many all workers of a server together keep: room for some three settings with bands of 20 runs
WORLDS = 3  # how many worlds lived to their end each of them keeps
_room = TRUNKS
_trunks: OrderedDict = OrderedDict()
_worlds: OrderedDict = OrderedDict()
_stop = None


class Stopped(Exception):
    """The run was given up: somebody wants something more urgent."""


class Trunk:
    """A world up to a month, by its state alone: less than half as large as a model that waits there."""

    def __init__(self, model: GovernanceModel):
        """Take down the state of a model."""
        self.case, self.seed, self.diary, self.state = model.case, model.seed_key, model.diary, snapshot.state(model)

    def branch(self, case: Case) -> GovernanceModel:
        """Give a model that lives on from here under a case."""
        return _with_diary(snapshot.live_on(case, self.case, self.seed, self.state), self.diary)


def begin(stop, among: int) -> None:
    """Prepare one of so many workers: Ctrl-C is the server's affair; `stop` is raised to give up what can wait.

    Whoever draws goes first: the server and a browser on the same machine would wait for runs that nobody looks at.
    """
    global _stop, _room
    if hasattr(os, "nice"):
        os.nice(10)
    workers.begin()
    _stop, _room = stop, share(among)


def share(among: int) -> int:
    """Say how many trunks one of so many workers may keep."""
    return max(TRUNKS // among, 8)


def _kept(shelf: OrderedDict, key, size: int, make):
    """Look something up, or make it and keep it; the longest unused goes."""
    if key not in shelf:
        shelf[key] = make()
        while len(shelf) > size:
            shelf.popitem(last=False)
    shelf.move_to_end(key)
    return shelf[key]


def _step_to(model: GovernanceModel, month: int, may_stop: bool) -> GovernanceModel:
    with living():
        while model.month < month:
            if may_stop and _stop is not None and _stop.value:
                raise Stopped
            model.step()
            if (model.month - model.start) % frames.QUARTER == 1:
                model.diary.append(frames.ties_of(model))
    return model


def _with_diary(model: GovernanceModel, diary: list | None = None) -> GovernanceModel:
    """Open a model's diary: its ties, quarter by quarter, which the model itself does not keep; a reader of it only."""
    model.diary = list(diary or [])
    return model


def trunk(plain: Case, month: int, seed: int, may_stop: bool = False) -> Trunk:
    """Give the trunk of a case before a month; up to 2026 every structure has the same."""
    if month <= EXPERIMENT_FROM:
        root, month = plain.with_(structure="market"), EXPERIMENT_FROM
        key = (same_world(root), seed)

        def grow() -> GovernanceModel:
            return _with_diary(GovernanceModel(root, rng=seed))
    else:
        key = (plain.hash, month, seed)

        def grow() -> GovernanceModel:
            return trunk(plain, EXPERIMENT_FROM, seed, may_stop).branch(plain)

    return _kept(_trunks, key, _room, lambda: Trunk(_step_to(grow(), month, may_stop)))


def live(wanted: dict, replication: int = 0, may_stop: bool = False, branch_may: bool = False) -> GovernanceModel:
    """Live what is wanted to its end; replication 0 has the visitor's own seed.

    `branch_may`: what the case has for itself may be given up, but not what other cases will share.
    """
    plain, case = cases(wanted)
    seed = draws.seed_of_replication(wanted["seed"], replication)
    early = trunk(plain, trunk_month(wanted), seed, may_stop)
    return _step_to(early.branch(case), case.until + 1, may_stop or branch_may)


def world(wanted: dict, key: str, may_stop: bool = False) -> GovernanceModel:
    """Give the world of a case, lived now or lately."""
    return _kept(_worlds, key, WORLDS, lambda: live(wanted, branch_may=may_stop))


def frame(wanted: dict, key: str) -> bytes:
    """Live a case, and give the frame that the board draws."""
    began, worked = time.perf_counter(), time.process_time()
    model = world(wanted, key, may_stop=True)
    lived, work = time.perf_counter(), time.process_time() - worked
    arrays = frames.arrays_of(model)
    header = {
        "key": key,
        "hash": model.case.hash[:12],
        "scale": model.case.scale,
        "seconds": [round(lived - began, 3), round(time.perf_counter() - lived, 3), round(work, 3)],  # run, frame, CPU
    }
    return frames.packed(header, arrays)


def province(wanted: dict, key: str, number: int) -> bytes:
    """Give what the board draws of one province of a case."""
    return frames.packed({"key": key, "province": number}, provinces.arrays_of(world(wanted, key), number))


def replication(wanted: dict, number: int, names: list[str]) -> np.ndarray:
    """Live one replication, and give the named indicators by twelve months; may be given up."""
    model = live(wanted, number, may_stop=True)
    return frames.named(frames.by_year(frames.indicators_of(model)), names).astype(np.float32)


def answer(wanted: dict, key: str, question: dict):
    """Answer a question about the world of a case."""
    return questions.answer(world(wanted, key), wanted, question)


def warm(wanted: dict, key: str) -> tuple[dict, bytes]:
    """Get ready for the first visitor: read the facts, live the years that all cases share.

    Gives the names of firms, and the frame of what most visitors see first.
    """
    made, model = frame(wanted, key), world(wanted, key)
    plain, _ = cases(wanted)
    trunk(plain, EXPERIMENT_FROM + 12, draws.seed_of_replication(wanted["seed"], 0))
    names = {
        "sources": list(model.contracts.sources.names),
        "source_kinds": [int(kind) for kind in model.contracts.sources.kind],
        "plants": [recycler.name for recycler in model.recyclers],
        "plant_provinces": [int(recycler.province) for recycler in model.recyclers],
    }
    return names, made


def prepare(wanted: dict, number: int) -> None:
    """Live the shared years of one replication ahead of need; may be given up."""
    plain, _ = cases(wanted)
    seed = draws.seed_of_replication(wanted["seed"], number)
    trunk(plain, EXPERIMENT_FROM + 12, seed, may_stop=True)


def monthly(wanted: dict, number: int) -> np.ndarray:
    """Live one replication, and give its monthly indicators as rows; may be given up."""
    model = live(wanted, number, may_stop=True)
    rows = frames.indicators_of(model)
    return rows


def verdicts(worlds: list, arms: list[str], start: int, first_year: int, names: list[str]) -> dict:
    """Hold worlds of several arms against each other; `names` are indicators of which bands are drawn."""
    months = [month_name(start + row) for row in range(worlds[0][0].shape[1])]
    return questions.verdicts(worlds, arms, months, first_year, names)
