"""The industry association: it writes standards, mediates disputes, and lives on its members' dues."""

import mesa
import numpy as np

from ..chain.plants import whole_parts


class Association(mesa.Agent):
    """The recyclers' association; how much it does is set by the levers `mediation` and `standards`."""

    def __init__(self, model):
        super().__init__(model)
        self.name = "association"

    def budget(self, levers: dict) -> float:
        """What the association spends in a month, yuan: its mediators and its standards."""
        p = self.model.parameters
        year = p["mediation_office"] * levers["mediation"] + p["standards_office"] * levers["standards"]
        return year * 1e6 / 12.0

    def dues(self, levers: dict, capacity: np.ndarray) -> np.ndarray:
        """Divide the month's budget among the members by capacity: whole fen, int64 (plants)."""
        total = int(self.budget(levers) * 100.0)
        return whole_parts(capacity * (total / capacity.sum()), total, int(np.argmax(capacity)))

    def takes(self, luck: np.ndarray, mediation: float) -> np.ndarray:
        """Say which disputes it takes up: as many as it has mediators for."""
        return luck < mediation
