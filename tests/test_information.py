"""Information: who scans, what an authority believes, and the world through each subject's eyes."""

import numpy as np
import pytest

import govmodel as gm
from govmodel.actors.fates import DISPOSITIONS, LICENSED
from govmodel.facts import PROVINCES
from govmodel.mechanisms import information as rules
from govmodel.performance.views import subjects
from tests.worlds import CHINA, live, lived

SMALL = CHINA.with_(scale=20_000, until="2030-12")
P = CHINA.parameters


def scans(model, traceability=0.5):
    model._scan_key = None
    return model._scan_chances(traceability)


# who scans


def test_only_licensed_ends_are_scanned():
    chances = scans(lived(SMALL))
    assert chances.shape == (31, len(DISPOSITIONS))
    assert not chances[:, ~LICENSED].any() and (chances[:, LICENSED] > 0).all()


def test_chances_grow_with_the_lever_and_stay_chances():
    less, more = scans(lived(SMALL), 0.3), scans(lived(SMALL), 0.9)
    assert (more[:, LICENSED] > less[:, LICENSED]).all() and more.max() <= 1.0
    wild = rules.scan_chances(1.0, np.ones(3), np.full(31, 5.0))
    assert (wild == 1.0).all()


def test_makers_who_scan_half_of_what_is_due_lower_what_is_scanned_at_their_outlets():
    model = live(SMALL.with_(until="2021-03"))
    before = scans(model)
    model.makers_books.scanning = model.makers_books.scanning * np.where(np.arange(len(DISPOSITIONS)) < 4, 0.5, 1.0)
    after = scans(model)
    assert np.allclose(after[:, :4], before[:, :4] * 0.5) and (before[:, :4] > 0).all()
    assert np.array_equal(after[:, 4:], before[:, 4:])


def test_diligence_and_reach_count_each_where_it_belongs():
    careless = SMALL.with_(until="2021-03", parameters={"diligence_dismantler": 0.45, "reach_west": 0.3})
    before, after = scans(live(SMALL.with_(until="2021-03"))), scans(live(careless))
    factor = np.where(np.arange(len(DISPOSITIONS)) // 2 == 3, 0.5, 1.0)
    west = np.array([region == "west" for region in gm.facts.load("china").region])
    assert np.allclose(after[~west], before[~west] * factor)
    assert np.allclose(after[west], before[west] * factor * (0.3 / P["reach_west"]))


def test_without_information_everybody_licensed_scans_alike():
    model = live(SMALL.with_(without=("information",), levers={"information_sharing": {"2021-01": 1.0}}))
    assert np.array_equal(scans(model, 0.4), np.tile(0.4 * LICENSED, (31, 1)))
    assert model.market.handling == 1.0
    fires = [run.record.series["fires"] for run in (model, live(SMALL.with_(without=("information",))))]
    assert np.array_equal(*fires)


# what sharing saves


def test_sharing_saves_cost_against_2025():
    assert rules.handling(P["sharing_usual"], P) == 1.0
    assert rules.handling(1.0, P) < 1.0 < rules.handling(0.0, P)


@pytest.mark.parametrize("seed", [1, 2])
def test_shared_dismantling_data_raise_licensed_bids(seed):
    frames = [live(SMALL.with_(levers=levers), seed).indicators for levers in ({}, {"information_sharing": 1.0})]
    bids = [frame["licensed_bid_ncm"].iloc[66:].mean() for frame in frames]
    assert bids[1] > bids[0] + 0.3


# what an authority believes


def test_a_life_table_retires_all_that_was_sold_and_nothing_before():
    sold = np.zeros(400)
    sold[10] = 5.0
    gone = rules.assumed_retirements(sold, 5.0, 3.5)
    assert not gone[:10].any() and gone.sum() == pytest.approx(5.0) and gone.min() >= 0.0
    assert (np.arange(400) * gone).sum() / 5.0 - 10 == pytest.approx(60.0, abs=1.0)


def test_full_tracing_leaves_nothing_to_be_told_wrongly():
    true, false = np.array([3.0]), np.array([9.0])
    assert rules.believed_retired(1.0, true, false) == true and rules.told_received(1.0, true, false) == true
    assert rules.believed_retired(0.0, true, false) == false and rules.told_received(0.0, true, false) == false


@pytest.mark.parametrize("seed", [1, 2])
def test_traceability_narrows_the_gap_between_reported_and_true(seed):
    """Pattern 22: what the government sees differs from what is, the less the more is traced."""
    gaps = []
    for level in (0.0, 0.95):
        case = CHINA.with_(scale=5_000, until="2034-12", levers={"traceability": level})
        frame = live(case, seed).indicators.iloc[84:]
        years = frame.groupby(frame["month"].str[:4])[["told_gwh", "believed_gwh", "formal_gwh", "released_gwh"]].sum()
        gap = years["told_gwh"] / years["believed_gwh"] - years["formal_gwh"] / years["released_gwh"]
        gaps.append(gap.abs().mean())
    assert gaps[1] < gaps[0] - 0.01 and gaps[1] < 0.04


def test_a_plant_that_reports_too_much_deceives_where_nothing_is_traced():
    def reported(traceability):
        case = SMALL.with_(levers={"traceability": {"2021-01": traceability}})
        honest = live(case, 3)
        seen = honest.indicators["reported_formal_share"].iloc[60:].mean()
        honest.record.series["reported_worked"] *= 1.5
        return honest.indicators["reported_formal_share"].iloc[60:].mean() - seen

    assert reported(0.0) > 0.05 and reported(0.0) > 2 * reported(0.9) > -1e-9


# the world through somebody's eyes

RUN = gm.run(CHINA.with_(scale=20_000, until="2026-12"), seed=3)


@pytest.mark.parametrize(
    "subject", ["central_government", "GD", "XZ", "BYD", "CATL", "GEM", "GEM, Tianjin", "association", "public"]
)
def test_everybody_sees_something_and_says_how(subject):
    view = RUN.seen_by(subject)
    assert list(view.columns) == ["structure", "replication", "month", "indicator", "unit", "value", "source"]
    assert not view.duplicated(["month", "indicator"]).any() and view["source"].str.len().min() > 2
    assert set(view["month"]) == set(RUN.indicators["month"]) and view["month"].is_monotonic_increasing


def test_nobody_sees_the_truth_that_no_one_scans():
    """True shares, informal flows and the number of workshops are in no view."""
    model = lived(SMALL)
    hidden = {
        "formal_share",
        "informal_share",
        "formal_gwh",
        "informal_gwh",
        "released_gwh",
        "workshops",
        "reporting_gap",
    }
    for subject in subjects(model):
        assert not hidden & set(model.seen_by(subject)["indicator"]), subject


def test_provinces_see_their_own_scans_which_add_up_to_the_nations():
    national = RUN.seen_by("central_government").query("indicator == 'scanned_gwh'")["value"].to_numpy()
    parts = sum(RUN.seen_by(code).query("indicator == 'scanned_gwh'")["value"].to_numpy() for code in PROVINCES)
    assert (parts >= national - 1e-9).all() and parts.sum() < 1.1 * national.sum()


def test_own_books_are_the_ledgers():
    """The public purse is the centre's and the provinces' together; each sees its own."""
    purses = ("central_government", *PROVINCES)
    own = [RUN.seen_by(name).query("indicator == 'own_net'")["value"].to_numpy() for name in purses]
    assert np.allclose(sum(own), RUN.indicators["treasury_net"])


def test_who_makes_both_cars_and_batteries_has_its_money_once():
    model = lived(SMALL)
    firms = set(model.facts.automakers) & set(model.facts.battery_makers)
    assert "BYD" in firms
    for firm in firms:
        mine = [f"plant: {plant.name}" for plant in model.recyclers if firm in (plant.owner, plant.name)]
        mine += [f"automaker: {firm}", f"battery_maker: {firm}"]
        own = model.seen_by(firm).query("indicator == 'own_net'")["value"].to_numpy()
        assert np.allclose(own, model.ledger.net([name for name in mine if name in model.ledger.accounts]) / 1e8)


def test_plants_that_nobody_names_are_no_firm():
    """They stand for many owners, and nobody sees all their books."""
    with pytest.raises(gm.InputError, match="subject"):
        RUN.seen_by("unnamed")
    assert len(RUN.seen_by("Hubei plant 1"))


def test_unknown_subjects_are_refused_with_near_names():
    with pytest.raises(gm.InputError, match="Did you mean 'central_government'"):
        RUN.seen_by("central_goverment")
    with pytest.raises(gm.InputError, match="For example central_government"):
        RUN.seen_by("zzzz")
    with pytest.raises(gm.InputError, match="replication"):
        RUN.seen_by("public", replication=1)


def test_each_replication_has_eyes_of_its_own():
    run = gm.run(CHINA.with_(scale=50_000, until="2022-06"), seed=3, replications=2)
    one, other = run.seen_by("central_government"), run.seen_by("central_government", replication=1)
    assert set(other["replication"]) == {1} and not one["value"].equals(other["value"])
    alone = gm.run(run.case_of(1), seed=run.seeds[1]).seen_by("central_government")
    assert np.array_equal(alone["value"], other["value"], equal_nan=True)


def test_a_saved_run_sees_the_same(tmp_path):
    loaded = gm.load_run(RUN.save(tmp_path / "out"))
    assert loaded.seen_by("GD").equals(RUN.seen_by("GD"))


def test_looking_changes_nothing():
    before = RUN.indicators.copy()
    RUN.seen_by("association")
    assert RUN._source.worlds[0].model.indicators.equals(before.drop(columns=["structure", "replication"]))


def test_a_recycler_sees_what_waits_in_its_yard_and_not_what_it_worked():
    """Its own books tell received, worked, scrap and waiting apart, each from the record."""
    model = lived(SMALL)
    (plant,) = (i for i, one in enumerate(model.recyclers) if one.name == "GEM, Tianjin")
    view = model.seen_by("GEM, Tianjin").set_index("indicator")["value"]
    for name in ("received", "worked", "scrap", "waiting"):
        kt = getattr(model.record, name)[:, :, plant] @ model.facts.mass_per_kwh / 1e9
        assert np.allclose(view[f"own_{name}_kt"], kt), name
