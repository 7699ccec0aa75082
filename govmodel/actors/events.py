"""Events: which packs wait for something, and the list of all that happened to packs."""

import numpy as np


class Rows:
    """Packs that decide this month, a column each: which pack, by which route, at which of its decisions."""

    def __init__(self, table: np.ndarray):
        """`table`: int64 (4, rows): cohort, rank, route, ordinal of the decision."""
        self.table = table
        self.cohort, self.rank, self.route, self.ordinal = table

    def __len__(self) -> int:
        return self.table.shape[1]

    @classmethod
    def joined(cls, tables: list[np.ndarray]) -> "Rows":
        """Put tables of rows one after the other."""
        return cls(tables[0] if len(tables) == 1 else np.concatenate(tables, axis=1))

    def part(self, where: slice) -> "Rows":
        """Take some of the rows."""
        return Rows(self.table[:, where])


GONE = np.int16(-1)  # of a row that waits no more


class WaitingRoom:
    """Packs that will come back in a known month: kept ones, and those in a second life."""

    def __init__(self):
        self._due, self._table = np.zeros(0, np.int16), np.zeros((4, 0), np.int64)  # with room for more than there are
        self._count = 0

    def add(self, due: np.ndarray, table: np.ndarray) -> None:
        """Remember rows, a table as in Rows, until the month each is due."""
        end = self._count + len(due)
        if end > len(self._due):
            self._make_room(len(due))
            end = self._count + len(due)
        self._due[self._count : end], self._table[:, self._count : end] = due, table
        self._count = end

    def _make_room(self, more: int) -> None:
        """Lay the room out anew, twice as large as need be: who is gone leaves no gap, the others keep their order."""
        here = np.flatnonzero(self._due[: self._count] != GONE)
        due, table = self._due[here], self._table[:, here]
        self._count = len(here)
        space = 2 * (self._count + more)
        self._due, self._table = np.full(space, GONE), np.zeros((4, space), np.int64)
        self._due[: self._count], self._table[:, : self._count] = due, table

    def all(self) -> tuple[np.ndarray, np.ndarray]:
        """Give all who wait: the month each is due, and their table of rows, sorted by month."""
        here = np.argsort(self._due, kind="stable")
        here = here[self._due[here] != GONE]
        return self._due[here].astype(np.int64), self._table[:, here]

    def leave(self, month: int) -> list[np.ndarray]:
        """Let go of the rows that are due, in the order in which they came."""
        leaving = (self._due[: self._count] == month).nonzero()[0]
        self._due[leaving] = GONE
        return [self._table.take(leaving, axis=1)] if leaving.size else []


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

    def put_back(self, months: np.ndarray, packs: np.ndarray, codes: np.ndarray) -> None:
        """Take over events that were given by `columns`."""
        lived, begins = np.unique(months, return_index=True)  # events are given by month
        parts = zip(lived.tolist(), np.split(packs, begins[1:]), np.split(codes, begins[1:]))
        for month, some_packs, some_codes in parts:
            self.add(month, some_packs, some_codes)

    def of(self, number: int) -> list[tuple[int, int]]:
        """Give one pack's events as (month number, code), in order of time."""
        return [
            (month, int(codes[i]))
            for month, packs, codes in zip(self._months, self._packs, self._codes)
            for i in np.flatnonzero(packs == number)
        ]
