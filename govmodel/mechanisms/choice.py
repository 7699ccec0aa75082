"""Choice among channels by random utility (McFadden 1974), one exponential race per decision.

A channel of utility V runs for a time E * exp(-V), E exponential and drawn for (holder, decision, channel); the fastest
wins. This is Gumbel-max in other words: the odds are those of a multinomial logit, and a reward to one channel moves
nobody between two channels it does not touch.
"""

import numpy as np

from ..foundations import draws

AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET, RECYCLER, DISMANTLER, WORKSHOP, KEPT = range(6)
CHANNEL_CODES = np.array([draws.code("channel", 0, channel) for channel in range(6)], np.uint64)


def choose_channel(utility: np.ndarray, waits: np.ndarray) -> np.ndarray:
    """Let holders choose a channel each: `utility` float (6, holders), returns the channel's index (holders).

    `waits` (6, holders) are exponential waiting times of mean one, drawn with CHANNEL_CODES; they are used up.
    """
    waits *= np.exp(-utility)
    return waits.argmin(axis=0)
