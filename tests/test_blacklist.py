"""The association's blacklist: rules by hand, what it deters, whom it shuns, and that without its lever it is not."""

import numpy as np
import pytest

import govmodel as gm
from govmodel.actors.association import Association
from govmodel.foundations import parameters as parameter_room
from govmodel.mechanisms import blacklist as rules
from tests.worlds import CHINA, lived

P = parameter_room.numbers()
LAX = {"penalty_clause": 0.0}  # no clause, so that the list alone disciplines
BASE = CHINA.with_(scale=20_000, start="2024-01", until="2029-12")
LISTING = {"mediation": 1.0, "information_sharing": 0.8, "contract_coverage": 0.6}


def test_whoever_breaks_its_word_often_and_in_a_large_part_stands_on_the_list_for_a_while():
    register = np.array([[30.0, 6.0, 100.0, 0.0], [8.0, 2.0, 9.0, 0.0]])  # months under contract, breaches settled
    assert rules.offends(register, P).tolist() == [True, False, False, False]  # too few; too small a part; nothing
    left = rules.put_down(np.array([0.0, 1.0, 4.0, 0.0]), np.array([True, False, False, False]), P)
    assert left.tolist() == [P["blacklist_quarters"], 0.0, 3.0, 0.0]
    later = rules.remember(register, np.full(4, 3.0), np.ones(4), 0.9)
    assert later[0].tolist() == pytest.approx([30.0, 8.4, 93.0, 3.0])
    assert later[1].tolist() == pytest.approx([8.2, 2.8, 9.1, 1.0])


def test_what_a_breach_may_cost_grows_with_mediation_and_with_who_hears():
    some = rules.months_at_stake(0.5, 0.5, P)
    assert rules.months_at_stake(0.6, 0.5, P) > some < rules.months_at_stake(0.5, 0.6, P)
    assert rules.months_at_stake(0.0, 1.0, P) == rules.months_at_stake(1.0, 0.0, P) == 0.0
    assert rules.months_at_stake(1.0, 1.0, P | {"blacklist_quarters": 0.0}) == 0.0
    assert rules.months_at_stake(1.0, 1.0, P | {"blacklist_breaches": 1.0}) == 3.0 * P["blacklist_quarters"]


class World:
    """As much of a world as an association needs, and not one mechanism more."""

    def __init__(self, *without: str, **parameters: float):
        self.parameters, self.without = P | parameters, without

    def register_agent(self, agent) -> None:
        """Take nobody in."""

    def active(self, mechanism: str) -> bool:
        """Say whether a mechanism is at work."""
        return mechanism not in self.without


def association(monkeypatch, *without: str, **parameters: float) -> Association:
    """Make an association with three sources and two plants as members."""
    monkeypatch.setattr("mesa.Agent.__init__", lambda self, model: setattr(self, "model", model))
    return Association(World(*without, **parameters), 3, 2)


def test_only_what_was_settled_is_entered_and_an_entry_is_made_good(monkeypatch):
    book = association(monkeypatch)
    source, plant = np.array([0, 1, 2]), np.array([0, 0, 1])
    broken, mediated = np.zeros((3, 2, 3), bool), np.zeros((3, 3), bool)
    broken[:, 0, 0], mediated[:, 0] = True, True  # source 0 breaks three times, and the association settles it
    broken[:, 0, 1] = True  # so does source 1, and nobody hears of it
    book.keep_list(source, plant, broken, mediated)
    assert [side.tolist() for side in book.listed] == [[True, False, False], [False, False]]
    assert book.register[0][:, 0].tolist() == [0.0, 0.0] and book.register[0][:, 1].tolist() == [3.0, 0.0]
    for quarter in range(int(P["blacklist_quarters"])):
        assert book.listed[0][0], quarter
        book.keep_list(source, plant, np.zeros_like(broken), np.zeros_like(mediated))
    assert not book.listed[0].any()
    copy = association(monkeypatch)
    copy.restore(book.state())
    assert all(np.array_equal(one, two) for one, two in zip(copy.register + copy.left, book.register + book.left))


@pytest.mark.parametrize("off", [("trust",), None])
def test_without_trust_or_without_quarters_there_is_no_list(monkeypatch, off):
    book = association(monkeypatch, *off) if off else association(monkeypatch, blacklist_quarters=0.0)
    source = plant = np.zeros(1, int)
    for _ in range(4):
        book.keep_list(source, plant, np.ones((3, 2, 1), bool), np.ones((3, 1), bool))
    assert not any(side.any() for side in book.listed) and book.at_stake(1.0, 1.0) == 0.0


def told(case, seed: int) -> dict[str, float]:
    """Give the list's length and the share of broken contracts from 2027 on."""
    table = gm.run(case, seed=seed).indicators
    table = table[table["month"] >= "2027"]
    return {"listed": table["blacklisted"].mean(), "broken": table["breaches"].sum() / table["contracts"].sum()}


def test_the_list_deters_where_members_hear_of_it_and_only_there():
    """Paired runs: with sharing the list takes a third or more off the breaches, without it none at all."""
    for shared, least in ((0.8, 0.3), (0.0, 0.0)):
        case = BASE.with_(levers=LISTING | {"information_sharing": shared}, parameters=LAX)
        with_list = [told(case, seed) for seed in (0, 1)]
        without = [told(case.with_(parameters={"blacklist_quarters": 0.0}), seed) for seed in (0, 1)]
        broken = [np.mean([one["broken"] for one in runs]) for runs in (with_list, without)]
        assert all(one["listed"] > 0.0 for one in with_list) and not any(one["listed"] for one in without)
        assert broken[0] <= broken[1] * (1.0 - least) and (least or broken[0] == broken[1])


def test_without_mediators_nobody_is_listed_and_nothing_moves():
    """The baseline of today has none: the list's numbers change no byte of it."""
    case = BASE.with_(until="2026-12", levers={"information_sharing": 0.8})
    runs = [gm.run(case.with_(parameters={"blacklist_quarters": quarters})) for quarters in (0.0, 12.0)]
    for name in ("indicators", "flows", "ledger", "contracts"):
        assert getattr(runs[0], name).equals(getattr(runs[1], name)), name
    assert not runs[1].indicators["blacklisted"].any()


def test_who_has_heard_signs_nothing_with_who_is_listed(monkeypatch):
    """If everybody hears, a listed plant gets no new contract but with its owner, and a listed source signs none."""
    case = BASE.with_(until="2027-03", levers=LISTING | {"information_sharing": 1.0}, parameters=LAX)
    model, met = gm.GovernanceModel(case, rng=1), 0
    while model.running:
        before = len(model.contracts.table)
        model.step()
        book = model.contracts
        sources, plants = book.association.listed
        new = book.table[before:]
        own = book.sources.own[new["source"], new["plant"]]
        assert not ((sources[new["source"]] | plants[new["plant"]]) & ~own).any()
        met += int(sources.sum() + plants.sum())
    assert met > 10
    unheard = BASE.with_(until="2027-03", levers=LISTING, parameters=LAX, without=("information",))
    quiet = lived(unheard, 1)
    signed = [name for name in ("sources", "plants") if quiet.contracts.association.state()[f"listed_{name}"].any()]
    assert signed and quiet.contracts._shared == 0.0


def test_a_branch_in_the_middle_of_a_list_equals_the_run():
    case = BASE.with_(until="2027-06", levers=LISTING, parameters=LAX)
    whole, half = lived(case, 2), gm.GovernanceModel(case, rng=2)
    for _ in range(37):
        half.step()
    assert any(side.any() for side in half.contracts.association.listed)
    other = gm.branch(half)
    while other.running:
        other.step()
    assert other.indicators.equals(whole.indicators) and whole.indicators["blacklisted"].any()
