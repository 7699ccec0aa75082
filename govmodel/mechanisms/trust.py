"""Trust between organisations: Beta evidence from kept and broken dealings, with forgetting, spread by hearsay.

Each source keeps for each recycler, and each recycler for each source, two counts of evidence; the mean of the Beta
distribution they make with what strangers are credited with is trust (Josang and Ismail 2002, "The Beta reputation
system"):

    trust = (prior_kept + kept) / (prior_kept + prior_broken + kept + broken)

Each quarter old evidence fades by `trust_forgetting` and new evidence is added, a breach weighing `harm_of_breach`
times a kept dealing (less where it was settled). Where information is shared, everybody also hears of the others' new
dealings, in proportion to how far the teller is trusted.
"""

import numpy as np


def belief(kept, broken, p: dict):
    """Trust in [0, 1] from evidence: any shape."""
    good = p["prior_kept"] + kept
    return good / (good + p["prior_broken"] + broken)


class Evidence:
    """What sources know of recyclers (side 0) and recyclers of sources (side 1): kept and broken dealings by pair."""

    def __init__(self, sources: int, plants: int, parameters: dict):
        self.p = parameters
        self.table = np.zeros((2, 2, sources, plants))  # side, (kept, broken), source, plant

    def trust(self, source, plant) -> np.ndarray:
        """Give both sides' trust in each other for some pairs: float (2, pairs...)."""
        known = self.table[:, :, source, plant]
        return belief(known[:, 0], known[:, 1], self.p)

    def record(self) -> tuple[np.ndarray, np.ndarray]:
        """Give what all partners together would say: trust in every plant, trust in every source."""
        plants, sources = self.table[0].sum(axis=1), self.table[1].sum(axis=2)
        return belief(plants[0], plants[1], self.p), belief(sources[0], sources[1], self.p)

    def learn(self, source: np.ndarray, plant: np.ndarray, kept: np.ndarray, broken: np.ndarray, shared: float) -> None:
        """Take in a quarter's dealings: pairs by index, `kept` (pairs) and `broken` by the two sides (2, pairs).

        What the source broke is evidence for the plant about the source (side 1), and the other way round.
        `shared` in [0, 1] is how much of it others hear.
        """
        told = shared * self.p["hearsay_weight"]
        of_plants, of_sources = self.record() if told > 0 else (0.0, 0.0)  # how far a teller is trusted
        self.table *= self.p["trust_forgetting"]
        if not source.size:
            return
        _, _, sources, plants = self.table.shape
        harm = broken * self.p["harm_of_breach"]
        for row, (by_source, by_plant) in enumerate(((kept, kept), (harm[1], harm[0]))):
            if told > 0:
                # nobody hears its own story again
                tale, echo = told * of_sources[source] * by_source, told * of_plants[plant] * by_plant
                self.table[0, row] += np.bincount(plant, tale, plants)
                self.table[1, row] += np.bincount(source, echo, sources)[:, None]
                by_source, by_plant = by_source - tale, by_plant - echo
            np.add.at(self.table[0, row], (source, plant), by_source)
            np.add.at(self.table[1, row], (source, plant), by_plant)
