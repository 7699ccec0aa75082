"""Geography: how far apart provinces are and what it costs to move a dangerous good between them."""

import numpy as np

EARTH_RADIUS_KM = 6371.0


def distances(facts, parameters: dict) -> np.ndarray:
    """Road kilometres between provinces: float (31, 31).

    Great-circle distance between capitals times a road factor; within a province, a fixed typical haul.
    """
    latitude, longitude = np.radians(facts.latitude), np.radians(facts.longitude)
    half = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude)[:, None] * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)) * parameters["road_factor"]
    np.fill_diagonal(kilometres, parameters["haul_within_province"])
    return kilometres


def freight(facts, parameters: dict, plant_province: np.ndarray) -> np.ndarray:
    """Freight from every province to every plant by chemistry: yuan/kWh, float (31, 2, plants)."""
    per_kg = distances(facts, parameters)[:, plant_province] * parameters["freight_rate"] / 1000.0
    per_kg += parameters["freight_fixed"] / 1000.0
    return per_kg[:, None, :] * facts.mass_per_kwh[None, :, None]


def beyond(facts, parameters: dict) -> np.ndarray:
    """Road kilometres between provinces beyond a haul within one: float (31, 31), none at home."""
    return np.maximum(distances(facts, parameters) - parameters["haul_within_province"], 0.0)


def permits(facts, parameters: dict, plant_province: np.ndarray, open_borders: float) -> np.ndarray:
    """Cost of the permits to cross a province border: yuan/kWh, float (31, 2, plants); open borders need none."""
    abroad = np.arange(len(facts.latitude))[:, None] != plant_province[None, :]
    per_kg = abroad * (parameters["permit_cost"] * (1.0 - open_borders) / 1000.0)
    return per_kg[:, None, :] * facts.mass_per_kwh[None, :, None]
