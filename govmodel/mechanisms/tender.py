"""Tender: a fleet sells a lot to the best of a few bidders, by a score of price against licence and record.

How many bidders of each kind come to a lot is Poisson; each values the lot by its kind's bid plus a Gumbel error of its
own (a share of the bid), so the best of n errs by Gumbel + log n. The score of a bid is

    weight * (bid + reward and refund - expected penalty) + (1 - weight) * licence_worth * [licensed]      (yuan/kWh)

Bidders know that the winner of n is the one who errs most, by error * log n on average, and shade what they pay by it.
"Highest bid wins" is weight 1. A lot that draws nobody is kept and put out to tender again.
"""

from dataclasses import dataclass

import numpy as np

from ..foundations import draws
from .choice import BATTERY_MAKER_OUTLET, DISMANTLER, KEPT, RECYCLER, WORKSHOP

KINDS = np.array([BATTERY_MAKER_OUTLET, RECYCLER, DISMANTLER, WORKSHOP])
BIDDERS = slice(BATTERY_MAKER_OUTLET, WORKSHOP + 1)  # the same channels as a slice
MOST_BIDDERS = 6  # of one kind at one lot
LOT_CODES = np.array([draws.code(purpose, 0, kind) for purpose in ("bidders", "bid") for kind in range(4)], np.uint64)
_LOG_COUNT = np.log(np.maximum(np.arange(MOST_BIDDERS + 1.0), 1.0))
_LICENSED = np.array([1.0, 1.0, 1.0, 0.0])
EULER = 0.5772156649015329  # mean of a standard Gumbel error, taken off so that errors are fair


def attendance(expected: np.ndarray) -> np.ndarray:
    """Turn expected bidders per kind into cumulative Poisson chances of 0, 1, ... 5: (MOST_BIDDERS, kinds, ...)."""
    chances = np.empty((MOST_BIDDERS, *expected.shape))
    chances[0] = chance = np.exp(-expected)
    for count in range(1, MOST_BIDDERS):
        chance = chance * expected / count
        chances[count] = chances[count - 1] + chance
    return chances


@dataclass
class Awards:
    """Who won each lot and at what price."""

    channel: np.ndarray  # channel index; KEPT where nobody came
    price: np.ndarray  # yuan/kWh, never negative


def award(
    bids: np.ndarray,
    presence: np.ndarray,
    weight: float,
    licence_worth: float,
    error: float,
    drawn: np.ndarray,
    extra: np.ndarray | float = 0.0,
) -> Awards:
    """Award lots: `bids` yuan/kWh (4 KINDS, lots), `presence` cumulative chances (6, 4 KINDS, lots).

    `drawn` are the lots' words, drawn with LOT_CODES (uint64, (8, lots)); they are used up. `extra` is what a seller
    gains or risks besides the price, yuan/kWh (4 KINDS, lots).
    """
    luck = draws.uniform(drawn[:4])
    count = np.add.reduce(luck > presence, axis=0)
    waits = draws.exponential(drawn[4:])
    valued = bids * (1.0 + error * (_LOG_COUNT[count] - np.log(waits) - EULER))
    score = weight * (valued + extra) + ((1.0 - weight) * licence_worth * _LICENSED)[:, None]
    score[count == 0] = -np.inf
    best = score.argmax(axis=0)
    here = np.arange(len(best))
    came = count[best, here] > 0
    shaded = valued[best, here] - error * bids[best, here] * np.log(np.maximum(np.add.reduce(count), 1))
    price = np.where(came, np.maximum(shaded, 0.0), 0.0)
    return Awards(np.where(came, KINDS[best], KEPT), price)
