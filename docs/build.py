"""Write the pages that are made from data and schemas: `python docs/build.py`; `--check` exits 1 if stale.

They are facts.md, parameters.md, demands.md and study_file.md.

Nothing in these pages is typed by hand but headings and introductions (here and in tables.toml); change the data,
then run this again.
"""

import csv
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # the facts of this checkout, wherever govmodel may be installed

from build_demands import demands_page  # noqa: E402
from build_study_file import study_file_page  # noqa: E402

from govmodel.facts import PROVINCES, load  # noqa: E402
from govmodel.facts.loading import FACTS_FOLDER  # noqa: E402
from govmodel.report import catalogue  # noqa: E402

CHINA = FACTS_FOLDER / "china"
KINDS = ("sourced", "ASSUMED", "CALIBRATED")
NO_TABLES = ("sources.csv", "options.csv", "demands.csv")
TABLES = [path.name for path in sorted(CHINA.glob("*.csv")) if path.name not in NO_TABLES]
MADE = "<!-- Made by docs/build.py from govmodel/facts/china; change the data, not this page. -->"

SHAPES = tomllib.loads((DOCS / "tables.toml").read_text(encoding="utf-8"))


def read(file: str) -> list[dict]:
    """Read a table of facts as text."""
    with (CHINA / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> str:
    """Write a number for readers: thousands set apart, four digits that count."""
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def kind(source: str) -> str:
    """Say whether a source is a publication, a guess or a tuned number."""
    return source if source in KINDS else "sourced"


def table(head: list[str], lines: list[list[str]]) -> list[str]:
    """Lay out a Markdown table."""
    clean = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in line] for line in (head, *lines)]
    return ["| " + " | ".join(line) + " |" for line in (clean[0], ["---"] * len(head), *clean[1:])] + [""]


def marked(text: str, source: str) -> str:
    """Put a source's mark behind a number; an assumed number has none."""
    if source == "ASSUMED":
        return text
    return f"{text} (c)" if source == "CALIBRATED" else f"{text} [{place(source)}]"


def place(key: str) -> int:
    """Number a source, in the order of sources.csv."""
    return list(load().sources).index(key) + 1


def pivot(file: str, down: list[str], across: list[str], values: list[str], **_) -> list[str]:
    """Turn a long table into a readable one."""
    cells, columns = {}, {}
    for row in read(file):
        line = tuple(row[name] for name in down)
        column = " ".join(row[name] for name in across)
        columns[column] = None
        cells.setdefault(line, {})[column] = marked(" / ".join(number(row[name]) for name in values), row["source"])
    head = [name.replace("_", " ") for name in down] + ([*columns] if across else [" / ".join(values)])
    return table(head, [[*line, *(row.get(column, "") for column in columns)] for line, row in sorted_lines(cells)])


def sorted_lines(cells: dict) -> list:
    """Put provinces and names in the file's order, years and months in theirs."""
    return sorted(cells.items()) if all(line[0][:2] in ("20",) for line in cells) else list(cells.items())


def notes(file: str) -> list[str]:
    """List the reasons that rows give, each once, with its source and how many rows give it."""
    found: dict[tuple, list[str]] = {}
    for row in read(file):
        if row["note"]:
            alike = re.sub(r"\d[\d.,]*", "n", row["note"])  # notes that differ in a number alone stand together
            found.setdefault((row["source"], alike), []).append(row["note"])
    lines = [
        f"* {source} ({len(said)} row{'s' if len(said) > 1 else ''}): {said[0]}"
        + (", and likewise" if len(set(said)) > 1 else "")
        for (source, _), said in found.items()
    ]
    return ["<details><summary>Why these numbers</summary>", "", *lines, "", "</details>", ""] if lines else []


def counted(rows: list[dict]) -> list[int]:
    """Count rows by what they stand on, in the order of KINDS."""
    found = Counter(kind(row["source"]) for row in rows)
    return [found[name] for name in KINDS]


def all_counts() -> dict[str, list[int]]:
    """Count every row that has a source: tables, parameters, levers and the changes that policies make."""
    counts = {file: counted(read(file)) for file in TABLES}
    for topic in ("parameters", "levers", "policies"):
        counts[topic] = counted(catalogue.rows(topic))
    return counts


def in_words(counts: dict[str, list[int]]) -> str:
    """Say the counts in one sentence."""
    total = [sum(column) for column in zip(*counts.values())]
    everything = sum(total)
    parts = [f"{n:,} {word} ({100 * n / everything:.0f} %)" for n, word in zip(total, KINDS)]
    return f"{everything:,} rows: {', '.join(parts)}."


def summary() -> list[str]:
    """Count what the data stand on: in a sentence, then by table."""
    counts = all_counts()
    facts = {name: c for name, c in counts.items() if name.endswith(".csv")}
    return [
        f"**Tables of facts: {in_words(facts)}**",
        "",
        *(f"**{name.capitalize()}: {in_words({name: counts[name]})}**  " for name in counts if name not in facts),
        "",
        "ASSUMED is a guess with its reason; CALIBRATED was tuned to something that is named; everything else names a "
        "publication. Many rows repeat one guess over years, so that no year is extrapolated in silence.",
        "",
        *table(["table", *KINDS], [[name, *map(str, found)] for name, found in counts.items()]),
    ]


def provinces_page() -> list[str]:
    """List the provinces and the licensed plants in them."""
    lines = [
        [
            r["code"],
            f"{r['name_en']} {r['name_zh']}",
            r["region"],
            marked(r["share_early"], r["source"]),
            marked(r["share_late"], r["source"]),
            r["neighbours"],
        ]
        for r in read("provinces.csv")
    ]
    tonnes = Counter()
    for row in read("plants.csv"):
        tonnes[row["province"]] += float(row["capacity_t"])
    for line in lines:
        line.insert(5, f"{tonnes[line[0]]:,.0f}")
    head = ["code", "province", "region", "early share", "late share", "plants' t/year", "neighbours"]
    return [
        "## Provinces",
        "",
        "Share of registrations, early and late, and the capacity of the listed plants.",
        "",
        *table(head, lines),
        *notes("provinces.csv"),
    ]


def plants_page() -> list[str]:
    """List the licensed plants."""
    lines = [
        [
            r["name"],
            r["firm"],
            r["owner_kind"].replace("_", " "),
            r["province"],
            marked(number(r["capacity_t"]), r["source"]),
            r["opens"],
        ]
        for r in read("plants.csv")
    ]
    return [
        "## Licensed plants",
        "",
        f"{len(lines)} plants; tonnes a year in the 2024 list; the case's capacity "
        "series scales them to the nation's total of each year.",
        "",
        *table(["plant", "firm", "owner", "province", "t/year", "opens"], lines),
        *notes("plants.csv"),
    ]


def options_page() -> list[str]:
    """List where sources disagree, the default, and why."""
    lines, before = [], ""
    for r in read("options.csv"):
        topic = "" if r["topic"] == before else r["topic"].replace("_", " ")
        before = r["topic"]
        lines.append(
            [
                topic,
                r["option"],
                marked(f"{number(r['value'])} {r['unit']}", r["source"]),
                "**default**" if r["default"] == "yes" else "",
                "; ".join(filter(None, (r["why"], r["note"]))),
            ]
        )
    return [
        "## Where sources disagree",
        "",
        "Each option, the one the model takes by default (or, of the licensed share, is held against), and why.",
        "",
        *table(["topic", "option", "value", "", "why"], lines),
    ]


def sources_page() -> list[str]:
    """List the sources with their marks."""
    lines = [
        [f"[{n}]", f"`{r['key']}`", r["mark"], r["citation"], r["address"], r["note"]]
        for n, r in enumerate(read("sources.csv"), 1)
    ]
    legend = (
        "Marks: V seen in a public source; R read in a public repository's data; S0 to S4 one of the source "
        "documents; C computed from stated inputs."
    )
    return ["## Sources", "", legend, "", *table(["", "key", "mark", "citation", "address", "note"], lines)]


def tuned_page() -> list[str]:
    """List what was tuned, and to what."""
    lines = [
        [f"parameter `{p['name']}`", f"{p['value']:g} {p['unit']}".removesuffix(" 1"), tuned_to(p["name"])]
        for p in catalogue.rows("parameters")
        if p["source"] == "CALIBRATED"
    ]
    for file in TABLES:
        found = Counter(row["note"] for row in read(file) if row["source"] == "CALIBRATED")
        lines += [
            [f"`{file}`", f"{count} row{'s' if count > 1 else ''}", note or "not said"] for note, count in found.items()
        ]
    return [
        "## What was tuned, and to what",
        "",
        "A band that was used to tune is no evidence for the model; the README's history table marks it.",
        "",
        *table(["number", "value", "tuned to"], lines),
    ]


def tuned_to(name: str) -> str:
    """Say what a calibrated parameter was tuned to."""
    return next((target for start, target in SHAPES["tuned_to"].items() if name.startswith(start)), "not said")


def facts_page() -> str:
    """Write the page of facts."""
    lines = [
        MADE,
        "",
        "# The facts of China",
        "",
        *summary(),
        "In the tables below a number without a mark is ASSUMED, `[n]` is the number of its source in the list at "
        "the end, and `(c)` is CALIBRATED. The files themselves, with a note on every row: "
        "[govmodel/facts/china](../govmodel/facts/china/README.md).",
        "",
        *options_page(),
        *tuned_page(),
    ]
    for shape in SHAPES["table"]:
        file = shape["file"]
        if file == "workshops.csv":
            lines += provinces_page() + plants_page()
        lines += [f"## {shape['heading']}", "", f"{shape['introduction']} File: `{file}`.", "", *pivot(**shape)]
        lines += notes(file)
    return "\n".join([*lines, *sources_page()]).rstrip() + "\n"


def limits(entry: dict) -> str:
    """Write the range of a parameter or lever."""
    return f"{entry['low']:g} to {entry['high']:g}"


def parameter_tables() -> list[str]:
    """List the parameters, a table a room."""
    rooms: dict[str, list] = {}
    for p in catalogue.rows("parameters"):
        line = [f"`{p['name']}`", f"{p['value']:g}", p["unit"], limits(p), p["source"], p["description"]]
        rooms.setdefault(p["room"], []).append(line)
    head = ["name", "value", "unit", "range", "source", "description"]
    return [text for room, lines in rooms.items() for text in (f"### {room}", "", *table(head, lines))]


def lever_table() -> list[str]:
    """List the levers."""
    lines = []
    for v in catalogue.rows("levers"):
        read_yet = "yes" if v["read_from_step"] == 1 else "not yet"
        meaning = f"{v['description']} {v['description_zh']}"
        lines.append(
            [f"`{v['name']}`", f"{v['value_2025']:g}", v["unit"], limits(v), v["decider"], v["room"], read_yet]
        )
        bounds = f"{v['lowest_by_body']:g} to {v['highest_by_body']:g}"
        lines[-1] += [f"{v['step']:g}", bounds, str(v["notice"]), v["source"], meaning, v["why"]]
    head = ["name", "2025", "unit", "range", "held by", "room", "read", "step", "bounds", "notice", "source"]
    return table([*head, "meaning", "why"], lines)


def policy_table() -> list[str]:
    """List what each policy changes."""
    lines = [
        [
            f"`{c['id']}`: {c['title']}",
            f"`{c['lever']}`",
            c["from"] + (f" to {c['until']}" if c["until"] else ""),
            c["province"],
            f"{c['value']:g} {c['unit']}",
            c["source"],
            c["why"],
        ]
        for c in catalogue.rows("policies")
    ]
    return table(["policy", "lever", "from", "province", "value", "source", "why"], lines)


def indicator_table() -> list[str]:
    """List the indicators."""
    lines = [
        [f"`{i['name']}`", i["unit"], i["aggregation"], f"{i['definition']}. {i['definition_zh']}"]
        for i in catalogue.rows("indicators")
    ]
    return table(["name", "unit", "by year", "meaning"], lines)


def parameters_page() -> str:
    """Write the page of parameters, levers, policies and indicators."""
    topics = ("parameters", "levers", "policies")
    lines = [MADE, "", "# Parameters, levers, policies and indicators", ""]
    lines += [f"**{name.capitalize()}: {in_words({name: counted(catalogue.rows(name))})}**  " for name in topics]
    lines += ["", "On a terminal: `govmodel describe parameters`, `levers`, `policies`, `indicators`.", ""]
    lines += ["## Parameters", "", "Every number that is neither a lever nor a table of facts. A case overrides one"]
    lines += ["under `[scenario.parameters]`.", "", *parameter_tables()]
    lines += [
        "## Levers",
        "",
        "What a governance can move. `read`: whether this version of the model reads it. `step`: what a body can",
    ]
    lines += ["move it by at one meeting; `bounds`: what a body may set; `notice`: months from decision to force.", ""]
    lines += [*lever_table(), "## Policies", "", "Dated law: the lever it sets, from when, to what. A case names those"]
    lines += ["in force.", "", *policy_table()]
    lines += ["## Indicators", "", "Month by month; `by year` is how months add up.", "", *indicator_table()]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the pages, or with --check say whether they are stale."""
    assert len(PROVINCES) == len(read("provinces.csv"))
    stale = []
    pages = {"facts.md": facts_page(), "parameters.md": parameters_page(), "demands.md": demands_page(MADE, table)}
    pages["study_file.md"] = study_file_page(table)
    for name, text in pages.items():
        path = DOCS / name
        if "--check" in sys.argv[1:]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    if stale:
        print(f"stale: {', '.join('docs/' + name for name in stale)}; run python docs/build.py")
    else:
        print(f"{', '.join('docs/' + name for name in pages)}: {in_words(all_counts())}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
