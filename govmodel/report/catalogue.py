"""What there is to know before a run: parameters, levers, structures, cases, indicators, policies, facts."""

import csv

from ..case import structures as structure_room
from ..case.case import Case, library
from ..case.levers import LEVERS
from ..case.policies import load as load_policies
from ..facts import load as load_facts
from ..foundations import parameters
from ..foundations.calendar import month_name
from ..foundations.parameters import FACTS_FOLDER
from ..performance.indicators import INDICATORS


def rows(topic: str) -> list[dict]:
    """List what is known of a topic, one plain record an entry."""
    return _TOPICS[topic]()


def _parameters() -> list[dict]:
    return [
        {
            "name": p.name,
            "value": p.value,
            "unit": p.unit,
            "low": p.low,
            "high": p.high,
            "room": p.room,
            "source": p.source,
            "description": p.description,
        }
        for p in parameters.load().values()
    ]


def _levers() -> list[dict]:
    return [
        {
            "name": lever.name,
            "value_2025": lever.value_2025,
            "unit": lever.unit,
            "low": lever.low,
            "high": lever.high,
            "step": lever.step,
            "notice": lever.notice,
            "lowest_by_body": lever.bounds[0],
            "highest_by_body": lever.bounds[1],
            "decider": lever.decider,
            "room": lever.room,
            "source": lever.source,
            "read_from_step": lever.read_from_step,
            "description": lever.description,
            "description_zh": lever.description_zh,
            "why": lever.why,
        }
        for lever in LEVERS.values()
    ]


def _structures() -> list[dict]:
    found = [structure_room.load(name) for name in structure_room.library()]
    return [
        {
            "name": governing.id,
            "title": governing.title,
            "title_zh": governing.title_zh,
            "levers": len({lever for stage in governing.stages for lever in stage.structure.levers}),
            **_body(governing),
            "source": governing.source,
            "description": governing.description,
            "description_zh": governing.description_zh,
        }
        for governing in found
    ]


def _body(governing) -> dict:
    """Say how a structure's body works, or from when to when each stage of a path governs."""
    first = governing.stages[0].structure
    if len(governing.stages) > 1:
        path = "; ".join(f"{month_name(stage.month)} to {month_name(stage.until)}" for stage in governing.stages)
        return {"sees": "", "settles": "", "rules": "", "path": path}
    rules = sorted({right.rule for right in first.levers.values()})
    return {"sees": first.sees, "settles": first.settles, "rules": ", ".join(rules), "path": ""}


def _cases() -> list[dict]:
    cases = [Case.load(name) for name in library()]
    return [
        {
            "name": case.name,
            "title": case.title,
            "title_zh": case.title_zh,
            "start": month_name(case.start),
            "until": month_name(case.until),
            "scale": case.scale,
            "retirement_outlook": case.retirement_outlook,
            "metal_prices": case.metal_prices,
            "capacity": case.capacity,
            "structure": case.structure,
            "policies": ", ".join(case.policies),
        }
        for case in cases
    ]


def _indicators() -> list[dict]:
    return [
        {
            "name": i.name,
            "unit": i.unit,
            "aggregation": i.aggregation,
            "definition": i.definition,
            "definition_zh": i.definition_zh,
        }
        for i in INDICATORS.values()
    ]


def _policies() -> list[dict]:
    return [
        {
            "id": policy.id,
            "date": policy.date,
            "lever": change.lever,
            "province": change.province,
            "from": month_name(change.month),
            "until": "" if change.until is None else month_name(change.until),
            "value": change.value,
            "unit": LEVERS[change.lever].unit,
            "source": change.source,
            "why": change.why,
            "title": policy.title,
            "title_zh": policy.title_zh,
            "reference": policy.reference,
        }
        for policy in load_policies().values()
        for change in policy.changes
    ]


def _facts() -> list[dict]:
    """One record a table: how many rows stand on a source, how many are assumed or tuned, and on which sources."""
    cited = load_facts().sources
    found = []
    for path in sorted((FACTS_FOLDER / "china").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        if path.name in ("sources.csv", "demands.csv"):  # demands are wishes with reasons, not facts with sources
            continue
        given = [row["source"] for row in table]
        used = sorted({key for key in given if key in cited})
        found.append(
            {
                "table": path.name,
                "rows": len(table),
                "sourced": sum(key in cited for key in given),
                "assumed": given.count("ASSUMED"),
                "calibrated": given.count("CALIBRATED"),
                "sources": ", ".join(used),
            }
        )
    return found


_TOPICS = {
    "parameters": _parameters,
    "levers": _levers,
    "structures": _structures,
    "cases": _cases,
    "indicators": _indicators,
    "policies": _policies,
    "facts": _facts,
}
TOPICS = tuple(_TOPICS)


def as_markdown(records: list[dict]) -> str:
    """Write records as a Markdown table."""
    if not records:
        return ""
    lines = ["| " + " | ".join(records[0]) + " |", "|" + "---|" * len(records[0])]
    for row in records:
        lines.append(
            "| "
            + " | ".join(
                f"{value:g}" if isinstance(value, float) else str(value).replace("|", "\\|") for value in row.values()
            )
            + " |"
        )
    return "\n".join(lines)
