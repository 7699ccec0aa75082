"""Licensed plants: capacity, a queue, and a limit on how much may safely be stored. Watt-hours inside, by chemistry."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from ..foundations.calendar import EXPERIMENT_FROM


def whole_parts(parts: np.ndarray, whole, largest: int) -> np.ndarray:
    """Round parts along the last axis to whole numbers that sum to `whole`; the part at `largest` takes the rest."""
    rounded = np.floor(parts).astype(np.int64)
    rounded[..., largest] += whole - np.add.reduce(rounded, axis=-1)
    return rounded


@dataclass
class Reception:
    """What the plants took in this month."""

    received: np.ndarray  # (2, plants) watt-hours
    parts: np.ndarray  # (31, 2, plants) watt-hours by where they came from
    turned_away: np.ndarray  # (31, 2) watt-hours that found no room and wait at the collectors
    accepted: np.ndarray  # (plants,) share of what came to a plant that it had room for


class Plants:
    """All licensed plants as columns: what waits in them and what they can do."""

    def __init__(self, facts, parameters: dict, capacity_series: str):
        self.parameters = parameters
        self.province = np.array([plant.province for plant in facts.plants])
        self.makers = np.flatnonzero([plant.owner_kind == "battery_maker" for plant in facts.plants])
        self._opens = np.array([plant.opens for plant in facts.plants])
        self._capacity = np.array([plant.capacity_t for plant in facts.plants])
        self._openings = sorted(self._opens.tolist())
        self._open, self._listed, self._whole = -1, self._capacity, 1.0
        self._series = facts.capacity[capacity_series]
        self._gram_per_wh = facts.mass_per_kwh  # kg per kWh
        self.waiting = np.zeros((2, len(facts.plants)), np.int64)
        self.capacity_t = np.zeros(len(facts.plants))
        self.standing = np.ones(len(facts.plants))  # size as a multiple of what the national series gives a plant
        self.normal = 1.0  # makes plants of any standing add up to the national series as long as that is history
        self.largest = 0

    def open_plants(self, month: int) -> None:
        """Set yearly capacities (tonnes): the country's total of the year, split over the plants open by then.

        Through 2025 the total is history, whoever closes; afterwards plants that grow or close move it.
        """
        opened = bisect_right(self._openings, month)
        if opened != self._open:
            self._open, self._listed = opened, np.where(self._opens <= month, self._capacity, 0.0)
            self._whole = float(self._listed.sum())
        listed = self._listed
        before, after = self._series[max(month // 12 - 1, 0)], self._series[month // 12]
        total = before + (after - before) * ((month % 12) + 1) / 12.0
        weight = listed * self.standing
        if month < EXPERIMENT_FROM:
            self.normal = self._whole / float(np.add.reduce(weight))
        self.capacity_t = weight * (self.normal * float(total) / self._whole)
        self.largest = int(self.capacity_t.argmax())

    @property
    def room_g(self) -> np.ndarray:
        """Grams each plant may still take in before its yard is as full as is safe."""
        limit = self.capacity_t * 1e6 / 12.0 * self.parameters["safe_storage_months"]
        return np.maximum(limit - self._gram_per_wh @ self.waiting, 0.0)

    def receive(
        self,
        arriving: np.ndarray,
        share: np.ndarray,
        to_makers: np.ndarray,
        maker_share: np.ndarray,
        promised: tuple[np.ndarray, ...] | None = None,
    ) -> Reception:
        """Divide what arrives among plants by share, and turn away what does not fit.

        `arriving` and `to_makers` are watt-hours (31, 2), int64; shares are (31, 2, plants) and, for what battery
        makers collect, (31, 2, makers' plants). `promised` is what goes to certain plants whatever the shares,
        watt-hours (31, 2, plants), and how much of it comes out of `arriving` and out of `to_makers`, (31, 2) each. A
        pack that stands for many is divisible.
        """
        free, makers_free = arriving, to_makers
        if promised is not None:
            free, makers_free = np.maximum(arriving - promised[1], 0.0), np.maximum(to_makers - promised[2], 0.0)
        flow = free[:, :, None] * share
        if np.count_nonzero(to_makers):
            flow[:, :, self.makers] += makers_free[:, :, None] * maker_share
        if promised is not None:
            flow += promised[0]
        parts = whole_parts(flow, arriving + to_makers, self.largest)
        turned_away = np.zeros(arriving.shape, arriving.dtype)
        received = np.add.reduce(parts)
        room, load = self.room_g, self._gram_per_wh @ received
        accepted = np.minimum(room / np.maximum(load, 1.0), 1.0)
        if np.count_nonzero(load > room):
            fits = (parts * accepted).astype(np.int64)  # rounded down
            turned_away = (parts - fits).sum(axis=-1)
            parts, received = fits, fits.sum(axis=0)
        self.waiting += received
        return Reception(received, parts, turned_away, accepted)

    def process(self, scrap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Work for a month: factory scrap first, then the queue in proportion. Returns both in watt-hours (2, plants).

        `scrap` is what the battery factories send (2,), int64; it is spread by capacity and never queues.
        """
        scrap_parts = whole_parts(
            scrap[:, None] * (self.capacity_t / np.add.reduce(self.capacity_t)), scrap, self.largest
        )
        left = np.maximum(self.capacity_t * 1e6 / 12.0 - self._gram_per_wh @ scrap_parts, 0.0)
        load = self._gram_per_wh @ self.waiting
        worked = (self.waiting * np.minimum(left / np.maximum(load, 1.0), 1.0)).astype(np.int64)  # rounded down
        self.waiting -= worked
        return worked, scrap_parts
