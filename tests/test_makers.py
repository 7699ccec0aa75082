"""Makers: producer responsibility worked out by hand, and paired worlds in which a duty bites or does not."""

from functools import lru_cache

import numpy as np
import pytest

from govmodel.actors.fates import LICENSED
from govmodel.actors.makers import OWN_WAYS, RETIRED, SCANNED, TAKEN
from govmodel.mechanisms import producer_responsibility as duty
from tests.worlds import CHINA, live, lived

P = CHINA.parameters
BASE = CHINA.with_(scale=4000, until="2033-12")
FROM = 72  # 2027-01
TARGET = {"producer_responsibility_target": 0.6, "producer_responsibility_fee": 60.0}
SEEN = {"traceability": 0.95}


@lru_cache(maxsize=16)
def formal(seed: int, **levers: float) -> float:
    """Licensed share from 2027 on with some levers set from 2026."""
    frame = lived(BASE.with_(levers=levers), seed).indicators.iloc[FROM:]
    return frame["formal_gwh"].sum() / frame["released_gwh"].sum()


def fees(model, line: str) -> float:
    """Fen paid on a line of the makers' books."""
    return model.ledger.amounts[:, getattr(model.makers_books, line)].sum()


# the rule by hand


def test_a_brand_answers_for_what_it_sold_years_before():
    shares = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    assert duty.brand_share(shares, 2015, 1).tolist() == [0.5, 0.5]
    assert duty.brand_share(shares, 2014, 6).tolist() == [1.0, 0.0]  # before the first year: the first


def test_only_what_is_scanned_counts():
    short = duty.shortfall(0.6, 0.1, np.array([0.2, 0.2, 0.2, 0.9]), np.array([1.0, 0.5, 1.0, 1.0]), 0.5)
    assert np.allclose(short, [0.4, 0.45, 0.4, 0.05])
    assert duty.shortfall(0.6, 0.1, 0.2, 1.0, 1.0) < duty.shortfall(0.6, 0.1, 0.2, 1.0, 0.1)
    assert duty.shortfall(0.1, 0.5, 0.2, 1.0, 1.0) == 0.0


@pytest.mark.parametrize("trace", [0.0, 0.3, 0.9, 1.0])
def test_certificates_cover_no_more_than_what_nobody_scanned(trace):
    short = np.linspace(0.0, 1.0, 11)
    false = duty.claimed(short, 1.0, trace)
    assert (false <= 1.0 - trace + 1e-12).all() and (false <= short).all()
    assert not duty.claimed(short, 0.0, trace).any()


def test_false_certificates_pay_where_nothing_is_scanned_and_not_where_all_is():
    cost = {
        trace: [duty.duty_cost(0.3, wish, trace, 60.0, 1.0, P) for wish in duty.CLAIMS] for trace in (0.1, 0.6, 0.95)
    }
    assert cost[0.1][0] > cost[0.1][1] > cost[0.1][2]
    assert cost[0.95][0] < cost[0.95][2]
    assert cost[0.1][2] < cost[0.6][2]


def test_a_collected_kwh_is_worth_the_fee_times_what_is_scanned():
    def cost(collected, trace):
        return duty.duty_cost(duty.shortfall(0.8, 0.1, collected, 1.0, trace), 0.0, trace, 50.0, 1.0, P)

    assert cost(0.1, 0.9) - cost(0.2, 0.9) == pytest.approx(50.0 * 0.1 * 0.9)
    assert cost(0.1, 0.2) - cost(0.2, 0.2) == pytest.approx(50.0 * 0.1 * 0.2)


def test_premiums_and_outlets_draw_packs():
    assert duty.pull(0.0, 1.0, 400.0, P) == 1.0
    assert duty.pull(10.0, 1.0, 400.0, P) == pytest.approx(np.exp(10.0 * P["price_sensitivity"]))
    assert duty.pull(0.0, 0.75, 400.0, P) < 1.0 < duty.pull(0.0, 2.0, 400.0, P) < 2.0


def test_scanning_is_worth_it_only_under_a_fine():
    assert duty.scan_cost(1.0, 0.5, 1.0, P) < duty.scan_cost(0.3, 0.5, 1.0, P)
    assert duty.scan_cost(1.0, 0.5, 0.0, P) > duty.scan_cost(0.3, 0.5, 0.0, P)


# the full model


@pytest.mark.parametrize("seed", [1, 2])
def test_the_duty_works_only_where_transfers_are_monitored(seed):
    """Producer responsibility moves packs far more with traceability; traceability alone moves none."""
    blind, seen = formal(seed, **TARGET) - formal(seed), formal(seed, **TARGET, **SEEN) - formal(seed, **SEEN)
    assert seen > 0.01
    assert seen > 2.0 * blind
    assert abs(formal(seed, **SEEN) - formal(seed)) < 0.01


@pytest.mark.parametrize("seed", [1, 2])
def test_premiums_rise_and_false_certificates_vanish_where_transfers_are_monitored(seed):
    none, blind = lived(BASE, seed), lived(BASE.with_(levers=TARGET), seed)
    seen = lived(BASE.with_(levers=TARGET | SEEN), seed)
    premium = [model.record.series["maker_premium"][FROM:, 0].mean() for model in (none, blind, seen)]
    assert premium[2] > premium[1] + 5.0 and premium[1] > premium[0] + 1.0
    forged = [model.record.series["duty_claimed"].sum() for model in (none, blind, seen)]
    assert forged[0] == 0.0 and forged[1] > 5.0 * forged[2] > 0.0


def test_fees_are_paid_on_what_is_short_and_not_covered():
    model = lived(BASE.with_(levers=TARGET | SEEN), 1)
    series = model.record.series
    due = TARGET["producer_responsibility_fee"] * (series["duty_short"] - series["duty_claimed"]).sum() * 100.0
    assert fees(model, "fees") == pytest.approx(due, rel=1e-6) and due > 0
    bought = P["certificate_price"] * series["duty_claimed"].sum() * 100.0
    assert fees(model, "certificates") == pytest.approx(bought, rel=1e-3)
    frame = model.indicators
    assert frame["producer_fees"].sum() * 1e8 == pytest.approx(fees(model, "fees"))
    assert not any(fees(lived(BASE, 1), line) for line in ("fees", "certificates", "fines"))


def test_a_higher_target_costs_brands_more_and_a_higher_fee_leaves_less_undone():
    cost, short = {}, {}
    for target, fee in ((0.3, 60.0), (0.6, 60.0), (0.6, 120.0)):
        levers = {"producer_responsibility_target": target, "producer_responsibility_fee": fee} | SEEN
        model = lived(BASE.with_(levers=levers), 1)
        cost[target, fee], short[target, fee] = fees(model, "fees"), model.record.series["duty_short"].sum()
    assert cost[0.3, 60.0] < cost[0.6, 60.0]
    assert short[0.3, 60.0] < short[0.6, 120.0] < short[0.6, 60.0]


def test_what_makers_know_of_scans_elsewhere_is_what_licensed_firms_scanned_outside_their_own_outlets():
    """Half of what each channel took was scanned: makers leave out their own outlets', and nobody counts workshops'."""
    model = live(BASE.with_(until="2027-06"), 1)
    model.month, books = model.month - 1, model.makers_books
    taken = np.zeros_like(books.usual[TAKEN])
    own = OWN_WAYS[0] + OWN_WAYS[1]
    taken[own > 0], taken[(own == 0) & (LICENSED > 0)], taken[LICENSED == 0] = 10.0, 20.0, 40.0
    books.usual[RETIRED], books.usual[TAKEN], books.usual[SCANNED] = 0.0, taken, 0.5 * taken
    books.usual[RETIRED, 0] = retired = 1000.0
    known = books._known()
    licensed = 0.5 * taken[LICENSED > 0].sum()
    by_group = [(licensed - 0.5 * taken[OWN_WAYS[group] > 0].sum()) / retired for group in (0, 1)]
    assert np.allclose(known["elsewhere"], np.array(by_group)[books.group])


def test_makers_as_objects_show_what_they_chose():
    model = lived(BASE.with_(levers=TARGET | SEEN), 1)
    share = model.makers_books.shares()
    for group, kind in enumerate(("automaker", "battery_maker")):
        mine = [maker for maker in model.makers if maker.kind == kind]
        mean = sum(share[maker.index] * maker.choice("premium") for maker in mine)
        assert mean == pytest.approx(model.makers_books.premium[group])
        assert share[model.makers_books.group == group].sum() == pytest.approx(1.0)
    assert {maker.choice("claims") for maker in model.makers} <= set(duty.CLAIMS)


def test_a_duty_on_outlets_is_paid_by_makers():
    few, many = (lived(BASE.with_(levers={"outlet_duty": duty_}), 1) for duty_ in (0.0, 20.0))
    assert many.record.series["maker_outlets"][-1].sum() > 2 * few.record.series["maker_outlets"][-1].sum()
    assert fees(many, "upkeep") > fees(few, "upkeep") > 0


def test_without_adaptation_makers_stay_as_they_are():
    model = lived(BASE.with_(without=("adaptation",), levers=TARGET | SEEN), 1)
    series = model.record.series
    assert not series["maker_premium"].any() and np.allclose(series["maker_compliance"], 1.0)
    assert fees(model, "fees") > 0 and fees(model, "certificates") == 0  # the duty holds, nobody answers to it


def test_whoever_is_found_out_pays_the_fee_it_spared_and_the_fine_on_top():
    """A false certificate that is found out costs the fee for its kWh once, and the lever `fine` times again."""
    model = lived(BASE.with_(levers=TARGET), 1)
    books, amounts = model.makers_books, model.ledger.amounts
    row, maker = amounts[:, books.fines].nonzero()
    assert len(row) > 10
    forged = amounts[:, books.certificates][row, maker] / P["certificate_price"]
    owed = forged * TARGET["producer_responsibility_fee"] * (1.0 + model.lever_paths["fine"][row])
    assert np.allclose(amounts[:, books.fines][row, maker], owed, rtol=1e-3)


def test_fines_on_firms_are_those_on_makers_and_on_plants():
    """The indicator adds up what makers pay for forged certificates and missed scans, and what plants pay."""
    model = lived(BASE.with_(levers=TARGET), 1)
    plants, scans = model.ledger.amounts[:, model.industry.fines].sum(), fees(model, "scan_fines")
    assert fees(model, "fines") > 0 and scans > 0
    assert model.indicators["firm_fines"].sum() * 1e8 == pytest.approx(fees(model, "fines") + scans + plants)


def test_makers_pay_for_what_their_outlets_scan_and_for_what_they_miss():
    """Both follow what outlets took in, what had to be scanned, and how far makers obey; nothing without the rule."""
    rule = {"traceability": 0.5}
    model = lived(BASE.with_(levers={**rule, "fine": 3.0}, without=["adaptation"]), 1)
    taken = model.record.watt_hours[FROM:, :, :, :4].sum() / 1000.0  # kWh, by outlets of makers
    bill = model.ledger.amounts[FROM:, model.makers_books.scans].sum() / 100.0
    assert bill == pytest.approx(taken * rule["traceability"] * P["scan_cost"], rel=0.05)  # by what is usual in a year
    assert not fees(model, "scan_fines")
    careless = lived(BASE.with_(levers={**rule, "fine": 0.5}), 1)
    assert 0.0 < careless.record.series["maker_compliance"][FROM:].mean() < 1.0
    assert fees(careless, "scan_fines") > 0
    untraced = lived(BASE.with_(levers={"traceability": {"2021-01": 0.0}}), 1)
    assert not fees(untraced, "scans") and not fees(untraced, "scan_fines")


def test_indicators_tell_a_shortfall_from_the_certificates_that_cover_some_of_it():
    """Both in GWh, the shortfall the larger of the two."""
    model = lived(BASE.with_(levers=TARGET), 1)
    table, series = model.indicators, model.record.series
    for name, key in (("duty_short_gwh", "duty_short"), ("false_certificates_gwh", "duty_claimed")):
        assert np.allclose(table[name] * 1e6, series[key]), name
    assert table["duty_short_gwh"].sum() > table["false_certificates_gwh"].sum() > 0
