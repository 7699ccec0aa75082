"""Government: the centre puts the law in force and supervises; provinces choose how hard they inspect, and pay."""

import numpy as np

from ..chain.fleet import PROVINCES
from ..facts import PROVINCES as CODES
from ..foundations import draws
from ..mechanisms import authority
from ..mechanisms.adaptation import Learner
from .organisation import Organisation

_EFFORT = np.array([draws.code("effort", 0, option) for option in range(len(authority.EFFORTS))], np.uint64)


class CentralGovernment(Organisation):
    """The central government: the law of the month and the public purse."""

    def __init__(self, model):
        super().__init__(model)
        self.name = "central_government"
        self._names = tuple(model.lever_paths)
        self._rows = list(zip(*(path.tolist() for path in model.lever_paths.values())))

    def law(self, months_run: int) -> dict[str, float]:
        """Give every lever's value in force, by how many months have been run."""
        return dict(zip(self._names, self._rows[months_run]))


class Province(Organisation):
    """A provincial government, which sends the inspectors: a view of its row among the provinces' inspectorates."""

    def __init__(self, model, code: str, index: int):
        super().__init__(model)
        self.name, self.index = code, index

    @property
    def effort(self) -> float:
        """Visits it makes as a multiple of those asked for, if its inspectors suffice."""
        return float(self.model.inspectorates.effort[self.index])

    @property
    def dependence(self) -> float:
        """How much it lives on the trade; 1 for the average province."""
        return float(self.model.inspectorates.dependence[self.index])


class Inspectorates:
    """The provinces' inspectorates: who they visit, what that costs and brings, and how hard they choose to try."""

    def __init__(self, model):
        """Every province begins by making just the visits that are asked of it."""
        self.model, self.p = model, model.parameters
        p, share = self.p, model.facts.province_share[-1]
        self.capacity = p["inspectors"] * p["visits_per_inspector"] * share / share.sum()
        self.dependence = authority.dependence(model.facts.workshop_count, share)
        self._lost_by_visit = p["capture"] * p["jobs_worth"] * self.dependence
        self.learner = Learner(PROVINCES, len(authority.EFFORTS), chosen=authority.FULL_EFFORT)
        self._words = draws.holder_words(model.seed_key, np.arange(PROVINCES))
        self.asked, self.made = np.zeros(PROVINCES), np.zeros(PROVINCES)  # visits of the quarter
        self.gained, self.caught = np.zeros(PROVINCES), np.zeros(PROVINCES)  # yuan kept, workshops found, this quarter
        self.seen = np.zeros(2)  # watt-hours scanned and released, as the centre sees them, of about a year

    @property
    def effort(self) -> np.ndarray:
        """Visits of each province as a multiple of those asked for, (31,)."""
        return authority.EFFORTS[self.learner.chosen]

    def declare(self, ledger) -> None:
        """Open the lines of the provinces' purses."""
        purses = [f"province_{code}" for code in CODES]
        self.kept = ledger.line("fines kept by provinces", ["treasury"], purses)
        self.rewards = ledger.line("rewards for reports", purses, ["citizens"])
        self.purses = purses

    def rule(self, record) -> None:
        """Rule what the record keeps of inspectorates."""
        record.open("effort", (PROVINCES,))

    def visits(self, levers: dict, active: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give visits asked for, made on the plan, and made on citizens' reports, by province, this month."""
        if not self.model.active("authority"):
            return np.zeros(PROVINCES), np.zeros(PROVINCES), np.zeros(PROVINCES)
        asked = self.model.by_province("inspection", levers) / 12.0 * active
        return asked, *authority.visits(asked, self.effort, self.capacity, self.model.public.reports, active)

    def take(self, month: int, taken: np.ndarray, caught: np.ndarray) -> None:
        """Keep the provinces' share of what was taken (fen, 31) from workshops that were caught (31,)."""
        kept = np.floor(taken * self.p["fines_kept"])
        self.model.ledger.pay(month, self.kept, kept.astype(np.int64))
        self.gained += kept / 100.0
        self.caught += caught

    def pay(self, month: int, levers: dict, plan) -> None:
        """Pay this month's visits and rewards; where nobody inspects there are none."""
        if not self.model.active("authority"):
            return
        ledger, p = self.model.ledger, self.p
        visits = plan.visits
        ledger.pay(month, self.model.books.inspections, (visits * (p["visit_cost"] * 100.0)).astype(np.int64))
        if levers["report_reward"] and plan.followed.any():
            right = plan.followed * p["report_detection"]
            ledger.pay(month, self.rewards, (right * (levers["report_reward"] * 100.0)).astype(np.int64))
        self.asked += plan.asked
        self.made += visits

    def watch(self, flows) -> None:
        """Let the centre see what was scanned of what came loose; it remembers about a year."""
        self.seen *= 11.0 / 12.0
        self.seen += flows.table[3].sum(), flows.by_way.sum()  # whole Wh: exact in any order

    def decide(self, month: int) -> None:
        """Let every province choose next quarter's effort, on what this one cost and brought it."""
        p, model = self.p, self.model
        if model.active("authority") and model.active("adaptation") and self.asked.any():
            made = np.maximum(self.made, 1e-9)
            seen = self.seen[0] / max(self.seen[1], 1.0)
            pressure = authority.central_pressure(p["supervision"], p["central_score"], seen, p["central_goal"])
            lost = self._lost_by_visit * self.caught / made
            payoff = authority.effort_payoffs(
                self.asked, 3.0 * self.capacity, pressure, self.gained / made, lost, p["visit_cost"],
                p["effort_strain"] * (1.0 - model.council.willing("provinces")),
            )  # fmt: skip
            self.learner.learn(payoff, p["forgetting"], p["foregone"], p["lock_in"])
            waits = draws.exponential(draws.words(draws.at(self._words, month // 3), _EFFORT)).T
            self.learner.choose(waits, p["effort_sensitivity"])
        for total in (self.asked, self.made, self.gained, self.caught):
            total[:] = 0.0

    def state(self) -> dict[str, np.ndarray]:
        """Give what the inspectorates have learnt and booked."""
        quarter = np.stack([self.asked, self.made, self.gained, self.caught])
        return {"learner": self.learner.state(), "quarter": quarter, "seen": self.seen}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over what was given by `state`."""
        self.learner.restore(held["learner"])
        self.asked, self.made, self.gained, self.caught = (row.copy() for row in held["quarter"])
        self.seen = held["seen"]
