"""Makers: automakers and battery makers, whose outlets take packs back and who answer for the packs they sold.

Each is an object of its own; what they have learnt and chosen stands in columns (`Makers`). Every quarter a maker
reckons what each option would have earned it and chooses by experience-weighted attraction: a premium on top of what
the lever asks, from 2026 on how dense its outlets are (before, they are history), how many due scans its outlets make,
and whether it covers a shortfall with false certificates.
"""

from itertools import accumulate, pairwise

import numpy as np

from ..chain.fleet import CHEMISTRIES, PROVINCES
from ..facts import ROUTES
from ..foundations.calendar import EXPERIMENT_FROM, FIRST_YEAR, year_of
from ..foundations.ledger import fen_of
from ..mechanisms import producer_responsibility as duty
from ..mechanisms.choice import AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET
from .fates import CHANNEL_OF, LICENSED
from .options import Decisions
from .organisation import Organisation

OPTIONS = {"premium": duty.PREMIUM, "density": duty.DENSITY, "compliance": duty.COMPLIANCE, "claims": duty.CLAIMS}
BEGINS = [0, *accumulate(map(len, OPTIONS.values()))]
PARTS = {name: slice(*ends) for name, ends in zip(OPTIONS, pairwise(BEGINS))}  # columns of all options side by side
TODAY = (0, 1, 0, 0)
TAKEN, SCANNED, RETIRED = range(3)  # rows of `quarter` and `usual`: Wh by disposition; what retired is one number
FOUND_OUT = 63  # alternative of the keyed draws, after those of the options
OWN_WAYS = np.stack([CHANNEL_OF == AUTOMAKER_OUTLET, CHANNEL_OF == BATTERY_MAKER_OUTLET]).astype(float)
OTHER_WAYS = 1.0 - OWN_WAYS.sum(axis=0)


class Maker(Organisation):
    """A firm that sold packs, with its share of a year's sales."""

    kind = "maker"

    def __init__(self, model, name: str, share, index: int):
        super().__init__(model)
        self.name, self.index = name, index
        self._share = share

    def share(self, year: int) -> float:
        """Give the firm's share of the packs sold in a calendar year."""
        return float(self._share[year - FIRST_YEAR])

    @property
    def account(self) -> str:
        """Name the firm's account in the ledger."""
        return f"{self.kind}: {self.name}"

    def choice(self, decision: str) -> float:
        """Give what the firm has chosen: its premium, density, compliance or claims."""
        return float(self.model.makers_books.chosen(decision)[self.index])


class Automaker(Maker):
    """An automaker; its outlets pay holders part of a pack's licensed value."""

    kind = "automaker"


class BatteryMaker(Maker):
    """A battery maker; its outlets serve its own plants, and leased packs come back to it."""

    kind = "battery_maker"


class Makers:
    """What makers know, have and decide; one column a maker, automakers first."""

    def __init__(self, model):
        """Begin as today: no premium of one's own, today's outlets, all due scans, no false certificates."""
        self.model, self.p, self.agents = model, model.parameters, model.makers
        count = len(self.agents)
        self.group = np.array([isinstance(maker, BatteryMaker) for maker in self.agents]).astype(int)
        self.liable = np.array([1.0 - self.p["battery_maker_duty"], self.p["battery_maker_duty"]])[self.group]
        self.decisions = Decisions(model.seed_key, count, OPTIONS, TODAY, ("maker",) * len(OPTIONS))
        plants, owners = model.facts.plants, model.facts.owners
        owned_by = np.array([f"{plant.owner_kind}: {owners.get(plant.firm, '')}" for plant in plants])
        self.plants = (np.array([maker.account for maker in self.agents])[:, None] == owned_by).astype(float)
        self.quarter, self.usual = np.zeros((2, 3, len(CHANNEL_OF)))
        self.sites, self._everywhere = np.zeros(2), np.ones(PROVINCES * len(ROUTES))
        self._year, self._shares, self._billed = 0, np.zeros(count), (None, np.zeros(count, np.int64))
        self.read()

    def declare(self, ledger) -> None:
        """Declare who pays whom."""
        names, line = [maker.account for maker in self.agents], ledger.line
        self.upkeep = line("outlets", names, ["suppliers"])
        self.fees = line("producer responsibility fee", names, ["treasury"])
        self.certificates = line("false certificates", names, ["certificate_brokers"])
        self.fines = line("fines on makers", names, ["treasury"])
        self.scans = line("scanning", names, ["suppliers"])
        self.scan_fines = line("fines for missed scans", names, ["treasury"])

    def rule(self, record) -> None:
        """Rule what the record keeps of makers."""
        for name in ("duty_short", "duty_claimed"):
            record.open(name)
        for name in ("maker_premium", "maker_outlets", "maker_compliance"):
            record.open(name, (2,))

    def chosen(self, decision: str) -> np.ndarray:
        """Give what every maker has chosen."""
        return self.decisions.value(decision)

    def shares(self) -> np.ndarray:
        """Give every brand's share of what retires this year, within automakers and within battery makers."""
        facts, year, lag = self.model.facts, year_of(self.model.month), int(self.p["brand_lag"])
        if year != self._year:
            tables = (facts.automaker_share, facts.battery_maker_share)
            self._year, self._shares = year, np.concatenate([duty.brand_share(table, year, lag) for table in tables])
        return self._shares

    def read(self) -> None:
        """Average what makers have chosen, by their share of what retires: for automakers, for battery makers."""
        share = self.shares()
        self._hold(np.array([np.bincount(self.group, share * self.chosen(name), 2) for name in OPTIONS]))

    def _hold(self, means: np.ndarray) -> None:
        """Put the mean choices (decisions, 2) in force."""
        self.means = means
        self.premium, self.density, self.compliance, _ = means
        self.scanning = self.compliance @ OWN_WAYS + OTHER_WAYS  # by disposition

    # each month

    def pay(self, month: int, flows, levers: dict) -> None:
        """Pay for outlets, and note what was collected and scanned."""
        model, row = self.model, month - self.model.start
        self.levers = levers
        if self.sites is not self._billed[0] or month % 12 == 0:
            each = (self.sites / np.maximum(self.density, 1e-9) * (self.p["outlet_upkeep"] / 12.0))[self.group]
            self._billed = (self.sites, fen_of(self.shares() * self.chosen("density") * each))
        model.ledger.pay(month, self.upkeep, self._billed[1])
        # taken and scanned, over all provinces and routes: whole Wh, exact in any order
        both = self._everywhere @ flows.table[1::2].reshape(2, len(self._everywhere), -1)
        self.quarter[[TAKEN, SCANNED]] += both[:, ::CHEMISTRIES] + both[:, 1::CHEMISTRIES]
        self.quarter[RETIRED, 0] += flows.released_by_class.sum()
        series = model.record.series
        series["maker_premium"][row] = levers["buyback_premium"] + self.premium
        series["maker_outlets"][row], series["maker_compliance"][row] = self.sites, self.compliance

    # each quarter

    def decide(self) -> None:
        """Pay what the quarter's scans and duty cost, then choose for the next quarter."""
        model, keep = self.model, self.p["use_memory"] if self.usual.any() else 0.0
        self.usual = keep * self.usual + (1.0 - keep) * self.quarter
        retired = max(self.quarter[RETIRED, 0], 0.0) / 1000.0
        self.quarter[:] = 0.0
        target, chooses = self.levers["producer_responsibility_target"], model.active("adaptation")
        traces = self.levers["traceability"] > 0.0
        if self.usual[RETIRED, 0] > 0.0 and (target or traces or chooses):
            known = self._known()
            pulls = duty.pull(self.chosen("premium"), self.chosen("density"), known["sites"], self.p)
            collected = np.minimum(known["usual"] * pulls, 1.0)
            if traces:
                self._pay_for_scans(retired * collected)
            if target:
                self._answer(retired, known, collected, target)
            if chooses:
                self._choose(known)
        self.read()

    def _known(self) -> dict[str, np.ndarray]:
        """Give what a maker knows, per kWh of its brand that retires: (makers,) each."""
        p, taken = self.p, self.usual / self.usual[RETIRED, 0]
        own = OWN_WAYS @ taken[TAKEN]
        elsewhere = (taken[SCANNED] * LICENSED).sum() - OWN_WAYS @ taken[SCANNED]
        due = own * np.maximum(self.compliance, 1e-9)  # what outlets would scan if they only obeyed
        scan = np.minimum(np.divide(OWN_WAYS @ taken[SCANNED], due, out=np.zeros(2), where=due > 0.0), 1.0)
        sites = np.maximum(self.sites / 31.0, 1e-3)
        pulls = duty.pull(self.chosen("premium"), self.chosen("density"), sites[self.group], p)
        mean = np.bincount(self.group, self.shares() * pulls, 2)
        upkeep = self.sites * p["outlet_upkeep"] * 250.0 / self.usual[RETIRED, 0]
        return {
            "elsewhere": elsewhere[self.group],
            "scan": scan[self.group],
            "usual": (own / np.maximum(mean, 1e-9))[self.group],  # collected at a pull of one
            "sites": sites[self.group],
            "margin": self._margins(),
            "upkeep": (upkeep / np.maximum(self.density, 1e-9))[self.group],
        }

    def _margins(self) -> np.ndarray:
        """Give what a kWh collected earns a maker before its own premium: at the outlet and in plants of its own."""
        model, p, industry = self.model, self.p, self.model.industry
        row = model.month - model.start
        licensed, metal = model.record.licensed_value[row], model.record.series["metal_value"][row]
        worth, value = (float(table.sum() / table.size) for table in (licensed, metal))
        outlet = worth - float(model.market.collecting(self.levers)[AUTOMAKER_OUTLET])
        outlet = (1.0 - p["automaker_pass_through"]) * max(outlet, 0.0)
        earned = industry.margin * value + industry.spared
        capacity = self.plants @ model.plants.capacity_t
        processing = (self.plants @ (earned * model.plants.capacity_t)) / np.maximum(capacity, 1e-9)
        brand = self.shares() * self.usual[RETIRED, 0] * 4e-3  # kWh a year
        own = np.minimum(capacity * p["kwh_per_tonne"] / np.maximum(brand, 1.0), 1.0)
        return np.where(self.group == 0, outlet, 0.0) - self.levers["buyback_premium"] + own * processing

    def _payoffs(self, known: dict) -> dict[str, np.ndarray]:
        """Reckon each option of each decision, the others as they are: yuan per kWh that outlets usually collect."""
        levers, p = self.levers, self.p
        now = {name: np.empty((len(self.agents), BEGINS[-1])) for name in OPTIONS}
        for name, options in OPTIONS.items():
            now[name][:] = self.chosen(name)[:, None]
            now[name][:, PARTS[name]] = options
        column, trace = {name: value[:, None] for name, value in known.items()}, levers["traceability"]
        pulls = duty.pull(now["premium"], now["density"], column["sites"], p)
        collected = np.minimum(column["usual"] * pulls, 1.0)
        target, fee = levers["producer_responsibility_target"], levers["producer_responsibility_fee"]
        short = duty.shortfall(target, column["elsewhere"], collected, now["compliance"], column["scan"])
        earned = collected * (column["margin"] - now["premium"]) - column["upkeep"] * now["density"]
        scans = collected * duty.scan_cost(now["compliance"], trace, levers["fine"], p)
        owed = duty.duty_cost(short, now["claims"], trace, fee, levers["fine"], p)
        seats = ("automakers", "battery_makers")
        reluctant = np.array([1.0 - self.model.council.willing(seat) for seat in seats])[self.group]
        payoffs = (earned - reluctant[:, None] * scans - self.liable[:, None] * owed) / np.maximum(
            column["usual"], 1e-4
        )
        return {name: payoffs[:, part] for name, part in PARTS.items()}

    def _choose(self, known: dict) -> None:
        """Learn and choose anew; outlets are history before 2026, and nobody forges what nobody asks for."""
        payoffs, levers = self._payoffs(known), self.levers
        if self.model.month < EXPERIMENT_FROM - 1:
            del payoffs["density"]
        if not levers["producer_responsibility_fee"] * levers["producer_responsibility_target"]:
            del payoffs["claims"]
        keen = dict.fromkeys(OPTIONS, self.p["maker_sensitivity"])
        self.decisions.adapt(self.model.month // 3, payoffs, keen, self.p)

    def _pay_for_scans(self, collected: np.ndarray) -> None:
        """Pay for scans, and fines for missed ones that are noticed; `collected` kWh, were each brand the whole."""
        model, p, levers = self.model, self.p, self.levers
        due, obeyed = self.shares() * collected * levers["traceability"], self.chosen("compliance")
        model.ledger.pay(model.month, self.scans, fen_of(due * obeyed * p["scan_cost"]))
        noticed = due * (1.0 - obeyed) * p["scan_audit"]
        model.ledger.pay(model.month, self.scan_fines, fen_of(noticed * levers["fine"] * p["scan_stake"]))

    def _answer(self, retired: float, known: dict, collected: np.ndarray, target: float) -> None:
        """Pay fees, false certificates and fines for the quarter; `retired` kWh of all brands."""
        model, p, levers = self.model, self.p, self.levers
        fee, trace = levers["producer_responsibility_fee"], levers["traceability"]
        short = duty.shortfall(target, known["elsewhere"], collected, self.chosen("compliance"), known["scan"])
        wish = self.chosen("claims") if fee else np.zeros(len(self.agents))
        false = duty.claimed(short, wish, trace)
        mine = self.shares() * self.liable * retired  # kWh each answers for
        drawn = self.decisions.luck("maker", model.month // 3, FOUND_OUT)
        found = drawn < duty.claim_found(wish, trace, p)
        ledger, month, row = model.ledger, model.month, model.month - model.start
        ledger.pay(month, self.fees, fen_of(mine * fee * (short - false)))
        ledger.pay(month, self.certificates, fen_of(mine * false * p["certificate_price"]))
        ledger.pay(month, self.fines, fen_of(mine * found * false * fee * (1.0 + levers["fine"])))
        model.record.series["duty_short"][row] = (mine * short).sum()
        model.record.series["duty_claimed"][row] = (mine * false).sum()

    # keeping

    def state(self) -> dict[str, np.ndarray]:
        """Give all that changes, as arrays."""
        learnt = self.decisions.learner.state()
        return {"quarter": self.quarter, "usual": self.usual, "means": self.means, "learnt": learnt}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over a state."""
        self.quarter, self.usual = held["quarter"], held["usual"]
        self.decisions.learner.restore(held["learnt"])
        self._hold(held["means"])
