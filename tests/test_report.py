"""The report: one page that loads nothing, says what the tables say, and can be heard, in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

import govmodel as gm
from govmodel.case.levers import LEVERS, SEATS
from govmodel.cli import app
from govmodel.performance.differences import HIGHER, LOWER
from govmodel.report.page import answer, costs, sankey, telling
from govmodel.report.page.build import report
from govmodel.report.page.subject import open_subject
from tests.test_bad_input import refused

EMPTY = {"meta", "input", "br", "col"}
HAN = re.compile("[\u4e00-\u9fff]")
ARMS = ("market", "government_led", "collaborative")


class Reader(HTMLParser):
    """Reads a page strictly: every element that opens closes in its place."""

    def __init__(self, page: str):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        """Take an element that opens, with its parents."""
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Take an element that closes itself."""
        assert tag in EMPTY or "svg" in self.open
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        """Close the element that was opened last, and no other one."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Take words, and where they stand."""
        if data.strip():
            self.words.append((tuple(self.open), data.strip()))

    def all(self, tag: str) -> list[dict]:
        """Give the attributes of every element of a kind."""
        return [attrs for kind, attrs, _ in self.elements if kind == tag]

    @property
    def text(self) -> str:
        """Give what is read."""
        return " ".join(words for path, words in self.words if "style" not in path)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Save a small comparison, one without replications to speak of, and a run."""
    place = tmp_path_factory.mktemp("report")
    case = gm.Case.load().with_(scale=100_000, start="2024-01", until="2029-12")
    cases = [case.with_(structure=arm) for arm in ARMS]
    gm.compare(*cases, replications=6, workers=1).save(place / "three")
    odd = case.with_(until="2026-06", title="A <b>bold</b> & odd case", levers={"subsidy": 20.0}, metal_prices="crash")
    gm.compare(odd.with_(levers={}, metal_prices="central"), odd, replications=1, workers=1).save(place / "odd")
    gm.run(case.with_(structure="collaborative")).save(place / "run")
    gm.run(case.with_(until="2025-06")).save(place / "short")
    return place


@pytest.fixture(scope="module")
def pages(folders):
    """Make the pages of all folders in both languages."""
    return {(f.name, lang): report(f, lang) for f in sorted(folders.iterdir()) for lang in ("en", "zh")}


NAMES = [(name, lang) for name in ("odd", "run", "short", "three") for lang in ("en", "zh")]


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_a_page_parses_and_has_each_id_once(pages, which):
    read = Reader(pages[which])
    ids = [attrs["id"] for _, attrs, _ in read.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert read.all("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[which[1]]
    assert all(link["href"].removeprefix("#") in ids for link in read.all("a"))
    assert all(label["for"] in ids for label in read.all("label"))


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_a_page_loads_nothing_and_needs_no_script(pages, which):
    page = pages[which]
    read = Reader(page)
    kinds = {kind for kind, _, _ in read.elements}
    assert not kinds & {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image"}
    assert not re.search(r"url\(|@import|@font-face", page)
    for _, attrs, _ in read.elements:
        assert not {"src", "srcset", "xlink:href", "data", "action"} & set(attrs)
        assert not any(name.startswith("on") for name in attrs)
        assert attrs.get("href", "#").startswith("#")


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_every_figure_has_a_text_and_every_table_a_caption_and_headings(pages, which):
    read = Reader(pages[which])
    pictures = [attrs for attrs in read.all("svg") if attrs.get("aria-hidden") != "true"]
    titles = [words for path, words in read.words if path[-2:] == ("svg", "title")]
    told = [words for path, words in read.words if path[-2:] == ("svg", "desc")]
    assert len(pictures) == len(titles) == len(told) > 20
    assert all(attrs["role"] == "img" for attrs in pictures)
    assert all(re.search(r"\d", words) for words in told)
    assert len(read.all("caption")) == len(read.all("table")) > 3
    assert all(attrs.get("scope") in ("row", "col") for attrs in read.all("th"))
    wide = [attrs for attrs in read.all("div") if attrs.get("class") == "wide"]
    assert wide and all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in wide)  # keys can scroll them


@pytest.mark.parametrize("which", NAMES, ids="-".join)
def test_a_page_holds_no_number_that_is_none(pages, which):
    assert not re.search(r"\b(nan|NaN|None|inf|Timestamp)\b", Reader(pages[which]).text)
    assert "nan" not in "".join(re.findall(r'(?:points|d|x|y|width)="([^"]*)"', pages[which]))


@pytest.mark.parametrize("name", ["odd", "run", "short", "three"])
def test_the_chinese_page_is_chinese(pages, name):
    """Words of the page itself; names of files, citations and what the model calls its parameters stay."""
    read = Reader(pages[name, "zh"])
    body = [words for path, words in read.words if "style" not in path and "details" not in path]
    english = [words for words in body if len(re.findall(r"[A-Za-z]{3,}", words)) > 6 and not HAN.search(words)]
    assert all(re.search(r"\d|numpy|Linux|\(", words) for words in english), english
    headings = [words for path, words in read.words if path[-1] in ("h1", "h2")]
    assert len(headings) > 8 and all(HAN.search(words) for words in headings)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_how_seats_stand_ends_at_one_place(pages, lang):
    heat = re.search(r'<table class="heat".*?</table>', pages["three", lang], re.S)[0]
    told = re.findall(r"<td[^>]*>([^<]+)</td>", heat)
    assert len(told) == len(ARMS) * len(SEATS) and all(re.fullmatch(r"[+-]?\d\.\d\d", one) for one in told), told


def test_words_of_a_user_are_escaped(pages):
    assert "<b>bold</b>" not in pages["odd", "en"] and "A &lt;b&gt;bold&lt;/b&gt; &amp; odd case" in pages["odd", "en"]


def test_numbers_equal_the_tables(folders, pages):
    held, text = gm.load_comparison(folders / "three"), pages["three", "en"]
    found = held.differences
    found = found[(found["period"] == "2026-2029") & (found["against"] == "market")]
    table = re.search(r'<table class="differences">.*?</table>', text, re.S).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    for name, title in (("formal_share", "licensed share"), ("traceability", "hand-overs scanned")):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", next(row for row in rows if f"<b>{title}</b>" in row), re.S)
        mine = found[found["indicator"] == name]
        assert float(cells[0]) == pytest.approx(100 * mine["value_against"].iloc[0], abs=0.051)
        for cell, row in zip(cells[1:], mine.itertuples(), strict=True):
            value, difference, word, low, high = re.match(
                r"([\d.]+)<small[^>]*>. ([+\-\d.]+) (.*?)</small><small>(\S+) to (\S+)</small>", cell
            ).groups()
            assert float(value) == pytest.approx(100 * row.value, abs=0.051)
            for shown, kept in ((difference, row.difference), (low, row.low), (high, row.high)):
                assert float(shown) == pytest.approx(100 * kept, abs=0.051)
            assert word == {"not distinguishable": "n.d."}.get(row.verdict, row.verdict)


def test_ranks_and_leaders_equal_the_ranking(folders, pages):
    held, text = gm.load_comparison(folders / "three").ranking, pages["three", "en"]
    table = re.search(r'<table class="ranks">.*?</table>', text, re.S).group()
    shown = {
        who: [int(rank) for rank in re.findall(r">(\d+)</td>", row)]
        for who, row in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.S)
    }
    ranks = held.drop_duplicates("stakeholder").set_index("stakeholder")
    assert shown["recyclers"] == [ranks.loc["recyclers", f"rank: {arm}"] for arm in ARMS]
    assert len(shown) == len(SEATS) + 1


@pytest.mark.parametrize("name", ["three", "run", "odd"])
def test_the_cost_of_governing_is_the_same_by_purpose_by_payer_and_as_indicator(folders, name):
    subject = open_subject(folders / name, "en")
    paid = costs.payments(subject).groupby("structure")["yuan"].sum()
    for label in subject.cases:
        assert paid[label] == pytest.approx(subject.whole.loc[label, "governance_cost"].mean(), rel=1e-6)


def test_what_some_seats_pay_others_get_back(folders):
    settled = costs.settlements(open_subject(folders / "three", "en"))
    assert set(settled["structure"]) <= {"collaborative"}
    assert settled["yuan"].sum() == pytest.approx(0.0, abs=1e-4)


def test_accounts_belong_to_seats():
    model = gm.GovernanceModel(gm.Case.load("china").with_(scale=50_000), rng=1)
    payers = {model.ledger.accounts[payer] for payer in model.ledger.payers}
    lines = zip(model.ledger.purposes, model.ledger.payers)
    governing = {model.ledger.accounts[payer] for purpose, payer in lines if purpose in (*costs.PARTS, costs.SHARED)}
    seats = {account: costs.seat_of(account) for account in governing - {costs.POOL}}
    for start, seat in (("automaker: ", "automakers"), ("battery_maker: ", "battery_makers"), ("plant: ", "recyclers"),
                        ("province_", "provinces"), ("owners_", "workshops")):  # fmt: skip
        mine = {account for account in payers if account.startswith(start)}
        assert mine and {costs.seat_of(account) for account in mine} == {seat}
    assert set(seats.values()) == set(SEATS)


def test_no_energy_is_lost_between_the_columns_of_the_flows(folders):
    subject = open_subject(folders / "three", "en")
    for label in ARMS:
        mine = subject.flows[subject.flows["structure"] == label]
        whole = subject.whole.loc[label].mean(numeric_only=True)
        steps = sankey.links(mine, *(whole[name] for name in sankey.TOTALS))
        sums = [sum(step.values()) for step in steps]
        assert sums[0] == pytest.approx(sums[1]) == pytest.approx(sums[2]) == pytest.approx(whole["released_gwh"])
        used = steps[2]["licensed", "recovered"] + steps[2].get(("licensed", "second_life"), 0.0)
        assert used == pytest.approx(whole["formal_gwh"])
        informal = sum(gwh for (_, hand), gwh in steps[1].items() if hand == "informal")
        assert informal == pytest.approx(whole["informal_gwh"])


def test_a_single_run_says_that_it_is_one_luck_and_has_no_verdicts(pages):
    text = Reader(pages["run", "en"]).text
    assert "This is one luck" in text and "Differences, with verdicts" not in text and "not distinguishable" not in text


def test_cases_that_differ_in_the_scenario_are_told_apart(pages):
    text = Reader(pages["odd", "en"]).text
    assert re.search(r"metal prices market central .*? crash", text)
    assert "with fewer than 6 replications it cannot be told whether arms differ" in text


@pytest.mark.parametrize(("lang", "warns", "cell", "no"), [("en", "Too few runs", "cannot tell", "n.d."),
                                                         ("zh", "运行次数太少", "无法判断", "无法区分")])  # fmt: skip
def test_too_few_replications_are_warned_of_before_anything_is_claimed(pages, lang, warns, cell, no):
    """The warning stands before the answer and before the table of verdicts, whose cells claim no likeness."""
    page = pages["odd", lang]
    answered = page[page.index('id="answer"') : page.index('id="ranking"')]
    assert answered.index('class="warning"') < answered.index(warns) < answered.index('class="question"')
    found = page[page.index('id="differences"') : page.index('id="seats"')]
    assert found.index('class="warning"') < found.index("<table") and cell in found
    tables = re.sub(r'<p class="note">.*?</p>', "", found)
    assert no not in tables and "\u2248" not in tables and "distinguishable" not in tables
    ranked = page[page.index('id="ranking"') : page.index('id="flows"')]
    assert ranked[ranked.index("<table") :].count("?</td>") >= 18 and "distinguishable (" not in ranked


def test_bands_are_said_to_hold_parameter_sets_where_they_do(pages):
    assert "sets of parameters that fit history as well" in pages["three", "en"]
    assert "Bands show luck alone" in pages["odd", "en"]


def test_equal_folders_give_equal_pages(folders, pages):
    assert report(folders / "three", "en") == pages["three", "en"]


def test_the_command_writes_the_page(folders, tmp_path):
    found = CliRunner().invoke(app, ["report", str(folders / "run"), "--out", str(tmp_path / "my" / "page.html")])
    assert found.exit_code == 0 and found.stdout.strip().endswith("page.html")
    assert (tmp_path / "my" / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    quiet = CliRunner().invoke(app, ["report", str(folders / "run"), "--lang", "zh", "--quiet"])
    assert (
        quiet.exit_code == 0 and not quiet.stdout and HAN.search((folders / "run" / "report.html").read_text("utf-8"))
    )
    gm.load_run(folders / "run")  # a report in a run's folder does not spoil it
    (folders / "run" / "report.html").unlink()


def test_a_folder_that_holds_nothing_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    refused(CliRunner().invoke(app, ["report", str(tmp_path / "empty")]), "folder")
    refused(CliRunner().invoke(app, ["report", str(tmp_path / "nowhere")]), "folder")


def test_the_style_serves_paper_phones_and_the_dark():
    style = (Path(gm.__file__).parent / "report" / "page" / "page.css").read_text(encoding="utf-8")
    for words in ("@media print", "prefers-color-scheme: dark", "max-width: 560px", ":focus-visible"):
        assert words in style


@pytest.fixture
def told(folders, monkeypatch):
    """Say what differences there are, and give the sentences of the answer."""

    def sentences(**found):
        subject = open_subject(folders / "three", "en")
        made = {name: {"verdict": verdict, "difference": size, "low": size, "high": size, "chance": 0.01}
                for name, (verdict, size) in found.items()}  # fmt: skip
        monkeypatch.setattr(type(subject), "difference", lambda self, label, name, against=None: made[name])
        return answer.sentences(subject)

    return sentences


def test_the_answer_says_more_where_it_is_more_and_less_where_it_is_less(told):
    """Shares in points and costs in their own words, by the verdict."""
    shares, costs_, _ = told(formal_share=(HIGHER, 0.04), governance_cost=(LOWER, -200.0), formal_gwh=(HIGHER, 9.0))
    assert "4.0 points more" in shares and "points less" not in shares
    assert "costs 0.20 billion yuan less (" in costs_
    assert " more" not in costs_.replace("licensed kWh more", "")
    shares, costs_, _ = told(formal_share=(LOWER, -0.04), governance_cost=(HIGHER, 200.0), formal_gwh=(LOWER, -9.0))
    assert "4.0 points less" in shares and " more (" in costs_ and "for every licensed kWh" not in costs_


def test_an_extra_licensed_kwh_costs_what_governing_costs_more_by_what_is_gained(told):
    """500 million yuan for 200 GWh is 2.50 yuan a kWh."""
    found = dict(formal_share=(HIGHER, 0.04), governance_cost=(HIGHER, 500.0), formal_gwh=(HIGHER, 200.0))
    assert "which is 2.50 yuan for every licensed kWh more" in told(**found)[1]


def test_a_single_run_says_who_is_better_and_who_worse_off(folders, monkeypatch):
    """By standing, against 2025: provinces above, recyclers below, the others about as before."""
    subject = open_subject(folders / "run", "en")
    standing = {"standing_provinces": 0.3, "standing_recyclers": -0.3}
    monkeypatch.setattr(type(subject), "value", lambda self, label, name, point=0.5: standing.get(name, 0.0))
    told = answer.sentences(subject)[2]
    assert "better off are provinc" in told and "worse off are recycl" in told


def test_turning_points_are_the_meetings_at_which_levers_moved_most_in_steps(folders):
    """Moves are counted in steps of their levers, so that no unit chooses the meetings that are told."""
    subject = open_subject(folders / "run", "en")
    minutes = subject.minutes
    moves = minutes[(minutes["outcome"] == "moved") & (minutes["in_force"] <= "2029-12")]
    moves = moves.drop_duplicates(["month", "lever"])
    steps = (moves["new"] - moves["old"]).abs() / moves["lever"].map({name: one.step for name, one in LEVERS.items()})
    by_month = steps.groupby(moves["month"]).sum().round(9).sort_values(ascending=False, kind="stable")
    told = re.findall(r"<h4>(\d{4}-\d\d).*?([\d.]+) steps", str(telling.turning_points(subject)))
    assert told == [(month, f"{by_month[month]:.1f}") for month in sorted(by_month.index[:3])]
