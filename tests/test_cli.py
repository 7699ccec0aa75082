"""The command line: what it prints, what it saves, what it exits with."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case.levers import LEVERS
from govmodel.cli import app, set_levers
from govmodel.foundations.errors import InputError
from govmodel.performance.indicators import INDICATORS
from govmodel.report.tables import yearly
from govmodel.report.terminal import show

QUICK = ("--scale", "200000", "--until", "2022-06")


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def call_outside(*words):
    """Run a command as a program of its own, its output as bytes."""
    return subprocess.run(
        [sys.executable, "-m", "govmodel", *words], capture_output=True, env=os.environ | {"PYTHONIOENCODING": "utf-8"}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Save a run by the command line."""
    out = tmp_path_factory.mktemp("cli") / "out"
    result = call(
        "run", "--scale", 20000, "--until", "2023-06", "--seed", 4, "--replications", 2, "--packs", "--out", out
    )
    assert result.exit_code == 0, result.stderr
    return out


COMMANDS = {
    "run",
    "report",
    "trace",
    "minutes",
    "describe",
    "compare",
    "explain",
    "validate",
    "calibrate",
    "knockouts",
    "trust",
    "degenerate",
    "propositions",
    "robustness",
    "flips",
    "sweep",
    "dashboard",
    "analyse",
    "attribute",
}


def test_version_and_help_name_the_commands_that_exist_and_no_others():
    assert call("--version").stdout == f"govmodel {gm.__version__}\n"
    shown = call("--help").stdout
    commands = re.findall(r"^  (\w+) ", shown.partition("Commands:\n")[2].partition("\n\n")[0], re.MULTILINE)
    assert set(commands) == COMMANDS and len(commands) == len(COMMANDS)
    assert "Exit codes" in shown
    for command in commands:
        told = call(command, "--help").stdout
        assert "Examples:" in told and f"    govmodel {command} " in told.replace(
            f"govmodel {command}\n", f"govmodel {command} \n"
        )


def test_python_m_govmodel_is_the_same_program():
    outside = call_outside("--version")
    assert (outside.returncode, outside.stdout.decode().strip()) == (0, f"govmodel {gm.__version__}")


def test_the_table_says_what_was_run_and_shows_every_year():
    result = call("run", *QUICK, "--seed", 3, "--set", "subsidy@2022-01=20")
    assert result.exit_code == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert "case china, 2021-01 to 2022-06, structure market, scale 1:200,000, seed 3" in result.stdout
    assert "set by hand: subsidy" in result.stdout
    rows = [line.split()[0] for line in lines if re.match(r" ?20\d\d", line)]
    assert rows == ["2021", "2022*"] * 2
    assert "not a whole year" in result.stdout and "licensed: first handled by" in result.stdout
    assert "…" not in result.stdout and lines[-1].startswith("      govmodel describe levers")


def test_the_tables_numbers_are_the_runs():
    printed = call("run", *QUICK, "--seed", 3).stdout
    years = yearly(gm.run(gm.Case.load().with_(scale=200_000, until="2022-06"), seed=3).indicators)
    row = next(line for line in printed.splitlines() if line.strip().startswith("2021"))
    first = years.iloc[0]
    assert row.split()[1:4] == [
        f"{first['retired_kt']:,.0f}",
        f"{first['formal_share'] * 100:.0f}",
        f"{first['informal_share'] * 100:.0f}",
    ]


def test_with_replications_the_table_shows_bands():
    result = call("run", *QUICK, "--replications", 4)
    assert "4 replications: median, and 10-90 % band below it" in result.stdout
    assert re.search(r"\d+-\d+ +\d+-\d+", result.stdout)
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.parametrize("width", [72, 80, 100, 140])
@pytest.mark.parametrize("replications", [1, 3])
def test_the_table_fits_narrow_terminals(width, replications):
    case = gm.Case.load().with_(scale=50_000, start="2030-01", until="2031-12")
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    show(gm.run(case, replications=replications), console)
    printed = console.file.getvalue()
    assert "…" not in printed and "retired" in printed and "treasury" in printed
    assert ("nickel" in printed) == (width >= 100 and replications == 1)


def test_json_and_csv_are_for_machines_and_agree():
    by_json = call("run", *QUICK, "--replications", 2, "--format", "json", "--set", "formalisation_support=1")
    by_csv = call("run", *QUICK, "--replications", 2, "--format", "csv")
    rows = json.loads(by_json.stdout)
    assert [list(row)[:4] for row in rows] == [["structure", "replication", "year", "months"]] * 4
    assert set(rows[0]) == {"structure", "replication", "year", "months", *INDICATORS}
    assert [(row["replication"], row["year"], row["months"]) for row in rows] == [
        (0, 2021, 12),
        (0, 2022, 6),
        (1, 2021, 12),
        (1, 2022, 6),
    ]
    table = list(csv.DictReader(io.StringIO(by_csv.stdout)))
    for one, other in zip(rows, table, strict=True):
        for name in INDICATORS:
            assert one[name] == (float(other[name]) if other[name] else None), name
    assert "NaN" not in by_json.stdout


def test_quiet_says_nothing(tmp_path):
    result = call("run", *QUICK, "--quiet", "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "out" / "overview.png").read_bytes().startswith(b"\x89PNG")


def test_out_saves_a_run_that_loads(folder):
    loaded = gm.load_run(folder)
    assert (loaded.seed, len(loaded.seeds), loaded.case.scale) == (4, 2, 20000)
    assert (folder / "packs.parquet").exists() and (folder / "overview.png").stat().st_size > 20_000


def test_the_command_line_and_python_give_the_same_run(folder):
    case = gm.Case.load("china").with_(scale=20000, until="2023-06")
    assert gm.load_run(folder).flows.equals(gm.run(case, seed=4, replications=2).flows)


def test_trace_tells_a_life_in_two_languages(folder):
    number = int(gm.load_run(folder).packs["pack"].iloc[0])
    english, chinese = call("trace", folder, number), call("trace", folder, number, "--lang", "zh")
    assert english.exit_code == chinese.exit_code == 0
    assert english.stdout.splitlines() == gm.load_run(folder).pack(number).lines("en")
    assert f"Pack {number} " in english.stdout and "came loose" in english.stdout
    assert re.search("[\u4e00-\u9fff]", chinese.stdout) and not re.search("[\u4e00-\u9fff]", english.stdout)
    other = call("trace", folder, number, "--replication", 1)
    assert other.stdout.splitlines() == gm.load_run(folder).pack(number, 1).lines("en")


def test_the_pack_named_at_the_end_can_be_traced(tmp_path):
    result = call("run", *QUICK, "--out", tmp_path / "o")
    command = re.search(r"Next: govmodel trace .* (\d+)", result.stdout.replace("\n", " "))
    assert call("trace", tmp_path / "o", command[1]).exit_code == 0


@pytest.mark.parametrize(
    "topic, names",
    [
        ("levers", list(LEVERS)),
        ("indicators", list(INDICATORS)),
        ("structures", ["market", "government_led", "enterprise_led", "collaborative", "maturing"]),
        ("cases", ["central", "china", "high", "lithium_crash", "lithium_spike", "low"]),
        ("policies", ["fujian_subsidy", "interim_measures_2018", "measures_2026", "shenzhen_deposit_2018"]),
        ("parameters", ["awareness", "price_sensitivity"]),
        ("facts", ["registrations.csv", "plants.csv"]),
    ],
)
def test_describe_names_everything_in_three_formats(topic, names):
    shown = {form: call("describe", topic, "--format", form) for form in ("table", "json", "markdown")}
    for form, result in shown.items():
        assert result.exit_code == 0, result.stderr
        for name in names:
            assert name in result.stdout, (form, name)
    listed = json.loads(shown["json"].stdout)
    assert all(set(row) == set(listed[0]) for row in listed)
    assert len(shown["markdown"].stdout.strip().splitlines()) == len(listed) + 2
    assert "…" not in shown["table"].stdout
    assert max(map(len, shown["table"].stdout.splitlines())) <= 100


def test_describe_levers_gives_unit_range_value_and_source():
    subsidy = json.loads(call("describe", "levers", "--format", "json").stdout)[0]
    assert subsidy["name"] == "subsidy" and subsidy["unit"] == "yuan/kWh" and subsidy["value_2025"] == 0.0
    assert (subsidy["low"], subsidy["high"], subsidy["source"]) == (0.0, 300.0, "ASSUMED")


def test_facts_count_their_assumptions():
    tables = {row["table"]: row for row in json.loads(call("describe", "facts", "--format", "json").stdout)}
    assert all(row["rows"] == row["sourced"] + row["assumed"] + row["calibrated"] for row in tables.values())
    assert tables["registrations.csv"]["sourced"] > 0 and "sources.csv" not in tables


def test_settings_become_paths():
    assert set_levers(["subsidy=20", "fine = 3"], 96) == {"subsidy": 20.0, "fine": 3.0}
    assert set_levers(["subsidy@2027-01=20", "subsidy@2030-01=10"], 96) == {
        "subsidy": {"2027-01": 20.0, "2030-01": 10.0}
    }
    assert set_levers(["subsidy@2030-01=10", "subsidy=20"], 96) == {"subsidy": {"2026-01": 20.0, "2030-01": 10.0}}
    assert set_levers(["subsidy@2032-01=10", "subsidy=20"], 204) == {"subsidy": {"2030-01": 20.0, "2032-01": 10.0}}
    for wrong in (
        ["subsidy"],
        ["subsidy=x"],
        ["subsidi=1"],
        ["subsidy=1", "subsidy=2"],
        ["subsidy@2027-01=1", "subsidy@2027-01=2"],
    ):
        with pytest.raises(InputError):
            set_levers(wrong, 96)


def test_a_lever_that_moves_nothing_is_named():
    assert "Note: subsidy counts from 2026-01, after the run's end" in call("run", *QUICK, "--set", "subsidy=5").stderr


def test_output_goes_out_as_utf8_where_the_terminal_knows_no_unicode(folder):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    told = subprocess.run(
        [sys.executable, "-m", "govmodel", "trace", str(folder), "40", "--lang", "zh"],
        capture_output=True,
        env=environment,
    )
    assert told.returncode == 0 and re.search("[\u4e00-\u9fff]", told.stdout.decode("utf-8"))


def test_an_interrupted_run_saves_nothing(tmp_path, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(gm.GovernanceModel, "step", interrupted)
    result = call("run", *QUICK, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (130, "") and "interrupted" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    def full(frame, path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("govmodel.folder.write_table", full)
    result = call("run", *QUICK, "--out", tmp_path / "out")
    assert result.exit_code == 3 and "No space left on device" in result.stderr and "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_starting_up_loads_nothing_heavy():
    code = (
        "import sys, govmodel, govmodel.cli; "
        "print([name for name in ('matplotlib', 'pyarrow', 'mesa', 'pandas', 'pydantic') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
    code = "import sys, govmodel; print([n for n in ('typer', 'rich', 'numpy') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
