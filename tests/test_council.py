"""The council: what seats see, ask and decide, what comes into force when, and what it costs."""

import numpy as np
import pandas as pd
import pytest

import govmodel as gm
from govmodel.case import structures as structure_room
from govmodel.case.levers import LEVERS, SEATS
from govmodel.foundations.calendar import month_number
from govmodel.structures import demands, goals, talks
from govmodel.structures.minutes import KEPT_WAYS, sentences
from tests.worlds import CHINA, fingerprint, live, lived

P = CHINA.parameters
SMALL = CHINA.with_(until="2029-12", scale=50_000)
COUNCIL = SMALL.with_(structure="collaborative")


# the tables


def test_every_lever_is_asked_for_by_somebody_and_every_goal_asks_for_something():
    size = demands.load().size
    assert (size != 0).any(axis=0).all() and (size != 0).any(axis=1).all()
    assert len(goals.load()) == size.shape[0] and len(LEVERS) == size.shape[1]


def test_most_levers_are_wanted_both_ways():
    size = demands.load().size
    both = (size > 0).any(axis=0) & (size < 0).any(axis=0)
    assert both.sum() >= len(LEVERS) - 3


def test_a_goal_that_is_met_asks_for_nothing_and_a_missed_one_for_its_row():
    size, seat_of = demands.load().size, np.array([SEATS.index(goal.seat) for goal in goals.load()])
    nothing, _ = demands.asked(size, np.zeros(len(size)), seat_of)
    assert not nothing.any()
    for goal in range(len(size)):
        short = np.zeros(len(size))
        short[goal] = 0.5
        wish, main = demands.asked(size, short, seat_of)
        assert np.allclose(wish[:, seat_of[goal]], 0.5 * size[goal])
        assert np.delete(wish, seat_of[goal], axis=1).any() == False  # noqa: E712
        assert (main[size[goal] != 0, seat_of[goal]] == goal).all()


# talks


def sit(positions, weights, rule, rounds=3, convener=0.0, trust=0.5, content=0.0, p=P):
    """Let seats talk about one lever; returns what is put, whether it is agreed, where they stand, and the rounds."""
    seats = len(positions)
    gives = talks.give(np.full(seats, trust), np.full(seats, content), convener, p)
    settled, put, agreed, used = talks.talk(
        np.array([positions]), np.array([weights]), np.array([rule]), gives, convener, rounds, p
    )
    return put[0], agreed[0], settled[0], used[0]


def test_decree_is_the_first_seats_wish_and_nobody_talks():
    put, agreed, settled, used = sit([0.4, -1.0, 0.9], [0.6, 0.2, 0.2], talks.DECREE)
    assert (put, agreed, used) == (0.4, True, 0) and settled[1] == -1.0


def test_a_leader_hears_the_others_once():
    put, agreed, _, used = sit([0.4, -1.0], [0.6, 0.4], talks.LEADER)
    assert agreed and used == 1 and -0.16 < put < 0.4


def test_a_majority_follows_the_middle_seat_and_needs_more_than_half_of_the_weight():
    put, agreed, _, _ = sit([0.5, 0.5, -1.0], [0.3, 0.3, 0.4], talks.MAJORITY, rounds=0)
    assert put == 0.5 and agreed
    _, agreed, _, _ = sit([1.0, 0.0, -1.0], [0.3, 0.3, 0.4], talks.MAJORITY, rounds=0)
    assert not agreed


def test_consensus_needs_every_seat_that_wishes_something():
    _, agreed, _, _ = sit([0.5, 0.5, -0.5], [0.45, 0.45, 0.1], talks.CONSENSUS, rounds=0)
    assert not agreed
    _, agreed, _, _ = sit([0.5, 0.45, 0.55], [0.4, 0.3, 0.3], talks.CONSENSUS, rounds=0)
    assert agreed
    _, agreed, settled, _ = sit([0.5, 0.5, -0.5], [0.5, 0.5, 0.0], talks.CONSENSUS, rounds=0)
    assert agreed, "a seat without a say cannot block"


@pytest.mark.parametrize("helps", ["trust", "convener", "rounds"])
def test_trust_a_convener_and_more_rounds_bring_seats_closer(helps):
    settings = {"trust": dict(trust=0.9), "convener": dict(convener=1.0), "rounds": dict(rounds=3)}[helps]
    less = {"trust": dict(trust=0.2), "convener": {}, "rounds": dict(rounds=1)}[helps]

    def spread(**given):
        return np.ptp(sit([1.0, -1.0], [0.5, 0.5], talks.CONSENSUS, **given)[2])

    assert spread(**settings) < spread(**less)


def test_who_is_content_without_an_agreement_gives_way_less():
    content = talks.give(np.full(2, 0.5), np.array([0.0, 1.0]), 0.0, P)
    assert content[1] < content[0]
    level = talks.give(np.full(2, 0.5), np.array([0.0, 1.0]), 0.0, dict(P) | {"exit_weight": 0.0})
    assert level[0] == level[1]


def test_a_convener_levels_uneven_weights():
    weights = np.array([[0.8, 0.1, 0.1]])
    alone, led = talks.influence(weights, 0.0, P), talks.influence(weights, 1.0, P)
    assert np.allclose(alone, weights) and led[0, 0] < 0.8 and np.isclose(led.sum(), 1.0)


def test_bigger_councils_agree_less():
    """With wishes drawn alike, the more seats wish something, the rarer is consensus (Scott and others 2019)."""
    rng = np.random.default_rng(3)
    agreed = {}
    for seats in (2, 4, 8):
        wishes = rng.uniform(-0.5, 0.5, (2000, seats))
        weights = np.full((2000, seats), 1.0 / seats)
        gives = talks.give(np.full(seats, 0.5), np.full(seats, 0.5), 0.0, P)
        agreed[seats] = talks.talk(wishes, weights, np.full(2000, talks.CONSENSUS), gives, 0.0, 3, P)[2].mean()
    assert agreed[2] > agreed[4] > agreed[8]


# the body at work


def test_nobody_meets_under_the_market_or_before_2026():
    assert not lived(SMALL).table("minutes").size and not lived(SMALL).indicators["meetings"].any()
    model = lived(COUNCIL)
    met = model.indicators.set_index("month")["meetings"]
    assert not met[:"2025-12"].any()
    assert (met["2026-01":] > 0).sum() == 16  # every quarter of four years


def test_levers_move_by_a_step_at_most_within_bounds_and_after_notice():
    model = lived(COUNCIL)
    for _, row in model.table("minutes").iterrows():
        lever = LEVERS[row["lever"]]
        assert abs(row["new"] - row["old"]) <= lever.step + 1e-9
        low, high = min(lever.bounds[0], row["old"]), max(lever.bounds[1], row["old"])
        assert low <= row["new"] <= high
        if row["outcome"] != "moved":
            assert row["new"] == row["old"]
        assert row["in_force"] > row["month"]
    assert set(model.table("minutes")["outcome"]) <= set(KEPT_WAYS)


def test_what_was_decided_is_in_force_from_the_month_that_the_minutes_say():
    model = lived(COUNCIL)
    values = model.indicators.set_index("month")
    table = model.table("minutes")
    moved = table[(table["outcome"] == "moved") & (table["in_force"] <= "2029-12")].drop_duplicates(
        ["meeting", "lever"]
    )
    assert len(moved) > 5
    for _, row in moved.iterrows():
        assert values.loc[row["in_force"], f"lever_{row['lever']}"] == pytest.approx(row["new"], abs=1e-12)


def test_a_law_resets_its_lever_on_its_date_and_a_body_moves_it_afterwards():
    policy = {"subsidy": {"2026-01": 10.0, "2028-01": 30.0}}
    case = SMALL.with_(structure="government_led", levers=policy, scale=200_000)
    values = lived(case).indicators.set_index("month")["lever_subsidy"]
    assert values["2028-01"] == 30.0
    assert values["2027-12"] != 10.0, "the body moved it before"
    assert values["2029-12"] != 30.0, "and after"


def test_a_decision_taken_before_a_law_moves_on_from_the_law():
    """What was decided in 2026-03 for 2026-11 starts from what the law of 2026-04 sets, and does not undo it."""
    minutes = lived(COUNCIL).table("minutes").drop_duplicates(["month", "lever"])
    early = minutes[(minutes["month"] < "2026-04") & (minutes["in_force"] >= "2026-04")].set_index("lever")
    assert dict(early["old"][["traceability", "whole_vehicle_scrapping"]]) == {
        "traceability": 0.6,
        "whole_vehicle_scrapping": 0.6,
    }
    assert early["new"]["whole_vehicle_scrapping"] > 0.6


def test_a_lever_that_is_frozen_stays():
    case = COUNCIL.with_(frozen=["buyback_premium"], scale=200_000)
    assert lived(case).indicators["lever_buyback_premium"].nunique() == 1
    assert "buyback_premium" not in set(lived(case).table("minutes")["lever"])


def test_deposits_and_leases_that_a_body_sets_count_for_packs_sold_from_then_on():
    right = {"rule": "decree", "weights": {"consumers": 1.0}}
    edits = {"deposit": right, "leasing": {"rule": "decree", "weights": {"battery_makers": 1.0}}}
    base = structure_room.load("market").to_dict("china")
    table = {"id": "two", "body": base["body"], "levers": edits, "frozen": [n for n in LEVERS if n not in edits]}
    case = CHINA.with_(structure=table, scale=100_000, until="2031-12")
    model = live(case)
    values = model.indicators.set_index("month")
    assert np.allclose(model.deposit_by_sale[model.start : model.until + 1, 0], values["lever_deposit"])
    moved = values["lever_leasing"] != values["lever_leasing"].iloc[0]
    assert moved.any()
    month = model.start + int(np.flatnonzero(moved)[-1])
    usual = CHINA.with_(scale=100_000, until="2031-12")
    assert (model.holders.fleet._leased_cut != live(usual).holders.fleet._leased_cut)[4 * month : 4 * month + 4].any()


def test_what_governing_costs_is_paid_by_those_whom_the_structure_names():
    model = lived(COUNCIL)
    books = model.table("ledger")
    paid = books[books["purpose"] == "platform"]
    payers = set(paid["payer"])
    assert "treasury" in payers and any(name.startswith("battery_maker: ") for name in payers)
    table = model.indicators
    assert table["platform_cost"].sum() == pytest.approx(paid[paid["payee"] == "governing_pool"]["yuan"].sum() / 1e6)
    assert (table["governance_cost"] >= table["platform_cost"] + table["talks_cost"] - 1e-9).all()
    pool = model.ledger.net(["governing_pool"])
    assert not pool.any(), "what comes in goes out in the same month"


def test_costs_of_levers_are_shared_where_a_structure_says_so():
    shared = {"base": "government_led", "levers": {"subsidy": {"pays": {"central_government": 0.5, "automakers": 0.5}}}}
    case = SMALL.with_(structure=shared, levers={"subsidy": 20.0}, scale=200_000)
    books = lived(case).table("ledger")
    back = books[books["purpose"] == "shared cost of levers"]
    assert set(back[back["payee"] != "governing_pool"]["payee"]) == {"treasury"}
    spent = books[(books["purpose"] == "subsidy") & (books["month"] < "2029-10")]["yuan"].sum()
    returned = back[back["payee"] == "treasury"]["yuan"].sum()
    assert returned == pytest.approx(0.5 * spent, rel=0.02)


def test_who_bears_what_a_lever_costs_does_not_hang_on_whether_it_may_move():
    shared = {"base": "government_led", "levers": {"subsidy": {"pays": {"central_government": 0.5, "automakers": 0.5}}}}
    case = CHINA.with_(until="2028-12", scale=200_000, structure=shared, levers={"subsidy": 20.0}, frozen=["subsidy"])
    books = live(case).table("ledger")
    assert (books["purpose"] == "shared cost of levers").any()


def test_pooled_books_show_more_of_the_licensed_share_than_scans_alone():
    model = lived(SMALL)
    truth = model.council.now
    own, reported, pooled = (model.council.sight.seen(truth, sees) for sees in range(3))
    share = model.council.shared
    assert own[share][0] < pooled[share][0]
    assert np.array_equal(own[~share], truth[~share])
    assert reported[share][0] > 0


def test_standing_is_measured_from_2025_with_one_yardstick():
    table = lived(SMALL).indicators.set_index("month")
    columns = [f"standing_{seat}" for seat in SEATS]
    assert not table.loc[:"2024-12", columns].to_numpy().any()
    assert table.loc["2026-03":, columns].to_numpy().any()
    assert (table[columns].abs() <= 1).all().all()
    assert np.allclose(table["satisfaction_min"], table[[f"satisfaction_{seat}" for seat in SEATS]].min(axis=1))


def test_legitimacy_grows_where_seats_are_heard_and_its_zero_leaves_no_trace():
    """With the parameter at zero, who was heard changes nothing but what is written about it."""
    assert lived(COUNCIL).indicators["legitimacy"].iloc[-1] > 0.1
    assert not lived(SMALL).indicators["legitimacy"].any()
    silent = COUNCIL.with_(parameters={"legitimacy": 0.0}, scale=200_000)
    deaf = silent.with_(parameters={"legitimacy_speed": 0.0})
    columns = ["formal_share", "informal_share", "governance_cost", "fires"]
    one, other = lived(silent).indicators, lived(deaf).indicators
    assert one["legitimacy"].any() and not other["legitimacy"].any()
    assert one[columns].equals(other[columns])
    loud = lived(COUNCIL.with_(parameters={"legitimacy": 1.0}, scale=200_000)).indicators
    assert not loud[columns].equals(one[columns])


def test_content_seats_without_ambition_ask_less():
    still = COUNCIL.with_(parameters={"ambition": 0.0}, scale=200_000)
    keen = COUNCIL.with_(parameters={"ambition": 0.5}, scale=200_000)
    asked = [lived(case).indicators["levers_tabled"].sum() for case in (still, keen)]
    assert asked[0] < asked[1]


def test_nobody_hears_a_dispute_where_nobody_settles():
    alone = {"base": "market", "body": {"settles": "nobody"}}
    case = SMALL.with_(structure=alone, levers={"mediation": 1.0}, scale=100_000)
    after = lived(case).indicators.set_index("month")["2026-01":]
    with_courts = lived(case.with_(structure="market")).indicators.set_index("month")["2026-01":]
    assert not after["mediated"].sum() and with_courts["mediated"].sum() > 0


# minutes


def test_minutes_are_told_in_both_languages():
    table = lived(COUNCIL).table("minutes")
    part = table[table["month"] == "2027-03"]
    english, chinese = sentences(part), sentences(part, "zh")
    assert len(english) == len(chinese) == 1 + part["lever"].nunique()
    assert english[0].startswith("2027-03") and "asked for" in " ".join(english)
    assert "要求" in "".join(chinese) and "None" not in "".join(english + chinese)


def test_minutes_are_saved_and_told_on_the_command_line(tmp_path):
    from typer.testing import CliRunner

    from govmodel.cli import app

    run = gm.run(COUNCIL.with_(scale=200_000, until="2027-06"), seed=1)
    run.save(tmp_path / "run")
    pd.testing.assert_frame_equal(gm.load_run(tmp_path / "run").minutes, run.minutes, check_dtype=False)
    told = CliRunner().invoke(app, ["minutes", str(tmp_path / "run"), "--month", "2027-03"])
    assert told.exit_code == 0 and "2027-03, meeting" in told.stdout
    wrong = CliRunner().invoke(app, ["minutes", str(tmp_path / "run"), "--month", "2027-04"])
    assert wrong.exit_code == 2 and "2027-06" in wrong.output
    nobody = gm.run(SMALL.with_(scale=200_000, until="2021-03"), seed=1)
    nobody.save(tmp_path / "market")
    told = CliRunner().invoke(app, ["minutes", str(tmp_path / "market")])
    assert told.exit_code == 0 and "Nobody met" in told.stdout


def test_the_body_leaves_the_same_bytes_twice():
    case = COUNCIL.with_(scale=200_000)
    assert fingerprint(live(case)) == fingerprint(live(case))


def test_a_majority_talks_only_where_those_who_ask_are_a_quorum():
    """Seats that ask for a lever decided by majority hold the quorum of its weight; without a quorum, fewer do."""

    def least(quorum: float) -> float:
        table = lived(COUNCIL.with_(parameters={"quorum": quorum}, scale=200_000)).table("minutes")
        asking = table[(table["rule"] == "majority") & (table["asked"].abs() >= P["asks_least"])]
        return asking.groupby(["month", "lever"])["weight"].sum().min()

    assert least(0.5) >= 0.5 > least(0.0)


def test_every_round_of_talk_after_the_first_defers_what_is_decided():
    """In force is the month after the meeting, later by the lever's notice, the body's delay and each further round."""
    case = COUNCIL.with_(parameters={"round_months": 2.0}, scale=200_000)
    table, delay = lived(case).table("minutes"), structure_room.load("collaborative").stages[0].structure.delay
    assert set(table["rounds"]) >= {1, 2}
    for _, row in table.iterrows():
        later = 1 + LEVERS[row["lever"]].notice + delay + 2 * max(row["rounds"] - 1, 0)
        assert month_number(row["in_force"]) == month_number(row["month"]) + later


def test_a_decision_that_comes_into_force_with_a_law_starts_from_that_law():
    """A law that moves the lever in the very month in which a decision comes into force is what it starts from."""
    case = COUNCIL.with_(scale=200_000)
    table = lived(case).table("minutes")
    still = [name for name in LEVERS if np.ptp(case.lever_path(name)[60:]) == 0]  # no law moves these
    early = table[(table["month"] == "2026-03") & (table["outcome"] == "moved")]
    first = early[early["lever"].isin(still)].iloc[0]
    law = LEVERS[first["lever"]].bounds[1]
    assert first["old"] != law
    again = lived(case.with_(levers={first["lever"]: {first["in_force"]: law}})).table("minutes")
    same = again[(again["month"] == "2026-03") & (again["lever"] == first["lever"])]
    assert (same["in_force"] == first["in_force"]).all() and (same["old"] == law).all()


def test_legitimacy_weighs_having_a_say_by_the_voice_and_getting_ones_way_by_the_rest():
    """Where only having a say counts, the council is more legitimate than where only what is granted does."""
    alone = {share: COUNCIL.with_(parameters={"voice": share}, scale=200_000) for share in (0.0, 1.0)}
    ends = {share: lived(case).indicators["legitimacy"].iloc[-1] for share, case in alone.items()}
    assert ends[1.0] > 2.0 * ends[0.0] > 0.0
