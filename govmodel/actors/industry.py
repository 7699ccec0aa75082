"""The recycling industry: all licensed plants as columns, and the trade of small third-party recyclers.

What a plant decides each quarter, by experience-weighted attraction on its own books: its margin (cut, hold, raise),
whether it cuts corners, whether it inflates what it reports, and from 2026 on whether it builds or shrinks (before, the
nation's capacity is history). A plant whose debt passes its credit is closed; a closed one is bought and reopened when
those that are open earn more than their capital costs.
"""

import numpy as np

from ..foundations.calendar import EXPERIMENT_FROM, RUN_FROM
from ..foundations.ledger import fen_of
from ..mechanisms import recycling, reporting
from .options import Decisions

OPTIONS = {"margin": recycling.MOVES, "size": recycling.MOVES, "care": recycling.CARE, "report": reporting.INFLATION}
TODAY = (1, 1, 0, 0)
PURPOSES = ("recycler", "recycler", "recycler", "misreport")
CAUGHT, REOPENED, FOUND_OUT = 61, 62, 63  # alternatives of the keyed draws, after those of the options
SERIES = ("reported_worked", "subsidy_asked", "overreported", "closures", "reopenings", "small_entries", "small_exits")
STATUS = ("plants_open", "plants_losing", "cutting_corners", "small_recyclers")  # columns of one series
# Numbers of the whole trade: quarters lived; share of subsidy claims that is paid; what research has cost so far,
# million yuan; small firms, their profit, their number in 2025; what of research is in use
QUARTERS, COVERED, KNOWLEDGE, SMALL, SMALL_PROFIT, SMALL_2025, IN_USE = range(7)
_KEPT = (
    "margin", "size", "closed", "suspended", "cash", "taken", "scrap", "profit", "funded", "inflation", "overpaid",
    "numbers", "status", "idle_bill", "stock",
)  # fmt: skip


def margin_at_start(p: dict, start: int) -> float:
    """Give the margin with which plants begin: a later start has missed that many quarters of starving."""
    return max(p["plant_margin"] - (start - RUN_FROM) // 3 * p["margin_step"], min(p["plant_margin"], 0.0))


class Industry:
    """What plants know, have and decide; one column a plant."""

    def __init__(self, model, start_margin: float):
        """Begin with every plant open, honest and at the same margin."""
        self.model, self.p = model, model.parameters
        self.count = count = len(model.facts.plants)
        self.names = [f"plant: {plant.name}" for plant in model.facts.plants]
        self.decisions = Decisions(model.seed_key, count, OPTIONS, TODAY, PURPOSES)
        owned = np.array([plant.owner_kind != "third_party" for plant in model.facts.plants])
        patience = 2.0 * self.decisions.luck("patience", 0, 0)  # creditors differ
        self.credit = self.p["credit_limit"] * patience * np.where(owned, self.p["parent_backing"], 1.0)
        spread = self.p["idle_cost_spread"] * (2.0 * self.decisions.luck("patience", 1, 0) - 1.0)
        self.standing_cost = self.p["idle_cost"] * (1.0 + spread)  # yuan/t and year
        self.margin = np.full(count, start_margin)
        self.size, self.closed, self.suspended = np.ones(count), np.zeros(count, bool), np.zeros(count)
        self.cash, self.taken, self.scrap, self.profit, self.funded = np.zeros((5, count))  # yuan, t/year, yuan/year, t
        self.inflation, self.overpaid = np.zeros((2, count))  # share; fen this quarter
        self.stock = np.zeros(count)  # what the packs in the yard will bring when they are worked, yuan
        self.idle_bill, self.status = np.zeros(count, np.int64), np.zeros(len(STATUS))  # fen a month
        self.numbers = np.zeros(IN_USE + 1)
        self.numbers[COVERED], self.numbers[SMALL] = 1.0, self.p["small_start"]

    def declare(self, ledger) -> None:
        """Declare who pays whom."""
        plants, line = self.names, ledger.line
        self.idle = line("idle capacity", plants, ["suppliers"])
        self.research = line("research alliance", plants, ["laboratories"])
        self.paid_back = line("subsidy paid back", plants, ["treasury"])
        self.fines = line("fines on plants", plants, ["treasury"])
        self.capital = line("capital paid in", ["investors"], plants)
        self.investment = line("capital for new works", ["investors"], plants)
        self.works = line("new works", plants, ["suppliers"])
        self.dividends = line("dividends", plants, ["investors"])
        self.written_off = line("debt written off", ["creditors"], plants)

    def rule(self, record) -> None:
        """Rule what the record keeps of the industry."""
        for name in SERIES:
            record.open(name)
        record.open("industry", (len(STATUS),))
        record.open("feed_price", (2,))
        record.open("metal_value", (2,))
        record.open("net_value", (2,))

    def found(self) -> None:
        """Let owners pay in the capital of the plants that stand at the start."""
        model = self.model
        model.plants.open_plants(model.start)
        self.accounts = np.array([model.ledger.account(name) for name in self.names])
        self.funded = model.plants.capacity_t.copy()
        model.ledger.pay(model.start, self.capital, fen_of(self.p["plant_capital"] * self.funded))
        self._take_stock(self.funded)

    # each month

    @property
    def standing(self) -> np.ndarray:
        """Size of every plant as a multiple of what the national series gives it; a closed one is an estate."""
        return np.where(self.closed, self.p["estate_share"], self.size)

    @property
    def means(self) -> np.ndarray:
        """Give what a plant is good for: its cash and the packs in its yard, yuan (plants,).

        A yard that has just filled up empties the till without making anybody poorer, and creditors know it.
        """
        return self.cash + self.stock

    @property
    def running(self) -> np.ndarray:
        """Give the capacity of plants that are open, tonnes a year (plants,)."""
        return np.where(self.closed, 0.0, self.model.plants.capacity_t)

    @property
    def spared(self) -> np.ndarray:
        """Give the standing cost that a kWh more of feed spares, yuan/kWh (plants,): nothing where none is idle."""
        idle = self.taken + self.scrap < self.p["ready_share"] * self.model.plants.capacity_t
        return idle * self.standing_cost / self.p["kwh_per_tonne"]

    @property
    def buying(self) -> np.ndarray:
        """Say which plants may and can buy packs."""
        return ~self.closed & (self.suspended == 0)

    @property
    def coverage(self) -> float:
        """Give the share of its claims that a plant was paid last month."""
        return float(self.numbers[COVERED])

    @property
    def cost_factor(self) -> np.ndarray:
        """Say what plants spend on processing, as a share of doing it by the rules (plants,)."""
        return 1.0 - self.p["corner_saving"] * self.decisions.value("care")

    def claim(self, worked: np.ndarray, promised: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Report the month's work (2, plants) and say what is paid for a kWh worked: watt-hours, yuan/kWh (plants,)."""
        model = self.model
        row, true = model.month - model.start, worked.sum(axis=0)
        reported = np.floor(true * (1.0 + self.inflation))
        if not promised.any():
            return reported, promised
        asked = float(reported @ promised) / 1000.0
        self.numbers[COVERED] = share = reporting.coverage(asked, self.p["subsidy_budget"] * 1e6 / 12.0)
        paid = promised * (share * (1.0 + self.inflation))
        self.overpaid += true * promised * (share * self.inflation * 0.1)
        model.record.series["subsidy_asked"][row] = asked
        model.record.series["overreported"][row] = (reported - true).sum()
        return reported, paid

    def pay(self, month: int, board, levers: dict) -> None:
        """Pay for idle capacity and pooled research, and note what feed costs."""
        model, p = self.model, self.p
        self.levers, running = levers, self.running
        series, row = model.record.series, month - model.start
        model.ledger.pay(month, self.idle, self.idle_bill)
        if levers["research_alliance"]:
            members = running * (self.means >= 0.0)
            turnover = (self.taken + self.scrap) * (p["kwh_per_tonne"] * float(board.metal_value.mean()) / 12.0)
            share = levers["research_alliance"] * 1e6 / 12.0 * members / max(members.sum(), 1e-9)
            dues = fen_of(np.minimum(share, p["dues_most"] * turnover))
            model.ledger.pay(month, self.research, dues)
            self.numbers[KNOWLEDGE] += dues.sum() / 1e8
        weight = running + 1e-9
        series["feed_price"][row] = board.gate @ weight / weight.sum()
        series["metal_value"][row] = board.metal_value
        series["net_value"][row] = model.market.worth(levers).net[month]
        series["industry"][row] = self.status

    # each quarter

    def decide(self, gained: np.ndarray) -> None:
        """Close the quarter's books, pay what is due, and decide for the next; `gained` fen by account."""
        model, p = self.model, self.p
        ordinal = model.month // 3
        mix, value, cost = self._trade()
        self._close_books(gained)
        self._small_trade(mix)
        if model.active("adaptation"):
            visits = model.by_province("inspection", self.levers)[model.plants.province]
            self._inspect(ordinal, visits * p["plant_visits"], cost)
            self._fail_and_reopen(ordinal)
            self._adapt(ordinal, value, cost, visits)
        running = self.running
        self._move_capital(running)
        self._learn(float(self.numbers[KNOWLEDGE]))
        self.numbers[QUARTERS] += 1.0
        spare = np.maximum(p["ready_share"] * running - self.taken - self.scrap, 0.0)
        self.idle_bill = fen_of(spare * self.standing_cost / 12.0)
        self._take_stock(running)

    def _trade(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the mix of chemistries plants took in this quarter, and value and cost of a kWh of it (plants,)."""
        model = self.model
        mix = model.record.received[model.quarter].sum(axis=(0, 2)) + 1.0
        mix = mix / mix.sum()
        value = max(float(mix @ model.market.licensed_metal[model.month]), 1.0)
        cost = float(mix @ model.market.licensed_cost[model.month])
        return mix, np.full(self.count, value), np.full(self.count, cost)

    def _close_books(self, gained: np.ndarray) -> None:
        """Add up the quarter: cash, and what a usual year brings."""
        model, p = self.model, self.p
        rows = model.quarter
        mass = model.facts.mass_per_kwh / 1e6
        mine = gained[self.accounts] / 100.0
        self.cash = self.cash + mine
        capital = model.ledger.amounts[rows, self.capital].sum(axis=0)  # at the start; later ones follow a close
        net = model.market.worth(self.levers).net[model.month][:, None]
        worth = net + model.subsidies(self.levers) * self.coverage
        stock = np.maximum((worth * model.plants.waiting).sum(axis=0), 0.0) / 1000.0
        keep = p["use_memory"] if self.numbers[QUARTERS] else 0.0
        scale = (1.0 - keep) * 12.0 / (rows.stop - rows.start)
        self.profit = keep * self.profit + scale * (mine + stock - self.stock - capital / 100.0)
        self.stock = stock
        self.taken = keep * self.taken + scale * (mass @ model.record.received[rows].sum(axis=0))
        self.scrap = keep * self.scrap + scale * (mass @ model.record.scrap[rows].sum(axis=0))

    def _adapt(self, ordinal: int, value: np.ndarray, cost: np.ndarray, visits: np.ndarray) -> None:
        """Reckon what every option would have brought, and decide for the next quarter."""
        model, p, levers = self.model, self.p, self.levers
        capacity, saving = model.plants.capacity_t, cost * (1.0 - self.cost_factor)
        tonnes = (self.taken, self.scrap, capacity)
        step, keen = p["margin_step"], p["recycler_sensitivity"]
        payoffs = {
            "margin": recycling.margin_payoffs(self.margin, step, value, *tonnes, saving, self.standing_cost, p),
            "care": recycling.care_payoffs(self.margin, value, cost, visits * p["plant_visits"], levers["fine"], p),
        }
        payoffs["care"] = self._with_scruples(payoffs["care"])
        paid = model.subsidies(levers) * self.coverage
        if paid.any():
            payoffs["report"] = self._with_scruples(
                reporting.inflation_payoffs(paid, levers["traceability"], visits, p)
            )
        later = model.month >= EXPERIMENT_FROM - 1  # before, capacity is history
        if later:
            payoffs["size"] = recycling.growth_payoffs(self.profit, self.funded, p)
        allowed = np.ones((self.count, 3), bool)
        allowed[(self.means < 0.0) & (self.margin < 0.0), :2] = False  # who has nothing left cannot buy below cost
        keenness = {"margin": keen, "care": keen, "size": p["growth_sensitivity"], "report": p["report_sensitivity"]}
        self.decisions.adapt(ordinal, payoffs, keenness, p, {"margin": allowed})
        self._take_effect(capacity, paid, later)

    def _with_scruples(self, payoffs: np.ndarray) -> np.ndarray:
        """Let what breaking a rule brings, beyond the first option's keeping it, count less for who was heard."""
        willing = self.model.council.willing("recyclers")
        return payoffs - willing * np.maximum(payoffs - payoffs[:, :1], 0.0) if willing else payoffs

    def _take_effect(self, capacity: np.ndarray, paid: np.ndarray, later: bool) -> None:
        """Put what was decided into margins, sizes and reports; where nothing is paid for reports they are true."""
        p = self.p
        least, most = min(p["plant_margin_least"], p["plant_margin"]), max(p["plant_margin_most"], p["plant_margin"])
        margin = (self.margin + p["margin_step"] * self.decisions.value("margin")).clip(least, most)
        running = self.running
        usual = float(margin @ running / running.sum()) if running.any() else 0.0
        self.margin = np.where(capacity > 0.0, margin, usual)  # a plant that is yet to open will do as others do
        if later:
            grown = self.size * (1.0 + p["growth_step"] * self.decisions.value("size"))
            size = np.where(self.closed, self.size, grown.clip(p["estate_share"], p["size_most"]))
            works = fen_of(p["plant_investment"] * capacity * np.maximum(size / self.size - 1.0, 0.0))
            self.model.ledger.pay(self.model.month, self.investment, works)
            self.model.ledger.pay(self.model.month, self.works, works)
            self.size = size
        self.inflation = np.where(paid > 0.0, self.decisions.value("report"), 0.0)

    def _inspect(self, ordinal: int, visits: np.ndarray, cost: np.ndarray) -> None:
        """Let inspectors and auditors find some of what is wrong: fines, money paid back, licences suspended."""
        model, p, levers = self.model, self.p, self.levers
        self.suspended = np.maximum(self.suspended - 1.0, 0.0)
        cutting, fined = self.decisions.value("care"), np.zeros(self.count, np.int64)
        if cutting.any():
            drawn = self.decisions.luck("recycler", ordinal, CAUGHT)
            caught = cutting * (drawn < 1.0 - np.exp(-visits * p["plant_detection"] / 4.0)) * ~self.closed
            gain = self.taken * p["kwh_per_tonne"] * cost * p["corner_saving"]
            fined = fen_of(caught * levers["fine"] * gain)
            self.suspended = np.where(caught > 0, p["suspension"], self.suspended)
        if self.overpaid.any():
            drawn = self.decisions.luck("misreport", ordinal, FOUND_OUT)
            provincial = model.by_province("inspection", levers)[model.plants.province]
            found = drawn < reporting.discovery(self.inflation, levers["traceability"], provincial, p)
            back = np.floor(self.overpaid * found).astype(np.int64)
            fined = fined + np.floor(back * p["misreport_fine"]).astype(np.int64)
            model.ledger.pay(model.month, self.paid_back, back)
            self.cash = self.cash - back / 100.0
            self.overpaid = np.zeros(self.count)
        if fined.any():
            model.ledger.pay(model.month, self.fines, fined)
            self.cash = self.cash - fined / 100.0

    def _fail_and_reopen(self, ordinal: int) -> None:
        """Close plants whose debt passes their credit, and let closed ones be bought when the trade pays."""
        model, p = self.model, self.p
        row, running = model.month - model.start, ~self.closed & (self.funded > 0.0)
        capital = p["plant_capital"] * self.funded
        failing = running & (self.means < -self.credit * capital)
        if failing.any():
            owed = np.where(failing, np.maximum(-self.means, 0.0), 0.0)  # the yard pays the rest
            model.ledger.pay(model.month, self.written_off, fen_of(owed))
            self.cash = self.cash + owed
            model.record.series["closures"][row] = failing.sum()
        if self.closed.any():
            earned = self.profit @ running / max(capital @ running, 1.0)
            chance = p["rescue"] + p["reopening"] * max(earned - p["capital_return"], 0.0)
            back = self.closed & (self.decisions.luck("recycler", ordinal, REOPENED) < chance)
            self.closed = self.closed & ~back
            self.margin = np.where(back, np.maximum(self.margin, 0.0), self.margin)
            model.record.series["reopenings"][row] = back.sum()
        self.closed = self.closed | failing

    def _take_stock(self, running: np.ndarray) -> None:
        """Count what indicators show of the industry until the next quarter ends."""
        there = running > 0.0
        cutting = self.decisions.value("care") @ running / max(running.sum(), 1e-9)
        self.status = np.array([there.sum(), (there & (self.profit < 0.0)).sum(), cutting, self.numbers[SMALL]])

    def _move_capital(self, capacity: np.ndarray) -> None:
        """Pay in capital for new capacity, and dividends where more cash lies than a plant needs."""
        model, p = self.model, self.p
        paid_in = fen_of(p["plant_capital"] * np.maximum(capacity - self.funded, 0.0))
        self.cash = self.cash + paid_in / 100.0
        given = fen_of(np.maximum(self.cash - p["dividend_above"] * p["plant_capital"] * capacity, 0.0))
        self.cash, self.funded = self.cash - given / 100.0, capacity
        model.ledger.pay(model.month, self.capital, paid_in)
        model.ledger.pay(model.month, self.dividends, given)

    def _small_trade(self, mix: np.ndarray) -> None:
        """Let small recyclers enter while the trade pays and leave after losses; they hold stock while prices move."""
        model, p = self.model, self.p
        row, series = model.month - model.start, model.record.series
        bought = max(row - int(p["small_stock"]), 0)
        value = max(float(mix @ series["metal_value"][row]), 1.0)
        gain = float(mix @ (series["net_value"][row] - series["feed_price"][bought])) / value - p["small_cost"]
        keep = p["firm_memory"] if self.numbers[QUARTERS] else 0.0
        self.numbers[SMALL_PROFIT] = keep * self.numbers[SMALL_PROFIT] + (1.0 - keep) * gain
        enter, leave = recycling.small_firms(self.numbers[SMALL], self.numbers[SMALL_PROFIT], p)
        if model.active("adaptation"):
            self.numbers[SMALL] += enter - leave
            series["small_entries"][row], series["small_exits"][row] = enter, leave
        if model.month < EXPERIMENT_FROM or not self.numbers[SMALL_2025]:
            self.numbers[SMALL_2025] = self.numbers[SMALL]

    def _learn(self, knowledge: float) -> None:
        """Put pooled research to use: from next month on plants work cheaper and recover more."""
        self.numbers[IN_USE] = knowledge
        if knowledge:
            self.model.learn_recycling(*recycling.learnt(knowledge, self.p))

    @property
    def small_sites(self) -> float:
        """Say how many collection sites recyclers run, as a multiple of history and its continuation."""
        share = self.p["small_sites"]
        if self.model.month < EXPERIMENT_FROM or not self.numbers[SMALL_2025]:
            return 1.0
        return 1.0 - share + share * float(self.numbers[SMALL] / max(self.numbers[SMALL_2025], 1e-9))

    # keeping

    def state(self) -> dict[str, np.ndarray]:
        """Give all that changes, as arrays."""
        kept = {name: getattr(self, name) for name in _KEPT}
        kept["normal"] = np.array([self.model.plants.normal])
        return kept | {"learnt": self.decisions.learner.state()}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over a state."""
        for name in _KEPT:
            setattr(self, name, held[name].astype(getattr(self, name).dtype))
        self.decisions.learner.restore(held["learnt"])
        self.model.plants.normal = float(held["normal"][0])
        self._learn(float(self.numbers[IN_USE]))
