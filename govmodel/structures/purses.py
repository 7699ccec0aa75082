"""Purses: out of which accounts a seat pays its share of what governing costs.

What a body's talks and platform cost is paid by the seats that its structure names. Where a structure says who bears
what a lever costs, those seats pay back to the purse that the law makes pay first. Bills of a quarter are paid in the
month after it.
"""

import numpy as np

from ..actors.books import HOLDER_GROUPS
from ..case.levers import SEATS
from ..chain.plants import whole_parts
from ..facts import PROVINCES as CODES
from ..foundations.ledger import Ledger

TALKS, PLATFORM, REPAID = range(3)  # what is paid for
CAUSES = ("talks", "platform", "shared cost of levers")


class Purses:
    """The accounts of the eight seats, and the bills of the last quarter."""

    def __init__(self, model):
        """Owe nothing yet."""
        self.model = model
        self.bills = np.zeros((len(CAUSES), len(SEATS)))  # fen
        self.owed_to = np.zeros(1 + len(CODES))  # fen that the treasury and each province get back

    def declare(self, ledger: Ledger) -> None:
        """Declare who pays whom."""
        model = self.model
        accounts = [maker.account for maker in model.makers]
        cars = sum(account.startswith("automaker: ") for account in accounts)
        provinces = [f"province_{code}" for code in CODES]
        self.names = (
            ["treasury"], provinces, accounts[:cars], accounts[cars:], model.industry.names,
            [f"owners_{code}" for code in CODES], ["association"], list(HOLDER_GROUPS[:4]),
        )  # fmt: skip
        payers = [name for names in self.names for name in names]
        ends = np.cumsum([len(names) for names in self.names])
        self.slots = [slice(end - len(names), end) for end, names in zip(ends, self.names)]
        self.lines = [ledger.line(cause, payers, ["governing_pool"]) for cause in CAUSES]
        self.out = [
            ledger.line("talks", ["governing_pool"], ["secretariats"]),
            ledger.line("platform", ["governing_pool"], ["platform_operators"]),
            ledger.line("shared cost of levers", ["governing_pool"], ["treasury", *provinces]),
        ]

    def charge(self, cause: int, fen: float, pays: dict) -> None:
        """Write a bill on the seats that pay, by their shares."""
        for seat, share in pays.items():
            self.bills[cause, SEATS.index(seat)] += np.floor(fen * share)

    def share_outlays(self, rights: dict, rows: slice) -> None:
        """Write bills for what levers cost in some rows of the ledger, where a structure says who bears it."""
        model, amounts = self.model, self.model.ledger.amounts[rows]
        first = {
            "subsidy": (model.books.subsidy, "treasury"),
            "holder_reward": (model.books.reward, "treasury"),
            "campaign": (model.public.campaigns, "treasury"),
            "inspection": (model.books.inspections, "provinces"),
            "report_reward": (model.inspectorates.rewards, "provinces"),
            "formalisation_support": (model.workshops.lines["support"], "provinces"),
        }
        for lever, (line, purse) in first.items():
            right = rights.get(lever)
            if right is None or not right.pays:
                continue
            spent = amounts[:, line].sum(axis=0).astype(float)
            own = "central_government" if purse == "treasury" else "provinces"
            others = {seat: share for seat, share in right.pays.items() if seat != own}
            before = self.bills[REPAID].sum()
            self.charge(REPAID, float(spent.sum()), others)
            back = int(self.bills[REPAID].sum() - before)
            if purse == "treasury":
                self.owed_to[0] += back
            elif back:
                self.owed_to[1:] += _parts(spent, back)

    def pay(self, month: int) -> None:
        """Pay the bills of the last quarter in the month after it."""
        if month % 3 or not self.bills.any():
            return
        ledger, keys = self.model.ledger, self._keys()
        for cause, line in enumerate(self.lines):
            due = np.zeros(line.stop - line.start, np.int64)
            for seat, slot in enumerate(self.slots):
                fen = int(self.bills[cause, seat])
                if fen:
                    due[slot] = _parts(keys[seat], fen)
            ledger.pay(month, line, due)
        for cause in (TALKS, PLATFORM):
            ledger.pay(month, self.out[cause], int(self.bills[cause].sum()))
        ledger.pay(month, self.out[REPAID], self.owed_to.astype(np.int64))
        self.bills[:], self.owed_to[:] = 0.0, 0.0

    def _keys(self) -> list[np.ndarray]:
        """Say by what a seat's members divide a bill: vehicles, market shares, capacity, number."""
        model = self.model
        vehicles = model.council.sight.vehicles
        shares = model.makers_books.shares()
        cars = len(self.names[2])
        people = model.public.people[model.month // 12].sum(axis=0)
        plants = model.industry.running
        return [np.ones(1), vehicles, shares[:cars], shares[cars:], plants, vehicles, np.ones(1), people]


def _parts(keys: np.ndarray, total: int) -> np.ndarray:
    """Divide whole fen by keys; what rounding leaves goes to the largest."""
    keys = np.maximum(keys, 0.0)
    whole = keys.sum()
    if not whole > 0.0:
        keys, whole = np.ones(len(keys)), float(len(keys))
    return whole_parts(keys * (total / whole), total, int(keys.argmax()))
