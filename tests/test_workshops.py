"""Workshops: their money, and what they turn to when the law, prices or inspectors change; in paired worlds."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

import govmodel as gm
from govmodel.facts import PROVINCES
from govmodel.foundations.calendar import month_number
from govmodel.mechanisms.authority import CLOSED, GO_QUIET, LICENSED, MOVE, OPEN, STAY_OPEN
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live, lived

BASE = CHINA.with_(scale=4000, until="2033-12")
FROM = 72  # rows from 2027-01 on, a year after levers move
SEEDS = (1, 2)
MANY, STILL = (("inspectors", 300_000.0),), (("moving_cost", 1_000_000.0),)
HARD = {"inspection": 12.0, "fine": 15.0, "credit_record": 1.0, "reuse_ban": 1.0, "formalisation_support": 300.0}
CASES = {
    "as the law stands": CHINA.with_(scale=20_000, until="2029-12"),
    "hard": CHINA.with_(scale=20_000, until="2029-12", levers={n: {"2022-01": v} for n, v in HARD.items()}),
    "poor": CHINA.with_(scale=50_000, until="2029-12", metal_prices="crash", parameters={"working_cash": 1000.0}),
    "at a loss": CHINA.with_(scale=50_000, until="2027-12", parameters={"workshop_margin_least": -50.0}),
    "restless": CHINA.with_(
        scale=50_000, until="2027-12", parameters={"changing_cost": 0.0, "reconsider": 1.0, "workshop_sensitivity": 0.5}
    ),
}


# money


@pytest.mark.parametrize("name", CASES)
def test_rows_own_what_their_province_s_account_holds(name):
    """At the end of every quarter rows' cash sums to the ledger, province by province, in whole fen."""
    model = GovernanceModel(CASES[name], rng=2)
    accounts = [model.ledger.accounts.index(district.name) for district in model.districts]
    while model.month <= model.until:
        model.step()
        shops = model.workshops
        assert shops.weight.min() >= 0.0 and np.isfinite(shops.cash).all()
        assert shops.cash.min() >= 0.0 and (shops.cash == np.rint(shops.cash)).all()
        if model.month % 3 == 0:
            held = model.ledger.balances(model.month - 1)[accounts]
            assert np.array_equal(held, np.bincount(shops.province, shops.cash, 31).astype(np.int64))
    for passing in ("workshop_trade", "moving_workshops"):
        assert not model.ledger.net([passing]).any()


def test_every_turn_is_taken_somewhere():
    """Nothing that workshops could turn to is out of reach: all states and a move happen in some world."""
    seen = np.zeros(5)
    moved = 0.0
    for name in ("as the law stands", "hard", "restless"):
        series = lived(CASES[name], 2).record.series
        seen += series["workshops_by_state"].sum(axis=(0, 2))
        moved += series["punished"][:, 5].sum()
    assert (seen > 0).all() and moved > 0


def test_agents_are_views_of_the_rows():
    """Districts and provinces, met as agents, tell what the rows say."""
    model = live(CASES["as the law stands"].with_(until="2028-11"), 2)  # the quarter is not over yet
    assert sum(district.count for district in model.districts) == pytest.approx(model.indicators["workshops"].iloc[-1])
    told = [district.by_state() for district in model.districts]
    for i, district in enumerate(model.districts):
        assert district.count == pytest.approx(told[i]["open"] + told[i]["quiet"])
        assert model.provinces[i].effort in (0.25, 0.5, 1.0, 1.5) and 0.0 <= model.provinces[i].dependence <= 3.0


def test_those_without_cash_close():
    """A row whose cash does not buy packs any more closes at the quarter's end, and its debts are written off."""
    model = GovernanceModel(CASES["as the law stands"], rng=2)
    shops = model.workshops
    for _ in range(2):
        model.step()
    loss = 2 * int(shops.cash.sum())  # eats up everything
    shops.earned[0] -= loss
    model.ledger.pay(model.month, model.books.workshop_cost, np.eye(31, dtype=np.int64)[0] * loss)
    before = shops.by_state()[CLOSED].sum()
    model.step()
    assert before == 0.0 and shops.by_state()[CLOSED].sum() > 0.0
    assert model.ledger.amounts[:, shops.lines["written_off"]].sum() > 0
    assert shops.cash.min() >= 0.0


def test_without_adaptation_nobody_turns():
    """Switched off: rows stay open where they are and provinces keep their effort; only the trade's size moves."""
    model = lived(CASES["hard"].with_(without=("adaptation",)), 2)
    frame = model.indicators
    assert not frame["workshops_quiet"].any() and not frame["workshops_moved"].any()
    assert not frame["workshops_collecting"].any() and (frame["effort_mean"] == 1.0).all()
    assert (model.workshops.province == model.workshops.home).all()


def test_more_open_where_the_trade_pays_more():
    """Entry follows profit: people content with half the income make a larger trade of it."""
    many, few = (
        lived(CASES["as the law stands"].with_(parameters={"workshop_living": living}), 2).indicators
        for living in (40_000.0, 160_000.0)
    )
    assert many["workshops"].iloc[36:].mean() > 1.3 * few["workshops"].iloc[36:].mean()


# levers, in pairs that share all luck


@lru_cache(maxsize=32)
def measured(seed: int, parameters: tuple = (), **levers: float) -> dict[str, float]:
    """Live the base case with some levers set from 2026 on, and measure 2027 to 2033."""
    frame = live(BASE.with_(levers=levers, parameters=dict(parameters)), seed).indicators.iloc[FROM:]
    share = {name: frame[f"{name}_gwh"].sum() / frame["released_gwh"].sum() for name in ("formal", "informal", "reuse")}
    return {
        **share,
        "bid": frame["workshop_bid_lfp"].mean(),
        "workshops": frame["workshops"].mean(),
        "quiet share": frame["workshops_quiet"].sum() / frame["workshops"].sum(),
        "lawful": (frame["workshops_collecting"] + frame["workshops_licensed"]).mean(),
        "inspections": frame["inspections"].sum(),
        "due": frame["fines_due"].sum(),
        "paid": frame["fines_paid"].sum(),
        "found": frame["workshops_found"].sum() / frame["workshops"].mean(),
        "ordered closed": frame["workshops_ordered_closed"].sum() / frame["workshops"].mean(),
        "treasury": frame["treasury_net"].sum(),
    }


DIRECTIONS = [
    ({"inspection": 4.0}, "formal", 0.03),
    ({"inspection": 4.0}, "informal", -0.03),  # their number may rise: some split up
    ({"inspection": 4.0}, "inspections", 10_000.0),
    ({"fine": 8.0}, "formal", 0.005),
    ({"fine": 8.0}, "due", 1000.0),
    ({"fine": 0.0}, "formal", -0.005),
    ({"reuse_ban": 1.0}, "reuse", -0.001),
    ({"credit_record": 1.0}, "ordered closed", 0.1),
    ({"report_reward": 20_000.0}, "found", 0.1),
    ({"report_reward": 20_000.0}, "formal", 0.005),
    ({"formalisation_support": 300.0}, "lawful", 1000.0),
    ({"formalisation_support": 300.0}, "formal", 0.004),
    ({"formalisation_support": 300.0}, "workshops", -500.0),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("levers", "what", "least"), DIRECTIONS, ids=[f"{'+'.join(levers)} -> {what}" for levers, what, _ in DIRECTIONS]
)
def test_a_lever_of_authority_moves_what_it_must(seed, levers, what, least):
    """With all luck shared, the lever moves the result by at least so much, in its direction, in every pair."""
    change = measured(seed, **levers)[what] - measured(seed)[what]
    assert change * np.sign(least) > abs(least), f"{what} changed by {change:+.4g}"


@pytest.mark.parametrize("seed", SEEDS)
def test_inspection_works_where_fines_do_not_because_workshops_cannot_pay(seed):
    """The same expected fine by more visits or by higher fines: visits do more, as fines beyond cash are not paid.

    That is with inspectors enough everywhere; with as many as there are, workshops gather where few can visit them.
    """
    often, dear = measured(seed, MANY, inspection=6.0, fine=1.5), measured(seed, MANY, inspection=0.8, fine=11.25)
    assert often["formal"] > dear["formal"] + 0.03
    assert often["paid"] > 0.95 * often["due"] and dear["paid"] < 0.5 * dear["due"]


def rich(seed: int, **levers: float) -> float:
    """Licensed share in a world whose workshops could pay any fine."""
    model = live(BASE.with_(levers=levers, parameters={"working_cash": 10_000_000.0, "yard_months": 0.0}), seed)
    frame = model.indicators.iloc[FROM:]
    return frame["formal_gwh"].sum() / frame["released_gwh"].sum()


def test_where_workshops_can_pay_the_size_of_the_fine_works_too():
    """The difference between more visits and higher fines is much smaller when nobody is short of cash."""
    poor = measured(1, inspection=6.0, fine=1.5)["formal"] - measured(1, inspection=0.8, fine=11.25)["formal"]
    able = rich(1, inspection=6.0, fine=1.5) - rich(1, inspection=0.8, fine=11.25)
    assert able < poor - 0.02


# campaigns


PULSE = CHINA.with_(scale=2000, levers={"inspection": {"2031-01": 12.0, "2031-10": 0.8}})  # nine hard months


@pytest.mark.parametrize("seed", SEEDS)
def test_a_campaign_drives_workshops_off_and_they_come_back(seed):
    """In the campaign fewer work openly and more packs go to licensed firms; two years later most of it is gone."""
    base, model = lived(CHINA.with_(scale=2000), seed), lived(PULSE, seed)
    at = [month_number(month) - model.start for month in ("2031-01", "2031-10", "2034-01", "2035-01")]
    active = [run.record.series["workshops_by_state"][:, OPEN].sum(axis=1) for run in (base, model)]
    in_it, after = ((active[1] / active[0])[row] for row in (at[1], at[3]))
    assert in_it < 0.6 and after > 0.8 and after > in_it + 0.3
    share = []
    for run in (base, model):
        frame = run.indicators
        share.append([frame["formal_gwh"][a:b].sum() / frame["released_gwh"][a:b].sum() for a, b in zip(at, at[1:])])
    gained = np.array(share[1]) - share[0]
    late = [run.indicators.iloc[at[3] :] for run in (base, model)]
    late = [part["formal_gwh"].sum() / part["released_gwh"].sum() for part in late]
    assert gained[0] > 0.05 and abs(late[1] - late[0]) < 0.5 * gained[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_many_hide_where_inspectors_come_often_for_years(seed):
    """Of the workshops that buy and cannot move, a larger share is quiet under lasting frequent visits."""
    assert measured(seed, STILL, inspection=4.0)["quiet share"] > measured(seed, STILL)["quiet share"] + 0.1


def test_a_campaign_in_one_province_moves_work_next_door(tmp_path):
    """Displacement: workshops leave the province, and its neighbours work more than they would have worked."""
    file = tmp_path / "local.toml"
    file.write_text(
        'id = "local"\ntitle = "A local campaign"\ntitle_zh = "专项整治"\ndate = "2031-01-01"\nsource = "ASSUMED"\n'
        'reference = "nobody"\ndescription = "for a test"\n[[changes]]\nlever = "inspection"\ndate = "2031-01"\n'
        'until = "2032-12"\nprovince = "HE"\nvalue = 12.0\nsource = "ASSUMED"\nwhy = "a campaign"\n',
        encoding="utf-8",
    )
    base = CHINA.with_(scale=2000)
    local = base.with_(policies=[*base.policies, str(file)])
    here = PROVINCES.index("HE")
    row = month_number("2032-12") - base.start
    left, near, moved = [], [], []
    for seed in SEEDS:
        runs = [lived(case, seed) for case in (base, local)]
        counts = [run.record.series["workshops_by_state"][row, :LICENSED].sum(axis=0) for run in runs]
        left.append(counts[1][here] - counts[0][here])
        beside = runs[0].facts.neighbours[here]
        worked = [run.record.series["worked"][row - 23 : row + 1].sum(axis=0) for run in runs]
        near.append(worked[1][beside].sum() / worked[0][beside].sum() - 1.0)
        moved.append(np.diff([run.indicators["workshops_moved"].sum() for run in runs])[0])
    assert max(left) < 0.0 < min(moved) and min(near) > 0.0


def test_many_starts_end_alike():
    """No lock-in: with half or three times the workshops at the start, the trade is about the same size by 2030."""
    ends = [
        lived(CHINA.with_(scale=4000, until="2031-12", parameters={"workshops_at_start": start}), 1)
        .indicators["workshops"]
        .iloc[108:]
        .mean()
        for start in (0.12, 0.25, 0.75)
    ]
    assert max(ends) < 1.25 * min(ends)


# freight to where the trade gathers


@pytest.mark.parametrize("code", ["GD", "HN"])
def test_dearer_freight_to_a_province_keeps_workshops_from_staying_moving_and_opening_there(code):
    here = PROVINCES.index(code)
    model = GovernanceModel(CHINA.with_(scale=20_000, until="2027-03"), rng=3)
    while model.month < model.until:
        model.step()
    shops = model.workshops
    usual, to = shops.turns.payoffs(model.law())
    own = gm.branch(model)
    own.market.handling = model.market.handling  # a month's bids would see to that
    make_dearer(model, here, 20.0)
    told, still = shops.turns.payoffs(model.law())
    less = told - usual
    there, coming = shops.province == here, (to == here) & (still == here)
    assert (less[there][:, [STAY_OPEN, GO_QUIET]] < 0.0).all() and coming.any() and (less[coming, MOVE] < 0.0).all()
    assert not less[~there][:, [STAY_OPEN, GO_QUIET]].any() and not less[(to != here) & (to == still), MOVE].any()
    worlds = {"usual": own, "dear": model}
    grown = {}
    for name, world in worlds.items():
        before, _ = world.workshops.weight.copy(), world.workshops.plan(world.law())
        world.workshops.turns._enter_and_leave()
        grown[name] = (world.workshops.weight - before)[world.workshops.buying > 0.0]
        places = world.workshops.province[world.workshops.buying > 0.0]
    assert (grown["dear"][places == here] < grown["usual"][places == here]).any()
    assert (grown["dear"][places == here] <= grown["usual"][places == here]).all()
    assert np.array_equal(grown["dear"][places != here], grown["usual"][places != here])


def test_what_is_bought_is_shared_out_as_the_pooled_trade_is_drawn_and_all_of_it():
    model = live(CHINA.with_(scale=20_000, until="2026-12"), 3)
    shops, here, bought = model.workshops, PROVINCES.index("GD"), np.zeros(31)
    work, pull = shops.activity(), shops.last_plan.pull
    bought[here] = 1e6
    got = shops.turns._share_out(bought, work)
    assert got.sum() == pytest.approx(1e6)
    by_unit = np.bincount(shops.province, got, 31) / np.maximum(np.bincount(shops.province, work, 31), 1e-12)
    others = (np.bincount(shops.province, work, 31) > 0.0) & (np.arange(31) != here)
    assert np.ptp(pull[others]) > 0.1  # or nothing could be told
    assert by_unit[others] / by_unit[others].sum() == pytest.approx(pull[others] / pull[others].sum())
    assert np.bincount(shops.province, got, 31)[here] > (1.0 - model.parameters["pooled_trade"]) * 1e6


def make_dearer(model, province: int, more: float) -> None:
    """Let hauling a kWh to a province cost so many yuan more, as long as this month's plan holds."""
    shops = model.workshops
    plan = shops.plan(model.law())
    freight = plan.freight.copy()
    freight[province] += more
    shops._plan = replace(plan, freight=freight)
