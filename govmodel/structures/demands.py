"""Demands: the published table of which lever a seat asks to move, which way, when one of its goals is missed."""

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..case import levers as lever_room
from ..case.case import Case
from ..case.levers import FACTS_FOLDER, SEATS
from ..foundations.errors import InputError
from .goals import load as load_goals

EDITED = ("The case asks for it: size {own} instead of the published {before}.",
          "由案例设定：力度为 {own}，公布值为 {before}。")  # fmt: skip
_COLUMNS = ["seat", "goal", "lever", "size", "reason", "reason_zh"]


@dataclass(frozen=True)
class Demands:
    """The table: `size` (goals, levers), part of a step asked for when a goal is missed wholly; and every reason."""

    size: np.ndarray
    reasons: dict[tuple[int, int], tuple[str, str]]  # (goal, lever): English, Chinese


@lru_cache(maxsize=8)
def load(country: str = "china") -> Demands:
    """Read the demand table of a country; refuses unknown names, sizes beyond one step, and doubled cells."""
    path = FACTS_FOLDER / country / "demands.csv"
    goals = {(goal.seat, goal.name): i for i, goal in enumerate(load_goals(country))}
    levers = {name: i for i, name in enumerate(lever_room.load(country))}
    size, reasons = np.zeros((len(goals), len(levers))), {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != _COLUMNS:
            raise InputError(path.name, f"the columns {', '.join(_COLUMNS)}", rows.fieldnames, "")
        for line, row in enumerate(rows, start=2):
            where = f"{path.name}, line {line}"
            goal, lever = goals.get((row["seat"], row["goal"])), levers.get(row["lever"])
            if goal is None or lever is None:
                raise InputError(where, "a seat's goal and a lever that exist", list(row.values())[:3], "")
            if (goal, lever) in reasons:
                raise InputError(where, "each cell once", list(row.values())[:3], "Remove one of the two.")
            if not 0.0 < abs(float(row["size"])) <= 1.0 or not row["reason"] or not row["reason_zh"]:
                raise InputError(where, "a size from -1 to 1, not 0, with a reason in both languages", row["size"], "")
            size[goal, lever] = float(row["size"])
            reasons[goal, lever] = (row["reason"], row["reason_zh"])
    size.setflags(write=False)
    return Demands(size, reasons)


def edited(case: Case) -> Demands:
    """Give the table that a case's seats use: the published one, with the case's edits and their reasons."""
    table = load(case.country)
    if not case.demands:
        return table
    goals = {(goal.seat, goal.name): i for i, goal in enumerate(load_goals(case.country))}
    levers = {name: i for i, name in enumerate(lever_room.load(case.country))}
    size, reasons = table.size.copy(), dict(table.reasons)
    for cell, own in case.demands.items():
        seat, goal, lever = cell.split(".")
        at = goals[seat, goal], levers[lever]
        before, size[at] = size[at], own
        reasons[at] = tuple(text.format(before=f"{before:g}", own=f"{own:g}") for text in EDITED)
    size.setflags(write=False)
    return Demands(size, reasons)


def asked(size: np.ndarray, shortfall: np.ndarray, seat_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn shortfalls (goals,) into demands: parts of a step by lever and seat, and the goal that weighs most in each.

    `seat_of` (goals,) is the seat that holds each goal. Returns (levers, seats) in [-1, 1], and goal numbers.
    """
    parts = (size * shortfall[:, None]).T  # (levers, goals)
    holds = np.eye(len(SEATS))[seat_of]  # (goals, seats)
    demand = (parts @ holds).clip(-1.0, 1.0)
    main = (np.abs(parts)[:, :, None] * holds).argmax(axis=1)
    return demand, main
