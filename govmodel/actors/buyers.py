"""Buyers that keep books of their own: licensed recycling plants and the workshops of a province.

In this step they follow one fixed rule: a starved buyer cuts its margin, a full one raises it.
"""

import mesa

from ..foundations.draws import draw


class Buyer(mesa.Agent):
    """Someone who buys packs at a margin that follows how busy it is."""

    def __init__(self, model, name: str, province: int, margin: float, least: float, most: float):
        super().__init__(model)
        self.name = name
        self.province = province
        self.margin = margin
        self.least, self.most = least, most

    def follow_demand(self, busy: float) -> None:
        """Cut the margin when starved, raise it when full; `busy` is last quarter's use of capacity."""
        p = self.model.parameters
        if busy < p["starved_below"]:
            self.margin = max(self.least, self.margin - p["margin_step"])
        elif busy > p["full_above"]:
            self.margin = min(self.most, self.margin + p["margin_step"])


class Recycler(Buyer):
    """A licensed plant with its firm, capacity and margin."""

    def __init__(self, model, plant, index: int):
        p = model.parameters
        super().__init__(
            model, plant.name, plant.province, p["plant_margin"], p["plant_margin_least"], p["plant_margin_most"]
        )
        self.firm, self.owner_kind, self.index = plant.firm, plant.owner_kind, index
        span = p["loss_patience_most"] - p["loss_patience_least"]
        self.patience = p["loss_patience_least"] + span * draw(model.seed_key, "patience", index)
        self.losing = 0  # quarters in a row at a margin below zero

    def decide(self) -> None:
        """Set the margin for the next quarter; nobody buys at a loss for ever."""
        self.follow_demand(self.model.plant_busy[self.index])
        self.losing = self.losing + 1 if self.margin < 0.0 else 0
        if self.losing > self.patience:
            self.margin, self.losing = max(0.0, self.least), 0


class WorkshopDistrict(Buyer):
    """The workshops of one province taken together: how many they are and at what margin they buy."""

    def __init__(self, model, name: str, province: int, count: float):
        p = model.parameters
        super().__init__(
            model, name, province, p["workshop_margin"], p["workshop_margin_least"], p["workshop_margin_most"]
        )
        self.count = count

    def decide(self) -> None:
        """Set the margin for the next quarter, and open or close toward two thirds of capacity in use."""
        busy = self.model.workshop_busy[self.province]
        self.follow_demand(busy)
        pace = self.model.parameters["workshop_entry"]
        self.count = max(self.count * min(max(1.0 + 0.25 * (busy - 2.0 / 3.0), 1.0 - pace), 1.0 + pace), 1.0)
