"""Minutes: who asked for what and why, who gave way, what was decided; as a table, and in sentences."""

import numpy as np
import pandas as pd

from ..case import levers as lever_room
from ..case.levers import SEAT_NAMES, SEATS
from ..case.structures import RULES
from ..foundations.calendar import month_name
from ..foundations.columns import Columns, Words
from .goals import load as load_goals

# What the body keeps of every seat at every lever on the table, as numbers
COLUMNS = (
    "month", "meeting", "lever", "rule", "seat", "weight", "goal", "seen", "aspiration", "asked", "settled_at",
    "rounds", "agreed", "old", "new", "in_force", "outcome",
)  # fmt: skip
MOVED, NO_AGREEMENT, NOT_TAKEN_UP, AT_BOUND = range(4)
KEPT_WAYS = ("moved", "no agreement", "not taken up", "at its bound")
FRAME = (
    "month", "meeting", "lever", "unit", "rule", "seat", "weight", "goal", "seen", "aspiration", "asked", "settled_at",
    "rounds", "agreed", "old", "new", "in_force", "outcome", "reason", "reason_zh",
)  # fmt: skip


def minutes_of(model) -> Columns:
    """Give the minutes: a row a meeting, lever and seat with a say or a wish; no rows where nobody meets."""
    council = model.council
    rows = dict(zip(COLUMNS, council.rows.T))
    whole = {name: rows[name].astype(int) for name in ("month", "lever", "rule", "seat", "goal", "in_force", "outcome")}
    wishes = np.abs(rows["asked"]) > 0.0
    goal, levers = np.where(wishes, whole["goal"] + 1, 0), [council.registry[name] for name in council.names]
    months = [month_name(month) for month in range(max(whole["in_force"].max(initial=0), model.until) + 1)]
    texts = {
        "month": Words(months, whole["month"]),
        "lever": Words(council.names, whole["lever"]),
        "unit": Words([lever.unit for lever in levers], whole["lever"]),
        "rule": Words(RULES, whole["rule"]),
        "seat": Words(SEATS, whole["seat"]),
        "goal": Words(("", *(one.name for one in council.goals)), goal),
        "in_force": Words(months, whole["in_force"]),
        "outcome": Words(KEPT_WAYS, whole["outcome"]),
    }
    for place, name in enumerate(("reason", "reason_zh")):
        reasons = [""] * ((len(council.goals) + 1) * len(levers))  # a row a goal; in the first nothing is asked
        for (which, lever), told in council.demands.reasons.items():
            reasons[(which + 1) * len(levers) + lever] = told[place]
        texts[name] = Words(reasons, goal * len(levers) + whole["lever"])
    numbers = rows | {name: rows[name].astype(int) for name in ("meeting", "rounds")}
    numbers["agreed"] = rows["agreed"].astype(bool)
    return {name: texts[name] if name in texts else numbers[name] for name in FRAME}


def sentences(table: pd.DataFrame, lang: str = "en", word=str, country: str = "china") -> list[str]:
    """Tell minutes as a student can follow them: for every meeting a heading, then one paragraph a lever.

    `table` is `run.minutes` of one replication, or a part of it; `lang` is "en" or "zh"; `word` turns a unit
    into that language.
    """
    words, told = WORDS[lang], []
    for (month, meeting), held in table.groupby(["month", "meeting"], sort=True):
        told.append(words["meeting"].format(month=month, meeting=meeting))
        told += [_paragraph(rows, lang, word, country) for _, rows in held.groupby("lever", sort=False)]
    return told


def _paragraph(rows: pd.DataFrame, lang: str, word, country: str) -> str:
    """Tell what was said and decided about one lever at one meeting."""
    words, first = WORDS[lang], rows.iloc[0]
    lever = lever_room.load(country)[first["lever"]]
    asking = rows[rows["asked"].abs() >= SILENT]
    wishes = [_wish(row, words, lang, word, country) for _, row in asking.iterrows()]
    said = [words["lever"].format(lever=lever.title if lang == "en" else lever.title_zh, rule=words[first["rule"]])]
    said.append(words["join"].join(wishes) + words["stop"] if wishes else words["silence"])
    yielded = asking[(asking["weight"] > 0) & ((asking["settled_at"] - asking["asked"]).abs() >= SILENT)]
    if len(yielded):
        moves = [
            words["yielded"].format(
                seat=_seat(row["seat"], lang), asked=_steps(row["asked"]), settled=_steps(row["settled_at"])
            )
            for _, row in yielded.iterrows()
        ]
        said.append(words["talks"].format(rounds=int(first["rounds"]), moves=words["and"].join(moves)))
    unit = word(lever.unit)
    values = {"old": _number(first["old"], 4), "new": _number(first["new"], 4)}
    values |= {"unit": unit, "month": first["in_force"]}
    said.append(words[first["outcome"]].format(**values))
    return words["space"].join(said)


def _wish(row, words: dict, lang: str, word, country: str) -> str:
    """Tell what one seat asked for, and why."""
    goal = next(g for g in load_goals(country) if (g.seat, g.name) == (row["seat"], row["goal"]))
    unheard = words["no_say"] if row["weight"] == 0 else ""
    return words["wish"].format(
        seat=_seat(row["seat"], lang) + unheard,
        way=words["more"] if row["asked"] > 0 else words["less"],
        size=f"{abs(row['asked']):.2f}",
        goal=goal.title if lang == "en" else goal.title_zh,
        seen=_number(row["seen"], 3),
        hoped=_number(row["aspiration"], 3),
        unit="" if goal.unit == "share" else f" {word(goal.unit)}",
        reason=(row["reason"] if lang == "en" else row["reason_zh"]).rstrip(".。"),
    )


def _seat(seat: str, lang: str) -> str:
    return SEAT_NAMES[seat][lang == "zh"]


def _number(value: float, digits: int) -> str:
    """Write a number with so many digits that count, large ones in full."""
    return f"{value:,.0f}" if abs(value) >= 10.0**digits else f"{value:.{digits}g}"


def _steps(part: float) -> str:
    return f"{part:+.2f}"


SILENT = 0.05  # a smaller wish, or a smaller move, is not worth a word
WORDS = {
    "en": {
        "meeting": "{month}, meeting {meeting}",
        "lever": "On the {lever} ({rule}):",
        "decree": "by decree",
        "leader": "the leader decides",
        "majority": "by majority",
        "consensus": "by consensus",
        "wish": "{seat} asked for {way} ({size} of a step), as {goal} stood at {seen}{unit} where {hoped} had been "
        'hoped for ("{reason}")',
        "more": "more",
        "less": "less",
        "no_say": " (without a say)",
        "silence": "nobody asked for anything in so many words.",
        "talks": "In {rounds} round(s) of talk {moves}.",
        "yielded": "{seat} came from {asked} to {settled}",
        "moved": "It was decided to move it from {old} to {new} {unit}, in force from {month}.",
        "no agreement": "There was no agreement; it stays at {old} {unit}.",
        "not taken up": "What was left of the wishes was too small to act on; it stays at {old} {unit}.",
        "at its bound": "It is already as far as the body may move it, at {old} {unit}.",
        "join": "; ",
        "and": ", ",
        "stop": ".",
        "space": " ",
    },
    "zh": {
        "meeting": "{month}，第 {meeting} 次会议",
        "lever": "关于“{lever}”（{rule}）：",
        "decree": "命令",
        "leader": "主导者决定",
        "majority": "多数决",
        "consensus": "协商一致",
        "wish": "{seat}要求{way}（{size} 步），因为其“{goal}”为 {seen}{unit}，而期望为 {hoped}（“{reason}”）",
        "more": "提高",
        "less": "降低",
        "no_say": "（无表决权）",
        "silence": "无人明确提出要求。",
        "talks": "经 {rounds} 轮协商，{moves}。",
        "yielded": "{seat}由 {asked} 让步至 {settled}",
        "moved": "决定由 {old} 调整为 {new} {unit}，自 {month} 起生效。",
        "no agreement": "未达成一致，维持 {old} {unit}。",
        "not taken up": "剩余诉求过小，不予调整，维持 {old} {unit}。",
        "at its bound": "已达该机构可调整的界限，维持 {old} {unit}。",
        "join": "；",
        "and": "，",
        "stop": "。",
        "space": "",
    },
}
