"""Search: points that fill a box evenly, and steps toward a better fit by a straight-line model of what was seen.

All of it is deterministic. Points are in the unit cube; the caller knows what they stand for.
"""

import numpy as np

REACH = 0.5  # how far, as a share of the cube's side, evaluations count in a local model
RIDGE = 1e-3


def even_points(count: int, dimensions: int, first: int = 1) -> np.ndarray:
    """Give points first .. first + count - 1 of the additive sequence that fills a cube evenly: (count, dimensions).

    Point n is n times (1/g, 1/g^2, ...) modulo 1, where g > 1 solves g^(dimensions + 1) = g + 1 (the plastic number in
    two dimensions; Roberts 2018). A larger count only adds points, so that a budget can be raised later.
    """
    g = 2.0
    for _ in range(64):
        g = (1.0 + g) ** (1.0 / (dimensions + 1))
    step = g ** -np.arange(1, dimensions + 1)
    return (0.5 + np.arange(first, first + count)[:, None] * step) % 1.0


def local_model(points: np.ndarray, results: np.ndarray, around: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit results (n, m) by a plane through points (n, d), near ones first: value at `around` (m,), slopes (d, m)."""
    apart = points - around
    weight = np.exp(-((np.linalg.norm(apart, axis=1) / (REACH * np.sqrt(points.shape[1]))) ** 2)) + 1e-6
    columns = np.column_stack([np.ones(len(points)), apart])
    penalty = np.diag([0.0, *[RIDGE] * points.shape[1]]) * weight.sum()
    fitted = np.linalg.solve(columns.T @ (columns * weight[:, None]) + penalty, columns.T @ (results * weight[:, None]))
    return fitted[0], fitted[1:]


def best_step(
    value: np.ndarray,
    slopes: np.ndarray,
    weights: np.ndarray,
    around: np.ndarray,
    reach: float,
    held: int | None = None,
) -> np.ndarray:
    """Give the point near `around` at which the plane's weighted squares are least, inside the cube and within reach.

    `held` names a dimension that must not move. Coordinate by coordinate, which respects the bounds exactly.
    """
    low, high = np.maximum(-reach, -around), np.minimum(reach, 1.0 - around)
    step = np.zeros(len(around))
    for _ in range(100):
        for j in range(len(around)):
            if j == held:
                continue
            others = value + step @ slopes - step[j] * slopes[j]
            bend = (weights * slopes[j] ** 2).sum() + RIDGE
            step[j] = np.clip(-(weights * slopes[j] * others).sum() / bend, low[j], high[j])
    return around + step


def far_apart(points: np.ndarray, count: int) -> list[int]:
    """Choose points that are far from one another, beginning with the first: their places."""
    chosen = [0]
    nearest = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(nearest)))
        if nearest[chosen[-1]] == 0.0:
            return chosen[:-1]
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return chosen
