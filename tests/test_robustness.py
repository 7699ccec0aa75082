"""Merit and robustness: an honest order by value for money, tables shaken at random, what survives."""

import numpy as np
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case.demands import published
from govmodel.cli import app
from govmodel.foundations.errors import InputError
from govmodel.performance.differences import ALIKE, HIGHER, LOWER
from govmodel.report.robustness import as_markdown
from govmodel.study import merit
from govmodel.study.merit import ARMS, CLASSES, COST, GAIN, MEASURES, PLACE, RESEARCH, VALUE, WIDER
from govmodel.study.robustness import PUBLISHED, SAME_WORLDS, Ensemble, Robustness, changed, look, shaken

SMALL = gm.Case.load().with_(scale=200_000, start="2024-01", until="2030-03")


def arm(gain, cost, spread: float = 0.0, size: int = 12) -> np.ndarray:
    """Make values (measures, replications) of an arm with this energy and cost, and some luck."""
    values = np.zeros((len(MEASURES), size))
    luck = spread * np.linspace(-1.0, 1.0, size)
    values[PLACE[GAIN]], values[PLACE[COST]] = gain + luck, cost + luck[::-1]
    return values


# value for money


@pytest.mark.parametrize(
    ("gain", "cost", "named"),
    [(5, -1, "more for less"), (5, 0, "more for less"), (5, 1, "paid for"), (0, 0, "as the market"), (-1, -1, "saved"),
     (0, -1, "saved"), (-1, 1, "less for more"), (0, 1, "less for more"), (-1, 0, "saved")],
)  # fmt: skip
def test_the_pair_gives_the_class(gain, cost, named):
    assert merit.class_of(gain, cost) == named


def test_classes_come_first_and_ratios_only_where_they_mean_something():
    best_first = [(5, -1), (1, -9), (8, 1), (4, 1), (4, 1e9), (0, 0), (-1, -9), (-1, -1), (-1, 1), (-2, 1)]
    found = sorted(best_first, key=lambda one: merit.value_key(*one), reverse=True)
    assert found == best_first
    assert merit.value_key(float("nan"), 1.0) < merit.value_key(-1e9, 1e9)


def test_the_order_by_each_criterion():
    values = np.zeros((len(ARMS), len(MEASURES)))
    values[:, PLACE["fires"]] = (3, 1, 2, 4)
    values[:, PLACE["formal_share"]] = (0.3, 0.2, float("nan"), 0.4)
    values[:, PLACE[GAIN]], values[:, PLACE[COST]] = (10, 12, 11, 9), (5, 6, 4, 4)
    market, state, firms, council = ARMS
    assert merit.order(values, "fires") == (state, firms, market, council)
    assert merit.order(values, "formal_share") == (council, market, state, firms)
    assert merit.order(values, VALUE) == merit.order(values, WIDER) == (firms, state, market, council)
    values[:, PLACE[RESEARCH]] = (0, 0, 9, 0)  # energy that was dear, once research is counted
    assert merit.order(values, VALUE) == (firms, state, market, council)
    assert merit.order(values, WIDER) == (state, firms, market, council)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (arm(20, 1), arm(20, 4), HIGHER),  # more for a yuan
        (arm(20, 4), arm(40, 4), LOWER),
        (arm(20, 1), arm(40, 2), ALIKE),  # the same ratio
        (arm(20, -5), arm(20, 1), HIGHER),  # more for less before paid for
        (arm(20, -5), arm(30, -5), LOWER),
        (arm(20, -5), arm(30, -1), ALIKE),  # more for less, both ways: no verdict
        (arm(1, 1, spread=30), arm(20, 2), LOWER),  # a gain that luck explains is none
        (arm(-5, 2), arm(-5, -2), LOWER),
    ],
)
def test_better_value_for_money_is_a_paired_verdict(one, other, verdict):
    market = arm(0, 0)
    assert merit.beats(one, other, market) == verdict
    opposite = {HIGHER: LOWER, LOWER: HIGHER, ALIKE: ALIKE}[verdict]
    assert merit.beats(other, one, market) == opposite
    one, other = (np.array(arm) for arm in (one, other))
    one[PLACE[RESEARCH]], one[PLACE[COST]] = one[PLACE[COST]], 0.0
    other[PLACE[RESEARCH]], other[PLACE[COST]] = other[PLACE[COST]], 0.0
    assert merit.beats(one, other, market, WIDER) == verdict


def test_the_market_takes_part():
    market = arm(0, 0)
    assert merit.beats(market, arm(-5, 2), market) == HIGHER
    assert merit.beats(market, arm(5, 2), market) == LOWER
    assert merit.pair(arm(5, 2), market).named == CLASSES[1]


# shaken tables


def test_shaken_tables_are_drawn_by_chance_and_seed():
    table = published()
    alone, half = shaken("china", 0.0, 1, 0), shaken("china", 0.5, 1, 0)
    assert set(alone) == set(table) and all(np.sign(alone[cell]) == np.sign(table[cell]) for cell in table)
    assert all(abs(size) <= 1.0 for size in half.values()) and alone != table
    turned = np.mean([np.sign(half[cell]) != np.sign(table[cell]) for cell in table])
    assert 0.35 < turned < 0.65
    assert shaken("china", 0.5, 1, 0) == half != shaken("china", 0.5, 1, 1) != shaken("china", 0.5, 2, 1)


def test_a_change_touches_only_what_it_says():
    market, state, firms, council = changed(SMALL, {"body": {"convener": 0.0}})
    assert council.governing.stages[0].structure.convener == 0.0
    assert state == SMALL.with_(structure="government_led") and market == SMALL  # no convener there anyway
    own = {"inspection": {"rule": "decree", "weights": {"provinces": 1.0}}}
    market, state, firms, council = changed(SMALL, {"only": "government_led", "levers": own})
    assert state.governing.stages[0].structure.levers["inspection"].weights == {"provinces": 1.0}
    assert council == SMALL.with_(structure="collaborative")


def test_every_draw_has_its_luck_and_the_same_on_any_number_of_workers():
    found, again = look(SMALL, 1, 1, 4, workers=2), look(SMALL, 1, 0, 4, workers=1)
    assert len(again.ensembles) == 5 and again.ensembles[0].values.shape == (1, len(ARMS), len(MEASURES))
    found_again = found.values()[found.values()["ensemble"].isin(again.values()["ensemble"])]
    assert found_again.reset_index(drop=True).equals(again.values())
    names = [ensemble.name for ensemble in found.ensembles]
    assert names[0] == "as it stands" and len(names) == len(set(names)) == 16
    by_name = {ensemble.name: ensemble.values for ensemble in found.ensembles}
    stands = by_name["as it stands"]
    assert np.array_equal(by_name["sizes alone"][:, 0], stands[:, 0])  # nobody asks anything of a market
    assert np.array_equal(by_name["tolerance doubled"][:, 0], stands[:1, 0])
    run = gm.run(SMALL.with_(structure="collaborative"), seed=4).indicators
    late = run[run["month"] >= "2026-01"]
    assert stands[0, 3, PLACE[GAIN]] == pytest.approx(late["formal_gwh"].sum())
    row = found.frame().iloc[0]
    assert sum(row[f"leads: {name}"] for name in ARMS) == pytest.approx(1.0)
    assert row["order_survives"] <= row["leader_survives"] <= 1.0 and row["order_survives"] <= row["pairs_survive"]


def made(draws: int = 8, alone: int = 6) -> Robustness:
    """Make up what was found: firms gain ten GWh a draw, and one more where the convener goes; the rest is equal."""
    stands = np.zeros((draws, len(ARMS), len(MEASURES)))
    stands[..., PLACE[GAIN]] = np.arange(draws)[:, None]  # luck that the arms of a draw share
    stands[:, 2, PLACE[GAIN]] += 10.0
    changed_ = stands[:alone].copy()
    changed_[:, 2, PLACE[GAIN]] += 1.0
    return Robustness(SMALL, 1, (Ensemble(PUBLISHED, "luck", stands), Ensemble("no convener", "alone", changed_)))


def test_pairs_are_held_against_one_another_draw_by_draw():
    """Structures under luck alone, and each change against the same structure in the same worlds."""
    frame = made().pairs().set_index(["ensemble", "structure", "against", "indicator"]).sort_index()
    firms = frame.loc[(PUBLISHED, "enterprise_led", "market", GAIN)]
    assert (firms["difference"], firms["low"], firms["high"], firms["verdict"]) == (10.0, 10.0, 10.0, HIGHER)
    assert firms["replications"] == 8 and len(frame) == (6 + 4) * len(PLACE)
    assert frame.loc[(PUBLISHED, "collaborative", "enterprise_led", GAIN), "verdict"] == LOWER
    gone = frame.loc[("no convener", "enterprise_led", PUBLISHED, GAIN)]
    assert (gone["difference"], gone["replications"], gone["verdict"]) == (1.0, 6, HIGHER)
    assert frame.loc[("no convener", "collaborative", PUBLISHED, GAIN), "verdict"] == ALIKE
    assert (made(alone=5).pairs()["verdict"] != ALIKE).sum() == 3  # five worlds part nothing


def test_single_changes_have_a_yardstick_of_their_own_worlds():
    found = made()
    assert [ensemble.name for ensemble in found.shown] == [PUBLISHED, SAME_WORLDS, "no convener"]
    assert np.array_equal(found.shown[1].values, found.ensembles[0].values[:6])
    assert len(made(6).shown) == 2  # nothing to add where the worlds are the same
    assert set(found.frame()["ensemble"]) == {PUBLISHED, SAME_WORLDS, "no convener"}


def test_paired_differences_stand_in_the_document():
    """What a change leaves exactly as it was is left out; a star says that luck does not explain it."""
    text = as_markdown(made())
    assert "| enterprise less market | 0.0 (0.0 to 0.0) | 0.00 (0.00 to 0.00) | 10.0 (10.0 to 10.0) * |" in text
    assert "| no convener | enterprise | 0.0 (0.0 to 0.0) | 0.00 (0.00 to 0.00) | 1.00 (1.00 to 1.00) * |" in text
    changes = text[text.rindex("| what is changed |") :]
    assert changes.count("| no convener |") == 1 and "council" not in changes
    assert "企业减市场" in as_markdown(made(), "zh")


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"replications": -1}, {"draws": 2.5}])
def test_a_wrong_number_of_draws_is_refused(wrong):
    with pytest.raises(InputError):
        look(SMALL, **{"draws": 1, "replications": 1} | wrong)


def test_a_case_that_ends_too_early_is_refused():
    with pytest.raises(InputError, match="2030"):
        look(SMALL.with_(until="2029-12"), 1, 1)


def test_the_tables_stand_on_a_terminal_and_in_a_page(tmp_path, lang="zh", says="无召集人"):
    page = tmp_path / "page.md"
    page.write_text("<!-- table: begin -->\nold\n<!-- table: end -->\n", encoding="utf-8")
    SMALL.save(tmp_path / "case.toml")
    words = ["robustness", tmp_path / "case.toml", "--draws", 1, "--replications", 1, "--workers", 2, "--lang", lang]
    told = CliRunner().invoke(app, [str(word) for word in (*words, "--page", page)])
    assert told.exit_code == 0 and says in told.stdout
    text = page.read_text(encoding="utf-8")
    assert says in text and "old" not in text.split()


def test_where_every_draw_is_alike_leader_order_and_last_all_survive():
    """Against itself, with luck that the arms share, nothing of the ranking changes."""
    found = made()
    row = found.row(found.ensembles[0], VALUE)
    kept = [row[name] for name in ("leader_survives", "order_survives", "pairs_survive", "last_survives")]
    assert kept == [1.0] * 4
