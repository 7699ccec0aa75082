"""How indicators are shown: one scale for an index everywhere, and titles that can be read."""

import pytest

from govmodel.performance import wording
from govmodel.performance.indicators import INDICATORS
from govmodel.report.measures import Measure
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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_indicator_has_a_readable_title(lang):
    for name in INDICATORS:
        title = Measure(name, Texts(lang)).title
        assert "_" not in title and (lang == "en" or any("\u4e00" <= letter <= "\u9fff" for letter in title)), name
