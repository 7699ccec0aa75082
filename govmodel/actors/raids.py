"""Raids: what inspectors find at workshops in a month, and what that costs each row of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass
class Ground:
    """What stays as it is for a quarter under one law: who could be found, and what that would cost them."""

    active: np.ndarray  # (31,) workshops that buy for themselves
    score: np.ndarray  # (rows,) risk score of a workshop
    visible: np.ndarray  # (rows,) the same, as far as the workshop can be found
    total: np.ndarray  # (31,) risk scores of all workshops
    chance: float  # that a visit finds unlawful work
    weight: np.ndarray  # (rows,) workshops that buy for themselves
    due: np.ndarray  # (rows,) fine on a workshop that is found, fen, where trade is as usual
    goods: np.ndarray  # (rows,) goods that it has at hand, fen, likewise
    means: np.ndarray  # (rows,) its cash, fen
    gain: np.ndarray  # (31,) illegal gain of a month, fen, likewise
    kwh_gain: float  # that of a kWh, yuan
    quiet: np.ndarray  # (31,) share of the trade worked there that is quiet
    scarce: float  # what workshops take off their bids because hands are short, yuan/kWh


@dataclass
class Plan:
    """What inspectors do this month, and what it means to each row of workshops."""

    ground: Ground
    asked: np.ndarray  # (31,) visits that the law asks for
    made: np.ndarray  # (31,) visits made on the plan
    followed: np.ndarray  # (31,) visits made because citizens reported
    attention: np.ndarray  # (31,) successful visits for a unit of a workshop's risk score
    found: np.ndarray  # (rows,) share of workshops found out
    caught: np.ndarray  # (31,) workshops found out
    fines: np.ndarray  # (rows,) fen that those found can pay
    goods: np.ndarray  # (rows,) fen confiscated from them
    both: np.ndarray  # (rows,) the sum of the two
    by_province: np.ndarray  # (2, 31) fines and goods
    sums: np.ndarray  # (4,) yuan due, paid and confiscated, workshops found
    risk: np.ndarray  # (31,) expected loss on a kWh as a multiple of the illegal gain
    pull: np.ndarray  # (31,) what a workshop there gets of the pooled trade, as a multiple of what is usual
    drawn: np.ndarray  # (31,) the whole trade of a workshop there, likewise
    gain: np.ndarray  # (31,) illegal gain of a month, fen, as the trade is drawn there
    pooled: np.ndarray  # (31,) share of the pooled trade that is worked there
    haul: np.ndarray  # (31,) freight on a kWh of it, yuan
    freight: np.ndarray  # (31,) the same over the usual trade of a workshop there, yuan/kWh
    feared: np.ndarray  # (31,) loss to reckon with on a kWh bought there, wherever it is worked, like `risk`
    extra: np.ndarray  # (31,) what else is taken off bids there: hiding, freight and short hands, yuan/kWh

    @cached_property
    def visits(self) -> np.ndarray:
        """All visits made, by province."""
        return self.made + self.followed
