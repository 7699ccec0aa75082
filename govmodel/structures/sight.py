"""Sight: what has become of every seat's goals in the last quarter, truly, and as the body can see it.

A seat knows its own books. How much of the nation's packs went to licensed firms nobody knows. Under `own` only what
was scanned is seen; under `reported` what plants report is added; under `pooled` members lay their books together, so
that what licensed firms truly took is known, and with it that part of what retired.
"""

import numpy as np

from ..actors.books import HOLDER_GROUPS
from ..actors.fates import CHANNEL_OF, IS_KEPT, LICENSED
from ..actors.makers import RETIRED, SCANNED, TAKEN
from ..actors.turns import GAINED, UNITS
from ..chain.fleet import PROVINCES
from ..facts import PROVINCES as CODES
from ..foundations.ledger import Ledger
from ..mechanisms.choice import BATTERY_MAKER_OUTLET, RECYCLER, WORKSHOP
from ..mechanisms.information import assumed_retirements, believed_retired, told_received

OWN, REPORTED, POOLED = range(3)
SHARE = "licensed_share"
GIVEN = np.delete(np.arange(len(CHANNEL_OF)), IS_KEPT)  # dispositions but keeping
TO_BATTERY_MAKERS = np.flatnonzero(CHANNEL_OF == BATTERY_MAKER_OUTLET)


class Sight:
    """Reads the quarter's books for every goal; changes nothing."""

    def __init__(self, model, goals: tuple):
        """Note where in the books each seat's money stands."""
        self.model, self.goals = model, goals
        self._names = [(goal.seat, goal.name) for goal in goals]
        self._is_share = np.array([goal.name == SHARE for goal in goals])
        facts, p = model.facts, model.parameters
        sold = (
            facts.registrations[model.case.retirement_outlook] * (facts.class_share * facts.mean_kwh).sum(axis=1) / 1e6
        )
        sold = np.outer(sold, facts.season).ravel()
        self.assumed = assumed_retirements(sold, p["assumed_life"], p["assumed_life_shape"])  # GWh by month
        self.vehicles = facts.province_share[-1] / facts.province_share[-1].sum()

    def open(self, ledger: Ledger) -> None:
        """Find the accounts, once all are declared."""
        makers = [maker.account for maker in self.model.makers]
        cars = sum(account.startswith("automaker: ") for account in makers)
        groups = {
            "treasury": ["treasury", *(f"province_{code}" for code in CODES)],
            "purse": [f"province_{code}" for code in CODES],
            "workshops": [f"{kind}_{code}" for kind in ("workshops", "owners") for code in CODES],
            "automakers": [*makers[:cars], "automaker_outlets"],
            "battery_makers": [*makers[cars:], "battery_maker_outlets"],
            "holders": list(HOLDER_GROUPS),
        }
        self.accounts = {name: np.array([ledger.account(n) for n in names]) for name, names in groups.items()}

    def truth(self, levers: dict) -> np.ndarray:
        """Measure every goal over the quarter that ends (goals,), as it truly is; `levers` are the law in force."""
        model = self.model
        rows = model.quarter
        usual = model.makers_books.usual / 1000.0  # kWh of a usual quarter, by disposition
        released = max(float(usual[RETIRED, 0]), 1.0)
        gained = model.ledger.gained(model.start + rows.start, model.month) / 100.0
        per_kwh = {name: float(gained[where].sum()) / released for name, where in self.accounts.items()}
        owed = levers["producer_responsibility_target"] * released
        values = self._energy(usual, released, owed) | self._trade(rows, released, per_kwh) | self._relations(rows)
        return np.array([values[name] for name in self._names])

    def _energy(self, usual: np.ndarray, released: float, owed: float) -> dict:
        """Measure shares of packs: licensed ones, and what comes back to battery makers."""
        taken = usual[TAKEN]
        share = float(taken @ LICENSED) / max(float(taken.sum()), 1.0)
        back = float(taken[TO_BATTERY_MAKERS].sum())
        short = float(self.model.record.series["duty_short"][self.model.quarter].sum())
        return {
            ("central_government", SHARE): share,
            ("provinces", SHARE): share,
            ("battery_makers", "supply"): min(back / released, 1.0),
            ("automakers", "duty"): 1.0 - min(short / owed, 1.0) if owed else 1.0,
        }

    def _trade(self, rows: slice, released: float, per_kwh: dict) -> dict:
        """Measure money: what each seat earns, and what packs and feed cost."""
        model = self.model
        amounts, industry, shops = model.ledger.amounts[rows], model.industry, model.workshops
        capacity = max(float(industry.running.sum()), 1e-9)
        profit = float(industry.profit.sum()) / (capacity * model.parameters["kwh_per_tonne"])
        paid = float(amounts[:, model.books.purchases].sum()) / 100.0
        handed = float(model.makers_books.usual[TAKEN][GIVEN].sum()) / 1000.0
        local = float(amounts[:, model.books.processing].sum()) / 100.0 / released + per_kwh["workshops"]
        bids = model.record.paid[rows.stop - 1].reshape(6, PROVINCES, 2, -1)[:, :, 0, 2]  # LFP, health of 70 to 80 %
        licensed, workshop = (float(bids[channel] @ self.vehicles) for channel in (RECYCLER, WORKSHOP))
        return {
            ("central_government", "treasury"): per_kwh["treasury"],
            ("provinces", "purse"): per_kwh["purse"],
            ("provinces", "livelihoods"): local,
            ("automakers", "profit"): per_kwh["automakers"],
            ("battery_makers", "profit"): per_kwh["battery_makers"],
            ("recyclers", "profit"): profit,
            ("associations", "members_profit"): profit,
            ("recyclers", "utilisation"): float((industry.taken + industry.scrap).sum()) / capacity,
            ("recyclers", "feed_price"): workshop / max(licensed, 1.0) - 1.0,
            ("workshops", "income"): float(shops.usual[GAINED]) / 100.0 / max(float(shops.usual[UNITS]), 1e-9),
            ("consumers", "price"): paid / max(handed, 1.0),
        }

    def _relations(self, rows: slice) -> dict:
        """Measure fires, risks, kept words and trust."""
        model = self.model
        series = model.record.series
        released = max(float(model.makers_books.usual[RETIRED, 0]) / 1e9, 1e-9)
        fires = float(series["fires"][rows].sum()) / released
        in_force, breaches = series["contracts"][rows, :2].sum(axis=0)
        plan = model.workshops.last_plan
        active = plan.ground.active
        trust = model.public.trust[:WORKSHOP]
        licensed = trust.sum(axis=(0, 2)) / (trust.shape[0] * trust.shape[2])
        return {
            ("central_government", "safety"): fires,
            ("consumers", "safety"): fires,
            ("workshops", "risk"): float(plan.risk @ active) / max(float(active.sum()), 1e-9),
            ("associations", "kept_word"): 1.0 - float(breaches) / float(in_force) if in_force else 1.0,
            ("consumers", "trust"): float(licensed @ self.vehicles),
        }

    def seen(self, truth: np.ndarray, sees: int) -> np.ndarray:
        """Show the goals as a body sees them: the licensed share by what is known of it, all else by own books."""
        model = self.model
        usual = model.makers_books.usual
        true, released = float(usual[TAKEN] @ LICENSED), float(usual[TAKEN].sum())
        scanned = float(usual[SCANNED] @ LICENSED)
        last = model.month - model.start + 1
        assumed = self.assumed[max(model.month - 11, 0) : model.month + 1]
        assumed = float(assumed.sum() / len(assumed)) * 3e9
        traced = min(scanned / max(true, 1.0), 1.0)
        if sees == OWN:
            told = scanned
        elif sees == REPORTED:
            window = model.record.series["reported_worked"][max(last - 12, 0) : last]
            told = told_received(traced, true, 3.0 * float(window.sum() / len(window)))
        else:
            told, traced = true, max(traced, true / max(released, 1.0))
        believed = max(believed_retired(traced, released, assumed), told, 1.0)
        return np.where(self._is_share, told / believed, truth)
