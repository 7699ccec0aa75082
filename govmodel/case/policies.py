"""Dated law: files that say which lever a real policy set, when, where, to what, and on which source."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from ..facts.orders import PROVINCES
from ..foundations.calendar import RUN_UNTIL, month_name, month_number
from ..foundations.errors import InputError, nearest
from ..foundations.toml import read_toml
from . import levers

_ENTRIES = {"id", "title", "title_zh", "date", "source", "reference", "description", "changes"}
_CHANGE_ENTRIES = {"lever", "date", "value", "source", "why"}
_MAY_BE_LEFT_OUT = {"until", "province"}
NATION = "all"


@dataclass(frozen=True)
class Change:
    """One lever set to one value from one month on, for good or until a month, in the nation or in one province."""

    lever: str
    month: int
    value: float
    source: str
    why: str
    until: int | None = None  # the last month in which it holds
    province: str = NATION

    def to_dict(self) -> dict:
        """Write the change as a policy file does."""
        table = {"lever": self.lever, "date": month_name(self.month), "value": self.value}
        table |= {"source": self.source, "why": self.why}
        table |= {} if self.until is None else {"until": month_name(self.until)}
        return table if self.province == NATION else table | {"province": self.province}


@dataclass(frozen=True)
class Policy:
    """One policy: title, date, source and the changes it makes to levers."""

    id: str
    title: str
    title_zh: str
    date: str
    source: str
    reference: str
    description: str
    changes: tuple[Change, ...]

    def to_dict(self) -> dict:
        """Write the policy as its file does."""
        return asdict(self) | {"changes": [change.to_dict() for change in self.changes]}


class _Place:
    """Says where in a policy file something stands, with its line where there is a text."""

    def __init__(self, name: str, text: str = ""):
        self.name = name
        lines = text.splitlines()
        self._lines = lines
        self._heads = [i for i, line in enumerate(lines) if re.match(r"\s*\[\[\s*changes\s*\]\]", line)]

    def change(self, number: int, key: str = "") -> str:
        """Name a change, and an entry of it."""
        if number >= len(self._heads):
            return f"{self.name}: changes[{number}]" + (f".{key}" if key else "")
        begin = self._heads[number]
        end = self._heads[number + 1] if number + 1 < len(self._heads) else len(self._lines)
        keyed = [i for i in range(begin, end) if key and re.match(rf"\s*{key}\s*=", self._lines[i])]
        return f"{self.name}, line {(keyed or [begin])[0] + 1}: changes[{number}]" + (f".{key}" if key else "")


def _same_entries(where: str, entry: object, wanted: set, optional: set = frozenset()) -> None:
    """Refuse what is no table, and a table that lacks an entry or has one too many; `where` goes before its name."""
    if not isinstance(entry, Mapping):
        raise InputError(where.rstrip(":. "), "a table", entry, "Write names with values.")
    for key in entry:
        if key not in wanted | optional:
            raise InputError(f"{where}{key}", "an entry that is known here", key, nearest(key, wanted | optional))
    for key in sorted(wanted - set(entry)):
        raise InputError(f"{where}{key}", "a value", None, "Add this key.")


def _text(where: str, given: object) -> str:
    """Accept a text."""
    if not isinstance(given, str):
        raise InputError(where, "a text", given)
    return given


def _day(where: str, given: object) -> str:
    """Accept the day, or the month, from which a policy dates; TOML has a kind of its own for days."""
    text = str(given) if isinstance(given, (str, date)) else ""
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}(-[0-9]{2})?", text):
            raise ValueError(text)
        date.fromisoformat(f"{text}-01"[:10])
    except ValueError:
        raise InputError(where, 'a day written "YYYY-MM-DD"', given, 'Write, for example, "2026-04-01".') from None
    return text


def _change(entry: Mapping, number: int, place: _Place, country: str) -> Change:
    """Accept one change of a policy, or say which line is wrong."""
    _same_entries(f"{place.change(number)}.", entry, _CHANGE_ENTRIES, _MAY_BE_LEFT_OUT)
    registry = levers.load(country)
    if not isinstance(entry["lever"], str) or entry["lever"] not in registry:
        raise InputError(
            place.change(number, "lever"),
            "the name of a lever",
            entry["lever"],
            nearest(str(entry["lever"]), registry, "Levers"),
        )
    lever = registry[entry["lever"]]
    value = lever.check(entry["value"], place.change(number, "value"))
    month = month_number(entry["date"], place.change(number, "date"))
    if not 0 <= month <= RUN_UNTIL:
        wanted = f"a month from {month_name(0)} to {month_name(RUN_UNTIL)}"
        raise InputError(place.change(number, "date"), wanted, entry["date"], "The facts cover no other months.")
    until = entry.get("until")
    if until is not None:
        until = month_number(until, place.change(number, "until"))
        if until < month:
            raise InputError(place.change(number, "until"), f"a month from {month_name(month)} on", entry["until"],
                             "Let the change end after it begins.")  # fmt: skip
    province = entry.get("province", NATION)
    if province != NATION:
        if province not in PROVINCES:
            raise InputError(place.change(number, "province"), "the code of a province, or all", province,
                             nearest(str(province), PROVINCES, "Provinces"))  # fmt: skip
        if not lever.by_province:
            able = [name for name, other in registry.items() if other.by_province]
            raise InputError(place.change(number, "province"), f"one of the levers {', '.join(able)}", lever.name,
                             "This lever is the same in all provinces.")  # fmt: skip
    source, why = (_text(place.change(number, name), entry[name]) for name in ("source", "why"))
    return Change(lever.name, month, value, source, why, until, province)


def _refuse_overlaps(changes: list[Change], place: _Place) -> None:
    """Refuse two changes of one lever in one place whose months overlap; one without an end lasts to the next."""
    for number, later in enumerate(changes):
        for earlier in changes[:number]:
            if (earlier.lever, earlier.province) != (later.lever, later.province):
                continue
            first, second = sorted((earlier, later), key=lambda change: change.month)
            if first.month == second.month or (first.until is not None and first.until >= second.month):
                wanted = f"months in which no other change of {later.lever!r} holds"
                raise InputError(place.change(number, "date"), wanted, month_name(later.month),
                                 "Let the earlier change end before this one.")  # fmt: skip


def parse(table: Mapping, country: str, place: _Place) -> Policy:
    """Accept the content of a policy file and hold its values to the levers' ranges."""
    _same_entries(f"{place.name}: ", table, _ENTRIES)
    if not isinstance(table["changes"], (list, tuple)):
        raise InputError(f"{place.name}: changes", "tables headed [[changes]]", table["changes"], "")
    changes = [_change(entry, number, place, country) for number, entry in enumerate(table["changes"])]
    _refuse_overlaps(changes, place)
    texts = {name: _text(f"{place.name}: {name}", table[name]) for name in sorted(_ENTRIES - {"changes", "date"})}
    return Policy(**texts, date=_day(f"{place.name}: date", table["date"]), changes=tuple(changes))


def read(path: Path, country: str = "china") -> Policy:
    """Read one policy file."""
    table, text = read_toml(path, "policy file", "governance.policies")
    policy = parse(table, country, _Place(path.name, text))
    if policy.id != path.stem:
        raise InputError(f"{path.name}: id", f"the file's name, {path.stem!r}", policy.id, "Rename one of the two.")
    return policy


@lru_cache(maxsize=8)
def load(country: str = "china") -> dict[str, Policy]:
    """Load all policies that are known of a country, by id."""
    folder = levers.FACTS_FOLDER / country / "policies"
    return {path.stem: read(path, country) for path in sorted(folder.glob("*.toml"))}


def choose(names: list[str], enacted: list[Mapping], country: str) -> tuple[Policy, ...]:
    """Find policies by name, or by the path of a file; `enacted` are tables of policies that came from files."""
    own = {}
    for number, table in enumerate(enacted):
        policy = parse(table, country, _Place(f"governance.enacted[{number}]"))
        own[policy.id] = policy
    known, chosen = load(country) | own, []
    for number, name in enumerate(names):
        field = f"governance.policies[{number}]"
        if name in known:
            policy = known[name]
        elif name.endswith(".toml") or "/" in name or "\\" in name:
            policy = read(Path(name), country)
        else:
            raise InputError(field, "the name of a policy, or the path of its file", name,
                             nearest(name, known, "Policies"))  # fmt: skip
        if policy.id in [other.id for other in chosen]:
            raise InputError(field, "each policy once", name, "Remove one of the two.")
        chosen.append(policy)
    return tuple(chosen)


def law_of(lever: str, policies: Iterable[Policy]) -> list[Change]:
    """List what the policies do to one lever, in the order in which it takes effect (ties: as named)."""
    changes = [change for policy in policies for change in policy.changes if change.lever == lever]
    return sorted(changes, key=lambda change: change.month)
