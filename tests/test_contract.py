"""Contracts: the rules one by one, and the book of contracts in whole worlds."""

import numpy as np
import pytest

from govmodel.actors.books import COLLECTORS
from govmodel.actors.contracts import ACCOUNT_OF_KIND
from govmodel.actors.sources import alternatives
from govmodel.case.case import Case
from govmodel.case.levers import LEVERS
from govmodel.foundations import parameters as parameter_room
from govmodel.foundations.calendar import EXPERIMENT_FROM
from govmodel.mechanisms import contract as rules
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, fingerprint, live, lived

P = parameter_room.numbers()
BASE = CHINA.with_(scale=20_000, until="2029-12")


def with_levers(**levers: float) -> Case:
    """The base case with some levers set from 2024 on."""
    return BASE.with_(levers={name: {"2024-01": value} for name, value in levers.items()})


# the rules


def test_transaction_cost_rises_with_specificity_and_uncertainty_and_falls_with_trust_and_standards():
    usual = rules.transaction_cost(0.5, 0.3, 0.5, 0.5, P)
    assert rules.transaction_cost(0.8, 0.3, 0.5, 0.5, P) > usual < rules.transaction_cost(0.5, 0.9, 0.5, 0.5, P)
    assert rules.transaction_cost(0.5, 0.3, 0.9, 0.5, P) < usual > rules.transaction_cost(0.5, 0.3, 0.5, 0.9, P)
    assert rules.transaction_cost(0.0, 0.0, 0.0, 0.0, P) == P["transaction_cost"]
    assert rules.transaction_cost(1.0, 1.0, 1.0, 1.0, P) >= 0


@pytest.mark.parametrize("power", [0.0, 0.3, 0.5, 1.0])
def test_nash_shares_the_surplus_as_power_says(power):
    spot, haul, worth = np.array([40.0, 100.0]), np.array([5.0, 4.0]), np.array([60.0, 104.0])
    gate = rules.nash_price(spot, haul, worth, power)
    assert np.allclose(gate - haul - spot, power * (worth - haul - spot))
    assert np.allclose(worth - gate, (1.0 - power) * (worth - haul - spot))
    assert rules.nash_price(0.0, 0.0, -10.0, 1.0) == 0.0  # nobody pays to be rid of a pack


def test_nash_maximises_the_product_of_gains():
    spot, haul, worth = 40.0, 5.0, 61.0
    prices = np.linspace(spot + haul, worth, 10_001)
    product = (prices - haul - spot) * (worth - prices)
    assert prices[np.argmax(product)] == pytest.approx(rules.nash_price(spot, haul, worth, 0.5), abs=0.01)


def test_an_indexed_price_follows_the_metals_and_a_tolling_fee_does_not():
    value = np.array([80.0, 160.0])
    assert np.array_equal(rules.price_at(0.6, 0.0, value), [48.0, 96.0])
    assert np.array_equal(value - rules.price_at(1.0, 32.0, value), [32.0, 32.0])
    assert rules.price_at(1.0, 200.0, 100.0) == 0.0


def test_secured_feed_is_worth_more_to_a_plant_with_idle_capacity():
    net, value = np.array([[50.0, 50.0]]), np.array([[90.0]])
    worth = rules.recyclers_worth(net, value, np.array([0.1, 0.1]), np.array([10.0, 0.0]))[0]
    assert np.allclose(worth, [51.0, 41.0])
    assert (rules.recyclers_worth(net, value, np.array([-0.1, 0.2]), 0.0) - net == [[9.0, -18.0]]).all()


def test_what_can_be_enforced_grows_with_mediation_up_to_the_whole_penalty():
    shares = [rules.enforceability(m, 1.0, P) for m in (0.0, 0.5, 1.0)]
    assert shares[0] == pytest.approx(P["court_use"] * P["court_award"]) and shares[2] == 1.0
    assert shares == sorted(shares)


def test_a_clause_is_wanted_among_strangers_where_it_can_be_enforced():
    assert rules.wants_clause(100.0, 0.3, 1.0, 0.5, P)
    assert not rules.wants_clause(100.0, 1.0, 1.0, 0.5, P)  # who trusts needs none
    assert not rules.wants_clause(100.0, 0.3, 0.0, 0.5, P)  # nobody would enforce it


def test_breaking_follows_temptation_and_what_is_at_stake():
    chance = rules.breach_chance(np.array([-20.0, 0.0, 20.0]), 0.0, P["breach_error"])
    assert chance[0] < 0.01 < chance[1] == 0.5 < 0.99 < chance[2]
    assert rules.breach_chance(10.0, 30.0, 3.0) < rules.breach_chance(10.0, 5.0, 3.0)
    assert np.isfinite(rules.breach_chance(1e9, -1e9, 0.1)) and rules.breach_chance(-1e9, 1e9, 0.1) >= 0


def test_the_future_binds_more_where_there_is_more_of_it_and_more_trust():
    assert rules.bond(10.0, 0.5, 0.8, 6, P) > rules.bond(10.0, 0.5, 0.4, 6, P) > 0
    assert rules.bond(10.0, 0.5, 0.8, 6, P) > rules.bond(10.0, 0.5, 0.8, 1, P)
    assert rules.bond(10.0, 0.5, 0.8, 100, P) == rules.bond(10.0, 0.5, 0.8, P["shadow_of_future"], P)
    assert rules.bond(-5.0, 0.5, 0.8, 6, P) == 0  # no future worth keeping


def test_volatility_is_that_of_a_known_series():
    assert rules.volatility(np.full((13, 2), 90.0)) == 0.0
    swinging = np.repeat(np.exp(0.1 * (-1.0) ** np.arange(13))[:, None], 2, axis=1)
    assert rules.volatility(swinging) == pytest.approx(0.2 * np.sqrt(12.0))
    assert rules.volatility(np.ones((1, 2))) == 0.0


def test_gereffi_names_the_corners_of_the_three_questions():
    def form(specificity, standards, information, capacity, same=False):
        return rules.FORMS[int(rules.classify(specificity, standards, information, capacity, same, P))]

    assert form(0.1, 0.0, False, 1e3) == "market"
    assert form(0.9, 0.9, False, 1e5) == "modular"
    assert form(0.9, 0.3, True, 1e5) == "modular"  # information does what standards do not
    assert form(0.9, 0.3, False, 1e5) == "relational"
    assert form(0.9, 0.3, False, 1e3) == form(0.9, 0.9, True, 1e3) == "captive"
    assert form(0.1, 0.9, True, 1e5, same=True) == "hierarchy"


# the book


@pytest.fixture(scope="module")
def world():
    """A world in which much is under contract."""
    return lived(with_levers(contract_coverage=0.7, standards=0.8, information_sharing=0.7, mediation=0.5), 3)


def test_contracts_are_signed_end_and_are_told(world):
    frame = world.table("contracts")
    assert len(frame) > 200 and set(frame["source_kind"]) >= {"automaker", "battery_maker", "fleet", "dismantler"}
    assert set(frame["why"]) == {"", "term over", "broken off", "plant closed"} and frame["renewed"].any()
    assert ((frame["ended"] == "") == (frame["why"] == "")).all()
    over = frame[frame["why"] == "term over"]
    assert (over["months"] == over["kept_months"] + _either(over)).all()
    assert set(frame["terms"]) == {"indexed", "tolling"} and frame["formal"].any() and (~frame["formal"]).any()
    assert frame.loc[frame["terms"] == "tolling", "source_kind"].isin(["battery_maker"]).all()
    assert (frame.loc[~frame["formal"], "penalty"] == 0).all() and (frame.loc[frame["formal"], "penalty"] > 0).all()
    assert frame.loc[frame["information"], "source_kind"].isin(["automaker", "battery_maker"]).all()
    assert frame["information"].any() and frame["mediated"].sum() > 0
    assert (frame[["coefficient_lfp", "coefficient_ncm"]] >= 0).all(axis=None)


def _either(frame):
    """Months in which either side broke its word, where never both did at once."""
    both = frame[["breaches_by_source", "breaches_by_recycler"]].sum(axis=1)
    return both - (both - (frame["months"] - frame["kept_months"])).clip(lower=0)


def test_nobody_promises_more_than_the_aim_or_than_it_has(world):
    for month in range(world.start + 3, world.until + 1, 3):
        table = world.contracts.table
        live_now = table[(table["signed"] <= month) & ((table["ended"] < 0) | (table["ended"] > month))]
        covered = np.bincount(live_now["source"], live_now["share"], len(world.contracts.sources))
        assert covered.max(initial=0.0) <= 0.7 + 1e-9


def test_nothing_is_signed_at_a_loss(world):
    assert (world.contracts.table["gain"] > 0).all() and (world.contracts.table["cost"] > 0).all()


def test_what_is_delivered_under_contract_was_taken_in(world):
    noted = world.record.series["contracts"]
    received = world.record.received.sum(axis=(1, 2))
    assert (noted[:, 6] <= received + 1.0).all() and noted[:, 6].max() > 0
    assert (noted[:, 7] <= noted[:, 6]).all()


def test_money_between_the_parties_clears(world):
    ledger = world.ledger
    assert not ledger.net(["contract_clearing"]).any()
    assert not ledger.net(["association"]).any()  # it spends what it takes
    for name in ("contract_services", "courts", "mediators_and_writers"):
        assert ledger.net([name]).sum() > 0, name


def test_switched_off_nothing_is_signed_or_paid():
    case = with_levers(contract_coverage=0.8, mediation=1.0).with_(without=("contract",))
    model = live(case, 3)
    assert not len(model.table("contracts")) and not model.record.series["contracts"].any()
    purposes = [i for i, name in enumerate(model.ledger.purposes) if name.startswith(("contracts", "association"))]
    assert purposes and not model.ledger.amounts[:, purposes].any()
    assert not model._contracted.any()
    plain = live(BASE.with_(without=("contract",)), 3)
    assert np.array_equal(model.record.watt_hours, plain.record.watt_hours)


def test_without_a_mechanism_its_levers_change_nothing():
    for mechanism, lever in (("information", "information_sharing"), ("contract", "standards")):
        case = BASE.with_(without=(mechanism,))
        changed = case.with_(levers={lever: {"2024-01": 1.0}})
        itself = ("series levers",)  # where the lever stands is kept
        assert fingerprint(live(changed, 3), itself) == fingerprint(live(case, 3), itself), mechanism


def test_an_aim_of_nothing_leaves_the_market_alone():
    none = live(with_levers(contract_coverage=0.0), 3)
    frame = none.table("contracts")
    assert (frame["month"] < "2024-04").all() and (frame["ended"] != "").all()
    assert none.record.series["contracts"][-1, 0] == 0
    assert not none._contracted.any()


def test_refusing_and_holding_back_both_happen(world):
    frame = world.table("contracts")
    assert frame["breaches_by_source"].sum() > 0 and frame["breaches_by_recycler"].sum() > 0


def test_a_plant_never_breaks_with_its_own_owner(world):
    frame = world.table("contracts")
    own = frame[frame["form"] == "hierarchy"]
    assert len(own) and not own[["breaches_by_source", "breaches_by_recycler"]].any(axis=None)
    assert {("CATL", "Brunp"), ("BYD", "BYD")} & {(s, r.split(",")[0]) for s, r in zip(own["source"], own["recycler"])}


def test_levers_of_contracts_are_read():
    for name in ("contract_coverage", "standards", "mediation", "information_sharing", "credit_record"):
        assert LEVERS[name].read_from_step == 1


def test_leaving_contracted_packs_out_of_tenders_moves_fleets_to_recyclers():
    few, many = (
        sum(
            live(with_levers(contract_coverage=aim), seed).record.watt_hours[60:, :, 3].sum(axis=(0, 1, 3))
            for seed in (1, 2, 3)
        )
        for aim in (0.0, 0.8)
    )
    assert many[4] / many.sum() > few[4] / few.sum() + 0.2


def test_whoever_claims_bears_what_the_court_costs():
    """Without mediators, each side pays for courts in proportion to what courts award it, and not for what it broke."""
    model = lived(with_levers(contract_coverage=0.7, mediation=0.0))
    book, amounts = model.contracts, model.ledger.amounts
    p = model.parameters
    spent, won = amounts[:, book._court], amounts[:, book._awarded]
    assert spent.any()
    assert np.allclose(spent, won * (p["court_cost"] / p["court_award"]), rtol=1e-3, atol=100.0)


def test_every_source_settles_through_the_collector_that_hands_its_packs_over():
    """Outlets and dismantlers settle for themselves, recyclers' collection for fleets and collecting workshops."""
    assert {kind: COLLECTORS[account] for kind, account in zip(rules.SOURCE_KINDS, ACCOUNT_OF_KIND)} == {
        "automaker": "automaker_outlets",
        "battery_maker": "battery_maker_outlets",
        "fleet": "recycler_collection",
        "dismantler": "dismantlers",
        "collecting_workshop": "recycler_collection",
    }


def test_a_fleet_that_sells_to_a_workshop_forgoes_the_reward(world):
    """Where a workshop is a fleet's best buyer, a reward of 5 yuan/kWh makes it worth 5 less; a tender never is."""
    book = world.contracts
    without, reward = (
        alternatives(book._board, book._levers | {"holder_reward": yuan}, book.vehicles, world.parameters)
        for yuan in (0.0, 5.0)
    )
    less = (without - reward)[rules.FLEET]
    assert less.max() == pytest.approx(5.0) and less.min() >= 0.0
    assert not (without - reward)[[rules.AUTOMAKER, rules.BATTERY_MAKER, rules.DISMANTLER, rules.COLLECTING]].any()


def test_a_plant_without_its_licence_cannot_keep_its_word():
    """Every plant whose licence is suspended breaks its contracts, but for those with its own owner."""
    model = GovernanceModel(with_levers(contract_coverage=0.7), rng=3)
    while model.month < EXPERIMENT_FROM:
        model.step()
    model.industry.suspended[::2] = 2.0
    model.step()
    book = model.contracts
    suspended = (book.plant % 2 == 0) & ~book.same
    assert suspended.sum() > 20 and book.broken[0, rules.RECYCLER, suspended].all()
    assert not book.broken[0, rules.RECYCLER, ~suspended].all()


def test_what_is_worked_for_a_fee_is_told_apart_from_all_that_is_delivered(world):
    """Packs worked for a fee are some of those delivered under contract, in GWh as the book notes them in Wh."""
    table, noted = world.indicators, world.record.series["contracts"]
    assert np.allclose(table["contracted_gwh"] * 1e9, noted[:, 6])
    assert np.allclose(table["tolled_gwh"] * 1e9, noted[:, 7])
    assert table["contracted_gwh"].sum() > table["tolled_gwh"].sum() > 0
