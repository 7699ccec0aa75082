"""Incidents: fires that unlawful storage, recovery and re-use cause, and what unlawful recovery leaves in the soil.

Expected fires are rates on real watt-hours, so they do not depend on how many packs a simulated pack stands for; whole
fires are rounded up or down by luck, which keeps the expectation exact.
"""

import numpy as np

BY_WORKSHOPS, BY_REUSE, BY_LICENSED = range(3)  # where a fire breaks out
CAUSES = ("workshop", "reuse", "licensed")


def fire_rates(sharing: float, p: dict) -> np.ndarray:
    """Give the fires a Wh causes, by cause: of what workshops work, of what is in unlawful use, each month, and of what
    licensed firms take.

    Dismantling data that makers share (`sharing`, 0 to 1) prevent some of the licensed ones.
    """
    licensed = p["fires_licensed"] * (1.0 - p["sharing_fires"] * sharing)
    return np.array([p["fires_workshop"], p["fires_reuse"] / 12.0, licensed]) * 1e-6


def whole(expected: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Round expected numbers up or down by luck in (0, 1), so that they are right on average."""
    return np.floor(expected + luck)


def in_use(stock: np.ndarray, added: np.ndarray, months: float) -> np.ndarray:
    """Follow what is in unlawful re-use, Wh by province: it leaves at one in `months` a month."""
    return stock * (1.0 - 1.0 / months) + added


def pollution(crude, content: np.ndarray, recovery: np.ndarray, toxicity: np.ndarray, p: dict) -> np.ndarray:
    """Weigh what unlawful recovery lets escape: tonnes of nickel-equivalent, for crude recovery in kWh (..., 2).

    Of the metals that crude recovery does not get out (`content` kg/kWh and `recovery` share, both (2, 6)), a share
    escapes to soil, water and air, weighed by `toxicity` (6,) against nickel; the electrolyte all escapes.
    """
    lost = (content * (1.0 - recovery)) @ toxicity * p["pollution_escape"]
    return crude @ (lost + p["electrolyte_mass"] * p["toxicity_electrolyte"]) / 1000.0
