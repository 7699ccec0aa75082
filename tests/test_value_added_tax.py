"""Value-added tax is on what a firm adds: metals less scrap that came with invoices, storage packs less regrouping."""

import numpy as np
import pytest

from govmodel.actors.books import COLLECTORS
from govmodel.actors.fates import SECOND_LIVES
from tests.worlds import CHINA, lived

CASE = CHINA.with_(scale=20_000, until="2027-12", parameters={"second_life_price_lfp": 0.6})


@pytest.fixture(scope="module")
def books():
    """Give a world's books, what is paid on a line of them, and the share of a price that is tax, by month."""
    model = lived(CASE, 3)
    rate = model.parameters["vat_rate"]
    share = rate / (1.0 + rate) * (1.0 - model.lever_paths["vat_relief"][: model.months_run])
    return model, lambda name: model.ledger.amounts[:, getattr(model.books, name)], share[:, None]


def test_plants_pay_tax_on_metals_less_the_factory_scrap_they_bought(books):
    model, paid, share = books
    assert paid("factory_scrap").sum() > 0.1 * paid("metals").sum()
    assert np.allclose(paid("plant_vat"), share * (paid("metals") - paid("factory_scrap")), rtol=1e-6, atol=10.0)


def test_collectors_pay_tax_on_packs_for_storage_less_what_regrouping_them_costs(books):
    model, paid, share = books
    wh = model.record.watt_hours[:, :, :, SECOND_LIVES].sum(axis=(1, 2, 4))  # (months, collectors)
    regrouped = wh * model.parameters["second_life_cost"] * 0.1
    assert paid("second_life").shape[1] == wh.shape[1] == len(COLLECTORS) and regrouped.sum() > 0.0
    wanted = share * np.maximum(paid("second_life") - regrouped, 0.0)
    assert np.allclose(paid("collector_vat"), wanted, rtol=1e-6, atol=10.0)
