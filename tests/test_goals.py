"""What seats measure, each held against the indicators and the books of the last quarter of a world."""

import pytest

from govmodel.actors.turns import GAINED, UNITS
from govmodel.structures import goals
from tests.worlds import CHINA, live

P = CHINA.parameters


@pytest.fixture(scope="module")
def world():
    """Give a world that has lived, its indicators, and every goal as measured in its last quarter."""
    model = live(CHINA.with_(until="2029-12", scale=20_000, levers={"contract_coverage": {"2024-01": 0.6}}))
    table = model.indicators
    model.month -= 1  # within the record
    names = ((goal.seat, goal.name) for goal in goals.load())
    return model, table, dict(zip(names, model.council.sight.truth(model.council._law)))


def test_consumers_look_at_what_a_kwh_fetches(world):
    _, table, told = world
    table = table.iloc[-12:]
    price = table["holder_income"].sum() / table["sold_gwh"].sum()  # million yuan a GWh are yuan a kWh
    assert told["consumers", "price"] == pytest.approx(price, rel=0.25)


def test_recyclers_count_factory_scrap_as_use_of_their_plants(world):
    _, table, told = world
    table = table.iloc[-12:]
    assert table["scrap_utilisation"].mean() > 0.2 * table["plant_utilisation"].mean()
    assert told["recyclers", "utilisation"] == pytest.approx(table["plant_utilisation"].mean(), rel=0.1)


def test_provinces_live_on_what_plants_spend_there_and_on_what_workshops_earn(world):
    model, _, told = world
    rows, ledger = model.quarter, model.ledger
    released = model.makers_books.usual[2, 0] / 1000.0
    spent = ledger.amounts[rows, model.books.processing].sum() / 100.0
    shops = [n for n in ledger.accounts if n.startswith(("workshops_", "owners_"))]
    earned = ledger.net(shops)[rows].sum() / 100.0
    assert abs(earned) > 0.01 * spent
    assert told["provinces", "livelihoods"] == pytest.approx((spent + earned) / released)


def test_workshops_look_at_what_one_of_them_makes_in_a_quarter_in_yuan(world):
    """It is what the trade as a whole has gained, and some livings at most: entry follows it."""
    model, _, told = world
    assert 0.2 < told["workshops", "income"] / (P["workshop_living"] / 4.0) < 10.0
    earned = model.workshops.usual[GAINED] / 100.0
    assert told["workshops", "income"] * model.workshops.usual[UNITS] == pytest.approx(earned)


def test_associations_look_at_how_seldom_words_are_broken(world):
    _, table, told = world
    table = table.iloc[-3:]
    rate = table["breaches"].sum() / table["contracts"].sum()
    assert 0.0 < rate < 0.4 and told["associations", "kept_word"] == pytest.approx(1.0 - rate)
