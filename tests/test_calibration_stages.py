"""Calibration's stages one by one, on made-up numbers: what is kept, how far rounds reach, what profiles show."""

import tomllib

import numpy as np
import pytest

from govmodel.study import calibration as calibrations
from govmodel.study.calibration import Evaluation
from tests.test_calibration import STUDY


def planned(misfits=None, **wanted):
    """Plan a calibration whose runs are made up: every set lies off its bands by how far it is from a corner."""
    text = STUDY
    for name, value in wanted.items():
        text = text.replace(next(line for line in STUDY.splitlines() if line.startswith(name)), f"{name} = {value}")
    found, asked = calibrations.plan_for(tomllib.loads(text)), []
    luck = np.array([-0.2, 0.0, 0.5])[:, None]

    def evaluate(stage, points, replications=0):
        asked.append((stage, np.array(points)))
        told = []
        for point in points:
            numbers = found.target.middle + found.target.half * (0.5 + point.sum() + luck)
            misfit = found.target.misfit(numbers) if misfits is None else misfits.pop(0)
            told.append(Evaluation(stage, point, numbers, misfit))
        found.done += [] if replications else told
        return told
        yield  # a course of stages, in which nothing has to be run

    found._evaluate = evaluate
    found._proposed = lambda around, reach, held=None: around
    return found, asked


def live_through(course) -> None:
    """Go through a stage to its end."""
    for _ in course:
        raise AssertionError("nothing is run here")


def test_sets_are_kept_up_to_twice_the_error_of_the_best_one_or_the_tolerance_if_that_is_more():
    found, _ = planned()
    live_through(_done(found, [np.zeros(2), np.full(2, 0.1), np.full(2, 0.9)]))
    live_through(found._confirm())
    winner = found.finalists[0]
    error = found.target.error(winner.numbers)
    assert 2.0 * error > found.wanted.tolerance > 0.0
    assert found.threshold == pytest.approx(winner.misfit + 2.0 * error)
    assert [one.misfit for one in found.members] == [m for m in misfits_of(found.finalists) if m <= found.threshold]


def misfits_of(sets) -> list[float]:
    """List what sets miss."""
    return [one.misfit for one in sets]


def _done(found, points):
    yield from found._evaluate("sample", points)


def test_every_round_reaches_less_far_around_the_best():
    found, asked = planned(rounds=4, batch=30)
    live_through(found._stages())
    refined = [points for stage, points in asked if stage == "refine"]
    assert len(refined) == 4
    for number, points in enumerate(refined):
        far = np.abs(points - points[0]).max()
        assert 0.0 < far <= 0.3 * 0.7**number + 1e-12


def test_a_profile_keeps_the_best_that_was_found_at_a_value():
    """Two parameters at two values: a second round that fits worse is not what the profile tells."""
    found, _ = planned(misfits=[0.0, 1.0, 2.0, 3.0, 4.0, 9.0, 1.5, 9.0, 9.0])
    live_through(_done(found, [np.full(2, 0.5)]))
    live_through(found._profile())
    assert [row["misfit"] for row in found.profiles] == [1.0, 1.5, 3.0, 4.0]
