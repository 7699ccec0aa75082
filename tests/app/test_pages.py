"""The other pages: they show the world that is wanted, and agree with the command line's own answers."""

import json
import tomllib

import pandas as pd
import pytest

import govmodel as gm
from govmodel.case import structures
from govmodel.facts import load
from govmodel.facts.names import called

from .test_explore import lever

PAGES = ("explore", "compare", "designer", "council", "passport", "eyes", "about")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_opens_with_words_of_its_language(visit, lang):
    v = visit(f"?lang={lang}&runs=0&structure=collaborative")
    for page in PAGES:
        v.page.click(f"#page-{page}")
        heading = v.page.locator("main > :not([hidden]) h1").first
        heading.wait_for(state="attached")
        v.page.wait_for_timeout(600)
        v.page.wait_for_function("() => document.querySelector('main > :not([hidden])').innerText.length > 100")
        text = v.page.locator("main > :not([hidden])").first.inner_text()
        assert len(text) > 100
        keys = v.page.evaluate(
            "text => fetch('/govmodel/catalogue.json').then(r => r.json()).then(c =>"
            " Object.keys(c.texts).filter(k => k.includes('_') && text.includes(k)))",
            text,
        )
        assert not keys, keys
        chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
        assert (chinese > 30) == (lang == "zh"), (page, chinese)


def test_back_and_forward_go_from_page_to_page_and_leave_the_settings(visit):
    v = visit("?lang=en&runs=0&page=nosuch")
    steps, shown = v.page.evaluate("() => history.length"), v.page.locator("nav.pages [aria-current]")
    for page in ("council", "council", "about"):  # the same page again is no step
        v.page.click(f"#page-{page}")
    assert v.page.evaluate("() => history.length") == steps + 2 and "page=about" in v.page.url
    v.page.click("#page-explore")
    lever(v.page, "subsidy").press("ArrowRight")
    v.until("r.levers.subsidy > 0")
    for way, page in (("back", "about"), ("back", "council"), ("back", "explore"), ("forward", "council")):
        getattr(v.page, f"go_{way}")()
        assert shown.get_attribute("id") == f"page-{page}" and v.page.locator("main > :not([hidden])").count() == 1
        assert v.page.evaluate("() => location.search.includes('levers=subsidy')"), v.page.url
    v.page.go_forward()
    v.page.go_forward()
    assert shown.get_attribute("id") == "page-explore" and v.page.evaluate("() => history.length") == steps + 3


def test_council_room_tells_who_asked_and_what_was_decided(visit):
    v = visit("?lang=en&runs=0&structure=collaborative&page=council", ready="#gm[data-other]")
    v.page.locator(".meetings button").nth(1).click()
    v.page.wait_for_selector(".askrow")
    assert v.page.locator(".meetings button").count() == 40
    assert v.page.locator(".minute").count() > 3
    v.page.select_option("#case-council", "market")
    v.page.get_by_text("Nobody meets").wait_for()


def test_what_was_opened_on_a_page_is_opened_again_by_its_address(visit):
    """The meeting, the pack, the subject and the structures beside each other: set by hand, then by the address."""
    v = visit("?lang=en&runs=0&structure=collaborative&page=council", ready="#gm[data-other]")
    third = v.page.locator(".meetings button").nth(2)
    month = third.get_attribute("data-month")
    third.click()
    v.page.click("#page-passport")
    v.page.fill("#pack-number", "64123")
    v.page.get_by_role("button", name="Open", exact=True).click()
    v.page.get_by_role("heading", name="Pack 64123").wait_for()
    v.page.click("#page-eyes")
    v.page.wait_for_selector("#subject option[value=GD]", state="attached")
    v.page.select_option("#subject", "GD")
    v.page.click("#page-compare")
    v.page.locator("#page-compare").wait_for()
    v.page.uncheck(".page:not([hidden]) input[value=enterprise_led]")
    v.page.wait_for_function("() => location.search.includes('arms=market%2C')")
    address = v.page.url.removeprefix(v.server)
    kept = ["market", "collaborative", "government_led"]
    assert all(part in address for part in (f"meeting={month}", "pack=64123", "subject=GD")), address
    w = visit(address, ready="#gm[data-other]")
    boxes = w.page.locator(".page:not([hidden]) fieldset input:checked")
    assert [box.get_attribute("value") for box in boxes.all()] == kept
    w.page.check(".page:not([hidden]) input[value=enterprise_led]")
    w.page.wait_for_function("() => !location.search.includes('arms=')")  # the usual four need no telling
    w.page.click("#page-council")
    w.page.locator(f".meetings button[data-month='{month}'][aria-current=true]").wait_for()
    w.page.click("#page-passport")
    w.page.get_by_role("heading", name="Pack 64123").wait_for()
    w.page.click("#page-eyes")
    w.page.get_by_text("hand-overs scanned in its area").first.wait_for()
    assert w.page.input_value("#subject") == "GD" and not w.page.locator(".message").is_visible()


@pytest.mark.parametrize(
    "page, wrong, told",
    [
        ("council", "meeting=2019-01", "meeting: 2019-01 is not known here"),
        ("passport", "pack=99999999", "pack number: 99,999,999 is beyond what is possible"),
        ("passport", "pack=abc", "pack number: abc is beyond what is possible"),
        ("eyes", "subject=nobody", "whose eyes: nobody is not known here"),
        ("compare", "arms=market,nosuch", "structure: nosuch is not known here"),
        ("compare", "arms=market", "structure: market is beyond what is possible"),
        (
            "compare",
            "arms=market,collaborative,enterprise_led,government_led,maturing",
            "market, collaborative, enterprise-led, government-led is used",
        ),
    ],
)
def test_what_cannot_be_opened_by_an_address_is_told(visit, page, wrong, told):
    v = visit(f"?lang=en&runs=0&structure=collaborative&page={page}&{wrong}", ready="#gm[data-other]")
    v.page.locator(".message", has_text=told).wait_for()


def test_passport_agrees_with_a_run_of_the_same_seed(visit):
    v = visit("?lang=en&runs=0&seed=3&page=passport", ready="#gm[data-other]")
    v.page.fill("#pack-number", "70000")
    v.page.get_by_role("button", name="Open", exact=True).click()
    v.page.get_by_role("heading", name="Pack 70000").wait_for()
    run = gm.run(gm.Case.load("china").with_(scale=2000), seed=3)
    for line in run.pack(70000).lines("en")[1:]:
        when, _, what = line.partition(":")
        assert when in v.page.locator(".life").inner_text() and what.strip() in v.page.locator(".life").inner_text()


def test_firms_and_plants_have_their_chinese_names_on_chinese_pages(visit):
    v = visit("?lang=zh&runs=0&page=passport", ready="#gm[data-other]")
    v.page.locator(".passport .facts dd").first.wait_for()
    facts = v.page.locator(".passport .facts").inner_text()
    known = load().automakers
    assert any(called(name, "zh") in facts for name in known) and not any(name in facts for name in known)
    v.page.goto(v.page.url.replace("page=passport", "page=eyes"))
    v.page.wait_for_selector("#subject option[value=BYD]", state="attached")
    firms = v.page.locator("#subject optgroup").last.inner_text()
    assert "比亚迪" in firms and "格林美（湖北扩建）" in firms and "unnamed" not in firms


def test_eyes_show_what_a_seat_sees_beside_the_truth(visit):
    v = visit("?lang=en&runs=0&page=eyes", ready="#gm[data-other]")
    v.page.wait_for_selector(".charts.plain .panel")
    assert v.page.get_by_text("as it is").count() >= 2
    v.page.select_option("#subject", "GD")
    v.page.get_by_text("hand-overs scanned in its area").first.wait_for()


@pytest.mark.parametrize(
    "lang, exact, unknown",
    [("en", "as it truly is", "no true number to compare with"), ("zh", "与真实一致", "无真实值可比")],
)
def test_eyes_say_why_a_chart_has_no_dashed_line(visit, lang, exact, unknown):
    v = visit(f"?lang={lang}&runs=0&page=eyes", ready="#gm[data-other]")
    v.page.locator("#subject option").first.wait_for(state="attached")
    v.page.select_option("#subject", "association")
    chosen = v.page.locator("#subject option:checked").inner_text()
    v.page.wait_for_selector(f'.charts.plain[aria-label="{chosen}"]')
    legends = v.texts(".charts.plain .legend")
    assert any(unknown in told for told in legends)
    assert any(exact in told for told in legends) and all(len(told.splitlines()) == 2 for told in legends), legends
    words = v.page.locator(".charts.plain .plot").evaluate_all("all => all.map(p => p.getAttribute('aria-label'))")
    assert any(exact in told for told in words) and any(unknown in told for told in words)
    assert "saw_" not in v.page.locator(".charts.plain").inner_text()


def test_a_first_visitor_is_welcomed_unless_the_link_sets_something(visit):
    v = visit("?lang=zh&theme=dark&runs=0", first=True)
    assert v.page.locator("#welcome").is_visible()
    v.open("?lang=zh&runs=0&levers=subsidy:20")
    assert v.page.locator("#welcome").is_hidden()


def test_designer_edits_run_at_once_and_the_file_is_the_command_lines(visit, tmp_path):
    v = visit("?lang=en&runs=0&structure=collaborative&page=designer", ready="#gm[data-other]")
    before = v.page.locator("#designer-numbers").inner_text()
    v.page.fill("#weight-subsidy-recyclers", "80")
    v.page.keyboard.press("Tab")
    v.page.wait_for_function("old => document.getElementById('designer-numbers').innerText !== old", arg=before)
    assert float(v.page.input_value("#weight-subsidy-central_government")) < 40
    with v.page.expect_download() as found:
        v.page.click("#structure-save")
    path = tmp_path / "my_structure.toml"
    found.value.save_as(path)
    known = structures.parse(tomllib.loads(path.read_text(encoding="utf-8")), "china", "file").to_dict("china")
    assert known["levers"]["subsidy"]["weights"]["recyclers"] == pytest.approx(0.8)

    v.page.select_option("#preset", "government_led")
    v.page.set_input_files("#structure-file", path)
    v.page.get_by_text("was loaded").wait_for()
    assert float(v.page.input_value("#weight-subsidy-recyclers")) == pytest.approx(80)
    path.write_text("id = 'x'\n[body]\nmeets_every = 5\n", encoding="utf-8")
    v.page.set_input_files("#structure-file", path)
    v.page.get_by_text("Refused").wait_for()
    assert float(v.page.input_value("#weight-subsidy-recyclers")) == pytest.approx(80)


def test_what_is_taken_away_can_be_read_again(visit, tmp_path):
    v = visit("?lang=en&runs=0&levers=subsidy:20")

    def take(button):
        with v.page.expect_download() as found:
            v.page.locator(button).click()
        path = tmp_path / found.value.suggested_filename
        found.value.save_as(path)
        return path

    table = pd.read_csv(take("#take-csv"), comment="#", skiprows=0, encoding="utf-8-sig")
    case = gm.Case.load(str(take("#take-toml")))
    run = gm.run(case, seed=1)
    told = pd.to_numeric(table["released_gwh"].iloc[1:]).to_numpy()
    assert told == pytest.approx(run.indicators["released_gwh"].to_numpy(), rel=1e-9)
    assert table["released_gwh"].iloc[0] == "GWh"
    assert json.loads(take("#take-json").read_text(encoding="utf-8"))["wanted"]["levers"] == {"subsidy": 20.0}
    html = take("#take-html").read_text(encoding="utf-8")
    assert html.count("<svg") >= 11 and "twelve months to" in html
    assert "<svg" in take("#panel-shares .tools button:nth-child(3)").read_text(encoding="utf-8")
    shares = pd.read_csv(take("#panel-shares .tools button:nth-child(2)"), comment="#", encoding="utf-8-sig")
    assert len(shares) == 15
    assert lever(v.page, "subsidy").get_attribute("aria-valuetext") == "20 yuan/kWh"
