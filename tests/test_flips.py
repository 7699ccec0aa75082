"""Flips: leads, sure leads, factors that move them, and worlds in which a structure is best or worst."""

import itertools
from dataclasses import replace
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from govmodel.cli import app
from govmodel.folder import write_table
from govmodel.foundations.errors import InputError
from govmodel.performance.indicators import INDICATORS
from govmodel.study.flips import fisher, look, order
from govmodel.study.merit import ARMS, COST, CRITERIA, GAIN, MEASURES, PLACE, VALUE
from govmodel.study.study_file import read

STUDY = Path(__file__).parent.parent / "experiments" / "flip.toml"
MARKET, STATE, FIRMS, COUNCIL = ARMS


@pytest.fixture
def sweep(tmp_path) -> Path:
    """Make a sweep in which the state leads where finding is likely, the council elsewhere, and fires are luck."""
    study, text = read(STUDY)
    luck = np.random.default_rng(1)
    rows = []
    for point in range(24):
        factors = {f.name: float(point) if f.range else f.values[point // 2 % len(f.values)] for f in study.factors}
        factors["detection"] = float(point % 2)
        for number, arm in itertools.product(range(study.replications), ARMS):
            row = dict.fromkeys(PLACE, 0.0) | {"fires": luck.random()}
            row["formal_share"] = 0.5 + 0.1 * (arm == (STATE if point % 2 else COUNCIL)) + 0.001 * luck.random()
            row[GAIN] = {MARKET: 0.0, STATE: 20.0, FIRMS: -5.0, COUNCIL: 10.0}[arm] + 0.1 * number
            row[COST] = {MARKET: 0.0, STATE: 40.0, FIRMS: 1.0, COUNCIL: 5.0 if point < 12 else 50.0}[arm]
            rows.append({"structure": arm, "replication": number, "point": point} | factors | row)
    (tmp_path / "results").mkdir()
    write_table(pd.DataFrame(rows), tmp_path / "results" / "runs.parquet")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_study_asks_for_what_structures_are_ranked_by():
    study, _ = read(STUDY)
    assert tuple(study.structures) == ARMS and study.replications >= 6
    asked = {outcome.name: outcome for outcome in study.outcomes}
    for measure in MEASURES:
        assert asked[measure.indicator].indicator == measure.indicator in INDICATORS
        assert asked[measure.indicator].since == ("2030-01" if measure.how in ("ratio", "mean") and
                                                  measure.indicator != "holder_price" else "2026-01")  # fmt: skip


def test_leads_are_sure_where_luck_does_not_explain_them(sweep):
    found = look(sweep)
    summary = found.summary().set_index(["criterion", "structure"])
    assert summary.loc[("formal_share", STATE), "leads"] == summary.loc[("formal_share", COUNCIL), "leads"] == 0.5
    assert summary.loc[("formal_share", STATE), "leads_surely"] == 0.5
    assert found.sure["fires"].mean() < 0.3
    assert summary["leads"].groupby(level=0, sort=False).sum().eq(1.0).all()


def test_the_factor_that_moves_the_answer_is_found_and_no_other(sweep):
    moves = look(sweep).moves()
    assert len(moves) == 9 * len(CRITERIA)
    shares = moves[moves["criterion"] == "formal_share"].set_index("factor")
    assert shares.index[shares["chance"] <= 0.05].tolist() == ["detection"]
    assert (shares.loc["detection", "leader_low"], shares.loc["detection", "leader_high"]) == (COUNCIL, STATE)


def test_worlds_in_which_a_structure_is_best_or_worst_value(sweep):
    worlds = look(sweep).worlds().set_index(["structure", "is"])
    assert worlds.loc[(COUNCIL, "best"), ["points", "sure"]].tolist() == [12, 12]
    assert worlds.loc[(COUNCIL, "best"), "point"] < 12 <= worlds.loc[(STATE, "best"), "point"]
    assert worlds.loc[(FIRMS, "worst"), ["points", "sure"]].tolist() == [24, 24]
    assert worlds.loc[(FIRMS, "best"), "points"] == worlds.loc[(MARKET, "best"), "points"] == 0
    assert look(sweep).orders[VALUE][0] == (COUNCIL, STATE, MARKET, FIRMS)


def test_what_structures_add_and_cost_over_all_worlds(sweep):
    """The market adds nothing to itself; spans hold every point's own extra."""
    found = look(sweep)
    extras = found.extras().set_index("structure")
    assert not extras.loc[MARKET].any()
    for name, which in (("gain", 0), ("cost", 1)):
        own = [np.median(found.extra(point)[ARMS.index(COUNCIL), which]) for point in range(len(found.points))]
        assert extras.loc[COUNCIL, [f"{name}_least", f"{name}_most"]].tolist() == [min(own), max(own)]
        assert extras.loc[COUNCIL, name] == pytest.approx(np.median(own))


def test_unequal_shares_have_a_chance():
    assert fisher(6, 6, 0, 6) == pytest.approx(2 / comb(12, 6))
    assert fisher(3, 6, 3, 6) == fisher(0, 6, 0, 6) == 1.0


def test_another_folder_is_refused(tmp_path, sweep):
    with pytest.raises(InputError):
        look(tmp_path / "nowhere")
    text = (sweep / "study.toml").read_text(encoding="utf-8")
    (sweep / "study.toml").write_text(text.replace(', "collaborative"]', "]"), encoding="utf-8")
    with pytest.raises(InputError, match="structures"):
        look(sweep)


@pytest.mark.parametrize(("lang", "says"), [("en", "Value for money"), ("zh", "成本效益")])
def test_the_command_writes_the_page_and_draws_the_map(sweep, lang, says):
    page = sweep / "page.md"
    page.write_text("<!-- table: begin -->\n<!-- table: end -->\n", encoding="utf-8")
    words = ["flips", sweep, "--lang", lang, "--page", page, "--figure", sweep / "map.png"]
    told = CliRunner().invoke(app, [str(word) for word in words])
    assert told.exit_code == 0 and says in told.stdout and says in page.read_text(encoding="utf-8")
    assert (sweep / "map.png").stat().st_size > 5000


def test_value_for_money_is_ranked_by_what_an_arm_adds_replication_by_replication():
    """The state adds something in two of three worlds, though its median is below the market's."""
    values = np.zeros((len(ARMS), len(PLACE), 3))
    values[:, PLACE[GAIN]] = [[0.0, 10.0, 20.0], [5.0, 11.0, 0.0], [-50.0, -40.0, -30.0], [-60.0, -50.0, -40.0]]
    assert order(values, VALUE) == (STATE, MARKET, FIRMS, COUNCIL)
    assert order(values, "formal_share") == ARMS  # all alike: as they are given


def test_the_clearest_world_is_farthest_from_the_next_structure_and_not_from_the_last(sweep):
    """Of the worlds in which the council is best value, the one is named in which the second gains least like it."""
    found = look(sweep)
    found = replace(found, values=found.values.copy())
    found.values[5, ARMS.index(STATE), PLACE[GAIN]] += 40.0  # the second there, at 60 GWh for 40
    found.values[7, ARMS.index(FIRMS), PLACE[GAIN]] -= 90.0  # the last one there
    worlds = found.worlds().set_index(["structure", "is"])
    assert worlds.loc[(COUNCIL, "best"), "order"].startswith(f"{COUNCIL} > {STATE}")
    assert worlds.loc[(COUNCIL, "best"), "point"] == 5 and worlds.loc[(FIRMS, "worst"), "point"] == 7
