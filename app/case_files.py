"""Case files: what is saved can be loaded again; one that the board cannot show whole is refused, with the reason."""

import re
from collections.abc import Mapping

import numpy as np

from govmodel.case import Case
from govmodel.case import structures as structure_room
from govmodel.foundations.calendar import EXPERIMENT_FROM, LAST_YEAR
from govmodel.foundations.errors import InputError

from .structure_files import hold, table_of
from .wanted import FIRST_YEAR, OUTLOOKS, SCALE, cases, understand

LARGEST = 400_000  # letters in a case file
SEED = "# seed {}\n"  # a case has no luck of its own: the first line of a saved file tells it to the board
WHERE = "case file"


def write_case(case: Case, seed: int) -> str:
    """Write a case as the TOML file that the command line reads, with the seed in its first line."""
    return SEED.format(seed) + case.to_toml()


def read_case(text: str) -> dict:
    """Read a saved case, JSON or TOML: gives the settings, and what was shown beside them."""
    table = table_of(text, WHERE, LARGEST)
    if "wanted" in table:
        wanted = _exactly(table["wanted"])
        shown = table.get("shown") if isinstance(table.get("shown"), Mapping) else {}
        kept = _exactly(shown["kept"]) if shown.get("kept") else None
        return {"wanted": wanted, "month": str(shown.get("month", "")), "kept": kept}
    if "scenario" not in table and "governance" not in table:
        raise InputError(WHERE, "settings or a case", ", ".join(map(str, table))[:80] or "nothing", "Save one first.")
    found = re.match(r"\ufeff?# seed (\d+)\s", text)
    return {"wanted": _of_case(table, int(found[1]) if found else None), "month": "", "kept": None}


def _exactly(given: object) -> dict:
    """Take settings that need no change; a file is not clamped, as a hand-written address is, but refused."""
    wanted, notes = understand(given)
    if not isinstance(given, Mapping) or notes:
        note = notes[0] if notes else {"what": "wanted", "got": str(given)[:40]}
        raise InputError(f"{WHERE}: {note['what']}", "what is possible here", note["got"], "Mend that place.")
    return wanted


def _of_case(table: dict, seed: int | None) -> dict:
    """Find the settings that give a case, and make sure that they do."""
    scenario = table.get("scenario") if isinstance(table.get("scenario"), Mapping) else {}
    governance = table.get("governance") if isinstance(table.get("governance"), Mapping) else {}
    if isinstance(structure := governance.get("structure"), Mapping):
        hold(structure, f"{WHERE}: structure")
    elif isinstance(structure, str) and structure not in structure_room.library():
        raise InputError(f"{WHERE}: structure", "a structure of the library, or a table", structure, "Name another.")
    case = Case.from_dict(table | {"name": "loaded", "scenario": {**scenario, "scale": SCALE}})
    outlook = next((name for name, it in OUTLOOKS.items() if _outlook(it) == case.retirement_outlook), "central")
    resolved = case.to_dict()
    lawful = Case.from_dict(resolved | {"governance": {**resolved["governance"], "levers": {}, "by_law": []}})
    levers, since = _levers(case, lawful)
    wanted = {
        "structure": resolved["governance"]["structure"], "levers": levers, "since": since, "outlook": outlook,
        "prices": case.metal_prices, "capacity": case.capacity,
    }  # fmt: skip
    wanted = _exactly({key: value for key, value in wanted.items() if value is not None})
    if seed is not None:
        wanted = _exactly(wanted | {"seed": seed})
    made = cases(wanted)[1]
    if made.hash != case.hash:
        raise InputError(WHERE, "a case that this page can show", _difference(made, case), "Run it: govmodel run FILE.")
    return wanted


def _outlook(name: str) -> str:
    return Case.load(name).retirement_outlook


def _levers(case: Case, lawful: Case) -> tuple[dict[str, float], int | None]:
    """Read the levers that a case names: one value each, all from the January of one year, and the law before."""
    levers, years = {}, set(range(FIRST_YEAR, LAST_YEAR + 1))
    for name in case.own_levers:
        path, law = case.lever_path(name), lawful.lever_path(name)
        held = {year for year in years if _from(year, path, law, case)}
        if not held:
            wanted = "one value from the January of a year on, which all levers share, and the law before"
            raise InputError(f"{WHERE}: levers.{name}", wanted, "something else", "Run it: govmodel run FILE.")
        years, levers[name] = held, float(path[-1])
    return levers, min(years) if levers else None


def _from(year: int, path: np.ndarray, law: np.ndarray, case: Case) -> bool:
    at = EXPERIMENT_FROM + (year - FIRST_YEAR) * 12 - case.start
    return 0 <= at < len(path) and bool((path[at:] == path[-1]).all() and (path[:at] == law[:at]).all())


def _difference(one: Case, other: Case) -> str:
    """Name what two cases do not share."""
    left, right = one.to_dict(), other.to_dict()
    found = []
    for room in ("scenario", "governance"):
        for name in left[room]:
            mine, theirs = left[room][name], right[room][name]
            if mine == theirs or name == "by_law":
                continue
            inner = (
                sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k)) if isinstance(mine, dict) else []
            )
            found.append(f"{room}.{name}" + (f" ({', '.join(map(str, inner[:3]))})" if inner else ""))
    return ", ".join(found) or "something else"
