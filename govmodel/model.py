"""The world of one case and the agenda of a month."""

import mesa
import numpy as np

from . import facts as country_facts
from .actors.books import SOURCES, Books
from .actors.buyers import Recycler, WorkshopDistrict
from .actors.conditions import Conditions
from .actors.contracts import ContractBook
from .actors.fates import CHANNEL_OF, FIRST_WAY, LICENSED, RECOVERIES, WORKSHOP_RECOVERIES
from .actors.flows import Flows
from .actors.government import CentralGovernment, Province
from .actors.holders import Holders
from .actors.industry import Industry, margin_at_start
from .actors.makers import Automaker, BatteryMaker, Makers
from .actors.public import Public
from .case import levers as lever_room
from .case.case import Case
from .chain import geography, metals
from .chain.fleet import CLASSES, PROVINCES
from .chain.plants import Plants, Reception
from .foundations.calendar import EXPERIMENT_FROM, MONTHS, RUN_FROM, month_name
from .foundations.ledger import Ledger
from .mechanisms import information
from .mechanisms.choice import BATTERY_MAKER_OUTLET, RECYCLER
from .mechanisms.market import CELLS as BID_CELLS
from .mechanisms.market import Board, Ease, Market
from .mechanisms.tender import KINDS, attendance
from .performance import frames
from .performance.history import pack_history
from .performance.indicators import indicators
from .performance.record import Record
from .performance.views import seen_by


def seed_of(rng) -> int:
    """Turn what a user gives as `rng` (a whole number, a generator, a seed sequence or nothing) into a seed."""
    if rng is None:
        return 0
    if isinstance(rng, (int, np.integer)):
        return int(rng)
    return int(np.random.default_rng(rng).integers(2**63))


class GovernanceModel(mesa.Model):
    """China's retired-battery chain, month by month; `step` is one month."""

    holders_class = Holders

    def __init__(self, case: Case | None = None, rng=None):
        """Build the world of a case at its first month; without arguments, the default case with seed 0."""
        self.seed_key = seed_of(rng)
        super().__init__(rng=self.seed_key % 2**63)
        self.case = case if case is not None else Case.load("china")
        self.facts = country_facts.load(self.case.country)
        self.parameters = self.case.parameters
        self.start, self.until = self.case.start, self.case.until
        self.month = self.start
        self.months = [month_name(month) for month in range(self.start, self.until + 1)]
        self.levers = lever_room.load(self.case.country)
        self.lever_paths = {name: self.case.lever_path(name) for name in self.levers}
        self.parts: dict = {}  # what keeps a state of its own over months, by name
        self._build_chain()
        self._build_actors()
        self._build_books()

    def _build_chain(self) -> None:
        facts, case, p = self.facts, self.case, self.parameters
        leased = np.repeat(facts.leased_share, 12, axis=0)
        first = max(self.start, EXPERIMENT_FROM)
        if first <= self.until:
            usual, lever = self.levers["leasing"].value_2025, self.lever_paths["leasing"][first - self.start :, None]
            more = np.maximum(lever - usual, 0.0) / (1.0 - usual)
            later = leased[first : self.until + 1]
            leased[first : self.until + 1] = later * np.minimum(lever / usual, 1.0) + (1.0 - later) * more
        self.holders = self.holders_class(facts, case, self.seed_key, leased)
        self.plants = Plants(facts, p, case.capacity)
        self.yard = np.zeros((PROVINCES, 2), np.int64)
        self.freight = geography.freight(facts, p, self.plants.province)
        self.content = metals.contents(facts)
        self._recovery = np.stack([facts.recovery[handler] for handler in ("licensed", "workshop", "licensed")])
        self.market = Market(facts, p, case.metal_prices, self.plants.makers)
        self.ease = Ease(p, country_facts.ROUTES, CLASSES)
        self._bidders = np.array([[p[f"bidders_{country_facts.CHANNELS[kind]}"]] for kind in KINDS])
        self.deposit_by_sale = np.zeros((MONTHS, PROVINCES))
        deposits = case.provincial_paths.get("deposit", self.lever_paths["deposit"][:, None])
        self.deposit_by_sale[self.start : self.until + 1] = deposits
        self._mean_wh = np.round(
            (facts.pack_kwh * np.stack([1 - facts.phev_share, facts.phev_share], -1)).sum(-1) * 1000.0
        )

    def _build_actors(self) -> None:
        facts, p = self.facts, self.parameters
        self.central = CentralGovernment(self)
        self.provinces = [Province(self, code, i) for i, code in enumerate(country_facts.PROVINCES)]
        brands = [(Automaker, *brand) for brand in zip(facts.automakers, facts.automaker_share.T)]
        brands += [(BatteryMaker, *brand) for brand in zip(facts.battery_makers, facts.battery_maker_share.T)]
        self.makers = [kind(self, name, share, i) for i, (kind, name, share) in enumerate(brands)]
        self.industry = self.parts["industry"] = Industry(self, margin_at_start(p, self.start))
        self.makers_books = self.parts["makers"] = Makers(self)
        self.recyclers = [Recycler(self, plant, i) for i, plant in enumerate(facts.plants)]
        since_2021 = (self.start - RUN_FROM) / 36.0
        grown = p["workshops_at_start"] + (1.0 - p["workshops_at_start"]) * since_2021
        counted = facts.workshop_count / facts.workshop_count.sum()
        self.districts = [
            WorkshopDistrict(self, f"workshops_{code}", i, float(counted[i]), float(facts.workshop_count[i] * grown))
            for i, code in enumerate(country_facts.PROVINCES)
        ]
        self.contracts = self.parts["contracts"] = ContractBook(self)
        self.public = self.parts["public"] = Public(facts, self.case, self.seed_key)
        self.workshops_wanted = 0.0
        self._workshop_intake = np.zeros(2)

    def _build_books(self) -> None:
        months = self.until - self.start + 1
        self.ledger = Ledger(self.start, months)
        self.books = Books(
            self.ledger, self.parameters, tuple(f"plant: {r.name}" for r in self.recyclers), country_facts.PROVINCES
        )
        self.record = Record.blank(months, len(self.recyclers), BID_CELLS)
        for part in self.parts.values():
            part.declare(self.ledger)
        self.ledger.open_books()
        self.public.rule(self.record)
        self.record.open("reported_worked")  # Wh that plants say they have worked
        self.industry.rule(self.record)
        self.makers_books.rule(self.record)
        self.industry.found()
        self.books.sell_packs(int(self.holders.on_the_road(self.start).sum()) * self.case.scale)
        self.read_margins()
        self._border = self._ease_key = self._scan_key = None
        self._collecting = np.zeros(PROVINCES)
        self._trust, self._awareness = self.public.trust, self.public.awareness  # tables it moves in place
        p, facts = self.parameters, self.facts
        self.data_compliance = np.full(len(facts.automakers), p["data_compliance"])  # share of their packs with a code
        obeyed = np.array([p[f"diligence_{channel}"] for channel in (*country_facts.CHANNELS[:4], "collector")] + [0.0])
        self._diligence = obeyed[CHANNEL_OF] * LICENSED
        self._reach = np.array([p[f"reach_{region}"] for region in facts.region])
        self._contracted = np.zeros((PROVINCES, CLASSES))
        self._contract_price = np.zeros((PROVINCES, len(self.facts.mass_per_kwh)))
        self._vehicles = np.zeros(PROVINCES)

    def active(self, mechanism: str) -> bool:
        """Say whether a mechanism is at work in this case."""
        return mechanism not in self.case.without

    # the month

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
        return self.central.law(self.month - self.start)

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
            self.workshops_risk(levers),
            levers["buyback_premium"] + self.makers_books.premium,
            self.subsidies(levers) * self.industry.coverage,
            levers,
        )

    def workshops_risk(self, levers: dict) -> np.ndarray:
        """Give the fine that workshops expect in each province (31,), as a multiple of what they gain."""
        return self.by_province("inspection", levers) / 12.0 * self.parameters["detection"] * levers["fine"]

    def subsidies(self, levers: dict) -> np.ndarray:
        """Give the subsidy that each plant is promised, yuan/kWh (plants,)."""
        return self.by_province("subsidy", levers)[self.plants.province]

    def by_province(self, name: str, levers: dict) -> np.ndarray:
        """Give a lever's value in each province (31,): the nation's, unless a law of the province says otherwise."""
        path = self.case.provincial_paths.get(name)
        return np.full(PROVINCES, levers[name]) if path is None else path[self.month - self.start]

    def honour_contracts(self, board: Board, levers: dict) -> None:
        """Let the sides of every contract keep or break their word; what is kept is not for sale this month."""
        if self.active("contract"):
            self.contracts.honour(self.month, board, levers)
            self._contracted, self._contract_price, dismantlers = self.contracts.terms()
            bound = np.repeat(dismantlers, board.to_workshop.size // PROVINCES)
            board.to_workshop = board.to_workshop * (1.0 - bound)

    def release_and_choose(self, board: Board, levers: dict) -> Flows:
        """Let packs come loose and their holders decide; vehicles with a replaced pack drive on."""
        return self.holders.live(self.month, board, self.conditions(levers), levers, self.deposit_by_sale)

    def conditions(self, levers: dict) -> Conditions:
        """Gather what holders meet this month besides bids."""
        self._refresh_ease(levers)
        return Conditions(
            ease=self._ease,
            presence=self._presence,
            awareness=self._awareness,
            scan=self._scan_chances(levers["traceability"]),
            contracted=self._contracted,
            contract_price=self._contract_price,
            graph=self.public.graph,
        )

    def _scan_chances(self, traceability: float) -> np.ndarray:
        """Give the chance that a hand-over is scanned, by province and disposition."""
        if not self.active("information"):
            return np.tile(traceability * LICENSED, (PROVINCES, 1))
        if self._scan_key == (self.month // 3, traceability):  # makers decide at the ends of quarters
            return self._scan
        self._scan_key = (self.month // 3, traceability)
        share = self.facts.automaker_share[self.month // 12]
        coverage = information.coverage(self.data_compliance, share, self._reach, self.parameters)
        self._scan = information.scan_chances(traceability, self._diligence * self.makers_books.scanning, coverage)
        return self._scan

    def _refresh_ease(self, levers: dict) -> None:
        """Work out anew, each quarter or when the law changes, what makes channels easy and tenders crowded."""
        key = (
            self.month // 3,
            tuple(self.by_province("outlet_duty", levers)),
            levers["online_collection"],
            levers["whole_vehicle_scrapping"],
        )
        if key == self._ease_key:
            return
        year = self.month // 12
        if self.month == self.start or self.month % 12 == 0:
            self._vehicles = self.holders.on_the_road(self.month) * float(self.case.scale)
        self._ease_key = key
        share = self._vehicles / max(self._vehicles.sum(), 1.0)
        sites = share[:, None] * self.facts.outlets[year][None, :]
        sites[:, :2] *= self.makers_books.density
        sites[:, RECYCLER] *= self.industry.small_sites
        count = self._workshop_count
        duty = self.by_province("outlet_duty", levers)
        asked = self.ease.asked(duty, self._vehicles)
        self.makers_books.sites = np.maximum(sites[:, :2], asked).sum(axis=0)
        self._ease = self.ease.table(sites, self._vehicles, count, self._collecting, self._trust, duty, levers)
        expected = np.repeat(self._bidders, PROVINCES, axis=1)
        expected[3] *= np.minimum(count / max(count.mean(), 1e-9), 2.5)
        self._presence = attendance(expected)

    def receive(self, flows: Flows, board: Board) -> Reception:
        """Deliver what licensed collectors have to the plants; what finds no room waits in their yards."""
        wh = flows.by_way.astype(np.int64)  # (31, disposition, 2)
        to_makers = wh[:, FIRST_WAY[BATTERY_MAKER_OUTLET]]
        arriving = self.yard + wh[:, RECOVERIES].sum(axis=1) - to_makers
        promised = self.contracts.deliver(flows) if self.active("contract") else None
        reception = self.plants.receive(arriving, board.share, to_makers, board.maker_share, promised)
        self.yard = reception.turned_away
        return reception

    def process(self) -> tuple[np.ndarray, np.ndarray]:
        """Work factory scrap and packs in the plants."""
        year = self.month // 12
        lfp = self.facts.scrap_lfp_share[year]
        scrap = np.floor(self.facts.scrap_gwh[year] * 1e9 / 12.0 * np.array([lfp, 1.0 - lfp])).astype(np.int64)
        return self.plants.process(scrap)

    def inspect_and_pay(self, flows: Flows, board: Board, reception: Reception, worked, scrap, levers: dict) -> None:
        """Move packs, metals and money: every flow of the month goes through the ledger."""
        month, books, market = self.month, self.books, self.market
        vat_share = float(market.vat(1.0, levers))
        books.pay_holders(month, flows, board)
        books.pay_collectors(month, flows, board, reception, self.haul, vat_share)
        self.reported_worked, subsidy = self.industry.claim(worked, self.subsidies(levers))
        cost = market.licensed_cost[month][:, None] * market.handling * self.industry.cost_factor
        books.pay_plants(month, worked, scrap, board.metal_value, cost, vat_share, subsidy)
        self.industry.pay(month, board, levers)
        self.makers_books.pay(month, flows, levers)
        if self.active("contract"):
            self.contracts.settle(month, reception.accepted)
        self._workshop_intake += books.pay_workshops(month, flows, board, market.workshop_cost[month])
        visits = self.by_province("inspection", levers) / 12.0 @ self._workshop_count
        self.ledger.pay(month, books.inspections, int(visits * self.parameters["visit_cost"] * 100.0))
        self._take_deposits(flows.replaced)
        books.sell_packs(int(self.holders.sold(month).sum() + flows.replaced.sum()) * self.case.scale)
        books.move_packs(flows)
        packs, factory_scrap = worked.sum(axis=1), scrap.sum(axis=1)
        books.move_energy(reception.received.sum(axis=1), packs, factory_scrap)
        self._recover_metals(flows, packs, factory_scrap)

    def _take_deposits(self, replaced: np.ndarray) -> None:
        """Collect the deposit on every pack sold this month, replacements included, on its class's mean energy."""
        deposit = self.deposit_by_sale[self.month]
        if deposit.any():
            sold = self.holders.sold(self.month).sum(axis=1) + replaced.reshape(PROVINCES, -1, CLASSES).sum(axis=1)
            energy = sold * self.case.scale * self._mean_wh[self.month // 12]
            self.ledger.pay(self.month, self.books.deposits, np.floor(deposit @ energy * 0.1).astype(np.int64))

    def _recover_metals(self, flows: Flows, worked: np.ndarray, scrap: np.ndarray) -> None:
        """Get metals out of what was worked; the rest is lost."""
        crude = flows.by_way[:, WORKSHOP_RECOVERIES].sum(axis=(0, 1)).astype(np.int64)
        out, lost = metals.recovered(np.stack([worked, crude, scrap]), self.content, self._recovery)
        self.books.move_metals(out, lost)
        row = self.month - self.start
        self.record.metals[row, :3], self.record.metals[row, 3] = out, lost

    def believe(self, flows: Flows, levers: dict) -> None:
        """Let people learn, forget, trust and report, on what happened this month."""
        workshops = self._workshop_count
        visits = self.by_province("inspection", levers) / 12.0 * workshops
        self.public.believe(self.month, flows, self.yard.sum(axis=1), workshops, visits, levers)

    def decide(self) -> None:
        """Let organisations decide for the next quarter, on what the last one brought."""
        p, taken = self.parameters, float(self.facts.mass_per_kwh @ self._workshop_intake)
        self.workshops_wanted = taken * 4e-6 / (p["workshop_tonnes"] * p["workshop_busy"])
        if self.active("contract"):
            self.contracts.hear(self.month)
        self.makers_books.decide()
        self.industry.decide(self.ledger.gained(max(self.month - 2, self.start), self.month))
        self.agents_by_type[WorkshopDistrict].do("decide")
        if self.active("contract"):
            self.contracts.decide()
        self._workshop_intake[:] = 0.0
        self.read_margins()

    def learn_recycling(self, cost: float, lost: float) -> None:
        """Let licensed plants work cheaper and lose less metal from now on: factors on cost, and on what is lost."""
        self.market.learn(cost, lost)
        for row in (0, 2):
            self._recovery[row] = 1.0 - (1.0 - self.facts.recovery["licensed"]) * lost

    def read_margins(self) -> None:
        """Copy what buyers have decided into the columns that bids are made from."""
        self._plant_margin = self.industry.margin
        self._workshop_margin = np.array([district.margin for district in self.districts])
        self._workshop_count = np.array([district.count for district in self.districts])

    def note(self, flows: Flows, board: Board, reception: Reception, worked: np.ndarray, scrap: np.ndarray) -> None:
        """Write the month into the record and hold the books to their laws."""
        row, record = self.month - self.start, self.record
        record.keep_flows(flows.table)
        record.released_by_class[row] = flows.released_by_class
        record.series["reported_worked"][row] = self.reported_worked.sum()
        record.received[row], record.worked[row], record.scrap[row] = reception.received, worked, scrap
        record.capacity_t[row], record.margin[row] = self.plants.capacity_t, self._plant_margin
        record.waiting[row], record.yard[row] = self.plants.waiting, self.yard
        record.paid[row], record.licensed_value[row] = board.paid, board.licensed_value
        record.workshops[row] = self._workshop_count
        record.workshop_margin[row] = self._workshop_margin
        record.sold[row] = self.holders.sold(self.month).sum() * self.case.scale
        record.on_the_road[row] = self.ledger.stock[self.ledger.places["on_the_road"], 0]
        self.ledger.check(self.month, SOURCES)

    # reading, which changes nothing

    @property
    def reports(self) -> np.ndarray:
        """What citizens reported last month, by province (31,)."""
        return self.public.reports

    @property
    def months_run(self) -> int:
        """How many months have been lived through."""
        return self.month - self.start

    @property
    def indicators(self):
        """Every indicator so far: a tidy frame, one row a month, column "month" first."""
        return indicators(self, self.months_run)

    def flows_frame(self):
        """Flows of packs so far, by month, province, route, channel and chemistry."""
        return frames.flows_frame(self, self.months_run)

    def actors_frame(self):
        """What every organisation and group did and earned so far, by month."""
        return frames.actors_frame(self, self.months_run)

    def contracts_frame(self):
        """Contracts so far."""
        return frames.contracts_frame(self, self.months_run)

    def minutes_frame(self):
        """Minutes of governing bodies so far."""
        return frames.minutes_frame(self, self.months_run)

    def events_frame(self):
        """Every event of every pack so far."""
        return frames.events_frame(self)

    def seen_by(self, subject: str):
        """The world so far as one subject can know it: tidy, one row a month and thing known, with how it is known."""
        return seen_by(self, self.months_run, subject)

    def pack(self, number: int):
        """One pack's life history."""
        return pack_history(self, number)
