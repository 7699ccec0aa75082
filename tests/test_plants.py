"""Plants: tonnes of capacity, a queue in watt-hours, a limit on safe storage; nothing is lost, size does not matter."""

import numpy as np
import pytest

from govmodel import facts
from govmodel.chain.plants import Plants
from govmodel.foundations.calendar import month_number
from tests.worlds import CHINA, lived

COUNTRY = facts.load("china")
P = CHINA.parameters
COUNT = len(COUNTRY.plants)
MASS = COUNTRY.mass_per_kwh
MONTH = month_number("2030-06")  # every plant of the list is open
ROUNDING = COUNT  # watt-hours: each part is rounded down, and the largest plant takes what is left over
NONE = np.zeros((31, 2), np.int64)


def plants(month: int = MONTH, **parameters) -> Plants:
    """Build the plants as they are open in a month."""
    built = Plants(COUNTRY, dict(P) | parameters, "nominal")
    built.open_plants(month)
    return built


def shares(built: Plants, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random shares of all plants, and of battery makers' own ones, in every province."""
    luck = np.random.default_rng(seed)
    return luck.dirichlet(np.full(COUNT, 0.5), (31, 2)), luck.dirichlet(np.full(len(built.makers), 0.5), (31, 2))


def arrivals(wh: float, seed: int = 1) -> np.ndarray:
    """Draw watt-hours that arrive from every province."""
    return (np.random.default_rng(seed).random((31, 2)) * wh).astype(np.int64)


def tonnes(wh_by_plant: np.ndarray) -> np.ndarray:
    """Mass of energy by plant: kg/kWh is g/Wh."""
    return MASS @ wh_by_plant / 1e6


# units and opening


@pytest.mark.parametrize("series", ["nominal", "plant_list"])
def test_open_capacity_is_the_series_of_the_country(series):
    """Open plants together have the country's capacity: a year's value at its end, a straight line in between."""
    built = Plants(COUNTRY, P, series)
    listed = COUNTRY.capacity[series]
    for year in (2021, 2024, 2030, 2035):
        built.open_plants(month_number(f"{year}-12"))
        assert built.capacity_t.sum() == pytest.approx(listed[year - 2013], rel=1e-12)
        built.open_plants(month_number(f"{year}-06"))
        assert built.capacity_t.sum() == pytest.approx((listed[year - 2013] + listed[year - 2014]) / 2, rel=1e-12)


def test_a_plant_opens_in_its_month():
    """Before it opens a plant has no capacity, from then on its part of the list."""
    late = max(COUNTRY.plants, key=lambda plant: plant.opens)
    index, opens = COUNTRY.plants.index(late), late.opens
    assert plants(opens - 1).capacity_t[index] == 0
    after = plants(opens).capacity_t
    listed = np.array([plant.capacity_t * (plant.opens <= opens) for plant in COUNTRY.plants])
    assert after / after.sum() == pytest.approx(listed / listed.sum(), rel=1e-12)


def test_a_month_of_full_work_is_a_twelfth_of_the_yearly_tonnes():
    """A plant with a long queue works a twelfth of its capacity, in tonnes of packs."""
    built = plants()
    built.waiting[:] = (built.capacity_t * 1e6 / MASS.mean()).astype(np.int64)
    worked, _ = built.process(np.zeros(2, np.int64))
    assert tonnes(worked) == pytest.approx(built.capacity_t / 12, rel=1e-6, abs=1e-3)


# reception


def test_what_fits_is_received_whole():
    """With room everywhere all that arrives is received, by the shares, and nothing is turned away."""
    built = plants()
    arriving = arrivals(1e6)
    share, own = shares(built)
    reception = built.receive(arriving, share, NONE, own)
    assert not reception.turned_away.any()
    assert np.array_equal(reception.parts.sum(axis=-1), arriving)
    assert np.array_equal(reception.received, reception.parts.sum(axis=0))
    assert np.array_equal(built.waiting, reception.received)
    assert np.abs(reception.parts - arriving[:, :, None] * share).max() <= ROUNDING
    assert np.quantile(np.abs(reception.parts - arriving[:, :, None] * share), 0.98) < 1.0


def test_battery_makers_packs_go_to_their_own_plants():
    """What battery makers' outlets collect enters only plants that they own, but for rounding."""
    built = plants()
    share, own = shares(built)
    arriving = arrivals(1e5)
    reception = built.receive(NONE, share, arriving, own)
    others = np.setdiff1d(np.arange(COUNT), built.makers)
    assert {COUNTRY.plants[i].owner_kind for i in built.makers} == {"battery_maker"}
    assert reception.received[:, others].sum() <= 31 * 2 * ROUNDING
    assert reception.received.sum() == arriving.sum()


@pytest.mark.parametrize("wh", [1e6, 1e9, 3e10, 1e12])
@pytest.mark.parametrize("seed", range(3))
def test_energy_is_conserved_and_the_safe_limit_holds(wh, seed):
    """Month after month: arrived = received + turned away, received = worked + waiting, and no yard above its limit."""
    built = plants()
    share, own = shares(built, seed)
    limit = built.capacity_t / 12 * P["safe_storage_months"]
    total_in, total_worked = np.zeros(2, np.int64), np.zeros(2, np.int64)
    turned_away = 0
    for month in range(8):
        arriving, makers = arrivals(wh, 10 * seed + month), arrivals(wh / 5, 100 + month)
        reception = built.receive(arriving, share, makers, own)
        assert np.array_equal(reception.parts.sum(axis=-1) + reception.turned_away, arriving + makers)
        assert reception.parts.min() >= 0 and reception.turned_away.min() >= 0
        assert (tonnes(built.waiting) <= limit * (1 + 1e-12) + 1e-9).all()
        turned_away += int(reception.turned_away.sum())
        worked, scrap = built.process(np.array([10**8, 10**8]))
        assert worked.min() >= 0 and built.waiting.min() >= 0
        assert np.array_equal(scrap.sum(axis=-1), [10**8, 10**8])
        within = np.maximum(built.capacity_t / 12, tonnes(scrap))
        assert (tonnes(worked + scrap) <= within * (1 + 1e-12) + 1e-9).all()
        total_in += reception.received.sum(axis=-1)
        total_worked += worked.sum(axis=-1)
    assert np.array_equal(total_in, total_worked + built.waiting.sum(axis=-1))
    assert (turned_away > 0) == (wh >= 1e9)


def test_a_full_plant_turns_everything_away():
    """A plant whose yard is at its limit takes nothing more until it has worked."""
    built = plants()
    share = np.zeros((31, 2, COUNT))
    open_now = int(np.argmax(built.capacity_t))
    share[:, :, open_now] = 1.0
    _, own = shares(built)
    built.receive(arrivals(1e12), share, NONE, own)
    assert built.room_g[open_now] < 31 * 2 * 8  # grams left by rounding 62 flows to whole watt-hours
    again = built.receive(arrivals(1e9), share, NONE, own)
    assert again.received.sum() < 100
    built.process(np.zeros(2, np.int64))
    assert built.receive(arrivals(1e12), share, NONE, own).received.sum() > 1e6


def test_a_closed_plant_takes_nothing():
    """A plant that has not opened has no room, whatever is sent to it."""
    late = max(range(COUNT), key=lambda i: COUNTRY.plants[i].opens)
    built = plants(COUNTRY.plants[late].opens - 1)
    share = np.zeros((31, 2, COUNT))
    share[:, :, late] = 1.0
    arriving = arrivals(1e6)
    reception = built.receive(arriving, share, NONE, shares(built)[1])
    assert not reception.received.any()
    assert np.array_equal(reception.turned_away, arriving)


@pytest.mark.parametrize("wh", [1e6, 1e9, 2e11])
def test_an_arrival_is_divisible(wh):
    """Two halves of an arrival leave the plants as the whole does, to within rounding: size does not matter."""
    whole, halves = plants(), plants()
    share, own = shares(whole)
    half, makers = arrivals(wh), arrivals(wh / 7, 3)
    one = whole.receive(2 * half, share, 2 * makers, own)
    two = [halves.receive(half, share, makers, own) for _ in range(2)]
    # each of 31 x 2 flows is rounded once or twice to whole watt-hours, and again where a plant is full
    assert np.abs(whole.waiting - halves.waiting).max() <= 31 * 2 * ROUNDING * 2
    assert np.abs(whole.waiting - halves.waiting).mean() <= 31 * 2 * 4
    away = sum(part.turned_away for part in two)
    assert np.abs(one.turned_away - away).max() <= ROUNDING * 8


def test_a_pack_that_stands_for_many_is_split_among_plants():
    """One enormous arrival is shared out like many small ones, so that coarse scales carry no bias."""
    built = plants()
    share, own = shares(built)
    arriving = NONE.copy()
    arriving[18, 0] = 50_000_000  # Guangdong: fifty thousand kWh in one simulated pack
    reception = built.receive(arriving, share, NONE, own)
    assert np.abs(reception.received[0] - 50_000_000 * share[18, 0]).max() <= ROUNDING
    assert (reception.received[0] > 0).sum() > 40


# processing


def test_scrap_is_worked_before_packs_and_never_waits():
    """Factory scrap is spread by capacity and takes its capacity first; what is left works the queue in proportion."""
    built = plants()
    built.waiting[:] = 10**9
    scrap = np.array([4 * 10**9, 10**9])
    before = built.waiting.copy()
    worked, parts = built.process(scrap)
    assert np.array_equal(parts.sum(axis=-1), scrap)
    assert np.abs(parts - scrap[:, None] * built.capacity_t / built.capacity_t.sum()).max() <= ROUNDING
    left = np.maximum(built.capacity_t / 12 - tonnes(parts), 0.0)
    expected = np.minimum(left, tonnes(before))
    assert tonnes(worked) == pytest.approx(expected, abs=1e-4)
    busy = (expected < tonnes(before)) & (built.capacity_t > 0)
    assert busy.any()
    assert worked[0, busy] / worked[1, busy] == pytest.approx(np.ones(busy.sum()), rel=1e-3)


def test_without_a_queue_nothing_is_worked():
    """Empty plants work only scrap."""
    worked, parts = plants().process(np.array([10**6, 10**6]))
    assert not worked.any() and parts.sum() == 2 * 10**6


# in a whole run


def test_starved_of_room_collectors_keep_packs_pending():
    """With hardly any safe storage packs wait in collectors' yards, count as pending, and enter plants later."""
    case = CHINA.with_(scale=20_000, parameters={"safe_storage_months": 0.1}, until="2032-12", capacity="plant_list")
    tight, roomy = (
        lived(case),
        lived(CHINA.with_(scale=20_000, until="2032-12", parameters={"safe_storage_months": 24.0})),
    )
    assert tight.record.yard.sum() > 0 and (tight.indicators["pending_share"] > 0).any()
    assert not roomy.record.yard.any() and not (roomy.indicators["pending_share"] > 0).any()
    yard, received = tight.record.yard.sum(axis=(1, 2)), tight.record.received.sum(axis=(1, 2))
    collected = tight.record.watt_hours[:, :, :, [0, 2, 4, 6]].sum(axis=(1, 2, 3, 4))
    assert np.array_equal(np.diff(yard, prepend=0), collected - received)


def test_value_added_tax_is_owed_on_metals_out_of_packs_and_on_what_scrap_is_worth_beyond_its_price():
    """Factory scrap comes with invoices, packs from holders come without: month by month as the ledger has it."""
    model = lived(CHINA.with_(scale=20_000, until="2026-12"))
    p, record = model.parameters, model.record
    share = p["vat_rate"] / (1.0 + p["vat_rate"]) * (1.0 - model.lever_paths["vat_relief"])
    worth = ((record.worked + record.scrap).sum(axis=2) * record.series["metal_value"]).sum(axis=1) / 10.0  # fen
    owed = (worth - model.ledger.amounts[:, model.books.factory_scrap].sum(axis=1)) * share
    paid = model.ledger.amounts[:, model.books.plant_vat].sum(axis=1)
    assert paid.any() and np.allclose(paid, owed, rtol=1e-4, atol=1000.0)
