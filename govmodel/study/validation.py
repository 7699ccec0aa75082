"""Validation: run every case that the patterns need, measure each pattern and judge it by its band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..case.case import Case
from ..foundations.errors import whole
from .patterns import BASELINE, NotMeasured, Part, Pattern, load
from .workers import Outcome, Report, observe_all, paired_seeds

IN_BAND, OUT, NOT_MEASURED = "in band", "out", "not measured"
POINTS = (0.05, 0.5, 0.95)  # of the replications: a 90 % band around the median


@dataclass(frozen=True)
class Finding:
    """What the replications say about one part of a pattern: values (replications, numbers), or why there are none."""

    part: Part
    values: np.ndarray | None
    reason: str = ""

    @property
    def band(self) -> np.ndarray:
        """Low, median and high over the replications: (3, numbers)."""
        return np.quantile(self.values, POINTS, axis=0)

    @property
    def verdict(self) -> str:
        """Say whether every number's median lies in the band."""
        if self.values is None:
            return NOT_MEASURED
        median = self.band[1]
        return IN_BAND if ((median >= self.part.low) & (median <= self.part.high)).all() else OUT


@dataclass(frozen=True)
class Judged:
    """One pattern and what was found on its parts."""

    pattern: Pattern
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """A pattern is out if any part is, not measured if any part is not, and in band if every part is."""
        found = {finding.verdict for finding in self.findings}
        return OUT if OUT in found else NOT_MEASURED if NOT_MEASURED in found else IN_BAND

    @property
    def remark(self) -> str:
        """Explain a miss, or say why a part was not measured; nothing otherwise."""
        reasons = self.reasons
        if self.verdict == OUT:
            return " ".join([self.pattern.why_missed, *(f"Not measured in part: {reason}." for reason in reasons)])
        return f"Not measured: {'; '.join(reasons)}." if reasons else ""

    @property
    def reasons(self) -> list[str]:
        """Say why parts were not measured, or not in every replication."""
        return list(dict.fromkeys(finding.reason for finding in self.findings if finding.reason))


@dataclass(frozen=True)
class Validation:
    """All patterns judged on one case."""

    case: Case
    seed: int
    replications: int
    members: int  # parameter sets of the ensemble; 0: the case's own parameters
    judged: tuple[Judged, ...]

    def count(self, verdict: str, used: str | None = None) -> int:
        """Count the patterns with a verdict."""
        return sum(j.verdict == verdict and used in (None, j.pattern.used) for j in self.judged)

    def frame(self) -> pd.DataFrame:
        """One row a part of a pattern: band, median, 90 % band, verdict; several numbers are joined by a semicolon."""
        return pd.DataFrame([_row(judged, finding) for judged in self.judged for finding in judged.findings])

    def values(self) -> pd.DataFrame:
        """One row a replication and number measured."""
        rows = [
            (judged.pattern.number, finding.part.what, replication, place, value)
            for judged in self.judged
            for finding in judged.findings
            if finding.values is not None
            for replication, numbers in enumerate(finding.values.tolist())
            for place, value in enumerate(numbers)
        ]
        return pd.DataFrame(rows, columns=["pattern", "part", "replication", "place", "value"])


def _row(judged: Judged, finding: Finding) -> dict:
    pattern, part = judged.pattern, finding.part
    rows = ((), (), ()) if finding.values is None else finding.band
    low, median, high = ("; ".join(f"{value:.6g}" for value in row) for row in rows)
    return {
        "pattern": pattern.number, "name": pattern.name, "name_zh": pattern.name_zh, "part": part.what,
        "unit": part.unit, "target_low": part.low, "target_high": part.high, "median": median, "band_low": low,
        "band_high": high, "part_verdict": finding.verdict, "verdict": judged.verdict, "used": pattern.used,
        "source": "; ".join(pattern.source), "origin": pattern.origin, "remark": judged.remark,
    }  # fmt: skip


def validate(
    case: Case,
    replications: int = 20,
    seed: int = 0,
    workers: int = 1,
    ensemble: Sequence[Mapping[str, float]] = (),
    report: Report | None = None,
    numbers: tuple[int, ...] | None = None,
) -> Validation:
    """Judge the patterns on a case: every case they need, over replications that share their seeds.

    With an ensemble of parameter sets, replication r lives under set r modulo their number, so that what the data leave
    open shows in the bands; there are then at least as many replications as sets.
    """
    replications = whole("replications", replications, 1)
    known = load(case.country)
    replications = max(replications, len(ensemble))
    names = known.needed(numbers)
    bases = [case.with_(parameters=dict(members)) for members in ensemble] or [case]
    cases = {(name, i): known.case(name, base) for name in names for i, base in enumerate(bases)}
    tasks = [
        (cases[name, number % len(bases)], own)
        for number, own in enumerate(paired_seeds(seed, replications))
        for name in names
    ]
    outcomes = observe_all(tasks, workers, report)
    runs = [dict(zip(names, outcomes[i : i + len(names)])) for i in range(0, len(outcomes), len(names))]
    chosen = [pattern for pattern in known.patterns if numbers is None or pattern.number in numbers]
    return Validation(case, seed, replications, len(ensemble), tuple(judge(pattern, runs) for pattern in chosen))


def judge(pattern: Pattern, runs: Sequence[Mapping[str, Outcome]]) -> Judged:
    """Measure every part of a pattern on every replication."""
    return Judged(pattern, tuple(_finding(part, runs) for part in pattern.parts))


def _finding(part: Part, runs: Sequence[Mapping[str, Outcome]]) -> Finding:
    """Measure one part; replications in which it has no value are left out, unless it has one in none of them."""
    values, reason = [], ""
    for replication in runs:
        try:
            values.append(part.measured(replication))
        except NotMeasured as missing:
            reason = str(missing)
    if not values:
        return Finding(part, None, reason)
    without = len(runs) - len(values)
    return Finding(part, np.array(values), f"in {without} of {len(runs)} replications {reason}" if without else "")


__all__ = ["BASELINE", "IN_BAND", "NOT_MEASURED", "OUT", "Finding", "Judged", "Validation", "judge", "validate"]
