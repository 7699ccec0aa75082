"""The Chinese face of the studies' tables and of error messages: every word has one, columns stand, English stays."""

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

import govmodel as gm
from govmodel.cli import app
from govmodel.foundations.errors import InputError
from govmodel.report import degenerate as degenerate_table
from govmodel.report import effects as effect_tables
from govmodel.report import patterns as pattern_table
from govmodel.report.texts import Texts, load
from govmodel.report.wrapping import left, right
from govmodel.study import degenerate
from govmodel.study.degenerate import Degenerate, Row
from govmodel.study.knockouts import knock_out
from govmodel.study.patterns import load as load_patterns
from govmodel.study.sensitivity_table import one_at_a_time
from govmodel.study.validation import validate

HAN = re.compile("[\u4e00-\u9fff]")
SMALL = gm.Case.load().with_(scale=200_000, until="2025-12")
ZH = Texts("zh")


def printed(show, *given, width: int = 100) -> list[str]:
    """Print a table as the command line does, and give its lines."""
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    show(given[0], console, *given[1:])
    return console.file.getvalue().splitlines()


def both(show, *given) -> tuple[list[str], list[str]]:
    """Print a table in English and in Chinese."""
    return printed(show, *given, "en"), printed(show, *given, "zh")


def numbers(lines: list[str]) -> list[str]:
    """Gather what is written in figures in a table's rows, signs and all."""
    return re.findall(r"[-+]?[\d,]*\d\.?\d*", "\n".join(lines))


def call(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def test_every_pattern_and_part_is_told_in_chinese():
    for pattern in load_patterns().patterns:
        assert HAN.search(pattern.why_missed_zh) and pattern.why_missed_zh.endswith("。")
        for part in pattern.parts:
            assert HAN.search(part.what_zh) and cell_len(part.what_zh) <= 45, part.what_zh
            assert part.unit in load()["words"]
        assert cell_len(pattern.name_zh) <= 47 and pattern.used in load()["words"]


def test_the_pattern_table_speaks_chinese():
    found = validate(SMALL, 2, numbers=(1, 3, 12, 13, 17))  # the case ends before some of them
    english, chinese = both(pattern_table.show, found)
    assert not HAN.search("".join(english)) and max(map(len, english)) <= 100
    assert max(map(cell_len, chinese)) <= 100
    rows = [line for line in chinese if line.startswith("    ")][1:-3]
    assert rows and len({cell_len(row.removesuffix(" <").rstrip()) for row in rows[:4]}) == 1
    told = "\n".join(chinese)
    for word in ("模型应当再现的现象", "目标", "90 % 区间", "校准", "预测", "未测量", "千吨", "未能测量：", "个现象中"):
        assert word in told
    lines = [line for line in english if line.startswith("    ")][1:4]
    assert numbers(lines)[-4:] == numbers([line for line in chinese if line.startswith("    ")][1:4])[-4:]


def test_every_reason_has_a_chinese_face():
    source = Path(gm.__file__).parent.joinpath("study/patterns.py").read_text(encoding="utf-8")
    raised = re.findall(r'NotMeasured\(f?"([^"]+)"\)', source)
    assert len(raised) >= 9
    for text in [*raised, "in 3 of 20 replications the rule closed no leak"]:
        assert HAN.search(ZH.told(text, "reasons")), text
    assert ZH.told("in 3 of 20 replications the rule closed no leak", "reasons") == (
        "20 次重复中有 3 次：规定没有堵住任何流失"
    )


def test_knock_outs_speak_chinese():
    found = knock_out(SMALL.with_(start="2024-01"), 2)
    english, chinese = both(effect_tables.show_knockouts, found)
    assert not HAN.search("".join(english)) and max(map(len, english)) <= 105
    assert len(english) == len(chinese) and numbers(english[5:-2]) == numbers(chinese[5:-2])
    assert len({cell_len(line) for line in chinese[3:-3]}) == 1  # columns stand below each other
    assert "2 parameter sets" in english[1] and "2 组参数" in chinese[1]
    for variant in found.changes:
        assert HAN.search(effect_tables.variant_name(variant, ZH)), variant
    assert set(load()["effect_columns"]) >= set(found.indicators)


def test_trust_speaks_chinese():
    found = one_at_a_time(SMALL, 1, names=("price_sensitivity", "life_bus", "toxicity_nickel"))
    english, chinese = both(effect_tables.show_trust, found, True)
    assert not HAN.search("".join(english)) and "可信程度" in chinese[0]
    assert {cell_len(line) for line in chinese[3:7]} == {cell_len(line) for line in english[3:7]}
    assert numbers(english[4:7]) == numbers(chinese[4:7]) and "毫无影响" in chinese[-1]
    assert "None" not in "".join(chinese)


def test_degenerate_dynamics_speak_chinese():
    """Every word that the table can hold has its Chinese face."""
    source = Path(degenerate.__file__).read_text(encoding="utf-8")
    verdicts = re.findall(r'"([a-z ]+)"(?: if| else|$)', source, re.MULTILINE)
    seen = re.findall(r'\("(plants|provinces|workshops|makers|bid wars)"', source)
    measured = re.findall(r'"([A-Za-z{} ]+ at its (?:least|most))"', source)
    said = {*degenerate.STARTS, *degenerate.WATCHED, *degenerate.STATES, *seen, *verdicts}
    said |= {text.replace("{name}", name) for text in measured for name in ("LFP", "premium", "density", "claims")}
    said |= {"cutting corners", "reports most inflated", "closed", "insolvent in a year", "subsidy to 40 and back"}
    words = said - {"low", "high", ""} - {"LFP at its least", "LFP at its most"}
    words -= {f"{name} margin at its {end}" for name in ("premium", "density", "claims") for end in ("least", "most")}
    assert len(words) > 40
    for word in words - {"share"}:
        assert HAN.search(ZH.told(word, "degenerate_words")), word
    import numpy as np

    values = np.array([[0.1, 0.2, -0.1], [0.2, 0.3, 0.0], [0.3, 0.4, 0.1]])
    rows = tuple(
        Row(question, what, name, "share", ("2021", "2030", "2035"), values, 0.25, verdict)
        for question, what, name, verdict in (
            ("starts", "all that fades", "formal_share", "locked in"),
            ("bounds", "bid wars", "LFP margin at its least", "mostly"),
            ("hysteresis", "subsidy to 40 and back", "workshops", "falls back late"),
        )
    )
    english, chinese = both(degenerate_table.show, Degenerate(SMALL, 0, 2, rows))
    assert not HAN.search("".join(english)) and max(map(cell_len, chinese)) <= 101
    told = "\n".join(chinese)
    for word in ("磷酸铁锂毛利在最低处", "subsidy 升至 40 后撤回", "较晚回落", "锁定", "余"):
        assert word in told
    at = [line.index("0.25") for line in english if "0.25" in line]
    assert at == [cell_len(line[: line.index("0.25")]) for line in chinese if "0.25" in line]


def test_texts_are_filled_to_columns_and_never_lose_their_end():
    assert left("正规", 6) == "正规  " and right("正规", 6) == "  正规" and left("正规企业", 4) == "正规"
    assert right("正规企业", 4) == "正规企业"


@pytest.mark.parametrize(
    "words, told",
    [
        (("run", "chnia"), "case：应为 案例库名称或 TOML 文件路径，实为 'chnia'。是否想写 'china' 或 'central'？"),
        (("run", "--set", "subsdy=3"), "lever：应为 政策工具的名称，实为 'subsdy'。是否想写 'subsidy'？"),
        (("run", "--set", "subsidy=x"), "以 元/kWh 计的数，实为 'x'。例如写 20。"),
        (("run", "--set", "subsidy=1000"), "0 至 300（元/kWh）的数，实为 1000.0。"),
        (("run", "--scale", "0"), "不小于 1 的数，实为 0。"),
        (("run", "--structure", "x"), "治理结构的名称或其文件路径，实为 'x'。治理结构："),
        (("validate", "--ensemble", "no.toml"), "没有这个文件。"),
        (("knockouts", "--workers", "0"), "--workers：应为 1 至 1024 的整数，实为 0。"),
        (("trust", "--replications", "0"), "不小于 1 的整数"),
        (("degenerate", "chnia"), "govmodel：case：应为"),
        (("trace", "nowhere", "3"), "没有这个文件夹。"),
    ],
)
def test_errors_speak_chinese_where_it_is_asked_for(words, told):
    chinese, english = call(*words, "--lang", "zh"), call(*words)
    assert chinese.exit_code == english.exit_code == 2 and chinese.stdout == english.stdout == ""
    assert told in chinese.stderr and chinese.stderr.startswith("govmodel：")
    assert not HAN.search(english.stderr) and ": wanted " in english.stderr and "; got " in english.stderr


def test_an_english_error_is_its_own_text_and_unknown_words_stay():
    from govmodel.shell import Language, _told

    error = InputError("a field", "something odd {x} or other", {"a": 1}, "Do this, or that.")
    assert _told(error, Language.en) == f"govmodel: {error}"
    assert _told(error, Language.zh) == (
        "govmodel：a field：应为 something odd {x} or other，实为 {'a': 1}。Do this, or that."
    )
    assert _told(InputError("a", "b", 1), Language.en) == f"govmodel: {InputError('a', 'b', 1)}"
