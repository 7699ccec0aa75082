"""Options: decisions of organisations, learnt by what every option would have paid and taken by keyed luck."""

import numpy as np

from ..foundations import draws
from ..mechanisms.adaptation import Learner


class Decisions:
    """A few decisions of the same actors, each among a few options; one learner holds them all, a row each.

    Payoffs are measured against what the option in force paid. Otherwise the discount on what was not tried would be a
    discount on gains for some actors and on losses for others, and would tie them to what they happen to do.
    """

    def __init__(self, seed: int, actors: int, options: dict[str, np.ndarray], today: tuple, purposes: tuple):
        """`options`: values by decision; `today`: which option each decision starts with; `purposes` of their luck."""
        self.options, self.actors = options, actors
        self.names, self.width = tuple(options), max(map(len, options.values()))
        self.words = draws.holder_words(seed, np.arange(actors))
        rows = len(self.names) * actors
        self.learner = Learner(rows, self.width, chosen=np.repeat(today, actors))
        self._there = np.array([[i < len(options[name]) for i in range(self.width)] for name in self.names])
        slots = [(purpose, d * self.width + i) for d, purpose in enumerate(purposes) for i in range(self.width)]
        self._codes = np.array([draws.code(purpose, 0, slot) for purpose, slot in slots], np.uint64)
        self._slice = {name: slice(row * actors, (row + 1) * actors) for row, name in enumerate(self.names)}
        self._each, self._every = np.arange(actors), np.arange(rows)

    def index(self, name: str) -> np.ndarray:
        """Give the option in force of every actor."""
        return self.learner.chosen[self._slice[name]]

    def value(self, name: str) -> np.ndarray:
        """Give the value in force of every actor."""
        return self.options[name][self.learner.chosen[self._slice[name]]]

    def adapt(self, ordinal: int, payoffs: dict, sensitivity: dict, p: dict, allowed: dict | None = None) -> None:
        """Learn from payoffs (actors, options) by decision and choose anew; what is not named stays as it is."""
        shape = (len(self.names), self.actors, self.width)
        flat = (shape[0] * shape[1], shape[2])
        against, may, keen = np.zeros(flat), np.zeros(flat, bool), np.zeros((flat[0], 1))
        may[self._every, self.learner.chosen] = True
        for row, name in enumerate(self.names):
            if name in payoffs:
                paid, mine = payoffs[name], self._slice[name]
                against[mine, : paid.shape[1]] = paid - paid[self._each, self.learner.chosen[mine]][:, None]
                may[mine] = self._there[row] if allowed is None or name not in allowed else allowed[name]
                keen[mine] = sensitivity[name]
        self.learner.learn(against, p["firm_memory"], p["foregone"], p["lock_in"])
        drawn = draws.exponential(draws.words(draws.at(self.words, ordinal), self._codes))
        drawn = drawn.reshape(shape[0], shape[2], shape[1]).transpose(0, 2, 1).reshape(flat)
        self.learner.choose(drawn, keen, may)

    def luck(self, purpose: str, ordinal: int, alternative: int) -> np.ndarray:
        """Draw one number in (0, 1) for every actor."""
        codes = np.array([draws.code(purpose, ordinal, alternative)], np.uint64)
        return draws.uniform(draws.words(self.words, codes))[0]
