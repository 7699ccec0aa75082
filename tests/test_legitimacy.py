"""Legitimacy: a body in which they are heard makes members comply more, and never less."""

import numpy as np
import pytest

from govmodel.case.levers import SEATS
from govmodel.mechanisms import authority
from tests.worlds import CHINA, live

CASE = CHINA.with_(scale=20_000, until="2027-03", parameters={"legitimacy": 0.5})


@pytest.fixture(scope="module")
def model():
    """Give a world in which nobody governs, within its record."""
    made = live(CASE, 3)
    made.month -= 1
    return made


def heard(model, value: float) -> None:
    """Let every seat find the body so legitimate."""
    model.council.legitimacy = np.full(len(SEATS), value)


def test_workshops_that_were_heard_reckon_with_less_of_what_unlawful_work_brings_beyond_lawful_work(model):
    told = {}
    for value in (0.0, 1.0):
        heard(model, value)
        told[value], _ = model.workshops.turns.payoffs(model.law())
    lawful = [authority.COLLECT, authority.LICENSE]
    best = told[0.0][:, lawful].max(axis=1)[:, None]
    unlawful = np.delete(told[0.0], [*lawful, authority.CLOSE], axis=1)
    wanted = np.where(unlawful > best, best + 0.5 * (unlawful - best), unlawful)
    assert (unlawful > best).any() and np.array_equal(told[1.0][:, lawful], told[0.0][:, lawful])
    assert np.allclose(np.delete(told[1.0], [*lawful, authority.CLOSE], axis=1), wanted)


def test_plants_that_were_heard_gain_half_as_much_by_breaking_a_rule(model):
    payoffs = np.array([[1.0, 3.0, 0.5]])
    for value, wanted in ((0.0, [1.0, 3.0, 0.5]), (1.0, [1.0, 2.0, 0.5])):
        heard(model, value)
        assert model.industry._with_scruples(payoffs)[0].tolist() == wanted


def test_makers_that_were_heard_mind_half_of_what_scanning_costs(model):
    books = model.makers_books
    books.levers = books.levers | {"traceability": 0.5, "producer_responsibility_target": 0.0}
    spared = []
    for value in (0.0, 1.0):
        heard(model, value)
        payoff = books._payoffs(books._known())["compliance"]
        spared.append(payoff[:, 0] - payoff[:, -1])
    assert np.abs(spared[0]).min() > 0.0 and np.allclose(spared[1], 0.5 * spared[0])


def test_provinces_that_were_heard_feel_less_of_the_strain_of_visits(model):
    offices = model.inspectorates
    reckoned = []
    for value in (0.0, 1.0):
        heard(model, value)
        offices.learner.attraction[:], offices.learner.chosen[:] = 0.0, authority.FULL_EFFORT
        offices.learner.experience[:] = 1.0
        offices.asked[:] = offices.made[:] = 0.1 * offices.capacity
        offices.decide(model.month)
        reckoned.append(offices.learner.attraction.copy())
    gain = reckoned[1] - reckoned[0]
    assert (gain > 0.0).all() and (np.diff(gain[:, authority.FULL_EFFORT :], axis=1) > 0.0).all()
