"""Metals: what a kWh holds, what comes out again and what is lost. Milligrams inside, so that sums are exact."""

import numpy as np


def contents(facts) -> np.ndarray:
    """Metal in a pack: milligrams per watt-hour (which is grams per kWh), int64 (2 chemistries, 6 metals)."""
    return np.round(facts.metal_per_kwh * 1000.0).astype(np.int64)


def recovered(watt_hours: np.ndarray, content: np.ndarray, recovery: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split the metal in worked packs into recovered and lost: int64 (handlers, 6) and (6,), milligrams.

    `watt_hours` is int64 by handler and chemistry, `recovery` the handlers' shares, float (handlers, 2, 6). What is not
    recovered is lost: the two always sum to what went in.
    """
    inside = watt_hours[:, :, None] * content
    out = (inside * recovery).astype(np.int64)  # rounded down
    return np.add.reduce(out, axis=1), np.add.reduce(inside - out, axis=(0, 1))
