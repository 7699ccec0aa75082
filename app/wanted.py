"""What a visitor wants to see: settings from the browser, held to what a case accepts, and made into a case."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache

from govmodel.case import Case
from govmodel.case import structures as structure_room
from govmodel.case.levers import LEVERS
from govmodel.foundations.calendar import EXPERIMENT_FROM, LAST_YEAR, year_of
from govmodel.foundations.errors import InputError

from .structure_files import hold

OUTLOOKS = {"central": "china", "low": "low", "high": "high"}  # outlook: the case of the library that has it
PRICES = ("central", "crash", "spike")
CAPACITIES = ("nominal", "plant_list")
FIRST_YEAR = year_of(EXPERIMENT_FROM)
BANDS = (0, 8, 20)
DEFAULT = {
    "structure": "market",
    "levers": {},
    "since": 2027,
    "outlook": "central",
    "prices": "central",
    "capacity": "nominal",
    "seed": 1,
    "bands": 20,
}
SCALE = 2000  # real packs per simulated pack: classroom size
LARGEST_SEED = 999_999


def understand(given: object) -> tuple[dict, list[dict]]:
    """Hold settings to what there is: unknown ones are left out, numbers are clamped; the notes say what was done."""
    notes: list[dict] = []
    given = given if isinstance(given, Mapping) else {}
    made = dict(DEFAULT, levers={})
    for name, known in (("outlook", OUTLOOKS), ("prices", PRICES), ("capacity", CAPACITIES), ("bands", BANDS)):
        if name in given and given[name] in list(known):
            made[name] = given[name]
        elif name in given:
            notes.append({"note": "unknown", "what": name, "got": str(given[name])[:40], "used": str(made[name])})
    for name, low, high in (("since", FIRST_YEAR, LAST_YEAR), ("seed", 0, LARGEST_SEED)):
        if name in given:
            made[name] = _clamped(name, given[name], low, high, notes, whole=True, default=made[name])
    made["structure"] = _structure(given.get("structure", "market"), notes)
    levers = given.get("levers")
    for name, value in (levers if isinstance(levers, Mapping) else {}).items():
        if name not in LEVERS:
            notes.append({"note": "unknown", "what": "lever", "got": str(name)[:40], "used": ""})
            continue
        lever = LEVERS[name]
        made["levers"][name] = _clamped(name, value, lever.low, lever.high, notes, default=lever.value_2025)
    made["levers"] = dict(sorted(made["levers"].items()))
    return made, notes


def _clamped(name: str, value: object, low: float, high: float, notes: list, whole: bool = False, default=0.0):
    """Hold a number to its range, and say so where that moved it."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        notes.append({"note": "unknown", "what": name, "got": str(value)[:40], "used": f"{default:g}"})
        return default
    held = min(max(number, low), high)
    if whole:
        held = int(round(held))
    if held != number:
        notes.append({"note": "clamped", "what": name, "got": f"{number:g}", "used": f"{held:g}"})
    return held


def _structure(given: object, notes: list) -> str | dict:
    """Accept the name of a structure or a table of one; anything else becomes the market, with the reason."""
    try:
        if isinstance(given, str) and given in structure_room.library():
            return given
        if isinstance(given, Mapping):
            hold(given, "structure")
            return json.loads(json.dumps(given))
        raise InputError("structure", "the name of a structure or a table", given, "")
    except InputError as error:
        notes.append({"note": "refused", "what": "structure", "got": str(error)[:400], "used": "market"})
        return "market"


@lru_cache(maxsize=64)
def _plain(world: str) -> Case:
    """Build the case without a visitor's own levers; `world` is JSON of outlook, prices, capacity and structure."""
    outlook, prices, capacity, structure = json.loads(world)
    case = Case.load(OUTLOOKS[outlook])
    return case.with_(metal_prices=prices, capacity=capacity, structure=structure, scale=SCALE)


def cases(wanted: dict) -> tuple[Case, Case]:
    """Give the case without and with the visitor's levers; `wanted` has been understood."""
    plain = _plain(json.dumps([wanted[name] for name in ("outlook", "prices", "capacity", "structure")]))
    if not wanted["levers"]:
        return plain, plain
    month = f"{wanted['since']}-01"
    return plain, plain.with_(levers={name: {month: float(value)} for name, value in wanted["levers"].items()})


def key_of(wanted: dict) -> str:
    """Name what a run depends on: equal keys give equal runs."""
    parts = dict(wanted)
    del parts["bands"]
    if not parts["levers"]:
        del parts["since"]
    return json.dumps(parts, sort_keys=True)


def trunk_month(wanted: dict) -> int:
    """Say up to which month a run equals that of the case without the visitor's levers.

    A body knows of levers before they come into force: where one governs, the past differs from 2026 on.
    """
    if not wanted["levers"] or wanted["structure"] != "market":
        return EXPERIMENT_FROM
    return (wanted["since"] - FIRST_YEAR) * 12 + EXPERIMENT_FROM
