"""The lever registry: what a governance can move, with unit, range, 2025 value and who holds it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ..foundations.calendar import EXPERIMENT_FROM, RUN_FROM, RUN_UNTIL, month_name, month_number
from ..foundations.errors import InputError, nearest

FACTS_FOLDER = Path(__file__).resolve().parent.parent / "facts"
SEATS = (
    "central_government",
    "provinces",
    "automakers",
    "battery_makers",
    "recyclers",
    "workshops",
    "associations",
    "consumers",
)
ROOMS = ("authority", "market", "information", "culture", "contract", "money")
_ENTRIES = {
    "unit",
    "range",
    "value_2025",
    "decider",
    "room",
    "source",
    "why",
    "read_from_step",
    "by_province",
    "description",
    "description_zh",
}

OwnPath = float | Mapping[int, float]  # what a user names: one number, or values by month number


@dataclass(frozen=True)
class Lever:
    """One thing a governance can move: unit, range, value in 2025, the seat that holds it and the room it acts in."""

    name: str
    unit: str
    low: float
    high: float
    value_2025: float
    decider: str
    room: str
    source: str
    why: str
    read_from_step: int
    by_province: bool
    description: str
    description_zh: str

    def check(self, value: object, field: str = "") -> float:
        """Accept a value for this lever, or say why not."""
        field = field or f"governance.levers.{self.name}"
        wanted = f"a number from {self.low:g} to {self.high:g} {self.unit}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(field, wanted, value, f"Its 2025 value is {self.value_2025:g}.")
        if not self.low <= value <= self.high:
            raise InputError(field, wanted, value, f"Its 2025 value is {self.value_2025:g}.")
        return float(value)

    def check_path(self, given: object) -> OwnPath:
        """Accept one number, or a table of numbers by "YYYY-MM"; returns a number, or values by month number."""
        if not isinstance(given, Mapping):
            return self.check(given)
        field = f"governance.levers.{self.name}"
        if not given:
            raise InputError(field, 'a number or a table of numbers by "YYYY-MM"', {}, "Name at least a month.")
        path = {run_month(month, field): self.check(value, f"{field}.{month}") for month, value in given.items()}
        return MappingProxyType(dict(sorted(path.items())))


class Registry(Mapping):
    """All levers of a country, by name; an unknown name is refused with the nearest known ones."""

    def __init__(self, levers: Mapping[str, Lever]):
        self._levers = dict(levers)

    def __getitem__(self, name: str) -> Lever:
        if name not in self._levers:
            raise InputError("lever", "the name of a lever", name, nearest(name, self._levers, "Levers"))
        return self._levers[name]

    def __contains__(self, name: object) -> bool:
        return name in self._levers

    def __iter__(self):
        return iter(self._levers)

    def __len__(self) -> int:
        return len(self._levers)


def run_month(text: object, field: str) -> int:
    """Turn "YYYY-MM" into a month number that a run can reach."""
    month = month_number(text, field)
    if not RUN_FROM <= month <= RUN_UNTIL:
        raise InputError(
            field,
            f"a month from {month_name(RUN_FROM)} to {month_name(RUN_UNTIL)}",
            text,
            "The facts cover no other months of a run.",
        )
    return month


def effective_from(own: OwnPath, start: int) -> int:
    """Say from which month a path that the user named counts; a plain number counts from 2026-01 on."""
    return min(own) if isinstance(own, Mapping) else max(EXPERIMENT_FROM, start)


def read(path: Path) -> Registry:
    """Read a lever file (TOML, one table a lever) and hold every entry to its own range."""
    levers = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if set(entry) != _ENTRIES:
            odd = sorted(set(entry) ^ _ENTRIES)
            raise InputError(
                f"{path.name}: {name}",
                f"the entries {', '.join(sorted(_ENTRIES))}",
                odd,
                "Add what is missing, remove what is extra.",
            )
        entry = dict(entry)
        low, high = entry.pop("range")
        lever = Lever(name=name, low=float(low), high=float(high), **entry)
        lever.check(lever.value_2025)
        if lever.decider not in SEATS or lever.room not in ROOMS:
            raise InputError(
                f"{path.name}: {name}",
                f"a decider of {SEATS} and a room of {ROOMS}",
                (lever.decider, lever.room),
                "Use one of these.",
            )
        levers[name] = lever
    return Registry(levers)


def countries() -> tuple[str, ...]:
    """List the countries that have a folder of facts with levers in it."""
    return tuple(sorted(path.parent.name for path in FACTS_FOLDER.glob("*/levers.toml")))


@lru_cache(maxsize=8)
def load(country: str = "china") -> Registry:
    """Load the levers of a country from its facts folder."""
    path = FACTS_FOLDER / country / "levers.toml"
    if not path.is_file():
        raise InputError("country", "a folder of facts", country, nearest(country, countries()))
    return read(path)


LEVERS = load("china")
