"""Adaptation: how every organisation learns which of a few options pays, by experience-weighted attraction.

Camerer and Ho (1999, "Experience-weighted attraction learning in normal form games", Econometrica 67). An actor keeps
an attraction A for each option and the weight N of its experience. After a quarter in which it chose option c and
reckons that option k earned (or would have earned) payoff(k),

    N' = forgetting * (1 - lock_in) * N + 1
    A'(k) = (forgetting * N * A(k) + (foregone + (1 - foregone) [k = c]) * payoff(k)) / N'

and it picks option k with chance exp(sensitivity * A(k)) / sum, by one exponential race. With foregone = 0 this is
reinforcement, with foregone = 1 it is belief learning. Payoffs are in the actor's own unit, made comparable by the
caller (for example: per yuan of usual turnover).
"""

import numpy as np

HOPELESS = 600.0  # an exponent beyond which an option is out of the race, and e^x soon out of range


class Learner:
    """What some actors of one kind have learnt about the same few options; a row an actor, a column an option."""

    def __init__(self, actors: int, options: int, chosen: int | np.ndarray = 0):
        """`chosen`: the option in force at first, of each actor or of all."""
        self.attraction = np.zeros((actors, options))
        self.experience = np.ones(actors)
        self.chosen = np.full(actors, chosen)
        self._rows = np.arange(actors)

    def learn(self, payoff: np.ndarray, forgetting: float, foregone: float, lock_in: float) -> None:
        """Weigh what every option paid, float (actors, options), into the attractions."""
        weight = np.full(payoff.shape, foregone)
        weight[self._rows, self.chosen] = 1.0
        before = forgetting * self.experience[:, None]
        self.experience = forgetting * (1.0 - lock_in) * self.experience + 1.0
        self.attraction = (before * self.attraction + weight * payoff) / self.experience[:, None]

    def choose(self, waits: np.ndarray, sensitivity: float, allowed: np.ndarray | None = None) -> np.ndarray:
        """Let every actor pick an option by a race of exponential waits (actors, options); returns the options.

        `allowed` (bool, same shape) leaves out what an actor cannot do now; each actor needs one allowed option.
        """
        best = np.ascontiguousarray(self.attraction.T).max(axis=0)  # the quicker way along short rows
        behind = best[:, None] - self.attraction
        late = waits * np.exp(np.minimum(sensitivity * behind, HOPELESS))
        self.chosen = (late if allowed is None else np.where(allowed, late, np.inf)).argmin(axis=1)
        return self.chosen

    def state(self) -> np.ndarray:
        """Give all that is learnt as one table: attractions, experience, the option in force."""
        return np.column_stack([self.attraction, self.experience, self.chosen])

    def restore(self, table: np.ndarray) -> None:
        """Take over a table given by `state`."""
        self.attraction, self.experience = table[:, :-2].copy(), table[:, -2].copy()
        self.chosen = table[:, -1].astype(np.int64)
