"""Geography: distances, freight and permits between provinces."""

import numpy as np
import pytest

from govmodel import facts
from govmodel.chain import geography
from govmodel.facts import PROVINCES
from tests.worlds import CHINA

COUNTRY = facts.load("china")
P = dict(CHINA.parameters)
AT = {code: i for i, code in enumerate(PROVINCES)}
EVERYWHERE = np.arange(31)


def test_distances_are_symmetric_and_positive():
    """Going there is as far as coming back, and nothing is nowhere."""
    road = geography.distances(COUNTRY, P)
    assert np.allclose(road, road.T, rtol=1e-12)
    assert (road > 0).all()
    assert (np.diag(road) == P["haul_within_province"]).all()


# great-circle kilometres between the two cities, from any atlas, to within five per cent
@pytest.mark.parametrize(
    ("a", "b", "km"), [("BJ", "SH", 1068), ("BJ", "GD", 1890), ("SH", "XJ", 3270), ("HL", "HI", 3240)]
)
def test_distances_are_those_of_the_map(a, b, km):
    """Great circles between capitals, times the road factor."""
    assert geography.distances(COUNTRY, P)[AT[a], AT[b]] == pytest.approx(km * P["road_factor"], rel=0.05)


def test_great_circles_obey_the_triangle():
    """No detour is shorter than the direct way."""
    road = geography.distances(COUNTRY, P | {"haul_within_province": 0.0})
    assert (road[:, None, :] <= road[:, :, None] + road[None, :, :] + 1e-9).all()


def test_freight_is_symmetric_and_in_yuan_per_kwh():
    """Freight of a kWh is (rate x km + fixed) yuan/t times the mass of a kWh, the same in both directions."""
    freight = geography.freight(COUNTRY, P, EVERYWHERE)
    assert freight.shape == (31, 2, 31)
    assert np.allclose(freight, np.swapaxes(freight, 0, 2), rtol=1e-12)
    road = geography.distances(COUNTRY, P)
    for chemistry in (0, 1):
        per_tonne = P["freight_rate"] * road[AT["GD"], AT["HN"]] + P["freight_fixed"]
        expected = per_tonne * COUNTRY.mass_per_kwh[chemistry] / 1000
        assert freight[AT["GD"], chemistry, AT["HN"]] == pytest.approx(expected, rel=1e-12)


def test_freight_grows_with_distance():
    """A farther plant is dearer to reach, by chemistry in the ratio of mass."""
    freight = geography.freight(COUNTRY, P, EVERYWHERE)
    order = np.argsort(geography.distances(COUNTRY, P)[AT["SH"]])
    assert (np.diff(freight[AT["SH"], 0, order]) >= 0).all()
    ratio = COUNTRY.mass_per_kwh[1] / COUNTRY.mass_per_kwh[0]
    assert np.allclose(freight[:, 1], freight[:, 0] * ratio, rtol=1e-12)


def test_permits_are_for_borders_only_and_vanish_when_they_open():
    """Inside a province no permit is needed; across a border it costs, less as borders open, nothing when open."""
    closed, half, free = (geography.permits(COUNTRY, P, EVERYWHERE, openness) for openness in (0.0, 0.5, 1.0))
    for table in (closed, half, free):
        assert not table[EVERYWHERE, :, EVERYWHERE].any()
    assert not free.any()
    assert np.allclose(half, closed / 2, rtol=1e-12)
    abroad = P["permit_cost"] * COUNTRY.mass_per_kwh[0] / 1000
    assert closed[AT["BJ"], 0, AT["TJ"]] == pytest.approx(abroad, rel=1e-12)
    assert (closed[AT["BJ"], 0, [AT["TJ"], AT["XJ"]]] == closed[AT["BJ"], 0, AT["TJ"]]).all()  # not by distance


def test_plants_pick_their_own_provinces_column():
    """Freight to plants is freight to the provinces they stand in."""
    where = np.array([plant.province for plant in COUNTRY.plants])
    everywhere = geography.freight(COUNTRY, P, EVERYWHERE)
    assert np.array_equal(geography.freight(COUNTRY, P, where), everywhere[:, :, where])
