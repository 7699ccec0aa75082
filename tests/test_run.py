"""Runs: equal seeds give equal bytes, saved folders are whole or refused, packs' lives can be told again."""

import gc
import json
import math
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import govmodel as gm
from govmodel import folder as folder_room
from govmodel.foundations.calendar import month_name
from govmodel.living import living
from govmodel.performance.indicators import INDICATORS
from govmodel.performance.years import by_period, over, yearly
from govmodel.report import tables

FRAMES = ("indicators", "flows", "actors", "contracts", "minutes", "ledger")
FILES = {f"{name}.parquet" for name in FRAMES} | {"case.toml", "provenance.json"}


@pytest.fixture(scope="module")
def small() -> gm.Case:
    return gm.Case.load("china").with_(scale=20_000, until="2024-06", name="small")


@pytest.fixture(scope="module")
def two(small) -> gm.Run:
    return gm.run(small, seed=5, replications=2, packs=True)  # the second lives under numbers of its own


@pytest.fixture(scope="module")
def folder(two, tmp_path_factory):
    return two.save(tmp_path_factory.mktemp("runs") / "two")


def test_every_table_begins_with_structure_and_replication(two):
    for name in FRAMES:
        assert list(getattr(two, name).columns[:3]) == ["structure", "replication", "month"], name
    assert list(two.indicators["month"]) == [month_name(m) for m in two.case.months] * 2
    assert set(two.indicators["structure"]) == {"market"}
    assert list(two.indicators["replication"]) == [0] * 42 + [1] * 42
    assert len(two.flows) and len(two.ledger) and len(two.actors)


def test_replication_zero_is_the_run_with_that_seed_and_others_differ(two, small):
    one = gm.run(small, seed=5)
    for name in FRAMES:
        table = getattr(two, name)
        pd.testing.assert_frame_equal(getattr(one, name), table[table["replication"] == 0])
    second = gm.run(two.case_of(1), seed=two.seeds[1])
    pd.testing.assert_frame_equal(
        second.flows.drop(columns="replication"),
        two.flows[two.flows["replication"] == 1].drop(columns="replication").reset_index(drop=True),
    )
    assert not second.flows.equals(one.flows)
    assert gm.run(small, seed=5, replications=3).seeds[:2] == two.seeds


def test_the_same_case_and_seed_give_the_same_files(two, small, folder, tmp_path):
    again = gm.run(small, seed=5, replications=2, packs=True).save(tmp_path / "again")
    assert {path.name for path in again.iterdir()} == FILES | {"packs.parquet"}
    for path in again.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    other = gm.run(small, seed=6, replications=2).save(tmp_path / "other")
    assert (other / "flows.parquet").read_bytes() != (folder / "flows.parquet").read_bytes()
    assert {path.name for path in other.iterdir()} == FILES


def test_a_saved_run_loads_with_equal_tables(two, folder):
    loaded = gm.load_run(folder)
    assert (loaded.case, loaded.seed, loaded.seeds) == (two.case, two.seed, two.seeds)
    for name in (*FRAMES, "packs"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(two, name))
    assert loaded.provenance == two.provenance


def test_a_loaded_run_can_be_saved_again(folder, tmp_path):
    copy = gm.load_run(folder).save(tmp_path / "copy")
    for path in folder.iterdir():
        assert path.read_bytes() == (copy / path.name).read_bytes(), path.name


def test_provenance_says_what_made_the_run(two, folder):
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["version"] == gm.__version__ and provenance["case_hash"] == two.case.hash
    assert provenance["seed"] == 5 and provenance["seeds"] == list(two.seeds)
    assert {"mesa", "numpy", "pandas"} <= set(provenance["packages"])
    assert {"python", "platform", "machine", "cpu_features", "commit"} <= set(provenance)
    assert set(provenance["files"]) == (FILES | {"packs.parquet"}) - {"provenance.json"}


def _life_numbers(two) -> list[int]:
    """Pick packs with events, packs without, and the newest one of the first replication."""
    with_events = sorted(set(two.packs.loc[two.packs["replication"] == 0, "pack"]))[:20]
    return sorted({0, 1, 2, *range(30, 300, 30), *map(int, with_events)})


def test_a_packs_life_is_the_same_from_the_run_its_events_and_a_replay(two, folder, small, tmp_path):
    from_events = gm.load_run(folder)
    replayed = gm.load_run(gm.run(small, seed=5, replications=2).save(tmp_path / "without"))
    assert not (tmp_path / "without" / "packs.parquet").exists()
    lives = 0
    for number in _life_numbers(two):
        for replication in (0, 1):
            told = two.pack(number, replication)
            assert told == from_events.pack(number, replication) == replayed.pack(number, replication)
            assert told.lines("en") != told.lines("zh")
            lives += len(told.events)
    assert lives >= 10


def test_a_replacement_pack_is_found_in_a_saved_run(two, folder):
    fresh = gm.GovernanceModel(two.case, rng=5)
    ran = gm.GovernanceModel(two.case, rng=5)
    for _ in two.case.months:
        ran.step()
    if ran.holders.fleet.numbered == fresh.holders.fleet.numbered:
        pytest.skip("no pack was replaced in this world")
    number = fresh.holders.fleet.numbered
    assert gm.load_run(folder).pack(number) == two.pack(number) and two.pack(number).replacement


def test_packs_are_kept_only_when_asked_for(small):
    with pytest.raises(gm.InputError, match="packs=True"):
        _ = gm.run(small.with_(until="2021-02"), seed=5).packs


def test_asking_a_run_changes_nothing(small):
    quiet, asked = gm.run(small, seed=5), gm.run(small, seed=5)
    for name in reversed(FRAMES):
        getattr(asked, name)
    asked.pack(3)
    asked.pack(3)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(quiet, name), getattr(asked, name))


@pytest.mark.parametrize(
    "first",
    [
        "import govmodel.run",
        "from govmodel.run import load_run",
        "import govmodel; govmodel.load_run",
        "import govmodel; govmodel.run",
    ],
)
def test_run_can_be_called_whatever_was_imported_first(first):
    code = f"{first}; import govmodel; print(type(govmodel.run('china', replications=0)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "InputError: replications" in told.stderr


def test_progress_is_told_month_by_month(small):
    told = []
    gm.run(small.with_(until="2021-03"), replications=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(month, 6) for month in range(1, 7)]


# folders that cannot be used


def test_tables_on_disk_carry_no_notes_of_their_writer(folder):
    assert {pq.read_schema(path).metadata for path in folder.glob("*.parquet")} == {None}


def test_nothing_is_overwritten(two, folder, tmp_path, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    written = []
    monkeypatch.setattr(folder_room, "write_table", lambda frame, path: written.append(path))
    with pytest.raises(gm.InputError, match="holds another run"):
        two.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(gm.InputError, match="not empty"):
        two.save(tmp_path / "full")
    with pytest.raises(gm.InputError, match="is a file"):
        two.save(tmp_path / "full" / "mine.txt")
    assert written == []  # refused before anything was written
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert {path.name for path in two.save(tmp_path / "empty").iterdir()} == FILES | {"packs.parquet"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "full"]  # and no half-written rest


def test_a_save_that_fails_leaves_nothing_behind(two, tmp_path, monkeypatch):
    written = []

    def fail_at_third(frame, path):
        written.append(path)
        if len(written) == 3:
            raise OSError("disk full")
        path.write_bytes(b"x")

    monkeypatch.setattr(folder_room, "write_table", fail_at_third)
    with pytest.raises(OSError, match="disk full"):
        two.save(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_filled_while_we_wrote_is_left_alone(two, tmp_path, monkeypatch):
    write = folder_room.write_table

    def meanwhile(frame, path):
        write(frame, path)
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "new" / "theirs.txt").write_text("theirs")

    monkeypatch.setattr(folder_room, "write_table", meanwhile)
    with pytest.raises(gm.InputError, match="not empty"):
        two.save(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["theirs.txt"]


def _break(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "broken")


@pytest.mark.parametrize(
    "name, hint",
    [
        ("provenance.json", "half-written"),
        ("flows.parquet", "flows.parquet is missing"),
        ("case.toml", "case.toml is missing"),
    ],
)
def test_a_half_written_folder_is_refused(folder, tmp_path, name, hint):
    broken = _break(folder, tmp_path)
    (broken / name).unlink()
    with pytest.raises(gm.InputError, match=hint):
        gm.load_run(broken)


def test_a_cut_file_is_refused(folder, tmp_path):
    broken = _break(folder, tmp_path)
    cut = (broken / "ledger.parquet").read_bytes()[:-100]
    (broken / "ledger.parquet").write_bytes(cut)
    with pytest.raises(gm.InputError, match="ledger.parquet has not its full length"):
        gm.load_run(broken)


def test_a_damaged_table_is_refused(folder, tmp_path):
    broken = _break(folder, tmp_path)
    size = (broken / "ledger.parquet").stat().st_size
    (broken / "ledger.parquet").write_bytes(b"\0" * size)
    with pytest.raises(gm.InputError, match="ledger.parquet was damaged or changed"):
        _ = gm.load_run(broken).ledger


def test_a_case_changed_after_the_run_is_refused(folder, tmp_path):
    broken = _break(folder, tmp_path)
    text = (broken / "case.toml").read_text(encoding="utf-8")
    assert 'until = "2024-06"' in text
    (broken / "case.toml").write_text(text.replace('until = "2024-06"', 'until = "2024-07"'), encoding="utf-8")
    with pytest.raises(gm.InputError, match="changed after the run"):
        gm.load_run(broken)


def test_another_versions_run_opens_but_tells_no_lives(folder, tmp_path):
    other = _break(folder, tmp_path)
    provenance = json.loads((other / "provenance.json").read_text(encoding="utf-8"))
    (other / "provenance.json").write_text(json.dumps(provenance | {"version": "0.0.1"}), encoding="utf-8")
    loaded = gm.load_run(other)
    assert len(loaded.indicators) == 84
    with pytest.raises(gm.InputError, match="0.0.1"):
        loaded.pack(3)


@pytest.mark.parametrize("what, hint", [("nowhere", "no such folder"), (".", "holds no run")])
def test_what_is_no_run_is_refused(tmp_path, what, hint):
    with pytest.raises(gm.InputError, match=hint):
        gm.load_run(tmp_path / what)


@pytest.mark.parametrize(
    "settings, field",
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"replications": 0}, "replications"),
        ({"case": "chnia"}, "case"),
    ],
)
def test_what_cannot_be_run_is_refused(settings, field):
    with pytest.raises(gm.InputError) as caught:
        gm.run(**settings)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "number, replication, field", [(-1, 0, "pack"), ("x", 0, "pack"), (10**9, 0, "pack"), (3, 2, "replication")]
)
def test_a_pack_that_is_not_there_is_refused(two, folder, number, replication, field):
    for some in (two, gm.load_run(folder)):
        with pytest.raises(gm.InputError) as caught:
            some.pack(number, replication)
        assert caught.value.field == field


# years


def test_years_add_up_months_by_each_indicators_own_rule(two):
    by_year = tables.yearly(two.indicators).set_index(["replication", "year"])
    months = two.indicators[two.indicators["replication"] == 1]
    months = months[months["month"].str.startswith("2022")]
    year = by_year.loc[1, 2022]
    assert set(by_year.columns) == {"structure", "months", *INDICATORS}
    assert (year["months"], by_year.loc[(0, 2024), "months"]) == (12, 6)
    assert math.isclose(year["retired_kt"], months["retired_kt"].sum())
    assert math.isclose(year["plant_utilisation"], months["plant_utilisation"].mean())
    assert year["workshops"] == months["workshops"].iloc[-1]
    share = months["formal_gwh"].sum() / months["released_gwh"].sum()
    assert math.isclose(year["formal_share"], share) and not math.isclose(share, months["formal_share"].mean())


def test_every_year_belongs_to_its_own_structure_whatever_order_they_come_in(two):
    """Structures stand in a comparison in any order; sums, means, ratios and last values follow them."""
    other = two.indicators.assign(structure="a later one")
    other[list(INDICATORS)] *= 2.0
    both = pd.concat([two.indicators.assign(structure="market"), other], ignore_index=True)
    for frame in (both, both.iloc[::-1].sort_values("month", kind="stable")):
        for aggregate in (tables.yearly, by_period):
            by_year = aggregate(frame).set_index("structure")
            one, two_ = (by_year.loc[name].reset_index(drop=True) for name in ("market", "a later one"))
            for name, indicator in INDICATORS.items():
                factor = 1.0 if indicator.aggregation.startswith("ratio") else 2.0
                assert np.allclose(two_[name], factor * one[name], equal_nan=True), name


def test_a_ratio_with_nothing_below_is_no_number(two):
    nothing = two.indicators.copy()
    nothing[["formal_gwh", "released_gwh"]] = 0.0
    assert tables.yearly(nothing)["formal_share"].isna().all()
    assert not np.isinf(tables.yearly(nothing).select_dtypes("number").to_numpy()).any()


def test_bands_hold_the_median(two):
    points = tables.bands(tables.yearly(two.indicators))
    low, high = points["low"]["retired_kt"], points["high"]["retired_kt"]
    values = tables.yearly(two.indicators).pivot(index="year", columns="replication", values="retired_kt")
    assert (low <= high).all() and (low < high).any()
    assert np.allclose(points["median"]["retired_kt"].droplevel("structure"), values.mean(axis=1))


def test_months_leave_no_circles_of_references_so_none_are_looked_for_meanwhile():
    model = gm.GovernanceModel(gm.Case.load().with_(scale=20_000, structure="collaborative"), rng=1)
    gc.collect()
    with living():
        assert not gc.isenabled()
        for _ in range(72):  # into the years in which a body meets
            model.step()
        assert gc.collect() == 0
    assert gc.isenabled()


def test_what_came_loose_before_the_run_is_told_apart_from_what_is_still_on_the_road(two):
    """Of a cohort that had thinned out by 2021 those that were gone came loose before, and the next one drives on."""
    model = gm.GovernanceModel(two.case.with_(scale=2_000), rng=5)
    fleet, gone = model.holders.fleet, model.holders.gone
    cohort = int(np.flatnonzero((gone > 0) & (gone < fleet.packs))[0])
    first = int(fleet.first_number[cohort])
    early, last = model.pack(first), model.pack(first + int(gone[cohort]))
    assert early.before_start and early.lines()[-1] == "Came loose before the run began."
    assert not last.before_start and last.lines()[-1] == "Still on the road."


def test_months_of_one_run_add_up_by_the_same_rules_as_years(two):
    """Every indicator over the months of one year is what stands in the table of years, by each rule."""
    months = two.indicators[(two.indicators["replication"] == 0) & two.indicators["month"].str.startswith("2022")]
    years = yearly(two.indicators)
    year = years[(years["replication"] == 0) & (years["year"] == 2022)].iloc[0]
    for indicator in INDICATORS.values():
        assert over(months, indicator) == pytest.approx(year[indicator.name], nan_ok=True), indicator.name
