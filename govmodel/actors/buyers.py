"""Buyers with books of their own: licensed recycling plants. A starved one cuts its margin, a full one raises it."""

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
