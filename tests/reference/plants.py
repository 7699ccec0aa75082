"""Reception and processing told again, one plant and one watt-hour figure at a time."""

import math


def split_by(total: int, shares: list[float], largest: int) -> list[int]:
    """Split whole watt-hours by shares: each gets the whole part of its own, the largest plant what is left over."""
    parts = [math.floor(total * share) for share in shares]
    parts[largest] += total - sum(parts)
    return parts


class PlantsOneByOne:
    """Licensed plants as a list of records: capacity in tonnes a year, what waits in watt-hours by chemistry."""

    def __init__(self, capacity_t: list[float], kg_per_kwh: list[float], safe_months: float):
        self.kg_per_kwh, self.safe_months = kg_per_kwh, safe_months
        self.largest = capacity_t.index(max(capacity_t))
        self.plants = [{"capacity_t": capacity, "waiting": [0, 0]} for capacity in capacity_t]

    def grams(self, watt_hours) -> float:
        """Mass of some energy by chemistry (kg/kWh is g/Wh)."""
        return sum(rate * energy for rate, energy in zip(self.kg_per_kwh, watt_hours))

    def receive(self, arriving: list[list[int]], shares) -> tuple[list, list]:
        """Take what fits of what arrives by province and chemistry; gives received by plant and turned away."""
        parts = [
            [split_by(arriving[here][chemistry], shares[here][chemistry], self.largest) for chemistry in (0, 1)]
            for here in range(len(arriving))
        ]
        away, received = [[0, 0] for _ in arriving], []
        for i, plant in enumerate(self.plants):
            brought = [sum(part[chemistry][i] for part in parts) for chemistry in (0, 1)]
            limit = plant["capacity_t"] * 1e6 / 12 * self.safe_months
            room = max(limit - self.grams(plant["waiting"]), 0.0)
            fraction = min(room / max(self.grams(brought), 1.0), 1.0)
            taken = [0, 0]
            for here, part in enumerate(parts):
                for chemistry in (0, 1):
                    fits = math.floor(part[chemistry][i] * fraction)
                    taken[chemistry] += fits
                    away[here][chemistry] += part[chemistry][i] - fits
            for chemistry in (0, 1):
                plant["waiting"][chemistry] += taken[chemistry]
            received.append(taken)
        return received, away

    def process(self, scrap: list[int]) -> tuple[list, list]:
        """Work a month: factory scrap by capacity first, then the queue in proportion."""
        whole = sum(plant["capacity_t"] for plant in self.plants)
        by_capacity = [plant["capacity_t"] / whole for plant in self.plants]
        scrap_parts = list(zip(*(split_by(scrap[chemistry], by_capacity, self.largest) for chemistry in (0, 1))))
        worked = []
        for plant, own in zip(self.plants, scrap_parts):
            left = max(plant["capacity_t"] * 1e6 / 12 - self.grams(own), 0.0)
            fraction = min(left / max(self.grams(plant["waiting"]), 1.0), 1.0)
            done = [math.floor(waiting * fraction) for waiting in plant["waiting"]]
            plant["waiting"] = [waiting - work for waiting, work in zip(plant["waiting"], done)]
            worked.append(done)
        return worked, [list(own) for own in scrap_parts]
