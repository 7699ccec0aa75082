"""The council: what seats hope for, what they ask, what the body that governs decides, and what is in force.

Each quarter every seat compares what it sees with what it hopes for; under a structure that lets somebody move levers
the body meets in its rhythm, talks, decides by its rules, and what it decides comes into force after notice and delay.
Nothing here knows a structure's name. Between 2021 and 2025 nobody meets.
"""

import numpy as np

from ..case import levers as lever_room
from ..case.levers import SEATS
from ..case.structures import RULES, SIGHTS, Structure
from ..foundations.calendar import EXPERIMENT_FROM, RUN_UNTIL
from ..foundations.ledger import Ledger
from . import demands as demand_room
from . import goals as goal_room
from . import talks
from .minutes import AT_BOUND, COLUMNS, MOVED, NO_AGREEMENT, NOT_TAKEN_UP
from .purses import PLATFORM, TALKS, Purses
from .sight import POOLED, REPORTED, SHARE, Sight

FIRMS = np.isin(SEATS, ("automakers", "battery_makers", "recyclers"))
_KEPT = (
    "hopes",
    "usual",
    "now",
    "first",
    "shortfall",
    "legitimacy",
    "good",
    "bad",
    "own",
    "held",
    "pending",
    "rows",
    "counts",
)
MEETINGS, TABLED, AGREED, LEVERS_MOVED = range(4)
_FULL = 1e8  # fen in a million yuan


class Council:
    """The eight seats and the body in which they meet."""

    def __init__(self, model):
        """Seats hope for nothing yet; the law holds every lever."""
        self.model, self.p, self.case = model, model.parameters, model.case
        country = self.case.country
        self.registry = lever_room.load(country)
        self.names = tuple(self.registry)
        self.steps, self.notice = (
            np.array([getattr(lever, key) for lever in self.registry.values()]) for key in ("step", "notice")
        )
        self.bounds = np.array([lever.bounds for lever in self.registry.values()])
        self.goals, self.demands = goal_room.load(country), demand_room.edited(self.case)
        self.seat_of = np.array([SEATS.index(goal.seat) for goal in self.goals])
        self.better, self.scale, self.weight = (
            np.array([getattr(goal, key) for goal in self.goals]) for key in ("better", "scale", "weight")
        )
        # nobody hopes for more than a whole share, or for fewer than no fires
        self.most = np.array([1.0 if goal.unit == "share" else np.inf for goal in self.goals])
        self.least = np.array([0.0 if goal.name in ("safety", "risk") else -np.inf for goal in self.goals])
        self.shared = np.array([goal.name == SHARE for goal in self.goals])
        self.sight, self.purses = Sight(model, self.goals), Purses(model)
        self.base = np.array([model.lever_paths[name] for name in self.names]).T  # (months, levers): the law
        frozen = np.isin(self.names, self.case.frozen)
        self._movable = {
            id(stage.structure): {
                name: right for name, right in stage.structure.levers.items() if not frozen[self.names.index(name)]
            }
            for stage in self.case.governing.stages
        }
        self.governs = any(self._movable.values())  # somebody may move something some day
        self._votes = {key: self._votes_in(rights) for key, rights in self._movable.items()}
        goals, levers, seats = len(self.goals), len(self.names), len(SEATS)
        self.hopes, self.usual, self.now = np.zeros((3, goals))
        self.first = np.zeros((2, goals))  # sum of the quarters that standing is measured from, and how many there were
        self.shortfall = np.zeros(goals)
        self.legitimacy, self.good, self.bad = np.zeros((3, seats))
        self.own, self.held = np.zeros(levers), np.zeros(levers, bool)  # values that a body has set, and which it has
        self.pending = np.zeros((0, 3))  # month, lever, value
        self.rows = np.zeros((0, len(COLUMNS)))  # the minutes, as numbers
        self.counts = np.zeros(1)  # meetings so far
        self._month, self._law, self._noted = -1, {}, None

    def _votes_in(self, rights: dict) -> tuple[np.ndarray, np.ndarray, int]:
        """Lay out a structure's weights (levers, seats) and rules (levers,), and count the seats that have a say."""
        weights, rules = np.zeros((len(self.names), len(SEATS))), np.zeros(len(self.names), int)
        for name, right in rights.items():
            lever = self.names.index(name)
            rules[lever] = RULES.index(right.rule)
            weights[lever] = [right.weights.get(seat, 0.0) for seat in SEATS]
        return weights, rules, sum(any(seat in right.weights for right in rights.values()) for seat in SEATS)

    def declare(self, ledger: Ledger) -> None:
        """Declare what governing is paid on."""
        self.purses.declare(ledger)
        self.sight.open(ledger)

    def rule(self, record) -> None:
        """Rule what the record keeps of the body."""
        record.open("levers", (len(self.names),))
        for name in ("satisfaction", "standing", "legitimacy"):
            record.open(name, (len(SEATS),))
        record.open("meetings", (4,))

    # the law of a month

    def law(self, month: int, base: dict) -> dict[str, float]:
        """Give every lever's value in force: the law's, or what a body has decided since the law last moved it."""
        if month == self._month:
            return self._law
        row = month - self.model.start
        if self.governs:
            now = self.base[row]
            if row:
                self.held[now != self.base[row - 1]] = False  # a law resets its lever on its date
            due = self.pending[:, 0] <= month
            if due.any():
                for _, lever, value in self.pending[due]:
                    self.own[int(lever)], self.held[int(lever)] = value, True
                self.pending = self.pending[~due]
            if self.held.any():
                base = dict(zip(self.names, np.where(self.held, self.own, now).tolist()))
        self.model.record.series["levers"][row] = tuple(base.values())
        self._month, self._law = month, base
        return base

    @property
    def structure(self) -> Structure | None:
        """The structure that governs this month; none before 2026."""
        return self.case.governing.at(self.model.month)

    def settlers(self, mediation: float) -> tuple[float, float]:
        """Say what share of disputes the association can take up, and whether courts hear the others (1 or 0).

        The association has as many mediators as the lever gives it, unless a structure sends disputes elsewhere.
        """
        structure = self.structure
        settles = "association" if structure is None else structure.settles
        return mediation if settles == "association" else 0.0, 0.0 if settles == "nobody" else 1.0

    def willing(self, seat: str) -> float:
        """Say by how much less what breaking a rule brings counts for a seat's members, for the body is legitimate."""
        return self.p["legitimacy"] * float(self.legitimacy[SEATS.index(seat)])

    @property
    def costs(self) -> list[slice]:
        """The ledger's lines of what talks and the platform cost."""
        return [self.purses.lines[cause] for cause in (TALKS, PLATFORM)]

    def pay(self, month: int) -> None:
        """Pay the bills of the last quarter."""
        self.purses.pay(month)

    def note(self, row: int) -> None:
        """Write the month into the record; what seats see and how they stand changes once a quarter."""
        if self._noted is None:
            self._noted = self._by_seat(1.0 - self.shortfall), self.standing()
        series = self.model.record.series
        series["satisfaction"][row], series["standing"][row] = self._noted
        series["legitimacy"][row] = self.legitimacy

    def _by_seat(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.seat_of, values * self.weight, len(SEATS))

    def standing(self) -> np.ndarray:
        """Say how much better each seat's goals truly are than in 2025, in [-1, 1]; one yardstick for all."""
        if not self.first[1].any():
            return np.zeros(len(SEATS))
        gain = (self.now - self.first[0] / np.maximum(self.first[1], 1.0)) * self.better / self.scale
        return self._by_seat(gain.clip(-1.0, 1.0))

    # a quarter

    def decide(self) -> None:
        """At the end of a quarter: let seats look, hope and, if the body meets, talk and decide."""
        model, month = self.model, self.model.month
        structure, self._noted = self.structure, None
        truth = self.sight.truth(self._law)
        new = month - model.start < 3
        keep = 0.0 if new else self.p["seat_memory"]
        self.now = keep * self.now + (1.0 - keep) * truth
        if EXPERIMENT_FROM - 12 <= month < EXPERIMENT_FROM or (new and month >= EXPERIMENT_FROM):
            self.first[0] += self.now
            self.first[1] += 1.0
        seen = self.sight.seen(self.now, SIGHTS.index(structure.sees) if structure else REPORTED)
        self._hope(seen, new)
        rights = self._movable[id(structure)] if structure else {}
        if rights and (month + 1) % structure.meets_every == 0:
            self._meet(structure, rights, seen)
        if rights:
            self._charge(structure)

    def _hope(self, seen: np.ndarray, new: bool) -> None:
        """Let what seats expect follow what they see, and what they hope for lie a little above it."""
        p = self.p
        speed = 1.0 if new else p["aspiration_speed"]
        self.usual = self.usual + speed * (seen - self.usual)
        hopes = (self.usual + p["ambition"] * self.scale * self.better).clip(self.least, self.most)
        goal = p["public_goal_weight"] * p["central_goal"] + (1.0 - p["public_goal_weight"]) * hopes
        self.hopes = np.where(self.shared, goal, hopes)
        self.shortfall = ((self.hopes - seen) * self.better / self.scale).clip(0.0, 1.0)

    def trust(self) -> np.ndarray:
        """Say how far seats trust one another, (8,): meetings that ended well or badly, and firms' own dealings."""
        p = self.p
        if not self.model.active("trust"):
            return np.full(len(SEATS), p["seat_trust"])
        prior = p["seat_trust_prior"]
        trust = (p["seat_trust"] * prior + self.good) / (prior + self.good + self.bad)
        mixed = trust + p["firms_trust_weight"] * (float(self.model.contracts.trusted) - trust)
        return np.where(FIRMS & self.model.active("contract"), mixed, trust)

    def _meet(self, structure: Structure, rights: dict, seen: np.ndarray) -> None:
        """Hold a meeting: demands, talks, decisions, minutes."""
        p, month = self.p, self.model.month
        wish, main = demand_room.asked(self.demands.size, self.shortfall, self.seat_of)
        pending, (weights, rules, seated) = set(self.pending[:, 1].tolist()), self._votes[id(structure)]
        tabled = [i for i, name in enumerate(self.names) if name in rights and i not in pending]
        weights, rules = weights[tabled], rules[tabled]
        asks = np.abs(wish[tabled]) >= p["asks_least"]
        concerned = np.where(asks, weights, 0.0)
        enough = np.where(rules == talks.MAJORITY, p["quorum"], 1e-9)
        # under decree and leader the first seat decides whether there is something to decide
        first = asks[np.arange(len(tabled)), weights.argmax(axis=1)] | (rules == talks.LEADER)
        heard = (concerned.sum(axis=1) >= enough) & (first | (rules > talks.LEADER))
        taking_part = np.where((rules > talks.LEADER)[:, None], concerned, weights)[heard]
        which, weights, rule = np.array(tabled, int)[heard], weights[heard], rules[heard]
        self.counts[0] += 1.0
        noted = self.model.record.series["meetings"][month - self.model.start]
        noted[MEETINGS] = 1.0
        convener = structure.convener
        fen = p["meeting_cost"] * seated
        if which.size:
            gives = talks.give(self.trust(), self._by_seat(1.0 - self.shortfall), convener, p)
            talk = talks.talk(wish[which], taking_part, rule, gives, convener, structure.rounds, p)
            fen += p["round_cost"] * float((talk.rounds * (taking_part > 0.0).sum(axis=1)).sum())
            decided = self._decide(structure, which, talk)
            noted[TABLED], noted[AGREED] = len(which), int(talk.agreed.sum())
            noted[LEVERS_MOVED] = int((decided[:, 3] == MOVED).sum())
            self._remember(which, taking_part, wish, talk, decided)
            self._write(which, weights, wish, main, seen, rule, talk, decided)
        self.purses.charge(TALKS, fen * _FULL, structure.pays)

    def _decide(self, structure: Structure, which, talk) -> np.ndarray:
        """Turn what was put to the vote into decisions (levers, 4): old value, new value, month in force, outcome."""
        p, month = self.p, self.model.month
        later = np.rint(p["round_months"] * np.maximum(talk.rounds - 1, 0))
        force = month + 1 + self.notice[which] + structure.delay + later
        old = self._standing_at(force, which)
        low, high = np.minimum(self.bounds[which, 0], old), np.maximum(self.bounds[which, 1], old)
        new = (old + self.steps[which] * talk.put.clip(-1.0, 1.0)).clip(low, high)
        taken_up = np.abs(talk.put) >= p["asks_least"]
        way = np.where(taken_up, np.where(new == old, AT_BOUND, MOVED), NOT_TAKEN_UP)
        way = np.where(talk.agreed, way, NO_AGREEMENT)
        moved = way == MOVED
        new = np.where(moved, new, old)
        added = np.column_stack([force[moved], which[moved], new[moved]])
        self.pending = np.concatenate([self.pending, added[added[:, 0] <= RUN_UNTIL]])
        return np.column_stack([old, new, force, way])

    def _standing_at(self, force: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Say where levers would stand when a decision comes into force: as now, or as a law already made sets them."""
        here, there = self.model.month - self.model.start, (force - self.model.start).astype(int)
        path = self.base[:, which]
        months = np.arange(1, len(path))[:, None]
        law_moves = ((path[1:] != path[:-1]) & (months > here) & (months <= there)).any(axis=0)
        now = np.array([self._law[self.names[i]] for i in which])
        return np.where(law_moves, path[np.minimum(there, len(path) - 1), np.arange(len(which))], now)

    def _remember(self, which, weights, wish, talk, decided) -> None:
        """Let seats remember how the meeting ended, and how they were heard."""
        p, seated = self.p, weights > 0.0
        agreed = talk.agreed[:, None]
        sat = seated.sum(axis=0)
        present = sat > 0
        forget = np.where(present, p["seat_trust_forgetting"], 1.0)
        well = np.divide((seated & agreed).sum(axis=0), sat, out=np.zeros(len(SEATS)), where=present)
        self.good = forget * self.good + np.where(present, well, 0.0)
        self.bad = forget * self.bad + np.where(present, 1.0 - well, 0.0)
        # a wish is granted as far as the decision went its way
        part = (decided[:, 1] - decided[:, 0]) / self.steps[which]
        asked = wish[which]
        size = np.abs(asked)
        granted = (part[:, None] * np.sign(asked)).clip(0.0, size)
        total = np.abs(wish).sum(axis=0)  # wishes on levers that nobody talks about are not heard
        heard = p["voice"] * (size * seated).sum(axis=0) + (1.0 - p["voice"]) * granted.sum(axis=0)
        heard = np.divide(heard, total, out=self.legitimacy.copy(), where=total > 0.0)
        self.legitimacy = self.legitimacy + p["legitimacy_speed"] * (heard - self.legitimacy)

    def _write(self, which, weights, wish, main, seen, rule, talk, decided) -> None:
        """Write a row of the minutes for every lever tabled and every seat with a say or a wish."""
        asked = wish[which]
        lever, seat = ((weights > 0.0) | (np.abs(asked) >= self.p["asks_least"])).nonzero()
        goal = main[which][lever, seat]
        old, new, force, way = decided[lever].T
        spoke = weights[lever, seat] > 0.0
        columns = {
            "month": self.model.month,
            "meeting": self.counts[0],
            "lever": which[lever],
            "rule": rule[lever],
            "seat": seat,
            "weight": weights[lever, seat],
            "goal": goal,
            "seen": seen[goal],
            "aspiration": self.hopes[goal],
            "asked": asked[lever, seat],
            "settled_at": np.where(spoke, talk.settled[lever, seat], asked[lever, seat]),
            "rounds": talk.rounds[lever],
            "agreed": talk.agreed[lever],
            "old": old,
            "new": new,
            "in_force": force,
            "outcome": way,
        }
        rows = np.empty((len(lever), len(COLUMNS)))
        for i, name in enumerate(COLUMNS):
            rows[:, i] = columns[name]
        self.rows = np.concatenate([self.rows, rows])

    def _charge(self, structure: Structure) -> None:
        """Bill what a quarter of the body cost: its convener, its platform, and what levers cost those who bear it."""
        p = self.p
        self.purses.charge(TALKS, structure.convener * p["convener_cost"] / 4.0 * _FULL, structure.pays)
        if SIGHTS.index(structure.sees) == POOLED:
            self.purses.charge(PLATFORM, p["platform_cost"] / 4.0 * _FULL, structure.pays)
        self.purses.share_outlays(structure.levers, self.model.quarter)  # also of levers that a case holds fast

    # keeping

    def state(self) -> dict[str, np.ndarray]:
        """Give all that changes, as arrays."""
        return {name: getattr(self, name) for name in _KEPT} | {"bills": self.purses.bills, "due": self.purses.owed_to}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Take over a state."""
        for name in _KEPT:
            setattr(self, name, held[name])
        self.purses.bills, self.purses.owed_to = held["bills"], held["due"]
        self._month, self._noted = -1, None
