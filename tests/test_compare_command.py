"""The command `compare`: what it prints, saves and refuses."""

import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from tests.test_bad_input import refused

QUICK = ("--scale", "200000", "--until", "2026-09", "--workers", "1", "--replications", "2")
TWO = ("--structures", "market,collaborative")


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def printed():
    """Compare two structures once, as a table in both languages, and for machines."""
    forms = {"en": (), "zh": ("--lang", "zh"), "json": ("--format", "json"), "csv": ("--format", "csv")}
    found = {name: call("compare", *TWO, *QUICK, *words) for name, words in forms.items()}
    for name, result in found.items():
        assert result.exit_code == 0, (name, result.stderr, result.exception)
    return {name: result.stdout for name, result in found.items()}


def test_the_table_shows_medians_differences_verdicts_and_orders(printed):
    assert "2 replications with the same luck for all" in printed["en"] and "collaborative" in printed["en"]
    assert re.search(r"licensed share +\d", printed["en"])
    for who in ("central government", "workshops", "consumers and fleets", "the public"):
        assert f"\n {who} " in printed["en"], who
    assert max(map(len, printed["en"].splitlines())) <= 100 and "…" not in printed["en"]


def test_the_table_is_told_in_chinese(printed):
    assert "正规渠道占比" in printed["zh"] and "多元协同" in printed["zh"] and "公众" in printed["zh"]
    body = printed["zh"].split("govmodel compare")[0]
    assert not re.search(r"\b(market|licensed|governing|higher|lower)\b", body), body


@pytest.mark.parametrize(("lang", "warns", "word", "no"), [("en", "Too few runs", "cannot tell", "n.d."),
                                                         ("zh", "运行次数太少", "无法判断", "无法区分")])  # fmt: skip
def test_too_few_replications_are_said_first_and_claim_no_likeness(printed, lang, warns, word, no):
    """Two replications can tell nothing: that is no finding of likeness, in no cell and in no order."""
    told = printed[lang]
    assert told.index(warns) < told.index(word) and no not in told and "distinguishable" not in told
    order = {"en": "cannot be told with so few runs", "zh": "运行次数太少，无法判断"}[lang]
    assert told.count(order) >= 9  # eight seats and the public


def test_machines_get_every_difference(printed):
    found = json.loads(printed["json"])
    assert set(found) == {"differences", "ranking"} and found["ranking"][0]["stakeholder"] == "central_government"
    rows = list(csv.DictReader(io.StringIO(printed["csv"])))
    assert len(rows) == len(found["differences"]) and rows[0]["against"] == "market"
    assert {row["period"] for row in rows} == {"2026", "2026-2026"} and "NaN" not in printed["json"]
    case = gm.Case.load().with_(scale=200_000, until="2026-09")
    alone = gm.compare(case, case.with_(structure="collaborative"), replications=2, workers=1)
    assert [float(row["difference"] or "nan") for row in rows[:50]] == pytest.approx(
        list(alone.differences["difference"][:50]), nan_ok=True
    )


def test_out_saves_a_comparison_that_loads_and_quiet_says_nothing(tmp_path):
    result = call("compare", *TWO, *QUICK, "--set", "subsidy=5", "--out", tmp_path / "c", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    loaded = gm.load_comparison(tmp_path / "c")
    assert loaded.arms == ["market", "collaborative"] and len(loaded.seeds) == 2
    assert all(case.lever_path("subsidy")[-1] == 5.0 for case in loaded.cases.values())


def test_another_case_can_be_named(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text("[governance.levers]\nfine = 4.0\n", encoding="utf-8")
    result = call("compare", "--with", mine, *QUICK, "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert "market (fine=4)" in {row["arm"] for row in json.loads(result.stdout)["differences"]}


@pytest.mark.parametrize(
    "words, hints",
    [
        (("--structures", "market,colaborative"), ("governance.structure", "'colaborative'", "'collaborative'")),
        (("--structures", "market"), ("--structures", "at least two")),
        ((), ("--structures", "at least two", "--with CASE")),
        (("--structures", "market,market"), ("--structures", "twice")),
        ((*TWO, "--replications", "0"), ("replications", "got 0")),
        ((*TWO, "--workers", "0"), ("--workers", "got 0")),
        ((*TWO, "--seed", "-1"), ("seed", "got -1")),
        ((*TWO, "--scale", "0"), ("scenario.scale", "got 0")),
        ((*TWO, "--set", "subsidi=2"), ("lever", "'subsidi'")),
        ((*TWO, "--with", "nowhere.toml"), ("case", "no such file")),
        (("chnia", *TWO), ("case", "'chnia'")),
    ],
)
def test_what_cannot_be_compared_is_refused(words, hints, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(call("compare", *words), *hints)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    refused(call("compare", *TWO, "--out", tmp_path), "out", "not empty")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_levels_stand_in_the_columns_of_their_arms(printed):
    """The first column of numbers has the medians of the first arm, the second those of the other."""
    rows = json.loads(printed["json"])["differences"]
    row = next(r for r in rows if r["period"] == "2026-2026" and r["indicator"] == "governance_cost")
    shown = re.search(r"(?m)^ *cost of governing +([\d.]+) +([\d.]+)", printed["en"]).groups()
    wanted = [row["value_against"] / 1000, row["value"] / 1000]
    assert [float(one) for one in shown] == pytest.approx(wanted, abs=0.0006) and wanted[0] != wanted[1]
