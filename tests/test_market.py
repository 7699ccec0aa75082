"""The market: what packs are worth in their better use, what is bought where, and bills that somebody pays."""

import numpy as np
import pytest

from govmodel import GovernanceModel, facts
from govmodel.actors.fates import IN_WORKSHOP
from govmodel.chain import geography
from govmodel.mechanisms import authority
from govmodel.mechanisms.market import better_use
from govmodel.study import patterns
from tests.worlds import CHINA, lived

CASE = CHINA.with_(scale=20_000, until="2030-12")
BANNED = CASE.with_(levers={"reuse_ban": 1.0})
LATER = 60  # the first month of 2026
RAID = LATER + 16  # May 2027, in the middle of the campaign of pattern 19


def at_work(case, month=LATER + 12):
    """Give a model as it begins a month, of 2027 if none is asked for."""
    model = GovernanceModel(case, rng=1)
    while model.months_run < month:
        model.step()
    return model


@pytest.mark.parametrize("ahead", [-400.0, -30.0, -1.0, 0.0, 1.0, 30.0, 4000.0])
def test_the_better_use_is_what_drawing_pack_by_pack_gives(ahead):
    """Packs differ by a logistic error; each goes to the use that is worth more for it."""
    spread, usual = 12.0, 50.0
    luck = (np.arange(200_000) + 0.5) / 200_000
    again = usual + ahead + spread * np.log(luck / (1.0 - luck))
    chance, best, chosen = better_use(usual, usual + ahead, spread)
    assert chance == pytest.approx((again > usual).mean(), abs=1e-5)
    assert best == pytest.approx(np.maximum(again, usual).mean(), abs=1e-2)
    if abs(ahead) < 100.0:
        assert chosen == pytest.approx(again[again > usual].mean(), rel=1e-2)
    assert chosen >= usual and best >= max(usual, usual + ahead)


def test_the_whole_adds_up_from_both_uses():
    """Packs used again at what these bring, and the rest at the usual use, make the mean of the better use."""
    usual, again = np.linspace(-60.0, 90.0, 7)[:, None], np.linspace(-2000.0, 300.0, 11)
    chance, best, chosen = better_use(usual, again, 12.0)
    assert np.allclose(chance * chosen + (1.0 - chance) * usual, best)


def test_no_pack_is_used_again_at_a_loss_so_a_ban_spares_none():
    """What users pay for re-use covers its cost and what crude recovery would have brought, month by month."""
    best = []
    for case in (CASE, BANNED):
        model = at_work(case)
        p, worth = model.parameters, model.market.worth(model.law())
        crude = worth.crude_value - p["workshop_cost"]
        assert (worth.reuse_worth - p["reuse_cost"] >= crude[:, :, None]).all()
        best.append(worth.best)
    assert (best[0] > best[1]).all()


def test_storage_operators_cover_what_licensed_recovery_would_have_brought():
    model = at_work(CASE)
    levers = model.law()
    board = model.post_bids(levers)
    net = board.second_life_worth.reshape(2, 31, 2, 4) - model.parameters["second_life_cost"]
    net = net - model.market.vat(np.maximum(net, 0.0), levers)
    recovered = np.array([board.licensed_value, board.maker_value])[..., None]
    assert (net >= recovered - 1e-9).all()


def test_relief_from_tax_is_for_licensed_plants_alone():
    """Who refines workshops' black mass gets none, so workshops' bids do not rise with it."""
    model = at_work(CASE)
    market, law = model.market, model.law()
    none, full = (market.worth({**law, "vat_relief": relief}) for relief in (0.0, 1.0))
    assert (full.net > none.net).all()
    assert np.array_equal(full.crude_vat, none.crude_vat) and np.array_equal(full.best, none.best)


def test_workshops_buy_where_the_packs_are_whatever_province_they_work_in():
    """With a wholly national trade a move changes neither who bids where nor what a kWh is feared to cost."""
    model = at_work(CASE.with_(parameters={"pooled_trade": 1.0}))
    shops, present = model.workshops, model.workshops.presence()
    gathered = np.zeros(31)
    gathered[3] = present.sum()
    assert np.allclose(shops.buying_in(present), shops.buying_in(gathered))
    plan = shops.plan(model.law())
    feared = plan.feared
    assert np.ptp(feared) < 1e-12
    usual = (plan.risk * plan.ground.gain).sum() / plan.ground.gain.sum()
    assert plan.risk.min() < feared[0] < usual  # packs go where there is less to fear than where workshops are


@pytest.mark.parametrize("inspection", [0.8, 6.0, 12.0])
def test_what_is_feared_is_what_is_lost(inspection):
    """What bids set aside for inspectors, over what the trade works, is what inspectors take."""
    case = CASE.with_(levers={"inspection": inspection}, parameters={"pooled_trade": 1.0})
    model = at_work(case)
    plan = model.workshops.plan(model.law())
    feared = plan.feared
    assert plan.gain.sum() == pytest.approx(plan.ground.gain.sum())  # the trade is only moved
    rows = len(plan.both)
    assert feared[0] * plan.gain.sum() == pytest.approx(plan.both.sum(), abs=2 * rows)


def test_a_campaign_in_a_few_provinces_hardly_frightens_a_national_trade():
    """What is bought there is worked elsewhere; where all work at home it is feared in full."""
    for pooled, feared_in_full in ((1.0, False), (0.0, True)):
        case = CASE.with_(parameters={"pooled_trade": pooled})
        calm, raided = (at_work(world, RAID) for world in (case, patterns.load("china").case("campaign", case)))
        here = facts.PROVINCES.index("GD")
        before, after = (model.workshops.plan(model.law()).feared[here] for model in (calm, raided))
        local = raided.workshops.last_plan.risk[here]
        assert local > 2.0 * before
        assert after == pytest.approx(local) if feared_in_full else after < 1.1 * before


def test_a_trade_at_home_buys_and_fears_where_it_works():
    model = at_work(CASE.with_(parameters={"pooled_trade": 0.0}))
    shops, present = model.workshops, model.workshops.presence()
    assert np.array_equal(shops.buying_in(present), present)
    plan = shops.plan(model.law())
    assert np.allclose(plan.feared, plan.risk)


def test_a_trade_at_home_hauls_nothing_and_works_what_it_buys():
    model = at_work(CASE.with_(levers={"inspection": 6.0}, parameters={"pooled_trade": 0.0}), 120)
    assert not model.ledger.amounts[:, model.workshops.lines["freight"]].any()
    flows = model.record.flows()
    bought = flows["watt_hours"] * IN_WORKSHOP[flows["way"]] / 1000.0
    place = flows["month"] * 31 + flows["province"]
    assert np.allclose(model.record.series["worked"].ravel(), np.bincount(place, bought, 120 * 31))


def test_freight_holds_back_a_trade_that_flees_from_inspectors():
    """Where much is inspected trade gathers elsewhere, the nearer the dearer freight is; what bids take off pays it."""
    reach = []
    for rate in (0.0, 0.5, 2.0):
        alone = {"unlicensed_freight_rate": rate, "hiding_cost": 0.0, "scarcity_premium": 0.0, "pooled_trade": 1.0}
        model, due = at_work(CASE.with_(levers={"inspection": 6.0}, parameters=alone), LATER), 0.0
        shops, record = model.workshops, model.record.series["worked"]
        while model.months_run < 120:
            model.step()
            due += shops.last_plan.extra @ record[model.months_run - 1]
        paid = model.ledger.amounts[LATER:, shops.lines["freight"]].sum() / 100.0
        assert paid == pytest.approx(due, rel=0.02)  # some cannot pay
        worked, far = record[LATER:120].sum(axis=0), geography.beyond(model.facts, model.parameters)
        brought = worked * authority.brought_from_afar(worked, shops.sources) / worked.sum()
        reach.append(brought @ (shops.sources @ far))  # km of a mean kWh
    assert reach[0] > 2.0 * reach[1] > 2.2 * reach[2]


def test_only_packs_from_elsewhere_pay_freight_by_the_kilometre():
    """By hand: one province works all; what other provinces' vehicles bring it comes at the mean of their distances."""
    model = at_work(CASE.with_(parameters={"plant_choice_error": 0.5}), 1)
    shops, here = model.workshops, facts.PROVINCES.index("XZ")
    alone = np.where(np.arange(31) == here, 1.0, 0.0)
    pull, haul = shops._spread(np.zeros(31), alone)
    others = shops.sources * (1.0 - alone)
    km = others @ geography.beyond(model.facts, model.parameters)[:, here] / others.sum()
    assert 2000.0 < km < 4000.0  # Lhasa is far
    assert haul[here] == pytest.approx(km * 0.5 * shops.kg / 1000.0 * others.sum())
    assert pull[here] == pytest.approx(1.0) and not haul[:here].any()


def test_coming_to_holders_homes_is_paid_by_who_comes():
    """Licensed channels take what it costs off their bids, and pay it."""
    now, model = at_work(CASE), lived(CASE, 1)
    law, p = now.law(), model.parameters
    usual, whole = (now.market.collecting({**law, "online_collection": level}) for level in (0.0, 1.0))
    assert np.allclose(whole - usual, p["online_cost"] * np.array([1.0, 1.0, 1.0, 0.0]))
    online = lived(CASE.with_(levers={"online_collection": 1.0}), 1)
    for one, cost in ((model, usual), (online, whole)):
        ways = one.record.watt_hours[LATER:, :, :, :8].sum(axis=(0, 1, 2, 4)).reshape(4, 2)
        handled = (ways.sum(axis=1) * cost * 0.1)[:3]
        books = one.ledger.amounts[LATER:, one.books.collecting].sum(axis=0)[:3]
        regrouped = ways[:3, 1] * p["second_life_cost"] * 0.1
        assert np.allclose(books, handled + regrouped, rtol=1e-6)


def test_commissions_come_out_of_what_recyclers_pay_to_collect():
    """Formalised workshops are paid for collecting from the cost of collecting, not on top of it."""
    model = lived(CASE.with_(levers={"formalisation_support": 200.0, "inspection": 4.0}), 1)
    ledger, line = model.ledger, model.workshops.lines["commission"]
    assert ledger.amounts[:, line].sum() > 0
    assert {ledger.accounts[payer] for payer in ledger.payers[line]} == {"suppliers"}
