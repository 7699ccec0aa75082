"""Explanations: why an indicator differs from what it was twelve months before, out of the model's own bookkeeping.

Every explanation is an exact sum: along each dimension (channel, route, province, chemistry, purpose, ...) the
contributions add up to the whole change. For a share, or any ratio of sums N = sum of n over parts, D = sum of d, a
part weighs w = d / D and has the rate s = n / d; with means over the two months (a bar) its contribution is

    bar(w) x change of s   (behaviour: what was done with the part)
  + change of w x (bar(s) - bar(S))   (composition: how much of the whole it is)

(shift-share with midpoints; Kitagawa 1955, doi 10.2307/2281213). Sums and balances are differences part by part.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..foundations.calendar import month_name, month_number
from ..foundations.errors import InputError, nearest
from .accounts import Account, Ratio, Sum, account_of
from .indicators import INDICATORS
from .wording import tell

YEAR = 12
COLUMNS = ("dimension", "part", "kind", "before", "after", "contribution")


@dataclass(frozen=True)
class Explanation:
    """What changed an indicator within twelve months: in words, in Chinese words, and as a table."""

    indicator: str
    month: str
    since: str
    before: float
    value: float
    frame: pd.DataFrame  # COLUMNS; the contributions of each dimension sum to the change
    text: str
    text_zh: str

    @property
    def change(self) -> float:
        """Value now less value twelve months before."""
        return self.value - self.before

    def __str__(self) -> str:
        return self.text


def explain(model, indicator: str, month: str) -> Explanation:
    """Explain the change of an indicator within the twelve months up to `month`, for a model that has lived so long."""
    row = row_of(model.start, model.months_run, indicator, month)
    table = model.indicators
    before, value = (float(table[indicator].iloc[i]) for i in (row - YEAR, row))
    if not np.isfinite([before, value]).all():
        empty = month_name(model.start + (row if np.isfinite(before) else row - YEAR))
        raise InputError(
            f"explain {indicator}", "a month in which it has a value", month, f"In {empty} there is nothing to measure."
        )
    accounts = account_of(model, indicator, row - YEAR, row)
    rows = [entry for account in accounts for entry in _whole(_contributions(account), value - before)]
    rows = rows or [("whole", indicator, "change", before, value, value - before)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    said = {lang: tell(model, indicator, row - YEAR, row, before, value, frame, table, lang) for lang in ("en", "zh")}
    return Explanation(indicator, month, month_name(model.start + row - YEAR), before, value, frame, **{
        "text": said["en"], "text_zh": said["zh"]})  # fmt: skip


def row_of(start: int, months: int, indicator: str, month: str) -> int:
    """Find the row of a month in a record that begins at `start`, or refuse what cannot be explained."""
    if not isinstance(indicator, str) or indicator not in INDICATORS:
        raise InputError("indicator", "the name of an indicator", indicator, nearest(indicator, INDICATORS))
    number, last = month_number(month), start + months - 1
    if months <= YEAR:
        raise InputError(
            "month", "a run of more than twelve months", month, "An explanation compares with a year before."
        )
    wanted = f"a month from {month_name(start + YEAR)} to {month_name(last)}"
    if not start <= number <= last:
        raise InputError("month", wanted, month, "The run does not cover it.")
    if number < start + YEAR:
        raise InputError("month", wanted, month, "The run has not the month twelve months before to compare with.")
    return number - start


def _contributions(account: Account) -> list[tuple]:
    """Write an account's contributions as rows of COLUMNS."""
    return _of_ratio(account) if isinstance(account, Ratio) else _of_sum(account)


def _whole(rows: list[tuple], change: float) -> list[tuple]:
    """Add what an account does not hold (an indicator may count more than its books part), so that it sums up."""
    left = change - sum(row[-1] for row in rows)
    largest = max([abs(change), *(abs(row[-1]) for row in rows)], default=0.0)
    if rows and abs(left) > 1e-9 * largest:
        rows.append((rows[0][0], "not in this account", "apart", np.nan, np.nan, left))
    return rows


def _of_sum(account: Sum) -> list[tuple]:
    return [
        (account.dimension, part, account.kind, was, now, now - was)
        for part, was, now in zip(account.parts, account.before.tolist(), account.after.tolist())
        if was or now
    ]


def _of_ratio(account: Ratio) -> list[tuple]:
    """Take a ratio's change apart by parts: composition and behaviour, and what belongs to no part."""
    weight, rate = shift_share(account.top, account.bottom)
    whole = account.top.sum(axis=1) / account.bottom.sum(axis=1)
    composition = (weight[1] - weight[0]) * (rate.mean(axis=0) - whole.mean())
    behaviour = weight.mean(axis=0) * (rate[1] - rate[0])
    rows = []
    for i, part in enumerate(account.parts):
        if account.bottom[:, i].any():
            rows.append((account.dimension, part, "composition", *weight[:, i].tolist(), float(composition[i])))
            rows.append((account.dimension, part, "behaviour", *rate[:, i].tolist(), float(behaviour[i])))
    for part, (was, now) in account.apart.items():
        rows.append((account.dimension, part, "apart", was, now, now - was))
    return rows


def shift_share(top: np.ndarray, bottom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the weights and rates (2 months, parts) of a ratio; a part that is empty in one month has one rate."""
    weight = bottom / bottom.sum(axis=1, keepdims=True)
    there = bottom > 0
    rate = np.divide(top, bottom, out=np.zeros_like(top), where=there)
    rate = np.where(there, rate, rate[::-1])
    return weight, rate
