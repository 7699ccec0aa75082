"""Structures: their files, what is refused in them, and rule zero: nothing but the table decides."""

import numpy as np
import pandas as pd
import pytest

import govmodel as gm
from govmodel.case import structures as room
from govmodel.case.levers import LEVERS, SEATS
from govmodel.facts.loading import FACTS_FOLDER
from govmodel.foundations.errors import InputError
from govmodel.snapshot import branch, state
from tests.worlds import CHINA, fingerprint, live

SMALL = CHINA.with_(start="2025-01", until="2028-12", scale=100_000)
PRESETS = ("market", "government_led", "enterprise_led", "collaborative")
BODY = {"meets_every": 3, "delay": 0, "rounds": 2, "convener": 0.5, "sees": "reported", "settles": "association",
        "pays": {"central_government": 1.0}}  # fmt: skip

SHORT, EVEN = {"provinces": 0.5, "recyclers": 0.4}, {"provinces": 0.5, "recyclers": 0.5}


def own(**changes) -> dict:
    """Write a structure of one's own that moves the subsidy."""
    right = {"rule": "majority", "weights": {"provinces": 0.5, "recyclers": 0.5}}
    frozen = [name for name in LEVERS if name != "subsidy"]
    return {"id": "mine", "frozen": frozen, "body": BODY, "levers": {"subsidy": right}} | changes


# files


@pytest.mark.parametrize("name", room.library())
def test_every_structure_of_the_library_is_whole_and_labelled(name):
    governing = room.load(name)
    assert governing.id == name and governing.title and governing.title_zh and governing.description_zh
    for stage in governing.stages:
        for right in stage.structure.levers.values():
            assert sum(right.weights.values()) == pytest.approx(1.0) and set(right.weights) <= set(SEATS)


def test_the_presets_are_there_and_the_market_moves_nothing():
    assert set(PRESETS) <= set(room.library())
    assert not room.load("market").stages[0].structure.levers
    assert CHINA.structure == "market"


@pytest.mark.parametrize("name", room.library())
def test_a_case_with_a_structure_is_saved_and_loads_to_the_same_hash(name, tmp_path):
    case = CHINA.with_(structure=name)
    case.save(tmp_path / "case.toml")
    again = gm.Case.load(tmp_path / "case.toml")
    assert again.hash == case.hash and again.structure == name


def test_an_edited_preset_travels_with_its_case(tmp_path):
    case = CHINA.with_(structure={"base": "collaborative", "body": {"convener": 0.0}, "frozen": ["subsidy"]})
    assert case.structure == "collaborative_edited"
    assert case.governing.stages[0].structure.convener == 0.0
    assert "subsidy" not in case.governing.stages[0].structure.levers
    case.save(tmp_path / "case.toml")
    again = gm.Case.load(tmp_path / "case.toml")
    assert again.hash == case.hash and again.structure == "collaborative_edited"
    assert case.hash != CHINA.with_(structure="collaborative").hash


def test_a_file_of_ones_own_is_read_by_its_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes((FACTS_FOLDER / "china" / "structures" / "enterprise_led.toml").read_bytes())
    text = path.read_text(encoding="utf-8").replace('id = "enterprise_led"', 'id = "mine"')
    path.write_text(text, encoding="utf-8")
    case = CHINA.with_(structure=str(path))
    assert case.structure == "mine" and case.hash == CHINA.with_(structure="enterprise-led").hash


def test_a_path_changes_who_governs():
    path = CHINA.with_(structure="maturing").governing
    first, last = path.stages[0], path.stages[-1]
    assert first.structure == room.load("government_led").stages[0].structure
    assert last.structure == room.load("collaborative").stages[0].structure
    assert path.at(first.until) == first.structure and path.at(first.until + 1) == last.structure
    assert path.at(first.month - 1) is None


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"levers": {"subsidy": {"rule": "majority", "weights": SHORT}}}, "subsidy.weights"),
        ({"levers": {"subsidy": {"rule": "vote", "weights": {"provinces": 1.0}}}}, "subsidy.rule"),
        ({"levers": {"subsidy": {"rule": "leader", "weights": EVEN}}}, "subsidy.weights"),
        ({"levers": {"subsidy": {"rule": "decree", "weights": {"province": 1.0}}}}, "subsidy.weights.province"),
        ({"levers": {"subsidy": {"rule": "decree"}}}, "subsidy.weights"),
        ({"levers": {"subsidies": {"rule": "decree", "weights": {"provinces": 1.0}}}}, "levers.subsidies"),
        ({"levers": {}}, "levers.subsidy"),
        ({"frozen": list(LEVERS)}, "levers.subsidy"),
        ({"frozen": "all"}, "frozen"),
        ({"frozen": ["subsidies"]}, "frozen"),
        ({"body": BODY | {"meets_every": 4}}, "body.meets_every"),
        ({"body": BODY | {"convener": 2.0}}, "body.convener"),
        ({"body": BODY | {"sees": "all"}}, "body.sees"),
        ({"body": BODY | {"settles": "king"}}, "body.settles"),
        ({"body": BODY | {"rounds": 4}}, "body.rounds"),
        ({"body": BODY | {"pays": {"provinces": 0.5}}}, "body.pays"),
        ({"body": {name: value for name, value in BODY.items() if name != "delay"}}, "body.delay"),
        ({"colour": "red"}, "colour"),
        ({"frozen": [["subsidy"]]}, "frozen"),
        ({"frozen": [{"a": 1}]}, "frozen"),
    ],
)  # fmt: skip
def test_a_wrong_structure_is_refused_with_its_cell(change, cell):
    with pytest.raises(InputError) as refused:
        CHINA.with_(structure=own(**change))
    assert cell in refused.value.field


@pytest.mark.parametrize("frozen", [["subsidy"], "all"])
@pytest.mark.parametrize("right", [{"rule": "decree", "weights": {"provinces": 1.0}}, {"rule": "none", "weights": 5}])
def test_an_edit_that_freezes_a_lever_and_decides_on_it_is_refused(frozen, right):
    table = {"base": "collaborative", "frozen": frozen, "levers": {"subsidy": right}}
    with pytest.raises(InputError, match="levers.subsidy: wanted a lever that is either frozen or decided on"):
        CHINA.with_(structure=table)


@pytest.mark.parametrize("text", ['base = "{}"', '[[path]]\nfrom = "2026-01"\nstructure = "{}"'])
@pytest.mark.parametrize("names", ["aa", "ab"])
def test_a_file_that_builds_on_itself_is_refused(text, names, tmp_path):
    paths = [tmp_path / f"{name}.toml" for name in names]
    for path, base in zip(paths, reversed(paths)):
        path.write_text(text.format(base.as_posix()), encoding="utf-8")
    with pytest.raises(InputError, match="a file that does not build on itself"):
        CHINA.with_(structure=str(paths[0]))


@pytest.mark.parametrize(
    ("stages", "cell"),
    [
        ([{"from": "2027-01", "structure": "collaborative"}], "path[0].from"),
        ([{"from": "2026-01", "until": "2027-12", "structure": "market"},
          {"from": "2028-03", "structure": "collaborative"}], "path[1].from"),
        ([{"from": "2026-01", "until": "2028-12", "structure": "market"},
          {"from": "2028-03", "structure": "collaborative"}], "path[1].from"),
        ([{"from": "2026-01", "until": "2030-12", "structure": "market"}], "path[0].until"),
        ([{"from": "2026-01", "structure": "maturing"}], "path[0].structure"),
        ([], "path"),
    ],
)  # fmt: skip
def test_a_path_with_a_gap_an_overlap_or_an_end_is_refused(stages, cell):
    with pytest.raises(InputError) as refused:
        CHINA.with_(structure={"id": "mine", "path": stages})
    assert cell in refused.value.field


def test_an_unknown_structure_is_refused_with_the_nearest_names():
    with pytest.raises(InputError, match="collaborative"):
        CHINA.with_(structure="colaborative")


# rule zero


def test_two_structures_with_equal_tables_and_different_names_give_identical_bytes():
    table = CHINA.with_(structure="collaborative").governing.to_dict("china")
    renamed = SMALL.with_(structure=table | {"id": "government_led", "title": "best of all"})
    plain = SMALL.with_(structure="collaborative")
    assert renamed.structure == "government_led" and renamed.hash == plain.hash
    assert fingerprint(live(renamed)) == fingerprint(live(plain))


def test_permuting_the_names_of_the_presets_permutes_the_results():
    prints = {name: fingerprint(live(SMALL.with_(structure=name))) for name in PRESETS}
    assert len(set(prints.values())) == len(PRESETS)
    for name, label in zip(PRESETS, (*PRESETS[1:], PRESETS[0])):
        table = room.load(name).to_dict("china") | {"id": label}
        assert fingerprint(live(SMALL.with_(structure=table))) == prints[name]


def test_presets_with_neutral_bodies_and_frozen_levers_give_identical_results():
    neutral = room.load("market").to_dict("china")["body"]
    prints = {
        fingerprint(live(SMALL.with_(structure={"base": name, "body": neutral, "frozen": "all"}))) for name in PRESETS
    }
    assert len(prints) == 1
    assert prints == {fingerprint(live(SMALL.with_(structure="market")))}


def test_frozen_levers_of_a_case_leave_nothing_to_decide():
    """A case may take every lever from whoever governs; then only who settles disputes, and what is seen, is left."""
    market, council = (live(SMALL.with_(structure=name, frozen="all")) for name in ("market", "collaborative"))
    assert not council.indicators["meetings"].any()
    names = [name for name in market.indicators if not name.startswith("satisfaction")]
    assert market.indicators[names].equals(council.indicators[names]), "both leave disputes to the association"
    assert np.array_equal(market.ledger.amounts, council.ledger.amounts)


def test_history_is_the_same_under_every_structure_and_a_branch_from_it_equals_the_full_run():
    trunk = gm.GovernanceModel(SMALL, rng=7)
    for _ in range(12):
        trunk.step()
    for name in PRESETS:
        case = SMALL.with_(structure=name)
        branched, full = branch(trunk, case), live(case)
        while branched.running:
            branched.step()
        one, other = state(branched), state(full)
        assert all(np.array_equal(one[key], other[key]) for key in one), name
        pd.testing.assert_frame_equal(branched.table("minutes"), full.table("minutes"))


def test_a_branch_under_another_structure_is_refused_once_bodies_govern():
    model = gm.GovernanceModel(SMALL, rng=7)
    for _ in range(20):
        model.step()
    with pytest.raises(InputError, match="structure"):
        branch(model, SMALL.with_(structure="collaborative"))


def test_an_edit_that_gives_a_frozen_lever_a_decider_thaws_it():
    """Under the market, where all is frozen, one lever with a decider is decided on and the others stay frozen."""
    right = {"rule": "decree", "weights": {"provinces": 1.0}}
    governing = room.parse({"base": "market", "levers": {"inspection": right}}, "china", "test")
    assert set(governing.stages[0].structure.levers) == {"inspection"}
