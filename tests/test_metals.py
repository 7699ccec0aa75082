"""Metals: what a kWh holds, what comes out again, and that the rest is counted as lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from govmodel import facts
from govmodel.chain import metals
from govmodel.facts import METALS
from tests.worlds import CHINA, lived

COUNTRY = facts.load("china")
CONTENT = metals.contents(COUNTRY)
ENERGY = arrays(np.int64, 2, elements=st.integers(0, 10**12))


def split(energy: np.ndarray, recovery: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split what one handler worked into recovered and lost."""
    out, lost = metals.recovered(energy[None], CONTENT, recovery[None])
    return out[0], lost


def test_contents_are_milligrams_per_watt_hour():
    """A kilogram per kWh is a gram per Wh: the table is the facts times a thousand, in whole milligrams."""
    assert np.array_equal(CONTENT, np.round(COUNTRY.metal_per_kwh * 1000))
    assert CONTENT.dtype == np.int64 and CONTENT.shape == (2, 6)
    lithium, nickel, cobalt = (METALS.index(metal) for metal in ("lithium", "nickel", "cobalt"))
    assert 80 <= CONTENT[0, lithium] <= 130 and 80 <= CONTENT[1, lithium] <= 140
    assert CONTENT[0, nickel] == CONTENT[0, cobalt] == 0  # LFP holds neither
    assert CONTENT[1, nickel] > CONTENT[1, cobalt] > 0


@pytest.mark.parametrize("handler", ["licensed", "workshop"])
@given(energy=ENERGY)
def test_recovered_and_lost_are_what_went_in(handler, energy):
    """To the milligram: recovered + lost = content of what was worked, and neither is negative."""
    out, lost = split(energy, COUNTRY.recovery[handler])
    assert np.array_equal(out + lost, energy @ CONTENT)
    assert out.min() >= 0 and lost.min() >= 0
    assert np.abs(out - (energy[:, None] * CONTENT * COUNTRY.recovery[handler]).sum(axis=0)).max() <= 2.0 + 1e-3


def test_handlers_together_are_handlers_apart():
    """Several handlers at once recover what each would alone, and lose together what all lose."""
    energy = np.array([[10**9, 3 * 10**9], [7, 10**8], [0, 5]])
    rates = np.stack([COUNTRY.recovery[handler] for handler in ("licensed", "workshop", "licensed")])
    out, lost = metals.recovered(energy, CONTENT, rates)
    alone = [split(*pair) for pair in zip(energy, rates)]
    assert np.array_equal(out, [got for got, _ in alone])
    assert np.array_equal(lost, sum(gone for _, gone in alone))


@given(energy=ENERGY, shares=arrays(np.float64, (2, 6), elements=st.floats(0, 1)))
def test_any_recovery_between_none_and_all_conserves(energy, shares):
    """Whatever the rates: nothing made, nothing vanishing; none recovers nothing, all recovers everything."""
    out, lost = split(energy, shares)
    assert np.array_equal(out + lost, energy @ CONTENT) and lost.min() >= 0
    assert not split(energy, np.zeros((2, 6)))[0].any()
    assert not split(energy, np.ones((2, 6)))[1].any()


def test_licensed_plants_recover_more_than_workshops():
    """Licensed recovery is better than crude recovery, of every metal and in both chemistries."""
    licensed, crude = COUNTRY.recovery["licensed"], COUNTRY.recovery["workshop"]
    assert (licensed > crude).all() and crude.min() > 0 and licensed.max() < 1


def test_a_run_recovers_what_its_plants_and_workshops_worked(small):
    """Every month, metal by metal: recovered and lost equal the content of packs, crude recovery and scrap worked."""
    record = small.record
    worked = record.worked.sum(axis=2) @ CONTENT
    scrap = record.scrap.sum(axis=2) @ CONTENT
    crude = record.watt_hours[:, :, :, [8, 10]].sum(axis=(1, 2, 3)).astype(np.int64) @ CONTENT
    assert np.array_equal(record.metals.sum(axis=1), worked + scrap + crude)
    assert record.metals[-1].min() > 0


def test_recovered_lithium_is_reported_in_tonnes():
    """The indicator is the record's milligrams over a thousand million."""
    model = lived(CHINA.with_(scale=20_000))
    told = model.indicators["lithium_recovered_t"].to_numpy()
    assert np.allclose(told, model.record.metals[:, :2, 0].sum(axis=1) / 1e9, rtol=1e-12)
    year = model.indicators.assign(year=model.indicators["month"].str[:4]).groupby("year")["lithium_recovered_t"].sum()
    assert 100 < year["2025"] < 50_000  # some hundred kilotonnes of packs hold thousands of tonnes of lithium


def test_what_workshops_recover_saves_emissions_too():
    """Avoided emissions are those of all metals out of packs, whoever recovered them."""
    model = lived(CHINA.with_(scale=20_000, until="2026-12"))
    saved = np.array([CHINA.parameters[f"co2_{metal}"] for metal in METALS])
    by_plants, by_workshops = (model.record.metals[:, handler] @ saved / 1e12 for handler in (0, 1))
    assert by_workshops.sum() > 0 and np.allclose(model.indicators["co2_avoided_kt"], by_plants + by_workshops)


def test_lithium_that_is_lost_is_told_in_tonnes():
    """The indicator is what the record says is lost, and not what comes out of factory scrap."""
    model = lived(CHINA.with_(scale=20_000, until="2026-12"))
    lost = model.record.metals[:, 3, METALS.index("lithium")]
    assert lost.any() and np.allclose(model.indicators["lithium_lost_t"] * 1e9, lost)
