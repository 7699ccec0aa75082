"""Flows: what the packs of one month add up to, in real units. Sums are of whole numbers, exact in any order."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..chain.fleet import BANDS, CELLS, CHEMISTRIES, CLASSES, PROVINCES
from ..facts import ROUTES
from ..mechanisms.choice import BATTERY_MAKER_OUTLET, DISMANTLER, WORKSHOP
from ..mechanisms.market import Board
from .fates import (
    DISPOSITIONS,
    FLOW_SHAPE,
    FLOW_SIZE,
    HOLDER_GROUPS,
    IN_WORKSHOP,
    IS_REUSE,
    IS_USED_AGAIN,
    LET_GO,
    LICENSED_CHANNEL,
    PAYERS,
    SECOND_LIFE_RETURN,
    SOLD_ON,
)


def _zeros(*shape: int):
    return field(default_factory=lambda: np.zeros(shape))


@dataclass
class Decided:
    """What a chunk of holders had and did: one column each."""

    watt_hours: np.ndarray  # real units
    province: np.ndarray
    chemistry: np.ndarray
    holder_class: np.ndarray
    cell: np.ndarray  # province, chemistry and health, as bids are posted
    route: np.ndarray
    what: np.ndarray  # disposition
    channel: np.ndarray
    price: np.ndarray  # yuan/kWh
    scanned: np.ndarray


@dataclass
class Flows:
    """Everything the packs of one month add up to."""

    table: np.ndarray = _zeros(4, FLOW_SIZE)  # packs, watt-hours, fen paid, watt-hours scanned, by FLOW_SHAPE
    payments: np.ndarray = _zeros(len(HOLDER_GROUPS), PAYERS)  # fen
    released_by_class: np.ndarray = _zeros(CLASSES, CHEMISTRIES)  # Wh, first release
    reuse_income: np.ndarray = _zeros(PAYERS)  # fen, by who re-used
    resale: np.ndarray = _zeros(PROVINCES)  # fen, workshops to dismantlers
    rewards: np.ndarray = _zeros(len(HOLDER_GROUPS))  # fen
    refunds: np.ndarray = _zeros(len(HOLDER_GROUPS))  # fen of deposits paid back
    dealt: np.ndarray = _zeros(CLASSES, len(DISPOSITIONS))  # real packs that holders gave away themselves
    sold_on: np.ndarray = _zeros(PROVINCES)  # real packs that dismantlers sold to workshops
    replaced: np.ndarray = field(default_factory=lambda: np.zeros(CELLS, np.int64))  # simulated packs by cell

    @property
    def packs(self) -> np.ndarray:
        """Real packs by province, route, disposition and chemistry."""
        return self.table[0].reshape(FLOW_SHAPE)

    @property
    def watt_hours(self) -> np.ndarray:
        """Watt-hours by province, route, disposition and chemistry."""
        return self.table[1].reshape(FLOW_SHAPE)

    @property
    def fen(self) -> np.ndarray:
        """Fen paid by province, route, disposition and chemistry."""
        return self.table[2].reshape(FLOW_SHAPE)

    @property
    def scanned_wh(self) -> np.ndarray:
        """Watt-hours whose hand-over was scanned, by province, route, disposition and chemistry."""
        return self.table[3].reshape(FLOW_SHAPE)

    @cached_property
    def by_way(self) -> np.ndarray:
        """Watt-hours by province, disposition and chemistry, once the month's holders have decided."""
        return np.add.reduce(self.watt_hours, axis=1)

    @cached_property
    def by_route_and_way(self) -> np.ndarray:
        """Packs, LFP and NCM watt-hours (columns) by route x disposition (rows), int64, once all have decided."""
        packs, energy = np.add.reduce(self.table[:2].reshape(2, PROVINCES, -1, CHEMISTRIES), axis=1)
        moved = np.empty((len(packs), 1 + CHEMISTRIES), np.int64)
        moved[:, 0], moved[:, 1:] = packs.sum(axis=1), energy
        return moved

    def add(self, made: Decided, new: slice, scale: int, board: Board, reward: float, deposits) -> None:
        """Add what a chunk of holders did; `new` are the rows of first releases, `deposits` yuan/kWh by row or None."""
        wh, what, channel = made.watt_hours.astype(float), made.what, made.channel
        key = ((made.province * len(ROUTES) + made.route) * len(DISPOSITIONS) + what) * CHEMISTRIES + made.chemistry
        fen = np.floor(wh * made.price * 0.1)
        packs, energy, paid, scanned = self.table
        for cells, amounts in ((packs, float(scale)), (energy, wh), (paid, fen), (scanned, wh * made.scanned)):
            _add(cells, key, amounts)
        payer = np.where(channel == WORKSHOP, 4 + made.province, np.minimum(channel, DISMANTLER))
        group = np.where(made.route >= SECOND_LIFE_RETURN, made.route - SECOND_LIFE_RETURN + CLASSES, made.holder_class)
        _add(self.payments, group * PAYERS + payer, fen)
        _add(self.dealt, made.holder_class * len(DISPOSITIONS) + what, (made.route <= LET_GO) * float(scale))
        _add(self.released_by_class, made.holder_class[new] * CHEMISTRIES + made.chemistry[new], wh[new])
        self._sell_on(made, payer, board, scale)
        if reward or deposits is not None:  # they are paid once, when a pack leaves its first life
            due = wh * (LICENSED_CHANNEL[channel] & (made.route <= LET_GO)) * 0.1
            if reward:
                _add(self.rewards, group, np.floor(due * reward))
            if deposits is not None:
                _add(self.refunds, group, np.floor(due * deposits))

    def _sell_on(self, made: Decided, payer: np.ndarray, board: Board, scale: int) -> None:
        """Add what buyers earn at once: re-used packs sold to their users, and dismantlers' sales to workshops."""
        again = IS_USED_AGAIN[made.what].nonzero()[0]
        what, wh = made.what[again], made.watt_hours[again]
        cell = made.cell[again]
        quality = made.chemistry[again] * BANDS + cell % BANDS
        by_makers = (made.channel[again] == BATTERY_MAKER_OUTLET).view(np.int8)
        worth = np.where(IS_REUSE[what], board.reuse_worth.ravel()[quality], board.second_life_worth[by_makers, cell])
        owner = np.where(IN_WORKSHOP[what], 4 + made.province[again], payer[again])
        _add(self.reuse_income, owner, np.floor(wh * worth * 0.1))
        sold = SOLD_ON[made.what].nonzero()[0]
        if sold.size:
            price, province = board.paid[WORKSHOP, made.cell[sold]], made.province[sold]
            self.sold_on += np.bincount(province, minlength=PROVINCES) * float(scale)
            _add(self.resale, province, np.floor(made.watt_hours[sold] * price * 0.1))


def _add(total: np.ndarray, key: np.ndarray, weights: np.ndarray | float) -> None:
    """Add weights to the cells of a table by flat index."""
    np.add.at(total.reshape(-1), key, weights)
