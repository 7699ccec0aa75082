"""Attribution: planted answers are recovered, shares add up to the change, and luck is paired."""

import json

import numpy as np
import pytest

import govmodel as gm
from govmodel.foundations.errors import InputError
from govmodel.report.attribution import sentence
from govmodel.study import attribution as room
from tests.sweeps import finish

SHORT = gm.Case.load("china").with_(scale=200_000, start="2026-01", until="2026-04")
MONTHS = {"since": "2026-01", "until": "2026-04"}
MANY = {"subsidy": 10.0, "fine": 9.0, "deposit": 8.0, "inspection": 7.0, "outlet_duty": 6.0, "campaign": 5.0,
        "traceability": 0.4, "holder_reward": 3.0, "buyback_premium": 2.0, "mediation": 0.1}  # fmt: skip


@pytest.fixture
def game(monkeypatch):
    """Let a formula stand for the model: a function of the case and a seed."""

    def play(formula):
        def live_all(wanted, seeds, workers=1, report=None):
            return [np.array([[formula(one.case, seed) for seed in seeds]], float) for one in wanted]

        monkeypatch.setattr(room, "live_all", live_all)

    return play


def shares(found) -> dict:
    return found.table.set_index("part")["share"].to_dict()


def luck(seed: int) -> float:
    return (seed % 1009) / 1e4


def test_a_planted_answer_is_recovered_and_interplay_is_halved(game):
    """3 by the subsidy, -2 by the fine, 4 by subsidy and prices together: shares 5, -2 and 2."""

    def formula(case, seed):
        subsidy, crash = "subsidy" in case.own_levers, case.metal_prices == "crash"
        return 10 + luck(seed) + 3 * subsidy - 2 * ("fine" in case.own_levers) + 4 * (subsidy and crash)

    game(formula)
    other = SHORT.with_(levers={"subsidy": 20.0, "fine": 2.0}, metal_prices="crash")
    found = gm.attribute(SHORT, other, replications=8, **MONTHS)
    assert shares(found) == pytest.approx({"lever subsidy": 5, "lever fine": -2, "metal_prices": 2, "all": 5})
    assert list(found.table["part"]) == ["lever subsidy", "lever fine", "metal_prices", "all"]
    assert found.exact and found.worlds == 8
    assert list(found.table["verdict"]) == ["higher", "lower", "higher", "higher"]
    assert found.table["of_change"].tolist() == pytest.approx([1.0, -0.4, 0.4, 1.0])
    back = gm.attribute(other, SHORT, replications=2, **MONTHS)
    assert shares(back) == pytest.approx({name: -share for name, share in shares(found).items()})


def test_every_kind_of_difference_is_a_part(game):
    other = SHORT.with_(structure="collaborative", levers={"subsidy": 20.0}, parameters={"price_sensitivity": 0.04},
                        policies=["measures_2026"], without=["trust"], capacity="plant_list",
                        frozen=["deposit"])  # fmt: skip
    names = [
        "structure",
        "frozen",
        "policies",
        "lever subsidy",
        "parameter price_sensitivity",
        "without trust",
        "capacity",
    ]
    parts = room.parts_of(SHORT, other)
    assert list(parts) == names
    changes = list(parts.values())
    assert room.mixed(SHORT, other, changes, 0) == SHORT and room.mixed(SHORT, other, changes, 2**7 - 1) == other
    for case, mask in ((SHORT, 2**7 - 1), (other, 0)):  # from the other end too
        assert room.mixed(other, SHORT, list(room.parts_of(other, SHORT).values()), mask) == case
    alone = room.mixed(SHORT, other, changes, 1 << names.index("without trust"))
    assert alone.without == ("trust",) and alone.structure == "market"


def test_above_eight_parts_orders_are_drawn_and_shares_still_add_up(game):
    def formula(case, seed):
        size = sum(case.own_levers.values()) + luck(seed)
        return size + 6.0 * ("subsidy" in case.own_levers and "mediation" in case.own_levers)

    game(formula)
    found = gm.attribute(SHORT, SHORT.with_(levers=MANY), replications=2, **MONTHS)
    told = shares(found)
    assert not found.exact and found.orders == 16 and len(found.parts) == 10
    assert sum(share for part, share in told.items() if part != "all") == pytest.approx(told["all"])
    for name in ("fine", "deposit", "inspection", "campaign"):
        assert told[f"lever {name}"] == pytest.approx(MANY[name])
    assert told["lever subsidy"] == pytest.approx(13.0)  # an order and its reverse halve what two do together
    again = gm.attribute(SHORT, SHORT.with_(levers=MANY), replications=2, **MONTHS)
    assert again.table.equals(found.table)


def test_sampled_shares_come_near_the_exact_ones_and_say_how_near(game, monkeypatch):
    def formula(case, seed):
        on = [name in case.own_levers for name in MANY]
        return sum(on) ** 2 + 5.0 * (on[0] and on[1] and on[2]) - 3.0 * (on[3] and not on[4])

    game(formula)
    sampled = gm.attribute(SHORT, SHORT.with_(levers=MANY), replications=1, orders=64, **MONTHS)
    monkeypatch.setattr(room, "EXACT", 10)
    exact = gm.attribute(SHORT, SHORT.with_(levers=MANY), replications=1, **MONTHS)
    told = sampled.parts.set_index("part")
    apart = [abs(told.loc[part, "share"] - share) for part, share in shares(exact).items() if part != "all"]
    errors = [told.loc[part, "order_error"] for part in shares(exact) if part != "all"]
    assert max(apart) < 0.5 and all(gap <= 4 * error + 1e-9 for gap, error in zip(apart, errors))
    assert (exact.parts["order_error"] == 0).all()


def test_real_runs_add_up_to_the_difference_of_the_two_cases():
    other = SHORT.with_(levers={"subsidy": 40.0, "fine": 3.0}, structure="government_led")
    found = gm.attribute(SHORT, other, replications=2, seed=4, workers=1, **MONTHS)
    apart = []
    for seed in found.seeds:
        ends = [gm.run(case, seed=seed).indicators for case in (other, SHORT)]
        one, two = (table["formal_gwh"].sum() / table["released_gwh"].sum() for table in ends)
        apart.append(one - two)
    assert found.change == pytest.approx(np.mean(apart), abs=1e-12)
    assert found.parts["share"].sum() == pytest.approx(found.change, abs=1e-12)
    assert found.seeds[0] == 4 and set(found.table["verdict"]) == {
        "not distinguishable"
    }  # two replications are too few


def test_the_sentence_names_parts_in_two_languages(game):
    game(lambda case, seed: 1.0 * ("subsidy" in case.own_levers) + luck(seed))
    found = gm.attribute(SHORT, SHORT.with_(levers={"subsidy": 20.0}), replications=6, **MONTHS)
    assert "lever subsidy +1 (1 to 1, told from zero)" in sentence(found) and "Exact" in sentence(found)
    assert "lever subsidy +1（1 至 1，可与零区分）" in sentence(found, "zh")


def test_too_few_replications_claim_no_likeness_to_zero(game):
    """The table keeps its verdict; what is told of it is that nobody can tell."""
    game(lambda case, seed: 1.0 * ("subsidy" in case.own_levers) + luck(seed))
    found = gm.attribute(SHORT, SHORT.with_(levers={"subsidy": 20.0}), **MONTHS)
    assert set(found.table["verdict"]) == {"not distinguishable"} and len(found.seeds) == 5
    assert "too few replications to tell it from zero" in sentence(found)
    assert "无法判断是否异于零" in sentence(found, "zh") and "无法与零区分" not in sentence(found, "zh")


def test_what_cannot_be_shared_out_is_refused(game):
    game(lambda case, seed: float("nan"))
    other = SHORT.with_(levers={"subsidy": 20.0})
    for one, two, wishes, why in (
        (SHORT, SHORT, MONTHS, "two cases that differ"),
        (SHORT, other.with_(scale=100_000), MONTHS, "the same in every case"),
        (SHORT, other, MONTHS | {"indicator": "formal_shar"}, "formal_share"),
        (SHORT, other, {"until": "2035-12"}, "months within"),
        (SHORT, other, MONTHS, "every run gives"),
        (SHORT, other, MONTHS | {"orders": 1}, "orders"),
    ):
        with pytest.raises(InputError, match=why):
            gm.attribute(one, two, **wishes)


def test_the_command_prints_a_sentence_and_a_table(tmp_path):
    paths = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for path, case in zip(paths, (SHORT, SHORT.with_(levers={"subsidy": 40.0}))):
        case.save(path)
    wishes = ("--from", "2026-01", "--until", "2026-04", "--replications", 1, "--workers", 1, "--quiet")
    code, told, _ = finish("attribute", *paths, *wishes)
    assert code == 0 and "formal_share changes by" in told and "lever subsidy" in told
    assert "cannot tell" in told and "not distinguishable" not in told
    code, told, _ = finish("attribute", *paths, *wishes, "--json")
    assert [row["part"] for row in json.loads(told)] == ["lever subsidy", "all"]
    code, _, said = finish("attribute", paths[0], paths[0], *wishes)
    assert code == 2 and "two cases that differ" in said


def test_the_error_of_drawn_orders_counts_an_order_and_its_reverse_as_one_draw():
    """Ten orders are five draws: the standard error is that of the mean of five pairs."""
    worth = np.random.default_rng(1).normal(size=16)
    values = {mask: worth[mask : mask + 1] for mask in range(16)}
    orders = room.drawn_orders(4, 1, 5)
    pairs = np.array([room.sampled_shares(values, orders[at : at + 2])[0][:, 0] for at in range(0, 10, 2)])
    shares_, error = room.sampled_shares(values, orders)
    assert np.allclose(shares_[:, 0], pairs.mean(axis=0)) and error.max() > 0.0
    assert np.allclose(error, pairs.std(axis=0, ddof=1) / np.sqrt(5.0))
