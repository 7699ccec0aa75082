"""Goals: what each of the eight seats looks at, in which unit, and what counts as missing it wholly."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache

from ..case.levers import FACTS_FOLDER, SEATS
from ..foundations.errors import InputError

# What can be measured, by seat; a country's file says what each is worth to its seat
MEASURED = {
    "central_government": ("licensed_share", "treasury", "safety"),
    "provinces": ("licensed_share", "purse", "livelihoods"),
    "automakers": ("profit", "duty"),
    "battery_makers": ("profit", "supply"),
    "recyclers": ("profit", "utilisation", "feed_price"),
    "workshops": ("income", "risk"),
    "associations": ("kept_word", "members_profit"),
    "consumers": ("price", "safety", "trust"),
}
BETTER = {"more": 1.0, "less": -1.0}
_ENTRIES = ("title", "title_zh", "unit", "better", "scale", "weight", "what", "what_zh", "source")


@dataclass(frozen=True)
class Goal:
    """One thing a seat cares for: unit, which way is better, what a whole miss is, its weight for the seat."""

    seat: str
    name: str
    title: str
    title_zh: str
    unit: str
    better: float  # 1 more, -1 less
    scale: float
    weight: float
    what: str
    what_zh: str
    source: str


@lru_cache(maxsize=8)
def load(country: str = "china") -> tuple[Goal, ...]:
    """Read the goals of a country, seat by seat; refuses a file that lacks one or knows one that nobody measures."""
    path = FACTS_FOLDER / country / "goals.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    goals = []
    for seat in SEATS:
        given = tables.get(seat, {})
        if set(given) != set(MEASURED[seat]):
            raise InputError(f"{path.name}: {seat}", f"the goals {', '.join(MEASURED[seat])}", sorted(given), "")
        goals += [_goal(path.name, seat, name, given[name]) for name in MEASURED[seat]]
        total = sum(goal.weight for goal in goals if goal.seat == seat)
        if abs(total - 1.0) > 1e-6:
            raise InputError(f"{path.name}: {seat}", "weights that sum to 1", total, "Scale them.")
    return tuple(goals)


def _goal(file: str, seat: str, name: str, entry: dict) -> Goal:
    where = f"{file}: {seat}.{name}"
    missing = [key for key in _ENTRIES if key not in entry]
    if missing:
        raise InputError(where, f"the entries {', '.join(_ENTRIES)}", sorted(entry), f"Add {', '.join(missing)}.")
    if entry["better"] not in BETTER or not entry["scale"] > 0 or not 0 <= entry["weight"] <= 1:
        wanted = "better more or less, a scale above 0, a weight from 0 to 1"
        raise InputError(where, wanted, [entry["better"], entry["scale"], entry["weight"]], "")
    given = {key: entry[key] for key in _ENTRIES}
    return Goal(seat, name, **given | {"better": BETTER[entry["better"]]})
