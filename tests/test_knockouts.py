"""Knock-outs and one at a time: paired by seed, each change alone, tables that say what was done."""

import io

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case.schema import MECHANISMS
from govmodel.cli import app
from govmodel.foundations import parameters
from govmodel.report.effects import show_knockouts, trust_markdown
from govmodel.study.changes import Effects, effects
from govmodel.study.knockouts import variants
from govmodel.study.sensitivity_table import UNSURE, Leaning, TrustTable, one_at_a_time, steps

SMALL = gm.Case.load().with_(scale=200_000, until="2025-12")


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def test_every_mechanism_and_every_constant_has_its_knock_out():
    made = variants(SMALL)
    for name in MECHANISMS:
        assert made[f"without {name}"].without == (name,)
        assert made[f"without {name}"].parameters == SMALL.parameters
    for name, case in made.items():
        if name.startswith("constant_"):
            changed = {key for key, value in case.parameters.items() if value != SMALL.parameters[key]}
            assert changed == {name} and case.parameters[name] == 0.0
    assert "constant_workshop" not in made  # it is zero already
    without_trust = variants(SMALL.with_(without=("trust",)))
    assert "without trust" not in without_trust and without_trust["without culture"].without == ("culture", "trust")


def test_changes_are_paired_by_seed():
    """The change is the difference of two runs with the same seed, replication by replication."""
    case, other = SMALL, SMALL.with_(parameters={"price_sensitivity": 0.06})
    found = effects(case, {"x": other}, ["formal_share", "kept_share"], [2024, 2025], 2, seed=4)
    from govmodel.report.tables import yearly

    runs = [gm.run(one, seed=4, replications=2, ensemble=False) for one in (case, other)]
    tables = [yearly(run.indicators).drop(columns="structure").set_index(["replication", "year"]) for run in runs]
    for replication in (0, 1):
        for j, year in enumerate((2024, 2025)):
            apart = tables[1].loc[(replication, year)] - tables[0].loc[(replication, year)]
            assert found.changes["x"][0, j, replication] == pytest.approx(apart["formal_share"])
            assert found.changes["x"][1, j, replication] == pytest.approx(apart["kept_share"])
    frame = found.frame()
    assert len(frame) == 4 and set(frame["variant"]) == {"x"}
    same = effects(case, {"same": case}, ["formal_share"], [2025], 2)
    assert not same.changes["same"].any() and same.size("same", "formal_share") == 0.0


def test_a_case_that_ends_before_is_refused():
    with pytest.raises(gm.InputError, match="2025"):
        effects(SMALL.with_(until="2023-12"), {}, ["formal_share"], [2025], 1)


def test_knockouts_are_printed_as_a_table(tmp_path):
    (tmp_path / "case.toml").write_text('[scenario]\nuntil = "2025-12"\nscale = 200000\n')
    words = ("knockouts", tmp_path / "case.toml", "--replications", 1, "--workers", 1)
    shown = call(*words)
    assert shown.exit_code == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 104
    for name in MECHANISMS:
        assert f"without {name}" in shown.stdout
    rows = call(*words, "--format", "csv").stdout.splitlines()
    assert rows[0] == "variant,indicator,year,baseline,change,band_low,band_high"
    assert call(*words, "--format", "markdown").stdout.count("\n| ") >= len(MECHANISMS)


# one at a time


def test_steps_stay_in_the_range_and_move_both_ways():
    for p in parameters.load().values():
        low, high = steps(p, p.value)
        assert p.low <= low <= p.value <= high <= p.high and low < high, p.name
        assert high - low <= 0.4 * (p.high - p.low) + 1e-12, p.name


def test_each_number_is_moved_alone_and_the_largest_comes_first():
    names = ("price_sensitivity", "co2_lithium", "constant_recycler")
    liked_at_all = SMALL.with_(scale=20_000, parameters={"constant_recycler": 1.0})  # else luck outweighs it
    table = one_at_a_time(liked_at_all, 2, names=names)
    sizes = [one.size for one in table.leanings]
    assert sizes == sorted(sizes, reverse=True)
    found = {one.parameter.name: one for one in table.leanings}
    assert found["co2_lithium"].size == 0.0  # what a kilogram of carbon counts moves no pack
    liked = found["constant_recycler"]
    assert np.nanmax(liked.at_high) > max(0.0, np.nanmin(liked.at_low))  # recyclers that are liked better get more
    frame = table.frame()
    assert frame["parameter"].tolist() == [one.parameter.name for one in table.leanings]
    assert {"low_2025", "high_2025", "low_2030", "high_2030", "source"} <= set(frame.columns)


def test_every_unsure_number_is_in_the_table(monkeypatch):
    """The table leaves out only what has a source."""
    tried = []

    def nothing(case, variants, indicators, years, *rest):
        tried.extend(variants)
        return effects(SMALL, {"x": SMALL}, indicators, years, 1)

    monkeypatch.setattr("govmodel.study.sensitivity_table.effects", nothing)
    table = one_at_a_time(SMALL, 1)
    unsure = {p.name for p in parameters.load().values() if p.source in UNSURE}
    assert {one.parameter.name for one in table.leanings} == unsure
    assert {name.rsplit(" ", 1)[0] for name in tried} == unsure


def test_trust_is_printed_and_put_into_its_page(tmp_path, monkeypatch):
    kept = one_at_a_time(SMALL, 1, names=("price_sensitivity", "constant_recycler"))
    monkeypatch.setattr("govmodel.study.sensitivity_table.one_at_a_time", lambda *given: kept)
    page = tmp_path / "trust.md"
    page.write_text("<!-- table: begin -->\n<!-- table: end -->\n")
    shown = call("trust", "--page", page)
    assert shown.exit_code == 0, shown.stderr
    assert "price_sensitivity (c)" in shown.stdout and max(map(len, shown.stdout.splitlines())) <= 106
    assert "| `price_sensitivity` | CALIBRATED |" in page.read_text()
    assert "constant_recycler" in call("trust", "--format", "json").stdout


def test_the_document_shows_what_the_low_value_does_before_what_the_high_one_does():
    """For every year the columns are at low, at high, in that order."""
    found = Effects(SMALL, 1, 1, np.zeros((1, 2, 1)), {}, ("formal_share",), (2025, 2030))
    one = parameters.load()["price_sensitivity"]
    moved = Leaning(one, one.value, one.low, one.high, np.array([-0.015, -0.025]), np.array([0.035, 0.045]), 0.0)
    head, row = (trust_markdown(TrustTable(found, (moved,))).splitlines()[at].split("|")[6:10] for at in (2, 4))
    assert [cell.strip() for cell in head] == ["2025 at low", "2025 at high", "2030 at low", "2030 at high"]
    assert [float(cell) for cell in row] == [-1.5, 3.5, -2.5, 4.5]


def test_the_band_below_a_knock_out_goes_from_its_low_to_its_high_end():
    """The line `from` holds the lower ends of the bands, the line `to` the upper ones."""
    changes = {"x": np.linspace(-0.1, 0.3, 101).reshape(1, 1, 101)}
    found = Effects(SMALL, 1, 101, np.full((1, 1, 101), 0.5), changes, ("formal_share",), (2025,))
    text = io.StringIO()
    show_knockouts(found, Console(file=text, width=100))
    lines = dict(line.split()[:2] for line in text.getvalue().splitlines() if line.split()[:1] in (["from"], ["to"]))
    assert {end: float(value) for end, value in lines.items()} == {"from": -8.0, "to": 28.0}
