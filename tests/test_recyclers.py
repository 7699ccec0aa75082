"""Recyclers: what plants reckon, worked out by hand, and how the industry fares in paired worlds."""

from functools import lru_cache

import numpy as np
import pytest

from govmodel.mechanisms import recycling
from tests.worlds import CHINA, live, lived

P = CHINA.parameters
BASE = CHINA.with_(scale=4000, until="2033-12")
FROM = 72  # 2027-01
HISTORY = 60  # 2021 to 2025
HARSH = {"credit_limit": 0.1, "plant_capital": 500.0, "dividend_above": 0.5, "parent_backing": 1.0}


@lru_cache(maxsize=16)
def frame(seed: int, **levers: float):
    """Give the indicators from 2027 on, with some levers set from 2026."""
    return lived(BASE.with_(levers=levers), seed).indicators.iloc[FROM:]


def one(margin, taken, scrap=0.0, capacity=100.0, value=110.0):
    """Reckon the margin's options for one plant."""
    margin, *row = (np.array([x]) for x in (margin, value, taken, scrap, capacity, 0.0, P["idle_cost"]))
    return recycling.margin_payoffs(margin, 0.01, *row, P)[0]


# what a plant reckons


def test_an_idle_plant_cuts_its_margin_below_cost_and_a_busy_one_raises_it():
    cut, hold, rise = one(margin=0.05, taken=10.0)
    assert cut > hold > rise
    assert one(margin=0.0, taken=10.0).argmax() == 0  # every tonne spares it the cost of standing idle
    assert one(margin=-0.05, taken=10.0).argmax() == 2  # but not at any price
    assert one(margin=0.05, taken=50.0).argmax() == 2  # past the capacity it keeps ready a tonne spares nothing
    assert one(margin=0.15, taken=100.0).argmax() == 1  # a full plant gains nothing by asking less
    assert one(margin=0.15, taken=50.0).argmax() == 0  # one with room does


def test_reckoning_knows_no_size():
    assert np.allclose(one(0.03, 10.0, 5.0, 100.0), one(0.03, 10e3, 5e3, 100e3))


def test_corners_are_cut_where_nobody_looks():
    row = [np.array([x]) for x in (0.02, 110.0, 35.0)]
    honest, cutting = recycling.care_payoffs(*row, np.array([0.0]), 1.0, P)[0]
    assert cutting > honest == 0.0
    honest, cutting = recycling.care_payoffs(*row, np.array([20.0]), 1.0, P)[0]
    assert cutting < honest


def test_plants_build_where_capital_earns_more_than_it_costs():
    capacity = np.array([1000.0, 1000.0])
    rich, poor = recycling.growth_payoffs(np.array([1e6, -1e6]) * P["plant_capital"] / 1000.0, capacity, P)
    assert rich.argmax() == 2 and poor.argmax() == 0


def test_research_has_diminishing_returns():
    cost, lost = np.array([recycling.learnt(spent, P) for spent in (0.0, 1000.0, 2000.0, 3000.0)]).T
    for falling in (cost, lost):
        gained = -np.diff(falling)
        assert falling[0] == 1.0 and (gained > 0).all() and (np.diff(gained) < 0).all()


def test_small_firms_enter_with_profit_and_leave_after_losses():
    enter, leave = recycling.small_firms(1000.0, 0.2, P)
    assert enter > leave
    enter, leave = recycling.small_firms(1000.0, -0.2, P)
    assert enter == P["small_founded"] and leave > 0.2 * 1000.0
    assert recycling.small_firms(1000.0, -9.0, P)[1] < 1000.0


# the industry


@pytest.mark.parametrize(
    "case", [BASE, BASE.with_(parameters=HARSH, levers={"subsidy": 20.0, "research_alliance": 900.0})]
)
def test_cash_is_what_the_ledger_says(case):
    """Every plant's cash is its balance in the ledger: nothing is earned or lost beside the books."""
    industry = (model := lived(case, 1)).industry
    balance = model.ledger.balances(model.until)[industry.accounts] / 100.0
    assert np.allclose(industry.cash, balance, rtol=0, atol=100.0)


def test_history_keeps_the_nation_s_capacity_and_margins_near_zero():
    model = lived(BASE, 1)
    table = model.indicators
    for year, total in ((2022, 2300.0), (2024, 4233.0)):
        row = (year - 2021) * 12 + 11
        assert table["licensed_capacity_kt"].iloc[row] == pytest.approx(total)
    assert -0.08 < table["licensed_margin_lfp"].iloc[36:60].mean() < 0.08
    assert table["plants_losing"].iloc[48:60].mean() > 0.5 * table["plants_open"].iloc[48:60].mean()


def test_the_trade_booms_with_lithium_and_busts_after_it():
    table = lived(BASE, 1).indicators
    small = table["small_recyclers"].to_numpy()
    assert small[24] > 3.0 * small[0]  # end of 2022 against the start of 2021
    assert small[36] < 0.8 * small[24:28].max()  # a year later
    exits = table["small_exits"].to_numpy()
    assert exits[24:36].sum() > 2.0 * exits[12:24].sum()


def test_feed_follows_the_product_up_faster_than_down():
    """Over half-years with large moves, the price of feed moves more than the product's, and more so upward."""
    series = lived(BASE.with_(scale=20_000), 1).record.series
    feed, value = np.log(series["feed_price"][:, 0]), np.log(series["metal_value"][:, 0])
    moved, followed = value[6:] - value[:-6], feed[6:] - feed[:-6]
    up, down = moved > 0.15, moved < -0.15
    rise, fall = np.median(followed[up] / moved[up]), np.median(followed[down] / moved[down])
    assert rise > fall > 1.0


def test_plants_that_run_out_of_credit_close_and_come_back():
    model = lived(BASE.with_(parameters=HARSH, until="2033-11"), 1)  # the last decision stands for a month at least
    table, industry = model.indicators, model.industry
    assert table["plant_insolvencies"].sum() > 10
    assert table["plant_reopenings"].sum() > 0
    closed = industry.closed
    assert closed.any()
    # a closed plant buys nothing, and its administrator works off the yard
    received = model.record.received[-1].sum(axis=0)
    assert received[closed & (industry.size > 0)].sum() < 0.01 * received.sum()
    ledger, month = model.ledger, model.indicators["licensed_capacity_kt"]
    assert ledger.amounts[:, industry.written_off].sum() > 0
    before = lived(BASE, 1).indicators["licensed_capacity_kt"][:-1]
    assert np.allclose(month[:HISTORY], before[:HISTORY])  # history holds whoever closes
    assert not np.allclose(month[HISTORY:], before[HISTORY:], rtol=0.01)


def test_not_everyone_ends_at_a_bound():
    """Margins spread within their limits, and plants neither all close nor all grow without end."""
    model = lived(BASE, 1)
    margin, industry = model.record.margin[FROM:], model.industry
    low, high = P["plant_margin_least"], P["plant_margin_most"]
    assert ((margin <= low + 1e-9) | (margin >= high - 1e-9)).mean() < 0.02
    assert not industry.closed.all() and industry.size.max() < P["size_most"]
    assert 0.001 < margin[-1].std() < 0.1


def test_no_dues_can_ruin_the_trade_for_good():
    """At the lever's top members pay what they can: it costs the trade its weakest, the rest recover and go on."""
    table = lived(BASE.with_(levers={"research_alliance": 10_000.0}), 1).indicators
    assert table["research_spent"].iloc[HISTORY:].max() < 10_000.0 / 12
    spared, charged = lived(BASE, 1).indicators["plants_open"], table["plants_open"]
    assert 0.6 * spared.iloc[-1] < charged.iloc[-1] < spared.iloc[-1]
    assert charged.iloc[-1] >= charged.iloc[-36:].min()  # no slide without end
    assert table["licensed_input_kt"].iloc[-12:].sum() > 1.2 * table["licensed_input_kt"].iloc[-36:-24].sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_research_alliance_raises_bids_recovery_and_the_licensed_share(seed):
    none, some, more = frame(seed), frame(seed, research_alliance=300.0), frame(seed, research_alliance=600.0)
    share = [table["formal_gwh"].sum() / table["released_gwh"].sum() for table in (none, some, more)]
    bid = [table["licensed_bid_lfp"].mean() for table in (none, some, more)]
    assert share[1] > share[0] + 0.01 and bid[1] > bid[0] + 0.5
    assert 0 < bid[2] - bid[1] < bid[1] - bid[0]  # every yuan does less than the one before
    assert some["research_spent"].sum() == pytest.approx(300.0 * 7, rel=0.02)
    worlds = [lived(BASE.with_(levers=levers), seed).record for levers in ({}, {"research_alliance": 300.0})]
    rate = [r.metals[FROM:, 2, 0].sum() / r.scrap[FROM:].sum() for r in worlds]  # lithium out of factory scrap
    assert rate[1] > rate[0] * 1.005


@pytest.mark.parametrize("seed", [1, 2])
def test_a_subsidy_is_largely_bid_away_while_capacity_idles(seed):
    """The pass-through of a subsidy into licensed bids is positive and large; plants keep or add the rest."""
    through = (frame(seed, subsidy=15.0)["licensed_bid_lfp"].mean() - frame(seed)["licensed_bid_lfp"].mean()) / 15.0
    assert frame(seed)["plant_utilisation"].mean() < 0.5
    assert 0.5 < through < 1.2


def test_without_adaptation_plants_stay_as_they_are():
    model = lived(BASE.with_(without=("adaptation",), levers={"subsidy": 30.0}), 1)
    assert (model.record.margin == P["plant_margin"]).all()
    assert not model.industry.closed.any() and (model.industry.size == 1.0).all()
    assert not model.record.series["overreported"].any()


def test_creditors_count_what_lies_in_the_yard():
    """Packs bought and not yet worked empty the till, not the purse: else large lots would close plants by chance."""
    industry = (model := live(BASE.with_(until="2027-12"), 1)).industry
    debt = 2.0 * industry.credit * P["plant_capital"] * industry.funded + 100.0
    open_before = ~industry.closed & (industry.funded > 0.0)
    industry.cash, industry.stock = np.where(open_before, -debt, industry.cash), debt.copy()
    model.month -= 1  # within the record
    industry._fail_and_reopen(30)
    assert not industry.closed[open_before].any()
    industry.stock = 0.25 * debt
    industry._fail_and_reopen(31)
    assert industry.closed[open_before].all()
    assert np.allclose(industry.means[open_before], 0.0, atol=1e-6)  # the yard pays back what is not written off


def test_a_yard_is_worth_what_its_packs_will_bring():
    model = lived(BASE.with_(until="2026-12"), 1)
    net = model.market.worth(model.industry.levers).net[model.until]
    assert np.allclose(model.industry.stock, np.maximum(net @ model.plants.waiting, 0.0) / 1000.0)


def test_the_industry_has_no_scale_bias():
    """Mean margin, capacity and open plants of 2030 agree between a fine and a coarse run, within their luck.

    At any scale the open plants of single runs differ by three either way, so two means of ten differ by one or two.
    """
    told = []
    for scale in (1000, 20_000):
        runs = [lived(CHINA.with_(scale=scale, until="2030-12"), s).indicators.iloc[-12:] for s in range(1, 11)]
        told.append([np.mean([run[name].mean() for run in runs]) for name in ("licensed_margin_lfp", "plants_open")])
        told[-1].append(np.mean([run["licensed_capacity_kt"].mean() for run in runs]))
    assert told[0][0] == pytest.approx(told[1][0], abs=0.012)
    assert told[0][1] == pytest.approx(told[1][1], rel=0.05)
    assert told[0][2] == pytest.approx(told[1][2], rel=0.04)


def test_who_buys_a_closed_plant_begins_without_its_losses():
    """A plant that was bought and reopens asks for a margin of nothing at least, whatever the old owner bid."""
    model = live(BASE.with_(until="2021-12", parameters={"rescue": 1.0}), 1)
    industry = model.industry
    model.month -= 1  # within the record
    industry.closed[::2], industry.margin[:] = True, -0.2
    industry._fail_and_reopen(30)
    assert not industry.closed.any()
    assert (industry.margin[::2] == 0.0).all() and (industry.margin[1::2] == -0.2).all()


def test_coefficients_and_margins_are_those_of_their_own_chemistry():
    """What is paid for feed, as a share of its metals, and what is left to plants, chemistry by chemistry."""
    model = lived(BASE, 1)
    table, series = model.indicators, model.record.series
    for place, name in enumerate(("lfp", "ncm")):
        value, feed, net = (series[key][:, place] for key in ("metal_value", "feed_price", "net_value"))
        assert np.allclose(table[f"feed_coefficient_{name}"], feed / value)
        assert np.allclose(table[f"licensed_margin_{name}"], (net - feed) / value)
    assert not np.allclose(table["feed_coefficient_lfp"], table["feed_coefficient_ncm"], atol=0.02)


def test_a_plant_that_is_caught_loses_the_fine_on_a_years_saving():
    """Found for sure, it pays the fine on four quarters of what it saves, and buys nothing while suspended."""
    cost, value, margin, fine = 30.0, 100.0, 0.1, 2.0
    row = (np.array([number]) for number in (margin, value, cost, 1e9))
    ((honest, caught),) = recycling.care_payoffs(*row, fine, P)
    saving = P["corner_saving"] * cost / value
    idle = P["suspension"] * max(margin + saving, P["licence_margin"])
    assert honest == 0.0 and caught == pytest.approx(saving - 4.0 * fine * saving - idle)
