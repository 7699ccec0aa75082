"""The ensemble: replications take turns in parameter sets that fit history; the first has the case's own numbers."""

import json
import tomllib

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case import ensemble as room
from govmodel.case.ensemble import choose, in_turn, read_sets, shipped
from govmodel.cli import app
from govmodel.foundations import parameters
from govmodel.study.changes import effects
from govmodel.study.knockouts import variants

SMALL = gm.Case.load().with_(scale=8_000, until="2022-06", name="small")
FILE = parameters.FACTS_FOLDER / "china" / room.FILE


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def two() -> gm.Run:
    return gm.run(SMALL, seed=5, replications=2)


@pytest.fixture(scope="module")
def folder(two, tmp_path_factory):
    return two.save(tmp_path_factory.mktemp("runs") / "two")


def test_the_sets_that_come_with_the_facts_fit_and_are_lawful():
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert data["source"] == "CALIBRATED" and data["study"] and data["patterns"] and data["question"]
    misfits = [member["misfit"] for member in data["member"]]
    assert misfits == sorted(misfits) and misfits[-1] <= data["threshold"] and len(misfits) >= 5
    assert data["as_it_stands"] <= data["threshold"]  # the case's own numbers are one of those that fit
    registry, own = parameters.load(), SMALL.parameters
    found = shipped("china")
    assert found.sets[0] == {} and len(found) == 1 + len(misfits)
    for one in found.sets[1:]:
        assert one == {name: registry[name].check(value) for name, value in one.items()}
        assert any(one[name] != own[name] for name in one)


def test_replication_r_lives_under_set_r_and_the_first_under_the_cases_own(two):
    sets = shipped("china").sets
    first, second = gm.run(SMALL, seed=5), gm.run(SMALL.with_(parameters=sets[1]), seed=two.seeds[1])
    for name in ("indicators", "flows", "ledger", "contracts"):
        table = getattr(two, name)
        parts = [table[table["replication"] == r].drop(columns="replication").reset_index(drop=True) for r in (0, 1)]
        for whole, part in zip((first, second), parts):
            pd.testing.assert_frame_equal(getattr(whole, name).drop(columns="replication"), part)
    assert two.case_of(0) == SMALL and dict(sets[1]).items() <= two.case_of(1).parameters.items()
    told = two.parameters
    assert told["replication"].unique().tolist() == [0, 1] and told["set"].unique().tolist() == [0, 1]
    assert told.query("replication == 1").set_index("parameter")["value"].to_dict() == sets[1]
    assert list(told) == ["structure", "replication", "set", "parameter", "value"]
    assert [room.Ensemble(({}, {}, {}), "").number(r) for r in range(5)] == [0, 1, 2, 0, 1]


def test_one_run_and_no_ensemble_keep_the_cases_own_numbers(two):
    plain = gm.run(SMALL, seed=5, replications=2, ensemble=False)
    assert plain.ensemble is None and plain.case_of(1) == SMALL and plain.parameters.empty
    assert "parameters" not in plain.provenance
    apart = [run.indicators.query("replication == 1")["formal_share"] for run in (plain, two)]
    assert not np.allclose(*apart, equal_nan=True)
    alone = gm.run(SMALL, seed=5, ensemble=True)
    pd.testing.assert_frame_equal(alone.indicators, gm.run(SMALL, seed=5).indicators)


def test_what_a_case_sets_for_itself_stays_under_every_set():
    mine = SMALL.with_(parameters={"life_bus": 1.77})
    for number, case in enumerate(in_turn(mine, True, 3)):
        assert case.parameters["life_bus"] == 1.77
        assert (case.parameters == mine.parameters) == (number == 0)
    held = in_turn(SMALL.with_(parameters={name: 1.5 for name in ("life_bus", "life_household")}), None, 2)
    assert all(case.parameters["life_household"] == 1.5 for case in held)


def test_a_saved_run_is_told_again_under_each_replications_own_numbers(two, folder, monkeypatch):
    made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert made["parameters"]["study"] == shipped("china").study and "modulo" in made["parameters"]["note"]
    monkeypatch.setattr(room, "shipped", lambda country: None)  # the file may be another one by then
    loaded = gm.load_run(folder)
    assert loaded.ensemble == two.ensemble and loaded.case_of(1) == two.case_of(1)
    pd.testing.assert_frame_equal(loaded.parameters, two.parameters)
    assert loaded.provenance == two.provenance
    events = two.flows.query("replication == 1")["packs"].sum()
    assert events > 0
    for replication in (0, 1):
        assert loaded.pack(100, replication) == two.pack(100, replication)
        pd.testing.assert_frame_equal(loaded.seen_by("GD", replication), two.seen_by("GD", replication))
        assert loaded.explain("formal_gwh", "2022-06", replication).text == (
            two.explain("formal_gwh", "2022-06", replication).text
        )
    row = two.indicators.query("replication == 1 and month == '2022-06'")
    month = loaded._source.lived(loaded, 1).indicators.iloc[-1]
    assert month["formal_gwh"] == row["formal_gwh"].item() and month["holder_price"] == row["holder_price"].item()


def test_compared_cases_share_their_set_but_for_what_one_of_them_sets():
    case = SMALL.with_(scale=50_000, until="2022-12")
    sets = shipped("china").sets
    other = variants(case)["constant_recycler"]
    found = effects(case, {"x": other}, ["formal_share"], [2022], 2, seed=4, ensemble=None)
    from govmodel.study.workers import observe

    seeds = gm.run(case.with_(until="2021-01"), seed=4, replications=2).seeds
    under = case.with_(parameters=sets[1])
    values = [observe(one, seeds[1]).years.loc[2022, "formal_share"]
              for one in (under, under.with_(parameters={"constant_recycler": 0.0}))]  # fmt: skip
    assert found.sets == 2 and found.changes["x"][0, 0, 1] == pytest.approx(values[1] - values[0])


def test_a_country_without_sets_has_none_unless_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(room, "shipped", lambda country: None)
    assert choose(SMALL, None, 5) is None and choose(SMALL, False, 5) is None
    with pytest.raises(gm.InputError, match="calibrate"):
        choose(SMALL, True, 5)
    with pytest.raises(gm.InputError, match="ensemble"):
        gm.run(SMALL, replications=2, ensemble="yes")


@pytest.mark.parametrize("text", ["x", "threshold = 1", "[[member]]\nmisfit = 1"])
def test_a_file_without_sets_is_refused(tmp_path, text):
    (tmp_path / "e.toml").write_text(text)
    with pytest.raises(gm.InputError, match="ensemble"):
        read_sets(tmp_path / "e.toml")
    assert read_sets("facts") == list(shipped("china").sets)


def test_the_command_line_says_so_and_can_leave_it():
    words = ("run", "--scale", 200_000, "--until", "2021-06", "--replications", 3)
    told, silent = call(*words), call(*words, "--no-ensemble")
    assert told.exit_code == silent.exit_code == 0
    assert "3 sets" in told.stdout and "--no-ensemble" in told.stdout and "sets" not in silent.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100
    chinese = call(*words, "--lang", "zh").stdout
    assert "3 组" in chinese
