"""Trust between organisations: Beta evidence, forgetting, hearsay, and what it does in whole worlds."""

import numpy as np
import pytest

from govmodel.foundations import parameters as parameter_room
from govmodel.mechanisms.trust import Evidence, belief
from tests.worlds import CHINA, live

P = parameter_room.numbers()
PAIR = (np.array([1]), np.array([2]))
NONE = np.zeros((2, 1))


def taught(kept: float, broken, quarters: int = 1, shared: float = 0.0, **changes) -> Evidence:
    """What four sources and five plants know after some quarters in which source 1 dealt with plant 2."""
    evidence = Evidence(4, 5, P | changes)
    for _ in range(quarters):
        evidence.learn(*PAIR, np.array([kept]), np.array(broken, float).reshape(2, 1), shared)
    return evidence


def test_strangers_are_credited_and_charged_alike():
    assert belief(0.0, 0.0, P) == pytest.approx(P["prior_kept"] / (P["prior_kept"] + P["prior_broken"]))


def test_trust_is_the_mean_of_a_beta_distribution():
    draws = np.random.default_rng(1).beta(P["prior_kept"] + 4.0, P["prior_broken"] + 1.0, 200_000)
    assert belief(4.0, 1.0, P) == pytest.approx(draws.mean(), abs=0.002)


def test_keeping_builds_trust_and_breaking_destroys_it_faster():
    usual = belief(0.0, 0.0, P)
    kept = taught(1.0, [0, 0]).trust(*PAIR)[:, 0]
    broken = taught(0.0, [1, 1]).trust(*PAIR)[:, 0]
    assert (kept > usual).all() and (broken < usual).all() and (usual - broken > kept - usual).all()


def test_only_the_side_that_broke_loses_trust():
    source_broke = taught(0.0, [1, 0]).trust(*PAIR)[:, 0]
    assert source_broke[0] == belief(0.0, 0.0, P) and source_broke[1] < belief(0.0, 0.0, P)
    plant_broke = taught(0.0, [0, 1]).trust(*PAIR)[:, 0]
    assert plant_broke[0] < belief(0.0, 0.0, P) and plant_broke[1] == belief(0.0, 0.0, P)


def test_trust_stays_between_none_and_full_and_old_evidence_fades():
    most = taught(3.0, [0, 0], quarters=400)
    assert 0.0 <= taught(0.0, [3, 3], quarters=400).trust(*PAIR).min() and most.trust(*PAIR).max() <= 1.0
    before = most.trust(*PAIR)
    for _ in range(200):
        most.learn(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros((2, 0)), 0.0)
    assert (before > 0.8).all() and np.allclose(most.trust(*PAIR), belief(0.0, 0.0, P), atol=1e-6)


def test_nothing_is_heard_where_nothing_is_shared():
    evidence = taught(3.0, [0, 1])
    others = np.ones((4, 5), bool)
    others[1, 2] = False
    assert not evidence.known()[:, :, others].any()


def test_hearsay_reaches_everybody_in_proportion_to_trust_in_the_teller():
    evidence = taught(0.0, [0, 2], shared=1.0)
    heard = evidence.known()[0, 1, :, 2]  # what sources know of the plant that broke
    own = 2 * P["harm_of_breach"]
    assert heard[1] == pytest.approx(own)  # its own story, once
    assert np.allclose(heard[[0, 2, 3]], own * P["hearsay_weight"] * belief(0.0, 0.0, P))
    half = taught(0.0, [0, 2], shared=0.5).known()[0, 1, 0, 2]
    assert half == pytest.approx(heard[0] / 2)
    doubted = Evidence(4, 5, P)
    doubted.done_by_sources[1, 1] = 50.0  # plants hold the teller for a breaker
    doubted.learn(*PAIR, np.zeros(1), np.array([[0.0], [2.0]]), 1.0)
    assert doubted.known()[0, 1, 0, 2] < 0.2 * heard[0]


def test_trust_of_pairs_and_of_all_agree():
    evidence = taught(2.0, [0, 1], quarters=3, shared=0.7)
    every = evidence.trust_in_plants(np.arange(4))
    source, plant = (part.ravel() for part in np.indices((4, 5)))
    trust, known = evidence.trust(source, plant), evidence.known()
    assert np.allclose(trust[0], every.ravel())
    assert np.allclose(trust.reshape(2, 4, 5), belief(known[:, 0], known[:, 1], P))


def test_the_public_record_adds_up_what_all_partners_know():
    evidence = taught(3.0, [0, 1])
    plants, sources = evidence.record()
    assert plants.shape == (5,) and sources.shape == (4,)
    assert plants[2] == pytest.approx(belief(3.0, P["harm_of_breach"], P)) and sources[1] == belief(3.0, 0.0, P)
    assert (np.delete(plants, 2) == belief(0.0, 0.0, P)).all()


BASE = CHINA.with_(scale=20_000, until="2028-12", levers={"contract_coverage": {"2022-01": 0.5}})


def test_trust_moves_in_a_world_and_stays_a_share():
    model = live(BASE, 3)
    trust = model.indicators["trust_organisations"]
    assert trust.between(0.0, 1.0).all() and trust.nunique() > 10
    assert 0.0 <= model.contracts.mutual.min() and model.contracts.mutual.max() <= 1.0


def test_switched_off_trust_stays_where_it_starts():
    model = live(BASE.with_(without=("trust",)), 3)
    assert not model.contracts.evidence.known().any()
    assert np.allclose(model.indicators["trust_organisations"], belief(0.0, 0.0, P))
    assert len(model.table("contracts")) > 50  # contracts go on, among people who stay strangers
