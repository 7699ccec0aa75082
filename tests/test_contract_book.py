"""The contract book's money and promises: halves of costs, who bears mediation, room, and one owner's contracts."""

from dataclasses import replace

import numpy as np
import pytest

from govmodel.actors.contracts import ContractBook
from govmodel.actors.formation import pair_up
from govmodel.mechanisms import contract as rules
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live

P = CHINA.parameters
LEVERS = {"contract_coverage": 0.7, "standards": 0.5, "information_sharing": 0.7}
CASE = CHINA.with_(scale=20_000, until="2026-11", levers={name: {"2024-01": value} for name, value in LEVERS.items()})


@pytest.fixture
def model():
    """Give a world in the middle of a quarter, within its record."""
    made = live(CASE, 3)
    made.month -= 1
    return made


def posted(model, line) -> np.ndarray:
    """Fen on a line this month."""
    return model.ledger.amounts[model.month - model.start, line].copy()


def test_the_cost_of_a_contract_is_paid_once_by_both_sides_together(model):
    """Half by the plant and half by the source's collector, on every kWh that is taken in."""
    book = model.contracts
    model.ledger.amounts[model.month - model.start] = 0
    book.settle(model.month, np.ones(book.plants))
    costs = posted(model, book._monthly)[: book.parties] / 100.0
    taken = book._sent.sum(axis=0) / 1000.0  # kWh
    each = taken * book.table["cost"][book.live]
    assert each.sum() > 0.0 and costs.sum() == pytest.approx(each.sum(), rel=1e-4)
    plants = np.bincount(book.plant, each / 2.0, book.plants)
    assert np.allclose(costs[: book.plants], plants, rtol=1e-3, atol=1.0)


def test_what_a_breach_claims_is_the_penalty_on_what_was_held_back(model):
    """A side that breaks its word holds back `breach_part` of a month's volume, and the clause is on that."""
    book = model.contracts
    book.broken[:], book.claims[:] = False, 0.0
    book.honour(model.month, book._board, book._levers)
    breach = book.broken[model.month % 3].any(axis=0) & (book.penalty > 0.0)
    assert breach.any()
    kwh = book.volume / 1000.0 * P["breach_part"]
    claim = book.penalty * (book.mix @ book.price) * kwh * 100.0
    assert np.allclose(book.claims[model.month % 3][breach], claim[breach], atol=1.0)
    assert np.allclose(book.kept[breach], book.share[breach] * (1.0 - P["breach_part"]))


def test_where_everything_is_mediated_whoever_breaks_pays_all_that_is_claimed_and_the_mediators():
    """Mediators award the whole claim, and the side that broke its word bears what they cost."""
    model = GovernanceModel(CASE.with_(levers=LEVERS | {"mediation": {"2024-01": 1.0}}, until="2027-12"), rng=3)
    book, claimed = model.contracts, []
    hear = ContractBook._hear

    def listen(month):
        claimed.append(np.floor(book.claims[book.broken.any(axis=1)]).sum() * (month >= model.start + 36))
        return hear(book, month)

    book._hear = listen
    while model.running:
        model.step()
    amounts, late = model.ledger.amounts, slice(36, None)
    fined, fees = amounts[late, book._fined], amounts[late, book._mediation]
    assert fined.sum() == pytest.approx(sum(claimed), rel=1e-6) and fined.sum() > 0
    assert np.allclose(fees, fined * P["mediation_fee"], rtol=1e-3, atol=200.0)
    assert not amounts[late, book._court].any()


def test_a_settled_breach_does_less_harm_and_not_none(model):
    book, told = model.contracts, []
    book.evidence.learn = lambda *given: told.append(given[3])
    book.broken[:] = False
    book.broken[0] = True
    for settled in (False, True):
        book._learn(np.full((3, len(book.live)), settled))
    assert np.allclose(told[0], 1.0) and np.allclose(told[1], 1.0 - P["mediation_mends"])
    assert 0.0 < P["mediation_mends"] < 1.0


def test_plants_have_room_for_a_part_of_what_factory_scrap_leaves_them(model):
    """Of a month's capacity scrap comes first; `promised_most` of the rest may be promised, less what is."""
    book, capacity = model.contracts, model.plants.capacity_t
    offers = book._offers(model.month)
    able = capacity * 1e6 / 12.0 / model.workshops.kg  # Wh a month
    scrap = model.facts.scrap_gwh[model.month // 12] * 1e9 / 12.0 * capacity / capacity.sum()
    promised = np.bincount(book.plant, book.volume, book.plants)
    wanted = np.maximum(P["promised_most"] * (able - scrap) - promised, 0.0)
    assert scrap.sum() > 0.1 * able.sum() and P["promised_most"] < 1.0
    assert np.allclose(offers.room, np.where(model.industry.buying, wanted, 0.0))


def test_nobody_asks_a_plant_that_has_no_room_for_what_it_wants(model):
    """Plants with half the room that is wanted are asked by nobody, but for their owners and last partners."""
    book, formation = model.contracts, model.contracts.formation
    seeking = np.flatnonzero(book.sources.weight > 0)[:40]
    wanted = np.full(len(seeking), 1e9)
    room = np.where(np.arange(book.plants) % 2, 5e8, 2e9)
    nobody = np.zeros(len(book.sources), bool), np.zeros(book.plants, bool)
    offers = replace(book._offers(model.month), room=room, listed=nobody)
    last, trust = np.full(len(book.sources), -1), np.full((len(seeking), book.plants), 0.5)
    asked = formation._ask(seeking, last, wanted, trust, offers)
    own = book.sources.own[seeking[:, None], asked]
    assert (asked >= 0).any() and (room[asked[(asked >= 0) & ~own]] >= 1e9).all()


def test_a_plant_promises_its_room_once():
    """Over a quarter strangers sign no more with a plant than the room it had, whatever is aimed at."""
    model = GovernanceModel(CASE.with_(until="2030-12"), rng=3)
    book, sign, told = model.contracts, model.contracts.formation.sign, []

    def watch(offers, covered, last, evidence):
        made = sign(offers, covered, last, evidence)
        strangers = made[~book.sources.own[made["source"], made["plant"]] & ~made["renewed"]]
        wh = np.bincount(strangers["plant"], strangers["share"] * book.sources.size[strangers["source"]], book.plants)
        told.append((wh.sum(), np.maximum(wh - offers.room, 0.0).max()))
        return made

    book.formation.sign = watch
    while model.running:
        model.step()
    signed, beyond = np.array(told).T
    assert signed.sum() > 0.0 and beyond.max() < 1.0  # Wh


def test_who_gains_most_signs_first_and_who_is_refused_turns_to_the_next_plant():
    """Two plants: the first has room for one of two strangers beside its own source, the second for all."""
    left = np.array([[3.0, 1.0], [5.0, 2.0], [1.0, -1.0], [2.0, -1.0], [-1.0, -2.0]])
    asked = np.tile([0, 1], (5, 1))
    close = np.zeros((5, 2), bool)
    close[2, 0] = True  # gains least with the first plant, which it owns
    rows, columns = pair_up(left, asked, close, np.full(5, 10.0), np.array([20.0, 100.0]))
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0, 2: 0}  # 3 finds no room, 4 no gain
    rows, columns = pair_up(left, asked, close, np.full(5, 10.0), np.array([1.0, 0.0]))
    assert rows.tolist() == [2]  # who is of one owner signs wherever there is room at all


def test_room_is_filled_in_order_and_never_beyond():
    rng = np.random.default_rng(1)
    left, asked = rng.normal(size=(60, 5)), np.argsort(rng.random((60, 8)), axis=1)[:, :5]
    wanted, room = rng.uniform(1.0, 3.0, 60), rng.uniform(2.0, 20.0, 8)
    rows, columns = pair_up(left, asked, np.zeros((60, 5), bool), wanted, room)
    plant = asked[rows, columns]
    taken = np.bincount(plant, wanted[rows], 8)
    assert (taken <= room + 1e-9).all() and len(set(rows.tolist())) == len(rows) and (left[rows, columns] > 0.0).all()
    for source in set(range(60)) - set(rows.tolist()):  # who stays out found no room where it gained
        for at in asked[source][left[source] > 0.0]:
            assert taken[at] + wanted[source] > room[at]


def test_contracts_reckon_with_coming_to_the_door(model):
    """What a recycler pays for fetching packs, online service included, is in what it can offer fleets."""
    book = model.contracts
    plain = book._offers(model.month).collection.copy()
    book._levers = book._levers | {"online_collection": 0.5}
    book._board.collecting = model.market.collecting(book._levers)
    book.decide()
    more = book._offers(model.month).collection - plain
    dearer = np.isin(np.arange(len(more)), [rules.FLEET, rules.COLLECTING])
    assert np.allclose(more, np.where(dearer, 0.5 * P["online_cost"], 0.0)) and plain[dearer].all()


def test_sources_ask_plants_that_they_trust_rather_than_others(model):
    book, formation = model.contracts, model.contracts.formation
    seeking = np.flatnonzero(book.sources.weight > 0)
    offers = replace(book._offers(model.month), room=np.full(book.plants, 1e12))
    trust = np.tile(np.where(np.arange(book.plants) % 2, 0.9, 0.1), (len(seeking), 1))
    asked = formation._ask(seeking, np.full(len(book.sources), -1), np.ones(len(seeking)), trust, offers)
    assert (asked[asked >= 0] % 2).mean() > 0.6


def test_a_contract_with_ones_own_plant_costs_its_part_of_one_with_a_stranger():
    """At no cost within an owner, what is indexed costs its parties nothing, and everybody else something."""
    table = live(CASE.with_(parameters={"cost_within_owner": 0.0}), 3).contracts
    book, made = table, table.table
    made = made[~made["tolling"]]
    own = book.sources.own[made["source"], made["plant"]]
    assert own.any() and not made["cost"][own].any() and (made["cost"][~own] > 0.0).all()
    assert rules.HIERARCHY in made["form"]


def test_who_signs_weighs_the_price_risk_on_the_metals_after_tax_and_pays_for_fetching(model):
    """With no tolling a pair signs where its gain is above risk_aversion x volatility x |metals less VAT - price|."""
    book = model.contracts
    book.p = P | {"risk_aversion": 1.0, "tolling_cost": 1e9}
    book.formation.p = book.p
    offers = replace(book._offers(model.month), vat=0.4, uncertainty=0.4, room=np.full(book.plants, 1e15))
    offers.collection[rules.FLEET] += 3.0
    seeking = np.flatnonzero(book.sources.weight > 0)
    asked = np.tile(np.arange(0, book.plants, 7), (len(seeking), 1))
    mutual = np.full(asked.shape, 0.6)
    last = np.full(len(book.sources), -1)
    made = book.formation._agree(seeking, asked, np.full(len(seeking), 0.1), last, mutual, offers)
    kind, place, mix = book.sources.kind[seeking], book.sources.place[seeking], book.sources.mix
    best, signed = np.full(len(seeking), -np.inf), np.zeros(len(seeking))
    for plant in asked[0]:
        freight = offers.haul[place, :, plant] + offers.collection[kind][:, None]
        spot, worth = offers.spot[kind, place], offers.worth[:, plant]
        gate = rules.nash_price(spot, freight, worth, book.p["source_power"])
        risk = 0.4 * (np.abs(0.6 * offers.value - gate) @ mix)
        same = book.sources.own[seeking, plant]
        special = book.sources.specificity[seeking]
        cost = rules.transaction_cost(special, 0.4, np.full(len(seeking), 0.6), offers.standards, book.p)
        enforced = rules.enforceability(*offers.settlers, book.p)
        clause = rules.wants_clause(offers.value @ mix, np.float64(0.6), enforced, offers.standards, book.p) & ~same
        saved = 1.0 - book.p["cost_saved_by_standards"] * offers.standards
        cost = cost * np.where(same, book.p["cost_within_owner"], 1.0) + saved * book.p["clause_cost"] * clause
        gain = (worth - freight - spot) @ mix - cost
        better = gain - risk > best
        best, signed = np.where(better, gain - risk, best), np.where(better, gain, signed)
    willing = best > 0.0
    assert 0 < willing.sum() < len(seeking) and made["source"].tolist() == seeking[willing].tolist()
    assert np.allclose(made["gain"], signed[willing])


def test_volumes_are_means_of_at_most_a_year_and_what_is_promised_is_not_free(model):
    """The first month counts whole, the second half, from the twelfth on a twelfth; free shares count what is left."""
    sources = model.contracts.sources
    sources.months = 0
    sources.volume, sources.free = np.zeros_like(sources.volume), np.zeros_like(sources.free)
    kinds = len(sources.volume)
    had, got = np.full((kinds, 2), 100.0), np.full((kinds, 2), 40.0)
    share = sources.remember(had, got, np.full(kinds, 0.25))  # of 200 50 are promised; 30 of the rest were got
    assert np.allclose(sources.volume, 100.0) and np.allclose(share, 0.2)
    sources.remember(0.0 * had, 0.0 * got, np.zeros(kinds))
    assert np.allclose(sources.volume, 50.0)
    for _ in range(30):
        sources.remember(0.0 * had, 0.0 * got, np.zeros(kinds))
    before = sources.volume.copy()
    sources.remember(12.0 * had, 12.0 * got, np.zeros(kinds))
    assert np.allclose(sources.volume, before + (1200.0 - before) / 12.0)


def test_workshops_that_collect_have_their_part_of_the_sites_at_which_recyclers_get_packs(model):
    book = model.contracts
    model._collecting = np.arange(31.0)
    book.decide()
    vehicles = model._vehicles / model._vehicles.sum()
    sites = model.facts.outlets[model.month // 12][2] * vehicles
    assert np.allclose(book.vehicles, vehicles)
    assert np.allclose(book.collecting, np.arange(31.0) / (np.arange(31.0) + sites)) and book.collecting[0] == 0.0
