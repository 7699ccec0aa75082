"""Exactness: columns and the slow readable reference agree, event by event, fen by fen, watt-hour by watt-hour."""

from collections import Counter
from dataclasses import fields
from functools import partial

import numpy as np
import pytest

from govmodel.facts import CHEMISTRIES, HOLDER_CLASSES, PROVINCES
from govmodel.model import GovernanceModel
from tests.reference.bids import Bids
from tests.reference.model import ReferenceModel, ShuffledReferenceModel
from tests.reference.plants import PlantsOneByOne
from tests.worlds import CHINA, events_of, live, lived

TEN_THOUSAND = CHINA.with_(scale=20000)
SHORT = CHINA.with_(scale=40000, start="2023-01", until="2031-06")
FEW = CHINA.with_(scale=500, start="2021-01", until="2021-06")


def campaign(**changes):
    """Write a trade-in campaign as a case file does."""
    return {"from": "2024-06", "until": "2026-09", "province": "all", "holder_class": "all", "factor": 3.0} | changes


def dated(**levers):
    """Set levers from 2024 on, before bodies govern, so that short runs feel them."""
    return {name: {"2024-01": value} for name, value in levers.items()}


CASES = {
    "subsidy": SHORT.with_(levers=dated(subsidy=40.0)),
    "holder_reward": SHORT.with_(levers=dated(holder_reward=25.0, traceability=0.7)),
    "deposit": SHORT.with_(levers={"deposit": {"2024-01": 30.0, "2027-01": 10.0}}),
    "leasing": SHORT.with_(levers={"leasing": 0.5}, parameters={"lease_broken": 0.4}),
    "tender_price_weight": SHORT.with_(levers=dated(tender_price_weight=0.35)),
    "makers": SHORT.with_(levers=dated(buyback_premium=15.0, outlet_duty=10.0, online_collection=0.8)),
    "law": SHORT.with_(levers=dated(fine=6.0, inspection=6.0, reuse_ban=0.9, whole_vehicle_scrapping=1.0)),
    "early_release": SHORT.with_(
        early_release=[
            campaign(),
            campaign(province="GD", factor=2.5),
            campaign(holder_class="bus", factor=0.4, until="2027-12"),
            campaign(province="JS", holder_class="household", factor=6.0, **{"from": "2028-01", "until": "2028-12"}),
        ]
    ),
    "later_start": CHINA.with_(scale=40000, start="2029-05", until="2034-04", retirement_outlook="high"),
    "lots": FEW.with_(
        parameters={"tender_lot": 2_500.0, "life_multiplier": 0.5, "life_bus": 0.6, "life_logistics": 0.6}
        | {"replaced_household": 0.9, "patience": 2.0},
        early_release=[campaign(factor=10.0, **{"from": "2021-01", "until": "2021-04"})],
        levers={"tender_price_weight": {"2021-01": 0.8}},
    ),
    "quick_returns": SHORT.with_(
        parameters={
            "patience": 1.0,
            "reuse_least": 1.0,
            "reuse_mean": 4.0,
            "second_life_least": 2.0,
            "second_life_mean": 6.0,
        }
    ),
    "graph": SHORT.with_(parameters={"social_graph": 1.0, "peers": 4.0}, levers=dated(campaign=3000.0)),
    "crash": SHORT.with_(metal_prices="crash", capacity="plant_list", policies=[]),
}


def same_arrays(mine, other) -> bool:
    """Compare two arrays, or two lists or dictionaries of arrays, exactly."""
    if isinstance(mine, dict):
        return mine.keys() == other.keys() and all(np.array_equal(mine[name], other[name]) for name in mine)
    if isinstance(mine, list):
        return len(mine) == len(other) and all(map(np.array_equal, mine, other))
    return np.array_equal(mine, other)


def assert_same(columns: GovernanceModel, reference: ReferenceModel) -> None:
    """Hold two runs equal in events, money, stocks and every array of the record."""
    told, slow = events_of(columns), reference.events()
    assert len(told) == len(slow)
    for mine, other in zip(told, slow):
        assert mine == other
    assert columns.ledger.accounts == reference.ledger.accounts
    assert np.array_equal(columns.ledger.amounts, reference.ledger.amounts)
    assert np.array_equal(columns.ledger.stock, reference.ledger.stock)
    for entry in fields(columns.record):
        mine, other = getattr(columns.record, entry.name), getattr(reference.record, entry.name)
        assert same_arrays(mine, other), entry.name
    assert [buyer.margin for buyer in columns.recyclers] == [buyer.margin for buyer in reference.recyclers]


@pytest.mark.parametrize("world", [ReferenceModel, ShuffledReferenceModel], ids=["ordered", "shuffled"])
def test_ten_thousand_packs_agree_event_by_event(world):
    """All months at ten thousand packs: same events, same ledger, same flows, in order or shuffled."""
    columns = lived(TEN_THOUSAND)
    assert 9_000 < columns.holders.fleet.packs.sum() < 13_000
    assert columns.months_run == 180
    events = events_of(columns)
    assert len({route for _, _, route, _, _ in events}) == 8  # every route was taken
    assert len({way for _, _, _, way, _ in events}) >= 11  # and nearly every end was met
    assert_same(columns, live(TEN_THOUSAND, world=world))


@pytest.mark.parametrize("name", CASES)
def test_levers_campaigns_and_lots_agree(name):
    """Smaller cases with levers set, campaigns, a later start and real lots: the reference says the same."""
    case = CASES[name]
    columns = live(case, seed=11)
    assert len(events_of(columns)) > 300
    assert_same(columns, live(case, seed=11, world=ShuffledReferenceModel if len(name) % 2 else ReferenceModel))


def uneven_conditions(model, levers):
    """Give holders conditions that differ in every cell, as trust, awareness, scanning and contracts may."""
    place = np.arange(PROVINCES_AND_CLASSES).reshape(len(PROVINCES), len(HOLDER_CLASSES))
    wave = (np.sin(place + model.month / 7.0) + 1.0) / 2.0
    model._trust = np.stack([np.roll(wave, channel, axis=0) for channel in range(5)])
    model._ease_key = None
    conditions = type(model).conditions(model, levers)
    conditions.awareness, conditions.contracted = wave, np.roll(wave, 3, axis=0) * 0.5
    conditions.scan = np.minimum(np.outer(wave[:, 0], np.linspace(0.2, 1.5, conditions.scan.shape[1])), 1.0)
    conditions.contract_price = 40.0 * wave[:, :2]
    return conditions


PROVINCES_AND_CLASSES = len(PROVINCES) * len(HOLDER_CLASSES)


def test_trust_awareness_scanning_and_contracts_reach_every_holder_alike():
    """Fed the same uneven tables, columns and objects agree, and the tables matter."""
    worlds = []
    for world in (GovernanceModel, ReferenceModel):
        model = world(SHORT, rng=11)
        model.conditions = partial(uneven_conditions, model)
        while model.running:
            model.step()
        worlds.append(model)
    assert_same(*worlds)
    bound = [event for event in events_of(worlds[0]) if event[2] == "fleet_tender" and "recycler" in event[3]]
    usual = [e for e in events_of(live(SHORT, seed=11)) if e[2] == "fleet_tender" and "recycler" in e[3]]
    assert len(bound) > 1.1 * len(usual)


def test_lots_group_packs_in_the_compared_cases():
    """The case called lots sells several packs of one lot in one month, or the comparison would prove nothing."""
    model = live(CASES["lots"], seed=11)
    assert model.holders.lot == 5
    lots = Counter()
    for month, number, route, _, _ in events_of(model):
        if route == "fleet_tender":
            cohort, rank = model.holders.fleet.find(number)
            lots[month, cohort, rank // 5] += 1
    assert sum(packs > 1 for packs in lots.values()) > 30


# the market's bids

SETTINGS = {
    "as the law stands": {},
    "levers": {
        "subsidy": 35.0,
        "holder_reward": 12.0,
        "fine": 8.0,
        "inspection": 5.0,
        "reuse_ban": 0.7,
        "vat_relief": 0.8,
        "open_borders": 0.1,
        "buyback_premium": 9.0,
        "information_sharing": 0.9,
    },
    "nothing left of the penalty": {"fine": 0.0, "inspection": 0.0, "vat_relief": 1.0, "open_borders": 1.0},
    "crushing penalty": {"fine": 20.0, "inspection": 24.0, "vat_relief": 0.0, "open_borders": 0.0},
}


def compare_bids(model: GovernanceModel) -> None:
    """Hold this month's board to the bids told again, in every province, chemistry and health band."""
    levers = model.law_and_prices()
    board = model.post_bids(levers)
    facts, mass = model.facts, model.facts.mass_per_kwh
    plants = []
    for i, plant in enumerate(model.recyclers):
        waiting = sum(float(mass[c]) * int(model.plants.waiting[c, i]) for c in (0, 1))
        capacity = float(model.plants.capacity_t[i])
        months = model.parameters["safe_storage_months"]
        room = max(capacity * 1e6 / 12 * months - waiting, 0.0) * 12e-6 / months  # tonnes a year
        makers = plant.owner_kind == "battery_maker"
        buying = plant.open and not model.industry.suspended[i]
        plants.append((plant.province, makers, plant.margin, (min(capacity, room) if buying else 0.0) + 1e-9))
    margins = [district.margin for district in model.districts]
    premium = model.makers_books.premium + levers["buyback_premium"]
    plan = model.workshops.plan(levers)
    fears = (plan.feared.tolist(), plan.extra.tolist())
    told = Bids(facts, model.parameters, levers, model.month, model.case.metal_prices, plants, margins, premium, fears)
    own = [i for i, (_, makers, _, _) in enumerate(plants) if makers]
    close = {"rtol": 1e-12, "atol": 1e-11}  # yuan/kWh: differences of near-equal numbers keep an absolute error
    for province in range(len(PROVINCES)):
        for chemistry in range(len(CHEMISTRIES)):
            for band in range(4):
                here = told.at(province, chemistry, band)
                cell = (province * 2 + chemistry) * 4 + band
                for name in ("paid", "offer", "tender", "second_life", "second_life_worth"):
                    assert np.isclose(getattr(board, name)[:, cell], here[name], **close).all(), (name, cell)
                for name in ("reuse", "to_workshop"):
                    assert np.isclose(getattr(board, name)[cell], here[name], **close), (name, cell)
                assert np.isclose(board.share[province, chemistry], here["share"], **close).all()
                maker_share = np.array(here["maker_share"])
                assert np.isclose(board.maker_share[province, chemistry], maker_share[own], **close).all()
                assert not np.delete(maker_share, own).any()
                for name in ("licensed_value", "penalty"):
                    told_here = np.broadcast_to(getattr(board, name), (31, 2))[province, chemistry]
                    assert np.isclose(told_here, here[name], **close), (name, cell)
                assert np.isclose(board.reuse_worth[chemistry, band], here["reuse_worth"], **close), cell
                for name in ("crude_value", "metal_value"):
                    assert np.isclose(getattr(board, name)[chemistry], here[name], **close), (name, cell)
                assert np.isclose(board.gate[chemistry], here["gate"], **close).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_bids_equal_the_bids_told_again(name):
    """The market's arrays equal slow scalar arithmetic in every cell, in several months and under several laws."""
    levers = {lever: {"2021-01": value} for lever, value in SETTINGS[name].items()}
    prices = {"levers": "spike", "crushing penalty": "crash"}.get(name, "central")
    model = GovernanceModel(CHINA.with_(scale=100_000, levers=levers, metal_prices=prices), rng=3)
    for month in (96, 131, 203):
        while model.month < month:
            model.step()
        compare_bids(model)


# the plants


@pytest.mark.parametrize("seed", range(4))
def test_plants_equal_the_plants_told_again(seed):
    """A year of reception and processing, some of it beyond what fits, equals the plants told one by one."""
    model = GovernanceModel(CHINA.with_(scale=100_000), rng=3)
    model.law_and_prices()
    plants, luck = model.plants, np.random.default_rng(seed)
    told = PlantsOneByOne(
        plants.capacity_t.tolist(), model.facts.mass_per_kwh.tolist(), model.parameters["safe_storage_months"]
    )
    count = len(model.recyclers)
    share = luck.dirichlet(np.full(count, 0.3), (31, 2))
    nobody = np.zeros((31, 2), np.int64)
    own = share[:, :, plants.makers] + 1e-9
    own /= own.sum(axis=-1, keepdims=True)
    all_own = np.zeros_like(share)
    all_own[:, :, plants.makers] = own
    turned_away = 0
    for month in range(12):
        arriving = (luck.random((31, 2)) * 10 ** luck.uniform(4, 10.3)).astype(np.int64)
        scrap = (luck.random(2) * 2e9).astype(np.int64)
        by_makers = month % 2 == 1
        reception = plants.receive(*((nobody, share, arriving, own) if by_makers else (arriving, share, nobody, own)))
        received, away = told.receive(arriving.tolist(), (all_own if by_makers else share).tolist())
        # sums may differ in the last bit, and so a part by a watt-hour; the largest plant balances all others
        few = {"rtol": 0, "atol": count}
        assert np.allclose(reception.received, np.array(received).T, **few)
        assert np.allclose(reception.turned_away, away, **few)
        turned_away += reception.turned_away.sum()
        worked, parts = plants.process(scrap)
        told_worked, told_parts = told.process(scrap.tolist())
        assert np.allclose(parts, np.array(told_parts).T, **few)
        assert np.allclose(worked, np.array(told_worked).T, **few)
        assert np.allclose(plants.waiting, np.array([plant["waiting"] for plant in told.plants]).T, **few)
        for plant, waiting in zip(told.plants, plants.waiting.T.tolist()):
            plant["waiting"] = waiting  # so that the differences of a month are those of this month
    assert turned_away > 0


def test_orders_are_those_the_reference_counts_by():
    """The reference writes 31 provinces, 2 chemistries and 4 classes as numbers; the orders still have that many."""
    assert (len(PROVINCES), len(CHEMISTRIES), len(HOLDER_CLASSES)) == (31, 2, 4)


def test_lots_that_return_from_a_second_life_earn_no_reward_again():
    """The objects count a reward once, when a first life ends, and sell storage operators' lots to the same buyers."""
    case = CASES["quick_returns"].with_(levers=dated(holder_reward=40.0), parameters={"second_life_cost": 0.0})
    columns = live(case, seed=11)
    assert sum(event[2] == "second_life_return" for event in events_of(columns)) > 30
    assert_same(columns, live(case, seed=11, world=ReferenceModel))
