"""What can be read: names beside each other, digits, colours and shapes, and how much of a phone is left to scroll."""

import re

import pytest

from .test_charts import ECHARTS

CROWDED = """id => { const drawn = window.echartsOf(document.querySelector(`#panel-${id} .plot`)).getZr().storage;
  const names = drawn.getDisplayList(true).filter(one => one.type === 'tspan' && one.style.text.trim()).map(one => {
    const box = one.getBoundingRect().clone(), edge = one.style.stroke ? (one.style.lineWidth || 0) / 2 : 0;
    if (one.transform) box.applyTransform(one.transform);
    return [one.style.text, box.x + edge, box.y + edge, box.x + box.width - edge, box.y + box.height - edge];
  });
  return [names.map(one => one[0]), names.flatMap((a, i) => names.slice(i + 1)
    .filter(b => a[1] < b[3] - 1 && b[1] < a[3] - 1 && a[2] < b[4] - 1 && b[2] < a[4] - 1)
    .map(b => `${a[0]} / ${b[0]}`))];
}"""
WORDS = "async () => { window.gmWords = await import('/govmodel/words.js'); }"


def words_for(v, cases, script):
    """Have the page tell numbers in its own words: a case is a unit in English and what `script` makes of it."""
    v.page.evaluate(WORDS)
    told = f"([en, ...row]) => {{ const unit = {{ en, zh: en }}; {script} }}"
    return v.page.evaluate(f"cases => cases.map({told})", cases)


@pytest.mark.parametrize("width", [1440, 390])
def test_no_two_names_of_the_flows_overlap(visit, width):
    v = visit("?lang=en&runs=0&structure=collaborative", width=width)
    v.complete()
    v.page.evaluate(ECHARTS)
    flows_have_room(v, width)
    v.page.click("#do-lang")
    v.page.locator("html[lang=zh-CN]").wait_for()
    flows_have_room(v, width)


def flows_have_room(v, width: int) -> None:
    """Hold the names in the chart of flows apart, in three months."""
    for month in ("2030-12", "2035-12", "2024-06"):
        v.page.evaluate(
            "m => { const s = document.getElementById('month'); s.value = m; s.dispatchEvent(new Event('input')); }",
            (int(month[:4]) - 2021) * 12 + int(month[5:]) - 1,
        )
        v.page.locator("#panel-flows .small", has_text=month).wait_for()
        names, crowded = v.page.evaluate(CROWDED, "flows")
        assert not crowded, (month, crowded)
        assert len(names) >= (15 if width > 800 else 8), names


def test_a_value_and_its_difference_end_at_the_same_place(visit):
    v = visit("?lang=en&runs=0&structure=collaborative&levers=subsidy:7")
    v.complete()
    told = v.page.evaluate("() => [...document.querySelectorAll('.legend .value')].map(e => e.innerText)")
    pairs = [re.search(r"^([−\d.,]+)[^(]*\(([+−±][\d.,]+)", one).groups() for one in told if "(" in one]
    pairs += v.page.evaluate(
        "() => [...document.querySelectorAll('#numbers .number')].map(e => [e.querySelector('.value').innerText,"
        " e.querySelector('.apart').innerText]).filter(([, apart]) => /[▲▼]/.test(apart))"
    )
    assert len(pairs) > 20
    for pair in pairs:
        decimals = {len(re.search(r"\d[\d,]*\.?(\d*)", one)[1]) for one in pair}
        assert len(decimals) == 1, pair
    for panel in ("workshops", "harm"):  # what is counted has no decimals
        assert "." not in v.page.locator(f"#panel-{panel} .legend").inner_text()

    money = v.page.evaluate("() => [...document.querySelectorAll('#panel-money .value')].map(e => e.innerText)")
    assert len({len(re.search(r"\d\.?(\d*)", one)[1]) for one in money}) == 1, money  # one chart, one precision

    cases = [["kt", 179.2, 176.38], ["kt", 4259, 4535], ["count", 6.21, 25.6], ["yuan/kWh", 86.46, 86.79],
             ["kt", 557.1, 557.0], ["share", 0.5034, 0.5394], ["-1 to 1", -0.2071, -0.1857]]  # fmt: skip
    said = words_for(
        v, cases, "const { amount, difference, placeOf } = gmWords, [now, other] = row, place = placeOf(unit, ...row);"
        " return `${amount(now, unit, place)} (${difference(now - other, unit, place)})`;"
    )  # fmt: skip
    assert said == [
        "179 kt (+3)",
        "4,260 kt (−280)",
        "6 (−19)",
        "86.5 yuan/kWh (−0.3)",
        "557 kt (±0)",
        "50.3 % (−3.6 points)",
        "−0.21 (−0.02)",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_standing_and_satisfaction_are_told_as_the_data_have_them(visit, lang):
    scale, whole = {"en": ("(−1 to 1)", "(0 to 1)"), "zh": ("（−1 至 1）", "（0 至 1）")}[lang]
    v = visit(f"?lang={lang}&runs=0&structure=collaborative")
    v.complete()
    cell = v.page.locator("#numbers [data-number=standing_min]")
    assert re.fullmatch(r"−0\.\d\d", cell.locator(".value").inner_text().strip())
    assert scale in cell.locator("dt").inner_text()
    cells = v.texts("#panel-seats td")
    assert len(cells) > 80 and all(re.fullmatch(r"[+−]?[01]\.\d\d", one) for one in cells), cells
    v.page.click("#page-compare")
    v.page.locator("#panel-compare_standing .plot[aria-label*='−0.']").wait_for()
    v.page.evaluate(ECHARTS)
    ends = v.page.evaluate(
        "() => ['standing', 'worst'].flatMap(name => { const axis = window.echartsOf(document.querySelector("
        "`#panel-compare_${name} .plot`)).getOption().yAxis[0];"
        " return [axis.min, axis.max].map(axis.axisLabel.formatter); })"
    )
    assert all(abs(float(end.replace("−", "-"))) <= 1 for end in ends), ends
    assert scale in v.page.locator("#panel-compare_standing h2").inner_text()
    assert whole in v.page.locator("#panel-compare_worst h2").inner_text()
    assert not re.search(r"/100|hundredths|百分之一", v.page.content())


def test_what_is_higher_is_never_told_as_nought(visit):
    v = visit("?lang=en&runs=0")
    cases = [["share", 0.552, 0.0004, 0.0002, 0.0006], ["fires", 908, 0.3, 0.1, 0.6],
             ["0 to 1", 0.42, 0.0021, 0.0011, 0.3], ["t", 281000, 103, -98, 361],
             ["share", 0.5, 0.017, 0.003, 0.028]]  # fmt: skip
    said = words_for(
        v, cases, "const { difference, placeOf, placeOfChange } = gmWords, [value, ...change] = row;"
        " const place = placeOfChange(unit, placeOf(unit, value, value + change[0]), ...change);"
        " return change.map(one => difference(one, unit, place, false)).join(' ');"
    )  # fmt: skip
    assert said == [
        "+0.040 +0.020 +0.060",
        "+0.30 +0.10 +0.60",
        "+0.002 +0.001 +0.300",
        "+100 −100 +360",
        "+1.7 +0.3 +2.8",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lever_has_one_unit_wherever_it_is_told(visit, lang):
    share, lever = {"en": ("share", "VAT relief"), "zh": ("占比", "增值税减免")}[lang]
    query = f"?lang={lang}&runs=0&structure=collaborative&levers=vat_relief:0.5&page=council"
    v = visit(query, ready="#gm[data-other]")
    assert f"{lever} 0.5 {share}" in v.page.locator("main > :not([hidden]) .casebar").inner_text()
    v.page.locator(".told table").wait_for()
    told = v.page.locator(".told table").inner_text()
    assert share in told and "%" not in told
    v.page.click("#page-explore")
    row = v.page.locator("[data-lever=vat_relief]")
    assert row.locator(".exact").input_value() == "0.5" and row.locator(".unit").inner_text() == share


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_has_the_units_of_its_chart(visit, lang):
    units = {"en": ["%", "bn yuan", "−1 to 1"], "zh": ["%", "亿元", "−1 至 1"]}[lang]
    v = visit(f"?lang={lang}&runs=0&structure=collaborative&month=2030-12")
    v.complete()
    for name, unit in zip(["shares", "money", "seats"], units, strict=True):
        panel = v.page.locator(f"#panel-{name}")
        told = v.texts(f"#panel-{name} .legend .value") or v.texts(f"#panel-{name} td.now")
        panel.locator("header .tools button").first.click()
        assert all(unit in head for head in v.texts(f"#panel-{name} .tablebox thead th")[1:])
        row = panel.locator(".tablebox tbody tr", has_text="2030").locator("td").all_inner_texts()[1:]
        shown = [re.match(r"[+−]?[\d.,]+", one)[0].lstrip("+") for one in told]
        number = lambda text: float(text.replace("−", "-").replace(",", ""))  # noqa: E731
        for cell, one in zip(row, shown, strict=True):
            assert number(cell) == pytest.approx(number(one), abs=0.501 * 10 ** -len(one.partition(".")[2])), name


def test_compare_has_no_structure_to_choose_that_changes_nothing(visit):
    v = visit("?lang=en&runs=0&page=compare&levers=subsidy:20&prices=crash", ready="#gm[data-other]")
    assert v.page.locator("#case-compare").count() == 0
    told = v.page.locator("main > :not([hidden]) .casebar").inner_text()
    assert "same world" in told and "subsidy 20 yuan/kWh" in told and "lithium crash" in told
    v.page.click("#page-council")
    assert v.page.locator("#case-council").is_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_little_stays_in_sight_on_a_short_phone(visit, lang):
    stays = (
        "() => { const main = document.querySelector('main'); main.scrollTop = 700;"
        " const seen = main.getBoundingClientRect(), hero = document.querySelector('.hero').getBoundingClientRect();"
        " return Math.max(0, hero.bottom - seen.top) / seen.height; }"
    )
    query = f"?lang={lang}&runs=0&structure=collaborative"
    page = visit(query, width=390, height=560).page
    part = {}
    for width, height in ((390, 560), (740, 360), (390, 664), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        part[width, height] = page.evaluate(stays)
    assert part[390, 560] == part[740, 360] == 0
    assert part[390, 664] < 0.5 and 0.2 < part[390, 844] < 0.5


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_first_visitor_with_a_phone_sees_the_whole_welcome(visit, lang):
    locale = {"en": "en-US", "zh": "zh-CN"}[lang]
    for height in (844, 664):
        v = visit("", width=390, height=height, locale=locale)
        floor = v.page.locator("footer").bounding_box()["y"]
        for what in ("#welcome", "#welcome-try", "#welcome-close"):
            box = v.page.locator(what).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= floor, (
                what,
                height,
            )
        assert v.page.evaluate("() => (e => e.scrollWidth <= e.clientWidth)(document.getElementById('welcome'))")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_the_network_colour_says_the_form_and_shape_says_who(visit, theme):
    v = visit(f"?lang=en&runs=0&structure=collaborative&theme={theme}")
    v.complete()
    v.page.evaluate(ECHARTS)
    nodes, ties = v.page.evaluate(
        "() => { const s = window.echartsOf(document.querySelector('#panel-contracts .plot')).getOption().series[0];"
        " const kinds = gmStore.catalogue.names.source_kinds;"
        " return [s.data.filter(n => /^[sp]\\d+$/.test(n.name)).map(n => [n.name[0] === 'p' ? 'plant' :"
        " kinds[n.name.slice(1)], n.symbol, n.itemStyle.color]), s.links.map(l => l.lineStyle.color)]; }"
    )
    shapes = {kind: symbol for kind, symbol, _ in nodes}
    assert len(shapes) == 6 and len(set(shapes.values())) == 6
    assert len({colour for *_, colour in nodes}) == 1
    assert nodes[0][2] not in ties
    legend = v.page.locator("#panel-contracts .legend")
    assert "Colour of a tie" in legend.inner_text() and "Shape of a node" in legend.inner_text()
    painted = legend.locator(".glyph").evaluate_all("signs => signs.map(s => getComputedStyle(s).color)")
    assert len(painted) == 6 and len(set(painted)) == 1


def test_the_address_carries_whose_ties_are_shown_and_what_their_width_says(visit):
    v = visit("?lang=en&runs=0&structure=collaborative")
    v.complete()
    v.page.evaluate(ECHARTS)
    maker = v.page.locator("#contracts-actor optgroup option").first.get_attribute("value")
    v.page.select_option("#contracts-actor", maker)
    v.page.select_option("#contracts-width", "trust")
    v.page.wait_for_function("() => /width=trust/.test(location.search) && /actor=[sp]/.test(location.search)")
    told = v.page.locator("#panel-contracts [aria-live]").inner_text()
    again = visit(v.page.evaluate("() => location.search"))
    again.complete()
    assert again.page.input_value("#contracts-actor") == maker
    assert again.page.input_value("#contracts-width") == "trust"
    assert again.page.locator("#panel-contracts [aria-live]").inner_text() == told
    v.page.select_option("#contracts-actor", "")
    v.page.wait_for_function("() => !location.search.includes('actor=')")
    wrong = visit("?lang=en&runs=0&actor=s99999&width=gold")  # what is not there is not shown
    wrong.complete()
    assert wrong.page.input_value("#contracts-actor") == "" and wrong.page.input_value("#contracts-width") == "gwh"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_can_be_seen_in_the_head_and_no_number_runs_into_the_next(visit, lang):
    cut = (
        "() => [...document.querySelectorAll('#numbers dd, nav.pages')].filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => e.innerText)"
    )
    v = visit(f"?lang={lang}&runs=0&structure=collaborative&levers=subsidy:20")
    for width in (1440, 1345, 1330, 1280, 1125, 1024, 830):
        v.page.set_viewport_size({"width": width, "height": 800})
        v.page.wait_for_timeout(200)
        assert not v.page.evaluate(cut), width
    v.page.set_viewport_size({"width": 390, "height": 844})
    for page in ("about", "explore", "eyes"):  # there the row is moved so that one sees where one is
        v.page.click(f"#page-{page}")
        assert v.page.locator(".titles").bounding_box()["height"] < 30  # one line
        box = v.page.locator("nav.pages [aria-current]").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, page


# all that the compare page showed since it was opened, change by change: an answer may come at any moment
SHOWN = """new MutationObserver(() => {
  const [note, charts] = [".compare-note", ".multiples"].map((place) => document.querySelector(place));
  if (note && charts) (window.shown ||= []).push([charts.hidden, note.textContent]);
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});"""


def test_compare_says_that_it_computes_before_it_draws(visit):
    v = visit("?lang=en&runs=0")
    v.page.add_init_script(SHOWN)
    v.open("?lang=en&runs=0&page=compare", ready="#gm")
    v.page.locator(".multiples").wait_for()
    v.page.locator(".compare-note", has_text="Side by side").wait_for()
    waiting = [note for hidden, note in v.page.evaluate("() => window.shown") if hidden]
    told = [note for note in waiting if note]
    assert told and all("computing" in note for note in told), waiting
    assert waiting[-1] == told[-1]  # once told it stays until the charts are there


def test_pages_show_no_empty_list_and_no_axis_of_noughts(visit):
    v = visit("?lang=en&runs=0&page=council", ready="#gm[data-other]")
    told = v.page.get_by_text("Nobody meets")
    told.wait_for()
    assert not v.page.locator("main > :not([hidden]) .two > nav").is_visible()
    assert told.bounding_box()["x"] < 300
    v.page.click("#page-eyes")
    v.page.locator("#subject option").first.wait_for(state="attached")
    firm = v.page.locator("#subject option").evaluate_all("all => all.at(-3).value")
    v.page.select_option("#subject", firm)
    v.page.get_by_role("heading", name="own packs waiting").wait_for()
    v.page.evaluate(ECHARTS)
    ends = v.page.evaluate(
        "() => [...document.querySelectorAll('.charts.plain .plot')].map(p => window.echartsOf(p).getOption().yAxis[0])"
        ".map(axis => [axis.min, axis.max].map(axis.axisLabel.formatter))"
    )
    assert len(ends) > 3 and all(low != high and "-" not in low + high for low, high in ends), ends


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("structure", ["nosuch", '{"base":"nosuch"}', '{"base":"market","body":{"pays":null}}'])
def test_a_wrong_structure_in_the_address_is_told_and_the_page_still_opens(visit, lang, structure):
    v = visit(f"?lang={lang}&runs=0&levers=subsidy:99999&structure={structure}")
    assert v.rendered["structure"] == "market" and v.rendered["levers"] == {"subsidy": 300}
    told = v.page.locator(".message").inner_text()
    assert "99999" in told and {"en": "structure", "zh": "治理结构"}[lang] in told
    assert structure[:6] in told or "nosuch" in told or "pays" in told
    v.page.click("#page-designer")
    assert v.page.locator(".message").is_hidden()  # it was about the page before


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_head_offers_a_only_where_there_is_one_and_says_what_it_is(visit, lang):
    market, subsidy = {"en": ("A: market", "subsidy 20 yuan/kWh"), "zh": ("A：市场自发", "处理补贴 20 元/kWh")}[lang]
    v = visit(f"?lang={lang}&runs=0&structure=collaborative&levers=subsidy:20")
    v.complete()
    for place in ("#numbers .when", ".bandnote"):
        assert market in v.page.locator(place).inner_text()
    v.page.click("#do-keep")
    assert "A" not in v.page.locator("#numbers .when").inner_text()  # nothing is held against it
    v.page.select_option("#set-structure", "government_led")
    v.until("r.structure === 'government_led'")
    assert subsidy in v.page.locator("#numbers .when").inner_text()
    for page, offered in (("compare", 0), ("designer", 1), ("council", 0), ("passport", 0), ("eyes", 0), ("about", 0)):
        v.page.click(f"#page-{page}")
        assert v.page.locator("#do-keep").count() == v.page.locator("#do-swap").count() == offered, page


def test_the_welcome_can_be_read_again(visit):
    v = visit("?lang=en&runs=0&page=about", ready="#do-welcome")
    assert v.page.locator("#welcome").is_hidden()
    v.page.click("#do-welcome")
    assert v.page.locator("#welcome").is_visible()
    assert v.page.evaluate("() => document.activeElement.id") == "welcome-try"
    v.page.click("#welcome-close")
    assert v.page.locator("#welcome").is_hidden()


def test_what_goes_away_hands_its_focus_on(visit):
    v = visit("", locale="en-US")
    focus = "() => document.activeElement.id"
    v.page.focus("#welcome-try")
    v.page.keyboard.press("Enter")
    v.until("r.levers.subsidy === 20")
    assert v.page.evaluate(focus) == "lever-subsidy"
    v.page.focus("[data-lever=subsidy] .reset")
    v.page.keyboard.press("Enter")
    v.until("!('subsidy' in r.levers)")
    assert v.page.evaluate(focus) == "lever-subsidy"
    v.page.focus("#do-undo")
    for _ in range(2):
        v.page.keyboard.press("Enter")
    v.page.wait_for_function("() => document.getElementById('do-undo').getAttribute('aria-disabled')")
    assert v.page.evaluate(focus) == "do-undo"


def test_a_refusal_is_told_in_chinese(visit, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[governance]\nstructure = 'nosuch'\n")
    v = visit("?lang=zh&runs=0")
    v.page.set_input_files("#case-file", wrong)
    told = v.page.locator(".message.refused")
    told.wait_for()
    assert "案例文件的治理结构：应为库中的一种治理结构或一张表，实为 'nosuch'" in told.inner_text()
    assert "wanted" not in told.inner_text()


def test_the_words_of_the_law_and_of_the_visitor_do_not_overlap(visit):
    v = visit("?lang=zh&runs=0&levers=subsidy:20&from=2026")
    v.complete()
    v.page.evaluate(ECHARTS)
    names, crowded = v.page.evaluate(CROWDED, "shares")
    assert {"2026 年新规", "您的设定"} <= set(names) and not crowded, crowded
