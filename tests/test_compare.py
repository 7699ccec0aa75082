"""Comparisons: the same world and luck, branches that equal full runs, verdicts that hold, folders whole or refused."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import govmodel as gm
from govmodel import arms as arm_room
from govmodel.case.levers import SEATS
from govmodel.past import months_shared
from govmodel.performance import differences, ranking
from govmodel.performance.differences import ALIKE, CHANCE, FEWEST, HIGHER, LOWER, paired, sign_test
from govmodel.performance.indicators import INDICATORS, Indicator
from govmodel.performance.years import yearly
from govmodel.report.words import order_groups

FRAMES = ("indicators", "flows", "actors", "contracts", "minutes", "ledger")
CASE = gm.Case.load("china").with_(scale=50_000, start="2025-01", until="2027-06")
REFORM = CASE.with_(levers={"subsidy": 30.0, "leasing": {"2026-07": 0.5}})
EARLY = CASE.with_(levers={"inspection": {"2025-04": 12.0}})


@pytest.fixture(scope="module")
def three() -> gm.Comparison:
    return gm.compare(CASE, REFORM, EARLY, replications=2, seed=4, workers=1)


@pytest.fixture(scope="module")
def folder(three, tmp_path_factory):
    return three.save(tmp_path_factory.mktemp("comparisons") / "three")


def bare(table: pd.DataFrame) -> pd.DataFrame:
    """Take the name of the structure off a table."""
    return table.drop(columns="structure").reset_index(drop=True)


def test_every_arm_is_the_full_run_of_its_case_with_the_same_luck(three):
    """The past that arms share is lived once, and nobody can tell; replication 0 is `run` with the seed itself."""
    assert three.arms == ["market", "market (subsidy=30, leasing)", "market (inspection)"]
    for label, case in three.cases.items():
        alone = gm.run(case, seed=4, replications=2)
        assert alone.seeds == three.seeds
        for name in FRAMES:
            table = getattr(three, name)
            pd.testing.assert_frame_equal(bare(table[table["structure"] == label]), bare(getattr(alone, name)))
    pd.testing.assert_frame_equal(three.arm("market").flows, gm.run(CASE, seed=4, replications=2).flows)
    assert not bare(three.arm("market").flows).equals(bare(three.arm(three.arms[1]).flows))


def test_tables_begin_with_structure_and_replication(three):
    for name in FRAMES:
        assert list(getattr(three, name).columns[:3]) == ["structure", "replication", "month"], name
    pd.testing.assert_frame_equal(three.years, yearly(three.indicators))


@pytest.mark.parametrize(
    "cases, months",
    [
        ((CASE, REFORM), 12),
        ((CASE, CASE), 12),
        ((CASE, EARLY), 3),
        ((CASE, REFORM, EARLY), 3),
        ((CASE, CASE.with_(parameters={"patience": 6})), 0),
        ((CASE, CASE.with_(metal_prices="crash")), 0),
        ((CASE.with_(start="2026-01"), REFORM.with_(start="2026-01")), 0),
        ((CASE, CASE.with_(policies=[])), 12),
    ],
)
def test_arms_share_the_months_before_they_differ_and_none_from_2026_on(cases, months):
    assert months_shared(cases) == months
    assert months_shared(cases[::-1]) == months


def test_arms_in_different_worlds_are_compared_too():
    """Metal prices, parameters and levers from the first month on leave nothing to share, and change nothing else."""
    crash, bold = CASE.with_(metal_prices="crash"), EARLY.with_(levers={"fine": {"2025-01": 5.0}})
    both = gm.compare(CASE.with_(until="2025-06"), crash.with_(until="2025-06"), bold.with_(until="2025-06"),
                      replications=1, seed=2, workers=1)  # fmt: skip
    for label, case in both.cases.items():
        pd.testing.assert_frame_equal(bare(both.arm(label).ledger), bare(gm.run(case, seed=2).ledger))
    assert both.arms[1:] == ["market (metal_prices=crash)", "market (fine, inspection)"]


def test_the_number_of_workers_changes_no_byte(three, folder, tmp_path):
    again = gm.compare(CASE, REFORM, EARLY, replications=2, seed=4, workers=3).save(tmp_path / "again")
    files = {path.relative_to(again) for path in again.rglob("*") if path.is_file()}
    assert len(files) == len(FRAMES) + 5
    for name in files:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_tasks_cover_every_world_once_however_many_workers():
    cases = [CASE, REFORM, EARLY, CASE.with_(metal_prices="crash")]
    for workers, replications in itertools.product((1, 2, 5, 40), (1, 3)):
        found = arm_room.tasks([[case] for case in cases], list(range(replications)), workers, None)
        worlds = sorted((number, task[2]) for task in found for number, _ in task[0])
        assert worlds == sorted(itertools.product(range(4), range(replications)))
        assert all(task[0] for task in found)


def test_a_plain_script_needs_no_guard(tmp_path):
    """A program without `if __name__ == "__main__"` compares over several processes, which do not run it again."""
    script = tmp_path / "mine.py"
    script.write_text(
        "print('once')\nimport govmodel as gm\n"
        "case = gm.Case.load('china').with_(scale=200_000, until='2021-02')\n"
        "print(gm.compare(case, case.with_(levers={'fine': {'2021-01': 3.0}}), replications=2, workers=2))\n"
    )
    here = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=here)
    assert told.stdout.count("once") == 1 and "market (fine)" in told.stdout, told.stderr


def test_progress_counts_worlds():
    told = []
    gm.compare(CASE.with_(until="2025-01"), EARLY.with_(until="2025-01"), replications=2, workers=1,
               progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert told[-1] == (4, 4) and told == sorted(told)


def test_memory_gets_the_worlds_back():
    import gc

    gc.collect()
    gm.compare(CASE.with_(until="2025-01"), EARLY.with_(until="2025-01"), replications=2, workers=1)
    assert not [thing for thing in gc.get_objects() if type(thing) is gm.GovernanceModel and thing.until == 144]


def test_a_replication_has_the_same_parameter_set_in_every_arm(three, folder):
    """But for what an arm sets itself; the first has the case's own; a saved comparison knows."""
    short, own = CASE.with_(until="2025-01"), CASE.with_(until="2025-01", parameters={"life_bus": 2.0})
    found = gm.compare(short, own, replications=2, workers=1)
    one, two = (found.arm(label).parameters.query("replication == 1") for label in found.arms)
    assert set(one["parameter"]) - set(two["parameter"]) == {"life_bus"} and set(two["set"]) == {1}
    shared = one.set_index("parameter")["value"]
    assert (shared[two["parameter"]].to_numpy() == two["value"].to_numpy()).all()
    plain = gm.compare(short, own, replications=2, workers=1, ensemble=False)
    assert plain.arm(plain.arms[0]).parameters.empty and "parameters" not in plain.provenance["arms"][0]
    apart = [table.indicators["licensed_bid_lfp"].to_numpy() for table in (found, plain)]
    assert apart[0][0] == apart[1][0] and apart[0][1] != apart[1][1]
    again, label = gm.load_comparison(folder), three.arms[2]
    assert again.arm(label).case_of(1) == three.arm(label).case_of(1) != three.arm(label).case
    assert again.arm(label).pack(3, 1) == three.arm(label).pack(3, 1)


# labels


def test_labels_say_what_sets_arms_apart():
    labels = arm_room.labels_of([CASE, REFORM, CASE, CASE.with_(name="mine"), CASE.with_(name="mine")])
    assert labels == ["market", "market (subsidy=30, leasing)", "market 2", "market (mine)", "market (mine) 2"]
    many = CASE.with_(levers={"fine": 2.0, "inspection": 3.0, "subsidy": 1.0, "deposit": 2.0})
    assert arm_room.difference(many, CASE) == "subsidy=1, fine=2, inspection=3 and 1 more"
    assert arm_room.file_names(["market", "market 2", "market_2", "\u653f"]) == [
        "market",
        "market_2_2",
        "market_2_3",
        "arm",
    ]


# differences


def frame(values: np.ndarray, months=("2026-01", "2026-02", "2027-01"), **more) -> pd.DataFrame:
    """Make indicators of arms a, b, ...: (arms, replications) times the month's number, and further ones as given."""
    rows = []
    for arm, replication in np.ndindex(values.shape[:2]):
        for number, month in enumerate(months, 1):
            cells = {name: table[arm, replication] for name, table in more.items()}
            rows.append({"structure": "abcdef"[arm], "replication": replication, "month": month,
                         "fires": values[arm, replication] * number, **cells})  # fmt: skip
    return pd.DataFrame(rows)


def test_differences_are_paired_and_summed_up_by_each_indicators_own_rule():
    values = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0]])
    table = differences.differences(frame(values, workshops=values), ["a", "b"], 2026)
    assert list(table.columns) == list(differences.COLUMNS)
    fires = table[table["indicator"] == "fires"].set_index("period")
    assert list(fires.index) == ["2026", "2027", "2026-2027"]  # fires are summed, workshops counted at the end
    assert list(fires["difference"]) == [2 * 3.0, 2 * 3.0, 2 * 6.0] and set(fires["unit"]) == {"fires"}
    assert np.allclose(fires.loc["2026", ["low", "high"]].astype(float), np.quantile([3.0, 6.0, 18.0], [0.1, 0.9]))
    assert fires.loc["2026", "value"] == 12.0 and fires.loc["2026", "value_against"] == 6.0
    assert list(table.loc[table["indicator"] == "workshops", "difference"]) == [2.0] * 3
    assert set(table["positive"]) == {1.0} and set(table["verdict"]) == {ALIKE}  # three pairs say nothing yet


def test_every_arm_is_held_against_every_earlier_one():
    table = differences.differences(frame(np.arange(12.0).reshape(3, 4)), ["a", "b", "c"], 2026)
    assert set(zip(table["arm"], table["against"])) == {("b", "a"), ("c", "a"), ("c", "b")}


def test_the_sign_test_is_the_binomial():
    assert sign_test(5, 0) == 2 / 32 and sign_test(0, 6) == 2 / 64 and sign_test(3, 3) == 1.0 and sign_test(0, 0) == 1.0
    assert sign_test(FEWEST, 0) <= CHANCE < sign_test(FEWEST - 1, 0)


@pytest.mark.parametrize("size", [2, 5, 6, 10, 20, 50])
def test_false_alarms_are_rarer_than_promised(size):
    """Where arms differ by chance alone, whatever its distribution, at most one verdict in twenty says otherwise."""
    luck = np.random.default_rng(size)
    shape = (size, 4000)
    skew, coarse = luck.exponential(size=shape) - np.log(2.0), luck.integers(-1, 2, shape) * 1.0
    for drawn in (luck.normal(size=shape), luck.standard_cauchy(shape), skew, coarse):
        alarms = np.mean(paired(drawn, np.zeros_like(drawn))["verdict"] != ALIKE)
        assert alarms <= (CHANCE if size >= FEWEST else 0.0), alarms


def test_planted_differences_are_found():
    luck = np.random.default_rng(1)
    common = luck.normal(0.0, 100.0, (20, 500))  # what the arms share hides nothing, because they are paired
    own = luck.normal(size=(20, 500))
    told = paired(common + own + 4.0, common)
    assert set(told["verdict"]) == {HIGHER} and np.allclose(told["difference"], 4.0, atol=1.5)
    assert set(paired(common, common + own + 4.0)["verdict"]) == {LOWER}


def test_a_verdict_never_speaks_against_its_band():
    luck = np.random.default_rng(2)
    told = paired(luck.normal(0.8, 1.0, (20, 3000)), np.zeros((20, 3000)))
    assert ((told["verdict"] == HIGHER) == ((told["low"] > 0) & (told["chance"] <= CHANCE))).all()
    assert (told["low"] <= told["difference"]).all() and (told["difference"] <= told["high"]).all()


def test_what_has_no_value_is_left_out():
    values = np.array([[1.0, np.nan], [2.0, np.nan], [4.0, np.nan]])
    told = paired(values, np.zeros_like(values))
    assert list(told["replications"]) == [3, 0] and np.isnan(told["difference"][1]) and told["verdict"][1] == ALIKE
    assert paired(np.array([[1.0], [np.nan]]), np.zeros((2, 1)))["difference"][0] == 1.0


def test_nothing_differs_before_the_arms_do(three):
    assert "2024" not in set(three.differences["period"])
    later = gm.compare(CASE, REFORM, replications=1, workers=1)
    assert set(later.differences["period"]) == {"2026", "2027", "2026-2027"}
    assert set(three.differences["period"]) == {"2025", "2026", "2027", "2026-2027"}


def test_equal_arms_differ_in_nothing():
    same = gm.compare(CASE.with_(until="2026-02"), CASE.with_(until="2026-02"), replications=6, workers=1)
    assert same.arms == ["market", "market 2"]
    assert set(same.differences["verdict"]) == {ALIKE} and not same.differences["difference"].fillna(0.0).any()
    assert set(same.ranking["order"]) == {"market ~ market 2"}


# ranking


def test_seats_and_the_public_are_ranked_with_ties_where_bands_overlap(monkeypatch):
    for seat in SEATS:
        name = f"standing_{seat}"
        monkeypatch.setitem(INDICATORS, name, Indicator(name, "1", "", "", "mean"))
    luck = np.random.default_rng(3).normal(0.0, 0.01, (3, 20))
    level = np.array([[0.1], [0.5], [0.5]]) + luck
    standing = {f"standing_{seat}": level for seat in SEATS} | {"standing_workshops": -level}
    table = ranking.ranking(frame(level, formal_share=level, formal_gwh=level, released_gwh=level * 0 + 1, **standing),
                            ["a", "b", "c"]).set_index(["stakeholder", "measure"])  # fmt: skip
    assert [who for who, _ in table.index][: len(SEATS)] == list(SEATS)
    row = table.loc[("recyclers", "standing_recyclers")]
    assert row["order"] in ("b ~ c > a", "c ~ b > a") and (row["rank: a"], row["rank: b"], row["rank: c"]) == (3, 1, 1)
    assert table.loc[("workshops", "standing_workshops"), "leads"] == "a"
    fires = table.loc[("public", "fires")]
    assert fires["better"] == "lower" and fires["leads"] == "a"  # fewer fires are better
    public = table.loc[("public", "points")]
    assert public["better"] == "higher" and (public["rank: b"], public["rank: c"]) == (1, 1)


def test_points_count_the_arms_that_are_beaten():
    values = np.array([[[1.0], [2.0], [3.0]], [[5.0], [5.0], [np.nan]]])  # two indicators, three arms, one replication
    assert np.allclose(ranking.points(values)[:, 0], [(0 + 1.0) / 4, (1 + 1.0) / 4, (2 + 1.0) / 4])


# folders


def test_a_saved_comparison_loads_with_equal_tables(three, folder, tmp_path):
    loaded = gm.load_comparison(folder)
    assert (loaded.arms, loaded.seed, loaded.seeds) == (three.arms, three.seed, three.seeds)
    assert list(loaded.cases.values()) == list(three.cases.values()) and loaded.provenance == three.provenance
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(three, name))
    pd.testing.assert_frame_equal(loaded.differences, three.differences)
    copy = loaded.save(tmp_path / "copy")
    for path in folder.rglob("*.*"):
        assert path.read_bytes() == (copy / path.relative_to(folder)).read_bytes(), path.name


def test_payments_are_saved_as_their_table_has_them(three):
    """They are written without a text a cell being made; nobody can tell."""
    pieces = [piece.to_pandas() for piece in three._source.parts("ledger")]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), three.ledger)


def test_a_folder_says_what_was_compared(folder):
    made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert made["kind"] == "comparison" and [arm["structure"] for arm in made["arms"]][0] == "market"
    assert {arm["file"] for arm in made["arms"]} == {
        "cases/market.toml", "cases/market__subsidy_30__leasing.toml", "cases/market__inspection.toml"
    }  # fmt: skip
    assert gm.Case.load(folder / "case.toml") == CASE
    assert gm.Case.load(folder / "cases" / "market__inspection.toml") == EARLY


def test_folders_that_cannot_be_used_are_refused(three, folder, tmp_path):
    with pytest.raises(gm.InputError, match="holds another run"):
        three.save(folder)
    with pytest.raises(gm.InputError, match="load_comparison"):
        gm.load_run(folder)
    gm.run(CASE.with_(until="2025-01")).save(tmp_path / "run")
    with pytest.raises(gm.InputError, match="load_run"):
        gm.load_comparison(tmp_path / "run")
    copy = three.save(tmp_path / "copy")
    case = copy / "cases" / "market.toml"
    case.write_text(case.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(gm.InputError, match="was changed"):
        gm.load_comparison(copy)


def test_an_arm_tells_lives_and_reasons(three):
    arm = three.arm("market (inspection)")
    assert arm.pack(3, 1) == gm.run(EARLY, seed=4, replications=2).pack(3, 1)
    with pytest.raises(gm.InputError, match="market"):
        three.arm("markt")


# what cannot be compared


@pytest.mark.parametrize(
    "other, settings, said",
    [
        (CASE.with_(scale=100_000), {}, "compare: scale"),
        (CASE.with_(until="2027-05"), {}, "compare: until"),
        (CASE, {"replications": 0}, "replications"),
        (CASE, {"workers": 0}, "workers"),
        (CASE, {"seed": -1}, "seed"),
        ("nowhere.toml", {}, "no such file"),
    ],
)
def test_what_cannot_be_compared_is_refused(other, settings, said):
    with pytest.raises(gm.InputError, match=said):
        gm.compare(CASE, other, **settings)


def test_an_order_is_split_where_neighbours_can_be_told_apart():
    """Ties stand together, in the order in which they are given."""
    arms = ["a", "a b", "c"]
    assert order_groups(pd.Series({"order": "a b ~ c > a"}), arms) == [["a b", "c"], ["a"]]
    assert order_groups(pd.Series({"order": "c > a ~ a b"}), arms) == [["c"], ["a", "a b"]]
