"""Reporting: audits and purses by hand, and what plants report under a subsidy in paired worlds."""

import numpy as np
import pytest

from govmodel.mechanisms import reporting
from tests.worlds import CHINA, lived

P = CHINA.parameters
BASE = CHINA.with_(scale=4000, until="2031-12")
PAID = {"subsidy": 30.0}


def test_odds_of_being_found_out():
    assert reporting.discovery(0.0, 1.0, 24.0, P) == 0.0
    odds = [reporting.discovery(x, 0.3, 0.5, P) for x in reporting.INFLATION]
    assert odds == sorted(odds) and odds[-1] < 1.0
    assert reporting.discovery(0.1, 0.9, 0.5, P) > reporting.discovery(0.1, 0.1, 0.5, P)
    assert reporting.discovery(0.1, 0.3, 4.0, P) > reporting.discovery(0.1, 0.3, 0.5, P)


def test_what_lying_brings_by_hand():
    """What is overpaid, less the chance of being found out times that and the fine on it."""
    p = P | {"audit_base": 0.5, "audit_traceability": 2.0, "audit_inspection": 0.25, "misreport_fine": 3.0}
    found = 1.0 - np.exp(-(0.5 + 2.0 * 0.4 + 0.25 * 2.0) * np.array([0.0, 0.1, 0.3]))
    assert np.allclose(reporting.discovery(reporting.INFLATION, 0.4, 2.0, p), found)
    payoffs = reporting.inflation_payoffs(np.array([30.0, 0.0]), 0.4, np.array([2.0, 2.0]), p)
    assert np.allclose(payoffs[0], 30.0 * np.array([0.0, 0.1, 0.3]) * (1.0 - 4.0 * found)) and not payoffs[1].any()


def test_truth_is_best_where_all_is_seen_and_lies_are_where_nothing_is():
    subsidy, visits = np.array([30.0]), np.array([0.5])
    assert reporting.inflation_payoffs(subsidy, 1.0, visits, P)[0].argmax() == 0
    assert reporting.inflation_payoffs(subsidy, 0.0, visits * 0.0, P)[0].argmax() == 2
    assert not reporting.inflation_payoffs(subsidy * 0.0, 0.3, visits, P).any()


@pytest.mark.parametrize(
    ("asked", "purse", "share"), [(0.0, 5.0, 1.0), (5.0, 5.0, 1.0), (20.0, 5.0, 0.25), (1.0, 0.0, 0.0)]
)
def test_a_purse_pays_everyone_alike(asked, purse, share):
    assert reporting.coverage(asked, purse) == share


def test_nobody_inflates_a_report_that_nothing_is_paid_for():
    table = lived(BASE, 1).indicators
    assert not table["overreported_gwh"].any() and not table["subsidy_asked"].any()


@pytest.mark.parametrize("seed", [1, 2])
def test_reports_come_closer_to_the_truth_where_transfers_are_monitored(seed):
    share = {}
    for trace in (0.0, 0.95):
        table = lived(BASE.with_(levers=PAID | {"traceability": trace}), seed).indicators.iloc[72:]
        share[trace] = table["overreported_gwh"].sum() / table["reported_worked_gwh"].sum()
    assert share[0.0] > share[0.95] + 0.03
    assert share[0.0] > 0.05


def test_reports_are_paid_and_what_is_found_out_is_paid_back():
    model = lived(BASE.with_(levers=PAID), 1)
    table = model.indicators
    assert np.allclose(
        table["subsidy_paid"], table["reported_worked_gwh"] * PAID["subsidy"] * (table.index >= 60), rtol=1e-6
    )
    assert table["subsidy_paid_back"].sum() > 0
    over = table["overreported_gwh"].sum() * PAID["subsidy"]
    assert table["subsidy_paid_back"].sum() < over
    assert table["firm_fines"].sum() >= P["misreport_fine"] * table["subsidy_paid_back"].sum() * 0.999
    assert (model.reported_worked >= model.record.worked[-1].sum(axis=0) - 1).all()


def test_an_empty_purse_pays_pro_rata():
    case = BASE.with_(levers=PAID, parameters={"subsidy_budget": 600.0})
    table = lived(case, 1).indicators.iloc[60:]
    assert table["subsidy_paid"].max() <= 50.0 + 1e-6
    assert table["subsidy_asked"].sum() > 2.0 * table["subsidy_paid"].sum()
    plenty = lived(BASE.with_(levers=PAID), 1).indicators.iloc[60:]
    assert table["licensed_bid_lfp"].mean() < plenty["licensed_bid_lfp"].mean() - 5.0  # plants bid on what they get
