"""Calibration: the parameters that fit at most six patterns, and the sets that fit as well."""

from pathlib import Path


def read_ensemble(path: Path) -> list[dict[str, float]]:
    """Read the parameter sets of an ensemble."""
    return []
