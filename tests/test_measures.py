"""How indicators are shown: one scale for an index everywhere, and titles that can be read."""

import pytest

from govmodel.performance import wording
from govmodel.performance.indicators import INDICATORS
from govmodel.report.measures import Measure
from govmodel.report.patterns import exact, numbers
from govmodel.report.texts import LANGUAGES, Texts

SCALES = {"satisfaction_min": "0 to 1", "satisfaction_recyclers": "0 to 1", "standing_min": "-1 to 1"}


@pytest.mark.parametrize("name", SCALES)
def test_content_and_standing_say_their_scale_and_are_never_per_cent(name):
    scale = SCALES[name]
    assert INDICATORS[name].unit == scale
    english, chinese = (Measure(name, Texts(lang)) for lang in LANGUAGES)
    assert (english.unit, chinese.unit) == (scale, scale.replace("to", "至"))
    assert english.heading.endswith(f" ({scale})") and english.difference_unit == ""
    assert english.write(0.372) == "0.37"
    assert wording.level(0.372, scale, "en") == f"0.37 ({scale})" and wording.step(0.1, scale, "en") == "+0.10"
    assert wording.level(0.372, scale, "zh") == f"0.37 ({scale.replace('to', '至')})"


def test_a_difference_and_its_band_have_the_decimals_of_the_value_unless_that_hides_them():
    """No 61.2 with +4.00 beside it, and no band whose two ends have different decimals."""
    share = Measure("formal_share", Texts("en"))

    def cell(value, difference, low, high):
        decimals = share.change_decimals(value, difference, low, high)
        return share.write(difference, True, decimals), share.write_band(low, high, True, decimals)

    assert cell(0.612, 0.04, 0.0391, 0.0409) == ("+4.0", "+3.9 to +4.1")
    assert cell(0.612, 0.0012, -0.0005, 0.002) == ("+0.12", "-0.05 to +0.20")
    assert cell(0.612, 0.00012, -0.00005, 0.0002) == ("+0.012", "-0.005 to +0.020")
    assert share.write_band(0.0912, 0.1523) == "9.1 to 15.2"
    costs = Measure("treasury_net", Texts("en"))
    assert costs.write_band(-123_456.0, 7.0, True) == "-123 to 0"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_indicator_has_a_readable_title(lang):
    for name in INDICATORS:
        title = Measure(name, Texts(lang)).title
        assert "_" not in title and (lang == "en" or any("\u4e00" <= letter <= "\u9fff" for letter in title)), name


def test_a_median_and_its_band_are_written_with_the_decimals_of_the_largest():
    """Not 46.29 (-108 to 209): digits that the band makes meaningless."""
    assert numbers([46.29, -108.4, 209.2], "") == ["46", "-108", "209"]
    assert numbers([0.071, 0.02, 0.153], "%") == ["7", "2", "15"]
    assert numbers([0.042, 0.011, 0.077], "points") == ["4.2", "1.1", "7.7"]
    assert numbers([21.03, 14.24, 26.89], "") == ["21.0", "14.2", "26.9"]
    assert numbers([0.4, -0.001, float("nan")], "") == ["0.40", "0.00", "-"]
    assert [exact(*one) for one in ((0.02, "%"), (-0.1, "%"), (0.002, "points"), (0.99, "x"), (1000.0, "kt"))] == [
        "2", "-10", "0.2", "0.99", "1,000"]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "indicator", "value", "shown", "unit"),
    [("zh", "treasury_net", 100.0, 1.0, "亿元"), ("en", "treasury_net", 1000.0, 1.0, "billion yuan"),
     ("zh", "retired_kt", 10.0, 1.0, "万吨"), ("en", "retired_kt", 10.0, 10.0, "kt"),
     ("zh", "formal_share", 0.5, 50.0, "%"), ("en", "formal_share", 0.5, 50.0, "%")],
)  # fmt: skip
def test_a_hundred_million_yuan_and_ten_thousand_tonnes_are_one_in_chinese(lang, indicator, value, shown, unit):
    measure = Measure(indicator, Texts(lang))
    assert (measure.shown(value), measure.unit) == (pytest.approx(shown), unit)
