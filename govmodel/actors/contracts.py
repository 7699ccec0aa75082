"""The contract book: who has promised packs to whom, whether they keep their word, and what is paid for it.

A month: every side of every contract keeps or breaks its word (`honour`, before packs come loose); what is kept goes to
the contracted plants (`deliver`) at the contract's price (`settle`). A quarter: trust follows what was kept and broken,
contracts end, sources sign new ones (`decide`).
"""

import numpy as np

from ..chain.fleet import CHEMISTRIES, CLASSES, PROVINCES
from ..foundations import draws
from ..foundations.calendar import year_of
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
    PLANT_CLOSED,
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
from .sources import GOT, KINDS, NATION, PLACES, Sources, alternatives, had_by_kind

ACCOUNT_OF_KIND = np.array([0, 1, 2, 3, 2])  # the collector that settles for each kind of source
FETCHED = [FLEET, COLLECTING]  # by recyclers, who come for the packs
# What the record keeps of a month, one column each
NOTED = ("in_force", "breaches", "by_sources", "by_recyclers", "mediated", "court", "delivered_wh", "tolled_wh",
         "trust", *rules.FORMS, "blacklisted")  # fmt: skip
_KEPT = ("vehicles", "collecting", "collection", "broken", "claims", "dues", "spared")
_LUCK = np.array(
    [draws.code("honour", 0, 0), draws.code("honour", 0, 1), draws.code("association"), draws.code("honour", 0, 2)],
    np.uint64,
)
_ROW = np.dtype((np.void, CONTRACT.itemsize))  # a contract as one piece, quicker to copy than field by field


class ContractBook:
    """All contracts ever signed, as rows, and what organisations know of each other."""

    def __init__(self, model):
        self.model, self.p = model, model.parameters
        self.plants = len(model.recyclers)
        self.parties = self.plants + len(COLLECTORS)
        self.sources = Sources(model.facts, self.p)
        self.formation = Formation(self.sources, self.p, model.seed_key)
        self.evidence = Evidence(len(self.sources), self.plants, self.p)
        self.association = Association(model, len(self.sources), self.plants)
        self.table = np.zeros(0, CONTRACT)
        self.luck = np.zeros((3, 4, 0))
        self.vehicles = np.full(PROVINCES, 1.0 / PROVINCES)  # share of each province, as of the quarter's start
        self.collecting = np.zeros(PROVINCES)  # share of workshops in the sites at which recyclers get packs
        self.spared = np.zeros(self.plants)  # standing cost that more feed saves, yuan/kWh, as of the quarter's start
        self.dues = np.zeros(self.plants, np.int64)  # fen a month, as set at the quarter's start
        self.collection = np.zeros(KINDS)  # what fetching the packs costs, yuan/kWh, as of the quarter's start
        self._note = np.zeros(len(NOTED))
        self._load()

    # the books

    def declare(self, ledger: Ledger) -> None:
        """Declare the lines on which contracts are paid; a clearing account stands between the parties."""
        plants = self.model.industry.names
        parties = [*plants, *COLLECTORS]
        line = ledger.line
        costs = line("contracts: search, drafting, testing", parties, ["contract_services"])
        line("contracts: price agreed above or below spot", parties, ["contract_clearing"])
        due = line("contracts: price agreed above or below spot", ["contract_clearing"], parties)
        self._monthly = slice(costs.start, due.stop)  # these three lines
        self._fined = line("contracts: penalties", parties, ["contract_clearing"])
        self._awarded = line("contracts: penalties", ["contract_clearing"], parties)
        self._court = line("contracts: courts", parties, ["courts"])
        self._mediation = line("contracts: mediation", parties, ["association"])
        self._dues = line("association: dues", plants, ["association"])
        self._staff = line("association: staff", ["association"], ["mediators_and_writers"])

    def rule(self, record) -> None:
        """Rule what the record keeps of contracts."""
        record.open("contracts", (len(NOTED),))

    def state(self) -> dict[str, np.ndarray]:
        """Give everything that changes, as arrays by name."""
        return {
            "table": self.table.view(np.uint8),
            **{f"evidence{i}": table for i, table in enumerate(self.evidence.tables())},
            "volume": self.sources.volume,
            "free": self.sources.free,
            "pooled": self.sources.pooled,
            "months": np.array([self.sources.months]),
            "weight": self.sources.weight,
            **{name: getattr(self, name) for name in _KEPT},
            **self.association.state(),
        }

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over what `state` gave."""
        self.table = held["table"].view(CONTRACT).copy()
        for i, table in enumerate(self.evidence.tables()):
            table[:] = held[f"evidence{i}"]
        self.sources.volume = held["volume"]
        self.sources.pooled, self.sources.weight, self.sources.free = held["pooled"], held["weight"], held["free"]
        self.sources.months = int(held["months"][0])
        self.sources.reckon()
        self._load()
        for name in _KEPT:
            setattr(self, name, held[name])
        self.association.restore(held)

    def _load(self) -> None:
        """Lay out the contracts in force as columns for the quarter's monthly arithmetic."""
        (self.live,) = (self.table["ended"] < 0).nonzero()
        now = self.table.take(self.live)
        self.kind, self.place, self.plant, self.source = (
            now[name].astype(np.int64) for name in ("kind", "place", "plant", "source")
        )
        self.coefficient, self.fee = now["coefficient"].T.copy(), now["fee"].T.copy()  # chemistry first, from here on
        self.share, self.penalty, self.tolling = now["share"].copy(), now["penalty"].copy(), now["tolling"].copy()
        self.mutual, self.mix = self.evidence.trust(self.source, self.plant), self.sources.mix
        self.weight = np.where(self.place == NATION, self.sources.weight[self.source], 1.0)
        self.volume = self.sources.size[self.source] * self.share  # Wh a month
        self.same = self.sources.own[self.source, self.plant]
        self.broken = np.zeros((3, 2, len(now)), bool)  # who broke its word in the quarter's months
        self.claims = np.zeros((3, len(now)))  # fen of penalties for it, where there is a clause
        self._quarter = None

    def _begin_quarter(self, month: int) -> None:
        """Work out what stays the same for a quarter: freight, luck, costs, what is at stake for the future."""
        self._quarter, model, p = (month // 3, self.model._border), self.model, self.p
        first = month - month % 3
        now = self.table.take(self.live)
        self.haul = self._hauls()[self.place, :, self.plant].T + self.collection[self.kind]
        ids = draws.holder_words(model.seed_key, (1 << 41) + self.live)
        each = draws.at(ids, np.arange(first, first + 3)[:, None])
        self.luck = draws.uniform(draws.words(each.ravel(), _LUCK)).reshape(len(_LUCK), 3, len(ids))
        self.margin, self.saved = model._plant_margin[self.plant], self.spared[self.plant]
        self.able = model.industry.buying[self.plant] | self.same
        months_left = np.maximum(now["months"] - (first - now["signed"]), 1)
        power = np.array([[p["source_power"]], [1.0 - p["source_power"]]])
        self.bond = rules.bond(now["gain"], power, self.mutual, months_left, p) + self.same * 1e6
        self.prize = np.maximum(now["gain"], 0.0) * power  # what a side has of such a contract, yuan/kWh
        self.cost = now["cost"] * 0.05  # fen/Wh: each side bears half
        self.cell = self.kind * PLACES + self.place
        (self.fleets,), (self.everywhere,) = (self.kind == FLEET).nonzero(), (self.kind < FLEET).nonzero()
        (here,) = (self.kind >= FLEET).nonzero()
        self.by_maker = self.kind[self.everywhere] * self.plants + self.plant[self.everywhere]
        rows = (self.place[here] * CHEMISTRIES + np.arange(CHEMISTRIES)[:, None]) * self.plants
        self.in_province, self.by_place = here, (rows + self.plant[here]).ravel()
        self.party = np.concatenate([self.plant, self.plants + ACCOUNT_OF_KIND[self.kind]])
        self.lines = (self.party + np.arange(3)[:, None] * self.parties).ravel()  # costs, what is owed, what is due
        self.staff = int(self.dues.sum())
        self.listed = sum(int(listed.sum()) for listed in self.association.listed)
        size = self.volume if self.volume.any() else self.share  # before anything has been seen to come loose
        self.forms = np.bincount(now["form"], size, len(rules.FORMS)) / max(size.sum(), 1e-9)
        self.trusted = float(self.mutual.mean()) if len(now) else float(belief(0.0, 0.0, p))

    def _parties(self, by_plant: np.ndarray, by_source: np.ndarray, which) -> np.ndarray:
        """Add whole fen of some contracts up by party, plants first and then collectors: int64."""
        party = self.party.reshape(2, -1)[:, which].ravel()
        return np.bincount(party, np.concatenate([by_plant, by_source]), self.parties).astype(np.int64)

    def _hauls(self) -> np.ndarray:
        """Freight from every province, and on average from the nation's vehicles, (32, 2, plants)."""
        haul = self.model.haul
        usual = self.vehicles @ haul.reshape(PROVINCES, -1)
        return np.concatenate([haul, usual.reshape(1, CHEMISTRIES, -1)])

    # a month

    def honour(self, month: int, board: Board, levers: dict) -> None:
        """Let both sides of every contract keep or break their word, and say what is left of each contract."""
        self._board, self._levers = board, levers
        model, p = self.model, self.p
        if self._quarter != (month // 3, self.model._border):
            self._begin_quarter(month)
        self._note[:] = 0.0
        self.spot = alternatives(board, levers, self.vehicles, p)
        net, value = model.market.worth(levers).net[month][:, None], board.metal_value
        net = net + (model.subsidies(levers) * model.industry.coverage)[self.plant]
        worth = rules.recyclers_worth(net, value[:, None], self.margin, self.saved)
        self.price = price = rules.price_at(self.coefficient, self.fee, value[:, None])
        gains = np.empty((2, CHEMISTRIES, len(self.live)))  # what each side would gain by breaking its word, yuan/kWh
        gains[SOURCE] = self.spot.reshape(-1, CHEMISTRIES).take(self.cell, axis=0).T + self.haul - price
        gains[RECYCLER] = price - worth
        penalty = self.penalty * (self.mix @ price)  # yuan/kWh
        credit = levers["credit_record"] if model.active("authority") else 0.0
        self._settlers = model.council.settlers(levers["mediation"])
        at_stake = self.bond + (penalty * rules.enforceability(*self._settlers, p) + credit * p["reputation_worth"])
        self._shared = levers["information_sharing"] if model.active("information") else 0.0
        at_stake += self.prize * self.association.at_stake(self._settlers[0], self._shared)
        chance = rules.breach_chance(self.mix @ gains, at_stake, p["breach_error"])
        broken = self.luck[:2, month % 3] < chance
        broken[RECYCLER] |= ~self.able  # a plant that may not buy cannot keep its word
        breach = broken[SOURCE] | broken[RECYCLER]
        self.kept = self.share - self.share * breach * p["breach_part"]
        self.broken[month % 3] = broken
        self.claims[month % 3] = np.floor(penalty * self.volume * (breach * p["breach_part"] * 0.1))
        self._note[1:4] = breach.sum(), *broken.sum(axis=1)

    def terms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give what holders meet: fleets' contracted share (31, 4) and price (31, 2), dismantlers' share (31,)."""
        contracted, price = np.zeros((PROVINCES, CLASSES)), np.zeros((PROVINCES, CHEMISTRIES))
        if not self.live.size:
            return contracted, price, np.zeros(PROVINCES)
        covered = np.bincount(self.cell, self.kept, KINDS * PLACES).reshape(KINDS, PLACES)[:, :NATION]
        self._covered = np.minimum(covered, 1.0)
        fleet = self.fleets
        if fleet.size:
            where, kept, total = self.place[fleet], self.kept[fleet], np.maximum(covered[FLEET], 1e-9)
            net = np.maximum(self.price.take(fleet, axis=1) - self.haul.take(fleet, axis=1), 0.0) * kept
            for chemistry in range(CHEMISTRIES):
                price[:, chemistry] = np.bincount(where, net[chemistry], PROVINCES) / total
            contracted[:, 1:] = self._covered[FLEET][:, None]  # households sign nothing
        return contracted, price, self._covered[DISMANTLER]

    def deliver(self, flows: Flows) -> tuple[np.ndarray, ...] | None:
        """Say what of the month's packs is promised to which plant: Wh (31, 2, plants).

        With it comes how much of that is from battery makers' outlets and how much from all others, (31, 2) each.
        """
        both = had_by_kind(flows, self.collecting)
        aim = self._covered @ self.vehicles if self.live.size else np.zeros(KINDS)
        free = self.sources.remember(*both.sum(axis=0), aim)
        if not self.live.size:
            return None
        got, local, makers = both[:, GOT], both[:NATION, GOT, FLEET:], both[:NATION, GOT, :FLEET]
        # of what licensed recovery got of a source, the part that had been promised to it: linear in what it got
        share = self._covered[FLEET:].T
        local /= np.maximum(share + (1.0 - share) * free[FLEET:], 1e-9)[:, :, None]
        got[NATION, :FLEET] = makers.sum(axis=0)
        weight = self.kept * self.weight
        self._sent = got[self.place, self.kind].T * weight
        part = np.bincount(self.by_maker, weight[self.everywhere], FLEET * self.plants).reshape(FLEET, -1)
        promised = makers.swapaxes(1, 2).reshape(-1, FLEET) @ part
        here = self._sent.take(self.in_province, axis=1).ravel()
        promised += np.bincount(self.by_place, here, promised.size).reshape(promised.shape)
        whole = part.sum(axis=1)
        local = local * share[:, :, None]
        others = makers[:, AUTOMAKER] * whole[0] + (local[:, 0] + local[:, 1] + local[:, 2])
        return promised.reshape(PROVINCES, CHEMISTRIES, -1), others, makers[:, BATTERY_MAKER] * whole[1]

    def settle(self, month: int, accepted: np.ndarray) -> None:
        """Pay the agreed price where it differs from the gate price, the cost of contracts, and the association.

        `accepted` is the share of what came to each plant that it had room for.
        """
        pay = self.model.ledger.pay
        pay(month, self._dues, self.dues)
        pay(month, self._staff, self.staff)
        note = self._note
        if self.live.size:
            taken = self._sent * accepted[self.plant]
            more = taken * (self.price - self._board.gate.take(self.plant, axis=1))
            more = np.rint((more[0] + more[1]) * 0.1)
            up, down = np.maximum(more, 0.0), np.maximum(-more, 0.0)
            taken = taken[0] + taken[1]
            half = np.floor(taken * self.cost)
            fen = np.concatenate([half, half, up, down, down, up])
            pay(month, self._monthly, np.bincount(self.lines, fen, 3 * self.parties).astype(np.int64))
            note[0], note[6], note[7] = len(self.live), taken.sum(), taken @ self.tolling
        note[8] = self.trusted
        note[9:-1], note[-1] = self.forms, self.listed
        self.model.record.series["contracts"][month - self.model.start] = note

    # a quarter

    def decide(self) -> None:
        """At the end of a quarter: learn from it, end contracts, sign new ones for the next."""
        model, month = self.model, self.model.month
        last = self._end(month + 1)
        self.collection[FETCHED] = self._board.collecting[ACCOUNT_OF_KIND[FETCHED]]
        self.spared = model.industry.spared
        self.dues = self.association.dues(self._levers, model.plants.capacity_t)
        self.vehicles = model._vehicles / max(model._vehicles.sum(), 1e-9)
        sites = model.facts.outlets[month // 12][2] * self.vehicles
        self.collecting = model._collecting / np.maximum(model._collecting + sites, 1e-9)
        self.sources.weigh(year_of(month), self.vehicles, model._collecting)
        running = self.table["ended"][self.live] < 0
        covered = np.bincount(self.source[running], self.share[running], len(self.sources))
        offers = self._offers(month)
        self._enter(self.formation.sign(offers, covered, last, self.evidence))
        self._load()
        self._classify()

    def _enter(self, made: np.ndarray) -> None:
        """Enter new contracts in the book."""
        self.table = np.concatenate([self.table.view(_ROW), made.view(_ROW)]).view(CONTRACT)

    def hear(self, month: int) -> None:
        """Before the quarter's books are closed, take its breaches to the association, to court, or nowhere.

        Penalties and fees are paid; partners learn from what was kept, broken and settled.
        """
        mediated = self._hear(month) if self.live.size else np.zeros((3, 0), bool)
        self.association.keep_list(self.source, self.plant, self.broken, mediated)
        if self.live.size:
            self._learn(mediated)

    def _hear(self, month: int) -> np.ndarray:
        """Settle disputes; returns in which months (3, contracts) the association settled one."""
        p, ledger, table = self.p, self.model.ledger, self.table
        breach = self.broken.any(axis=1)
        mediated = breach & self.association.takes(self.luck[2], self._settlers[0])
        court = breach & ~mediated & (self.penalty > 0) & (self.luck[3] < p["court_use"] * self._settlers[1])
        table["kept"][self.live] += 3 - breach.sum(axis=0)
        table["broken"][self.live] += self.broken.sum(axis=0).T
        table["mediated"][self.live] += mediated.sum(axis=0)
        table["court"][self.live] += court.sum(axis=0)
        self.model.record.series["contracts"][month - self.model.start, 4:6] = mediated.sum(), court.sum()
        when, which = ((mediated | court) & (self.claims > 0)).nonzero()
        if not which.size:
            return mediated
        by_source = self.broken[when, SOURCE, which]  # where both broke, the source broke first
        by_plant, settled, claim = ~by_source, mediated[when, which], self.claims[when, which]
        award = np.floor(claim * np.where(settled, 1.0, p["court_award"]))
        fees = np.floor(claim * np.where(settled, p["mediation_fee"], p["court_cost"]))

        def pay(line, amount, plant_pays) -> int:
            paid = self._parties(amount * plant_pays, amount * ~plant_pays, which)
            ledger.pay(month, line, paid)
            return int(paid.sum())

        pay(self._fined, award, by_plant)
        pay(self._awarded, award, by_source)
        pay(self._court, fees * ~settled, by_source)  # the claimant bears it
        ledger.pay(month, self._staff, pay(self._mediation, fees * settled, by_plant))  # the side that broke bears it
        return mediated

    def _learn(self, mediated: np.ndarray) -> None:
        """Turn the quarter's kept and broken months into trust; a settled dispute does less harm."""
        if self.model.active("trust"):
            harm = (self.broken * (1.0 - self.p["mediation_mends"] * mediated)[:, None]).sum(axis=0)
            kept = 3.0 - self.broken.any(axis=1).sum(axis=0)
            self.evidence.learn(self.source, self.plant, kept, harm, self._shared)

    def _end(self, month: int) -> np.ndarray:
        """End contracts at their term, or when a side has lost its trust; gives each source's last partner or -1."""
        table, live = self.table, self.live
        last = np.full(len(self.sources), -1)
        source = self.source
        over = month - table["signed"][live] >= table["months"][live]
        lost = ~over & ~self.same & (self.evidence.trust(source, self.plant).min(axis=0) < self.p["walk_away"])
        closed = self.model.industry.closed[self.plant]
        for ending, which in ((BROKEN_OFF, lost), (TERM_OVER, over), (PLANT_CLOSED, closed)):
            table["why"][live[which]] = ending
            table["ended"][live[which]] = month
        again = over & ~closed
        last[source[again]] = self.plant[again]
        return last

    def _classify(self) -> None:
        """Name every tie in force by the five forms."""
        table, live, levers = self.table, self.live, self._levers
        now = table.take(live)
        capacity = self.model.plants.capacity_t[self.plant]
        specificity = self.sources.specificity[now["source"]]
        table["form"][live] = rules.classify(
            specificity, levers["standards"], now["information"], capacity, self.same, self.p
        )

    def _offers(self, month: int) -> Offers:
        """Gather what contracts are worth in the coming quarter, at today's prices and under today's law."""
        model, levers, board = self.model, self._levers, self._board
        values = model.market.licensed_metal
        scrap = model.facts.scrap_gwh[month // 12] * 1e9 / 12.0  # worked first
        able = model.plants.capacity_t * 1e6 / 12.0 / model.workshops.kg
        able -= scrap * model.plants.capacity_t / model.plants.capacity_t.sum()
        able *= self.p["promised_most"]
        running = self.table["ended"][self.live] < 0
        promised = np.bincount(self.plant[running], self.volume[running], self.plants)
        net = model.market.worth(levers).net[month][:, None] + model.subsidies(levers) * model.industry.coverage
        return Offers(
            month=month + 1,
            spot=self.spot,
            haul=self._hauls(),
            collection=self.collection,
            worth=rules.recyclers_worth(net, board.metal_value[:, None], model.industry.margin, self.spared),
            value=board.metal_value,
            uncertainty=rules.volatility(values[max(month - 12, 0) : month + 1]),
            room=np.where(model.industry.buying, np.maximum(able - promised, 0.0), 0.0),
            vat=float(model.market.vat(1.0, levers)),
            coverage=levers["contract_coverage"],
            standards=levers["standards"],
            information=self._shared,
            settlers=self._settlers,
            credit=levers["credit_record"] if model.active("authority") else 0.0,
            listed=self.association.listed,
        )
