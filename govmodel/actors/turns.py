"""Turns: how workshops close a quarter's books, and what they turn to when something else pays better.

The options: stay open, go quiet (hide or split up), move to a weaker neighbour (or back home), collect for licensed
plants, become licensed, close. A licensed former workshop is a larger collector for licensed plants with the cost of a
licence; it works no packs itself. Payoffs are what a workshop of the row reckons from the trade's usual income and from
how its province inspects now, in quarters of a living; other work is worth zero.
"""

import numpy as np

from ..chain.fleet import PROVINCES
from ..foundations import draws
from ..mechanisms import authority
from ..mechanisms.authority import CLOSED, COLLECTING, LICENSED, QUIET
from ..mechanisms.choice import RECYCLER
from .raids import Plan

# A usual quarter of the whole trade (`Workshops.usual`): fen gained and spent on packs; Wh taken of LFP, of NCM, and of
# both for re-use; units of trade at work; Wh that recyclers collected
GAINED, SPENT, LFP, NCM, REUSED, UNITS, BY_RECYCLERS = range(7)
# What is noted of a month (`Workshops.noted`): yuan due, paid, confiscated; workshops found, ordered to close, moved
DUE, PAID, CONFISCATED, FOUND, ORDERED_CLOSED, MOVED = range(6)
OPTIONS = len(authority.OPTIONS)
FAR = 8.0  # quarters of a living beyond which a payoff is as good or bad as any
AS_IT_IS = np.eye(OPTIONS, dtype=bool)
CODES = np.array([draws.code("workshop", 0, option) for option in range(OPTIONS + 1)], np.uint64)


class Turns:
    """The quarter's end of all workshops."""

    def __init__(self, workshops):
        self.all, self.p, self.model = workshops, workshops.p, workshops.model
        self._near = workshops.model.facts.neighbours
        self._first = workshops.weight.copy()
        self._reach, self._fee = np.zeros((2, len(authority.STATES)))  # of a lawful workshop, by what it is
        for state, name in ((COLLECTING, "collector"), (LICENSED, "licensed")):
            # commissions come out of what recyclers pay to collect, so they are never more
            self._reach[state] = self.p[f"{name}_reach"]
            self._fee[state] = min(self.p[f"{name}_commission"], self.p["recycler_collection_cost"])

    def take(self, levers: dict) -> None:
        """Close the books, bear what the authority orders, and turn to what pays."""
        shops, model = self.all, self.model
        self._settle()
        self._pay_costs()
        self._close_by_order(levers)
        self._give_up()
        self._enter_and_leave()
        if model.active("adaptation"):
            self._choose(levers)
        self._draw()
        for total in (shops.earned, shops.spent, shops.taken, shops.by_recyclers, shops.freight):
            total[:] = 0.0

    # the books of the quarter

    def _settle(self) -> None:
        """Share the quarter's surplus among the rows at work, most of it nation-wide, and remember what is usual."""
        shops, p = self.all, self.p
        work = shops.activity()
        at_work = float(work.sum())
        shared = work if at_work > 0.0 else shops.size  # packs that come when nobody works are still somebody's
        earned = float(shops.earned.sum())
        got = authority.settle(self._share_out(shops.earned, shared), int(earned))
        shops.cash += got
        change = (np.bincount(shops.province, got, PROVINCES) - shops.earned).astype(np.int64)
        month, pay = self.model.month, self.model.ledger.pay
        pay(month, shops.lines["given"], np.maximum(-change, 0))
        pay(month, shops.lines["got"], np.maximum(change, 0))
        taken = shops.taken.sum(axis=0)  # whole Wh
        self._energy = self._share_out((shops.taken[:, 0] + shops.taken[:, 1]) / 1000.0, work)  # kWh by row
        quarter = np.array([earned, shops.spent.sum(), *taken, at_work, shops.by_recyclers.sum()])
        shops.usual += p["trade_memory"] * (quarter - shops.usual)
        shops.local += p["trade_memory"] * (shops.earned - shops.local)

    def _share_out(self, bought: np.ndarray, work: np.ndarray) -> np.ndarray:
        """Share what was bought in each province (31,) among rows: most nation-wide, drawn as the pooled trade is."""
        shops = self.all
        there = np.bincount(shops.province, work, PROVINCES)
        local = np.where(there > 0.0, (1.0 - self.p["pooled_trade"]) * bought, 0.0)
        pull = shops.last_plan.pull
        by_unit = (bought.sum() - local.sum()) * pull / max(pull @ there, 1e-12) + local / np.maximum(there, 1e-12)
        return work * by_unit[shops.province]

    def _spend(self, line: str, fen: np.ndarray) -> None:
        """Pay from rows' cash as far as it goes."""
        shops = self.all
        paid = np.minimum(np.floor(fen), np.maximum(shops.cash, 0.0))
        shops.cash -= paid
        shops.post(line, paid)

    def _receive(self, line: str, fen: np.ndarray) -> None:
        """Take whole fen into rows' cash."""
        shops, whole = self.all, np.floor(fen)
        shops.cash += whole
        shops.post(line, whole)

    def _pay_costs(self) -> None:
        """Pay commissions, and what hiding, places and licences cost."""
        shops, p = self.all, self.p
        doing, weight = shops.doing, shops.weight
        reach = weight * self._reach[doing]
        if reach.any():
            sites = self.model.sites[:, RECYCLER] + np.bincount(shops.province, reach, PROVINCES)
            by_site = shops.by_recyclers / 1000.0 / np.maximum(sites, 1e-9)
            self._receive("commission", by_site[shops.province] * reach * (self._fee[doing] * 100.0))
            self._spend("licences", weight * (doing == LICENSED) * (p["licence_cost"] / 4.0 * 100.0))
        quiet = doing == QUIET
        if quiet.any():
            self._spend("hiding", self._energy * quiet * (p["hiding_cost"] * 100.0))
        if shops.freight.any():
            worked = np.bincount(shops.province, self._energy, PROVINCES)
            by_kwh = np.divide(shops.freight, worked, out=np.zeros(PROVINCES), where=worked > 0.0)
            self._spend("freight", self._energy * by_kwh[shops.province])
        self._spend("fees", weight * shops.buying * (p["local_fee"] * 100.0))

    def _drop(self, share: np.ndarray) -> None:
        """Let a share of each row's workshops end: their owners take the cash that is theirs."""
        shops = self.all
        shops.weight = shops.weight * (1.0 - share)
        self._spend("drawn", np.maximum(shops.cash, 0.0) * share)

    def _close_by_order(self, levers: dict) -> None:
        """Close workshops that were found again, and put the quarter's offences on record."""
        shops, p = self.all, self.p
        if shops.offences.any():
            again = shops.offences * authority.closure(shops.record, p["closure_chance"])
            share = np.minimum(again, 1.0)
            shops.noted[ORDERED_CLOSED] += (shops.weight * share).sum()
            self._drop(share)
        shops.record = authority.remembered(shops.record, shops.offences, p["record_loss"], levers["credit_record"])
        shops.offences = np.zeros(len(shops.offences))

    def _give_up(self) -> None:
        """Close rows whose workshops have too little left to buy packs; debts they leave are written off."""
        shops = self.all
        least = shops.weight * shops.size * (self.p["cash_least"] * 100.0)
        shops.doing = np.where(shops.buying & (shops.cash < least), CLOSED, shops.doing)
        if (shops.cash < 0.0).any():
            self._receive("written_off", np.maximum(-shops.cash, 0.0))

    def _draw(self) -> None:
        """Let owners take what workshops have beyond their working cash; who has closed keeps none in the business."""
        shops = self.all
        held = shops.weight * shops.size * (self.p["working_cash"] * 100.0) * (shops.doing != CLOSED)
        self._spend("drawn", np.maximum(shops.cash - held, 0.0))

    # decisions

    def payoffs(self, levers: dict) -> tuple[np.ndarray, np.ndarray]:
        """Reckon what each option brings a workshop of each row in a quarter: (rows, options), and where to move."""
        shops, p = self.all, self.p
        plan, size = shops.plan(levers), shops.size
        living, spread = p["workshop_living"] / 4.0, p["settling_quarters"]
        units = max(float(shops.usual[UNITS]), 1e-9)
        income = float(shops.usual[GAINED]) / 100.0 / units * size  # yuan a quarter, open
        energy = shops.usual_energy() * size  # kWh a quarter
        gain, price = shops.by_kwh(levers)
        at_stake = sum(shops.penalties(levers, energy / 3.0, gain, price))  # fen, of a full month's trade
        cash = np.maximum(shops.cash / np.maximum(shops.weight, 1e-9), size * (p["cash_least"] * 100.0))
        closing = authority.closure(shops.record, p["closure_chance"]) * spread

        def fear(place: np.ndarray, visible: float, trade: np.ndarray, brings: np.ndarray) -> np.ndarray:
            """Reckon a quarter's loss to inspectors in yuan: fines, goods, and the business if it is closed."""
            found = 3.0 * authority.found(plan.attention[place] * plan.ground.score * visible)
            lost = np.minimum(at_stake * trade, cash) / 100.0  # fine and goods together, as far as the cash goes
            return found * (lost + closing * np.maximum(brings - living, 0.0))

        freight = energy * plan.freight[shops.province]
        to = self._where_to_move(plan, plan.ground.score * energy * gain, energy)
        here, there = plan.drawn[shops.province], plan.drawn[to]
        quiet = p["quiet_trade"] * here
        brings = income * here - freight
        hidden = p["quiet_trade"] * (brings - p["hiding_cost"] * energy * here)
        afar = income * there - energy * plan.freight[to]
        fixed = p["local_fee"] + living
        payoff = np.zeros((len(size), OPTIONS))
        payoff[:, authority.STAY_OPEN] = brings - fixed - fear(shops.province, 1.0, here, brings)
        payoff[:, authority.GO_QUIET] = hidden - fixed - fear(shops.province, p["quiet_visibility"], quiet, hidden)
        payoff[:, authority.MOVE] = afar - fixed - fear(to, 1.0, there, afar) - p["moving_cost"] / spread
        # support is there for whoever turns lawful, and must be paid back by whoever turns away again
        lawful = (shops.doing == COLLECTING) | (shops.doing == LICENSED)
        support = levers["formalisation_support"] * 1000.0 / spread * (lawful == shops.supported)
        payoff[:, authority.COLLECT], payoff[:, authority.LICENSE] = self._lawful() + support[:, None].T
        # what unlawful work brings beyond lawful work counts less for who was heard
        willing = shops.model.council.willing("workshops")
        if willing:
            best = np.maximum(payoff[:, authority.COLLECT], payoff[:, authority.LICENSE])
            unlawful = payoff[:, : authority.COLLECT]
            unlawful -= willing * np.maximum(unlawful - best[:, None], 0.0)
        return (payoff / living).clip(-FAR, FAR), to

    def _lawful(self) -> np.ndarray:
        """Reckon what collecting under contract and being licensed bring in a quarter, yuan (2, 1)."""
        shops, p = self.all, self.p
        sites = float(self.model.sites[:, RECYCLER].sum() + shops.collecting().sum())
        by_site = float(shops.usual[BY_RECYCLERS]) / 1000.0 / max(sites, 1.0)  # kWh
        given_up = p["collector_time"] * p["workshop_living"] / 4.0
        brought = by_site * self._reach * self._fee
        collect = brought[COLLECTING] - given_up
        licensed = brought[LICENSED] - given_up - p["licence_cost"] / 4.0
        licensed -= p["licence_setup"] / p["settling_quarters"]
        return np.array([[collect], [licensed]])

    def _where_to_move(self, plan: Plan, at_stake: np.ndarray, energy: np.ndarray) -> np.ndarray:
        """Find, for each row, the weakest neighbour; one that is away goes home if that costs no more, freight counted.

        `at_stake` (rows,) is what inspectors find of its gain, yuan; `energy` (rows,) its usual trade, kWh a quarter.
        """
        shops = self.all
        neighbour = authority.weakest(plan.attention, self._near)[shops.province]
        at_home, there = (
            plan.attention[place] * at_stake + energy * plan.freight[place] for place in (shops.home, neighbour)
        )
        return np.where((shops.province != shops.home) & (at_home <= there), shops.home, neighbour)

    def _choose(self, levers: dict) -> None:
        """Let some workshops think about what they do, learn what each option pays, and turn."""
        shops, p = self.all, self.p
        payoff, to = self.payoffs(levers)
        learner = shops.learner
        learner.chosen = authority.OPTION_OF[shops.doing]
        learner.learn(payoff, p["workshop_forgetting"], p["workshop_foregone"], 0.0)
        drawn = draws.words(draws.at(shops.words, self.model.month // 3), CODES)
        waits = draws.exponential(drawn[:OPTIONS]).T
        as_it_is = AS_IT_IS[learner.chosen]
        waits *= np.where(as_it_is, 1.0, np.exp(p["workshop_sensitivity"] * p["changing_cost"]))
        thinks = draws.uniform(drawn[OPTIONS]) < p["reconsider"]
        allowed = thinks[:, None] | as_it_is
        allowed[:, authority.MOVE] &= shops.buying & (shops.cash > 0.0)
        self._turn(learner.choose(waits, p["workshop_sensitivity"], allowed), to, levers)

    def _turn(self, chosen: np.ndarray, to: np.ndarray, levers: dict) -> None:
        """Carry out what rows have chosen: move, take support, change what they do."""
        shops, p = self.all, self.p
        moving = chosen == authority.MOVE
        if moving.any():
            self._spend("moving", shops.weight * moving * (p["moving_cost"] * 100.0))
            with_them = shops.cash * moving
            shops.post("left", with_them)
            shops.province = np.where(moving, to, shops.province)
            shops.post("arrived", with_them)
            shops.noted[MOVED] += (shops.weight * moving).sum()
            table = shops.learner.attraction
            table[moving, authority.STAY_OPEN] = table[moving, authority.MOVE]
        after = authority.STATE_AFTER[chosen]
        shops.age = np.where(after == shops.doing, shops.age + 1.0, 0.0)
        lawful = (after == COLLECTING) | (after == LICENSED)
        was_lawful = (shops.doing == COLLECTING) | (shops.doing == LICENSED)
        support = shops.weight * (levers["formalisation_support"] * 1e5)
        back = shops.supported & ~lawful
        if back.any():
            self._spend("returned", support * back)
            shops.supported = shops.supported & lawful
        new = lawful & ~was_lawful
        if levers["formalisation_support"] and new.any():
            self._receive("support", support * new)
            shops.supported = shops.supported | new
        licensing = (after == LICENSED) & (shops.doing != LICENSED)
        if licensing.any():
            self._spend("licences", shops.weight * licensing * (p["licence_setup"] * 100.0))
        # whoever reopens brings the cash to work with
        opening = (shops.doing == CLOSED) & (after <= QUIET)
        if opening.any():
            self._receive("capital", shops.weight * shops.size * opening * (p["working_cash"] * 100.0))
        shops.doing = after

    def _enter_and_leave(self) -> None:
        """Let workshops open and close toward a living, by what an open one of mean size makes in each province."""
        shops, p = self.all, self.p
        work = shops.activity()
        there = np.bincount(shops.province, work, PROVINCES)
        pooled = float(shops.usual[GAINED]) / max(float(shops.usual[UNITS]), 1e-9)
        local = np.divide(shops.local, there, out=np.full(PROVINCES, pooled), where=there > 0.0)
        plan = shops.last_plan
        income = p["pooled_trade"] * pooled * plan.pull + (1.0 - p["pooled_trade"]) * local
        loss = 3.0 * plan.risk * plan.gain
        active = plan.ground.active
        loss = np.divide(loss, active, out=np.zeros(PROVINCES), where=active > 0.0)
        freight = plan.freight * shops.usual_energy()
        income = (income - loss) / 100.0 - freight - p["local_fee"]
        rate = authority.entry_rate(income, p["workshop_living"] / 4.0, p["workshop_entry"])[shops.province]
        self._drop((-rate).clip(0.0, 1.0) * shops.buying)
        base = np.maximum(shops.weight, 0.1 * self._first)  # a trade that pays starts again from little
        more = np.maximum(rate, 0.0) * base * shops.buying
        self._receive("capital", more * shops.size * (p["working_cash"] * 100.0))
        shops.weight = shops.weight + more
