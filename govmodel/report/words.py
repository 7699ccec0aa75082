"""The words of a comparison: what arms are called, verdicts, and who is served best, in English and Chinese."""

import re

import pandas as pd

from ..case.levers import SEAT_NAMES
from ..performance.differences import FEWEST, told
from ..performance.ranking import PUBLIC, THE_PUBLIC
from .measures import Measure
from .texts import Texts


def arm_name(label: str, case, texts: Texts) -> str:
    """Name an arm for people: its structure's title, then what sets it apart from others of the same structure."""
    governing = case.governing
    title = (governing.title_zh if texts.lang == "zh" else governing.title) or governing.id
    rest = label.removeprefix(case.structure)
    return title + (re.sub(r" \((.*)\)", r"（\1）", rest) if texts.lang == "zh" else rest)


def arm_names(cases: dict, texts: Texts) -> dict[str, str]:
    """Name all arms of a comparison; two that would be called alike keep their labels."""
    names = {label: arm_name(label, case, texts) for label, case in cases.items()}
    called = list(names.values())
    return {label: name if called.count(name) == 1 else label for label, name in names.items()}


def stakeholder(name: str, texts: Texts) -> str:
    """Name a seat or the public."""
    return texts("compare.public") if name == THE_PUBLIC else SEAT_NAMES[name][texts.lang == "zh"]


def order_groups(row: pd.Series, arms: list[str]) -> list[list[str]]:
    """Split an order, best first, where neighbours can be told apart."""
    ranked, groups = row["order"], [[]]
    while ranked:
        arm = max((label for label in arms if ranked.startswith(label)), key=len)
        groups[-1].append(arm)
        ranked = ranked[len(arm) :]
        if ranked.startswith(" > "):
            groups.append([])
        ranked = ranked[3:]
    return groups


def order_sentence(row: pd.Series, names: dict[str, str], texts: Texts, replications: int = FEWEST) -> str:
    """Say in words how the arms stand for a stakeholder: "A, then B and C (not distinguishable)"."""
    if replications < FEWEST:
        return texts("compare.order_cannot_tell")
    groups = order_groups(row, list(names))
    ties = {1: "", 2: "compare.alike"}  # among three and more, those further apart may well be told apart
    told = []
    for group in groups:
        tie = ties.get(len(group), "compare.alike_next")
        arms = joined([names[arm] for arm in group], texts)
        told.append(texts(tie, arms=arms) if tie else arms)
    return texts("compare.then").join(told)


def joined(called: list[str], texts: Texts) -> str:
    """Put names together: A, B and C."""
    if len(called) == 1:
        return called[0]
    return texts("compare.and").join([texts("compare.comma").join(called[:-1]), called[-1]])


def ranking_lines(
    ranking: pd.DataFrame, names: dict[str, str], texts: Texts, replications: int = FEWEST
) -> list[tuple[str, str]]:
    """Give who and how for each seat, and for the public by all of its indicators together."""
    rows = ranking[(ranking["stakeholder"] != THE_PUBLIC) | ~ranking["measure"].isin(PUBLIC)]
    return [
        (stakeholder(row["stakeholder"], texts), order_sentence(row, names, texts, replications))
        for _, row in rows.iterrows()
    ]


def public_list(ranking: pd.DataFrame, texts: Texts) -> str:
    """Name the indicators that the public is asked for, and which way is better."""
    rows = ranking[(ranking["stakeholder"] == THE_PUBLIC) & ranking["measure"].isin(PUBLIC)]
    told = [
        texts(f"compare.better_{row['better']}", measure=Measure(row["measure"], texts).title)
        for _, row in rows.iterrows()
    ]
    return texts("compare.comma").join(told)


def verdict(row, texts: Texts) -> str:
    """Give a verdict's word; of too few pairs it is that nobody can tell."""
    return texts(f"compare.{told(row.verdict, row.replications).replace(' ', '_')}")
