"""Events: which packs wait for something, and the list of all that happened to packs."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass
class Rows:
    """Packs that decide this month, a column each: which pack, by which route, at which of its decisions."""

    cohort: np.ndarray
    rank: np.ndarray
    route: np.ndarray
    ordinal: np.ndarray

    @classmethod
    def joined(cls, parts: list["Rows"]) -> "Rows":
        """Put rows one after the other."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def part(self, where: slice) -> "Rows":
        """Take some of the rows."""
        return Rows(self.cohort[where], self.rank[where], self.route[where], self.ordinal[where])


class WaitingRoom:
    """Packs that will come back in a known month: kept ones, and those in a second life."""

    def __init__(self):
        self._due: dict[int, list[Rows]] = {}

    def add(self, due: np.ndarray, rows: Rows) -> None:
        """Remember rows until the month each is due."""
        order = np.argsort(due, kind="stable")
        due = due[order]
        begins = np.flatnonzero(np.diff(due, prepend=-1))
        for begin, end in zip(begins, [*begins[1:], len(due)]):
            self._due.setdefault(int(due[begin]), []).append(rows.part(order[begin:end]))

    def leave(self, month: int) -> list[Rows]:
        """Let go of the rows that are due."""
        return self._due.pop(month, [])


class Events:
    """The list of all that happened to packs: pack number and what, month by month; nothing is kept twice."""

    def __init__(self, first_month: int):
        self.first_month = first_month
        self._packs: list[np.ndarray] = []
        self._codes: list[np.ndarray] = []
        self._months: list[int] = []

    def add(self, month: int, packs: np.ndarray, codes: np.ndarray) -> None:
        """Write down what happened to some packs this month (uint32 numbers, uint8 codes)."""
        self._packs.append(packs)
        self._codes.append(codes)
        self._months.append(month)

    def columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give all events as (month number, pack number, code), sorted by month and pack."""
        if not self._packs:
            return np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint8)
        months = np.repeat(self._months, [len(packs) for packs in self._packs])
        packs, codes = np.concatenate(self._packs), np.concatenate(self._codes)
        order = np.lexsort((packs, months))
        return months[order], packs[order], codes[order]

    def of(self, number: int) -> list[tuple[int, int]]:
        """Give one pack's events as (month number, code), in order of time."""
        return [
            (month, int(codes[i]))
            for month, packs, codes in zip(self._months, self._packs, self._codes)
            for i in np.flatnonzero(packs == number)
        ]
