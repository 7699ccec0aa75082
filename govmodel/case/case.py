"""The case: everything that decides a run, except the seed. Immutable, comparable, saved resolved."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ..facts.orders import PROVINCES
from ..foundations import parameters as parameter_room
from ..foundations.calendar import MONTHS, month_name
from ..foundations.errors import InputError, nearest
from ..foundations.files import is_text, named, write_text
from ..foundations.toml import read_toml
from . import demands as demand_room
from . import levers as lever_room
from . import policies as policy_room
from . import structures as structure_room
from .policies import NATION

LIBRARY = Path(__file__).resolve().parent / "library"
ALIASES = {"low_outlook": "low", "central_outlook": "central", "high_outlook": "high"}
_LABELS = ("name", "title", "title_zh", "description")


@dataclass(frozen=True)
class EarlyRelease:
    """A trade-in campaign: from `start` to `until` (month numbers, both included) vehicles end sooner.

    `factor` multiplies the hazard that a vehicle of that province and holder class ends in a month.
    """

    start: int
    until: int
    province: str  # a code, or "all"
    holder_class: str  # a class, or "all"
    factor: float

    def to_dict(self) -> dict:
        """Write the campaign as a case file does."""
        return {
            "from": month_name(self.start),
            "until": month_name(self.until),
            "province": self.province,
            "holder_class": self.holder_class,
            "factor": self.factor,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """A scenario (nobody chooses it) and a governance (somebody does). Build one by `load`, `from_dict` or `with_`."""

    name: str
    title: str
    title_zh: str
    description: str
    country: str
    start: int  # month numbers, both included
    until: int
    scale: int  # real packs per simulated pack
    retirement_outlook: str
    metal_prices: str
    capacity: str
    parameters: Mapping[str, float]
    early_release: tuple[EarlyRelease, ...]
    without: tuple[str, ...]  # mechanisms that are switched off
    governing: structure_room.Governing
    frozen: tuple[str, ...]  # levers that no body moves
    laws: tuple[policy_room.Policy, ...]
    own_levers: Mapping[str, lever_room.OwnPath] = field(default_factory=dict)  # what the user named
    demands: Mapping[str, float] = field(default_factory=dict)  # edits to the demand table, by seat.goal.lever

    @classmethod
    def load(cls, name_or_path: str | Path = "china") -> "Case":
        """Load a case from the library by name, or from a TOML file by path."""
        path = _find(name_or_path)
        data, _ = read_toml(path, "case file", "case")
        data.setdefault("name", path.stem)
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: dict) -> "Case":
        """Build a case from the content of a case file; whatever is left out takes its default."""
        from . import schema  # here, because pydantic is slow to import

        table = schema.check(_plain(data))
        scenario, governance = table.scenario, table.governance
        if scenario.until < scenario.start:
            raise InputError(
                "scenario.until",
                f"a month from {month_name(scenario.start)}, the start, on",
                month_name(scenario.until),
                "Let the run end after it starts.",
            )
        campaigns = tuple(
            EarlyRelease(c.since, c.until, c.province, c.holder_class, c.factor) for c in scenario.early_release
        )
        for number, campaign in enumerate(campaigns):
            if campaign.until < campaign.start:
                raise InputError(
                    f"scenario.early_release[{number}].until",
                    "a month after the campaign's first",
                    month_name(campaign.until),
                    "Let the campaign end after it starts.",
                )
        laws = policy_room.choose(governance.policies, governance.enacted, scenario.country)
        case = cls(
            **{label: getattr(table, label) for label in _LABELS},
            country=scenario.country,
            start=scenario.start,
            until=scenario.until,
            scale=scenario.scale,
            retirement_outlook=scenario.retirement_outlook,
            metal_prices=scenario.metal_prices,
            capacity=scenario.capacity,
            parameters=MappingProxyType(parameter_room.numbers(scenario.country, scenario.parameters)),
            early_release=campaigns,
            without=tuple(sorted(set(scenario.without))),
            governing=structure_room.choose(governance.structure, scenario.country),
            frozen=schema.check_frozen(governance.frozen, scenario.country),
            laws=laws,
            own_levers=MappingProxyType(schema.check_levers(governance.levers, scenario.country)),
            demands=MappingProxyType(demand_room.check(scenario.demands, scenario.country)),
        )
        return case._without(governance.by_law)

    def _without(self, by_law: list[str]) -> "Case":
        """Forget the paths that a saved file marks as set by law, where the law still says the same."""
        for name in by_law:
            if name not in self.own_levers:
                raise InputError("governance.by_law", "levers that stand in governance.levers", name, "Remove it.")
        lawful = {
            name for name in by_law if np.array_equal(self._path(name, self.own_levers[name]), self._path(name, None))
        }
        own = {name: path for name, path in self.own_levers.items() if name not in lawful}
        return self._copy(own_levers=MappingProxyType(own))

    def _copy(self, **changes) -> "Case":
        return type(self)(**{f.name: getattr(self, f.name) for f in fields(self)} | changes)

    def with_(self, **changes) -> "Case":
        """Give a changed copy: scenario fields, structure, frozen, policies, early_release, name, titles.

        `levers`, `parameters` and `demands` are merged into what is there; everything else replaces it. A new title
        without a Chinese one leaves the case without a Chinese one.
        """
        data = self._given()
        if "title" in changes:
            data["title_zh"] = ""
        for key, value in changes.items():
            if key in ("levers", "parameters", "demands"):
                if not isinstance(value, Mapping):
                    raise InputError(key, f"a table of {key} by name", value, f"Write {key}={{name: value}}.")
                table = data["governance" if key == "levers" else "scenario"][key]
                table.update(value)
            elif key == "frozen":
                data["governance"][key] = [value] if isinstance(value, str) else value
            elif key in _LABELS:
                data[key] = value
            elif key in ("structure", "policies", "enacted"):
                data["governance"][key] = value
            elif key in data["scenario"]:
                data["scenario"][key] = month_name(value) if key in ("start", "until") and _is_month(value) else value
            else:
                known = (*_LABELS, *data["scenario"], *data["governance"])
                raise InputError("with_", "the name of something in a case", key, nearest(key, known, "Known"))
        return self.from_dict(data)

    def _given(self) -> dict:
        """Write the case as a user would: only the levers that were named, laws by name."""
        return {
            **{label: getattr(self, label) for label in _LABELS},
            "scenario": {
                "country": self.country,
                "start": month_name(self.start),
                "until": month_name(self.until),
                "scale": self.scale,
                "retirement_outlook": self.retirement_outlook,
                "metal_prices": self.metal_prices,
                "capacity": self.capacity,
                "parameters": dict(self.parameters),
                "early_release": [campaign.to_dict() for campaign in self.early_release],
                "without": list(self.without),
                "demands": dict(self.demands),
            },
            "governance": {
                "structure": self._structure_given(),
                "frozen": list(self.frozen),
                "policies": list(self.policies),
                "enacted": [law.to_dict() for law in self.laws if law != policy_room.load(self.country).get(law.id)],
                "levers": {
                    name: {month_name(month): value for month, value in path.items()}
                    if isinstance(path, Mapping)
                    else path
                    for name, path in self.own_levers.items()
                },
            },
        }

    def _structure_given(self) -> str | dict:
        """Write who governs: by name if it is the library's own, else by its table."""
        own = self.governing
        if own.id in structure_room.library(self.country) and own == structure_room.load(own.id, self.country):
            return own.id
        return own.to_dict(self.country)

    @property
    def structure(self) -> str:
        """Name who governs; a label for people, which no run reads."""
        return self.governing.id

    def to_dict(self) -> dict:
        """Write the case resolved: every parameter, and every lever's whole path as the months in which it moves."""
        data = self._given()
        data["governance"]["levers"] = {name: self._moves(name) for name in lever_room.load(self.country)}
        data["governance"]["by_law"] = [name for name in lever_room.load(self.country) if name not in self.own_levers]
        return data

    def to_toml(self) -> str:
        """Write the resolved case as text; loading it gives a case of equal hash."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def save(self, path: str | Path) -> None:
        """Write the resolved case to a file, whole; one that was there stays as it was if that fails."""
        path = named(path, "path", "the name of a file", "my_case.toml")
        if not path.name:
            raise InputError("path", "the name of a file", str(path), "This is a folder; name a file in it.")
        write_text(path, self.to_toml())

    @property
    def policies(self) -> tuple[str, ...]:
        """Name the policies in force, in the order in which they were given."""
        return tuple(law.id for law in self.laws)

    @cached_property
    def hash(self) -> str:
        """Give the sha256 of the resolved content without names, titles and descriptions."""
        data = self.to_dict()
        for label in _LABELS:
            del data[label]
        if not self.demands:
            del data["scenario"]["demands"]
        del data["governance"]["by_law"]  # who set a path changes nothing in the run
        data["governance"]["structure"] = self.governing.table(self.country)  # names of structures decide nothing
        data["provinces"] = {name: path.tolist() for name, path in self.provincial_paths.items()}
        return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @cached_property
    def months(self) -> np.ndarray:
        """List the months of the run as month numbers, int64."""
        return _read_only(np.arange(self.start, self.until + 1))

    @cached_property
    def _paths(self) -> dict[str, np.ndarray]:
        return {name: _read_only(self._path(name, self.own_levers.get(name))) for name in lever_room.load(self.country)}

    def lever_path(self, name: str) -> np.ndarray:
        """Give a lever's value in every month of the run (read-only float array)."""
        lever_room.load(self.country)[name]  # refuses an unknown name
        return self._paths[name]

    @cached_property
    def provincial_paths(self) -> dict[str, np.ndarray]:
        """Give the levers that laws set otherwise in some province: float (months, 31) by name."""
        paths = {}
        for name in {change.lever for law in self.laws for change in law.changes if change.province != NATION}:
            own = self.own_levers.get(name)
            paths[name] = _read_only(np.column_stack([self._path(name, own, province) for province in PROVINCES]))
        return dict(sorted(paths.items()))

    def _path(self, name: str, own: lever_room.OwnPath | None, province: str = NATION) -> np.ndarray:
        """Lay the laws over the 2025 value, and the user's path over the laws: each move holds until a later one.

        The user's moves come last, so from the first of them on no law counts. What a law sets for some months only
        gives way afterwards to what held before.
        """
        values = np.full(len(self.months), lever_room.load(self.country)[name].value_2025)
        for change in policy_room.law_of(name, self.laws):
            if change.province in (NATION, province):
                last = self.until if change.until is None else change.until
                values[(self.months >= change.month) & (self.months <= last)] = change.value
        moves = []
        if own is not None:
            moves += own.items() if isinstance(own, Mapping) else [(lever_room.effective_from(own, self.start), own)]
        for month, value in moves:
            values[self.months >= month] = value
        return values

    def _moves(self, name: str) -> dict[str, float]:
        """Write a lever's path as {month: value}, the run's first month and every month in which it moves."""
        path = self.lever_path(name)
        at = [0, *(np.flatnonzero(np.diff(path)) + 1)]
        return {month_name(int(self.months[i])): float(path[i]) for i in at}

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, Case) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash)

    def __reduce__(self):
        return type(self).from_dict, (self._given(),)

    def __repr__(self) -> str:
        own = ", ".join(self.own_levers) or "none"
        return (
            f"Case({self.name!r}, {month_name(self.start)} to {month_name(self.until)}, scale {self.scale:,}, "
            f"structure {self.structure!r}, own levers: {own}, hash {self.hash[:12]})"
        )


def library() -> tuple[str, ...]:
    """List the names of the cases that come with the package."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.toml")))


def _find(name_or_path: str | Path) -> Path:
    """Say which file a library name or a path means."""
    text = str(name_or_path)
    if text in library() or text in ALIASES:
        return LIBRARY / f"{ALIASES.get(text, text)}.toml"
    path = Path(text)
    if path.is_file():
        return path
    if path.is_dir():
        raise InputError("case", "a library name or a TOML file", text, "This is a folder; name the file in it.")
    looks_like_path = path.suffix or len(path.parts) > 1
    remedy = "There is no such file." if looks_like_path else nearest(text, library(), "Library names")
    raise InputError("case", "a library name or a path to a TOML file", text, remedy)


def _is_month(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and 0 <= value < MONTHS


def a_case(given: object) -> Case:
    """Accept a case, or say that something else was given."""
    if not isinstance(given, Case):
        raise InputError("case", "a Case", given, 'Write, for example, gm.Case.load("china").')
    return given


def _plain(value: object, name: str = "case") -> object:
    """Turn numpy numbers, tuples and mappings into what a TOML file holds, and campaigns into their tables."""
    if isinstance(value, EarlyRelease):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(entry, str(key)) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry, name) for entry in value]
    if isinstance(value, str) and not is_text(value):  # it could be run, but not saved
        raise InputError(name, "a text in letters that UTF-8 knows", value, "Write another one.")
    return value.item() if isinstance(value, np.generic) else value


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
