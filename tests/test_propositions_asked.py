"""Propositions asked of the model: the file is read strictly, arms share their luck, one rule gives the verdict."""

import csv
import io

import numpy as np
import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from govmodel.facts.loading import FACTS_FOLDER
from govmodel.foundations.calendar import month_number
from govmodel.foundations.draws import seeds_of_replications
from govmodel.foundations.errors import InputError
from govmodel.study.propositions import CONTRADICTED, OPEN, SUPPORTED, Answer, ask, load, read
from govmodel.study.worlds import Measure, Wanted, live_all

SMALL = gm.Case.load().with_(scale=100_000)
FILE = FACTS_FOLDER / "china" / "propositions.toml"


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def months(since: str, until: str) -> tuple[int, int]:
    return month_number(since, ""), month_number(until, "")


# measures and worlds


def test_a_world_lived_beside_others_equals_its_run():
    """Cases of several worlds, sharing pasts or not: each number is that of the case's own run."""
    case = SMALL.with_(until="2027-12")
    cases = [case, case.with_(structure="collaborative"), case.with_(parameters={"capture": 2.0}),
             case.with_(levers={"subsidy": {"2024-01": 30.0}})]  # fmt: skip
    since, until = months("2026-01", "2027-12")
    measures = (Measure("formal_share", since, until), Measure("breach_rate", since, until, "ratio"),
                Measure("reporting_gap", since, until, "mean_absolute"),
                Measure("fires", since, until, "sum"))  # fmt: skip
    found = live_all([Wanted(one, measures) for one in cases], seeds_of_replications(3, 2))
    for one, values in zip(cases, found):
        table = gm.run(one, seed=3).indicators
        late = table[table["month"] >= "2026-01"]
        expected = [late["formal_share"].mean(), late["breaches"].sum() / late["contracts"].sum(),
                    late["reporting_gap"].abs().mean(), late["fires"].sum()]  # fmt: skip
        assert values[:, 0] == pytest.approx(expected, nan_ok=True)
    assert not np.array_equal(found[0][:, 0], found[0][:, 1])
    again = live_all([Wanted(one, measures) for one in cases], seeds_of_replications(3, 2), workers=2)
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(found, again))


@pytest.mark.parametrize(
    "wrong", [{"indicator": "formal"}, {"how": "median"}, {"how": "ratio"}, {"since": 200, "until": 100}]
)
def test_a_measure_that_cannot_be_taken_is_refused(wrong):
    given = {"indicator": "formal_gwh", "since": 156, "until": 160, "how": "mean"} | wrong
    with pytest.raises(InputError):
        Measure(**given)


# the file


def test_every_proposition_of_the_package_is_read():
    known = load()
    assert len(known) >= 12 and len({one.id for one in known}) == len(known)
    for one in known:
        a, b = one.arms(SMALL)
        assert a != b and a.until == b.until == one.measure.until


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ('expected = "-"', 'expected = "down"', "cheap_exit.expected"),
        ('measure = "ratio"', 'measure = "median"', "cheap_exit.measure"),
        ('indicator = "agreement_rate"', 'indicator = "agreement"', "cheap_exit.indicator"),
        ('source = "ansell_gash_2008"', 'source = "nobody"', "cheap_exit.source"),
        ('period = ["2026-01", "2030-12"]', 'period = ["2020-01", "2030-12"]', "cheap_exit.period"),
        ('period = ["2026-01", "2030-12"]', 'period = ["2026-13", "2030-12"]', "cheap_exit.period"),
        ('period = ["2026-01", "2030-12"]', 'period = ["2026-01"]', "cheap_exit.period"),
        ('title = "Cheap exit weakens collaboration"', 'colour = "red"', "cheap_exit.colour"),
        ('title = "Cheap exit weakens collaboration"', "", "cheap_exit.title"),
        ("workshop_outbid = -0.1", "workshops_outbid = -0.1", "cheap_exit.a"),
        ("workshop_outbid = 0.2", "workshop_outbid = -0.1", "cheap_exit.b"),
        ('id = "power_imbalance"', 'id = "cheap_exit"', "cheap_exit"),
        ('structure = "collaborative"', 'structures = "collaborative"', "cheap_exit.a.structures"),
        ('[[propositions]]\nid = "cheap_exit"', '[[propositions]\nid = "cheap_exit"', "propositions.toml"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_cell(tmp_path, old, new, cell):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "propositions.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read(path)
    assert cell in refused.value.field


# verdicts


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (np.linspace(0.1, 0.3, 8), SUPPORTED),
        (-np.linspace(0.1, 0.3, 8), CONTRADICTED),
        (np.linspace(-0.1, 0.3, 8), OPEN),  # the band covers zero
        (np.linspace(0.1, 0.3, 5), OPEN),  # five of five may be chance
        (np.zeros(20), OPEN),
    ],
)
def test_one_rule_gives_the_verdict(effect, verdict):
    one = next(one for one in load() if one.expected > 0)
    assert Answer(one, np.ones(len(effect)), 1.0 + effect).verdict == verdict


def test_propositions_are_asked_with_paired_luck_and_printed():
    found = ask(SMALL, 2, 5, ["local_capture"])
    row = found.frame().iloc[0]
    assert row["verdict"] == OPEN  # two replications tell nothing apart
    assert row["effect"] == pytest.approx(np.median(found.answers[0].b - found.answers[0].a))
    told = call("propositions", "--scale", 100_000, "--replications", 2, "--only", "local_capture", "--seed", 5,
                "--workers", 1, "--format", "csv")  # fmt: skip
    printed = next(csv.DictReader(io.StringIO(told.stdout)))
    assert float(printed["effect"]) == pytest.approx(row["effect"]) and printed["id"] == "local_capture"


def test_the_table_stands_in_a_page_and_on_a_terminal_in_both_languages(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n<!-- table: begin -->\nold\n<!-- table: end -->\n\nAfter.\n", encoding="utf-8")
    quick = ("propositions", "--scale", 200_000, "--replications", 1, "--workers", 1, "--only", "subsidy_bid_away")
    told = call(*quick, "--page", page)
    assert (
        told.exit_code == 0 and "Subsidies are partly bid away" in told.stdout and "not distinguishable" in told.stdout
    )
    assert max(map(len, told.stdout.splitlines())) <= 140
    text = page.read_text(encoding="utf-8")
    assert "old" not in text and "`subsidy_bid_away`" in text and text.endswith("After.\n")
    assert "补贴部分转化为收购价" in call(*quick, "--lang", "zh").stdout


def test_an_unknown_proposition_is_refused():
    told = call("propositions", "--only", "cheap_exits", "--scale", 200_000)
    assert told.exit_code == 2 and "cheap_exit" in told.stderr
