"""The ledger: the only door for money and for packs, energy and metals.

Money is kept in whole fen, double entry by construction: a line names who pays and who is paid, and a posting can only
put an amount on a line. Stocks of things are moved from place to place, never made: the places' sum is constant, the
outside places (`sold`, `scrap`) count down what entered.
"""

import numpy as np
import pandas as pd

from .calendar import month_name
from .columns import Columns, Words, frame_of
from .errors import LawBroken


def fen_of(yuan) -> np.ndarray:
    """Turn yuan into whole fen, rounded down: int64."""
    return np.floor(np.asarray(yuan) * 100.0).astype(np.int64)


class Ledger:
    """The books of one run: lines of payment by month, and stocks of things by place."""

    def __init__(self, first_month: int, months: int):
        self.first_month = first_month
        self.months = months
        self.accounts: list[str] = []
        self._account: dict[str, int] = {}
        self._payers: list[np.ndarray] = []
        self._payees: list[np.ndarray] = []
        self.purposes: list[str] = []
        self._lines = 0
        self.amounts = np.zeros((months, 0), np.int64)
        self.places: dict[str, int] = {}
        self.stock = np.zeros((0, 0), np.int64)
        self._inside: tuple = (None, [])  # the places that are not outside, by which ones are

    # money

    def account(self, name: str) -> int:
        """Open an account, or find it again."""
        if name not in self._account:
            self._account[name] = len(self.accounts)
            self.accounts.append(name)
        return self._account[name]

    def line(self, purpose: str, payers: list[str], payees: list[str]) -> slice:
        """Declare lines on which the payers pay the payees, pair by pair (one name serves all the others)."""
        size = max(len(payers), len(payees))
        for names, sides in ((payers, self._payers), (payees, self._payees)):
            numbers = [self.account(name) for name in names]
            sides.append(np.array(numbers * (size // len(names))))
        self.purposes += [purpose] * size
        self._lines += size
        return slice(self._lines - size, self._lines)

    def open_books(self) -> None:
        """Rule the pages once all lines are declared."""
        self.amounts = np.zeros((self.months, self._lines), np.int64)
        self.payers, self.payees = np.concatenate(self._payers), np.concatenate(self._payees)

    def pay(self, month: int, line: slice, fen) -> None:
        """Pay whole fen on a line this month; `fen` is one amount or one for each pair."""
        due = self.amounts[month - self.first_month, line]
        due += fen

    def balances(self, until: int) -> np.ndarray:
        """Give every account's balance at the end of a month: int64, fen; they always sum to zero."""
        total = self.amounts[: until - self.first_month + 1].sum(axis=0)
        balance = np.zeros(len(self.accounts), np.int64)
        np.add.at(balance, self.payees, total)
        np.subtract.at(balance, self.payers, total)
        return balance

    def gained(self, first: int, last: int) -> np.ndarray:
        """Give what every account gained from one month to another, both included: fen, whole numbers as floats."""
        total = np.add.reduce(self.amounts[first - self.first_month : last - self.first_month + 1]).astype(float)
        accounts = len(self.accounts)
        return np.bincount(self.payees, total, accounts) - np.bincount(self.payers, total, accounts)

    def net(self, names: list[str]) -> np.ndarray:
        """Give what some accounts together gained in each month: int64 fen, one entry a month."""
        chosen = np.zeros(len(self.accounts), bool)
        chosen[[self._account[name] for name in names]] = True
        sign = chosen[self.payees].astype(np.int64) - chosen[self.payers]
        touched = np.flatnonzero(sign)
        return self.amounts.take(touched, axis=1) @ sign[touched]

    def nets(self) -> np.ndarray:
        """Give what every account gained in each month: int64 fen, (months, accounts)."""
        gained = np.zeros((self.months, len(self.accounts)), np.int64)
        for sides, sign in ((self.payees, 1), (self.payers, -1)):
            order = np.argsort(sides, kind="stable")
            accounts, first = np.unique(sides[order], return_index=True)
            gained[:, accounts] += sign * np.add.reduceat(self.amounts.take(order, axis=1), first, axis=1)
        return gained

    def columns(self) -> Columns:
        """Give every payment made: month, payer, payee, purpose, yuan; empty lines are left out."""
        paid = np.flatnonzero(self.amounts)
        when, line = np.divmod(paid, len(self.purposes))
        return {
            "month": Words([month_name(self.first_month + month) for month in range(self.months)], when),
            "payer": Words(self.accounts, self.payers[line]),
            "payee": Words(self.accounts, self.payees[line]),
            "purpose": Words(self.purposes, line),
            "yuan": self.amounts.ravel()[paid] / 100.0,
        }

    def frame(self) -> pd.DataFrame:
        """Give every payment made as a tidy frame."""
        return frame_of(self.columns())

    # things

    def open_places(self, places: tuple[str, ...], kinds: int) -> None:
        """Lay out the places where things can be; each holds `kinds` kinds of things."""
        self.places, self._inside = {name: row for row, name in enumerate(places)}, (None, [])
        self.stock = np.zeros((len(places), kinds), np.int64)

    def move(self, source: str, target: str, amounts: np.ndarray) -> None:
        """Move things from one place to another: int64, one amount a kind."""
        self.stock[self.places[source]] -= amounts
        self.stock[self.places[target]] += amounts

    def shift(self, changes: np.ndarray) -> None:
        """Move many things at once: int64 (places, kinds); each kind's changes must cancel."""
        if np.count_nonzero(np.add.reduce(changes)):
            raise LawBroken(f"things were made or lost on the way: {changes.sum(axis=0)}")
        self.stock += changes

    def check(self, month: int, outside: tuple[str, ...]) -> None:
        """Hold the books to their laws: no payment is negative, and only the outside places may be below zero."""
        if np.minimum.reduce(self.amounts[month - self.first_month], initial=0) < 0:
            line = int(np.argmin(self.amounts[month - self.first_month]))
            raise LawBroken(f"{month_name(month)}: a negative payment on line {self.purposes[line]!r}")
        if self._inside[0] != outside:
            self._inside = (outside, [row for name, row in self.places.items() if name not in outside])
        inside = self._inside[1]
        if np.minimum.reduce(self.stock[inside], axis=None) < 0:
            row = inside[int(np.argmin(self.stock[inside].min(axis=1)))]
            raise LawBroken(f"{month_name(month)}: less than nothing in {list(self.places)[row]!r}")
