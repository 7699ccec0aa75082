"""The lever registry: what a governance can move, with unit, range, 2025 value and who holds it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType

from ..foundations.calendar import EXPERIMENT_FROM, RUN_FROM, RUN_UNTIL, month_name, month_number
from ..foundations.errors import InputError, nearest
from ..foundations.named import named
from ..foundations.parameters import FACTS_FOLDER

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
SEAT_NAMES = {
    "central_government": ("central government", "中央政府"),
    "provinces": ("provinces", "省级政府"),
    "automakers": ("automakers", "车企"),
    "battery_makers": ("battery makers", "电池企业"),
    "recyclers": ("recyclers", "回收企业"),
    "workshops": ("workshops", "作坊"),
    "associations": ("associations", "行业协会"),
    "consumers": ("consumers and fleets", "消费者与车队"),
}
ROOMS = ("authority", "market", "information", "culture", "contract", "money")
LONGEST_NOTICE = 24  # months

OwnPath = float | Mapping[int, float]  # what a user names: one number, or values by month number


@dataclass(frozen=True)
class Lever:
    """One thing a governance can move: unit, range, 2025 value, how bodies may move it, who holds it, where it acts."""

    name: str
    title: str
    title_zh: str
    unit: str
    low: float
    high: float
    value_2025: float
    step: float  # largest move at one meeting of a body
    notice: int  # months from a decision until it is in force
    bounds: tuple[float, float]  # what a body may set without a new statute
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
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high:
            wanted = f"a number from {self.low:g} to {self.high:g} {self.unit}"
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


Registry = Mapping[str, Lever]  # all levers of a country
_ENTRIES = {field.name for field in fields(Lever)} - {"name", "low", "high"} | {"range"}


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
        moves = _moves(f"{path.name}: {name}", entry, low, high)
        lever = Lever(name=name, low=float(low), high=float(high), **entry | moves)
        lever.check(lever.value_2025)
        if lever.decider not in SEATS or lever.room not in ROOMS:
            raise InputError(
                f"{path.name}: {name}",
                f"a decider of {SEATS} and a room of {ROOMS}",
                (lever.decider, lever.room),
                "Use one of these.",
            )
        levers[name] = lever
    return named("lever", levers, "Levers")


def _moves(where: str, entry: Mapping, low: float, high: float) -> dict:
    """Accept how a governing body may move a lever: its step, notice and bounds, or say which is wrong."""
    step, notice, bounds = entry["step"], entry["notice"], entry["bounds"]
    if not _is_number(step) or not 0.0 < step <= high - low:
        raise InputError(f"{where}.step", f"a number above 0 and up to {high - low:g}", step, "Say one meeting's move.")
    if not isinstance(notice, int) or isinstance(notice, bool) or not 0 <= notice <= LONGEST_NOTICE:
        raise InputError(f"{where}.notice", f"whole months from 0 to {LONGEST_NOTICE}", notice, "Correct the number.")
    pair = isinstance(bounds, list) and len(bounds) == 2 and all(map(_is_number, bounds))
    if not pair or not low <= bounds[0] <= entry["value_2025"] <= bounds[1] <= high or bounds[0] == bounds[1]:
        wanted = f"[lowest, highest] from {low:g} to {high:g}, with the value of 2025 ({entry['value_2025']}) between"
        raise InputError(f"{where}.bounds", wanted, bounds, "Widen them, or correct range or value_2025.")
    return {"step": float(step), "bounds": (float(bounds[0]), float(bounds[1]))}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


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
