"""Write the page of goals and demands: what every seat wants, and what it asks for. `docs/build.py` calls it."""

import csv
import tomllib
from collections.abc import Callable

from govmodel.facts.loading import FACTS_FOLDER
from govmodel.report import catalogue

CHINA = FACTS_FOLDER / "china"
INTRODUCTION = """{seats} seats, {goals} goals, {demands} demands. A demand is the part of a lever's step that a seat
asks for when it misses the goal wholly; + raises the lever. Goals, sizes and signs are ASSUMED; what they rest on
stands in [structures.md](structures.md). A seat asks for what it believes to be in its interest, which need not help
it, nor anybody else."""
BOTH_WAYS = "A seat on both sides wants the one for one of its goals, and the other for another."


def demands_page(made: str, table: Callable) -> str:
    """Write the page; `table` lays out a Markdown table."""
    goals = tomllib.loads((CHINA / "goals.toml").read_text(encoding="utf-8"))
    with (CHINA / "demands.csv").open(encoding="utf-8", newline="") as stream:
        asked = list(csv.DictReader(stream))
    counts = {"seats": len(goals), "goals": sum(map(len, goals.values())), "demands": len(asked)}
    lines = [made, "", "# What every seat wants, and what it asks for", "", INTRODUCTION.format(**counts), ""]
    for seat, own in goals.items():
        lines += [f"## {seat.replace('_', ' ').capitalize()}", "", *goals_of(own, table)]
        rows = [
            [f"`{row['goal']}`", f"`{row['lever']}`", f"{float(row['size']):+g}", f"{row['reason']} {row['reason_zh']}"]
            for row in asked
            if row["seat"] == seat
        ]
        lines += table(["goal missed", "lever", "size", "reason"], rows)
    wishes = [
        [f"`{lever['name']}`", wishers(asked, lever["name"], 1), wishers(asked, lever["name"], -1)]
        for lever in catalogue.rows("levers")
    ]
    lines += ["## Who wants each lever up or down", "", BOTH_WAYS, "", *table(["lever", "up", "down"], wishes)]
    return "\n".join(lines).rstrip() + "\n"


def goals_of(goals: dict, table: Callable) -> list[str]:
    """List what a seat looks at."""
    lines = [
        [
            f"`{name}`",
            f"{goal['title']} {goal['title_zh']}",
            goal["better"],
            f"{goal['scale']:g} {goal['unit']}",
            f"{goal['weight']:g}",
            f"{goal['what']} {goal['what_zh']}",
            goal["why"],
        ]
        for name, goal in goals.items()
    ]
    return table(["goal", "title", "better", "whole miss", "weight", "measured", "why these numbers"], lines)


def wishers(asked: list[dict], lever: str, sign: int) -> str:
    """List the seats that ask for a lever to go one way."""
    seats = [row["seat"] for row in asked if row["lever"] == lever and float(row["size"]) * sign > 0]
    return ", ".join(dict.fromkeys(seat.replace("_", " ") for seat in seats))
