"""Explore: every move answers at once, and nothing else changes that should not."""

import pytest

SHARES = "#panel-shares .plot"
UNLIKE_THEIR_PLACES = """[...document.querySelectorAll('.panel .plot canvas')]
    .filter((drawn, i, all) => all.length < 6 || Math.abs(
        drawn.getBoundingClientRect().height - drawn.closest('.plotbox').clientHeight) > 2)
    .map((drawn) => drawn.closest('.panel').id)"""


def lever(page, name: str):
    """Find a lever's slider; opens its room."""
    row = page.locator(f"[data-lever={name}]")
    page.evaluate("name => document.querySelector(`[data-lever=${name}]`).closest('details').open = true", name)
    return row.locator("input[type=range]")


def test_a_move_answers_without_a_run_button(visit):
    v = visit("?lang=en&runs=0")
    before = v.page.locator("#numbers [data-number=formal_share] .value").inner_text()
    lever(v.page, "subsidy").press("ArrowRight")
    v.until("r.levers.subsidy > 0")
    for _ in range(9):
        lever(v.page, "subsidy").press("ArrowRight")
    v.until("r.levers.subsidy >= 5")
    assert v.page.locator("#numbers [data-number=formal_share] .value").inner_text() != before
    assert v.rendered["charts"] >= 12
    for word in ("Run", "运行"):
        assert v.page.get_by_role("button", name=word, exact=True).count() == 0


def test_axes_hold_while_a_slider_moves(visit):
    v = visit("?lang=en&runs=0")
    axes = "() => [...document.querySelectorAll('[data-domain]')].map(p => p.dataset.domain).join('|')"
    v.complete()
    before = v.page.evaluate(axes)
    lever(v.page, "subsidy").press("ArrowRight")
    v.until("r.levers.subsidy > 0")
    v.complete()
    assert before.count("|") >= 8
    assert v.page.evaluate(axes) == before


def test_every_structure_can_be_chosen(visit):
    v = visit("?lang=en&runs=0")
    for structure in ("government_led", "enterprise_led", "collaborative", "maturing", "market"):
        v.page.select_option("#set-structure", structure)
        v.until(f"r.structure === '{structure}'")


def test_words_change_at_once_and_stay_in_the_address(visit):
    v = visit("?lang=en&runs=0")
    v.page.click("#do-lang")
    v.page.wait_for_function("() => document.documentElement.lang === 'zh-CN'")
    assert v.page.locator("h1").first.inner_text() == "探索"
    v.page.wait_for_function("() => location.search.includes('lang=zh')")
    v.page.click("#do-theme")
    v.page.wait_for_function("() => location.search.includes('theme=dark')")


def test_bands_follow_and_say_of_how_many_runs(visit):
    v = visit("?lang=en")
    v.until("r.runs === 20")
    lever(v.page, "fine").press("ArrowRight")
    v.until("r.levers.fine > 0")
    v.page.click("#do-undo")
    v.until("!('fine' in r.levers) && r.runs === 20")  # the band that was made is shown again
    assert "20 runs" in v.page.locator(".bandnote").inner_text()


def test_undo_redo_reset(visit):
    v = visit("?lang=en&runs=0")
    lever(v.page, "subsidy").press("ArrowRight")
    v.until("r.levers.subsidy > 0")
    v.page.keyboard.press("Control+z")
    v.until("!('subsidy' in r.levers)")
    v.page.click("#do-redo")
    v.until("r.levers.subsidy > 0")
    v.page.click("#do-reset")
    v.until("!('subsidy' in r.levers)")


def test_the_address_carries_the_state_and_is_clamped(visit):
    v = visit("?lang=en&structure=collaborative&levers=subsidy:9999,nonsense:3&from=2028&seed=5&month=2029-06")
    r = v.rendered
    assert r["structure"] == "collaborative" and r["levers"] == {"subsidy": 300}
    assert "9999" in v.page.locator(".message").inner_text()
    assert v.page.locator("output[for=month]").inner_text() == "2029-06"
    v.page.wait_for_timeout(400)
    again = visit(v.page.evaluate("() => location.search"))
    assert again.rendered["hash"] == r["hash"]


def test_a_structure_of_a_that_there_is_not_is_told(visit):
    v = visit("?lang=en&runs=0&levers=subsidy:20&a=structure%3Dnonsense")
    v.page.wait_for_selector("#gm[data-other]")
    assert "nonsense" in v.page.locator(".message").inner_text()
    assert "vs A" in v.page.locator("#numbers [data-number=formal_share] .apart").inner_text()


def test_a_setting_of_a_beyond_its_bounds_is_told(visit):
    v = visit("?lang=en&runs=0&a=levers%3Dsubsidy%3A9999")
    assert "9999" in v.page.locator(".message").inner_text()


def test_a_swap_brings_a_with_its_own_settings_though_the_run_was_made_for_others(visit):
    v = visit("?lang=en&runs=0&from=2030&levers=subsidy:20")  # the server lived A with bands, for whoever comes
    v.page.click("#do-swap")
    v.until("Object.keys(r.levers).length === 0")
    wanted = v.page.evaluate("async () => (await import('/govmodel/store.js')).store.wanted")
    assert wanted["bands"] == 0 and wanted["levers"] == {}
    v.page.wait_for_function("() => location.search.includes('runs=0')")


def test_a_is_dashed_and_numbers_say_the_difference(visit):
    v = visit("?lang=en&runs=0&levers=subsidy:20")
    assert "vs A" in v.page.locator("#numbers [data-number=formal_share] .apart").inner_text()
    first = v.rendered["hash"]
    v.page.click("#do-keep")
    assert v.page.locator("#numbers [data-number=formal_share] .apart").inner_text() == ""
    lever(v.page, "subsidy").press("ArrowLeft")
    v.until(f"r.hash !== '{first}'")
    second = v.rendered["hash"]
    v.page.click("#do-swap")
    v.until(f"r.hash === '{first}'")
    v.page.click("#do-swap")
    v.until(f"r.hash === '{second}'")


def test_undoing_a_swap_brings_back_what_was_a(visit):
    v = visit("?lang=en&runs=0")
    v.page.click("#do-keep")
    first = v.rendered["hash"]
    lever(v.page, "subsidy").press("ArrowRight")
    v.until(f"r.hash !== '{first}'")
    apart = v.page.locator("#numbers [data-number=formal_share] .apart")
    second, before = v.rendered["hash"], apart.inner_text()
    v.page.click("#do-swap")
    v.until(f"r.hash === '{first}'")
    v.page.evaluate("() => document.activeElement.blur()")  # Ctrl+Z also where nothing has the focus
    v.page.keyboard.press("Control+z")
    v.until(f"r.hash === '{second}'")
    assert before and apart.inner_text() == before


@pytest.mark.parametrize("query", ["?lang=en&structure=collaborative", "?lang=zh"])
def test_every_chart_fills_the_place_that_its_legend_leaves(visit, query):
    v = visit(f"{query}&runs=0")
    v.complete()
    v.page.wait_for_function(f"() => {UNLIKE_THEIR_PLACES}.length === 0")  # once legends have come to rest
