"""Public trust: Beta evidence with forgetting, by channel and community."""

import numpy as np
import pytest

from govmodel.mechanisms import public_trust as rules
from govmodel.mechanisms.choice import DISMANTLER, RECYCLER, WORKSHOP
from govmodel.model import GovernanceModel
from govmodel.performance.indicators import INDICATORS
from tests.worlds import CHINA, live, lived

SMALL = CHINA.with_(scale=20_000, until="2030-12")
P = CHINA.parameters
NAMES = ("automaker_outlet", "battery_maker_outlet", "recycler", "dismantler", "workshop")
START = rules.starting([P[f"trust_{name}"] for name in NAMES])
NOTHING = np.zeros((5, 31))


def news(**what):
    given = {"fires": np.zeros((3, 31)), "late": np.zeros(31), "found": np.zeros(31), "scandals": NOTHING} | what
    return rules.bad_news(given["fires"], given["late"], given["found"], given["scandals"], P)


def test_without_evidence_trust_is_what_people_start_with():
    zero = np.zeros(rules.SHAPE)
    assert np.allclose(rules.trust(START, zero, zero, 25.0), START)
    assert START.shape == (5, 31, 4) and np.allclose(START[WORKSHOP], P["trust_workshop"])


def test_good_dealings_raise_trust_and_bad_ones_lower_it_within_bounds():
    some = np.full(rules.SHAPE, 10.0)
    zero = np.zeros(rules.SHAPE)
    assert (rules.trust(START, some, zero, 25.0) > START).all()
    assert (rules.trust(START, zero, some, 25.0) < START).all()
    for good, bad in ((1e12, 0.0), (0.0, 1e12)):
        value = rules.trust(START, zero + good, zero + bad, 0.1)
        assert value.min() >= 0.0 and value.max() <= 1.0


def test_many_dealings_teach_the_true_rate():
    packs, people = np.full(rules.SHAPE, 500.0), np.full((31, 4), 1e5)
    honest = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    good, bad = rules.dealings(packs, people, honest)
    assert np.allclose(good + bad, 5.0)
    learnt = rules.trust(START, good * 1e5, bad * 1e5, 25.0)
    assert np.allclose(learnt, honest[:, None, None], atol=1e-3)


def test_evidence_is_forgotten():
    evidence = np.full(rules.SHAPE, 8.0)
    assert np.allclose(rules.fade(evidence, 0.5, 3), 1.0) and np.allclose(rules.fade(evidence, 0.0, 3), 8.0)


def test_bad_news_reaches_those_who_caused_it():
    fires = np.zeros((3, 31))
    fires[1, 5] = 1.0
    burnt = news(fires=fires)
    assert burnt[WORKSHOP, 5] == P["trust_fire"] and burnt.sum() == P["trust_fire"]
    assert news(found=np.eye(31)[3])[DISMANTLER, 3] == P["trust_scandal"]
    late = news(late=np.eye(31)[7] * 4)
    assert np.allclose(late[:4, 7], P["trust_late"]) and not late[WORKSHOP].any()
    licensed = np.zeros((3, 31))
    licensed[2, 2] = 2.0
    assert np.allclose(news(fires=licensed)[:4, 2].sum(), 2 * P["trust_fire"])
    proven = NOTHING.copy()
    proven[RECYCLER, 4] = 9.0
    assert np.array_equal(news(scandals=proven), proven)


def test_side_sales_are_found_more_often_with_visits_and_with_tracing():
    sold = np.full(31, 100.0)
    none = rules.side_sales_found(sold, np.zeros(31), 0.0, P)
    visited = rules.side_sales_found(sold, np.full(31, 0.5), 0.0, P)
    traced = rules.side_sales_found(sold, np.zeros(31), 1.0, P)
    assert not none.any() and (visited > 0).all() and np.allclose(traced, 100 * P["missing_noticed"])
    assert (rules.side_sales_found(sold, np.full(31, 1e3), 1.0, P) <= sold).all()


def test_trust_in_the_authority_follows_whether_anybody_comes():
    start = np.full(31, 0.5)
    assert (rules.answered(start, np.full(31, 1.0), np.full(31, 9.0), 0.1) > start).all()
    assert (rules.answered(start, np.full(31, 9.0), np.full(31, 1.0), 0.1) < start).all()
    assert np.array_equal(rules.answered(start, np.zeros(31), np.zeros(31), 0.1), start)


# in the world


def test_history_keeps_trust_near_its_start():
    table = lived(SMALL).record.series["public_trust"][:60]
    assert np.abs(table.mean(axis=(2, 3)) - START.mean(axis=(1, 2))).max() < 0.06


def test_trust_moves_apart_between_communities():
    assert lived(SMALL).public.trust.std(axis=(1, 2)).min() > 1e-4


@pytest.mark.parametrize("seed", [1, 2])
def test_cheating_licensed_buyers_lose_trust_and_packs(seed):
    cheats = SMALL.with_(parameters={f"honest_{name}": 0.1 for name in NAMES[:4]} | {"trust_weight": 4.0})
    honest = SMALL.with_(parameters={f"honest_{name}": 0.95 for name in NAMES[:4]} | {"trust_weight": 4.0})
    one, other = live(cheats, seed).indicators, live(honest, seed).indicators
    assert one["trust_public"].iloc[-1] < other["trust_public"].iloc[-1] - 0.1
    formal = [frame["formal_gwh"].iloc[60:].sum() / frame["released_gwh"].iloc[60:].sum() for frame in (one, other)]
    assert formal[0] < formal[1] - 0.01


def test_packs_that_wait_unpaid_cost_trust_in_licensed_buyers():
    case = SMALL.with_(until="2021-06")
    patient, angry = live(case, 7), GovernanceModel(case, rng=7)
    angry.public.late += 5e12
    while angry.running:
        angry.step()
    assert (angry.public.trust[:WORKSHOP] < patient.public.trust[:WORKSHOP] - 1e-3).all()
    assert np.abs(angry.public.trust[WORKSHOP] - patient.public.trust[WORKSHOP]).max() < 0.01


def test_a_proven_fraud_lowers_trust_in_its_channel_only():
    case = SMALL.with_(until="2021-06")
    quiet, loud = live(case, 7), GovernanceModel(case, rng=7)
    loud.public.scandals[RECYCLER] += 1e5
    while loud.running:
        loud.step()
    assert (loud.public.trust[RECYCLER] < quiet.public.trust[RECYCLER]).all()
    assert np.abs(loud.public.trust[DISMANTLER] - quiet.public.trust[DISMANTLER]).max() < 0.01
    assert not loud.public.scandals.any()


def test_without_trust_the_tables_stay_where_they_start():
    model = live(SMALL.with_(without=("trust",)))
    assert (model.record.series["public_trust"] == START).all()
    assert not np.array_equal(lived(SMALL).public.trust, START)


def test_indicators_say_what_they_are():
    for name in ("awareness", "trust_public", "fires", "pollution_index", "co2_avoided_kt", "reports"):
        assert INDICATORS[name].definition and INDICATORS[name].definition_zh


def test_trust_in_the_authority_moves_by_three_months_of_learning_at_a_quarters_end():
    """A quarter's end moves it as far as its three months would, and no further than all the way."""
    for rate, speed in ((0.1, 0.3), (0.5, 1.0)):
        model = GovernanceModel(SMALL.with_(parameters={"trust_authority_learning": rate}), rng=1)
        model.step(), model.step()
        before = model.public.trust_authority.copy()
        model.step()
        visits = model.record.series["visits"][2]
        wanted = rules.answered(before, model.public.reports, visits, speed)
        assert np.allclose(model.public.trust_authority, wanted) and not np.allclose(before, wanted)


def test_indicators_weigh_trust_by_people_in_licensed_buyers_and_in_workshops_apart():
    """Trust in workshops is the workshops' own table, trust of the public the mean of the four licensed channels."""
    model = lived(SMALL)
    table, trust = model.indicators.iloc[-1], model.record.series["public_trust"][-1]
    people = model.public.people[model.until // 12]
    assert table["trust_workshops"] == pytest.approx(np.average(trust[WORKSHOP], weights=people))
    assert table["trust_public"] == pytest.approx(np.average(trust[:WORKSHOP].mean(axis=0), weights=people))
