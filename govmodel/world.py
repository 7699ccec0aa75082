"""The world of one case: its chain, its subjects and its books, and how they are read."""

from functools import lru_cache

import mesa
import numpy as np

from . import facts as country_facts
from .actors.books import Books
from .actors.buyers import Recycler
from .actors.contracts import ContractBook
from .actors.fates import CHANNEL_OF, LICENSED
from .actors.government import CentralGovernment, Inspectorates, Province
from .actors.holders import Holders
from .actors.industry import Industry, margin_at_start
from .actors.makers import Automaker, BatteryMaker, Makers
from .actors.public import Public
from .actors.workshops import WorkshopDistrict, Workshops
from .case import levers as lever_room
from .case.case import Case, a_case
from .chain import geography, metals
from .chain.fleet import CLASSES, PROVINCES
from .chain.plants import Plants
from .foundations.calendar import EXPERIMENT_FROM, MONTHS, RUN_FROM, month_name
from .foundations.columns import frame_of
from .foundations.errors import InputError, nearest
from .foundations.ledger import Ledger
from .mechanisms.market import CELLS as BID_CELLS
from .mechanisms.market import Ease, Market
from .mechanisms.tender import KINDS
from .performance import frames
from .performance.history import pack_history
from .performance.indicators import indicators
from .performance.record import Record
from .performance.views import seen_by
from .structures.council import Council


def seed_of(rng) -> int:
    """Turn what a user gives as `rng` (a whole number, a generator, a seed sequence or nothing) into a seed."""
    if rng is None:
        return 0
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    try:
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        wanted = "a whole number from 0 on, a generator, a seed sequence or nothing"
        raise InputError("rng", wanted, rng, "Write, for example, rng=7.") from None


@lru_cache(maxsize=256)
def _everywhere(value: float) -> np.ndarray:
    """Give a value for every province (31,), not to be written to."""
    values = np.full(PROVINCES, value)
    values.setflags(write=False)
    return values


class World(mesa.Model):
    """Everything there is in a run; nothing happens in it yet."""

    holders_class = Holders

    def __init__(self, case: Case | None = None, rng=None):
        """Build the world of a case at its first month; without arguments, the default case with seed 0."""
        self.seed_key = seed_of(rng)
        case = Case.load("china") if case is None else a_case(case)
        super().__init__(rng=self.seed_key % 2**63)
        self.case = case
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
            lever, later = self.lever_paths["leasing"][first - self.start :, None], leased[first : self.until + 1]
            leased[first : self.until + 1] = self._leased(later, lever)
        self.holders = self.holders_class(facts, case, self.seed_key, leased)
        self.plants = Plants(facts, p, case.capacity)
        self.yard = np.zeros((PROVINCES, 2), np.int64)
        self.freight = geography.freight(facts, p, self.plants.province)
        self.content = metals.contents(facts)
        self._recovery = np.stack([facts.recovery[handler] for handler in ("licensed", "workshop", "licensed")])
        self.market = Market(facts, p, case.metal_prices, self.plants.makers)
        self.ease = Ease(p)
        self._bidders = np.array([[p[f"bidders_{country_facts.CHANNELS[kind]}"]] for kind in KINDS])
        self.deposit_by_sale = np.zeros((MONTHS, PROVINCES))
        deposits = case.provincial_paths.get("deposit", self.lever_paths["deposit"][:, None])
        self.deposit_by_sale[self.start : self.until + 1] = deposits
        self.takes_deposits = bool(self.deposit_by_sale.any())
        self._mean_wh = np.round(facts.mean_kwh * 1000.0)

    def _leased(self, usual_share: np.ndarray, lever) -> np.ndarray:
        """Say which share of packs is sold leased, where history goes on as `usual_share` while the lever stays put."""
        usual = self.levers["leasing"].value_2025
        more = np.maximum(lever - usual, 0.0) / (1.0 - usual)
        return usual_share * np.minimum(lever / usual, 1.0) + (1.0 - usual_share) * more

    def sell_under(self, month: int, levers: dict) -> None:
        """Sell this month's packs under the deposit and on the leases that a governing body has decided."""
        self.deposit_by_sale[month] = deposit = self.by_province("deposit", levers, month)
        self.takes_deposits |= bool(deposit.any())
        if month >= EXPERIMENT_FROM:
            self.holders.fleet.lease(month, self._leased(self.facts.leased_share[month // 12], levers["leasing"]))

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
        self.parts["workshops"] = self.workshops = Workshops(self, facts.workshop_count * grown)
        self.parts["inspectorates"] = self.inspectorates = Inspectorates(self)
        self.districts = [
            WorkshopDistrict(self, f"workshops_{code}", i) for i, code in enumerate(country_facts.PROVINCES)
        ]
        self.contracts = self.parts["contracts"] = ContractBook(self)
        self.public = self.parts["public"] = Public(facts, self.case, self.seed_key)
        self.council = self.parts["council"] = Council(self)

    def _build_books(self) -> None:
        months = self.until - self.start + 1
        self.ledger = Ledger(self.start, months)
        self.books = Books(self.ledger, self.parameters, self.industry.names, country_facts.PROVINCES)
        self.record = Record.blank(months, len(self.recyclers), BID_CELLS)
        for part in self.parts.values():
            part.declare(self.ledger)
        self.ledger.open_books()
        for part in self.parts.values():
            part.rule(self.record)
        self.industry.found()
        self.books.sell_packs(int(self.holders.on_the_road(self.start).sum()) * self.case.scale)
        self.workshops.endow()
        self.read_margins()
        self._border = self._ease_key = self._scan_key = None
        self._promised: tuple = (None, None)
        self._trust, self._awareness = self.public.trust, self.public.awareness  # tables it moves in place
        p, facts = self.parameters, self.facts
        obeyed = np.array([p[f"diligence_{channel}"] for channel in country_facts.CHANNELS[:4]] + [0.0, 0.0])
        self._diligence = obeyed[CHANNEL_OF] * LICENSED
        self._reach = np.array([p[f"reach_{region}"] for region in facts.region])
        self._contracted = np.zeros((PROVINCES, CLASSES))
        self._contract_price = np.zeros((PROVINCES, len(self.facts.mass_per_kwh)))
        self._vehicles = np.zeros(PROVINCES)

    def active(self, mechanism: str) -> bool:
        """Say whether a mechanism is at work in this case."""
        return mechanism not in self.case.without

    def law(self) -> dict[str, float]:
        """Give every lever's value in force this month."""
        return self.council.law(self.month, self.central.law(self.month - self.start))

    def by_province(self, name: str, levers: dict, month: int | None = None) -> np.ndarray:
        """Give a lever's value in each province (31,): the nation's, unless a law of the province says otherwise.

        Where a body has moved the nation's value, a province's own law moves along with it.
        """
        if name == "inspection" and not self.active("authority"):
            return np.zeros(PROVINCES)
        path = self.case.provincial_paths.get(name)
        if path is None:
            return _everywhere(levers[name])
        row = (self.month if month is None else month) - self.start
        moved = levers[name] - float(self.lever_paths[name][row])
        return np.maximum(path[row] + moved, 0.0) if moved else path[row]

    def subsidies(self, levers: dict) -> np.ndarray:
        """Give the subsidy that each plant is promised, yuan/kWh (plants,); the same until month or law change."""
        law = (self.month, levers["subsidy"])
        if self._promised[0] != law:
            self._promised = (law, self.by_province("subsidy", levers)[self.plants.province])
            self._promised[1].setflags(write=False)
        return self._promised[1]

    def read_margins(self) -> None:
        """Copy what buyers have decided into the columns that bids are made from."""
        self._plant_margin = self.industry.margin
        self._workshop_margin = np.array([district.margin for district in self.districts])
        self._workshop_count = self.workshops.presence()
        self._collecting = self.workshops.collecting()

    # reading, which changes nothing

    @property
    def months_run(self) -> int:
        """How many months have been lived through."""
        return self.month - self.start

    @property
    def quarter(self) -> slice:
        """Rows of the record for the three months up to this one, or for as many as there were."""
        row = self.month - self.start
        return slice(max(row - 2, 0), row + 1)

    @property
    def indicators(self):
        """Every indicator so far: a tidy frame, one row a month, column "month" first."""
        return indicators(self, self.months_run)

    def table(self, name: str):
        """One table so far, tidy: flows, actors, contracts, minutes, ledger; or packs, with every event of each."""
        if name == "packs":
            return frames.events_frame(self)
        if not isinstance(name, str) or name not in frames.TABLES:
            raise InputError("table", "the name of a table", name, nearest(name, (*frames.TABLES, "packs"), "Tables"))
        return frame_of(frames.TABLES[name](self))

    def seen_by(self, subject: str):
        """The world so far as one subject can know it: tidy, one row a month and thing known, with how it is known."""
        return seen_by(self, self.months_run, subject)

    def pack(self, number: int):
        """One pack's life history."""
        return pack_history(self, number)
