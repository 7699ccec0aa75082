"""Analyses: known answers are found through the whole path; wrong or incomplete sweeps are refused with a reason."""

import json
import math
import re

import numpy as np
import pandas as pd
import pytest

import govmodel as gm
from govmodel.foundations.errors import InputError
from govmodel.study import live_one as worker
from govmodel.study import sweep as room
from govmodel.study.front import undominated
from tests.sweeps import finish, tables, write_study

for _package in ("SALib", "ema_workbench", "pymoo"):
    pytest.importorskip(_package, reason="THE EXTRA study IS NOT THERE: pip install 'govmodel[study]' to test analyses")

# levers stand for the inputs of formulas: each with its highest value
LEVERS = {"subsidy": 300.0, "fine": 20.0, "deposit": 300.0, "inspection": 24.0, "outlet_duty": 50.0, "campaign": 5000.0}


def units(run, count: int) -> list[float]:
    """Give the first levers of a run as places in the unit cube."""
    return [run.factors[name] / high for name, high in list(LEVERS.items())[:count]]


def ishigami(run) -> float:
    a, b, c = (math.pi * (2 * u - 1) for u in units(run, 3))
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


A = (0.0, 1.0, 4.5, 99.0)  # of the g-function: the smaller the more a factor matters


def g_function(run) -> float:
    return math.prod((abs(4 * u - 2) + a) / (1 + a) for u, a in zip(units(run, 4), A))


def planted(run) -> float:
    a, b, _ = units(run, 3)
    return float(a > 0.6 and b < 0.5 and run.factors["metal_prices"] == "crash")


@pytest.fixture
def swept(tmp_path, monkeypatch):
    """Sweep a formula instead of the model; everything else is as it is."""

    def sweep(formula, factors=3, words=(), structures=("market",), replications=1, outcomes=("y",), **design):
        def measured(run):
            told = formula(run)
            told = told if isinstance(told, dict) else {"y": told}
            return {"outcomes": told, "series": []}

        monkeypatch.setattr(worker, "_measured", measured)
        study = {
            "question": "What does the formula show?",
            "structures": list(structures),
            "replications": replications,
            "design": design,
            "factors": [
                {"name": name, "kind": "lever", "range": [0.0, high]} for name, high in list(LEVERS.items())[:factors]
            ]
            + [{"name": name, "kind": "scenario", "values": ["central", "crash"]} for name in words],
            "outcomes": [{"name": name, "indicator": "formal_share"} for name in outcomes],
        }
        out = tmp_path / f"sweep{len(list(tmp_path.iterdir()))}"
        assert room.sweep(study, out, engine="serial").failed == 0
        return out

    return sweep


def index_of(table: pd.DataFrame, index: str) -> dict:
    return table[table["index"] == index].set_index("factor")["value"].to_dict()


# known answers


def test_sobol_finds_the_indices_of_ishigami(swept):
    """Exact: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437 (Ishigami and Homma 1990)."""
    found = gm.analyse(swept(ishigami, method="sobol", size=512), "sobol")
    first, total = index_of(found.table, "first"), index_of(found.table, "total")
    assert list(first.values()) == pytest.approx([0.3139, 0.4424, 0.0], abs=0.05)
    assert list(total.values()) == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.05)
    bands = found.table[found.table["index"] == "total"]
    assert (bands["low"] < [0.5576, 0.4424, 0.2437]).all() and (bands["high"] > [0.5576, 0.4424, 0.2437]).all()
    assert "subsidy matters most" in found.sentences["en"] and "subsidy 影响最大" in found.sentences["zh"]


def test_sobol_finds_the_indices_of_the_g_function(swept):
    """Exact by V_i = 1/3 (1 + a_i)^-2, V = prod(1 + V_i) - 1 (Sobol' 1993)."""
    parts = [1 / 3 / (1 + a) ** 2 for a in A]
    whole = math.prod(1 + v for v in parts) - 1
    found = gm.analyse(swept(g_function, factors=4, method="sobol", size=512), "sobol")
    assert list(index_of(found.table, "first").values()) == pytest.approx([v / whole for v in parts], abs=0.05)
    total = [v * math.prod(1 + w for w in parts if w is not v) / whole for v in parts]
    assert list(index_of(found.table, "total").values()) == pytest.approx(total, abs=0.06)


def test_sobol_sees_that_two_factors_work_only_together(swept):
    def formula(run):
        a, b = units(run, 2)
        return (a - 0.5) * (b - 0.5)

    table = gm.analyse(swept(formula, factors=2, method="sobol", size=512, second_order=True), "sobol").table
    assert table[table["index"] == "second"]["value"].item() == pytest.approx(1.0, abs=0.1)
    assert max(index_of(table, "first").values()) < 0.1


def test_morris_ranks_and_sees_signs_and_bends(swept):
    found = gm.analyse(
        swept(lambda run: 3 * (u := units(run, 3))[0] - u[1] + 0 * u[2], method="morris", size=12), "morris"
    )
    assert index_of(found.table, "mu_star") == pytest.approx({"subsidy": 3.0, "fine": 1.0, "deposit": 0.0})
    assert index_of(found.table, "mu") == pytest.approx({"subsidy": 3.0, "fine": -1.0, "deposit": 0.0})
    assert index_of(found.table, "sigma") == pytest.approx({"subsidy": 0.0, "fine": 0.0, "deposit": 0.0}, abs=1e-9)
    bent = gm.analyse(swept(ishigami, method="morris", size=40, levels=8), "morris")
    assert min(index_of(bent.table, "sigma").values()) > 1.0


def test_prim_finds_a_planted_box(swept):
    folder = swept(planted, words=["metal_prices"], method="latin_hypercube", size=400)
    found = gm.analyse(folder, "prim", above=0.5)
    rows = found.table.set_index("factor")
    assert list(rows.index[rows["restricted"]]) == ["subsidy", "fine", "metal_prices"]
    assert rows.loc["subsidy", "low"] / LEVERS["subsidy"] == pytest.approx(0.6, abs=0.05)
    assert rows.loc["fine", "high"] / LEVERS["fine"] == pytest.approx(0.5, abs=0.05)
    assert rows.loc["metal_prices", "values"] == "crash"
    assert (rows["coverage"] > 0.9).all() and (rows["density"] > 0.9).all()
    assert (rows.loc[rows["restricted"], "chance"] < 1e-3).all()
    below = gm.analyse(folder, "prim", below=0.5)
    assert (below.table["of_interest"] + rows["of_interest"].iloc[0] == 400).all()


def test_prim_and_features_find_the_structure_where_that_is_what_matters(swept):
    def formula(run):
        return units(run, 1)[0] + 2.0 * (run.structure == "collaborative")

    folder = swept(formula, structures=("market", "collaborative"), method="latin_hypercube", size=60)
    assert gm.analyse(folder, "features").table["factor"].iloc[0] == "structure"
    box = gm.analyse(folder, "prim", above=1.5).table.set_index("factor")
    assert box.loc["structure", "values"] == "collaborative" and not box.loc["fine", "restricted"]


def test_prim_explains_where_one_arm_falls_behind_another(swept):
    def formula(run):
        return (run.structure == "collaborative") * (0.5 - units(run, 2)[1])

    folder = swept(formula, structures=("market", "collaborative"), method="latin_hypercube", size=200)
    found = gm.analyse(folder, "prim", structure="collaborative", against="market", below=0.0)
    rows = found.table.set_index("factor")
    assert rows.loc["fine", "low"] / LEVERS["fine"] == pytest.approx(0.5, abs=0.05)
    assert list(rows.index[rows["restricted"]]) == ["fine"] and "less that under market" in found.sentence


def test_features_rank_what_matters_and_are_the_same_again(swept):
    folder = swept(lambda run: 3 * units(run, 3)[0] + units(run, 3)[1], method="latin_hypercube", size=120)
    found = gm.analyse(folder, "features")
    assert list(found.table["factor"]) == ["subsidy", "fine", "deposit"]
    assert found.table["value"].sum() == pytest.approx(1.0)
    first = found.table.iloc[0]  # the outcome rises with it: least in its lowest third, most in its highest
    lowest, highest = (float(first[name].split(" to ")[1]) / LEVERS["subsidy"] for name in ("least_at", "most_at"))
    assert lowest == pytest.approx(1 / 3, abs=0.02) and highest == pytest.approx(1.0, abs=0.02)
    assert first["least"] == pytest.approx(1.0, abs=0.2) and first["most"] == pytest.approx(3.0, abs=0.2)
    assert first["most_at"] in found.sentences["en"] and first["least_at"] in found.sentences["zh"]
    again = gm.analyse(folder, "features")
    assert again.table.equals(found.table)


def test_pareto_marks_what_nothing_beats(swept):
    def formula(run):
        u = units(run, 1)[0]
        return {"y": u - (run.structure == "market"), "cost": u**2}

    folder = swept(formula, factors=1, structures=("market", "collaborative"), outcomes=("y", "cost"),
                   method="latin_hypercube", size=20)  # fmt: skip
    found = gm.analyse(folder, "pareto", maximise=["y"], minimise=["cost"])
    front = found.table[found.table["on_front"]]
    assert len(found.table) == 40 and len(front) == 20 and set(front["structure"]) == {"collaborative"}
    assert "20 of 40 candidates" in found.sentence
    assert list(undominated(np.array([[1, 2], [2, 1], [2, 2], [1, 2]]))) == [True, True, False, True]


def test_pareto_of_a_search_knows_what_it_searched_for(swept):
    folder = swept(lambda run: {"y": units(run, 1)[0], "cost": units(run, 1)[0] ** 2}, factors=1,
                   outcomes=("y", "cost"), method="search", population=8, generations=3, maximise=["y"],
                   minimise=["cost"])  # fmt: skip
    found = gm.analyse(folder, "pareto")
    assert found.table["on_front"].all()
    with pytest.raises(InputError, match="Its points lie"):
        gm.analyse(folder, "prim", above=0.5)


def test_pairs_follow_the_rule_of_every_comparison(swept):
    """Eight replications that agree are enough; a point at which arms are alike says so."""

    def formula(run):
        luck = (run.seed % 97) / 1e4
        return luck + (run.structure == "collaborative") * (0.1 if run.point == 0 else 0.0) + run.replication

    folder = swept(formula, factors=0, words=["metal_prices"], structures=("market", "collaborative"),
                   replications=8, method="factorial")  # fmt: skip
    found = gm.analyse(folder)
    rows = found.table.set_index("point")
    assert rows["verdict"].to_dict() == {"all": "higher", "0": "higher", "1": "not distinguishable"}
    assert rows.loc["0", "difference"] == pytest.approx(0.1) and rows.loc["all", "difference"] == pytest.approx(0.05)
    assert rows.loc["1", "metal_prices"] == "crash"
    assert "higher at 1, lower at 0, not distinguishable at 1 of 2 points" in found.sentence


# files


def test_every_kind_leaves_table_figure_and_page_and_makes_the_same_bytes_again(swept):
    arms = ("market", "collaborative")
    folder = swept(lambda run: units(run, 2)[0] + (run.structure == "market"), factors=2, words=["metal_prices"],
                   structures=arms, replications=2, method="latin_hypercube", size=24)  # fmt: skip
    for kind, wishes in (("features", {}), ("prim", {"above": 0.8}), ("pairs", {})):
        found = gm.analyse(folder, kind, **wishes)
        assert found.figure_path.read_bytes().startswith(b"\x89PNG") and found.page_path.is_file()
        assert pd.read_csv(found.table_path.with_suffix(".csv")).shape == found.table.shape
        page = found.page_path.read_text(encoding="utf-8")
        assert (
            found.sentences["en"] in page
            and found.sentences["zh"] in page
            and f"govmodel analyse {folder.name}" in page
        )
        assert not re.search("[\u4e00-\u9fff]", found.sentences["en"]) and re.search(
            "[\u4e00-\u9fff]", found.sentences["zh"]
        )
        before = {path.name: path.read_bytes() for path in (folder / "analysis").iterdir()}
        gm.analyse(folder, kind, **wishes)
        assert before == {path.name: path.read_bytes() for path in (folder / "analysis").iterdir()}
    assert not list((folder / "analysis").glob(".*"))
    chinese = gm.analyse(folder, "features", lang="zh")
    assert chinese.sentence == chinese.sentences["zh"]


def test_an_analysis_leaves_the_sweep_as_it_was(swept):
    folder = swept(ishigami, method="latin_hypercube", size=30)
    before = tables(folder)
    gm.analyse(folder, "features")
    assert tables(folder) == before


# refusals


def test_wrong_designs_are_refused_with_a_reason(swept):
    folder = swept(ishigami, method="latin_hypercube", size=30)
    for kind, why in (("sobol", "design sobol"), ("morris", "design morris"), ("pairs", "two arms"),
                      ("pareto", "at least two outcomes"), ("prim", "--above or --below"),
                      ("sobl", "one of")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            gm.analyse(folder, kind)
    for wishes, why in (({"outcome": "z"}, "an outcome of the study"), ({"structure": "marke"}, "an arm"),
                        ({"against": "market"}, "another arm"), ({"colour": 1}, "a wish")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            gm.analyse(folder, "features", **wishes)
    with pytest.raises(InputError, match="tells points apart"):
        gm.analyse(folder, "prim", above=1e9)
    with pytest.raises(InputError, match="at least 20 points"):
        gm.analyse(swept(ishigami, method="latin_hypercube", size=8), "features")
    assert not (folder / "analysis").exists()


def test_a_sweep_with_a_hole_is_refused(swept, tmp_path, monkeypatch):
    """A missing value makes SALib give zeros without a word: so no run may be missing, failed or without a value."""
    folder = swept(lambda run: None if run.point == 3 else 1.0 * run.point, method="sobol", size=8)
    with pytest.raises(InputError, match="none in 1 runs"):
        gm.analyse(folder, "sobol")
    study = write_study(tmp_path)
    monkeypatch.setattr(worker, "_measured", lambda run: {"outcomes": {"licensed": 1.0}, "series": []})
    room.sweep(study, tmp_path / "part", engine="serial", limit=4)
    with pytest.raises(InputError, match="4 of 6 done, 0 failed"):
        gm.analyse(tmp_path / "part", "pairs")

    def fails(run):
        raise ValueError("a planted mistake")

    monkeypatch.setattr(worker, "_measured", fails)
    room.sweep(study, tmp_path / "part", engine="serial")
    with pytest.raises(InputError, match="4 of 6 done, 2 failed"):
        gm.analyse(tmp_path / "part", "pairs")


def test_tables_that_are_not_those_of_the_ledger_are_refused(swept):
    folder = swept(ishigami, method="latin_hypercube", size=30)
    path = folder / "results" / "runs.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    with pytest.raises(InputError, match="--export"):
        gm.analyse(folder, "features")
    path.unlink()
    with pytest.raises(InputError, match="--export"):
        gm.analyse(folder, "features")
    path.write_bytes(whole)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"done": 29}))
    with pytest.raises(InputError, match="--export"):
        gm.analyse(folder, "features")
    with pytest.raises(InputError, match="no ledger"):
        gm.analyse(folder / "results", "features")


def test_points_that_are_not_those_of_the_design_are_refused(swept, monkeypatch):
    folder = swept(ishigami, method="sobol", size=8)
    from govmodel.study import results

    real = results.points
    monkeypatch.setattr(results, "points", lambda study: real(study)[::-1])
    with pytest.raises(InputError, match="each in its row"):
        gm.analyse(folder, "sobol")


def test_an_outcome_that_does_not_vary_has_no_indices(swept):
    found = gm.analyse(swept(lambda run: 1.0, method="sobol", size=8), "sobol")
    assert found.table["value"].isna().all() and "does not vary" in found.sentence


def test_the_command_says_the_sentence_and_where_the_page_is(swept, tmp_path):
    folder = swept(ishigami, method="latin_hypercube", size=40)
    code, told, _ = finish("analyse", folder, "features", "prim", "--above", 5, "--lang", "zh")
    assert code == 0 and "最能说明" in told and "prim-above_5.md" in told
    code, _, said = finish("analyse", folder, "sobol")
    assert code == 2 and "design sobol" in said and "Traceback" not in said


def test_pareto_shows_the_spread_of_replications_around_the_mean(swept):
    """The lower end of a candidate's band stands under the upper one, with the mean between them."""

    def formula(run):
        return {"y": units(run, 1)[0] + run.replication, "cost": units(run, 1)[0] - run.replication}

    folder = swept(formula, factors=1, outcomes=("y", "cost"), method="latin_hypercube", size=8, replications=3)
    table = gm.analyse(folder, "pareto", maximise=["y"], minimise=["cost"]).table
    for name in ("y", "cost"):
        assert np.allclose(table[f"{name}_low"], table[name] - 0.8)
        assert np.allclose(table[f"{name}_high"], table[name] + 0.8)
