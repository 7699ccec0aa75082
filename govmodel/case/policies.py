"""Dated law: files that say which lever a real policy set, when, to what, and on which source."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..foundations.calendar import month_number
from ..foundations.errors import InputError
from . import levers

_ENTRIES = {"id", "title", "title_zh", "date", "source", "reference", "description", "changes"}
_CHANGE_ENTRIES = {"lever", "date", "value", "source", "why"}


@dataclass(frozen=True)
class Change:
    """One lever set to one value from one month on."""

    lever: str
    month: int
    value: float
    source: str
    why: str


@dataclass(frozen=True)
class Policy:
    """One real policy: title, date, source and the changes it made to levers."""

    id: str
    title: str
    title_zh: str
    date: str
    source: str
    reference: str
    description: str
    changes: tuple[Change, ...]


def _same_entries(where: str, entry: dict, wanted: set) -> None:
    """Refuse a table that lacks an entry or has one too many."""
    if set(entry) != wanted:
        raise InputError(
            where,
            f"the entries {', '.join(sorted(wanted))}",
            sorted(set(entry) ^ wanted),
            "Add what is missing, remove what is extra.",
        )


def read(path: Path, country: str = "china") -> Policy:
    """Read one policy file and hold its values to the levers' ranges."""
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    _same_entries(path.name, text, _ENTRIES)
    if text["id"] != path.stem:
        raise InputError(f"{path.name}: id", f"the file's name, {path.stem!r}", text["id"], "Rename one of the two.")
    registry = levers.load(country)
    changes = []
    for number, entry in enumerate(text.pop("changes")):
        where = f"{path.name}: changes[{number}]"
        _same_entries(where, entry, _CHANGE_ENTRIES)
        value = registry[entry["lever"]].check(entry["value"], where)
        changes.append(Change(entry["lever"], month_number(entry["date"], where), value, entry["source"], entry["why"]))
    return Policy(**text, changes=tuple(changes))


@lru_cache(maxsize=8)
def load(country: str = "china") -> dict[str, Policy]:
    """Load all policies that are known of a country, by id."""
    folder = levers.FACTS_FOLDER / country / "policies"
    return {path.stem: read(path, country) for path in sorted(folder.glob("*.toml"))}


def law_of(lever: str, policies: tuple[str, ...], country: str = "china") -> list[Change]:
    """List what the named policies do to one lever, in the order in which it takes effect (ties: as named)."""
    known = load(country)
    changes = [change for name in policies for change in known[name].changes if change.lever == lever]
    return sorted(changes, key=lambda change: change.month)
