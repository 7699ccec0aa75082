"""Buyers with books of their own: licensed recycling plants, which decide by what they have learnt to pay.

The columns that hold them are in industry.py.
"""

from .organisation import Organisation


class Recycler(Organisation):
    """A licensed plant with its firm: a light view of its column in the industry."""

    def __init__(self, model, plant, index: int):
        super().__init__(model)
        self.name, self.firm, self.owner_kind = plant.name, plant.firm, plant.owner_kind
        self.province, self.index = plant.province, index

    @property
    def owner(self) -> str:
        """Name the firm that has the plant; a plant whose firm nobody names stands for itself."""
        return self.name if self.firm == "unnamed" else self.firm

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
