"""Workshops: thousands of them as rows of alike ones; what they own, what they fear, what they turn to.

A row stands for a number of workshops (`weight`) of one size and home. All money of a province's workshops is one
account of the ledger; the rows' cash are its parts, and sum to it at the end of every quarter. Every decision weighs
income that is reckoned from the trade's own books, pooled over the nation and about a year, so that the luck of few
simulated packs in one province does not bias a coarse run.
"""

import numpy as np

from ..chain import geography
from ..chain.fleet import PROVINCES
from ..facts import PROVINCES as CODES
from ..foundations import draws
from ..mechanisms import authority
from ..mechanisms.adaptation import Learner
from ..mechanisms.authority import COLLECTING, LICENSED, OPEN, QUIET
from .organisation import Organisation
from .raids import Ground, Plan
from .turns import BY_RECYCLERS, CONFISCATED, DUE, FOUND, GAINED, LFP, MOVED, NCM, PAID, REUSED, SPENT, UNITS, Turns

ROUNDS = 3  # in which pooled trade and what its freight costs come to terms, within a month
CLUSTERS = 8  # rows of workshops that a province begins with, from small to large
SIZES = np.array([-1.5341, -0.8871, -0.4888, -0.1573, 0.1573, 0.4888, 0.8871, 1.5341])  # normal quantiles
ROWS = ("province", "weight", "cash", "cash_then", "doing", "record", "offences", "age", "supported")
TRADE = ("usual", "local", "earned", "spent", "taken", "by_recyclers", "freight", "haul", "noted")  # of the whole trade


class WorkshopDistrict(Organisation):
    """The workshops of one province: a view of their rows."""

    def __init__(self, model, name: str, province: int):
        super().__init__(model)
        self.name, self.province = name, province
        self.margin = model.parameters["workshop_margin"]

    def by_state(self) -> dict[str, float]:
        """Say how many workshops are open, quiet, collecting, licensed and closed."""
        return dict(zip(authority.STATES, self.model.workshops.by_state()[:, self.province].tolist()))

    @property
    def count(self) -> float:
        """How many workshops buy for themselves, openly or quietly."""
        return float(self.model.workshops.by_state()[[OPEN, QUIET], self.province].sum())


class Workshops:
    """All workshops of the nation, their trade, and what is done to them."""

    def __init__(self, model, count: np.ndarray):
        """Lay out rows for `count` workshops by province, all open, with the cash that workshops hold."""
        self.model, self.p = model, model.parameters
        p = self.p
        size = np.exp(p["size_spread"] * SIZES)
        self.size = np.tile(size / size.mean(), PROVINCES)
        self._at_work, self._visible = np.zeros((2, len(authority.STATES)))  # trade and visibility in each state
        self._at_work[[OPEN, QUIET]], self._visible[[OPEN, QUIET]] = (
            (1.0, p["quiet_trade"]),
            (1.0, p["quiet_visibility"]),
        )
        self.home = np.repeat(np.arange(PROVINCES), CLUSTERS)
        rows = len(self.home)
        self._first_share = count / count.sum()
        self.province, self.weight = self.home.copy(), np.repeat(count / CLUSTERS, CLUSTERS)
        self.doing, self.age = np.full(rows, OPEN), np.zeros(rows)
        self.cash, self.cash_then = np.zeros(rows), np.zeros(rows)  # whole fen, now and as the quarter began
        self.record, self.offences, self.supported = np.zeros(rows), np.zeros(rows), np.zeros(rows, bool)
        self.learner = Learner(rows, len(authority.OPTIONS))
        self.words = draws.holder_words(model.seed_key, np.arange(rows))
        self.kg = float(model.facts.mass_per_kwh.mean())  # of a kWh
        registered = model.facts.province_share[-1]
        self.sources = registered / registered.sum()  # where packs are taken to be bought, free of luck
        by_kwh = geography.beyond(model.facts, p) * (p["unlicensed_freight_rate"] * self.kg / 1000.0)
        self._from_afar = self.sources @ by_kwh / (1.0 - self.sources)  # (31,) yuan to bring a kWh there from others
        each = p["workshop_tonnes"] * p["workshop_busy"] * 1e6 / self.kg / 4.0  # Wh of a workshop in a quarter
        units = float(self.activity().sum())
        living = (p["workshop_living"] / 4.0 + p["local_fee"]) * 100.0
        self.usual = np.zeros(BY_RECYCLERS + 1)
        self.usual[[GAINED, SPENT, UNITS]] = living * units, each * units * 5.0, units
        self.usual[[LFP, NCM]] = each * units / 2.0
        self.local = living * np.bincount(self.province, self.activity(), PROVINCES)  # fen gained, by province
        self.earned, self.spent = np.zeros(PROVINCES), np.zeros(PROVINCES)  # fen, of this quarter
        self.taken, self.by_recyclers = np.zeros((PROVINCES, 3)), np.zeros(PROVINCES)  # Wh LFP, NCM, re-used
        self.freight = np.zeros(PROVINCES)  # fen of this quarter, for bringing packs there
        self.haul = np.zeros(PROVINCES)  # yuan for a kWh of the pooled trade worked there, as the quarter began
        self.noted = np.zeros(MOVED + 1)  # of this month; closed and moved at a quarter's end
        self.turns = Turns(self)
        self._ground: tuple = (None, None)
        self._plan = self._now = self._noted = None

    def declare(self, ledger) -> None:
        """Open the lines of what only workshops pay and are paid."""
        mine = [f"workshops_{code}" for code in CODES]
        owners = [f"owners_{code}" for code in CODES]
        purses = [f"province_{code}" for code in CODES]
        line = ledger.line
        self.lines = {
            "given": line("surplus passed on among workshops", mine, ["workshop_trade"]),
            "got": line("surplus passed on among workshops", ["workshop_trade"], mine),
            "confiscated": line("confiscation", mine, ["treasury"]),
            "hiding": line("hiding and splitting up", mine, ["suppliers"]),
            "freight": line("freight to where workshops gather", mine, ["suppliers"]),
            "moving": line("moving to another province", mine, ["suppliers"]),
            "licences": line("licences of former workshops", mine, ["suppliers"]),
            "fees": line("local fees", mine, purses),
            "commission": line("collecting commission", ["suppliers"], mine),  # out of what recyclers pay to collect
            "support": line("formalisation support", purses, mine),
            "returned": line("formalisation support paid back", mine, purses),
            "capital": line("capital of new workshops", owners, mine),
            "drawn": line("drawn by owners", mine, owners),
            "left": line("cash that moves along", mine, ["moving_workshops"]),
            "arrived": line("cash that moves along", ["moving_workshops"], mine),
            "written_off": line("debts written off", ["suppliers"], mine),
        }

    def endow(self) -> None:
        """Let owners pay in, before the first month, the cash that workshops hold."""
        self.cash = np.floor(self.weight * self.size * (self.p["working_cash"] * 100.0))
        self.post("capital", self.cash)
        self.cash_then = self.cash.copy()

    def post(self, line: str, by_row: np.ndarray) -> None:
        """Pay fen by row on one of the workshops' lines, this month; whole numbers, none negative."""
        by_province = np.bincount(self.province, by_row, PROVINCES).astype(np.int64)
        self.model.ledger.pay(self.model.month, self.lines[line], by_province)

    # reading

    @property
    def buying(self) -> np.ndarray:
        """Tell which rows buy for themselves (open or quiet)."""
        return self.doing <= QUIET

    def by_state(self) -> np.ndarray:
        """Count workshops by state and province: (5, 31)."""
        return np.bincount(self.doing * PROVINCES + self.province, self.weight, 5 * PROVINCES).reshape(5, PROVINCES)

    def presence(self) -> np.ndarray:
        """Count workshops as holders meet them: quiet ones are harder to find, (31,)."""
        count = self.by_state()
        return count[OPEN] + self.p["quiet_presence"] * count[QUIET]

    def buying_in(self, present: np.ndarray) -> np.ndarray:
        """Say how many workshops of those `present` (31,) buy in each province, (31,).

        What is bought in one province is worked in others, so that share of the trade buys wherever there are packs.
        """
        pooled = self.p["pooled_trade"]
        return pooled * present.sum() * self._first_share + (1.0 - pooled) * present

    def over_trade(self, pooled, own):
        """Average what holds for the pooled part of the trade and what holds where the rest is bought and worked."""
        share = self.p["pooled_trade"]
        return share * pooled + (1.0 - share) * own

    def collecting(self) -> np.ndarray:
        """Count collection sites that collecting and licensed former workshops stand for, (31,)."""
        count = self.by_state()
        return self.p["collector_reach"] * count[COLLECTING] + self.p["licensed_reach"] * count[LICENSED]

    def each(self) -> np.ndarray:
        """Give the trade of one workshop of each row, in units of an open one of mean size, (rows,)."""
        return self.size * self._at_work[self.doing]

    def activity(self) -> np.ndarray:
        """Give the trade of whole rows in the same units, (rows,)."""
        return self.weight * self.each()

    # the month

    @property
    def last_plan(self) -> Plan:
        """This month's inspections, as last worked out."""
        return self._plan

    def plan(self, levers: dict) -> Plan:
        """Work out this month's inspections under a law; kept as long as neither they nor the law change."""
        moved = (levers["fine"], levers["reuse_ban"], levers["credit_record"], levers["vat_relief"])
        law = (self.model.month // 3, self.model.market.handling, moved)
        now = (self.model.month, levers["inspection"], law)
        if self._now == now:
            return self._plan
        self._now = now
        if self._ground[0] != law:
            self._ground = (law, self._lay_ground(levers))
            self._plan = None
        ground, last = self._ground[1], self._plan
        if last is not None and not self.model.active("authority"):
            return last  # nobody ever visits
        asked, made, followed = self.model.inspectorates.visits(levers, ground.active)
        same = last is not None and (made == last.made).all() and (followed == last.followed).all()
        if not same:
            self._plan = self._inspections(ground, asked, made, followed)
        return self._plan

    def _lay_ground(self, levers: dict) -> Ground:
        p = self.p
        weight = self.weight * self.buying
        score = authority.risk_score(self.size, self.record, p["targeting"], levers["credit_record"])
        visible = score * self._visible[self.doing]
        total = np.bincount(self.province, weight * score, PROVINCES)
        reuse = self.usual[REUSED] / max(self.usual[LFP] + self.usual[NCM], 1.0)
        chance = authority.detection(p["detection"], p["reuse_detection"], levers["reuse_ban"], reuse)
        gain, price = self.by_kwh(levers)
        usual, each = self.usual_energy(), self.each()
        energy = usual / 3.0 * each  # kWh of a workshop in a month
        due, goods = self.penalties(levers, energy, gain, price)
        means = self.cash_then / np.maximum(self.weight, 1e-9)
        base = np.bincount(self.province, weight * energy, PROVINCES) * (gain * 100.0)
        active = np.bincount(self.province, weight, PROVINCES)
        tonnes = usual * 4e-3 * self.kg  # of a workshop in a year
        scarce = authority.scarcity(tonnes / p["workshop_tonnes"], p["scarcity_premium"])
        work = weight * each
        quiet = np.bincount(self.province, work * (self.doing == QUIET), PROVINCES)
        whole = np.bincount(self.province, work, PROVINCES)
        quiet = np.divide(quiet, whole, out=quiet, where=whole > 0.0)
        return Ground(active, score, visible, total, chance, weight, due, goods, means, base, gain, quiet, scarce)

    def _inspections(self, ground: Ground, asked, made, followed) -> Plan:
        successful = made * ground.chance + followed * self.p["report_detection"]
        attention = authority.attention(successful, ground.total)
        found = authority.found(attention[self.province] * ground.visible)
        caught = ground.weight * found
        usual, *_ = self._losses(ground, caught, np.ones(PROVINCES))
        risk = np.divide(usual, ground.gain, out=np.zeros(PROVINCES), where=ground.gain > 0.0)
        pull, haul = self._spread(risk * ground.kwh_gain, ground.gain)
        drawn = self.over_trade(pull, 1.0)
        loss, due, paid, confiscated = self._losses(ground, caught, drawn)
        gain = ground.gain * drawn
        risk = np.divide(loss, gain, out=risk, where=gain > 0.0)
        worked = ground.gain * pull  # of the pooled trade: where there are workshops, little to fear and freight is low
        pooled = worked / max(float(worked.sum()), 1e-12)
        feared = self.over_trade(float(risk @ pooled), risk)
        hiding = self.p["hiding_cost"] * self.over_trade(float(ground.quiet @ pooled), ground.quiet)
        extra = ground.scarce + hiding + self.over_trade(float(haul @ pooled), 0.0)
        by_province = np.bincount(self.province, caught, PROVINCES)
        fines, goods = np.floor(caught * paid), np.floor(caught * confiscated)
        sums = np.array([caught * due, fines, goods, caught]).sum(axis=1)
        sums[:3] /= 100.0
        taken = self._by_province(fines, goods)
        both = fines + goods
        return Plan(
            ground,
            asked,
            made,
            followed,
            attention,
            found,
            by_province,
            fines,
            goods,
            both,
            taken,
            sums,
            risk,
            pull,
            drawn,
            gain,
            pooled,
            haul,
            self.over_trade(pull * haul, 0.0),
            feared,
            extra,
        )

    def _spread(self, dread: np.ndarray, trade: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Say how strongly places draw the pooled trade, and what freight costs there on a kWh of it, yuan (31,).

        Freight depends on where the trade goes, so both come to terms in a few rounds from last quarter's freight.
        """
        reckoned = self.haul
        for _ in range(ROUNDS + 1):  # the last one tells what the trade makes of the freight it reckons with
            pull = authority.pull_of_safety((dread + reckoned) / self.p["plant_choice_error"], trade)
            haul = authority.brought_from_afar(trade * pull, self.sources) * self._from_afar
            reckoned = 0.5 * (reckoned + haul)
        return pull, haul

    def _losses(self, ground: Ground, caught: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, ...]:
        """Say what those caught lose at such a trade: fen by province, and by row what is due, paid and confiscated.

        Whoever is found loses what is his: together never more than the row owns.
        """
        here = drawn[self.province]
        due = ground.due * here
        paid, confiscated = authority.punish(due, ground.goods * here, ground.means)
        return np.bincount(self.province, caught * (paid + confiscated), PROVINCES), due, paid, confiscated

    def _by_province(self, fines: np.ndarray, goods: np.ndarray) -> np.ndarray:
        return np.array([np.bincount(self.province, fen, PROVINCES) for fen in (fines, goods)]).astype(np.int64)

    def penalties(self, levers: dict, energy: np.ndarray, gain: float, price: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the fine due and the goods at hand of workshops with such a monthly trade (kWh), in fen."""
        p = self.p
        return (
            energy * (levers["fine"] * p["provable_months"] * gain * 100.0),
            energy * (p["yard_months"] * price * 100.0),
        )

    def usual_energy(self) -> float:
        """Give the energy that a workshop of mean size takes in a usual quarter, kWh."""
        return float(self.usual[LFP] + self.usual[NCM]) / max(float(self.usual[UNITS]), 1e-9) / 1000.0

    def by_kwh(self, levers: dict) -> tuple[float, float]:
        """Give a usual kWh's illegal gain (by this quarter's prices) and price (of the last year), yuan."""
        lfp, ncm = self.usual[LFP], self.usual[NCM]
        energy = max(lfp + ncm, 1.0)
        month = max(self.model.month - self.model.month % 3, self.model.start)  # a quarter's first
        gain = self.model.market.worth(levers).gain[month]
        return float(gain[0] * lfp + gain[1] * ncm) / energy, float(self.usual[SPENT]) * 10.0 / energy

    def inspect(self, levers: dict) -> None:
        """Live through this month's inspections: fines, confiscation, and offences to remember."""
        plan = self.plan(levers)
        model, month = self.model, self.model.month
        if plan.sums[FOUND] > 0.0:
            both, taken = plan.both, plan.by_province
            self.noted[DUE : FOUND + 1] = plan.sums
            if (both > self.cash).any():  # some have lost too much this quarter already
                fines = np.minimum(plan.fines, np.maximum(self.cash, 0.0))
                goods = np.minimum(plan.goods, np.maximum(self.cash - fines, 0.0))
                both, taken = fines + goods, self._by_province(fines, goods)
                self.noted[[PAID, CONFISCATED]] = fines.sum() / 100.0, goods.sum() / 100.0
            self.cash -= both
            self.offences += plan.found
            model.ledger.pay(month, model.books.fines, taken[0])
            model.ledger.pay(month, self.lines["confiscated"], taken[1])
            model.inspectorates.take(month, taken.sum(axis=0), plan.caught)
        model.inspectorates.pay(month, levers, plan)

    def trade(self, earned: np.ndarray, spent: np.ndarray, taken: np.ndarray, by_recyclers: np.ndarray) -> None:
        """Book a month's trade by province: fen earned and spent on packs, Wh taken and Wh brought to recyclers.

        Note the kWh that workshops of each province work, wherever they were bought.
        """
        self.earned += earned
        self.spent += spent
        self.taken += taken
        self.by_recyclers += by_recyclers
        plan, kwh = self._plan, taken[:, :2].sum(axis=1) / 1000.0
        pooled = plan.pooled * kwh.sum()
        self.freight += self.over_trade(plan.haul * pooled * 100.0, 0.0)
        self.model.record.series["worked"][self.model.month - self.model.start] = self.over_trade(pooled, kwh)

    def decide(self, levers: dict) -> None:
        """Close the quarter's books and turn to what pays in the next."""
        self.turns.take(levers)
        self.haul, self._noted = self._plan.haul, None
        self.cash_then = self.cash.copy()

    def note(self, row: int) -> None:
        """Write down the month: how many workshops are in which state, what inspectors did, and what was paid."""
        series, plan = self.model.record.series, self._plan
        if self._noted is None:  # nobody turns before the quarter's end
            self._noted = self.by_state()
        series["workshops_by_state"][row] = self._noted
        series["visits"][row] = plan.visits
        series["visits_asked"][row] = plan.asked
        series["effort"][row] = self.model.inspectorates.effort
        series["punished"][row] = self.noted
        self.noted[:] = 0.0

    def rule(self, record) -> None:
        """Rule what the record keeps of workshops."""
        record.open("workshops_by_state", (5, PROVINCES))
        for name in ("visits", "visits_asked", "worked"):
            record.open(name, (PROVINCES,))
        record.open("punished", self.noted.shape)

    # snapshots

    def state(self) -> dict[str, np.ndarray]:
        """Give everything that changes, by name."""
        held = {name: getattr(self, name) for name in (*ROWS, *TRADE)}
        return held | {"learner": self.learner.state()}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over what was given by `state`."""
        for name in (*ROWS, *TRADE):
            setattr(self, name, held[name])
        self.learner.restore(held["learner"])
        self._ground = (None, None)
        self._plan = self._now = self._noted = None
