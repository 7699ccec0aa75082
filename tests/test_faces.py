"""The Chinese face: every text has one, tables fit, the picture is drawn where a font allows, English stays."""

import io
import re
import string
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

import govmodel as gm
from govmodel import chosen, commands_study
from govmodel.case import structures
from govmodel.case.case import library
from govmodel.case.levers import LEVERS
from govmodel.cli import app
from govmodel.facts import CHANNELS
from govmodel.foundations.errors import InputError
from govmodel.performance.history import label
from govmodel.performance.indicators import INDICATORS
from govmodel.report import catalogue, fonts, listing, telling, terminal
from govmodel.report.figures import PRICE_LINES, SHARE_LINES, overview, save_overview
from govmodel.report.texts import LANGUAGES, Texts, load
from govmodel.report.wrapping import wrapped
from govmodel.structures import goals

HAN = re.compile("[\u4e00-\u9fff]")
QUICK = ("--scale", "200000", "--until", "2022-06")
ENTRIES = [(section, key) for section, entries in load().items() for key in entries]
SAME = {"GWh", "0-1"}  # written alike in both languages


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def blanks(text: str) -> set[str]:
    """Name what is filled into a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture(scope="module")
def runs():
    """Play one run, and one of three replications with negative profits, a lever and a year that is not whole."""
    case = gm.Case.load().with_(scale=20_000, start="2024-01", until="2035-06", levers={"subsidy": 20.0})
    return {many: gm.run(case, replications=many) for many in (1, 3)}


@pytest.fixture
def no_font(monkeypatch):
    """Pretend that no font can write Chinese."""
    monkeypatch.setattr(fonts, "chinese", lambda: None)


@pytest.mark.parametrize("section, key", ENTRIES, ids=lambda part: part)
def test_every_text_has_both_languages_and_fills_in_the_same(section, key):
    text = load()[section][key]
    assert set(text) == set(LANGUAGES)
    assert blanks(text["en"]) == blanks(text["zh"])
    assert not HAN.search(text["en"]) and text["en"].isascii()
    words = re.sub(r"\{[^}]*\}", "", text["zh"])
    assert key in SAME or HAN.search(words) or not re.search("[A-Za-z]", words)


def test_every_text_that_is_asked_for_is_there():
    asked = set()
    for path in (
        terminal.__file__,
        fonts.__file__,
        listing.__file__,
        telling.__file__,
        overview.__code__.co_filename,
        call_file(),
        chosen.__file__,
        commands_study.__file__,
    ):
        with open(path, encoding="utf-8") as file:
            asked |= set(re.findall(r'"((?:terminal|figures|describe)\.\w+)"', file.read()))
    asked |= {f"columns.{column.indicator}" for column in terminal.WHERE + terminal.MONEY}
    asked |= {f"figures.{name}" for name, *_ in SHARE_LINES + PRICE_LINES}
    asked |= {f"describe.{topic}" for topic in catalogue.TOPICS} | {"figures.plant_utilisation"}
    asked |= {f"terminal.{name.removesuffix('_share')}" for name, *_ in terminal.BAR_PARTS}
    there = {f"{section}.{key}" for section, key in ENTRIES}
    assert asked <= there
    unused = {name for name in there if name.split(".")[0] in ("terminal", "columns", "figures", "describe")} - asked
    assert not unused


def call_file() -> str:
    """Say where the command line is written."""
    import govmodel.cli

    return govmodel.cli.__file__


def test_every_name_has_a_chinese_word():
    assert all(HAN.search(structures.load(name).title_zh) for name in structures.library())
    assert {*structures.RULES, *structures.SIGHTS, *structures.SETTLERS} <= set(load()["words"])
    assert {goal.unit for goal in goals.load()} <= set(load()["words"])
    units = {lever.unit for lever in LEVERS.values()} | {indicator.unit for indicator in INDICATORS.values()}
    seats = {lever.decider for lever in LEVERS.values()}
    rules = {indicator.aggregation.partition(":")[0] for indicator in INDICATORS.values()}
    assert units | seats | rules <= set(load()["words"])
    assert all(HAN.search(label(channel, "zh")) and label(channel) == channel.replace("_", " ") for channel in CHANNELS)
    assert all(HAN.search(gm.Case.load(name).title_zh) for name in library())


def test_one_thing_has_one_word():
    """Holders and licensed firms are called alike everywhere."""
    files = [path for kind in ("toml", "csv", "py", "md") for path in Path(gm.__file__).parent.rglob(f"*.{kind}")]
    for path in files:
        assert not re.search("\u6301\u6709\u4eba|\u6301\u8bc1", path.read_text(encoding="utf-8")), path.name
    assert len(files) > 100


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="en or zh"):
        Texts("fr")


@pytest.mark.parametrize("width", [72, 80, 100, 140])
@pytest.mark.parametrize("many", [1, 3])
def test_chinese_tables_fit_the_terminal(runs, width, many):
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    terminal.show(runs[many], console, "out", "zh")
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text and "退役量" in text and "财政" in text and "2035*" in text and "不足一整年" in text
    assert "自行设定：subsidy" in text and "市场自发（market）" in text
    assert ("镍" in text) == (many == 1)
    assert not any(line.startswith(tuple("，。；：、）")) for line in lines)


@pytest.mark.parametrize("many", [1, 3])
def test_columns_of_a_chinese_table_stand_below_each_other(runs, many):
    console = Console(width=100, file=io.StringIO(), force_terminal=False)
    terminal.show(runs[many], console, None, "zh")
    tables = console.file.getvalue().split("各年退役电池的去向")[1].split("█ 正规：")[0]
    for table in tables.split("价格、回收金属"):
        assert len({cell_len(line) for line in table.splitlines()[1:] if line}) == 1


def test_chinese_numbers_are_the_english_ones_in_chinese_units(runs):
    def first(lang):
        console = Console(width=140, file=io.StringIO(), force_terminal=False)
        terminal.show(runs[1], console, None, lang)
        rows = [line.split() for line in console.file.getvalue().splitlines() if line.startswith(" 2030")]
        return [float(cell.replace(",", "")) for row in rows for cell in row if cell[0] in "-0123456789"]

    english, chinese = first("en"), first("zh")
    columns = terminal.WHERE + terminal.MONEY
    pairs = list(zip(english, chinese, strict=True))
    pairs = [pair for pair in pairs if pair != (2030.0, 2030.0)]
    for (told, in_zh), column in zip(pairs, columns, strict=True):
        divisor, decimals = column.in_zh or (column.divisor, column.decimals)
        slack = 0.5 * 10**-decimals * divisor + 0.5 * 10**-column.decimals * column.divisor
        assert abs(told * column.divisor - in_zh * divisor) <= slack * 1.001, column.indicator


def test_run_speaks_chinese_and_english_by_default():
    chinese, english = call("run", *QUICK, "--lang", "zh"), call("run", *QUICK)
    assert chinese.exit_code == english.exit_code == 0
    assert "中国 2021-2035 年：现状延续" in chinese.stdout and not HAN.search(english.stdout)
    assert call("run", *QUICK, "--lang", "en").stdout == english.stdout
    for form in ("csv", "json"):
        assert (
            call("run", *QUICK, "--lang", "zh", "--format", form).stdout == call("run", *QUICK, "--format", form).stdout
        )


def test_notes_speak_chinese():
    told = call("run", *QUICK, "--set", "subsidy=5", "--lang", "zh").stderr
    assert told == "提示：subsidy 自 2026-01 起生效，晚于运行终点，此处不起作用。\n"


def test_a_title_without_a_chinese_one_is_shown_as_it_is():
    china = gm.Case.load()
    assert Texts("zh").title(china) == china.title_zh and Texts().title(china) == china.title
    mine = china.with_(title="Mine")
    assert mine.title_zh == "" and Texts("zh").title(mine) == "Mine" and mine == china
    both = china.with_(title="Mine", title_zh="我的")
    assert Texts("zh").title(both) == "我的" and gm.Case.from_dict(both.to_dict()).title_zh == "我的"


def words_in(figure) -> str:
    """Gather what a picture says."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_the_picture_is_english_with_a_notice_where_no_font_can_write_chinese(no_font, runs, tmp_path):
    result = call("run", *QUICK, "--lang", "zh", "--out", tmp_path / "a")
    assert result.exit_code == 0 and result.stderr.count("\n") == 1 and "overview.png 以英文绘制" in result.stderr
    assert call("run", *QUICK, "--lang", "zh", "--quiet", "--out", tmp_path / "b").stderr == ""
    assert call("run", *QUICK, "--out", tmp_path / "c").stderr == ""
    pictures = {(tmp_path / name / "overview.png").read_bytes() for name in "abc"}
    assert len(pictures) == 1
    assert not HAN.search(words_in(overview(runs[1], "zh")))


def test_the_picture_is_chinese_where_a_font_can_write_it(runs, tmp_path, caplog):
    if fonts.chinese() is None:
        pytest.skip("no font with Chinese characters is installed here")
    words = words_in(overview(runs[3], "zh"))
    for text in ("退役电池的首个去向", "正规企业产能利用率", "车企回收网点", "3 次重复的中位数", "中国 2021-2035"):
        assert text in words
    assert save_overview(runs[1], tmp_path / "zh.png", "zh") == "zh"  # a missing character would warn, and so fail
    assert caplog.text == ""
    before = save_overview(runs[1], tmp_path / "en.png"), (tmp_path / "en.png").read_bytes()
    assert before[0] == "en" and before[1] != (tmp_path / "zh.png").read_bytes()


def test_the_chinese_picture_says_everything_in_chinese_whatever_fonts_there_are(monkeypatch, runs):
    monkeypatch.setattr(fonts, "chinese", lambda: "DejaVu Sans")  # drawn by nobody: only its words are read
    english = {load()["figures"][key]["en"] for key in load()["figures"]}
    told = words_in(overview(runs[1], "zh")).split("\n")
    assert HAN.search("".join(told)) and not english & set(told)


def test_a_font_is_known_by_name_and_by_what_it_holds(monkeypatch):
    from matplotlib.font_manager import fontManager

    assert fonts._known(fontManager) in (None, *fonts.FAMILIES)
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Font", "DejaVu Sans"))
    assert fonts._known(fontManager) is None  # DejaVu Sans is there but holds no Chinese characters
    monkeypatch.setattr(fonts, "SAMPLE", "abc")
    assert fonts._known(fontManager) == "DejaVu Sans"


@pytest.mark.parametrize("topic", catalogue.TOPICS)
def test_describe_speaks_chinese(topic):
    result = call("describe", topic, "--lang", "zh")
    assert result.exit_code == 0 and HAN.search(result.stdout.splitlines()[0])
    assert max(map(cell_len, result.stdout.splitlines())) <= 100 and "…" not in result.stdout
    for name, _, meaning in listing.entries(topic, "zh"):
        assert name in result.stdout
        assert HAN.search(meaning) or topic in ("parameters", "structures", "facts"), name
    flat = re.sub(r"\s", "", result.stdout)  # nothing is lost where lines break
    for entry in listing.entries(topic, "zh"):
        assert re.sub(r"\s", "", "".join(entry)) in flat
    assert not HAN.search(call("describe", topic).stdout)
    for form in ("json", "markdown"):
        assert call("describe", topic, "--format", form, "--lang", "zh").stdout == (
            call("describe", topic, "--format", form).stdout
        )


def test_lines_of_chinese_break_where_they_may():
    text = "治理结构：市场自发（market），政策法规：interim_measures_2018, measures_2026。\n  第二行"
    for width in range(24, 90):
        lines = wrapped(text, width).split("\n")
        assert max(map(cell_len, lines)) <= width
        assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
        assert not any(line.startswith(tuple("，。：、）")) for line in lines)
        assert any("interim_measures_2018" in line for line in lines) and lines[-1] == "  第二行"
