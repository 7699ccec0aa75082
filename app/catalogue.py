"""The catalogue: everything a browser must know before the first frame, in both languages; made once."""

import csv
import tomllib
from pathlib import Path

from govmodel import facts
from govmodel.actors.fates import DISPOSITIONS
from govmodel.case import Case, structures
from govmodel.case.levers import LEVERS, ROOMS, SEAT_NAMES, SEATS
from govmodel.facts import CHANNELS, PROVINCES, ROUTES
from govmodel.facts.names import called
from govmodel.foundations.calendar import EXPERIMENT_FROM, month_name
from govmodel.mechanisms.contract import FORMS, SOURCE_KINDS
from govmodel.performance.history import label
from govmodel.performance.indicators import INDICATORS
from govmodel.report import palette
from govmodel.report.texts import Texts
from govmodel.structures import goals
from govmodel.version import __version__

from .frames import LAYERS
from .wanted import BANDS, CAPACITIES, DEFAULT, FIRST_YEAR, LARGEST_SEED, OUTLOOKS, PRICES, SCALE

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh")


def toml(name: str) -> dict:
    """Read one of the app's own tables."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def panel_series() -> list[str]:
    """Name the indicators that some panel draws as lines; bands are made for these."""
    named = [series["name"] for panel in toml("panels.toml").values() for series in panel.get("series", [])]
    return list(dict.fromkeys([*named, *toml("numbers.toml")]))


def catalogue(names: dict) -> dict:
    """Gather levers, structures, indicators, provinces, panels and texts; `names` are those of firms."""
    case = Case.load("china")
    return {
        "version": __version__,
        "months": [month_name(month) for month in case.months],
        "experiment": int(EXPERIMENT_FROM - case.start),
        "levers": [_lever(lever, case) for lever in LEVERS.values()],
        "rooms": list(ROOMS),
        "seats": {seat: _both(*SEAT_NAMES[seat]) for seat in SEATS},
        "goals": [
            {"seat": goal.seat, "name": goal.name, "weight": goal.weight} | _both(goal.title, goal.title_zh)
            for goal in goals.load("china")
        ],
        "structures": {name: _structure(name) for name in structures.library()},
        "rules": list(structures.RULES), "sights": list(structures.SIGHTS), "settlers": list(structures.SETTLERS),
        "rhythms": list(structures.RHYTHMS),
        "indicators": [_indicator(indicator) for indicator in INDICATORS.values()],
        "provinces": _provinces(),
        "routes": [_both(label(name), label(name, "zh")) for name in ROUTES],
        "channels": [_both(label(name), label(name, "zh")) for name in CHANNELS],
        "ways": list(DISPOSITIONS), "layers": list(LAYERS), "forms": list(FORMS), "source_kinds": list(SOURCE_KINDS),
        "policies": [
            {"month": change_month, **_both(law.title, law.title_zh)}
            for law in case.laws
            for change_month in sorted({month_name(change.month) for change in law.changes})[:1]
        ],
        "choices": {"outlook": list(OUTLOOKS), "prices": PRICES, "capacity": CAPACITIES, "bands": BANDS},
        "limits": {"since": [FIRST_YEAR, 2035], "seed": [0, LARGEST_SEED]},
        "default": DEFAULT,
        "scale": SCALE,
        "names": names,
        "firms_zh": _firms(),
        "named": _named(),
        "panels": toml("panels.toml"), "numbers": toml("numbers.toml"), "texts": toml("texts.toml"),
        "palette": palette.load(), "multiples": toml("multiples.toml"),
    }  # fmt: skip


def _named() -> dict:
    """Give indicators the short names that panels and the line of numbers give them, and those of the rest."""
    drawn = [series for panel in toml("panels.toml").values() for series in panel.get("series", [])]
    named = {series["name"]: _both(series["en"], series["zh"]) for series in drawn}
    counted = {name: _both(known["en"], known["zh"]) for name, known in toml("numbers.toml").items()}
    return counted | named | toml("names.toml")


def _firms() -> dict[str, str]:
    """Give the Chinese names of firms and plants, by the names by which the model knows them."""
    known = facts.load()
    plants = [name for plant in known.plants for name in (plant.name, plant.firm)]
    return {name: called(name, "zh") for name in (*known.automakers, *known.battery_makers, *plants)}


def _both(english: str, chinese: str) -> dict:
    return {"en": english, "zh": chinese}


def _unit(unit: str) -> dict:
    return {lang: Texts(lang).word(unit) for lang in LANGUAGES}


def _lever(lever, case: Case) -> dict:
    path = case.lever_path(lever.name)
    return {
        "name": lever.name, "title": _both(lever.title, lever.title_zh), "unit": _unit(lever.unit),
        "low": lever.low, "high": lever.high, "bounds": lever.bounds, "step": lever.step, "notice": lever.notice,
        "value_2025": lever.value_2025, "decider": lever.decider, "room": lever.room,
        "source": lever.source, "why": lever.why, "read": lever.read_from_step <= 1,
        "what": _both(lever.description, lever.description_zh),
        "law": [float(value) for value in path[EXPERIMENT_FROM - case.start :: 12]],
    }  # fmt: skip


def _structure(name: str) -> dict:
    known = structures.load(name)
    return {
        "title": _both(known.title, known.title_zh),
        "what": _both(known.description, known.description_zh),
        "path": len(known.stages) > 1,
        "table": known.to_dict("china"),
    }


def _indicator(indicator) -> dict:
    return {
        "name": indicator.name,
        "unit": _unit(indicator.unit),
        "what": _both(indicator.definition, indicator.definition_zh),
        "rule": indicator.aggregation.partition(":")[0],
    }


def _provinces() -> list[dict]:
    """List provinces with their place on a map of tiles that keeps them where they are in the country."""
    path = Path(facts.__file__).parent / "china" / "provinces.csv"
    with path.open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    return [
        {"code": code, "row": int(rows[code]["row"]), "column": int(rows[code]["column"])}
        | _both(rows[code]["name_en"], rows[code]["name_zh"])
        for code in PROVINCES
    ]
