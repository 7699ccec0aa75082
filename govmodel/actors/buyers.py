"""Buyers that keep books of their own: licensed recycling plants and the workshops of a province.

In this step each follows one fixed rule: a starved plant cuts its margin and a full one raises it; workshops open and
close toward what the trade as a whole brings them. Rules that answer to flows are linear in them or answer to pooled
ones, so that the luck of few simulated packs does not bias a coarse run.
"""

import mesa

from ..foundations.calendar import RUN_FROM
from ..foundations.draws import draw


class Recycler(mesa.Agent):
    """A licensed plant with its firm, capacity and margin."""

    def __init__(self, model, plant, index: int):
        super().__init__(model)
        p = model.parameters
        self.name, self.firm, self.owner_kind = plant.name, plant.firm, plant.owner_kind
        self.province, self.index = plant.province, index
        starved = (model.start - RUN_FROM) // 3 * p["margin_step"]  # what a later start has missed
        self.margin = max(p["plant_margin"] - starved, min(p["plant_margin"], 0.0))
        span = p["loss_patience_most"] - p["loss_patience_least"]
        self.patience = p["loss_patience_least"] + span * draw(model.seed_key, "patience", index)
        self.losing = 0  # quarters in a row at a margin below zero

    def decide(self) -> None:
        """Set the margin for the next quarter by how busy the last one was; nobody buys at a loss for ever."""
        p, busy = self.model.parameters, self.model.plant_busy[self.index]
        if busy < p["starved_below"]:
            self.margin = max(p["plant_margin_least"], self.margin - p["margin_step"])
        elif busy > p["full_above"]:
            self.margin = min(p["plant_margin_most"], self.margin + p["margin_step"])
        self.losing = self.losing + 1 if self.margin < -1e-9 else 0  # not a rounding error
        if self.losing > self.patience:
            self.margin, self.losing = max(0.0, p["plant_margin_least"]), 0


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
