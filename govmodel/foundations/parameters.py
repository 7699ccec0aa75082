"""Parameters: every number that is not a lever, with unit, range, meaning and source, or the word ASSUMED."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .errors import InputError, nearest
from .named import named

FACTS_FOLDER = Path(__file__).resolve().parent.parent / "facts"


@dataclass(frozen=True)
class Parameter:
    """One number of the model: its value, unit, allowed range, meaning, source and the room that reads it."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    description: str
    source: str
    room: str

    def check(self, value: object) -> float:
        """Accept a value for this parameter, or say why not."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"parameter {self.name}", f"a number in {self.unit}", value, "Give a plain number.")
        if not self.low <= value <= self.high:
            wanted = f"a number from {self.low:g} to {self.high:g} {self.unit}"
            raise InputError(f"parameter {self.name}", wanted, value, f"Its default is {self.value:g}.")
        return float(value)


def read(*paths: Path) -> Mapping[str, Parameter]:
    """Read parameter files (TOML: one table a room, one table a parameter) and hold every entry to its own range."""
    parameters = {}
    tables = [(path, room) for path in paths for room in tomllib.loads(path.read_text(encoding="utf-8")).items()]
    for path, (room, entries) in tables:
        for name, entry in entries.items():
            if name in parameters:
                raise InputError(f"{path.name}: {name}", "a name used once", name, "Rename one of the two.")
            try:
                low, high = entry["range"]
                parameter = Parameter(
                    name,
                    float(entry["value"]),
                    entry["unit"],
                    float(low),
                    float(high),
                    entry["description"],
                    entry["source"],
                    room,
                )
            except KeyError as missing:
                raise InputError(
                    f"{path.name}: {name}",
                    "value, unit, range, description and source",
                    sorted(entry),
                    f"Add {missing}.",
                ) from None
            parameter.check(parameter.value)
            parameters[name] = parameter
    return named("parameter", parameters)


@lru_cache(maxsize=8)
def load(country: str = "china") -> Mapping[str, Parameter]:
    """Load the parameters of a country from its facts folder: one file a room."""
    paths = sorted((FACTS_FOLDER / country / "parameters").glob("*.toml"))
    if not paths:
        known = sorted({p.parent.parent.name for p in FACTS_FOLDER.glob("*/parameters/*.toml")})
        raise InputError("country", "a folder of facts", country, nearest(country, known))
    return read(*paths)


def numbers(country: str = "china", overrides: Mapping[str, object] | None = None) -> dict[str, float]:
    """Give every parameter's number, with some of them replaced by checked ones."""
    known = load(country)
    own = {name: known[name].check(value) for name, value in (overrides or {}).items()}
    return {name: parameter.value for name, parameter in known.items()} | own
