"""Money and counts of firms, seats and the association, each held against the ledger or the record it is made of."""

import numpy as np
import pytest

from govmodel.actors.books import COLLECTORS
from tests.worlds import CHINA, live, lived

P = CHINA.parameters
BASE = CHINA.with_(scale=20_000, until="2031-12")
LEVERS = {"producer_responsibility_target": 0.6, "producer_responsibility_fee": 60.0, "report_reward": 5000.0,
          "campaign": 300.0, "mediation": 0.5}  # fmt: skip


@pytest.fixture(scope="module")
def world():
    """Give a world in which makers, citizens and mediators are paid."""
    return lived(BASE.with_(levers=LEVERS), 3)


def paid(model, *lines) -> np.ndarray:
    """Sum lines of the ledger by month, million yuan."""
    return sum(model.ledger.amounts[:, line].sum(axis=1) for line in lines) / 1e8


def test_outlets_cost_by_the_year_and_site(world):
    """Every month makers pay a twelfth of a year's upkeep for the outlets that stand."""
    table = world.indicators
    wanted = table["maker_outlets"] * P["outlet_upkeep"] / 12.0 / 1e6
    assert np.allclose(table["outlet_upkeep_paid"][3:], wanted[3:], rtol=0.02) and wanted.min() > 0.0


def test_dues_pay_for_the_mediators_and_standards_of_a_year(world):
    """Twelve months of dues are the association's yearly budget at the levers in force."""
    dues = paid(world, world.contracts._dues)[-12:]
    year = P["mediation_office"] * 0.5 + P["standards_office"] * world.indicators["lever_standards"].iloc[-1]
    assert dues.sum() == pytest.approx(year, rel=1e-6) and year > 0.0


def test_what_owners_pay_in_is_working_capital_and_new_works(world):
    model, table = world, world.indicators
    works = paid(model, model.industry.investment)
    assert works.sum() > 0.0
    assert np.allclose(table["capital_paid_in"], paid(model, model.industry.capital) + works)


def test_small_recyclers_are_those_before_and_who_came_less_who_left(world):
    table = world.indicators
    small, came, left = (table[name].to_numpy() for name in ("small_recyclers", "small_entries", "small_exits"))
    assert np.allclose(np.diff(small), (came - left)[:-1]) and not np.allclose(came, left)


def test_makers_earn_with_their_outlets_and_each_kind_tells_its_own_premium(world):
    table, ledger = world.indicators, world.ledger
    mine = [maker.account for maker in world.makers] + [*COLLECTORS[:2]]
    assert np.allclose(table["maker_profit"], ledger.net(mine) / 1e8)
    premium = world.record.series["maker_premium"]
    assert np.array_equal(table[["premium_automakers", "premium_battery_makers"]].to_numpy(), premium)
    assert np.ptp(premium, axis=1).max() > 0.0


def test_the_cost_of_governing_is_visits_rewards_campaigns_mediators_and_talks(world):
    parts = (world.books.inspections, world.inspectorates.rewards, world.public.campaigns, *world.council.costs)
    staff = world.ledger.net(["mediators_and_writers"]) / 1e8
    assert all(paid(world, line).sum() > 0.0 for line in parts[:3]) and staff.sum() > 0.0
    assert np.allclose(world.indicators["governance_cost"], paid(world, *parts) + staff)


@pytest.mark.parametrize(
    ("lever", "value", "purpose", "purse"),
    [("holder_reward", 20.0, "holder reward", "treasury"), ("campaign", 300.0, "campaigns", "treasury"),
     ("report_reward", 5000.0, "rewards for reports", "province_"),
     ("formalisation_support", 200.0, "formalisation support", "province_")],
)  # fmt: skip
def test_half_of_what_a_lever_costs_goes_back_to_the_purse_that_paid_it_first(lever, value, purpose, purse):
    """Every lever that costs public money can be shared, each by what is paid on its own purpose."""
    own = "central_government" if purse == "treasury" else "provinces"
    right = {"rule": "decree", "weights": {own: 1.0}, "pays": {own: 0.5, "automakers": 0.5}}
    case = CHINA.with_(scale=50_000, until="2029-12", structure={"base": "market", "levers": {lever: right}})
    books = lived(case.with_(levers={lever: value})).table("ledger")
    back = books[(books["purpose"] == "shared cost of levers") & (books["payer"] == "governing_pool")]
    spent = books[(books["purpose"] == purpose) & books["month"].between("2026-01", "2029-09")]["yuan"].sum()
    assert spent > 0.0 and back["payee"].str.startswith(purse).all()
    assert back["yuan"].sum() == pytest.approx(0.5 * spent, rel=1e-3)


def test_a_plant_that_is_caught_pays_the_fine_on_a_years_saving_and_buys_nothing_for_a_while():
    """Inspectors who find for sure: fined by a year of what corners spare, suspended; the honest are left alone."""
    model = live(BASE.with_(until="2027-03"), 3)
    model.month -= 1  # within the record
    industry, cost = model.industry, np.full(model.industry.count, 30.0)
    care = industry.decisions.learner.chosen[industry.decisions._slice["care"]]
    care[:], care[::2] = 0, 1
    industry.levers, industry.suspended = industry.levers | {"fine": 2.0}, np.zeros(industry.count)
    before = model.ledger.amounts[model.month - model.start, industry.fines].copy()
    industry._inspect(24, np.full(industry.count, 1e9), cost)
    fined = (model.ledger.amounts[model.month - model.start, industry.fines] - before) / 100.0
    caught = (np.arange(industry.count) % 2 == 0) & ~industry.closed
    saved = industry.taken * P["kwh_per_tonne"] * 30.0 * P["corner_saving"]
    assert np.allclose(fined, np.where(caught, 2.0 * saved, 0.0), atol=0.02) and fined.sum() > 0.0
    assert np.array_equal(industry.suspended, np.where(caught, P["suspension"], 0.0))
    assert np.array_equal(industry.buying, ~industry.closed & ~caught)
