"""Information: which hand-overs are scanned into a pack's digital life history, and what an authority makes of it.

Only hand-overs that end with a licensed firm can be scanned: workshops do not scan, nor do dismantlers who sell on, nor
users of unlawful re-use. What is unscanned is invisible: what an authority believes mixes what it can trace with what
it is told or assumes.
"""

from math import gamma

import numpy as np


def scan_chances(traceability: float, diligence: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Give the chance that a hand-over is scanned, by province and disposition, (31, dispositions).

    `diligence` (dispositions,) is how far whoever takes the pack obeys the rule, 0 where nobody scans; `reach` (31,)
    how far the platform is in use, relative to what the lever is stated for.
    """
    return np.minimum(traceability * reach[:, None] * diligence, 1.0)


def believed_retired(traced: np.ndarray, true: np.ndarray, assumed: np.ndarray) -> np.ndarray:
    """Say what an authority believes has retired: a share is traced and seen, the rest follows its life table."""
    return traced * true + (1.0 - traced) * assumed


def told_received(traced: np.ndarray, true: np.ndarray, reported: np.ndarray) -> np.ndarray:
    """Say what an authority is told was received: a traced share is checked, for the rest it has the plants' word."""
    return traced * true + (1.0 - traced) * reported


def assumed_retirements(sold: np.ndarray, mean_years: float, shape: float) -> np.ndarray:
    """Retire what was sold (one entry a month) by one Weibull life table of a given mean life: same shape."""
    scale = mean_years * 12.0 / gamma(1.0 + 1.0 / shape)
    ages = np.arange(len(sold) + 1.0)
    dying = np.diff(1.0 - np.exp(-((ages / scale) ** shape)))
    return np.convolve(sold, dying)[: len(sold)]


def handling(sharing: float, p: dict) -> float:
    """Give the factor on licensed processing cost when makers share dismantling data (`sharing`, 0 to 1).

    Costs are stated for what was shared in 2025; full sharing saves the share `sharing_saves` against none.
    """
    return (1.0 - p["sharing_saves"] * sharing) / (1.0 - p["sharing_saves"] * p["sharing_usual"])
