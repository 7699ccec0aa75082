"""Structures: who has a say on which lever, by which rule, and how the body that governs works.

A structure is a table and nothing else; its name is for people. Its neutral body talks about nothing, costs nothing,
sees what is reported, and leaves disputes to the association (as far as the lever `mediation` gives it mediators) and
to the courts. A path puts structures one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ..foundations.calendar import EXPERIMENT_FROM, RUN_UNTIL, month_name, month_number
from ..foundations.errors import InputError, nearest, whole
from ..foundations.toml import read_toml
from . import levers as lever_room
from .levers import FACTS_FOLDER, SEATS

RULES = ("decree", "leader", "majority", "consensus")
SIGHTS = ("own", "reported", "pooled")
SETTLERS = ("nobody", "court", "association")
RHYTHMS = (3, 6, 12)
LABELS = ("id", "title", "title_zh", "source", "description", "description_zh")
ALL = "all"
_BODY = ("meets_every", "delay", "rounds", "convener", "sees", "settles", "pays")
_RIGHT = ("rule", "weights", "pays")
ROUNDING = 1e-6  # by how much shares may miss one
MOST = {"delay": 24, "rounds": 3}  # months, and rounds of talk


@dataclass(frozen=True)
class Right:
    """The decision right over one lever: its rule, every seat's weight, and who bears what the lever costs."""

    rule: str
    weights: Mapping[str, float]
    pays: Mapping[str, float]  # empty: whoever the law makes pay

    @property
    def first(self) -> str:
        """The seat with the largest weight; it decides under decree and leads under leader."""
        return max(self.weights, key=self.weights.get)

    def to_dict(self) -> dict:
        """Write the right as a structure file does."""
        table = {"rule": self.rule, "weights": dict(self.weights)}
        return table | {"pays": dict(self.pays)} if self.pays else table


@dataclass(frozen=True)
class Structure:
    """Who decides what, and how the body meets, sees, talks, pays and settles; levers not in `levers` stay put."""

    meets_every: int  # months
    delay: int  # months from a decision to its notice
    rounds: int  # of talk, at most
    convener: float  # 0 nobody convenes, 1 somebody does all that can be done
    sees: str
    settles: str
    pays: Mapping[str, float]
    levers: Mapping[str, Right]

    def to_dict(self, country: str) -> dict:
        """Write the table as a structure file does."""
        frozen = [name for name in lever_room.load(country) if name not in self.levers]
        body = {name: getattr(self, name) for name in _BODY[:-1]} | {"pays": dict(self.pays)}
        return {
            "frozen": frozen if self.levers else ALL,
            "body": body,
            "levers": {name: right.to_dict() for name, right in self.levers.items()},
        }


@dataclass(frozen=True)
class Stage:
    """A structure that governs from one month to another, both included."""

    month: int
    until: int
    structure: Structure


@dataclass(frozen=True)
class Governing:
    """Who governs when: one structure, or a path of several."""

    id: str
    title: str
    title_zh: str
    source: str
    description: str
    description_zh: str
    stages: tuple[Stage, ...]

    def at(self, month: int) -> Structure | None:
        """Give the structure that governs in a month; none before the first stage."""
        return next((stage.structure for stage in self.stages if stage.month <= month <= stage.until), None)

    def to_dict(self, country: str) -> dict:
        """Write it as a structure file does; the stages of a path carry their tables."""
        return {label: getattr(self, label) for label in LABELS} | self.table(country)

    def table(self, country: str) -> dict:
        """Write it without its labels: all that a run may know of it."""
        if len(self.stages) == 1:
            return self.stages[0].structure.to_dict(country)
        return {
            "path": [
                {"from": month_name(stage.month), "until": month_name(stage.until)}
                | {"structure": stage.structure.to_dict(country)}
                for stage in self.stages
            ]
        }


def choose(given: str | Mapping, country: str) -> Governing:
    """Find who governs: by a name of the library, by the path of a file, or by a table (whole, or `base` and edits)."""
    if isinstance(given, Mapping):
        return parse(given, country, "governance.structure")
    if not isinstance(given, str):
        raise InputError("governance.structure", "a name, a path or a table", given, _known(country))
    name = given.replace("-", "_")
    if name in library(country):
        return load(name, country)
    if given.endswith(".toml") or "/" in given or "\\" in given:
        try:
            return read(Path(given), country)
        except RecursionError:
            remedy = "It names itself as base or stage, or a file that leads back to it."
            raise InputError("governance.structure", "a file that does not build on itself", given, remedy) from None
    raise InputError(
        "governance.structure", "the name of a structure, or the path of its file", given,
        nearest(name, library(country), "Structures"),
    )  # fmt: skip


def library(country: str = "china") -> tuple[str, ...]:
    """List the structures that come with the package."""
    return tuple(sorted(path.stem for path in (FACTS_FOLDER / country / "structures").glob("*.toml")))


@lru_cache(maxsize=64)
def load(name: str, country: str = "china") -> Governing:
    """Load a structure of the library."""
    return read(FACTS_FOLDER / country / "structures" / f"{name}.toml", country)


def read(path: Path, country: str) -> Governing:
    """Read a structure file."""
    table, _ = read_toml(path, "structure file", "governance.structure")
    table.setdefault("id", path.stem)
    return parse(table, country, path.name)


def parse(table: Mapping, country: str, where: str) -> Governing:
    """Accept the content of a structure file, or say which cell of it is wrong."""
    if "base" in table:
        table = _edited(table, country, where)
    known = {*LABELS, "path"} if "path" in table else {*LABELS, "frozen", "body", "levers"}
    _keys(where, table, known)
    labels = {label: _text(where, label, table.get(label, "")) for label in LABELS}
    labels["id"] = labels["id"] or "own"
    labels["title"] = labels["title"] or labels["id"]
    stages = _path(table["path"], country, where) if "path" in table else _single(table, country, where)
    return Governing(**labels, stages=stages)


def _known(country: str) -> str:
    return f"Structures: {', '.join(library(country))}."


def _edited(table: Mapping, country: str, where: str) -> dict:
    """Lay edits over a structure of the library: cells of the body, whole rights, and what is frozen."""
    base = choose(table["base"], country)
    if len(base.stages) > 1:
        raise InputError(f"{where}: base", "a structure that is no path", table["base"], "Edit one of its stages.")
    _keys(where, table, {"base", *LABELS, "frozen", "body", "levers"})
    whole = base.to_dict(country)
    edits = {name: _table(where, name, table.get(name, {})) for name in ("body", "levers")}
    frozen = set(whole["frozen"] if whole["frozen"] != ALL else lever_room.load(country)) - set(edits["levers"])
    levers = whole["levers"] | {
        name: whole["levers"].get(name, {}) | dict(_table(where, f"levers.{name}", right))
        for name, right in edits["levers"].items()
    }
    if "frozen" in table:
        more = table["frozen"]
        more = set(lever_room.load(country) if more == ALL else _frozen(more, country, where))
        _refuse_both(more, edits["levers"], where)
        frozen |= more
        levers = {name: right for name, right in levers.items() if name not in frozen}
    labels = {label: table[label] for label in LABELS if label in table}
    labels = {"id": f"{base.id}_edited", "title": f"{base.title} (edited)"} | labels
    if "title_zh" not in labels and base.title_zh:
        labels["title_zh"] = f"{base.title_zh}（修改）"
    body = whole["body"] | dict(edits["body"])
    whole |= {"body": body, "levers": levers, "frozen": sorted(frozen)}
    return {**whole, **labels}


def _single(table: Mapping, country: str, where: str) -> tuple[Stage, ...]:
    return (Stage(EXPERIMENT_FROM, RUN_UNTIL, _structure(table, country, where)),)


def _path(stages: object, country: str, where: str) -> tuple[Stage, ...]:
    """Accept a path: it begins in 2026-01, and every stage begins where the one before it ends."""
    if not isinstance(stages, (list, tuple)) or not stages:
        raise InputError(f"{where}: path", "tables headed [[path]], one a stage", stages, "Write at least one.")
    made: list[Stage] = []
    expected = EXPERIMENT_FROM
    for number, stage in enumerate(stages):
        cell = f"{where}: path[{number}]"
        stage = _table(where, f"path[{number}]", stage)
        _keys(cell, stage, {"from", "until", "structure"}, wanted=("from", "structure"))
        month = month_number(stage["from"], f"{cell}.from")
        if month != expected:
            kind = "gap" if month > expected else "overlap"
            remedy = f"There is a {kind}: let each stage begin in the month after the one before it ends."
            raise InputError(f"{cell}.from", month_name(expected), stage["from"], remedy)
        last = number + 1 == len(stages)
        if not last and "until" not in stage and "from" in _table(where, f"path[{number + 1}]", stages[number + 1]):
            until = month_number(stages[number + 1]["from"], f"{where}: path[{number + 1}].from") - 1
        else:
            until = month_number(stage["until"], f"{cell}.until") if "until" in stage else RUN_UNTIL
        if until < month or (last and until < RUN_UNTIL):
            wanted = month_name(RUN_UNTIL) if last else f"a month from {month_name(month)} on"
            raise InputError(f"{cell}.until", wanted, month_name(until), "Leave it out to go on to the next stage.")
        made.append(Stage(month, until, _stage(stage["structure"], country, cell)))
        expected = until + 1
    return tuple(made)


def _stage(given: object, country: str, cell: str) -> Structure:
    """Find the structure of one stage."""
    if isinstance(given, Mapping):
        governing = parse(given, country, f"{cell}.structure")
    else:
        governing = choose(given, country)
    if len(governing.stages) > 1:
        raise InputError(f"{cell}.structure", "a structure that is no path", governing.id, "Name its stages here.")
    return governing.stages[0].structure


def _structure(table: Mapping, country: str, where: str) -> Structure:
    for name in ("body", "frozen"):
        if name not in table:
            raise InputError(f"{where}: {name}", "a value", None, "Add it; docs/structures.md shows how.")
    body, registry = _body(_table(where, "body", table["body"]), where), lever_room.load(country)
    given = _table(where, "levers", table.get("levers", {}))
    if table["frozen"] == ALL:
        if given:
            raise InputError(f"{where}: frozen", "the names of levers that are in no table [levers.NAME]", ALL,
                             f"Nothing is frozen that somebody decides on: {', '.join(given)}.")  # fmt: skip
        frozen = set(registry)
    else:
        frozen = set(_frozen(table["frozen"], country, where))
    for name in given:
        if name not in registry:
            raise InputError(f"{where}: levers.{name}", "the name of a lever", name, nearest(name, registry, "Levers"))
    _refuse_both(frozen, given, where)
    undecided = [name for name in registry if name not in given and name not in frozen]
    if undecided:
        raise InputError(f"{where}: levers.{undecided[0]}", "a decider: rule and weights, or its name in frozen", None,
                         f"Levers without a decider: {', '.join(undecided)}.")  # fmt: skip
    rights = {name: _right(given[name], where, name) for name in registry if name in given}
    return Structure(**body, levers=MappingProxyType(rights))


def _refuse_both(frozen: set, given: Mapping, where: str) -> None:
    """Refuse a lever that is frozen and decided on in one file."""
    for name in given:
        if name in frozen:
            raise InputError(f"{where}: levers.{name}", "a lever that is either frozen or decided on", "both",
                             "Remove one of the two.")  # fmt: skip


def _body(table: Mapping, where: str) -> dict:
    """Accept how the body works."""
    cell = f"{where}: body"
    _keys(cell, table, set(_BODY), wanted=_BODY)
    rhythm, convener = table["meets_every"], table["convener"]
    if rhythm not in RHYTHMS or isinstance(rhythm, bool):
        raise InputError(f"{cell}.meets_every", "3, 6 or 12 months", rhythm, "Bodies meet when a quarter ends.")
    for name, most in MOST.items():
        whole(f"{cell}.{name}", table[name], 0, most)
    if isinstance(convener, bool) or not isinstance(convener, (int, float)) or not 0.0 <= convener <= 1.0:
        raise InputError(f"{cell}.convener", "a number from 0 to 1", convener, "0 means that nobody convenes.")
    for name, known in (("sees", SIGHTS), ("settles", SETTLERS)):
        if table[name] not in known:
            raise InputError(f"{cell}.{name}", f"one of {', '.join(known)}", table[name], "")
    return {**table, "convener": float(convener), "pays": _shares(table["pays"], f"{cell}.pays")}


def _right(given: object, where: str, lever: str) -> Right:
    """Accept the decision right over one lever."""
    cell = f"{where}: levers.{lever}"
    table = _table(where, f"levers.{lever}", given)
    _keys(cell, table, set(_RIGHT), wanted=_RIGHT[:2])
    if table["rule"] not in RULES:
        raise InputError(f"{cell}.rule", f"one of {', '.join(RULES)}", table["rule"], "")
    weights = _shares(table["weights"], f"{cell}.weights")
    right = Right(table["rule"], weights, _shares(table["pays"], f"{cell}.pays") if table.get("pays") else {})
    ordered = sorted(weights.values(), reverse=True)
    if right.rule in RULES[:2] and len(ordered) > 1 and ordered[0] == ordered[1]:
        raise InputError(f"{cell}.weights", f"one seat with the largest weight, for the rule {right.rule!r}",
                         dict(weights), "Give one seat more than any other.")  # fmt: skip
    return right


def _shares(given: object, cell: str) -> Mapping[str, float]:
    """Accept shares by seat: each seat exists, none is negative, and they sum to one; zeros are dropped."""
    if not isinstance(given, Mapping) or not given:
        raise InputError(cell, "shares by seat, for example { provinces = 1.0 }", given, "A body needs a decider.")
    for seat, share in given.items():
        if seat not in SEATS:
            raise InputError(f"{cell}.{seat}", "one of the eight seats", seat, nearest(seat, SEATS, "Seats"))
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.0 <= share <= 1.0:
            raise InputError(f"{cell}.{seat}", "a number from 0 to 1", share, "")
    total = sum(given.values())
    if abs(total - 1.0) > ROUNDING:
        raise InputError(cell, "shares that sum to 1", f"{total:g}", "Scale them, or give what is missing to a seat.")
    return MappingProxyType({seat: float(given[seat]) for seat in SEATS if given.get(seat)})


def _frozen(given: object, country: str, where: str) -> list[str]:
    """Accept the names of levers that nobody moves."""
    if not isinstance(given, (list, tuple, set)):
        raise InputError(f"{where}: frozen", 'a list of levers, or "all"', given, "")
    registry = lever_room.load(country)
    for name in given:
        if not isinstance(name, str) or name not in registry:
            raise InputError(f"{where}: frozen", "names of levers", name, nearest(str(name), registry, "Levers"))
    return list(given)


def _keys(where: str, table: Mapping, known: set, wanted: tuple = ()) -> None:
    for key in table:
        if key not in known:
            raise InputError(f"{where}: {key}", "a key that is known here", key, nearest(key, sorted(known), "Known"))
    for key in wanted:
        if key not in table:
            raise InputError(f"{where}.{key}", "a value", None, "Add it.")


def _table(where: str, name: str, given: object) -> Mapping:
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: {name}", "a table", given, "")
    return given


def _text(where: str, name: str, given: object) -> str:
    if not isinstance(given, str):
        raise InputError(f"{where}: {name}", "a text", given, "")
    return given
