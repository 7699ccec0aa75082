"""Sources: who has packs to promise to a licensed recycler, how many, and what else it could do with them.

Automakers and battery makers have their brand's share of what outlets take in, everywhere; fleets, dismantlers and
collecting workshops are taken together by province. Volumes follow pooled national flows and each source's share in
them, so that the luck of few simulated packs in a province decides nothing.
"""

import numpy as np

from ..chain.fleet import BANDS, CHEMISTRIES, PROVINCES
from ..facts import PROVINCES as PROVINCE_CODES
from ..mechanisms.choice import WORKSHOP
from ..mechanisms.contract import AUTOMAKER, BATTERY_MAKER, COLLECTING, DISMANTLER, FLEET, SOURCE_KINDS
from ..mechanisms.market import Board
from ..mechanisms.producer_responsibility import brand_share
from .fates import DISPOSITIONS, FIRST_WAY, TENDER
from .flows import Flows

NATION = PROVINCES  # the row of a maker, whose outlets are everywhere
PLACES = PROVINCES + 1
KINDS = len(SOURCE_KINDS)
# Dispositions: recovery by outlets of both kinds, recyclers and dismantlers; all that a dismantler had
AUTOMAKER_WAY, BATTERY_MAKER_WAY, RECYCLER_WAY, DISMANTLER_WAY = FIRST_WAY[:WORKSHOP].tolist()
OF_DISMANTLERS = slice(DISMANTLER_WAY, int(FIRST_WAY[WORKSHOP]))
BAND_WEIGHT = np.full(BANDS, 1.0 / BANDS)


def _whose(*given: tuple[int, int, int | slice]) -> np.ndarray:
    """Say what of a disposition (rows) a kind of source had and got (columns); both go by chemistry too."""
    table = np.zeros((len(DISPOSITIONS), CHEMISTRIES, 2, KINDS, CHEMISTRIES))
    for part, kind, ways in given:
        for chemistry in range(CHEMISTRIES):
            table[ways, chemistry, part, kind, chemistry] = 1.0
    return table.reshape(len(DISPOSITIONS) * CHEMISTRIES, -1)


HAD, GOT = range(2)
OF_WAYS = _whose(
    *((part, AUTOMAKER, AUTOMAKER_WAY) for part in (HAD, GOT)),
    *((part, BATTERY_MAKER, BATTERY_MAKER_WAY) for part in (HAD, GOT)),
    (HAD, DISMANTLER, OF_DISMANTLERS),
    (GOT, DISMANTLER, DISMANTLER_WAY),
)
OF_TENDERS = _whose((HAD, FLEET, slice(None)), (GOT, FLEET, RECYCLER_WAY))


class Sources:
    """All sources as rows: kind, place, name, brand or province share, and their pooled volumes."""

    def __init__(self, facts, parameters: dict):
        self.facts, self.p = facts, parameters
        local = [f"{kind}s_{code}" for kind in SOURCE_KINDS[FLEET:] for code in PROVINCE_CODES]
        self.names = (*facts.automakers, *facts.battery_makers, *local)
        makers = (len(facts.automakers), len(facts.battery_makers))
        self.kind = np.repeat(np.arange(KINDS), [*makers, *[PROVINCES] * 3])
        self.place = np.concatenate([np.full(sum(makers), NATION), np.tile(np.arange(PROVINCES), 3)])
        self.volume = np.zeros((KINDS, CHEMISTRIES))  # Wh a month, mean of the last year, by kind
        self.pooled = np.zeros((KINDS, CHEMISTRIES))  # the same, as of the quarter's start
        self.free = np.zeros((2, KINDS))  # what was not promised, and what licensed recovery got of it, Wh a month
        self.months = 0  # that the means go back
        self.weight = np.zeros(len(self.names))  # share of its kind's volume
        self.reckon()
        self.specificity = np.array([parameters[f"specificity_{kind}"] for kind in SOURCE_KINDS])[self.kind]
        owners = np.array([facts.owners.get(plant.firm, "") for plant in facts.plants])
        self.own = np.array(self.names)[:, None] == owners

    def __len__(self) -> int:
        return len(self.names)

    def weigh(self, year: int, share: np.ndarray, collecting: np.ndarray) -> None:
        """Set every source's share of its kind, and how much the kinds have had of late.

        Brands count as they sold when what retires now was sold; `share` is that of each province in all vehicles.
        """
        self.pooled = self.volume.copy()
        few, facts, lag = collecting / max(collecting.sum(), 1e-9), self.facts, int(self.p["brand_lag"])
        brands = [brand_share(table, year, lag) for table in (facts.automaker_share, facts.battery_maker_share)]
        self.weight = np.concatenate([*brands, share, share, few])
        self.reckon()

    def reckon(self) -> None:
        """Work out what each source has a month, and what share of the two chemistries all have together.

        The share is even where there is nothing yet.
        """
        total = self.pooled.sum()
        self.size = self.weight * self.pooled.sum(axis=1)[self.kind]  # Wh
        self.mix = self.pooled.sum(axis=0) / total if total > 0 else np.full(CHEMISTRIES, 0.5)  # (2,)

    def remember(self, had: np.ndarray, got: np.ndarray, promised: np.ndarray) -> np.ndarray:
        """Move the pooled means of about a year toward what the kinds had this month, Wh (kinds, 2).

        `got` is what licensed recovery got, `promised` the mean share of a kind under contract. Returns the share
        (kinds) that licensed recovery gets of what is not promised.
        """
        self.months = min(self.months + 1, 12)
        self.volume += (had - self.volume) / self.months
        had = had[:, 0] + had[:, 1]
        free = np.array([had - promised * had, got[:, 0] + got[:, 1] - promised * had])
        self.free += (free - self.free) / self.months
        return (self.free[1] / np.maximum(self.free[0], 1.0)).clip(0.0, 1.0)


def alternatives(board: Board, levers: dict, share: np.ndarray, p: dict) -> np.ndarray:
    """What a kWh brings a source without a contract, net of freight: yuan, (kinds, 31 provinces and the nation, 2).

    Outlets sell to any plant; fleets tender, where a licence has its weight; a dismantler sells to a plant or, as often
    as it is tempted to, to a workshop, at the risk of its licence.
    """
    licensed = board.licensed_value
    worth = np.zeros((KINDS, PLACES, CHEMISTRIES))
    worth[AUTOMAKER, NATION] = share @ licensed
    worth[BATTERY_MAKER, NATION] = share @ board.maker_value
    # what workshops pay, the same less what a seller may be fined, what recyclers bid, how often dismantlers sell on
    tables = np.array([board.paid[WORKSHOP], board.offer[WORKSHOP], board.tender[1], board.to_workshop])
    paid, offered, asked, tempted = (tables.reshape(-1, BANDS) @ BAND_WEIGHT).reshape(len(tables), PROVINCES, -1)
    price_weight = max(levers["tender_price_weight"], 0.1)
    licence = (1.0 - price_weight) / price_weight * p["tender_licence_worth"]
    worth[FLEET, :NATION] = np.maximum(offered - levers["holder_reward"] - licence, asked)
    away = paid - p["licence_worth"] - board.penalty
    worth[DISMANTLER, :NATION] = licensed + tempted * (away - licensed)
    worth[COLLECTING, :NATION] = licensed
    return np.maximum(worth, 0.0)


def had_by_kind(flows: Flows, collecting_share: np.ndarray) -> np.ndarray:
    """What each kind of source had this month, and what of it licensed recovery got: Wh (places, 2, kinds, 2)."""
    way, tendered = flows.by_way.reshape(PROVINCES, -1), flows.watt_hours[:, TENDER].reshape(PROVINCES, -1)
    both = np.zeros((PLACES, 2, KINDS, CHEMISTRIES))
    here = both[:NATION]
    here[:] = (way @ OF_WAYS + tendered @ OF_TENDERS).reshape(here.shape)  # whole Wh: exact in any order
    if np.count_nonzero(collecting_share):
        left = flows.by_way[:, RECYCLER_WAY] - here[:, GOT, FLEET]
        here[:, :, COLLECTING] = (left * collecting_share[:, None])[:, None]
    return both
