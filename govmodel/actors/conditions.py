"""Conditions: what a month holds for everyone who has a loose pack, besides the bids."""

from dataclasses import dataclass

import numpy as np

from .social_graph import SocialGraph


@dataclass
class Conditions:
    """Tables that the month's mechanisms hand to the holders; 31 provinces, 4 holder classes, 2 chemistries."""

    ease: np.ndarray  # (6 channels, routes * 31 * 4) utility of everything but price, public trust included
    presence: np.ndarray  # (MOST_BIDDERS, 4 bidder kinds, 31) who comes to a tender, as cumulative chances
    awareness: np.ndarray  # (31, 4) mean awareness of a community, in [0, 1]
    scan: np.ndarray  # (31, dispositions) chance that a hand-over is scanned
    contracted: np.ndarray  # (31, 4) share of fleets' lots that go to a licensed recycler under contract, not to tender
    contract_price: np.ndarray  # (31, 2) what those are paid, yuan/kWh, never negative
    graph: SocialGraph | None = None  # who asks whom, where the case wants every holder on a graph
