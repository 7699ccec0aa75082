"""What can be taken away and brought back: pictures in pixels, and saved cases."""

import json

import matplotlib.image
import numpy as np
import pytest

from .test_explore import lever

NOT_WHITE = 0.01  # least share of pixels that differ from the background
PIXELS = (1080, 1800)  # twice the size at which a picture is drawn


def take(v, button, folder):
    """Click something that downloads a file; gives its path."""
    with v.page.expect_download() as found:
        button.click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_taken_away_of_a_province_says_so(visit, tmp_path, lang):
    province, nation, other = {
        "en": ("(Guangdong)", "(nation only)", "A: market"),
        "zh": ("（广东）", "（仅全国）", "A：市场自发"),
    }[lang]
    v = visit(f"?lang={lang}&runs=0&structure=collaborative&province=GD")
    v.until("r.province === 18")
    v.complete()
    picture = take(v, v.page.locator("#panel-shares").get_by_role("button", name="SVG"), tmp_path)
    assert province in picture.read_text(encoding="utf-8")
    report = take(v, v.page.locator("#take-html"), tmp_path).read_text(encoding="utf-8")
    assert report.count(f"{province}</h2>") == 9 and report.count(f"{nation}</h2>") == 3
    assert f"<th>{other}</th>" in report


def test_a_chart_that_has_lost_lines_is_a_picture_too(visit, tmp_path):
    v = visit("?lang=en&runs=0&levers=subsidy:20")
    v.complete()
    v.page.click("#do-keep")  # A is now what is shown, and needs no lines of its own
    panel = v.page.locator("#panel-shares")
    panel.locator(".legend button").first.click()
    for kind in ("SVG", "PNG"):
        assert take(v, panel.get_by_role("button", name=kind), tmp_path).stat().st_size > 1000


def test_every_chart_is_a_picture_in_pixels(visit, tmp_path):
    for query in ("?lang=en&runs=0&theme=light", "?lang=zh&runs=0&theme=dark&structure=collaborative"):
        v = visit(query)
        v.complete()
        v.context.set_offline(True)  # a picture needs no server
        panels = v.page.locator(".explore .panel").all()
        assert len(panels) >= 12
        for panel in panels:
            path = take(v, panel.get_by_role("button", name="PNG"), tmp_path)
            assert path.read_bytes().startswith(b"\x89PNG")
            picture = matplotlib.image.imread(path)
            assert picture.shape[:2] == PIXELS, path.name
            background = picture[2, 2]
            drawn = np.abs(picture - background).max(axis=2) > 0.05
            assert NOT_WHITE < drawn.mean() < 0.9, (path.name, drawn.mean())
            assert drawn[PIXELS[0] // 2 :].mean() > NOT_WHITE / 2, path.name  # not the title alone
            assert (background[:3].mean() > 0.9) == ("light" in query)
        v.context.set_offline(False)


def test_a_saved_case_restores_everything(visit, tmp_path):
    query = (
        "?lang=en&runs=0&structure=enterprise_led&levers=subsidy:20,fine:2&from=2029&seed=7&outlook=low&prices=crash"
    )
    v = visit(query + "&month=2029-06")
    hash_, levers = v.rendered["hash"], v.rendered["levers"]
    settings = take(v, v.page.locator("#take-json"), tmp_path)
    case = take(v, v.page.locator("#take-toml"), tmp_path)
    for path in (settings, case):
        other = visit("?lang=en&runs=0&levers=campaign:3")
        other.page.set_input_files("#case-file", path)
        other.until(f"r.hash === '{hash_}'")
        assert other.rendered["levers"] == levers
        assert other.page.input_value("#set-seed") == "7"
        assert other.page.input_value("#set-structure") == "enterprise_led"
        assert other.page.input_value("#set-prices") == "crash"
        assert lever(other.page, "fine").get_attribute("aria-valuetext").startswith("2 ")
        other.page.locator(".message", has_text="was loaded").wait_for()
        other.page.wait_for_function("() => location.search.includes('seed=7')")
    assert json.loads(settings.read_text(encoding="utf-8"))["shown"]["month"] == "2029-06"


def test_a_wrong_case_file_is_refused_with_the_reason(visit, tmp_path):
    v = visit("?lang=zh&runs=0&levers=subsidy:20")
    before = v.rendered["hash"]
    wrong = {
        "no.toml": ("hello", "TOML"),
        "other.toml": ("[scenario]\nmetal_prices = 'moon'\n", "moon"),
        "deep.toml": ("[scenario.parameters]\nforgetting = 0.5\n", "forgetting"),
        "high.json": ('{"wanted": {"levers": {"subsidy": 9999}}}', "9999"),
    }
    for name, (text, reason) in wrong.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        v.page.set_input_files("#case-file", path)
        v.page.locator(".message.refused", has_text=name).wait_for()
        told = v.page.locator(".message.refused").inner_text()
        assert reason in told and "未接受" in told
    assert v.rendered["hash"] == before and v.rendered["levers"] == {"subsidy": 20}
