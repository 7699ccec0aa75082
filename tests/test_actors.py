"""Actors: plants' margins told again from the record, and lines of the books from the flows."""

import numpy as np
import pytest

from govmodel import facts
from tests.worlds import CHINA, lived

COUNTRY = facts.load("china")
MASS = COUNTRY.mass_per_kwh
LEVERS = {"subsidy": 12.0, "holder_reward": 7.0, "deposit": 15.0, "inspection": 2.0}
CASE = CHINA.with_(scale=20_000, levers={name: {"2021-01": value} for name, value in LEVERS.items()})
CASES = {
    "as set": CASE,
    "large steps and little credit": CASE.with_(parameters={"margin_step": 0.05, "credit_limit": 0.1}),
    "little capacity": CASE.with_(capacity="plant_list", retirement_outlook="high"),
}
GRAIN = 1e-9


@pytest.fixture(params=CASES)
def model(request):
    """Give a lived world of one of the cases, for reading only."""
    return lived(CASES[request.param], 4)


def quarters(model):
    """Rows of each whole quarter: first row, row after the last."""
    for row, month in enumerate(range(model.start, model.until + 1)):
        if month % 3 == 2 and row >= 2:
            yield row - 2, row + 1


def test_plants_decide_at_the_end_of_a_quarter_by_a_step_at_most(model):
    """Margins stand still within a quarter, and move by no more than a step between one and the next."""
    p, record, before = model.parameters, model.record, None
    for first, after in quarters(model):
        here = record.capacity_t[first] > 0
        assert (np.ptp(record.margin[first : after - 1], axis=0) < GRAIN).all()
        if before is not None:
            moved = np.abs(record.margin[first] - before) <= p["margin_step"] + GRAIN
            bought = (before < 0.0) & (np.abs(record.margin[first]) <= p["margin_step"] + GRAIN)  # begins anew at zero
            assert (moved | bought)[here].all()
        before = record.margin[first]
    assert record.margin[-1].std() > 0.001  # each has gone its own way


def paid(model, purpose: str, payer: str = "", payee: str = "") -> np.ndarray:
    """Fen paid for a purpose by payers and to payees whose names begin so, by month."""
    ledger = model.ledger
    lines = [
        i
        for i, (told, source, target) in enumerate(zip(ledger.purposes, ledger.payers, ledger.payees))
        if told == purpose and ledger.accounts[source].startswith(payer) and ledger.accounts[target].startswith(payee)
    ]
    assert lines
    return ledger.amounts[:, lines].sum(axis=1)


def test_holders_are_paid_what_their_packs_fetched(model):
    """Purchases by month equal the prices of all packs sold, to the fen; rewards and refunds follow hand-overs."""
    bought = paid(model, "packs bought from holders")
    assert np.array_equal(bought, model.record.fen.sum(axis=(1, 2, 3, 4)))
    assert not model.record.fen[:, :, :, 12].any()  # a kept pack fetches nothing
    handed = model.record.watt_hours[:, :, :6, :10].sum(axis=(1, 2, 3, 4))  # routes of a first life, licensed channels
    packs = model.record.packs[:, :, :6, :10].sum(axis=(1, 2, 3, 4)) / model.case.scale
    rewards = paid(model, "holder reward")
    assert (np.abs(rewards - handed * LEVERS["holder_reward"] * 0.1) <= packs + 1).all()
    assert paid(model, "deposit refunds").sum() <= handed.sum() * LEVERS["deposit"] * 0.1
    for second_hand in ("storage_operators", "reuse_users"):  # who paid no deposit gets none back
        assert not paid(model, "deposit refunds", payee=second_hand).any()


def test_plants_are_paid_for_what_they_worked(model):
    """Metals, processing, subsidy and scrap are energy times their price, to a fen a plant and chemistry."""
    p, record = model.parameters, model.record
    months = np.arange(model.start, model.until + 1)
    worked, scrap = (np.asarray(part).sum(axis=2).astype(float) for part in (record.worked, record.scrap))
    tonnes = COUNTRY.metal_per_kwh * COUNTRY.recovery["licensed"] / 1000
    tonnes[:, 0] *= COUNTRY.lithium_carbonate_per_lithium
    value = COUNTRY.metal_prices["central"][months] @ tonnes.T  # yuan/kWh
    base = np.array([p["processing_cost_lfp"], p["processing_cost_ncm"]])
    cost = base * (1 - p["processing_learning"]) ** (months / 12 - 11)[:, None]
    saved = p["sharing_saves"]  # by dismantling data, against what was shared in 2025
    cost *= ((1 - saved * model.case.lever_path("information_sharing")) / (1 - saved * p["sharing_usual"]))[:, None]
    expected = {
        "metals sold": ((worked + scrap) * value).sum(axis=1),
        "subsidy": (worked.sum(axis=1) + record.series["overreported"]) * LEVERS["subsidy"],
    }
    processing = paid(model, "processing", payer="plant: ") / (
        ((worked + scrap * p["scrap_cost_share"]) * cost).sum(axis=1) * 0.1
    )
    assert 1 - p["corner_saving"] - 1e-6 < processing.min() <= processing.max() < 1 + 1e-6  # less where corners are cut
    for purpose, yuan_by_wh in expected.items():
        plants = {"payee": "plant: "} if purpose in ("metals sold", "subsidy") else {"payer": "plant: "}
        fen = yuan_by_wh * 0.1  # yuan/kWh times Wh is a tenth of a fen
        assert np.allclose(paid(model, purpose, **plants), fen, rtol=1e-9, atol=2 * len(model.recyclers)), purpose
    # scrap fetches its usual share, or what leaves no loss: its worth less cost, that is less where corners are cut
    untaxed = 1 - p["vat_rate"] / (1 + p["vat_rate"]) * (1 - model.lever_paths["vat_relief"])[:, None]
    least, most = (
        np.minimum(p["scrap_payable"], 1 - cost * share * p["scrap_cost_share"] / (value * untaxed)).clip(0)
        for share in (1.0, 1 - p["corner_saving"])
    )
    bought = paid(model, "factory scrap bought")
    assert ((scrap * value * least).sum(axis=1) * 0.1 <= bought + 2 * len(model.recyclers)).all()
    assert ((scrap * value * most).sum(axis=1) * 0.1 >= bought - 1).all()
    assert (least < p["scrap_payable"]).any() and (most == p["scrap_payable"]).any()


def test_money_for_packs_passes_through_collection_untouched(model):
    """Plants' payments for packs reach the collectors the same month, to the fen."""
    assert not model.ledger.net(["collection"]).any()
    delivered = "packs delivered to plants"
    assert np.array_equal(paid(model, delivered, payer="plant: "), paid(model, delivered, payer="collection"))
    assert paid(model, delivered)[-1] > 0 and paid(model, "freight and permits")[-1] > 0


def test_inspections_cost_by_the_visit(model):
    """Visits made times the cost of a visit, by month."""
    yuan = model.record.series["visits"].sum(axis=1) * model.parameters["visit_cost"]
    assert np.allclose(paid(model, "inspections"), yuan * 100, atol=31.0)


def test_deposits_are_taken_on_all_packs_sold(model):
    """Every new pack, replacements included, pays the deposit on its class's mean energy."""
    mean = (COUNTRY.pack_kwh * np.stack([1 - COUNTRY.phev_share, COUNTRY.phev_share], -1)).sum(-1)
    fleet, taken = model.holders.fleet, paid(model, "deposits")
    for row, month in enumerate(range(model.start, model.until + 1)):
        both = (fleet.packs[month * 248 :][:248], fleet.packs[(276 + month - 96) * 248 :][:248])
        by_class = sum(part.reshape(31, 2, 4).sum(axis=(0, 1)) for part in both)
        kwh = (by_class * mean[month // 12]).sum() * model.case.scale
        assert taken[row] == pytest.approx(kwh * LEVERS["deposit"] * 100, rel=1e-4)


def test_taxes_and_fines_reach_the_treasury_and_nobody_else(model):
    """The treasury's books are taxes, fines and confiscations less subsidies, rewards and what provinces keep."""
    frame = model.table("ledger")
    received = set(frame.loc[frame["payee"] == "treasury", "purpose"])
    spent = set(frame.loc[frame["payer"] == "treasury", "purpose"])
    some = {"fines on plants", "subsidy paid back", "fines for missed scans"}
    assert received - some == {"value-added tax", "fines", "confiscation"}
    assert spent == {"subsidy", "holder reward", "fines kept by provinces"}
    fund = set(frame.loc[(frame["payee"] == "deposit_fund") | (frame["payer"] == "deposit_fund"), "purpose"])
    assert fund == {"deposits", "deposit refunds"}


def test_workshops_pay_fines_on_what_they_took():
    """Fines are a few yuan on a kWh that ends in a workshop, and there are none without inspections and reports."""
    nobody = {"levers": {"inspection": {"2021-01": 0.0}}, "parameters": {"reports_per_workshop": 0.0}}
    none = lived(CHINA.with_(scale=20_000, until="2025-12", **nobody), 4)
    assert not paid(none, "fines").any() and not paid(none, "inspections").any()
    some = lived(CHINA.with_(scale=20_000, until="2025-12", levers={"inspection": {"2021-01": 6.0}}), 4)
    fines = paid(some, "fines")
    taken = some.record.watt_hours[:, :, :, 8:12].sum(axis=(1, 2, 3, 4))
    assert (fines > 0).all()
    assert 0.5 < fines[48:].sum() / taken[48:].sum() / 0.1 < 100  # yuan/kWh
