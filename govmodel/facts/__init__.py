"""Floor 1: the facts of a country, as tables whose every row names its source; `load` reads and checks them."""

from .loading import Facts, Plant, countries, load
from .orders import (
    CHANNELS,
    CHEMISTRIES,
    HANDLERS,
    HOLDER_CLASSES,
    METALS,
    OUTLET_KINDS,
    OUTLOOKS,
    OWNER_KINDS,
    POWERTRAINS,
    PRICE_SCENARIOS,
    PROVINCES,
    REGIONS,
    ROUTES,
    YEARS,
)

__all__ = [
    "CHANNELS",
    "CHEMISTRIES",
    "HANDLERS",
    "HOLDER_CLASSES",
    "METALS",
    "OUTLET_KINDS",
    "OUTLOOKS",
    "OWNER_KINDS",
    "POWERTRAINS",
    "PRICE_SCENARIOS",
    "PROVINCES",
    "REGIONS",
    "ROUTES",
    "YEARS",
    "Facts",
    "Plant",
    "countries",
    "load",
]
