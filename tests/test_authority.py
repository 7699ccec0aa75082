"""Authority: visits, findings, fines and motives rule by rule, and what provinces do with them in whole runs."""

import numpy as np
import pytest

from govmodel.facts import PROVINCES
from govmodel.mechanisms import authority
from govmodel.mechanisms.adaptation import Learner
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live, lived

SHORT = CHINA.with_(scale=20_000, until="2029-12")


# rules


def test_inspectors_are_finite_and_reports_come_first():
    """Plan and reports together never exceed capacity; nobody is reported who is not there."""
    asked, effort = np.array([10.0, 100.0, 100.0, 0.0]), np.array([1.5, 1.0, 1.0, 1.0])
    capacity, reports = np.full(4, 40.0), np.array([0.0, 0.0, 100.0, 5.0])
    active = np.array([50.0, 50.0, 15.0, 0.0])
    made, followed = authority.visits(asked, effort, capacity, reports, active)
    assert made.tolist() == [15.0, 40.0, 25.0, 0.0]
    assert followed.tolist() == [0.0, 0.0, 15.0, 0.0]


def test_risk_draws_inspectors_to_large_and_known_workshops():
    """Without targeting all are alike; with it size counts, and a record only as far as records are kept."""
    size, record = np.array([0.5, 1.0, 2.0]), np.array([0.0, 2.0, 0.0])
    assert authority.risk_score(size, record, 0.0, 1.0).tolist() == [1.0, 1.0, 1.0]
    assert authority.risk_score(size, record, 1.0, 0.0).tolist() == size.tolist()
    assert authority.risk_score(size, record, 1.0, 1.0).tolist() == [0.5, 3.0, 2.0]


def test_visits_are_shared_out_whole():
    """What all rows expect together is what inspectors do, and a province with nobody to visit gets nothing."""
    weight, score = np.array([10.0, 5.0, 2.0]), np.array([1.0, 2.0, 1.0])
    province = np.array([0, 0, 2])
    total = np.bincount(province, weight * score, 3)
    share = authority.attention(np.array([6.0, 4.0, 1.0]), total)
    assert np.allclose(np.bincount(province, share[province] * score * weight, 3), [6.0, 0.0, 1.0])


def test_chances_are_chances():
    """Many visits make a finding likely and never more than certain; few visits find in proportion."""
    expected = np.array([0.0, 1e-6, 0.5, 1e3])
    found = authority.found(expected)
    assert found[0] == 0.0 and found[1] == pytest.approx(1e-6) and 0.39 < found[2] < 0.4 and found[3] == 1.0
    assert authority.detection(0.3, 0.5, 0.0, 1.0) == pytest.approx(0.3)
    assert authority.detection(0.3, 0.5, 1.0, 1.0) == pytest.approx(0.65)
    assert authority.detection(1.0, 1.0, 1.0, 1.0) == 1.0


def test_nobody_pays_more_than_he_owns():
    """Fines take what there is, goods what is left; a debtor loses nothing."""
    paid, goods = authority.punish(np.array([50.0, 50.0, 50.0, 50.0]), np.full(4, 30.0), np.array([100.0, 60, 20, -5]))
    assert paid.tolist() == [50.0, 50.0, 20.0, 0.0] and goods.tolist() == [30.0, 10.0, 0.0, 0.0]


def test_probability_deters_where_the_size_of_the_fine_does_not():
    """Becker with limited liability: at equal expected fine, finding more often costs a poor workshop more."""
    gain, visit = 20_000.0, 0.02
    for cash, differs in ((1e9, False), (30_000.0, True)):
        often = authority.found(np.array([5 * visit])) * sum(authority.punish(gain, 0.0, np.array([cash])))
        dear = authority.found(np.array([visit])) * sum(authority.punish(5 * gain, 0.0, np.array([cash])))
        assert (often[0] > 1.5 * dear[0]) == differs


def test_closure_needs_a_record_and_a_credit_record_keeps_one():
    """A first offence closes nobody; memory fades unless a credit record keeps it."""
    assert authority.closure(np.array([0.0, 1.0, 50.0]), 0.5).tolist() == pytest.approx([0.0, 0.316, 0.5], abs=1e-3)
    kept = [authority.remembered(np.array([2.0]), np.array([1.0]), 0.25, credit)[0] for credit in (0.0, 1.0)]
    assert kept == [2.5, 3.0]


def payoffs(pressure=0.0, kept=0.0, lost=0.0, asked=10.0, capacity=100.0, strain=1.0):
    """Reckon efforts for one province; a visit costs 3,000 yuan."""
    at = [np.array([value]) for value in (asked, capacity)]
    return authority.effort_payoffs(*at, pressure, np.array([kept]), np.array([lost]), 3000.0, strain)[0]


def test_a_province_left_to_itself_inspects_least_and_a_supervised_one_more():
    """Cost alone keeps visits down; pressure from above, or fines that it keeps, bring them up, and capture down."""
    assert payoffs().argmax() == 0
    assert payoffs(pressure=6.0).argmax() == authority.FULL_EFFORT
    assert payoffs(kept=15_000.0).argmax() == 3
    assert payoffs(kept=15_000.0, lost=15_000.0).argmax() == 0
    assert payoffs(kept=15_000.0, lost=15_000.0, pressure=6.0).argmax() == authority.FULL_EFFORT
    assert not payoffs(asked=0.0, pressure=5.0).any()
    more, most = payoffs(asked=100.0, capacity=50.0)[1:3]
    assert more == most  # what inspectors cannot do costs nothing


def test_the_centre_presses_on_what_it_sees():
    """Nothing is felt without supervision or where the goal is seen reached."""
    assert authority.central_pressure(0.0, 3.0, 0.1, 0.5) == 0.0
    assert authority.central_pressure(0.5, 3.0, 0.6, 0.5) == 0.0
    assert authority.central_pressure(0.5, 3.0, 0.0, 0.5) == 1.5
    assert authority.central_pressure(0.5, 3.0, 0.0, 0.0) == 0.0


def test_weakest_neighbour():
    """Each goes where fewest are found; an island stays."""
    near = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]], bool)
    assert authority.weakest(np.array([0.3, 0.1, 0.2, 0.0]), near).tolist() == [1, 2, 1, 3]


def test_a_trade_that_can_be_worked_anywhere_goes_where_there_is_little_to_fear():
    """Where nothing differs nothing moves; where one place is feared it is left; the whole stays the same."""
    trade = np.array([4.0, 1.0, 2.0, 0.0])
    assert np.allclose(authority.pull_of_safety(np.full(4, 3.0), trade), 1.0)
    dread = np.array([0.0, 2.0, 0.0, 0.0])
    pull = authority.pull_of_safety(dread, trade)
    assert pull @ trade == pytest.approx(trade.sum())
    assert pull[1] / pull[0] == pytest.approx(np.exp(-2.0))
    # a place without workshops draws nothing, however safe it is
    assert np.allclose(authority.pull_of_safety(dread + 900.0 * (trade > 0.0), trade)[:3], pull[:3])
    assert (authority.pull_of_safety(dread, np.zeros(4)) == 1.0).all()


def test_only_what_is_not_bought_in_a_place_must_be_brought_there():
    bought = np.array([0.5, 0.5, 0.0, 0.0])
    brought = authority.brought_from_afar(np.array([4.0, 2.0, 2.0, 0.0]), bought)
    assert brought.tolist() == [0.0, 0.0, 1.0, 0.0]
    brought = authority.brought_from_afar(np.array([6.0, 2.0, 0.0, 0.0]), bought)
    assert brought.tolist() == pytest.approx([1.0 / 3.0, 0.0, 0.0, 0.0])
    assert not authority.brought_from_afar(np.zeros(4), bought).any()  # nobody works anything


def test_entry_is_linear_around_a_living():
    """Income noise of either sign cancels, and nothing explodes."""
    rates = authority.entry_rate(np.array([0.0, 50.0, 100.0, 150.0, 500.0, 1e9, -1e9]), 100.0, 0.2)
    assert rates.tolist() == pytest.approx([-0.2, -0.1, 0.0, 0.1, 0.8, 4.0, -0.4])


def test_rounding_keeps_the_total():
    """Whole fen, summing to what there is, each within a fen."""
    luck = np.random.default_rng(1)
    for _ in range(50):
        exact = luck.normal(0.0, 1e7, 40)
        total = int(np.rint(exact.sum()))
        got = authority.settle(exact, total)
        assert got.sum() == total and (got == np.rint(got)).all() and np.abs(got - exact).max() <= 1.5


# whole runs


def test_provinces_that_depend_on_workshops_inspect_less():
    """Capture: with it, dependent provinces try less than the others; without it, they do not."""
    gap = {}
    for capture in (0.0, 2.0):
        runs = [lived(SHORT.with_(parameters={"capture": capture}), seed) for seed in (1, 2)]
        gap[capture] = np.mean([run.indicators["capture_gap"].iloc[24:].mean() for run in runs])
    assert gap[2.0] > gap[0.0] + 0.1


@pytest.mark.parametrize(("name", "low", "high"), [("supervision", 0.0, 1.0), ("fines_kept", 0.0, 1.0)])
def test_motives_raise_effort(name, low, high):
    """Supervision from above offsets capture; fines that stay in the province pay for inspections."""
    effort = [
        lived(SHORT.with_(parameters={name: value}), 1).indicators["effort_mean"].iloc[24:].mean()
        for value in (low, high)
    ]
    assert effort[1] > effort[0] + 0.05


@pytest.mark.parametrize("option", range(len(authority.EFFORTS)))
def test_effort_does_not_stay_where_it_begins(option):
    """Several starts: whatever effort all provinces begin with, they end up trying about as hard."""
    ends = []
    for start in (option, authority.FULL_EFFORT):
        model = live_from(start)
        ends.append(model.record.series["effort"][60:].mean())
    assert abs(ends[0] - ends[1]) < 0.12
    assert 0.3 < ends[0] < 1.45  # not at a bound


def live_from(start: int):
    """Live a short case in which all provinces begin with one effort."""
    model = GovernanceModel(SHORT, rng=3)
    model.inspectorates.learner = Learner(len(PROVINCES), len(authority.EFFORTS), chosen=start)
    while model.running and model.month <= model.until:
        model.step()
    return model


def test_without_authority_nobody_is_visited_or_fined():
    """Switched off: no visit, no fine, no reward, no fear, and none of authority's own levers does anything."""
    off = SHORT.with_(without=("authority",), until="2027-12")
    model = lived(off, 1)
    frame = model.indicators
    for name in ("inspections", "inspections_asked", "fines_due", "fines_paid", "confiscated", "workshops_found"):
        assert not frame[name].any(), name
    assert (frame["effort_mean"] == 1.0).all()
    assert not model.workshops.plan(model.central.law(0)).feared.any()
    same = live(off.with_(levers={"inspection": {"2021-01": 9.0}, "credit_record": {"2021-01": 1.0}}), 1)
    assert same.indicators["formal_share"].equals(frame["formal_share"])


def test_indicators_agree_with_the_books():
    """Fines paid and confiscated are what the ledger says; visits never exceed what inspectors can do."""
    model = lived(SHORT, 1)
    ledger, frame = model.ledger, model.indicators
    fen = ledger.amounts[:, model.books.fines].sum(axis=1)
    assert np.allclose(frame["fines_paid"], fen / 1e8)
    goods = ledger.amounts[:, model.workshops.lines["confiscated"]].sum(axis=1)
    assert np.allclose(frame["confiscated"], goods / 1e8)
    assert (frame["fines_paid"] <= frame["fines_due"] + 1e-9).all()
    visits = model.record.series["visits"]
    assert (visits <= model.inspectorates.capacity + 1e-9).all() and visits.sum() > 1000


def test_reports_are_followed_and_rewarded():
    """Citizens' reports bring visits; a reward is paid for those that are right, by the provinces."""
    model = lived(SHORT.with_(levers={"report_reward": {"2021-01": 2000.0}}), 1)
    paid = model.ledger.amounts[:, model.inspectorates.rewards].sum() / 100.0
    reported = model.record.series["reports"].sum()
    assert 0.0 < paid <= reported * model.parameters["report_detection"] * 2000.0
    none = lived(SHORT, 1)
    assert not none.ledger.amounts[:, none.inspectorates.rewards].any()
    assert model.indicators["workshops_found"].sum() > none.indicators["workshops_found"].sum()


def test_a_quarter_has_three_months_of_inspectors():
    """Asked for two months of visits in a quarter, a province tells half of them from half as many again."""
    model = live(CHINA.with_(scale=20_000, until="2021-03"), 1)
    offices = model.inspectorates
    for months, same in ((2.0, False), (6.0, True)):
        offices.learner.attraction[:], offices.learner.chosen[:] = 0.0, authority.FULL_EFFORT
        offices.asked[:] = offices.made[:] = months * offices.capacity
        offices.decide(model.month)
        reckoned = offices.learner.attraction
        assert (np.isclose(reckoned[:, 1], reckoned[:, 3]) == same).all()


def test_effort_has_the_mean_and_spread_of_the_provinces():
    """Mean and standard deviation of what provinces chose, month by month."""
    model = lived(SHORT, 1)
    effort = model.record.series["effort"]
    assert np.allclose(model.indicators["effort_mean"], effort.mean(axis=1))
    assert np.allclose(model.indicators["effort_spread"], effort.std(axis=1)) and effort.std() > 0
