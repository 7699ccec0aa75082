"""Books of workshops, plants and makers at a quarter's end: who pays what, for how long, and out of which period."""

import numpy as np
import pytest

from govmodel.actors import industry as industry_room
from govmodel.mechanisms.authority import COLLECT, COLLECTING, LICENSE, LICENSED, OPEN, QUIET, STAY_OPEN
from govmodel.mechanisms.choice import RECYCLER
from tests.worlds import CHINA, live

P = CHINA.parameters
CASE = CHINA.with_(scale=20_000, until="2027-03")


@pytest.fixture
def model():
    """Give a world of its own, within its record."""
    made = live(CASE, 3)
    made.month -= 1
    return made


def on(model, name: str) -> float:
    """Yuan paid this month on one of the workshops' lines."""
    return model.ledger.amounts[model.month - model.start, model.workshops.lines[name]].sum() / 100.0


def test_workshops_pay_fees_where_they_buy_licences_by_the_quarter_and_hiding_by_the_kwh(model):
    """A third of the rows are open, quiet and licensed each, with cash enough for all of it."""
    shops, turns = model.workshops, model.workshops.turns
    shops.doing = np.array([OPEN, QUIET, LICENSED])[np.arange(len(shops.doing)) % 3]
    shops.cash[:] = 1e15
    shops.freight[:] = shops.by_recyclers[:] = 0.0
    turns._energy = 1000.0 * shops.weight
    before = {name: on(model, name) for name in ("fees", "licences", "hiding")}
    turns._pay_costs()
    weight = {state: shops.weight[shops.doing == state].sum() for state in (OPEN, QUIET, LICENSED)}
    wanted = {
        "fees": (weight[OPEN] + weight[QUIET]) * P["local_fee"],
        "licences": weight[LICENSED] * P["licence_cost"] / 4.0,
        "hiding": weight[QUIET] * 1000.0 * P["hiding_cost"],
    }
    for name, yuan in wanted.items():
        assert on(model, name) - before[name] == pytest.approx(yuan, rel=1e-3) and yuan > 0.0, name


def test_commissions_are_for_the_share_of_sites_that_former_workshops_are(model):
    """What recyclers got in a province is spread over their sites and former workshops alike."""
    shops, turns = model.workshops, model.workshops.turns
    shops.doing[:] = COLLECTING
    shops.by_recyclers[:] = 1e9  # Wh in every province
    before = on(model, "commission")
    turns._pay_costs()
    former = shops.collecting()
    part = former / (former + model.sites[:, RECYCLER])
    fee = min(P["collector_commission"], P["recycler_collection_cost"])
    assert 0.0 < part.max() < 1.0
    assert on(model, "commission") - before == pytest.approx((part * 1e6).sum() * fee, rel=1e-3)


def test_support_is_paid_back_by_whoever_turns_away_and_by_nobody_else(model):
    """Supported rows turn back, stay and turn from collecting to a licence: the first kind alone pays back."""
    shops, turns = model.workshops, model.workshops.turns
    third = np.arange(len(shops.doing)) % 3
    shops.doing, shops.supported = np.full(len(third), COLLECTING), np.full(len(third), True)
    shops.cash[:] = 1e15
    chosen = np.array([STAY_OPEN, COLLECT, LICENSE])[third]
    back, given = on(model, "returned"), on(model, "support")
    turns._turn(chosen, shops.province, model.law() | {"formalisation_support": 100.0})
    owed = shops.weight[third == 0].sum() * 100_000.0
    assert on(model, "returned") - back == pytest.approx(owed, rel=1e-6) and on(model, "support") == given
    assert np.array_equal(shops.supported, third > 0)


def test_auditors_see_what_provincial_inspectors_see_and_not_what_plants_inspectors_do(model, monkeypatch):
    """Reports are found out by the visits that the law asks of provinces."""
    told = []
    real = industry_room.reporting.discovery
    monkeypatch.setattr(industry_room.reporting, "discovery", lambda *given: told.append(given[2]) or real(*given))
    industry = model.industry
    industry.overpaid[:] = 100.0
    industry._inspect(24, np.full(industry.count, 99.0), np.full(industry.count, 30.0))
    asked = model.by_province("inspection", industry.levers)[model.plants.province]
    assert np.array_equal(told[0], np.broadcast_to(asked, industry.count))


def test_a_plant_that_has_nothing_left_and_sells_below_cost_may_only_raise_its_margin(model, monkeypatch):
    industry, told = model.industry, {}
    monkeypatch.setattr(industry.decisions, "adapt", lambda *given: told.update(given[-1]))
    industry.margin[:], industry.stock[:] = np.where(np.arange(industry.count) % 2, 0.1, -0.1), 0.0
    industry.cash = np.where(np.arange(industry.count) % 3, 1e6, -1e6)
    full = np.full(industry.count, 100.0)
    industry._adapt(24, full, 0.3 * full, np.ones(industry.count))
    poor = (industry.cash < 0.0) & (np.arange(industry.count) % 2 == 0)
    assert poor.any() and np.array_equal(told["margin"], ~poor[:, None] | [False, False, True])


def test_small_recyclers_sites_follow_their_number_from_2026_on(model):
    industry = model.industry
    industry.numbers[industry_room.SMALL_2025] = 1000.0
    told = []
    for count in (500.0, 1000.0, 2000.0):
        industry.numbers[industry_room.SMALL] = count
        told.append(industry.small_sites)
    share = P["small_sites"]
    assert told == pytest.approx([1.0 - 0.5 * share, 1.0, 1.0 + share]) and share > 0.0


def test_makers_reckon_with_a_years_capacity_for_a_years_packs_and_with_the_premium_they_must_pay(model):
    """Own plants that could work half of a brand's year of packs earn it half of what a kWh brings them."""
    books, industry = model.makers_books, model.industry
    books.levers = books.levers | {"buyback_premium": 0.0}
    usual = books._margins()
    books.levers = books.levers | {"buyback_premium": 7.0}
    paid = books._margins()
    # outlets' own income stands above zero, so the premium comes off in full
    assert np.allclose(usual - paid, 7.0)
    books.levers = books.levers | {"buyback_premium": 0.0}
    year = books.shares() * books.usual[2, 0] * 4.0 / 1000.0  # kWh
    could = books.plants @ model.plants.capacity_t * P["kwh_per_tonne"]
    mine = (could > 0.0) & (books.group == 1)
    books.usual[2, 0] *= 2.0 * could[mine].max() / year[mine][could[mine].argmax()]
    value = float(model.record.series["metal_value"][model.month - model.start].mean())
    earned = (industry.margin * value + industry.spared) * model.plants.capacity_t
    best = np.flatnonzero(mine)[could[mine].argmax()]
    a_kwh = (books.plants @ earned)[best] / (books.plants @ model.plants.capacity_t)[best]
    assert books._margins()[best] == pytest.approx(0.5 * a_kwh)


def test_the_centre_remembers_about_a_year_of_what_it_saw(model):
    """What stays alike month by month ends at twelve months of it."""

    class Flows:
        table, by_way = np.zeros((4, 3)), np.full((31, 2), 10.0)

    Flows.table[3] = 5.0
    offices = model.inspectorates
    for _ in range(1000):
        offices.watch(Flows)
    assert offices.seen == pytest.approx([12.0 * 15.0, 12.0 * 620.0])
