"""The orders of things: where a year, province, chemistry or holder class stands in every table."""

from ..foundations.calendar import FIRST_YEAR, LAST_YEAR

YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
HISTORY_UNTIL = 2025  # the last year whose registrations are history in every outlook
PROVINCES = (
    "BJ",
    "TJ",
    "HE",
    "SX",
    "NM",
    "LN",
    "JL",
    "HL",
    "SH",
    "JS",
    "ZJ",
    "AH",
    "FJ",
    "JX",
    "SD",
    "HA",
    "HB",
    "HN",
    "GD",
    "GX",
    "HI",
    "CQ",
    "SC",
    "GZ",
    "YN",
    "XZ",
    "SN",
    "GS",
    "QH",
    "NX",
    "XJ",
)
CHEMISTRIES = ("LFP", "NCM")
HOLDER_CLASSES = ("household", "ride_hailing", "bus", "logistics")  # ride_hailing includes taxis
POWERTRAINS = ("bev", "phev")
METALS = ("lithium", "nickel", "cobalt", "manganese", "copper", "aluminium")
ROUTES = (
    "scrapped_vehicle",
    "battery_replaced",
    "lease_return",
    "fleet_tender",
    "accident_salvage",
    "let_go",
    "second_life_return",
    "reuse_return",
)
CHANNELS = ("automaker_outlet", "battery_maker_outlet", "recycler", "dismantler", "workshop", "kept")
OUTLET_KINDS = CHANNELS[:4]  # the channels that have sites of their own
HANDLERS = ("licensed", "workshop")
OUTLOOKS = ("low", "central", "high")
PRICE_SCENARIOS = ("central", "crash", "spike")
REGIONS = ("coast", "centre", "west", "northeast")
OWNER_KINDS = ("battery_maker", "automaker", "third_party")
