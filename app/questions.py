"""Questions about one world: its minutes, a pack's life, how a subject sees it, its tables. Answers are plain data."""

import io
import json
import warnings

import numpy as np
import pandas as pd

from govmodel.foundations.columns import headed
from govmodel.performance.differences import FEWEST, differences, told
from govmodel.performance.indicators import INDICATORS
from govmodel.performance.ranking import ranking
from govmodel.performance.views import subjects
from govmodel.report.texts import Texts
from govmodel.structures import minutes as minutes_room
from govmodel.version import __version__

from .case_files import write_case
from .frames import by_year, named
from .wanted import cases

LANGUAGES = ("en", "zh")
SHOWN = (  # what a verdict is given on, beside the standing of every seat
    "formal_share", "informal_share", "reported_formal_share", "traceability", "holder_price", "recycler_profit",
    "workshop_profit", "treasury_net", "governance_cost", "fires", "pollution_index", "lithium_recovered_t",
    "trust_public", "trust_organisations", "breach_rate", "legitimacy", "standing_min",
)  # fmt: skip


def answer(model, wanted: dict, question: dict) -> dict:
    """Answer one question of the browser about a world that was lived."""
    return {"minutes": _minutes, "meeting": _meeting, "pack": _pack, "view": _view, "csv": _csv, "case": _case}[
        question["ask"]
    ](model, wanted, question)


def _minutes(model, wanted: dict, question: dict) -> dict:
    """List the meetings: what was on the table, and what each decided."""
    table = model.table("minutes")
    meetings = []
    for (month, number), held in table.groupby(["month", "meeting"], sort=True):
        first = held.drop_duplicates("lever")
        asked = held[held["asked"].abs() >= minutes_room.SILENT]
        meetings.append(
            {
                "month": month,
                "number": int(number),
                "tabled": int(asked[asked["weight"] > 0]["lever"].nunique()),
                "agreed": int(first["agreed"].sum()),
                "moved": [
                    {"lever": row.lever, "old": row.old, "new": row.new, "in_force": row.in_force}
                    for row in first.itertuples()
                    if row.outcome == "moved"
                ],
            }
        )
    return {"meetings": meetings}


def _meeting(model, wanted: dict, question: dict) -> dict:
    """Tell one meeting in sentences, and give who asked and who gave way."""
    table = model.table("minutes")
    table = table[table["month"] == question["month"]]
    told = {lang: minutes_room.sentences(table, lang, Texts(lang).word) for lang in LANGUAGES}
    asked = table[table["asked"].abs() >= minutes_room.SILENT]
    columns = ["lever", "seat", "weight", "asked", "settled_at"]
    return {"month": question["month"], "told": told, "seats": asked[columns].round(3).to_dict("records")}


def _pack(model, wanted: dict, question: dict) -> dict:
    """Tell one pack's life, in both languages, and its events one by one."""
    numbered = int(model.holders.fleet.numbered)
    number = min(max(int(question["number"]), 0), numbered - 1)
    if question.get("eventful"):  # the next pack that something has happened to
        known = np.unique(model.holders.events.columns()[1])
        if len(known):
            number = int(known[np.searchsorted(known, number) % len(known)])
    pack = model.pack(number)
    story = pack.to_dict()
    story["events"] = [dict(event) for event in story["events"]]
    return {"pack": story, "lines": {lang: pack.lines(lang) for lang in LANGUAGES}, "packs": numbered}


def _view(model, wanted: dict, question: dict) -> dict:
    """Give what a subject sees beside what is true, month by month."""
    who = question["subject"]
    known = list(subjects(model))
    if who not in known:
        who = known[0]
    table = model.seen_by(who)
    truth = model.indicators
    series = []
    for name, part in table.groupby("indicator", sort=False):
        whole = who in NATIONAL or name in PUBLISHED  # a province's own counts have no national truth
        true = truth[TRUTH.get(name, name)] if whole and TRUTH.get(name, name) in truth else None
        series.append(
            {
                "name": name,
                "unit": part["unit"].iloc[0],
                "source": part["source"].iloc[0],
                "seen": _plain(part["value"].to_numpy(float)),
                "true": None if true is None else _plain(true.to_numpy(float)),
            }
        )
    return {"subject": who, "subjects": known, "series": series}


NATIONAL = ("central_government", "association", "public")
PUBLISHED = ("reported_formal_share",)
TRUTH = {"reported_formal_share": "formal_share", "believed_gwh": "released_gwh", "told_gwh": "formal_gwh"}


def _plain(values: np.ndarray) -> list:
    """Write numbers for JSON, which knows no NaN."""
    return [None if not np.isfinite(value) else float(f"{value:.5g}") for value in values]


def _csv(model, wanted: dict, question: dict) -> dict:
    """Write the monthly indicators as CSV: parameters as comments, a row of names, a row of units, then months."""
    table, text = model.indicators, io.StringIO()
    text.write(f"# govmodel {__version__}; case hash {model.case.hash}; seed {wanted['seed']}\n")
    text.write(f"# {json.dumps(wanted, ensure_ascii=False)}\n")
    text.write(",".join(["month", *INDICATORS]) + "\n")
    text.write(",".join(["unit", *(f'"{indicator.unit}"' for indicator in INDICATORS.values())]) + "\n")
    table.to_csv(text, index=False, header=False, lineterminator="\n")
    return {"name": f"govmodel_{model.case.hash[:8]}.csv", "text": text.getvalue()}


def _case(model, wanted: dict, question: dict) -> dict:
    """Write the case as JSON, and as the TOML file that the command line reads."""
    _, case = cases(wanted)
    return {
        "name": f"case_{case.hash[:8]}",
        "json": json.dumps({"wanted": wanted, "case": case.to_dict()}, ensure_ascii=False, indent=2),
        "toml": write_case(case, wanted["seed"]),
    }


def bands(worlds: list[list[np.ndarray]], arms: list[str], names: list[str]) -> dict[str, dict[str, list]]:
    """Give the middle 80 % of each arm's replications, by arm and indicator: two rows of twelve-month values."""
    found = {}
    for arm, replications in zip(arms, worlds):
        rows = np.stack([named(by_year(one), names) for one in replications])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a month that no replication knows has no band
            low, high = np.nanquantile(rows, (0.1, 0.9), axis=0)
        found[arm] = {name: [_plain(low[i]), _plain(high[i])] for i, name in enumerate(names)}
    return found


def verdicts(worlds: list[list[np.ndarray]], arms: list[str], months: list[str], first_year: int, drawn: list) -> dict:
    """Hold arms against the first one, in pairs of equal luck: verdicts, who is served best, and bands of `drawn`."""
    parts = []
    for arm, replications in zip(arms, worlds):
        for number, rows in enumerate(replications):
            table = pd.DataFrame(rows.T.astype(float), columns=list(INDICATORS))
            table.insert(0, "month", months)
            parts.append(headed(table, arm, number))
    indicators = pd.concat(parts, ignore_index=True)
    found = differences(indicators, arms, first_year)
    whole = [period for period in found["period"].unique() if "-" in str(period)][-1]
    found = found[(found["period"] == whole) & (found["against"] == arms[0])].copy()
    names = [*SHOWN, *(name for name in INDICATORS if name.startswith("standing_") and name not in SHOWN)]
    found["verdict"] = [told(verdict, pairs) for verdict, pairs in zip(found["verdict"], found["replications"])]
    columns = ["arm", "indicator", "unit", "value", "value_against", "difference", "low", "high", "verdict"]
    rows = found[found["indicator"].isin(names)][columns]
    order = {name: i for i, name in enumerate(names)}
    rows = rows.sort_values("indicator", key=lambda column: column.map(order), kind="stable")
    clean = rows.astype(object).where(rows.notna(), None)
    ranks = ranking(indicators, arms)
    return {
        "period": str(whole),
        "replications": len(worlds[0]),
        "fewest": FEWEST,
        "rows": clean.to_dict("records"),
        "ranking": ranks[["stakeholder", "measure", "better", "order"]].to_dict("records"),
        "bands": bands(worlds, arms, drawn),
    }
