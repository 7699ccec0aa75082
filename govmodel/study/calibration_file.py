"""The file of a calibration: its question, free parameters with ranges, patterns, budget and seeds."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..case.case import Case
from ..foundations import parameters as parameter_room
from ..foundations.errors import InputError, nearest
from .patterns import Pattern
from .patterns import load as load_patterns

MOST_PARAMETERS, MOST_PATTERNS = 10, 6
_NUMBERS = {  # name: (default, least, most)
    "seed": (0, 0, 2**63),
    "replications": (3, 1, 1000),
    "samples": (100, 1, 100_000),
    "rounds": (6, 0, 1000),
    "batch": (12, 1, 10_000),
    "profile_points": (7, 2, 101),
    "profile_rounds": (2, 1, 100),
    "finalists": (30, 1, 10_000),
    "confirm": (12, 2, 10_000),
}
_TEXTS = ("question", "case", "until")


@dataclass(frozen=True)
class CalibrationFile:
    """What a calibration is to do."""

    question: str
    case: Case
    patterns: tuple[Pattern, ...]
    ranges: Mapping[str, tuple[float, float]]
    tolerance: float
    seed: int
    replications: int
    samples: int
    rounds: int
    batch: int
    profile_points: int
    profile_rounds: int
    finalists: int
    confirm: int
    digest: str  # of everything above, whatever the file's layout

    @property
    def names(self) -> tuple[str, ...]:
        """The free parameters, in the file's order."""
        return tuple(self.ranges)


def read_study(path: str | Path) -> CalibrationFile:
    """Read the file of a calibration, or say what is wrong with it."""
    path = Path(path)
    data = _toml(path)
    known = {*_TEXTS, *_NUMBERS, "scale", "tolerance", "patterns", "parameters"}
    for key in data:
        if key not in known:
            raise InputError(f"{path.name}: {key}", "a key of a calibration", key, nearest(key, known, "Known keys"))
    case = Case.load(data.get("case", "china"))
    changes = {key: data[key] for key in ("until", "scale") if key in data}
    case = case.with_(**changes) if changes else case
    numbers = {name: _whole(path, data, name, *bounds) for name, bounds in _NUMBERS.items()}
    tolerance = data.get("tolerance", 0.1)
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 <= tolerance <= 10:
        raise InputError(f"{path.name}: tolerance", "a number from 0 to 10, in half band widths", tolerance)
    digest = json.dumps({**data, "case": case.hash}, sort_keys=True, default=str)
    return CalibrationFile(
        str(data.get("question", "")), case, _patterns(path, data, case), _ranges(path, data, case), float(tolerance),
        **numbers, digest=hashlib.sha256(digest.encode()).hexdigest(),
    )  # fmt: skip


def _toml(path: Path) -> dict:
    if not path.is_file():
        raise InputError("study", "a file in TOML", str(path), "There is no such file.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"study {path}", "a text in TOML", str(error), "Mend that place.") from None


def _whole(path: Path, data: dict, name: str, default: int, least: int, most: int) -> int:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(f"{path.name}: {name}", f"a whole number from {least} to {most}", value)
    return value


def _patterns(path: Path, data: dict, case: Case) -> tuple[Pattern, ...]:
    """Accept at most six patterns that the baseline alone can show."""
    by_number = {pattern.number: pattern for pattern in load_patterns(case.country).patterns}
    numbers = data.get("patterns")
    if not isinstance(numbers, list) or not 1 <= len(set(map(str, numbers))) == len(numbers) <= MOST_PATTERNS:
        raise InputError(f"{path.name}: patterns", f"a list of 1 to {MOST_PATTERNS} different pattern numbers", numbers)
    for number in numbers:
        if number not in by_number:
            raise InputError(f"{path.name}: patterns", "numbers of patterns (govmodel validate lists them)", number)
        if by_number[number].cases:
            raise InputError(
                f"{path.name}: patterns", "patterns of the case alone", number, "This one compares with other cases."
            )
    return tuple(by_number[number] for number in numbers)


def _ranges(path: Path, data: dict, case: Case) -> dict[str, tuple[float, float]]:
    """Accept at most ten parameters, each with a range inside what it may take."""
    table = data.get("parameters")
    if not isinstance(table, dict) or not 1 <= len(table) <= MOST_PARAMETERS:
        raise InputError(f"{path.name}: parameters", f"a table of 1 to {MOST_PARAMETERS} parameters", table)
    registry, ranges = parameter_room.load(case.country), {}
    for name, bounds in table.items():
        where = f"{path.name}: parameters.{name}"
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise InputError(where, "a range: [low, high]", bounds)
        low, high = (registry[name].check(bound) for bound in bounds)
        if low >= high:
            raise InputError(where, "a low end below the high one", bounds)
        ranges[name] = (low, high)
    return ranges
