"""Explanations: contributions sum to the change, the books agree with the indicators, words come in two languages."""

import numpy as np
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from govmodel.performance.explanation import explain, shift_share
from govmodel.performance.indicators import INDICATORS
from tests.worlds import CHINA, lived

PARTED = (
    "formal_share",
    "informal_share",
    "kept_share",
    "second_life_share",
    "reuse_share",
    "traceability",
    "retired_kt",
    "lfp_share_retired",
    "fleet_share_retired",
    "plant_utilisation",
    "holder_price",
    "treasury_net",
    "recycler_profit",
    "collector_profit",
    "workshop_profit",
    "deposit_fund",
    "workshops",
    "lithium_recovered_t",
)


@pytest.fixture(scope="module")
def run():
    """Run twelve years with a deposit, so that every purse moves."""
    case = gm.Case.load().with_(scale=4_000, until="2032-12", levers={"deposit": 20.0, "subsidy": 10.0})
    return gm.run(case, seed=5)


@pytest.mark.parametrize("indicator", list(INDICATORS))
def test_contributions_sum_to_the_change_in_random_months(run, indicator):
    table = run.indicators.set_index("month")[indicator]
    explained = 0
    for row in np.random.default_rng(len(indicator)).integers(12, len(table), 6):
        if not np.isfinite(table.iloc[[row - 12, row]]).all():
            continue
        found = run.explain(indicator, table.index[row])
        assert (found.before, found.value) == tuple(table.iloc[[row - 12, row]])
        for dimension, sums in found.frame.groupby("dimension")["contribution"].sum().items():
            assert sums == pytest.approx(found.change, rel=1e-6, abs=1e-6), (dimension, found.month)
        explained += 1
    assert explained or not np.isfinite(table).any(), "under the market nobody agrees on anything"


@pytest.mark.parametrize("indicator", PARTED)
def test_the_books_hold_all_of_it(run, indicator):
    """What the indicator counts is what its accounts part: nothing is left over, and no part is the whole."""
    for month in ("2026-05", "2028-11", "2032-12"):
        frame = run.explain(indicator, month).frame
        assert "not in this account" not in set(frame["part"]) and "whole" not in set(frame["dimension"]), month
        assert indicator == "deposit_fund" or frame.groupby("dimension")["part"].nunique().max() > 1


def test_shift_share_against_arithmetic():
    """Two parts by hand: the weight moves from a part with rate 0 to one with rate 1, whose rate falls."""
    top, bottom = np.array([[0.0, 2.0], [0.0, 4.5]]), np.array([[8.0, 2.0], [5.0, 5.0]])
    weight, rate = shift_share(top, bottom)
    assert weight.tolist() == [[0.8, 0.2], [0.5, 0.5]] and rate.tolist() == [[0.0, 1.0], [0.0, 0.9]]
    empty_before = shift_share(np.array([[1.0, 0.0], [1.0, 3.0]]), np.array([[2.0, 0.0], [2.0, 4.0]]))[1]
    assert empty_before.tolist() == [[0.5, 0.75], [0.5, 0.75]]  # composition alone, since there was nothing to treat


def test_a_change_of_law_is_named_where_it_acts():
    """Under a subsidy from 2026 on, the treasury's change is led by it, and the lever stands in the words."""
    case = gm.Case.load().with_(scale=4_000, until="2026-12", levers={"subsidy": 60.0})
    found = gm.run(case, seed=2).explain("treasury_net", "2026-06")
    largest = found.frame.loc[found.frame["contribution"].abs().idxmax(), "part"]
    assert largest == "subsidy" and "subsidy 0 -> 60 yuan/kWh" in found.text
    assert found.change < 0 and "less than in 2025-06" in found.text


def test_words_in_two_languages(run):
    found = run.explain("formal_share", "2027-06")
    assert found.text == str(found) and found.text.startswith("Formal share was ")
    assert "By channel:" in found.text and "workshops bid" in found.text and "Lithium carbonate" in found.text
    assert "正规渠道占比" in found.text_zh and "按渠道" in found.text_zh
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in found.text)
    assert max(map(len, found.text.splitlines()[:-1])) < 200


def test_what_the_books_do_not_part_is_said(run):
    found = run.explain("licensed_bid_lfp", "2027-06")
    assert "do not part this indicator" in found.text
    assert found.frame["contribution"].tolist() == [found.change]


def test_a_saved_run_explains_itself_alike(run, tmp_path):
    small = gm.run(gm.Case.load().with_(scale=4_000, until="2022-12"), seed=1, replications=2)
    small.save(tmp_path / "out")
    for replication in (0, 1):
        one = gm.load_run(tmp_path / "out").explain("holder_price", "2022-06", replication)
        assert one.text == small.explain("holder_price", "2022-06", replication).text
    shown = CliRunner().invoke(app, ["explain", str(tmp_path / "out"), "holder_price", "2022-06", "--lang", "zh"])
    assert shown.exit_code == 0 and shown.stdout.strip() == gm.load_run(tmp_path / "out").explain(
        "holder_price", "2022-06").text_zh  # fmt: skip
    rows = (
        CliRunner()
        .invoke(app, ["explain", str(tmp_path / "out"), "holder_price", "2022-06", "--format", "csv"])
        .stdout.splitlines()
    )
    assert rows[0] == "dimension,part,kind,before,after,contribution" and len(rows) > 5
    wrong = CliRunner().invoke(app, ["explain", str(tmp_path / "out"), "holder_prise", "2022-06"])
    assert wrong.exit_code == 2 and "holder_price" in wrong.stderr


@pytest.mark.parametrize(
    "indicator, month, word",
    [
        ("formal_shar", "2027-06", "formal_share"),
        ("formal_share", "2027-6", "YYYY-MM"),
        ("formal_share", "2033-01", "2022-01 to 2032-12"),
        ("formal_share", "2021-12", "twelve months before"),
        ("formal_share", 202706, "YYYY-MM"),
    ],
)
def test_what_cannot_be_explained_is_refused(run, indicator, month, word):
    with pytest.raises(gm.InputError, match=word):
        run.explain(indicator, month)


def test_a_month_without_a_value_is_refused():
    case = gm.Case.load().with_(scale=200_000, until="2022-12")
    run = gm.run(case, seed=1)
    table = run.indicators.set_index("month")["licensed_bid_lfp"]
    empty = table.index[12:][table.iloc[12:].isna()]
    if len(empty):
        with pytest.raises(gm.InputError, match="nothing to measure"):
            run.explain("licensed_bid_lfp", empty[0])


def test_explaining_changes_nothing(run):
    before = run.indicators.copy()
    run.explain("formal_share", "2027-06")
    assert run.indicators.equals(before)


def test_the_first_sentence_says_more_or_less_by_the_sign(run):
    """Where the share rose it is more than a year before, where it fell less, in both languages."""
    words = {}
    for month in run.indicators["month"].iloc[12::5]:
        found = run.explain("formal_share", month)
        words[found.change > 0] = found.text.splitlines()[0], found.text_zh.splitlines()[0]
    assert "more than" in words[True][0] and "高" in words[True][1]
    assert "less than" in words[False][0] and "低" in words[False][1]


def test_the_gap_in_bids_is_told_now_and_a_year_before(run):
    """Workshops' LFP bid less the licensed one, of the month and of the month twelve before, stand in the sentence."""
    table = run.indicators.set_index("month")
    gaps = table["workshop_bid_lfp"] - table["licensed_bid_lfp"]
    text = run.explain("formal_share", "2027-06").text
    assert f": {gaps['2027-06']:+.1f} apart ({gaps['2026-06']:+.1f} a year ago)." in text


def test_debts_that_creditors_write_off_are_no_profit_of_plants():
    """Where plants fail, the books part recyclers' profit without what owners and creditors put in."""
    harsh = {"credit_limit": 0.1, "plant_capital": 500.0, "dividend_above": 0.5, "parent_backing": 1.0}
    model = lived(CHINA.with_(scale=20_000, until="2030-12", parameters=harsh), 1)
    failed = np.flatnonzero(model.ledger.amounts[12:, model.industry.written_off].sum(axis=1)) + 12
    assert len(failed)
    for row in failed[:3]:
        parts = set(explain(model, "recycler_profit", model.months[row]).frame["part"])
        assert "not in this account" not in parts and "debt written off" not in parts
