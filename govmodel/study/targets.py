"""What a calibration aims at: the bands of a few patterns as numbers, and how far a run's numbers lie from them."""

from dataclasses import dataclass

import numpy as np

from .patterns import BASELINE, NotMeasured, Part, Pattern
from .patterns import load as load_patterns
from .workers import Outcome


def aimed_at(country: str, numbers: list[int]) -> tuple[Pattern, ...]:
    """Give a country's patterns by their numbers, in the order given."""
    by_number = {pattern.number: pattern for pattern in load_patterns(country).patterns}
    return tuple(by_number[number] for number in numbers)


def numbers_of(outcome: Outcome, patterns: tuple[Pattern, ...]) -> dict[str, float | None]:
    """Measure all parts of some patterns on a run; None where the run does not show one."""
    found: dict[str, float | None] = {}
    for pattern in patterns:
        for part in pattern.parts:
            names = _names(pattern, part)
            try:
                found |= zip(names, part.measured({BASELINE: outcome}).tolist())
            except NotMeasured:
                found |= dict.fromkeys(names)
    return found


def labels_of(patterns: tuple[Pattern, ...]) -> list[str]:
    """Name every number that some patterns measure."""
    return [name for pattern in patterns for part in pattern.parts for name in _names(pattern, part)]


def _names(pattern: Pattern, part: Part) -> list[str]:
    return [f"pattern {pattern.number}: {part.what} {i + 1}" for i in range(count_of(part))]


def count_of(part: Part) -> int:
    """Count the numbers that a part of a pattern measures."""
    years = part.settings.get("years")
    return len(years) if part.measure in ("yearly", "gap") and years else 1


@dataclass(frozen=True)
class Target:
    """The bands as numbers: middle, half width and weight of every number that the patterns measure."""

    middle: np.ndarray
    half: np.ndarray
    weight: np.ndarray  # sums to 1; patterns weigh the same, and so do the numbers of one pattern

    @classmethod
    def of(cls, patterns: tuple[Pattern, ...]) -> "Target":
        """Lay out the bands in the order of `labels_of`."""
        rows = []
        for pattern in patterns:
            parts = [part for part in pattern.parts for _ in range(count_of(part))]
            rows += [(p.low, p.high, 1.0 / len(parts) / len(patterns)) for p in parts]
        low, high, weight = np.array(rows).T
        return cls((low + high) / 2.0, (high - low) / 2.0, weight)

    def distance(self, numbers: np.ndarray) -> np.ndarray:
        """Give how far numbers lie from the middle of their bands, in half widths."""
        return (numbers - self.middle) / self.half

    def misfit(self, numbers: np.ndarray) -> float:
        """Give the misfit of the median over seeds; infinite where a number is missing."""
        found = float(np.sqrt((self.weight * self.distance(np.median(numbers, axis=0)) ** 2).sum()))
        return found if np.isfinite(found) else np.inf

    def error(self, numbers: np.ndarray) -> float:
        """Give the standard error of the misfit over seeds, by leaving out one seed after another (jackknife)."""
        n = len(numbers)
        left = np.array([self.misfit(np.delete(numbers, i, axis=0)) for i in range(n)])
        return float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))
