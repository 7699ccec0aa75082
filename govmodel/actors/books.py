"""Books: who pays whom for what. Every flow of money of a month goes through one of these lines."""

import numpy as np

from ..chain.plants import Reception
from ..foundations.ledger import Ledger
from ..mechanisms.choice import DISMANTLER, RECYCLER
from ..mechanisms.market import Board
from .fates import (
    DISPOSITIONS,
    FIRST_WAY,
    HOLDER_GROUPS,
    IS_KEPT,
    RECOVERIES,
    REUSES,
    SECOND_LIFE_RETURN,
    SECOND_LIVES,
    WORKSHOP_RECOVERIES,
)
from .flows import Flows

COLLECTORS = ("automaker_outlets", "battery_maker_outlets", "recycler_collection", "dismantlers")
PLACES = (
    "sold",
    "on_the_road",
    "kept",
    "second_life",
    "reuse",
    "collectors",
    "plants",
    "worked_licensed",
    "worked_workshop",
    "scrap",
    "ore",
    "recovered_licensed",
    "recovered_workshop",
    "recovered_scrap",
    "lost",
)
SOURCES = ("sold", "on_the_road", "scrap", "ore")  # they count down what came in (energy is known from release on)
KINDS = 9  # packs, Wh LFP, Wh NCM, then six metals in mg
PACKS_AND_ENERGY, ENERGY, METALS = slice(0, 3), slice(1, 3), slice(3, KINDS)
SOLD, ON_THE_ROAD, COLLECTORS_YARDS, PLANTS, WORKED, SCRAP, ORE, LOST = (
    PLACES.index(name)
    for name in ("sold", "on_the_road", "collectors", "plants", "worked_licensed", "scrap", "ore", "lost")
)
RECOVERED = slice(PLACES.index("recovered_licensed"), PLACES.index("recovered_scrap") + 1)


def split(total: int, weights: np.ndarray) -> list[int]:
    """Split whole fen by a few weights so that the parts sum to the whole; the largest takes the rest."""
    given = weights.tolist()  # a handful of numbers: plain ones are quicker than arrays
    whole = sum(given)
    parts = [int(weight * (total / whole)) for weight in given] if whole > 0 else [0] * len(given)
    parts[given.index(max(given))] += total - sum(parts)
    return parts


def fen(watt_hours, yuan_per_kwh) -> np.ndarray:
    """Price watt-hours: whole fen, rounded down, int64; neither factor is negative."""
    return (watt_hours * yuan_per_kwh * 0.1).astype(np.int64)


class Books:
    """The lines of the ledger and the rules by which a month's physical flows become payments."""

    def __init__(self, ledger: Ledger, parameters: dict, plants: list[str], provinces: tuple[str, ...]):
        self.ledger, self.p = ledger, parameters
        workshops = [f"workshops_{code}" for code in provinces]
        buyers = [*COLLECTORS, *workshops]
        line = ledger.line
        groups = [group for group in HOLDER_GROUPS for _ in buyers]
        self.purchases = line("packs bought from holders", buyers * len(HOLDER_GROUPS), groups)
        self.resale = line("packs sold on by dismantlers", workshops, ["dismantlers"])
        self.gate = line("packs delivered to plants", plants, ["collection"])
        self.collection = line("packs delivered to plants", ["collection"], list(COLLECTORS))
        self.freight = line("freight and permits", list(COLLECTORS), ["carriers"])
        self.second_life = line("packs sold for storage", ["storage_market"], list(COLLECTORS))
        self.reuse = line("packs sold for prohibited re-use", ["reuse_market"], workshops)
        self.black_mass = line("black mass and scrap metal sold", ["metal_buyers"], workshops)
        self.metals = line("metals sold", ["metal_buyers"], plants)
        self.factory_scrap = line("factory scrap bought", plants, ["battery_factories"])
        self.processing = line("processing", plants, ["suppliers"])
        self.workshop_cost = line("processing", workshops, ["suppliers"])
        self.collecting = line("collecting and sorting", list(COLLECTORS), ["suppliers"])
        self.plant_vat = line("value-added tax", plants, ["treasury"])
        self.collector_vat = line("value-added tax", list(COLLECTORS), ["treasury"])
        self.crude_vat = line("value-added tax", ["metal_buyers"], ["treasury"])
        self.subsidy = line("subsidy", ["treasury"], plants)
        self.reward = line("holder reward", ["treasury"], list(HOLDER_GROUPS))
        self.fines = line("fines", workshops, ["treasury"])
        self.inspections = line("inspections", [f"province_{code}" for code in provinces], ["inspectorate"])
        self.deposits = line("deposits", list(HOLDER_GROUPS[:4]), ["deposit_fund"])
        self.refunds = line("deposit refunds", ["deposit_fund"], list(HOLDER_GROUPS))
        ledger.open_places(PLACES, KINDS)
        self._sold_again = slice(self.second_life.start, self.reuse.stop)  # neighbours, as in Flows.reuse_income
        self._trade = slice(self.metals.start, self.processing.stop)
        self._quantity, self._price = np.zeros((2, 4, 2, len(plants)))
        self._moves = _moves()

    def pay_holders(self, month: int, flows: Flows) -> None:
        """Pay holders, then sell what is re-used at once."""
        pay = self.ledger.pay
        pay(month, self.purchases, flows.payments.ravel().astype(np.int64))
        pay(month, self.resale, flows.resale.astype(np.int64))
        if np.count_nonzero(flows.rewards):
            pay(month, self.reward, flows.rewards.astype(np.int64))
        if np.count_nonzero(flows.refunds):
            pay(month, self.refunds, flows.refunds.astype(np.int64))
        pay(month, self._sold_again, flows.reuse_income.astype(np.int64))

    def pay_collectors(
        self, month: int, flows: Flows, board: Board, reception: Reception, haul: np.ndarray, vat_share: float
    ) -> None:
        """Pay for what plants took in, its freight, and collectors' own costs; `haul` is yuan/kWh (31, 2, plants)."""
        pay = self.ledger.pay
        wh = flows.by_way  # (31, disposition, 2)
        delivered = np.add.reduce(fen(reception.received, board.gate))
        by_channel = (wh[:, RECOVERIES] * np.maximum(board.licensed_value, 0.01)[:, None]).sum(axis=(0, 2))
        pay(month, self.gate, delivered)
        pay(month, self.collection, split(int(delivered.sum()), by_channel))
        pay(month, self.freight, split(int((reception.parts * haul).sum() * 0.1), by_channel))
        national = np.add.reduce(wh, axis=(0, 2))
        again = national[SECOND_LIVES]
        regrouping = fen(again, self.p["second_life_cost"])
        pay(month, self.collecting, fen(national[RECOVERIES] + again, board.collecting) + regrouping)
        added = np.maximum(flows.reuse_income[:4] - regrouping, 0.0)
        pay(month, self.collector_vat, np.floor(added * vat_share).astype(np.int64))

    def pay_plants(
        self,
        month: int,
        worked: np.ndarray,
        scrap: np.ndarray,
        value: np.ndarray,
        cost: np.ndarray,
        vat_share: float,
        subsidy: np.ndarray,
    ) -> None:
        """Sell the metals of what was worked, pay for scrap, processing and tax; pay the subsidy on packs.

        `cost` is yuan/kWh (2, plants); `subsidy` (plants,) is what the treasury pays for a kWh worked.
        """
        pay, column = self.ledger.pay, value[:, None]
        # where its usual price would leave a plant a loss it pays less for scrap, down to nothing
        spared = cost * self.p["scrap_cost_share"] / (np.maximum(column, 1e-9) * (1.0 - vat_share))
        payable = (1.0 - spared).clip(0.0, self.p["scrap_payable"])
        metals, bought, processed, added = self._quantity
        metals[:] = worked + scrap
        bought[:] = scrap
        processed[:] = worked + scrap * self.p["scrap_cost_share"]
        added[:] = worked + scrap * (1.0 - payable)  # factory scrap comes with invoices
        price = self._price
        price[0], price[1], price[2], price[3] = column, column * payable, cost, column * vat_share
        due = np.add.reduce(fen(self._quantity, price), axis=1)
        pay(month, self._trade, due[:3].ravel())  # metals, factory scrap and processing are neighbours
        pay(month, self.plant_vat, due[3])
        if np.count_nonzero(subsidy):
            pay(month, self.subsidy, np.add.reduce(fen(worked, subsidy)))

    def pay_workshops(self, month: int, flows: Flows, board: Board, cost: np.ndarray) -> tuple[np.ndarray, ...]:
        """Sell workshops' black mass and pay their costs.

        Returns by province what they earned and what they spent on packs (fen), the watt-hours they took (LFP, NCM,
        and of both what was re-used) and the watt-hours that recyclers collected.
        """
        pay = self.ledger.pay
        wh = flows.by_way
        crude, again = np.add.reduce(wh[:, WORKSHOP_RECOVERIES], axis=1), np.add.reduce(wh[:, REUSES], axis=1)
        per_kwh = np.array([board.crude_value, cost, board.crude_vat])[:, None, :]
        black_mass, costs, vat = np.add.reduce(fen(crude, per_kwh), axis=2)
        costs += np.add.reduce(fen(again, self.p["reuse_cost"]), axis=1)
        pay(month, self.black_mass, black_mass)
        pay(month, self.crude_vat, np.add.reduce(vat))
        pay(month, self.workshop_cost, costs)
        spent = np.add.reduce(flows.payments[:, DISMANTLER + 1 :]) + flows.resale
        earned = flows.reuse_income[DISMANTLER + 1 :] + black_mass - costs - spent
        taken = np.empty((len(wh), 3))
        taken[:, :2], taken[:, 2] = crude + again, np.add.reduce(again, axis=1)
        to_recyclers = np.add.reduce(wh[:, FIRST_WAY[RECYCLER] : FIRST_WAY[RECYCLER] + 2], axis=(1, 2))
        return earned, spent, taken, to_recyclers

    def sell_packs(self, packs: int) -> None:
        """Put packs that were sold on the road."""
        self.ledger.move("sold", "on_the_road", np.array([packs] + [0] * (KINDS - 1)))

    def move(
        self, flows: Flows, sold: int, received: np.ndarray, worked: np.ndarray, scrap: np.ndarray, out, lost
    ) -> None:
        """Move what moved this month: packs, the energy in them through the plants, and the metals in what was worked.

        `sold` counts packs; energy is Wh by chemistry; metals (mg) were recovered (plants, workshops, scrap: (3, 6)) or
        lost (6,).
        """
        changes = np.zeros((len(PLACES), KINDS), np.int64)
        changes[:, PACKS_AND_ENERGY] = self._moves @ flows.by_route_and_way
        changes[ON_THE_ROAD, 0] += sold
        changes[SOLD, 0] -= sold
        energy, metals = changes[:, ENERGY], changes[:, METALS]
        energy[COLLECTORS_YARDS] -= received
        energy[PLANTS] += received - worked
        energy[WORKED] += worked + scrap
        energy[SCRAP] -= scrap
        metals[RECOVERED] = out
        metals[LOST] = lost
        metals[ORE] = -(np.add.reduce(out) + lost)
        self.ledger.shift(changes)


def _moves() -> np.ndarray:
    """Say which place every route takes packs from and every disposition brings them to.

    Whole numbers (places, routes x dispositions): each column takes one from a place and gives it to another.
    """
    sources = ["on_the_road"] * 5 + ["kept", "second_life", "reuse"]
    ends = {"collectors": RECOVERIES, "second_life": SECOND_LIVES, "reuse": REUSES, "kept": slice(IS_KEPT, None)}
    ends["worked_workshop"] = WORKSHOP_RECOVERIES
    moves = np.zeros((len(PLACES), len(sources), len(DISPOSITIONS)), np.int64)
    for route, source in enumerate(sources):
        moves[PLACES.index(source), route] -= 1
    for target, ways in ends.items():
        moves[PLACES.index(target), :, ways] += 1
    # what nobody takes after its second life stays with the storage operator
    moves[[PLACES.index("kept"), PLACES.index("second_life")], SECOND_LIFE_RETURN, IS_KEPT] = 0
    return moves.reshape(len(PLACES), -1)
