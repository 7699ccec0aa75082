"""Trust between organisations: Beta evidence from kept and broken dealings, with forgetting, spread by hearsay.

Each source keeps for each recycler, and each recycler for each source, two counts of evidence; the mean of the Beta
distribution they make with what strangers are credited with is trust (Josang and Ismail 2002, "The Beta reputation
system"):

    trust = (prior_kept + kept) / (prior_kept + prior_broken + kept + broken)

Each quarter old evidence fades by `organisations_forget` and new evidence is added, a breach weighing `harm_of_breach`
times a kept dealing (less where it was settled). Where information is shared, everybody also hears of the others' new
dealings, in proportion to how far the teller is trusted.
"""

import numpy as np


def belief(kept, broken, p: dict):
    """Trust in [0, 1] from evidence: any shape."""
    good = p["prior_kept"] + kept
    return good / (good + p["prior_broken"] + broken)


class Evidence:
    """What sources know of recyclers (side 0) and recyclers of sources (side 1): kept and broken dealings by pair.

    What all have heard is kept once for each plant and source, and not again for each pair; from a pair's own table
    that much of its own dealings is left out, because nobody hears its own story again.
    """

    def __init__(self, sources: int, plants: int, parameters: dict):
        self.p = parameters
        self.table = np.zeros((2, 2, sources, plants))  # side, (kept, broken), source, plant
        self.heard_of_plants, self.heard_of_sources = np.zeros((2, plants)), np.zeros((2, sources))
        self.done_by_plants, self.done_by_sources = np.zeros((2, plants)), np.zeros((2, sources))  # with all partners

    def tables(self) -> tuple[np.ndarray, ...]:
        """Give all that is known, to be saved or written over in place."""
        heard = (self.heard_of_plants, self.heard_of_sources)
        return self.table, *heard, self.done_by_plants, self.done_by_sources

    def known(self) -> np.ndarray:
        """Give every side's evidence on every other, own and heard: (2 sides, (kept, broken), sources, plants)."""
        known = self.table.copy()
        known[0] += self.heard_of_plants[:, None, :]
        known[1] += self.heard_of_sources[:, :, None]
        return known

    def trust(self, source, plant) -> np.ndarray:
        """Give both sides' trust in each other for some pairs, by index arrays that go together: float (2, ...)."""
        own = self.table[:, :, source, plant]
        of_plant, of_source = (
            own[0] + self.heard_of_plants.take(plant, axis=1),
            own[1] + self.heard_of_sources.take(source, axis=1),
        )
        return np.array([belief(*of_plant, self.p), belief(*of_source, self.p)])

    def trust_in_plants(self, source: np.ndarray) -> np.ndarray:
        """Give the trust of some sources in every plant: float (sources, plants)."""
        kept, broken = self.table[0]
        heard_kept, heard_broken = self.heard_of_plants
        return belief(kept[source] + heard_kept, broken[source] + heard_broken, self.p)

    def record(self) -> tuple[np.ndarray, np.ndarray]:
        """Give what all partners together would say: trust in every plant, trust in every source."""
        return belief(*self.done_by_plants, self.p), belief(*self.done_by_sources, self.p)

    def learn(self, source: np.ndarray, plant: np.ndarray, kept: np.ndarray, broken: np.ndarray, shared: float) -> None:
        """Take in a quarter's dealings: pairs by index, `kept` (pairs) and `broken` by the two sides (2, pairs).

        What the source broke is evidence for the plant about the source (side 1), and the other way round.
        `shared` in [0, 1] is how much of it others hear, each as far as the teller's partners trust it.
        """
        of_plants, of_sources = self.record()
        told = shared * self.p["hearsay_weight"]
        for table in self.tables():
            table *= self.p["organisations_forget"]
        _, _, sources, plants = self.table.shape
        harm, pair = broken * self.p["harm_of_breach"], source * plants + plant
        for row, (on_plant, on_source) in enumerate(((kept, kept), (harm[1], harm[0]))):
            self.done_by_plants[row] += np.bincount(plant, on_plant, plants)
            self.done_by_sources[row] += np.bincount(source, on_source, sources)
            if told > 0:
                by_source, by_plant = told * of_sources[source] * on_plant, told * of_plants[plant] * on_source
                self.heard_of_plants[row] += np.bincount(plant, by_source, plants)
                self.heard_of_sources[row] += np.bincount(source, by_plant, sources)
                on_plant, on_source = on_plant - by_source, on_source - by_plant
            np.add.at(self.table[0, row].reshape(-1), pair, on_plant)
            np.add.at(self.table[1, row].reshape(-1), pair, on_source)
