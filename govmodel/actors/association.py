"""The industry association: it writes standards, mediates disputes, lists who breaks its word, and lives on dues."""

import numpy as np

from ..chain.plants import whole_parts
from ..mechanisms import blacklist
from .organisation import Organisation


class Association(Organisation):
    """The recyclers' association; how much it does is set by the levers `mediation` and `standards`."""

    def __init__(self, model, sources: int = 0, plants: int = 0):
        super().__init__(model)
        self.name = "association"
        self.register = [np.zeros((2, sources)), np.zeros((2, plants))]  # months under contract, breaches settled
        self.left = [np.zeros(sources), np.zeros(plants)]  # quarters on the list

    def state(self) -> dict[str, np.ndarray]:
        """Give its records, as arrays by name."""
        sides = ("sources", "plants")
        kept = {f"register_of_{side}": table for side, table in zip(sides, self.register)}
        return kept | {f"listed_{side}": left for side, left in zip(sides, self.left)}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over what `state` gave."""
        self.register = [held["register_of_sources"], held["register_of_plants"]]
        self.left = [held["listed_sources"], held["listed_plants"]]

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

    def keep_list(self, source: np.ndarray, plant: np.ndarray, broken: np.ndarray, mediated: np.ndarray) -> None:
        """Enter a quarter's settled breaches, and put repeated offenders on the list; an entry is then made good.

        For contracts by index: `broken` (3 months, 2 sides, contracts) and `mediated` (3 months, contracts).
        """
        if not self.model.active("trust"):
            return
        p, settled = self.model.parameters, (broken & mediated[:, None]).sum(axis=0)
        for side, who in enumerate((source, plant)):
            size = self.left[side].size
            counts = np.bincount(who, minlength=size) * 3.0, np.bincount(who, settled[side], size)
            register = blacklist.remember(self.register[side], *counts, p["organisations_forget"])
            offenders = blacklist.offends(register, p) & (p["blacklist_quarters"] > 0.0)
            self.left[side] = blacklist.put_down(self.left[side], offenders, p)
            self.register[side] = np.where(offenders, 0.0, register)

    @property
    def listed(self) -> tuple[np.ndarray, np.ndarray]:
        """Say which sources and which plants stand on its list."""
        return self.left[0] > 0.0, self.left[1] > 0.0

    def at_stake(self, mediation: float, shared: float) -> float:
        """Months of contracts that a breach may cost through the list; nothing where trust plays no part."""
        if not self.model.active("trust"):
            return 0.0
        return blacklist.months_at_stake(mediation, shared, self.model.parameters)
