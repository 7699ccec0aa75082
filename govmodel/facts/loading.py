"""Loading: the tables of a country become one frozen object of read-only arrays, checked on the way."""

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..foundations.calendar import MONTHS
from ..foundations.errors import InputError, nearest
from ..foundations.parameters import FACTS_FOLDER
from .orders import (
    CHEMISTRIES,
    HANDLERS,
    HISTORY_UNTIL,
    HOLDER_CLASSES,
    METALS,
    OUTLET_KINDS,
    OUTLOOKS,
    OWNER_KINDS,
    POWERTRAINS,
    PRICE_SCENARIOS,
    PROVINCES,
    REGIONS,
    YEARS,
)
from .tables import Tables, whole

ANY = (0.0, math.inf)
SHARE = (0.0, 1.0)
POSITIVE = (1e-9, math.inf)


@dataclass(frozen=True)
class Plant:
    """A licensed plant of the 2024 list: who owns it, where, tonnes a year, month of opening (a month number)."""

    name: str
    firm: str
    owner_kind: str
    province: int
    capacity_t: float
    opens: int
    source: str


@dataclass(frozen=True, eq=False)
class Facts:
    """Everything known about a country before a case is run. Arrays cannot be written to.

    Axes, in this order where they occur: year (23), chemistry (2), holder class (4), province (31), metal (6).
    """

    country: str
    registrations: dict[str, np.ndarray]  # outlook -> vehicles (years)
    season: np.ndarray  # share of a year's registrations by month (12)
    class_share: np.ndarray  # (years, classes)
    lfp_share: np.ndarray  # share of packs (years, classes)
    phev_share: np.ndarray  # share of vehicles (years, classes)
    pack_kwh: np.ndarray  # (years, classes, powertrains)
    leased_share: np.ndarray  # share of packs (years, classes)
    province_share: np.ndarray  # share of registrations (years, provinces)
    province_names_en: tuple[str, ...]
    province_names_zh: tuple[str, ...]
    region: tuple[str, ...]
    latitude: np.ndarray  # of the capital, degrees (provinces)
    longitude: np.ndarray
    neighbours: np.ndarray  # bool (provinces, provinces), symmetric
    grid: np.ndarray  # row and column in a cell map, int (provinces, 2)
    automakers: tuple[str, ...]
    automaker_share: np.ndarray  # (years, automakers)
    battery_makers: tuple[str, ...]
    battery_maker_share: np.ndarray  # (years, battery makers)
    plants: tuple[Plant, ...]
    owners: dict[str, str]  # firm of plants -> the maker that owns it, where another or the same firm sells packs
    capacity: dict[str, np.ndarray]  # series -> licensed tonnes a year at the year's end (years)
    workshop_count: np.ndarray  # informal workshops in 2024 (provinces)
    metal_per_kwh: np.ndarray  # kg/kWh (chemistries, metals)
    mass_per_kwh: np.ndarray  # kg/kWh (chemistries)
    recovery: dict[str, np.ndarray]  # handler -> share (chemistries, metals)
    metal_prices: dict[str, np.ndarray]  # scenario -> yuan per tonne (months, metals); lithium is priced as carbonate
    lithium_carbonate_per_lithium: float
    new_pack_price: np.ndarray  # yuan/kWh (years, chemistries)
    battery_shape: np.ndarray  # Weibull (years, chemistries, classes)
    battery_scale: np.ndarray  # years of age (years, chemistries, classes)
    vehicle_shape: np.ndarray  # Weibull (years, classes)
    vehicle_scale: np.ndarray  # years of age (years, classes)
    scrap_gwh: np.ndarray  # factory scrap (years)
    scrap_lfp_share: np.ndarray  # (years)
    scrap_province_share: np.ndarray  # (provinces)
    outlets: np.ndarray  # sites in the country (years, kinds: automaker, battery maker, recycler, dismantler)
    national: dict[str, dict[int, float]]  # published series to compare with: name -> year -> value
    sources: dict[str, tuple[str, str]]  # key -> (citation, mark)
    options: list[dict]  # topic, option, value, unit, default, why, source: where sources disagree

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            for array in value.values() if isinstance(value, dict) else (value,):
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)

    @property
    def mean_kwh(self) -> np.ndarray:
        """Energy of a pack, the mean over powertrains (years, classes)."""
        return (self.pack_kwh * np.stack([1.0 - self.phev_share, self.phev_share], -1)).sum(axis=-1)

    def province_name(self, code: str, lang: str) -> str:
        """Give the name of a province in a language: "en" or "zh"."""
        names = self.province_names_zh if lang == "zh" else self.province_names_en
        return names[PROVINCES.index(code)]


def countries() -> tuple[str, ...]:
    """List the countries that have a folder of facts."""
    return tuple(sorted(path.parent.name for path in FACTS_FOLDER.glob("*/registrations.csv")))


def load(country: str = "china", folder: str | Path | None = None) -> Facts:
    """Load a country's facts; `folder` reads another copy of its tables instead (and is never cached).

    Errors: InputError naming file, line and field for a broken table; for an unknown country, with those that exist.
    """
    return _load(country) if folder is None else read(country, Path(folder))


@lru_cache(maxsize=8)
def _load(country: str) -> Facts:
    if country not in countries():
        raise InputError(
            "country",
            "a country that has a folder of facts",
            country,
            f"{nearest(country, countries())} There are: {', '.join(countries())}.",
        )
    return read(country, FACTS_FOLDER / country)


def read(country: str, folder: Path) -> Facts:
    """Read and check all tables of a folder."""
    tables = Tables(folder)
    constants = _constants(tables)
    return Facts(
        country=country,
        **_sales(tables),
        **_packs(tables),
        **_provinces(tables),
        **_firms(tables),
        **_industry(tables),
        **_materials(tables),
        mass_per_kwh=np.array([constants["mass_per_kwh_lfp"], constants["mass_per_kwh_ncm"]]),
        lithium_carbonate_per_lithium=constants["lithium_carbonate_per_lithium"],
        national=_national(tables),
        sources=tables.sources,
        options=_options(tables),
    )


def _constants(tables: Tables) -> dict[str, float]:
    names = ("lithium_carbonate_per_lithium", "mass_per_kwh_lfp", "mass_per_kwh_ncm")
    found = {}
    for row in tables.rows("constants.csv", ("name", "value", "unit")):
        found[names[row.index("name", names)]] = row.number("value", *POSITIVE)
    if len(found) < len(names):
        raise InputError("constants.csv", f"the constants {', '.join(names)}", sorted(found), "Add the missing rows.")
    return found


def _sales(tables: Tables) -> dict:
    registrations = {outlook: np.full(len(YEARS), np.nan) for outlook in OUTLOOKS}
    for row in tables.rows("registrations.csv", ("year", "outlook", "vehicles")):
        year = row.index("year", YEARS)
        allowed = ("history",) if YEARS[year] <= HISTORY_UNTIL else OUTLOOKS
        outlook = allowed[row.index("outlook", allowed)]
        for name in OUTLOOKS if outlook == "history" else (outlook,):
            if not math.isnan(registrations[name][year]):
                raise row.wrong("year", "one row for each year and outlook", "Remove the second row.")
            registrations[name][year] = row.number("vehicles")
    for name, vehicles in registrations.items():
        for year in np.flatnonzero(np.isnan(vehicles)):
            raise InputError(
                "registrations.csv",
                f"a row for year={YEARS[year]}, outlook={name}",
                "no such row",
                "Add every missing row; nothing is extrapolated.",
            )
    by_class = {"year": YEARS, "holder_class": HOLDER_CLASSES}
    (season,) = tables.cube("seasonality.csv", {"month": range(1, 13)}, {"share": SHARE})
    (class_share,) = tables.cube("holder_classes.csv", by_class, {"share": SHARE})
    (leased,) = tables.cube("leasing.csv", by_class, {"leased_share": SHARE})
    return {
        "registrations": registrations,
        "season": whole("seasonality.csv", "share", season, ()),
        "class_share": whole("holder_classes.csv", "share", class_share, YEARS),
        "leased_share": leased,
    }


def _packs(tables: Tables) -> dict:
    by_class = {"year": YEARS, "holder_class": HOLDER_CLASSES}
    (lfp,) = tables.cube("chemistry.csv", by_class, {"lfp_share": SHARE})
    (phev,) = tables.cube("powertrains.csv", by_class, {"phev_share": SHARE})
    (kwh,) = tables.cube("pack_energy.csv", {**by_class, "powertrain": POWERTRAINS}, {"kwh": POSITIVE})
    (price,) = tables.cube("new_pack_prices.csv", {"year": YEARS, "chemistry": CHEMISTRIES}, {"yuan_per_kwh": POSITIVE})
    shape, scale = tables.cube(
        "battery_lifetimes.csv",
        {"year": YEARS, "chemistry": CHEMISTRIES, "holder_class": HOLDER_CLASSES},
        {"shape": POSITIVE, "scale_years": POSITIVE},
    )
    vehicle_shape, mean = tables.cube("vehicle_lifetimes.csv", by_class, {"shape": POSITIVE, "mean_years": POSITIVE})
    return {
        "lfp_share": lfp,
        "phev_share": phev,
        "pack_kwh": kwh,
        "new_pack_price": price,
        "battery_shape": shape,
        "battery_scale": scale,
        "vehicle_shape": vehicle_shape,
        "vehicle_scale": mean / np.vectorize(math.gamma)(1.0 + 1.0 / vehicle_shape),  # mean of a Weibull
    }


def _provinces(tables: Tables) -> dict:
    found, neighbours = _province_rows(tables)
    early, late = (
        whole("provinces.csv", f"share_{when}", np.array([entry[when] for entry in found]), ())
        for when in ("early", "late")
    )
    (weight,) = tables.cube("province_blend.csv", {"year": YEARS}, {"late_weight": SHARE})
    return {
        "province_share": (1.0 - weight[:, None]) * early + weight[:, None] * late,
        "province_names_en": tuple(entry["en"] for entry in found),
        "province_names_zh": tuple(entry["zh"] for entry in found),
        "region": tuple(entry["region"] for entry in found),
        "latitude": np.array([entry["latitude"] for entry in found]),
        "longitude": np.array([entry["longitude"] for entry in found]),
        "neighbours": neighbours,
        "grid": np.array([entry["grid"] for entry in found]),
    }


def _province_rows(tables: Tables) -> tuple[list[dict], np.ndarray]:
    """Read what is known of each province, in the order of PROVINCES, and who borders on whom."""
    columns = ("code", "name_en", "name_zh", "region", "latitude", "longitude", "share_early", "share_late",
               "neighbours", "row", "column")  # fmt: skip
    found: dict[int, dict] = {}
    neighbours = np.zeros((len(PROVINCES),) * 2, bool)
    for row in tables.rows("provinces.csv", columns):
        province = row.index("code", PROVINCES)
        if province in found:
            raise row.wrong("code", "one row for each province", "Remove the second row.")
        cell = int(row.number("row", 0, 30)), int(row.number("column", 0, 30))
        if cell in (entry["grid"] for entry in found.values()):
            raise row.wrong("column", "a cell of the map that no other province has", "Give it a free cell.")
        for code in row.text("neighbours").split():
            if code not in PROVINCES or code == PROVINCES[province]:
                raise row.wrong("neighbours", "codes of other provinces", nearest(code, PROVINCES))
            neighbours[province, PROVINCES.index(code)] = True
        found[province] = {
            "en": row.text("name_en"),
            "zh": row.text("name_zh"),
            "grid": cell,
            "region": REGIONS[row.index("region", REGIONS)],
            "latitude": row.number("latitude", 18, 54),
            "longitude": row.number("longitude", 73, 136),
            "early": row.number("share_early", *SHARE),
            "late": row.number("share_late", *SHARE),
        }
    missing = [code for place, code in enumerate(PROVINCES) if place not in found]
    if missing:
        raise InputError("provinces.csv", f"a row for {missing[0]}", f"{len(missing)} rows missing", "Add them.")
    for one, other in np.argwhere(neighbours & ~neighbours.T):
        raise InputError(
            "provinces.csv: neighbours",
            f"{PROVINCES[one]} among the neighbours of {PROVINCES[other]}",
            "not there",
            "Neighbours go both ways: add it, or remove it from the other row.",
        )
    return [found[place] for place in sorted(found)], neighbours


def _firms(tables: Tables) -> dict:
    automakers, automaker_share = _market(tables, "automakers.csv", "automaker")
    makers, maker_share = _market(tables, "battery_makers.csv", "battery_maker")
    plants: dict[str, Plant] = {}
    for row in tables.rows("plants.csv", ("name", "firm", "owner_kind", "province", "capacity_t", "opens")):
        name = row.text("name")
        if name in plants:
            raise row.wrong("name", "a name of its own", "Rename one of the two.")
        plants[name] = Plant(
            name,
            row.text("firm"),
            OWNER_KINDS[row.index("owner_kind", OWNER_KINDS)],
            row.index("province", PROVINCES),
            row.number("capacity_t", *POSITIVE),
            row.month("opens"),
            row.fields["source"],
        )
    return {
        "automakers": automakers,
        "automaker_share": automaker_share,
        "battery_makers": makers,
        "battery_maker_share": maker_share,
        "plants": tuple(plants.values()),
        "owners": {row.text("firm"): row.text("owner") for row in tables.rows("ownership.csv", ("firm", "owner"))},
    }


def _market(tables: Tables, file: str, column: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Read market shares by year; the firms are those of the file, in its order, and one of them is "others"."""
    names = tuple(dict.fromkeys(row.text(column) for row in tables.rows(file, ("year", column, "share"))))
    if "others" not in names:
        raise InputError(f"{file}: {column}", 'a firm called "others"', list(names), "Add its rows.")
    (shares,) = tables.cube(file, {"year": YEARS, column: names}, {"share": SHARE})
    return names, whole(file, "share", shares, YEARS)


def _industry(tables: Tables) -> dict:
    rows = tables.rows("capacity.csv", ("year", "series", "tonnes"))
    series = tuple(dict.fromkeys(row.text("series") for row in rows))
    if not {"nominal", "plant_list"} <= set(series):
        raise InputError("capacity.csv: series", "the series nominal and plant_list", list(series), "Add the missing.")
    (capacity,) = tables.cube("capacity.csv", {"year": YEARS, "series": series}, {"tonnes": POSITIVE})
    micro, medium = tables.cube("workshops.csv", {"province": PROVINCES}, {"micro": ANY, "medium": ANY})
    made, rate, lfp = tables.cube(
        "factory_scrap.csv", {"year": YEARS}, {"production_gwh": ANY, "scrap_rate": SHARE, "lfp_share": SHARE}
    )
    (factories,) = tables.cube("battery_factories.csv", {"province": PROVINCES}, {"share": SHARE})
    (outlets,) = tables.cube("outlets.csv", {"year": YEARS, "kind": OUTLET_KINDS}, {"outlets": ANY})
    return {
        "capacity": {name: capacity[:, place].copy() for place, name in enumerate(series)},
        "workshop_count": micro + medium,
        "scrap_gwh": made * rate,
        "scrap_lfp_share": lfp,
        "scrap_province_share": whole("battery_factories.csv", "share", factories, ()),
        "outlets": outlets,
    }


def _materials(tables: Tables) -> dict:
    by_metal = {"chemistry": CHEMISTRIES, "metal": METALS}
    (content,) = tables.cube("metals.csv", by_metal, {"kg_per_kwh": ANY})
    (recovery,) = tables.cube("recovery.csv", {"handler": HANDLERS, **by_metal}, {"share": SHARE})
    return {
        "metal_per_kwh": content,
        "recovery": {handler: recovery[place].copy() for place, handler in enumerate(HANDLERS)},
        "metal_prices": _prices(tables),
    }


def _prices(tables: Tables) -> dict[str, np.ndarray]:
    """Draw straight lines between the dated prices; "all" rows belong to every scenario."""
    marks: dict[tuple[str, str], dict[int, float]] = {(s, m): {} for s in PRICE_SCENARIOS for m in METALS}
    names = ("all", *PRICE_SCENARIOS)
    for row in tables.rows("metal_prices.csv", ("month", "metal", "scenario", "yuan_per_tonne")):
        scenario, metal = names[row.index("scenario", names)], METALS[row.index("metal", METALS)]
        for name in PRICE_SCENARIOS if scenario == "all" else (scenario,):
            if row.month("month") in marks[name, metal]:
                raise row.wrong("month", "one price for each month, metal and scenario", "Remove the second row.")
            marks[name, metal][row.month("month")] = row.number("yuan_per_tonne", *POSITIVE)
    prices = {name: np.empty((MONTHS, len(METALS))) for name in PRICE_SCENARIOS}
    for (name, metal), known in marks.items():
        months = sorted(known)
        if not months or months[0] != 0 or months[-1] != MONTHS - 1:
            raise InputError(
                f"metal_prices.csv: {metal}, {name}",
                "prices from 2013-01 to 2035-12",
                len(months),
                "Add the first and the last month; nothing is extrapolated.",
            )
        prices[name][:, METALS.index(metal)] = np.interp(np.arange(MONTHS), months, [known[m] for m in months])
    return prices


def _national(tables: Tables) -> dict[str, dict[int, float]]:
    national: dict[str, dict[int, float]] = {}
    for row in tables.rows("national.csv", ("series", "year", "value", "unit")):
        known = national.setdefault(row.text("series"), {})
        year = YEARS[row.index("year", YEARS)]
        if year in known:
            raise row.wrong("year", "one row for each series and year", "Remove the second row.")
        known[year] = row.number("value")
    return national


def _options(tables: Tables) -> list[dict]:
    options = []
    for row in tables.rows("options.csv", ("topic", "option", "value", "unit", "default", "why")):
        told = {name: row.text(name) for name in ("topic", "option", "unit", "why")}
        default = row.index("default", ("no", "yes")) == 1
        options.append(told | {"value": row.number("value"), "default": default, "source": row.fields["source"]})
    for topic in {option["topic"] for option in options}:
        defaults = [option["option"] for option in options if option["topic"] == topic and option["default"]]
        if len(defaults) != 1:
            raise InputError(f"options.csv: {topic}", "exactly one default", defaults, "Mark one option as default.")
    return options
