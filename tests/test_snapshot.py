"""Snapshots: a branch equals the full run, or is refused."""

import numpy as np
import pytest

import govmodel as gm
from govmodel.foundations.calendar import month_name, month_number
from govmodel.snapshot import state

CASE = gm.Case.load("china").with_(scale=20000, until="2028-12")


def lived(case, months, seed=5):
    model = gm.GovernanceModel(case, rng=seed)
    for _ in range(months):
        model.step()
    return model


def live_on(model):
    while model.running:
        model.step()
    return model


def same(one, other):
    a, b = state(one), state(other)
    return sorted(a) == sorted(b) and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("months", [0, 1, 17, 60, 95])
def test_a_branch_equals_the_full_run(months):
    """Going on from any month, in the middle of a quarter or a year, gives the bytes of the run that never stopped."""
    full, branched = live_on(lived(CASE, months)), live_on(gm.branch(lived(CASE, months)))
    assert same(full, branched)
    assert full.indicators.equals(branched.indicators)


def test_a_branch_under_a_changed_lever_equals_that_case_from_the_start():
    """A lever that moves from 2027 on needs only be run from 2027 on."""
    changed = CASE.with_(levers={"subsidy": {"2027-01": 30.0}, "deposit": {"2027-03": 20.0}})
    branched = live_on(gm.branch(lived(CASE, 72), changed))
    assert same(live_on(gm.GovernanceModel(changed, rng=5)), branched)
    assert not same(live_on(lived(CASE, 72)), branched)


@pytest.mark.parametrize("months", [4, 7, 8, 10])
def test_a_branch_in_a_quarter_in_which_levers_move_equals_the_full_run(months):
    """What is worked out once a quarter does not remember more than a branch can know."""
    moves = {"information_sharing": "2026-08", "vat_relief": "2026-11", "fine": "2026-08", "inspection": "2026-05"}
    case = CASE.with_(
        start="2026-01",
        until="2027-03",
        levers={name: {"2026-01": 0.1, when: 1.0} for name, when in moves.items()},
    )
    assert same(live_on(lived(case, months)), live_on(gm.branch(lived(case, months))))


def test_a_branch_leaves_the_trunk_alone():
    """Living on in the branch changes nothing in the model it came from."""
    trunk = lived(CASE, 30)
    before = state(trunk)
    live_on(gm.branch(trunk))
    after = state(trunk)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_saved_month_lives_on(tmp_path):
    """A snapshot in a file gives the same run as one in memory, and is never overwritten."""
    file = tmp_path / "2025-12.npz"
    trunk = lived(CASE, 60)
    gm.save_month(trunk, file)
    assert same(live_on(gm.load_month(file)), live_on(trunk))
    before = file.read_bytes()
    with pytest.raises(gm.InputError, match="does not exist yet"):
        gm.save_month(trunk, file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levers": {"subsidy": {"2023-01": 30.0}}}, "lever subsidy"),
        ({"scale": 10000}, "scale"),
        ({"until": "2027-02"}, r"until: wanted .*\('2028-12'\); got '2027-02'"),
        ({"parameters": {"patience": 6}}, "parameter patience"),
    ],
)
def test_a_branch_refuses_another_past(change, said):
    """A case that differs before the month of the branch is refused, naming what differs."""
    with pytest.raises(gm.InputError, match=said):
        gm.branch(lived(CASE, 60), CASE.with_(**change))


# a body that has met: what it decided on may have hung on a law that was still to come

COUNCIL = CASE.with_(scale=100_000, structure="collaborative")


def last_decision(model, lever):
    """Give the lever's last decision so far, (meeting's month, month in force), as month numbers."""
    table = model.table("minutes")
    row = table[table["lever"] == lever].iloc[-1]
    return month_number(row["month"]), month_number(row["in_force"])


@pytest.mark.parametrize("lever", ["standards", "subsidy"])
def test_a_branch_refuses_a_law_that_a_past_decision_would_have_reckoned_with(lever):
    """Whoever decides before a law comes into force starts from the law's value; after the decision it may differ."""
    trunk = lived(COUNCIL, 66)
    met, force = last_decision(trunk, lever)
    assert met < trunk.month <= force
    near, far = (COUNCIL.with_(levers={lever: {month_name(month): 0.9}}) for month in (force, force + 1))
    with pytest.raises(gm.InputError, match=f"branch: lever {lever}.*up to {month_name(force)}") as told:
        gm.branch(trunk, near)
    assert f"in {month_name(met)}" in told.value.remedy and f"after {month_name(force)}" in told.value.remedy
    whole = live_on(lived(near, 66))
    table = whole.table("minutes")
    decided = table[(table["lever"] == lever) & (table["month"] == month_name(met))]
    assert (decided["old"] == 0.9).all()  # so the refusal is right: the full run's meeting began from the law's value
    assert same(live_on(gm.branch(trunk, far)), live_on(gm.GovernanceModel(far, rng=5)))


def test_a_branch_refuses_to_take_a_lever_from_a_body_that_has_met():
    """A lever that is frozen from the start was never the body's; one that no structure moves may be named freely."""
    trunk = lived(COUNCIL, 66)
    with pytest.raises(gm.InputError, match="branch: frozen.*another answer for standards"):
        gm.branch(trunk, COUNCIL.with_(frozen=["standards"]))
    early = COUNCIL.with_(frozen=["standards"])
    assert same(live_on(gm.branch(lived(COUNCIL, 60), early)), live_on(gm.GovernanceModel(early, rng=5)))
    gm.branch(lived(CASE, 66), CASE.with_(frozen=["standards"]))  # under the market nobody moves anything


def test_a_torn_snapshot_is_refused(tmp_path):
    """A file cut short is refused with a reason, as is one that is missing."""
    file = tmp_path / "torn.npz"
    gm.save_month(lived(CASE, 3), file)
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(gm.InputError, match="cannot be read"):
        gm.load_month(file)
    with pytest.raises(gm.InputError, match="no such file"):
        gm.load_month(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "lost",
    ["holders:gone", "numbers", "waiting:due", "events:packs", "record:rows", "series:levers", "part:council:rows"],
)
def test_a_file_of_an_earlier_version_is_refused_by_the_name_of_what_it_lacks(lost, tmp_path):
    """What a model needs to live on and a file does not hold is named, and no traceback is shown."""
    file = tmp_path / "old.npz"
    gm.save_month(lived(CASE.with_(scale=200_000), 3), file)
    with np.load(file) as held:
        assert lost in held
        np.savez(tmp_path / "older.npz", **{name: held[name] for name in held if name != lost})
    with pytest.raises(gm.InputError, match=f"written by this version; got '.*without {lost}"):
        gm.load_month(tmp_path / "older.npz")


@pytest.mark.parametrize("wrong", [0, 5, "china", {}])
def test_what_is_no_case_and_no_model_is_refused(wrong, tmp_path):
    model, file = lived(CASE.with_(scale=200_000), 0), tmp_path / "month.npz"
    gm.save_month(model, file)
    for what in (lambda: gm.branch(model, wrong), lambda: gm.load_month(file, wrong)):
        with pytest.raises(gm.InputError, match="case: wanted a Case"):
            what()
    with pytest.raises(gm.InputError, match="model: wanted a GovernanceModel"):
        gm.save_month(wrong, tmp_path / "other.npz")
