"""The agenda of a month, in named phases."""

import numpy as np

from .actors.books import SOURCES
from .actors.conditions import Conditions
from .actors.fates import FIRST_WAY, LICENSED, RECOVERIES, WORKSHOP_RECOVERIES
from .actors.flows import Flows
from .chain import geography, metals
from .chain.fleet import CLASSES, PROVINCES
from .chain.plants import Reception
from .mechanisms import information
from .mechanisms.choice import BATTERY_MAKER_OUTLET, RECYCLER
from .mechanisms.market import Board
from .mechanisms.tender import attendance
from .world import World


class GovernanceModel(World):
    """China's retired-battery chain, month by month; `step` is one month."""

    def step(self) -> None:
        """Live through one month."""
        if self.month > self.until:
            self.running = False
            return
        levers = self.law_and_prices()
        board = self.post_bids(levers)
        self.honour_contracts(board, levers)
        flows = self.release_and_choose(board, levers)
        reception = self.receive(flows, board)
        worked, scrap = self.process()
        self.inspect_and_pay(flows, board, reception, worked, scrap, levers)
        self.believe(flows, levers)
        self.note(flows, board, reception, worked, scrap)
        if self.month % 3 == 2:
            self.decide()  # in force from next month on
        self.month += 1
        self.running = self.month <= self.until

    def law_and_prices(self) -> dict[str, float]:
        """Put the month's law in force; prices and capacities follow the calendar."""
        self.plants.standing = self.industry.standing
        self.plants.open_plants(self.month)
        levers = self.law()
        if self.council.governs:
            self.sell_under(self.month, levers)
        return levers

    def post_bids(self, levers: dict) -> Board:
        """Let every kind of buyer post its bids, on last month's state."""
        if self._border != levers["open_borders"]:
            self._border = levers["open_borders"]
            permits = geography.permits(self.facts, self.parameters, self.plants.province, self._border)
            self.haul = self.freight + permits
        if self.active("information"):
            self.market.handling = information.handling(levers["information_sharing"], self.parameters)
        room = self.plants.room_g * 12e-6 / self.parameters["safe_storage_months"]  # a full yard draws nothing
        buying = self.industry.buying
        pull = np.minimum(self.plants.capacity_t, room) * buying + 1e-9
        return self.market.post(
            self.month,
            self._plant_margin if buying.any() else np.ones(len(pull)),  # if nobody buys, nobody pays
            pull,
            self.haul,
            self._workshop_margin,
            self.workshops.plan(levers).feared,
            levers["buyback_premium"] + self.makers_books.premium,
            self.subsidies(levers) * self.industry.coverage,
            levers,
            self.workshops.plan(levers).extra,
        )

    def honour_contracts(self, board: Board, levers: dict) -> None:
        """Let the sides of every contract keep or break their word; what is kept is not for sale this month."""
        if self.active("contract"):
            self.contracts.honour(self.month, board, levers)
            self._contracted, self._contract_price, dismantlers = self.contracts.terms()
            bound = np.repeat(dismantlers, board.to_workshop.size // PROVINCES)
            board.to_workshop = board.to_workshop * (1.0 - bound)

    def release_and_choose(self, board: Board, levers: dict) -> Flows:
        """Let packs come loose and their holders decide; vehicles with a replaced pack drive on."""
        deposits = self.deposit_by_sale if self.takes_deposits else None
        return self.holders.live(self.month, board, self.conditions(levers), levers, deposits)

    def conditions(self, levers: dict) -> Conditions:
        """Gather what holders meet this month besides bids."""
        self._refresh_ease(levers)
        return Conditions(
            ease=self._ease,
            presence=self._presence,
            awareness=self._awareness * (1.0 + self.council.willing("consumers")),
            scan=self._scan_chances(levers["traceability"]),
            contracted=self._contracted,
            contract_price=self._contract_price,
            graph=self.public.graph,
        )

    def _scan_chances(self, traceability: float) -> np.ndarray:
        """Give the chance that a hand-over is scanned, by province and disposition."""
        if self._scan_key == (self.month // 3, traceability):  # makers decide at the ends of quarters
            return self._scan
        self._scan_key = (self.month // 3, traceability)
        if not self.active("information"):
            self._scan = np.tile(traceability * LICENSED, (PROVINCES, 1))
            return self._scan
        self._scan = information.scan_chances(traceability, self._diligence * self.makers_books.scanning, self._reach)
        return self._scan

    def _refresh_ease(self, levers: dict) -> None:
        """Work out anew, each quarter or when the law changes, what makes channels easy and tenders crowded."""
        duty = self.by_province("outlet_duty", levers)
        key = (self.month // 3, duty.tobytes(), levers["online_collection"], levers["whole_vehicle_scrapping"])
        if key == self._ease_key:
            return
        year = self.month // 12
        if self.month == self.start or self.month % 12 == 0:
            self._vehicles = self.holders.on_the_road(self.month) * float(self.case.scale)
        self._ease_key = key
        share = self._vehicles / max(self._vehicles.sum(), 1.0)
        self.sites = sites = share[:, None] * self.facts.outlets[year][None, :]
        sites[:, :2] *= self.makers_books.density
        sites[:, RECYCLER] *= self.industry.small_sites
        count = self.workshops.buying_in(self._workshop_count)
        asked = self.ease.asked(duty, self._vehicles)
        self.makers_books.sites = np.maximum(sites[:, :2], asked).sum(axis=0)
        self._ease = self.ease.table(sites, self._vehicles, count, self._collecting, self._trust, duty, levers)
        expected = self._bidders.repeat(PROVINCES, axis=1)
        expected[3] *= np.minimum(count / max(count.mean(), 1e-9), self.parameters["bidders_crowd"])
        self._presence = attendance(expected)

    def receive(self, flows: Flows, board: Board) -> Reception:
        """Deliver what licensed collectors have to the plants; what finds no room waits in their yards."""
        wh = flows.by_way.astype(np.int64)  # (31, disposition, 2)
        to_makers = wh[:, FIRST_WAY[BATTERY_MAKER_OUTLET]]
        arriving = self.yard + np.add.reduce(wh[:, RECOVERIES], axis=1) - to_makers
        promised = self.contracts.deliver(flows) if self.active("contract") else None
        reception = self.plants.receive(arriving, board.share, to_makers, board.maker_share, promised)
        self.yard = reception.turned_away
        return reception

    def process(self) -> tuple[np.ndarray, np.ndarray]:
        """Work factory scrap and packs in the plants."""
        year = self.month // 12
        lfp, watt_hours = float(self.facts.scrap_lfp_share[year]), float(self.facts.scrap_gwh[year]) * 1e9 / 12.0
        return self.plants.process(np.array([int(watt_hours * lfp), int(watt_hours * (1.0 - lfp))]))

    def inspect_and_pay(self, flows: Flows, board: Board, reception: Reception, worked, scrap, levers: dict) -> None:
        """Move packs, metals and money: every flow of the month goes through the ledger."""
        month, books, market = self.month, self.books, self.market
        vat_share = float(market.vat(1.0, levers))
        books.pay_holders(month, flows)
        books.pay_collectors(month, flows, board, reception, self.haul, vat_share)
        self.reported_worked, subsidy = self.industry.claim(worked, self.subsidies(levers))
        cost = market.licensed_cost[month][:, None] * market.handling * self.industry.cost_factor
        books.pay_plants(month, worked, scrap, board.metal_value, cost, vat_share, subsidy)
        self.industry.pay(month, board, levers)
        self.makers_books.pay(month, flows, levers)
        if self.active("contract"):
            self.contracts.settle(month, reception.accepted)
        self.workshops.trade(*books.pay_workshops(month, flows, board, market.workshop_cost[month]))
        self.workshops.inspect(levers)
        self.inspectorates.watch(flows)
        self.council.pay(month)
        self._take_deposits(flows.replaced)
        packs, factory_scrap = np.add.reduce(worked, axis=1), np.add.reduce(scrap, axis=1)
        out, lost = self._recover_metals(flows, packs, factory_scrap)
        scale = self.case.scale
        self.record.sold[month - self.start] = sold = int(np.add.reduce(self.holders.sold(month), axis=None)) * scale
        sold += int(np.add.reduce(flows.replaced)) * scale
        books.move(flows, sold, np.add.reduce(reception.received, axis=1), packs, factory_scrap, out, lost)

    def _take_deposits(self, replaced: np.ndarray) -> None:
        """Collect the deposit on every pack sold this month, replacements included, on its class's mean energy."""
        deposit = self.deposit_by_sale[self.month]
        if self.takes_deposits and deposit.any():
            sold = self.holders.sold(self.month).sum(axis=1) + replaced.reshape(PROVINCES, -1, CLASSES).sum(axis=1)
            energy = sold * self.case.scale * self._mean_wh[self.month // 12]
            self.ledger.pay(self.month, self.books.deposits, np.floor(deposit @ energy * 0.1).astype(np.int64))

    def _recover_metals(self, flows: Flows, worked: np.ndarray, scrap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Get metals out of what was worked, by plants, workshops and from scrap (3, 6); the rest is lost (6,)."""
        crude = np.add.reduce(flows.by_way[:, WORKSHOP_RECOVERIES], axis=(0, 1)).astype(np.int64)
        out, lost = metals.recovered(np.array([worked, crude, scrap]), self.content, self._recovery)
        row = self.month - self.start
        self.record.metals[row, :3], self.record.metals[row, 3] = out, lost
        return out, lost

    def believe(self, flows: Flows, levers: dict) -> None:
        """Let people learn, forget, trust and report, on what happened this month."""
        workshops = self._workshop_count
        visits = self.workshops.last_plan.visits
        self.public.believe(self.month, flows, np.add.reduce(self.yard, axis=1), workshops, visits, levers)

    def decide(self) -> None:
        """Let organisations decide for the next quarter, on what the last one brought."""
        levers = self.law()
        if self.active("contract"):
            self.contracts.hear(self.month)
        self.makers_books.decide()
        self.industry.decide(self.ledger.gained(max(self.month - 2, self.start), self.month))
        self.workshops.decide(levers)
        if self.active("contract"):
            self.contracts.decide()
        self.inspectorates.decide(self.month)
        self.council.decide()
        self.read_margins()

    def learn_recycling(self, cost: float, lost: float) -> None:
        """Let licensed plants work cheaper and lose less metal from now on: factors on cost, and on what is lost."""
        self.market.learn(cost, lost)
        for row in (0, 2):
            self._recovery[row] = 1.0 - (1.0 - self.facts.recovery["licensed"]) * lost

    def note(self, flows: Flows, board: Board, reception: Reception, worked: np.ndarray, scrap: np.ndarray) -> None:
        """Write the month into the record and hold the books to their laws."""
        row, record = self.month - self.start, self.record
        record.keep_flows(flows.table)
        record.released_by_class[row] = flows.released_by_class
        record.series["reported_worked"][row] = np.add.reduce(self.reported_worked)
        record.received[row], record.worked[row], record.scrap[row] = reception.received, worked, scrap
        record.capacity_t[row], record.margin[row] = self.plants.capacity_t, self._plant_margin
        record.waiting[row], record.yard[row] = self.plants.waiting, self.yard
        record.paid[row], record.licensed_value[row] = board.paid, board.licensed_value
        self.workshops.note(row)
        self.council.note(row)
        record.workshops[row] = record.series["workshops_by_state"][row, :2].sum(axis=0)
        record.workshop_margin[row] = self._workshop_margin
        record.on_the_road[row] = self.ledger.stock[self.ledger.places["on_the_road"], 0]
        self.ledger.check(self.month, SOURCES)
