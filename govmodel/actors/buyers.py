"""Buyers that keep books of their own: licensed recycling plants and the workshops of a province.

Plants decide by what they have learnt to pay (see industry.py, which holds them as columns); workshops open and close
toward what the trade as a whole brings them. Rules that answer to flows are linear in them or answer to pooled ones, so
that the luck of few simulated packs does not bias a coarse run.
"""

import mesa


class Recycler(mesa.Agent):
    """A licensed plant with its firm: a light view of its column in the industry."""

    def __init__(self, model, plant, index: int):
        super().__init__(model)
        self.name, self.firm, self.owner_kind = plant.name, plant.firm, plant.owner_kind
        self.province, self.index = plant.province, index

    @property
    def margin(self) -> float:
        """Give the plant's margin, a share of value."""
        return float(self.model.industry.margin[self.index])

    @property
    def cash(self) -> float:
        """Give what the plant has at the last close of its books, yuan; below zero it owes."""
        return float(self.model.industry.cash[self.index])

    @property
    def open(self) -> bool:
        """Say whether the plant is in business."""
        return not self.model.industry.closed[self.index]


class WorkshopDistrict(mesa.Agent):
    """The workshops of one province taken together: how many they are, and their share of a trade that is national."""

    def __init__(self, model, name: str, province: int, share: float, count: float):
        super().__init__(model)
        self.name, self.province, self.share, self.count = name, province, share, count
        self.margin = model.parameters["workshop_margin"]

    def decide(self) -> None:
        """Open or close workshops toward the number that the trade of the last quarter would keep busy."""
        wanted = self.model.workshops_wanted * self.share
        self.count += self.model.parameters["workshop_entry"] * (wanted - self.count)
