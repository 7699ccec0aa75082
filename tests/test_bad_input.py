"""Bad input: one clear message each, exit 2, nothing overwritten."""

import hashlib

import pytest
from typer.testing import CliRunner

from govmodel.cli import app

QUICK = ("--scale", "200000", "--until", "2021-03")


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(result, *hints) -> None:
    """Hold a result to: exit 2, nothing on stdout, one message on stderr that holds the hints, no traceback."""
    assert result.exit_code == 2, (result.exit_code, result.stderr, result.exception)
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("govmodel: ") and "; got " in lines[0], result.stderr
    for hint in hints:
        assert hint in result.stderr, (hint, result.stderr)


def contents(folder) -> dict:
    """Remember what is in a folder, byte by byte."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "words, hints",
    [
        (("--set", "subsidi=20"), ("lever", "'subsidi'", "'subsidy'")),
        (("--set", "subsidy=2000"), ("governance.levers.subsidy", "from 0 to 300 yuan/kWh", "2000")),
        (("--set", "subsidy=-1"), ("governance.levers.subsidy", "-1")),
        (("--set", "subsidy=nan"), ("governance.levers.subsidy", "nan")),
        (("--set", "subsidy=many"), ("--set subsidy", "yuan/kWh", "'many'")),
        (("--set", "subsidy"), ("--set", "LEVER=VALUE", "'subsidy'")),
        (("--set", "subsidy=1", "--set", "subsidy=2"), ("--set subsidy", "twice")),
        (("--set", "subsidy@2040-01=1"), ("governance.levers.subsidy", "2021-01 to 2035-12", "'2040-01'")),
        (("--set", "subsidy@soon=1"), ("governance.levers.subsidy", "YYYY-MM", "'soon'")),
        (("--start", "2019-01"), ("scenario.start", "2021-01 to 2035-12", "'2019-01'")),
        (("--until", "2036-01"), ("scenario.until", "2021-01 to 2035-12", "'2036-01'")),
        (("--until", "next year"), ("scenario.until", "YYYY-MM", "'next year'")),
        (("--start", "2030-01", "--until", "2029-01"), ("scenario.until", "2030-01", "'2029-01'")),
        (("--scale", "0"), ("scenario.scale", "at least 1", "got 0")),
        (("--scale", "-5"), ("scenario.scale", "got -5")),
        (("--seed", "-1"), ("seed", "got -1")),
        (("--replications", "0"), ("replications", "got 0")),
        (("--structure", "colaborative"), ("governance.structure", "'colaborative'", "'collaborative'")),
        (("--packs",), ("--packs", "--out DIR")),
        (("chnia",), ("case", "'chnia'", "'china'")),
        (("nowhere.toml",), ("case", "'nowhere.toml'", "no such file")),
    ],
)
def test_what_cannot_be_used_is_refused(words, hints, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(call("run", *words), *hints)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content, hints",
    [
        (b"scale = = 3", ("TOML", "line 1")),
        (b"just words", ("TOML", "line 1")),
        (b"\xff\xfe\x00binary", ("TOML",)),
        (b"[scenario]\nscael = 3", ("scenario.scael", "'scale'")),
        (b"[scenario]\nscale = 'big'", ("scenario.scale", "whole number", "'big'")),
        (b"[scenario]\nmetal_prices = 'spyke'", ("scenario.metal_prices", "'spike'")),
        (b"[scenario.parameters]\nawarenes = 0.2", ("parameter", "'awareness'")),
        (b"[governance.levers]\nfines = 2", ("governance.levers.fines", "'fine'")),
        (b"[governance]\npolicies = ['measures_2062']", ("governance.policies[0]", "'measures_2026'")),
    ],
)
def test_a_wrong_case_file_is_refused(content, hints, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    refused(call("run", path, "--out", tmp_path / "out"), *hints)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.toml"]
    assert path.read_bytes() == content


def test_a_folder_that_holds_another_run_is_refused_before_anything_runs(tmp_path, monkeypatch):
    def must_not_be_built(*args, **settings):
        raise AssertionError("a world was built in vain")

    out = tmp_path / "out"
    assert call("run", *QUICK, "--quiet", "--out", out).exit_code == 0
    before = contents(tmp_path)
    monkeypatch.setattr("govmodel.model.GovernanceModel", must_not_be_built)
    refused(call("run", *QUICK, "--out", out), "out", "another run", "nothing is overwritten")
    assert contents(tmp_path) == before


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    refused(call("run", *QUICK, "--out", tmp_path), "out", "not empty")
    assert contents(tmp_path) == {"thesis.txt": hashlib.sha256(b"years of work").hexdigest()}
    refused(call("run", *QUICK, "--out", tmp_path / "thesis.txt"), "out", "This is a file")


def test_a_folder_cannot_be_made_inside_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    result = call("run", *QUICK, "--quiet", "--out", tmp_path / "file" / "out")
    assert result.exit_code in (2, 3) and "Traceback" not in result.stderr and result.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "x"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    out = tmp_path_factory.mktemp("bad") / "out"
    assert call("run", *QUICK, "--quiet", "--out", out).exit_code == 0
    return out


def test_a_pack_that_is_not_there_is_refused(saved):
    refused(call("trace", saved, 999_999_999), "pack", "999999999")


def test_a_replication_that_is_not_there_is_refused(saved):
    refused(call("trace", saved, 3, "--replication", 1), "replication", "got 1")


def test_a_folder_without_a_run_is_refused(tmp_path):
    refused(call("trace", tmp_path, 3), "run folder", "holds no run")
    refused(call("trace", tmp_path / "nowhere", 3), "run folder", "no such folder")


def test_a_half_written_run_is_refused(saved, tmp_path):
    half = tmp_path / "half"
    half.mkdir()
    for name in ("indicators.parquet", "flows.parquet"):
        (half / name).write_bytes((saved / name).read_bytes())
    before = contents(half)
    refused(call("trace", half, 3), "run folder", "half-written")
    refused(call("run", *QUICK, "--out", half), "out", "not empty")
    assert contents(half) == before


@pytest.mark.parametrize(
    "words",
    [
        ("rnu",),
        ("run", "--sed", "3"),
        ("run", "--scale", "many"),
        ("run", "--format", "xml"),
        ("describe", "actors"),
        ("trace", "out", "first"),
        ("trace",),
        ("run", "china", "low"),
    ],
)
def test_words_the_command_line_does_not_know_exit_with_two(words):
    result = call(*words)
    assert result.exit_code == 2 and result.stdout == "" and "Error" in result.stderr
    assert "Traceback" not in result.stderr
