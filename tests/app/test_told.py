"""What pages say beside numbers is so: what is in force, up to when, how exactly, why something cannot be done."""

import re

from .test_charts import ECHARTS

MONTH = "2028-01"  # in the middle of a quarter


def test_levers_under_a_body_say_what_is_in_force_and_tables_and_maps_up_to_when(visit):
    v = visit(f"?lang=en&runs=0&structure=collaborative&levers=subsidy:20&month={MONTH}&province=BJ")
    v.complete()
    v.page.evaluate(ECHARTS)
    told = {
        name: v.page.locator(f"[data-lever={name}] .state").inner_text() for name in ("subsidy", "inspection", "fine")
    }
    moved = v.page.evaluate(
        "names => names.map(name => { const { frame, ids, month } = gmStore, { values, shape } = frame.arrays.year;"
        " return values[ids[`lever_${name}`] * shape[1] + month]; })",
        list(told),
    )
    assert moved[0] < 20.0  # a body may move what a visitor has set, from the month in which it comes into force
    for text, value in zip(told.values(), moved):
        assert abs(float(re.search(rf"in force {MONTH}: ([\d.]+)", text)[1]) - value) <= 0.005 * max(value, 0.01)
    assert told["subsidy"].startswith("yours, from 2027") and "yours" not in told["inspection"]

    panel = v.page.locator("#panel-provinces")
    assert "four quarters to 2027-12" in panel.inner_text()  # the last quarter that is over
    share = v.page.evaluate(
        "() => { const { values, shape } = gmStore.frame.arrays.places;"
        " const at = (name, q) => values[(q * shape[1] + gmStore.catalogue.layers.indexOf(name)) * shape[2]];"
        " const sum = name => [24, 25, 26, 27].reduce((all, q) => all + at(name, q), 0);"
        " return 100 * sum('formal') / sum('released'); }"
    )
    assert f"licensed share {share:.1f} %" in panel.inner_text() and "kt/year" in panel.inner_text()
    panel.get_by_role("button", name="Table").click()
    assert "four quarters to 2027-12" in panel.locator(".tablebox").inner_text()
    assert "0.000" not in panel.locator("tbody tr").nth(3).inner_text()
    panel.get_by_role("button", name="Chart").click()
    assert panel.locator("svg").first.is_visible()


def test_a_meeting_tells_its_moves_with_two_digits_and_units(visit):
    v = visit("?lang=zh&runs=0&structure=collaborative&page=council", ready="#gm[data-other]")
    v.page.locator(".told table.data tbody tr").first.wait_for()
    cells = v.texts(".told table.data td.whole")
    assert len(cells) > 10 and not any(re.match(r"0\.0+ ", cell) for cell in cells)
    assert all(len(cell.split(" ", 1)) == 2 for cell in cells) and "，会议 1" in v.page.locator(".told h2").inner_text()


def test_what_cannot_be_chosen_says_why(visit):
    v = visit("?lang=en&runs=0&levers=subsidy:20&page=compare", ready="#gm[data-other]")
    boxes, legend = v.page.locator("fieldset input"), v.page.locator("fieldset legend")
    v.page.wait_for_selector("fieldset input:disabled")
    assert boxes.count() == 5 and "four at most" in legend.inner_text()
    assert "a body may move them afterwards" in v.page.locator(".page:not([hidden]) .casebar").inner_text()
    for name in ("government_led", "enterprise_led", "collaborative"):
        v.page.uncheck(f"input[value={name}]")
    assert "choose one more" in legend.inner_text() and v.page.locator("#compare-start").is_disabled()
    assert v.page.locator("fieldset input:disabled").count() == 0

    v.page.click("#page-passport")
    v.page.fill("#pack-number", "999999999")
    v.page.get_by_role("button", name="Open", exact=True).click()
    v.page.locator(".message.note", has_text="999,999,999").wait_for()
