"""Fates: the words for what can become of a loose pack, and which of them count as what."""

import numpy as np

from ..chain.fleet import CHEMISTRIES, PROVINCES
from ..chain.release import ACCIDENT
from ..chain.timetable import RENEWED
from ..facts import HOLDER_CLASSES, ROUTES

SCRAPPED, REPLACED, LEASE, TENDER, SALVAGE, LET_GO, SECOND_LIFE_RETURN, REUSE_RETURN = range(len(ROUTES))
# By which route a pack comes loose first, where it is not leased: by cause (chain/timetable.py) and holder class
FIRST_ROUTE = np.full((RENEWED + 1, len(HOLDER_CLASSES)), TENDER)
FIRST_ROUTE[:, 0], FIRST_ROUTE[RENEWED, 0], FIRST_ROUTE[ACCIDENT] = SCRAPPED, REPLACED, SALVAGE
# 2 x channel + re-use for the first three channels, then the dismantler's four ways, the workshop's two, and keeping
DISPOSITIONS = (
    "automaker_outlet:recovery",
    "automaker_outlet:second_life",
    "battery_maker_outlet:recovery",
    "battery_maker_outlet:second_life",
    "recycler:recovery",
    "recycler:second_life",
    "dismantler:recovery",
    "dismantler:second_life",
    "dismantler:workshop_recovery",
    "dismantler:workshop_reuse",
    "workshop:recovery",
    "workshop:reuse",
    "kept",
)
IS_KEPT = 12
CHANNEL_OF = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5])
FIRST_WAY = np.array([0, 2, 4, 6, 10, 12])  # the first disposition of each channel
RECOVERIES, SECOND_LIVES = slice(0, 8, 2), slice(1, 8, 2)  # of licensed firms
WORKSHOP_RECOVERIES, REUSES, UNLICENSED = slice(8, 12, 2), slice(9, 12, 2), slice(8, 12)
LICENSED_CHANNEL = np.array([1, 1, 1, 1, 0, 0], bool)  # as a holder sees it; a dismantler may still sell on


def _mask(*chosen: slice) -> np.ndarray:
    mask = np.zeros(len(DISPOSITIONS), bool)
    for part in chosen:
        mask[part] = True
    return mask


LICENSED, SOLD_ON, IN_WORKSHOP = _mask(slice(0, 8)), _mask(slice(8, 10)), _mask(UNLICENSED)
IS_SECOND_LIFE, IS_REUSE, IS_USED_AGAIN = _mask(SECOND_LIVES), _mask(REUSES), _mask(SECOND_LIVES, REUSES)
IS_CRUDE = _mask(WORKSHOP_RECOVERIES)
COMES_BACK = _mask(SECOND_LIVES, REUSES, slice(IS_KEPT, None))


def _returns() -> np.ndarray:
    """Say by which route a pack comes back, by the route it came by and its disposition; who keeps it lets it go."""
    route = np.full((len(ROUTES), len(DISPOSITIONS)), LET_GO)
    route[SECOND_LIFE_RETURN, IS_KEPT] = SECOND_LIFE_RETURN
    route[:, IS_SECOND_LIFE], route[:, IS_REUSE] = SECOND_LIFE_RETURN, REUSE_RETURN
    return route


RETURNS_BY = _returns()
# Who is paid for a pack: the four holder classes, then storage operators and the users of unlawfully re-used packs
HOLDER_GROUPS = (
    "households",
    "ride_hailing_fleets",
    "bus_fleets",
    "logistics_fleets",
    "storage_operators",
    "reuse_users",
)
PAYERS = 4 + PROVINCES  # four licensed collecting channels, then the workshops of each province
SCANNED = 1 << 7  # the highest bit of an event's code; below it 16 x route + disposition
FLOW_SHAPE = (PROVINCES, len(ROUTES), len(DISPOSITIONS), CHEMISTRIES)
FLOW_SIZE = int(np.prod(FLOW_SHAPE))
