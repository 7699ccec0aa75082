"""Where there is little room: heads stay beside what they head, no year is cut off, and one line says what A is."""

import pytest

HEADS = """selector => [...document.querySelectorAll(selector)].map(head => {
  const box = head.closest('.scroll');
  box.scrollLeft = 200;
  return [head.innerText, head.getBoundingClientRect().left - box.getBoundingClientRect().left, box.scrollLeft];
})"""


def test_heads_stay_in_sight_when_a_phone_scrolls_a_table_sideways(visit):
    v = visit("?lang=en&runs=0&structure=collaborative", width=390, height=844)
    v.complete()
    seats = v.page.evaluate(HEADS, "table.heat th:first-child")
    assert len(seats) == 9
    v.page.click("#page-designer")
    rights = v.page.evaluate(HEADS, "table.rights tr:not(.roomrow) th:first-child, .roomrow span")
    assert {"lever", "Authority", "Market", "subsidy"} <= {name for name, *_ in rights}
    for name, left, moved in seats + rights:
        assert 0 <= left < 10 and moved > 30, name


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_year_of_a_seat_is_cut_off_on_a_wide_screen(visit, lang):
    v = visit(f"?lang={lang}&runs=0&structure=collaborative")
    v.complete()
    for width in (1280, 1440, 1920):
        v.page.set_viewport_size({"width": width, "height": 900})
        v.page.wait_for_timeout(200)
        cut = "() => (box => box.scrollWidth - box.clientWidth)(document.querySelector('table.heat').parentElement)"
        assert v.page.evaluate(cut) == 0, width


@pytest.mark.parametrize(
    "lang, a, back", [("en", "A: market", "back to the nation"), ("zh", "A：市场自发", "返回全国")]
)
def test_a_phone_says_in_one_line_what_a_is_and_names_no_key(visit, lang, a, back):
    v = visit(f"?lang={lang}&runs=0&structure=collaborative&province=GD", width=390, height=844)
    v.page.locator("#to-nation").wait_for()
    when = v.page.locator(".hero .when")
    assert v.page.locator("#to-nation").inner_text() == back
    assert "2030-12" in when.inner_text() and a in when.inner_text()
    for province in (True, False):
        box = when.bounding_box()
        assert box["height"] < 20 and 200 < box["width"] <= 390, province
        v.page.locator("#to-nation").dispatch_event("click")
    v.page.set_viewport_size({"width": 1440, "height": 900})
    v.page.locator("#panel-provinces .tile").first.dispatch_event("click")
    assert "Esc" in v.page.locator("#to-nation").inner_text()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_council_decided_stays_in_its_card(visit, lang):
    v = visit(
        f"?lang={lang}&runs=0&structure=collaborative&page=council", width=390, height=844, ready="#gm[data-other]"
    )
    v.page.wait_for_selector(".told .askrow")
    assert v.page.evaluate("() => (e => e.scrollWidth - e.clientWidth)(document.querySelector('.told'))") <= 1
