"""Holders: everyone who has a pack that has come loose, as rows; what they decide and who gets the pack.

Households, repair shops and insurers choose a channel; fleets and storage operators put lots out to tender; lease
operators take their packs back. A row is looked at only in the months in which its pack comes loose.
"""

from dataclasses import dataclass

import numpy as np

from ..chain.fleet import (
    BID_CELL,
    CELLS,
    CHEMISTRIES,
    CHEMISTRY,
    CLASSES,
    HOLDER_CLASS,
    NEW_COHORTS,
    PROVINCE,
    PROVINCES,
    SALE_MONTH,
    TRAIT_CODES,
    Fleet,
    who,
)
from ..chain.release import ACCIDENT
from ..chain.timetable import CHUNK, timetable_of
from ..facts import CHEMISTRIES as CHEMISTRY_NAMES
from ..facts import HOLDER_CLASSES, ROUTES
from ..facts import PROVINCES as PROVINCE_CODES
from ..foundations import draws
from ..foundations.calendar import MONTHS, month_name
from ..mechanisms.choice import (
    BATTERY_MAKER_OUTLET,
    CHANNEL_CODES,
    DISMANTLER,
    KEPT,
    RECYCLER,
    WORKSHOP,
    choose_channel,
)
from ..mechanisms.culture import own_awareness, peer_codes, ties_of
from ..mechanisms.market import Board
from ..mechanisms.tender import LOT_CODES, award
from .conditions import Conditions
from .events import Events, Rows, WaitingRoom
from .fates import (
    COMES_BACK,
    FIRST_ROUTE,
    FIRST_WAY,
    IS_KEPT,
    IS_REUSE,
    IS_SECOND_LIFE,
    LEASE,
    LET_GO,
    REPLACED,
    RETURNS_BY,
    REUSE_RETURN,
    SALVAGE,
    SCANNED,
    SCRAPPED,
    SECOND_LIFE_RETURN,
    TENDER,
)
from .flows import Decided, Flows


@dataclass(frozen=True)
class Holder:
    """One holder met as a person: a light view, made when asked for."""

    pack: int
    sold: str
    province: str
    chemistry: str
    holder_class: str
    kwh: float
    leased: bool
    price_sensitivity: float  # multiple of the average
    awareness: float  # its own, where its community is as aware as at the start


# At every decision: whether a lease is broken, re-use or recovery, whether a dismantler sells on, how long it lasts;
# then the race of the channels
LATER_CODES = np.array(
    [draws.code("owner"), draws.code("use", 0, 0), draws.code("use", 0, 1), draws.code("second_life"), *CHANNEL_CODES],
    np.uint64,
)
OWNER, USE, RESALE, LASTS, RACE = range(5)
PEERS = len(TRAIT_CODES)  # where these begin among what holders draw once
# For a lot: who comes and bids what, and whether it goes under contract
TENDER_CODES = np.append(LOT_CODES, np.uint64(draws.code("contract")))


def _ways() -> tuple[np.ndarray, np.ndarray]:
    """Say who chooses a channel and who puts a lot out to tender, by route x holder class."""
    choosing, put_out = np.zeros((2, len(ROUTES), CLASSES), bool)
    choosing[[SCRAPPED, REPLACED, SALVAGE, LET_GO]] = True
    choosing[LET_GO, 1:] = False  # a fleet's lot that drew nobody is offered again
    put_out[[TENDER, SECOND_LIFE_RETURN]] = put_out[LET_GO, 1:] = True
    return choosing.ravel(), put_out.ravel()


CHOOSING, PUT_OUT = _ways()


class Holders:
    """All holders of loose packs; `live(month, ...)` lets those whose pack comes loose decide."""

    def __init__(self, facts, case, seed: int, leased_share: np.ndarray):
        """`leased_share`: share of packs sold leased, by sale month and holder class, float (MONTHS, CLASSES)."""
        self.p = p = case.parameters
        self.start, self.scale, self.seed = case.start, case.scale, seed
        self.fleet = Fleet(facts, p, case.retirement_outlook, case.scale, seed, leased_share)
        self.timetable = timetable_of(facts, case, seed)
        self.gone = self.timetable.gone.copy()  # how many packs of each cohort have come loose so far
        self.waiting = WaitingRoom()
        self.events = Events(case.start)
        self.ties = ties_of(facts, p)
        self._codes = np.concatenate([TRAIT_CODES, peer_codes(int(p["peers"])), LATER_CODES])
        self._once = len(self._codes) - len(LATER_CODES)  # so many are drawn once for all decisions of a holder
        used_again, kept = (IS_SECOND_LIFE, IS_REUSE), np.arange(len(IS_REUSE)) == IS_KEPT
        least, mean = (p["second_life_least"], p["reuse_least"]), (p["second_life_mean"], p["reuse_mean"])
        # months until a pack comes back, by disposition: at least, and on average on top of that
        self._least = np.select([kept, *used_again], [int(p["patience"]), *least])
        self._on_top = np.select(used_again, np.maximum(np.subtract(mean, least), 0.0))
        self.lot = max(1, int(p["tender_lot"] / case.scale))

    def __len__(self) -> int:
        """Count the simulated packs sold so far or due to be sold with new vehicles."""
        return self.fleet.numbered

    def __getitem__(self, number: int) -> "Holder":
        """Meet one holder: the pack with this number, and what its holder is like."""
        cohort, rank = (np.array([part]) for part in self.fleet.find(number))
        row, cell = divmod(int(cohort[0]), CELLS)
        sold = int(SALE_MONTH[row])
        traits = self.fleet.traits(cohort, sold, draws.holder_words(self.fleet.seed, who(cohort, rank)))
        return Holder(
            number,
            month_name(sold),
            PROVINCE_CODES[PROVINCE[cell]],
            CHEMISTRY_NAMES[CHEMISTRY[cell]],
            HOLDER_CLASSES[HOLDER_CLASS[cell]],
            int(traits.watt_hours[0]) / 1000.0,
            bool(traits.leased[0]),
            float(traits.price_sensitivity[0]),
            float(own_awareness(self.p["awareness"], 0.0, traits.norm, 0.0)[0]),
        )

    def sold(self, month: int) -> np.ndarray:
        """Count the simulated packs sold with new vehicles in a month: int64 (31, 2, 4)."""
        return self.fleet.packs[month * CELLS : (month + 1) * CELLS].reshape(PROVINCES, CHEMISTRIES, CLASSES)

    def on_the_road(self, month: int) -> np.ndarray:
        """Count the simulated packs on the road at the start of a month, by province: int64 (31,)."""
        packs, gone = self.fleet.packs, self.gone
        sold = slice(month * CELLS), slice(NEW_COHORTS, None)  # with vehicles by then, and as replacements
        still = sum((packs[which] - gone[which]).reshape(-1, CELLS).sum(axis=0) for which in sold)
        return still.reshape(PROVINCES, -1).sum(axis=1)

    def live(self, month: int, board: Board, conditions: Conditions, levers: dict, deposits) -> Flows:
        """Let everyone whose pack comes loose this month decide.

        `deposits` are yuan/kWh by month of sale and province, or None where nobody ever paid any.
        """
        fresh = self.timetable.month(month)
        cohort, rank, *_ = fresh.rows
        self.gone[cohort] = rank + 1  # ranks rise, and the last one stays
        rows = Rows.joined([fresh.rows, *self.waiting.leave(month)])
        flows = Flows(replaced=fresh.replaced)
        for begin in range(0, len(rows), CHUNK):
            part = rows if len(rows) <= CHUNK else rows.part(slice(begin, begin + CHUNK))
            self._decide(month, part, board, conditions, levers, deposits, flows)
        self.fleet.replace(month, fresh.replaced)
        return flows

    def _decide(self, month, rows, board, conditions, levers, deposits, flows) -> None:
        """Let one chunk of holders decide, and add what they did to the month's flows."""
        fleet = self.fleet
        keys = who(rows.cohort, rows.rank)
        holders = draws.holder_words(fleet.seed, keys)
        drawn = draws.words(holders, self._codes, rows.ordinal, self._once)
        row, place = np.divmod(rows.cohort, CELLS)
        traits = fleet.traits_by_luck(row, place, month, drawn[:PEERS])
        province, chemistry, holder_class = PROVINCE[place], CHEMISTRY[place], HOLDER_CLASS[place]
        route = rows.route.copy()
        new = slice(0, np.count_nonzero(rows.ordinal == 0))  # of these, the route says the cause
        route[new] = self._route(route[new], holder_class[new], traits.leased[new])
        cell = BID_CELL[place] + traits.band * (route < SECOND_LIFE_RETURN)  # a second life leaves poor health
        later = draws.uniform(drawn[self._once :])
        owed = None if deposits is None else deposits[SALE_MONTH[row], province]

        channel = np.full(len(cell), BATTERY_MAKER_OUTLET)  # a lease operator's pack goes back to its owner
        channel[route == REUSE_RETURN] = WORKSHOP  # what a workshop sold for re-use ends in a workshop
        price = board.paid[channel, cell]
        how = route * CLASSES + holder_class
        lots = PUT_OUT[how].nonzero()[0]
        if lots.size:
            extra = board.tender_extra.take(cell[lots], axis=1)
            if owed is not None:
                extra[:3] += owed[lots]
            extra *= route[lots] != SECOND_LIFE_RETURN  # rewards and refunds are paid once
            channel[lots], price[lots] = self._tender(
                rows, lots, keys, cell, province, route, board, conditions, levers, extra
            )
        free = (CHOOSING[how] | ((route == LEASE) & (later[OWNER] < self.p["lease_broken"]))).nonzero()[0]
        if free.size:
            community = province[free] * CLASSES + holder_class[free]
            here = route[free] * (PROVINCES * CLASSES) + community
            utility = board.offer.take(cell[free], axis=1)
            if owed is not None:
                utility[: DISMANTLER + 1] += owed[free]
            utility *= self.p["price_sensitivity"] * traits.price_sensitivity[free]
            utility += conditions.ease.take(here, axis=1)
            mean = conditions.awareness.take(community)
            if conditions.graph is None:
                polled = self.ties.poll(drawn[PEERS : self._once].take(free, axis=1), community, conditions.awareness)
            else:
                polled = conditions.graph.poll(
                    conditions.graph.node_of(rows.cohort[free], rows.rank[free], holders[free])
                )
            aware = own_awareness(mean, polled, traits.norm[free], self.p["peer_weight"])
            utility[: DISMANTLER + 1] += aware * self.p["awareness_weight"]
            channel[free] = choose_channel(utility, draws.waits(later[RACE:].take(free, axis=1)))
            price[free] = board.paid[channel[free], cell[free]]
        what = self._disposition(channel, cell, later, board)
        self._return_later(month, rows, route, what, later[LASTS])
        scanned = traits.luck_of_id < conditions.scan[province, what]
        codes = (route * 16 + what + scanned * SCANNED).astype(np.uint8)
        self.events.add(month, fleet.number(rows.cohort, rows.rank), codes)
        wh = traits.watt_hours * fleet.scale
        made = Decided(wh, province, chemistry, holder_class, cell, route, what, channel, price, scanned)
        flows.add(made, new, fleet.scale, board, levers["holder_reward"], owed)

    def _tender(
        self, rows, lots, keys, cell, province, route, board, conditions, levers, extra
    ) -> tuple[np.ndarray, np.ndarray]:
        """Put fleets' and storage operators' packs out to tender, by lots of neighbours in a cohort.

        A fleet that is under contract with a licensed recycler gives it the contracted share of its lots instead.
        """
        first = keys[lots] - (rows.rank[lots] % self.lot).astype(np.uint64)
        drawn = draws.words(draws.holder_words(self.fleet.seed, first), TENDER_CODES, rows.ordinal[lots])
        won = award(
            board.tender.take(cell[lots], axis=1),
            conditions.presence.take(province[lots], axis=2),
            levers["tender_price_weight"],
            self.p["tender_licence_worth"],
            self.p["tender_error"],
            drawn[:-1],
            extra,
        )
        if np.count_nonzero(conditions.contracted):
            place = rows.cohort[lots] % CELLS
            share = conditions.contracted[province[lots], HOLDER_CLASS[place]]
            bound = (route[lots] == TENDER) & (draws.uniform(drawn[-1]) < share)
            won.channel[bound] = RECYCLER
            won.price[bound] = conditions.contract_price[province[lots], CHEMISTRY[place]][bound]
        return won.channel, won.price

    def _route(self, cause: np.ndarray, holder_class: np.ndarray, leased: np.ndarray) -> np.ndarray:
        """Say by which route packs come loose the first time: why, and who holds them then."""
        route = FIRST_ROUTE[cause, holder_class]
        route[leased & (cause != ACCIDENT)] = LEASE
        return route

    def _disposition(self, channel, cell, later, board: Board) -> np.ndarray:
        """Say what the buyer does with each pack: recover or re-use it, and whether a dismantler sells it on."""
        lawful = board.second_life[(channel == BATTERY_MAKER_OUTLET).view(np.int8), cell]
        diverted = (channel == DISMANTLER) & (later[RESALE] < board.to_workshop[cell])
        unlawful = diverted | (channel == WORKSHOP)
        again = later[USE] < np.where(unlawful, board.reuse[cell], lawful)
        way = FIRST_WAY[channel]
        way += 2 * diverted
        way += again & (channel != KEPT)
        return way

    def _return_later(self, month: int, rows: Rows, route: np.ndarray, what: np.ndarray, luck: np.ndarray) -> None:
        """Send kept and re-used packs to the waiting room, each with the month in which it comes back."""
        back = COMES_BACK[what].nonzero()[0]
        if not back.size:
            return
        what = what[back]
        due = month + (self._least[what] + self._on_top[what] * -np.log(luck[back])).astype(np.int64)
        soon = (due < MONTHS).nonzero()[0]
        back = back[soon]
        later = rows.table.take(back, axis=1)
        later[2] = RETURNS_BY[route[back], what[soon]]
        later[3] += 1
        self.waiting.add(due[soon], later)
