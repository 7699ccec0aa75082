"""The contract book: who has promised packs to whom, whether they keep their word, and what is paid for it.

A month: every side of every contract keeps or breaks its word (`honour`, before packs come loose); what is kept goes to
the contracted plants (`deliver`) at the contract's price (`settle`). A quarter: trust follows what was kept and broken,
contracts end, sources sign new ones (`decide`).
"""

import numpy as np

from ..chain.fleet import CHEMISTRIES, CLASSES, PROVINCES
from ..foundations import draws
from ..foundations.ledger import Ledger
from ..mechanisms import contract as rules
from ..mechanisms.contract import (
    AUTOMAKER,
    BATTERY_MAKER,
    BROKEN_OFF,
    COLLECTING,
    CONTRACT,
    DISMANTLER,
    FLEET,
    RECYCLER,
    SOURCE,
    TERM_OVER,
)
from ..mechanisms.market import Board
from ..mechanisms.trust import Evidence, belief
from .association import Association
from .books import COLLECTORS
from .flows import Flows
from .formation import Formation, Offers
from .sources import KINDS, NATION, PLACES, Sources, alternatives, had_by_kind

ACCOUNT_OF_KIND = np.array([0, 1, 2, 3, 2])  # the collector that settles for each kind of source
# What the record keeps of a month, one column each
NOTED = ("in_force", "breaches", "by_sources", "by_recyclers", "mediated", "court", "delivered_wh", "tolled_wh", "trust",
         *rules.FORMS)  # fmt: skip
_LUCK = np.array(
    [draws.code("honour", 0, 0), draws.code("honour", 0, 1), draws.code("association"), draws.code("honour", 0, 2)],
    np.uint64,
)


class ContractBook:
    """All contracts ever signed, as rows, and what organisations know of each other."""

    def __init__(self, model):
        self.model, self.p = model, model.parameters
        self.plants = len(model.recyclers)
        self.sources = Sources(model.facts, self.p)
        self.formation = Formation(self.sources, self.p, model.seed_key)
        self.evidence = Evidence(len(self.sources), self.plants, self.p)
        self.association = Association(model)
        self.table = np.zeros(0, CONTRACT)
        self.luck = np.zeros((3, 4, 0))
        self.vehicles = np.full(PROVINCES, 1.0 / PROVINCES)  # share of each province, as of the quarter's start
        self.collecting = np.zeros(PROVINCES)  # share of workshops in the sites at which recyclers get packs
        self._note = np.zeros(len(NOTED))
        self._load()

    # the books

    def declare(self, ledger: Ledger) -> None:
        """Declare the lines on which contracts are paid; a clearing account stands between the parties."""
        plants = [f"plant: {recycler.name}" for recycler in self.model.recyclers]
        parties = [*plants, *COLLECTORS]
        line = ledger.line
        self._costs = line("contracts: search, drafting, testing", parties, ["contract_services"])
        self._owed = line("contracts: price agreed above or below spot", parties, ["contract_clearing"])
        self._due = line("contracts: price agreed above or below spot", ["contract_clearing"], parties)
        self._fined = line("contracts: penalties", parties, ["contract_clearing"])
        self._awarded = line("contracts: penalties", ["contract_clearing"], parties)
        self._court = line("contracts: courts", parties, ["courts"])
        self._mediation = line("contracts: mediation", parties, ["association"])
        self._dues = line("association: dues", plants, ["association"])
        self._staff = line("association: staff", ["association"], ["mediators_and_writers"])
        self.model.record.open("contracts", (len(NOTED),))

    def state(self) -> dict[str, np.ndarray]:
        """Give everything that changes, as arrays by name."""
        return {
            "table": self.table.view(np.uint8),
            "evidence": self.evidence.table,
            "volume": self.sources.volume,
            "pooled": self.sources.pooled,
            "months": np.array([self.sources.months]),
            "weight": self.sources.weight,
            "vehicles": self.vehicles,
            "collecting": self.collecting,
            "felt": self.felt,
        }

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over what `state` gave."""
        self.table = held["table"].view(CONTRACT).copy()
        self.evidence.table, self.sources.volume = held["evidence"], held["volume"]
        self.sources.pooled, self.sources.weight = held["pooled"], held["weight"]
        self.sources.months = int(held["months"][0])
        self.vehicles, self.collecting = held["vehicles"], held["collecting"]
        self._load()
        self.felt = held["felt"]

    def _load(self) -> None:
        """Lay out the contracts in force as columns for the quarter's monthly arithmetic."""
        self.live = np.flatnonzero(self.table["ended"] < 0)
        now = self.table[self.live]
        self.kind, self.place, self.plant, source = (now[name] for name in ("kind", "place", "plant", "source"))
        self.kind, self.place, self.plant = (np.array(a) for a in (self.kind, self.place, self.plant))
        self.share, self.coefficient, self.fee = (np.array(now[name]) for name in ("share", "coefficient", "fee"))
        self.penalty, self.formal, self.tolling = (np.array(now[name]) for name in ("penalty", "formal", "tolling"))
        self.mutual = self.evidence.trust(source, self.plant)
        self.mix = self.sources.mix[self.kind]
        self.weight = np.where(self.place == NATION, self.sources.weight[source], 1.0)
        self.volume = self.sources.size[source] * self.share  # Wh a month
        self.same = self.sources.own[source, self.plant]
        self.felt = np.zeros((3, len(now)))  # this quarter's kept months, and harm done by the source, the recycler
        self._quarter = None

    def _begin_quarter(self, month: int) -> None:
        """Work out what stays the same for a quarter: freight, luck, costs, what is at stake for the future."""
        self._quarter, model, p = (month // 3, self.model._border), self.model, self.p
        first = month - month % 3
        now = self.table[self.live]
        self.haul = self._hauls()[self.place, :, self.plant] + self._collection()[self.kind][:, None]
        ids = draws.holder_words(model.seed_key, (1 << 41) + self.live)
        ordinals = np.arange(first, first + 3)
        drawn = [draws.words(draws.at(ids, np.full(len(ids), o)), _LUCK) for o in ordinals]
        self.luck = np.stack([draws.uniform(words) for words in drawn]) if len(ids) else np.zeros((3, 4, 0))
        months_left = np.maximum(now["months"] - (first - now["signed"]), 1)
        power = np.array([[p["source_power"]], [1.0 - p["source_power"]]])
        self.bond = rules.bond(now["gain"], power, self.mutual, months_left, p) + self.same * 1e6
        half = now["cost"] * self.volume * 0.05  # fen: each side bears half
        self.costs = self._parties(half, half)
        self.columns = self.kind * PLACES + self.place
        self.forms = np.bincount(now["form"], self.volume, len(rules.FORMS))
        total = self.forms.sum()
        self.forms = self.forms / total if total > 0 else self.forms
        self.trusted = float(self.mutual.mean()) if len(now) else float(belief(0.0, 0.0, p))

    def _parties(self, by_plant: np.ndarray, by_source: np.ndarray) -> np.ndarray:
        """Add amounts of contracts up by party, plants first and then collectors: whole fen, int64."""
        plants = np.bincount(self.plant, np.floor(by_plant), self.plants)
        collectors = np.bincount(ACCOUNT_OF_KIND[self.kind], np.floor(by_source), len(COLLECTORS))
        return np.concatenate([plants, collectors]).astype(np.int64)

    def _hauls(self) -> np.ndarray:
        """Freight from every province, and on average from the nation's vehicles, (32, 2, plants)."""
        haul = self.model.haul
        return np.concatenate([haul, np.tensordot(self.vehicles, haul, axes=1)[None]])

    def _collection(self) -> np.ndarray:
        cost = np.zeros(KINDS)
        cost[[FLEET, COLLECTING]] = self.p["recycler_collection_cost"]
        return cost

    # a month

    def honour(self, month: int, board: Board, levers: dict) -> None:
        """Let both sides of every contract keep or break their word, and say what is left of each contract."""
        self._board, self._levers = board, levers
        model, p = self.model, self.p
        if self._quarter != (month // 3, self.model._border):
            self._begin_quarter(month)
        self._note[:] = 0.0
        if not self.live.size:
            self.kept = np.zeros(0)
            self.broken = np.zeros((2, 0), bool)
            return
        self.spot = alternatives(board, levers, self.vehicles, p)
        worth = self._worth(month, levers)
        self.price = rules.price_at(self.coefficient, self.fee, board.metal_value)
        net = self.price - self.haul
        here = self.spot[self.kind, self.place]
        tempted = np.stack(
            [((here - net) * self.mix).sum(1), ((self.price - worth[:, self.plant].T) * self.mix).sum(1)]
        )
        self.paid = (self.price * self.mix).sum(axis=1)  # yuan/kWh
        credit = levers["credit_record"] if model.active("authority") else 0.0
        at_stake = self.bond + self.penalty * self.paid * rules.enforceability(levers["mediation"], p)
        at_stake = at_stake + credit * p["reputation_worth"]
        luck = self.luck[month % 3]
        self.broken = luck[:2] < rules.breach_chance(tempted, at_stake, p["breach_error"])
        self.kept = self.share * (1.0 - p["breach_part"] * self.broken.any(axis=0))
        self._dispute(month, luck, levers)

    def _worth(self, month: int, levers: dict) -> np.ndarray:
        """What a contracted kWh is worth at each plant's gate, yuan (2, plants)."""
        model, market = self.model, self.model.market
        net, value = market.worth(levers).net[month], market.licensed_metal[month]
        return rules.recyclers_worth(
            net[:, None],
            value[:, None],
            market.licensed_cost[month][:, None],
            model._plant_margin,
            np.array(model.plant_busy),
            self.p["fixed_cost_share"],
        )

    def _dispute(self, month: int, luck: np.ndarray, levers: dict) -> None:
        """Take breaches to the association, to court, or nowhere; penalties and fees are paid."""
        p, ledger, table = self.p, self.model.ledger, self.table
        clean = ~self.broken.any(axis=0)
        table["kept"][self.live] += clean
        self.felt[0] += clean
        if clean.all():
            return
        # one dispute a contract and month: against the recycler only where the source kept its word
        guilty = self.broken & np.stack([np.ones(len(clean), bool), ~self.broken[SOURCE]])
        table["broken"][self.live] += self.broken.T
        mediated = ~clean & self.association.takes(luck[2], levers["mediation"])
        court = ~clean & ~mediated & self.formal & (luck[3] < p["court_use"])
        self.felt[1:] += self.broken * (1.0 - p["mediation_mends"] * mediated)
        table["mediated"][self.live] += mediated
        table["court"][self.live] += court
        claim = np.floor(self.penalty * self.paid * self.volume * p["breach_part"] * 0.1)  # fen
        settled = np.floor(claim * (mediated + court * p["court_award"]))
        nothing = np.zeros(len(claim))
        paid = [np.where(guilty[side], settled, nothing) for side in (SOURCE, RECYCLER)]
        ledger.pay(month, self._fined, self._parties(paid[RECYCLER], paid[SOURCE]))
        ledger.pay(month, self._awarded, self._parties(paid[SOURCE], paid[RECYCLER]))
        fees = np.floor(claim * court * p["court_cost"])  # the claimant's
        fees = [np.where(guilty[side], fees, nothing) for side in (SOURCE, RECYCLER)]
        ledger.pay(month, self._court, self._parties(fees[SOURCE], fees[RECYCLER]))
        fees = np.floor(claim * mediated * p["mediation_fee"])  # of the side that broke
        fees = [np.where(guilty[side], fees, nothing) for side in (SOURCE, RECYCLER)]
        ledger.pay(month, self._mediation, self._parties(fees[RECYCLER], fees[SOURCE]))
        self._note[1:6] = (~clean).sum(), *self.broken.sum(axis=1), mediated.sum(), court.sum()

    def terms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give what holders meet: fleets' contracted share (31, 4) and price (31, 2), dismantlers' share (31,)."""
        contracted, price = np.zeros((PROVINCES, CLASSES)), np.zeros((PROVINCES, CHEMISTRIES))
        self._covered = np.bincount(self.columns, self.kept, KINDS * PLACES).reshape(KINDS, PLACES)
        fleet = self.kind == FLEET
        if fleet.any():
            where, kept = self.place[fleet], self.kept[fleet]
            net = np.maximum(self.price[fleet] - self.haul[fleet], 0.0) * kept[:, None]
            total = self._covered[FLEET, :NATION]
            for chemistry in range(CHEMISTRIES):
                price[:, chemistry] = np.bincount(where, net[:, chemistry], PROVINCES) / np.maximum(total, 1e-9)
            contracted[:, 1:] = np.minimum(total, 1.0)[:, None]  # households sign nothing
        return contracted, price, np.minimum(self._covered[DISMANTLER, :NATION], 1.0)

    def deliver(self, flows: Flows) -> tuple[np.ndarray, np.ndarray] | None:
        """Say what of the month's packs goes to which contracted plant: Wh (31, 2, plants), battery makers' apart."""
        had, got = had_by_kind(flows, self.collecting)
        self.sources.remember(had.sum(axis=1))
        if not self.live.size:
            return None
        weight = self.kept * self.weight
        table = np.bincount(self.columns * self.plants + self.plant, weight, KINDS * PLACES * self.plants)
        table = table.reshape(KINDS, PLACES, self.plants)
        local = slice(FLEET, KINDS)
        share = table[local, :NATION].sum(axis=2)[:, :, None]
        # what licensed recovery got of a source is under contract first
        had[local] = np.minimum(had[local] * share, got[local]) / np.maximum(share, 1e-9)
        licensed = np.matmul(had[local].transpose(1, 2, 0), table[local, :NATION].transpose(1, 0, 2))
        licensed += had[AUTOMAKER][:, :, None] * table[AUTOMAKER, NATION]
        makers = had[BATTERY_MAKER][:, :, None] * table[BATTERY_MAKER, NATION]
        every = np.concatenate([had, had.sum(axis=1, keepdims=True)], axis=1)
        self._sent = every[self.kind, self.place] * weight[:, None]
        return licensed, makers

    def settle(self, month: int, levers: dict, accepted: np.ndarray) -> None:
        """Pay the agreed price where it differs from the gate price, the cost of contracts, and the association.

        `accepted` is the share of what came to each plant that it had room for.
        """
        ledger, pay = self.model.ledger, self.model.ledger.pay
        dues = self.association.dues(levers, self.model.plants.capacity_t)
        fees = int(ledger.amounts[month - ledger.first_month, self._mediation].sum())
        pay(month, self._dues, dues)
        pay(month, self._staff, int(dues.sum()) + fees)
        note = self._note
        if self.live.size:
            taken = self._sent * accepted[self.plant][:, None]
            more = (taken * (self.price - self._board.gate[:, self.plant].T)).sum(axis=1) * 0.1
            up, down = np.floor(np.maximum(more, 0.0)), np.floor(np.maximum(-more, 0.0))
            pay(month, self._owed, self._parties(up, down))
            pay(month, self._due, self._parties(down, up))
            pay(month, self._costs, self.costs)
            taken = taken.sum(axis=1)
            note[0], note[6], note[7] = len(self.live), taken.sum(), taken @ self.tolling
        note[8] = self.trusted
        note[9:] = self.forms
        self.model.record.series["contracts"][month - self.model.start] = note

    # a quarter

    def decide(self) -> None:
        """At the end of a quarter: learn from it, end contracts, sign new ones for the next."""
        model, month = self.model, self.model.month
        self._learn()
        last = self._end(month + 1)
        self.vehicles = model._vehicles / max(model._vehicles.sum(), 1e-9)
        sites = model.facts.outlets[month // 12][2] * self.vehicles
        self.collecting = model._collecting / np.maximum(model._collecting + sites, 1e-9)
        self.sources.weigh(month // 12, self.vehicles, model._collecting)
        self._load()
        self._classify()
        covered = np.bincount(self.table["source"][self.live], self.share, len(self.sources))
        offers = self._offers(month)
        self.table = np.concatenate([self.table, self.formation.sign(offers, covered, last, self.evidence)])
        self._load()
        self._classify()

    def _learn(self) -> None:
        """Turn the quarter's kept and broken months into trust."""
        if self.model.active("trust"):
            shared = self._levers["information_sharing"] if self.model.active("information") else 0.0
            source = self.table["source"][self.live]
            self.evidence.learn(source, self.plant, self.felt[0], self.felt[1:], shared)

    def _end(self, month: int) -> np.ndarray:
        """End contracts at their term, or when a side has lost its trust; gives each source's last partner or -1."""
        table, live = self.table, self.live
        last = np.full(len(self.sources), -1)
        source = table["source"][live]
        over = month - table["signed"][live] >= table["months"][live]
        lost = ~over & ~self.same & (self.evidence.trust(source, self.plant).min(axis=0) < self.p["walk_away"])
        table["why"][live[over]], table["why"][live[lost]] = TERM_OVER, BROKEN_OFF
        table["ended"][live[over | lost]] = month
        last[source[over]] = self.plant[over]
        return last

    def _classify(self) -> None:
        """Name every tie in force by the five forms."""
        table, live, levers = self.table, self.live, self._levers
        now = table[live]
        capacity = self.model.plants.capacity_t[self.plant]
        specificity = self.sources.specificity[now["source"]]
        table["form"][live] = rules.classify(
            specificity, levers["standards"], now["information"], capacity, self.same, self.p
        )

    def _offers(self, month: int) -> Offers:
        """Gather what contracts are worth in the coming quarter, at today's prices and under today's law."""
        model, levers, board = self.model, self._levers, self._board
        values = model.market.licensed_metal
        able = model.plants.capacity_t * 1e6 / 12.0 / model.facts.mass_per_kwh.mean()
        promised = np.bincount(self.plant, self.volume, self.plants)
        return Offers(
            month=month + 1,
            spot=alternatives(board, levers, self.vehicles, self.p),
            haul=self._hauls(),
            collection=self._collection(),
            worth=self._worth(month, levers),
            value=board.metal_value,
            uncertainty=rules.volatility(values[max(month - 12, 0) : month + 1]),
            room=np.maximum(able - promised, 0.0),
            vat=float(model.market.vat(1.0, levers)),
            coverage=levers["contract_coverage"],
            standards=levers["standards"],
            information=levers["information_sharing"] if model.active("information") else 0.0,
            mediation=levers["mediation"],
            credit=levers["credit_record"] if model.active("authority") else 0.0,
        )
