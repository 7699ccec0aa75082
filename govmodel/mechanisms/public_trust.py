"""Public trust: how far people in a community trust each channel, learnt from what happened to them and to others.

Trust is the mean of a Beta distribution over good and bad dealings (Josang and Ismail 2002), with forgetting. Evidence
counts dealings per 1,000 holders of the community, on top of a prior of `trust_prior` dealings at the starting value:

    trust = (prior x start + good) / (prior + good + bad)

All tables are (5 channels, 31 provinces, 4 classes).
"""

import numpy as np

from ..chain.fleet import CLASSES, PROVINCES
from .choice import DISMANTLER, KEPT, WORKSHOP
from .incidents import BY_LICENSED, BY_REUSE, BY_WORKSHOPS

SHAPE = (KEPT, PROVINCES, CLASSES)


def starting(values) -> np.ndarray:
    """Spread one starting value a channel over provinces and classes."""
    return np.repeat(np.asarray(values, float), PROVINCES * CLASSES).reshape(SHAPE)


def trust(start: np.ndarray, good: np.ndarray, bad: np.ndarray, prior: float) -> np.ndarray:
    """Give the mean of what people believe about each channel, in [0, 1]."""
    return (prior * start + good) / (prior + good + bad)


def fade(evidence: np.ndarray, forgetting: float, months: int) -> np.ndarray:
    """Forget evidence over some months."""
    return evidence * (1.0 - forgetting) ** months


def per_thousand(packs: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Count dealings per 1,000 holders of a community."""
    return packs * (1000.0 / np.maximum(people, 1.0))


def dealings(packs: np.ndarray, people: np.ndarray, honest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn dealings (real packs) into good and bad evidence; `honest` (5,) is how often weight and price are kept."""
    happened = per_thousand(packs, people)
    kept = honest[:, None, None] * happened
    return kept, happened - kept


def bad_news(fires: np.ndarray, late: np.ndarray, found: np.ndarray, scandals: np.ndarray, p: dict) -> np.ndarray:
    """Count the dealings' worth of bad news about each channel in each province, (5, 31).

    `fires` (3 causes, 31); `late` packs (31,) that wait unpaid in collectors' yards; `found` side sales (31,) of
    dismantlers that came out; `scandals` (5, 31) other proven frauds, in dealings' worth.
    """
    news = scandals.copy()
    news[:WORKSHOP] += late * (p["trust_late"] / WORKSHOP) + fires[BY_LICENSED] * (p["trust_fire"] / WORKSHOP)
    news[DISMANTLER] += found * p["trust_scandal"]
    news[WORKSHOP] += (fires[BY_WORKSHOPS] + fires[BY_REUSE]) * p["trust_fire"]
    return news


def side_sales_found(sold_on: np.ndarray, visits: np.ndarray, traceability: float, p: dict) -> np.ndarray:
    """Say how many of dismantlers' side sales (packs, by province) come out.

    An inspector finds one on a visit (`visits` a month), or a traced pack is missed at the plant it never reaches.
    """
    unseen = np.exp(-visits * p["detection"]) * (1.0 - p["missing_noticed"] * traceability)
    return sold_on * (1.0 - unseen)


def answered(trust: np.ndarray, reports: np.ndarray, visits: np.ndarray, speed: float) -> np.ndarray:
    """Move trust in the authority toward the share of reports that its visits could follow, (31,)."""
    busy = visits + reports
    share = np.divide(visits, busy, out=trust.copy(), where=busy > 0)
    return trust + speed * (share - trust)
