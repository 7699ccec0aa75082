"""What charts show beside each other: structures, the network of contracts, one province beside the nation."""

import json
from urllib.parse import quote

import matplotlib.image
import numpy as np
import pytest

from .test_explore import lever
from .test_files import take

STRUCTURES = ("market", "collaborative", "enterprise_led", "government_led")
DRAWN = """() => Object.fromEntries([...document.querySelectorAll('.multiples .panel')].map(panel => {
  const plot = panel.querySelector('.plot');
  const chart = window.echartsOf(plot).getOption();
  return [panel.id.replace('panel-', ''), {
    titles: chart.title.map(one => one.text), words: plot.getAttribute('aria-label'), domain: plot.dataset.domain,
    axes: chart.yAxis.map(axis => [axis.min, axis.max]),
    own: chart.series.filter(one => one.z === 5).map(one => [one.xAxisIndex, one.lineStyle.color, one.data.at(-1)[1]]),
    bands: chart.series.filter(one => one.type === 'custom').length,
  }];
}))"""
ECHARTS = """async () => { const { store } = await import('/govmodel/store.js');
  window.echartsOf = plot => store.echarts.getInstanceByDom(plot); window.gmStore = store; }"""


def side_by_side(v, arms: int, size: int = 0) -> dict:
    """Wait until so many structures have been drawn; gives what each chart shows."""
    v.page.wait_for_function(
        "([arms, size]) => { const d = document.querySelector('.multiples').dataset.drawn || '';"
        " return d.split(' {')[0].split(' ').length === arms && d.endsWith(` ${size}`); }",
        arg=[arms, size],
    )
    v.page.evaluate(ECHARTS)
    return v.page.evaluate(DRAWN)


def test_structures_stand_side_by_side_on_the_same_axes(visit, tmp_path):
    v = visit("?lang=en&runs=0&page=compare&levers=subsidy:20", ready="#gm[data-other]")
    drawn = side_by_side(v, 4)
    assert len(drawn) >= 6
    colours = v.page.evaluate("() => gmStore.catalogue.palette.structures")
    paint = v.page.evaluate("() => gmStore.catalogue.palette.light")
    for name, chart in drawn.items():
        assert len(chart["titles"]) == 4 and len({tuple(ends) for ends in chart["axes"]}) == 1, name
        of_structure = {grid: colour for grid, colour, _ in chart["own"]}
        assert [of_structure[i] for i in range(4)] == [paint[colours[arm]] for arm in STRUCTURES], name
        assert all(known in chart["words"] for known in ("market", "collaborative", "enterprise-led", "government-led"))
    ends = {value for _, _, value in drawn["compare_shares"]["own"][::2]}
    assert len(ends) == 4  # four structures, four countries
    page = v.page.locator(".multiples").bounding_box()
    assert page["y"] < v.page.locator("#compare-start").bounding_box()["y"] + 200  # in sight at once


def test_a_structure_of_ones_own_is_compared_like_the_others(visit, tmp_path):
    own = quote(json.dumps({"id": "own", "base": "collaborative", "body": {"convener": 0.0}}))
    v = visit(f"?lang=en&runs=0&page=compare&levers=subsidy:20&structure={own}", ready="#gm[data-other]")
    drawn = side_by_side(v, 4)
    assert "your own" in drawn["compare_shares"]["words"]

    # its line is that of Explore with the same settings
    seen = visit(f"?lang=en&runs=0&levers=subsidy:20&structure={own}")
    seen.page.evaluate(ECHARTS)
    true = seen.page.evaluate(
        "() => window.echartsOf(document.querySelector('#panel-shares .plot')).getOption().series"
    )
    line = next(one for one in true if one["id"] == "formal_share")
    assert drawn["compare_shares"]["own"][-2][2] == line["data"][-1][1]

    v.page.uncheck("input[value=enterprise_led]")
    v.page.uncheck("input[value=collaborative]")
    assert len(side_by_side(v, 2)["compare_fires"]["titles"]) == 2
    v.page.select_option("#compare-size", "8")
    v.page.click("#compare-start")
    drawn = side_by_side(v, 2, 8)
    assert all(chart["bands"] == 2 for chart in drawn.values())
    assert "8 runs" in v.page.locator(".compare-note").inner_text()
    charts, table = v.page.locator(".multiples").bounding_box(), v.page.locator("table.verdicts").bounding_box()
    assert charts["y"] + charts["height"] <= table["y"]
    assert "your own" in v.page.locator("table.verdicts thead").inner_text()
    told = v.page.locator("table.verdicts").inner_text()
    assert "licensed share" in told and ("higher" in told or "lower" in told or "not distinguishable" in told)
    assert "your own" in v.page.locator("table.ranks").inner_text()
    picture = matplotlib.image.imread(
        take(v, v.page.locator("#panel-compare_treasury").get_by_role("button", name="PNG"), tmp_path)
    )
    assert np.abs(picture - picture[2, 2]).max(axis=2).mean() > 0.005


def test_the_network_keeps_its_places_and_tells_one_actors_ties(visit):
    v = visit("?lang=en&runs=0&structure=collaborative&month=2030-06")
    v.complete()
    v.page.evaluate(ECHARTS)
    drawn = (
        "() => { const s = window.echartsOf(document.querySelector('#panel-contracts .plot')).getOption().series[0];"
        " return [s.data.map(n => [n.name, n.x, n.y]), s.links.map(l => [l.source, l.target, l.tie.form, l.tie.gwh,"
        " l.tie.trust, l.lineStyle.color]), Object.fromEntries(s.data.map(n => [n.name, n.gwh]))]; }"
    )
    places, ties, sizes = v.page.evaluate(drawn)
    assert len(places) > 150 and len(ties) > 50
    assert all(0 < trust < 1 and gwh >= 0 for _, _, _, gwh, trust, _ in ties)
    assert len({form for _, _, form, *_ in ties}) >= 3
    by_form = {form: colour for _, _, form, _, _, colour in ties}
    assert len(set(by_form.values())) == len(by_form)
    largest = max((name for name in sizes if name[0] == "p"), key=lambda name: sizes[name] or 0)
    promised = sum(tie[3] for tie in ties if tie[1] == largest)
    assert abs(promised - sizes[largest]) < 1e-6
    v.page.focus("#month")
    v.page.keyboard.press("End")
    later = v.page.evaluate(drawn)
    assert later[0] == places and later[1] != ties  # ties come and go, places stay
    maker = next(tie[0] for tie in later[1])
    v.page.select_option("#contracts-actor", maker)
    told = v.page.locator("#panel-contracts [aria-live]").inner_text()
    mine = [tie for tie in later[1] if tie[0] == maker]
    assert f"{len(mine)} contracts" in told and "trust" in told
    v.page.select_option("#contracts-width", "trust")
    v.page.locator("#panel-contracts").get_by_role("button", name="Table").click()
    rows = v.page.locator("#panel-contracts table.data tbody tr")
    assert rows.count() == len(later[1])
    assert json.dumps(v.texts("#panel-contracts table.data th")).count("trust") == 1


def test_a_click_on_a_province_makes_the_charts_show_it(visit):
    v = visit("?lang=en&runs=0&structure=collaborative&month=2031-06")
    v.complete()
    v.page.evaluate(ECHARTS)
    heading = v.page.locator("#title-shares")
    assert heading.inner_text() == "Where retired batteries go: true and reported"
    nation = v.page.evaluate("() => [...document.querySelectorAll('#panel-shares .value')].map(e => e.innerText)")
    tile = v.page.get_by_role("button", name="Guangdong:")
    tile.scroll_into_view_if_needed()
    tile.click()
    v.until("r.province === 18")
    assert heading.inner_text().endswith("Guangdong")
    for panel in ("flows", "plants", "workshops", "prices", "trust", "harm", "contracts"):
        v.page.locator(f"#title-{panel}", has_text="Guangdong").wait_for()
    for panel in ("money", "seats", "metals"):
        v.page.locator(f"#title-{panel} .whose", has_text="nation only").wait_for()
    assert v.page.locator("#numbers .whose").inner_text() == "nation only"
    assert "money, seats and metals" in v.page.locator(".placenote").inner_text()
    told = v.page.evaluate("() => [...document.querySelectorAll('#panel-shares .value')].map(e => e.innerText)")
    share = nation[0].split(" (")[0]
    assert told[0].split(" (")[0] != share and f"nation {share}" in told[0]

    # the map and the chart have one and the same province
    tiles = v.page.evaluate(
        "() => { const {values, shape} = gmStore.frame.arrays.places; const q = 41;"
        " return values[(q * shape[1] + gmStore.catalogue.layers.indexOf('workshops')) * shape[2] + 18]; }"
    )
    rows = v.page.evaluate(
        "async () => { const {localSeries} = await import('/govmodel/store.js');"
        " return ['open', 'quiet', 'collecting', 'licensed', 'closed'].map(s => localSeries(`workshops_${s}`)[125]); }"
    )
    assert 0 < tiles <= sum(rows) + 1e-3
    v.page.wait_for_function("() => location.search.includes('province=GD')")

    lever(v.page, "subsidy").press("ArrowRight")  # another run: the province follows
    v.until("r.levers.subsidy > 0 && r.province === 18")
    v.page.keyboard.press("Escape")
    v.until("r.province === null")
    assert not heading.inner_text().endswith("Guangdong")
    assert v.page.locator("#to-nation").count() == 0 or not v.page.locator("#to-nation").is_visible()

    other = visit("?lang=zh&runs=0&province=SC")
    other.until("r.province !== null")
    other.page.locator("#title-harm", has_text="四川").wait_for()
    tile = other.page.get_by_role("button", name="西藏")
    tile.focus()
    other.page.keyboard.press("Enter")
    other.page.locator("#title-harm", has_text="西藏").wait_for()
    other.until("r.province === 25")


def test_a_flow_leaves_only_the_packs_that_passed_there(visit):
    v = visit("?lang=en&runs=0&month=2030-12")
    v.page.evaluate(ECHARTS)
    panel = v.page.locator("#panel-flows")
    panel.scroll_into_view_if_needed()
    drawn = (
        "() => { const { nodes, links } = (s => ({ nodes: s.data.map(n => n.name), links: s.links }))"
        "(window.echartsOf(document.querySelector('#panel-flows .plot')).getOption().series[0]);"
        " return [nodes, links.map(l => [l.source, l.target, l.value])]; }"
    )
    _, before = v.page.evaluate(drawn)
    whole = {(a, b): gwh for a, b, gwh in before}
    v.page.select_option("#flows-only", "r0")
    nodes, links = v.page.evaluate(drawn)
    assert [name for name in nodes if name[0] == "r"] == ["r0"]
    taken = {(a, b): gwh for a, b, gwh in links if a == "r0"}
    assert taken == pytest.approx({key: gwh for key, gwh in whole.items() if key[0] == "r0"})
    fates = sum(gwh for a, _, gwh in links if a[0] == "c")
    assert fates == pytest.approx(sum(taken.values()))  # nothing is lost on the way
    assert all(gwh <= whole[a, b] + 1e-9 for a, b, gwh in links)
    assert "scrapped vehicle" in v.page.get_attribute("#panel-flows .plot", "aria-label")

    box = panel.locator(".plot").bounding_box()
    place = v.page.evaluate(  # where a flow is, and no name upon it
        "() => { const zr = window.echartsOf(document.querySelector('#panel-flows .plot')).getZr();"
        " const x = 0.75 * zr.getWidth(), flow = y => zr.handler.findHover(x, y).target?.shape?.cpx1 !== undefined;"
        " for (let y = 0.3 * zr.getHeight(); ; y++) if (flow(y) && flow(y + 4)) return [x, y + 2]; }"
    )
    v.page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    source, target = v.page.input_value("#flows-only").split()
    assert source[0] == "c" and target[0] == "f"
    _, links = v.page.evaluate(drawn)
    assert [(a, b) for a, b, _ in links if b[0] == "f"] == [(source, target)]
    assert sum(gwh for _, b, gwh in links if b[0] == "f") == pytest.approx(whole[source, target])
    v.page.wait_for_function(
        "flow => new URLSearchParams(location.search).get('flow') === flow", arg=f"{source} {target}"
    )
    again = visit(v.page.evaluate("() => location.search"))
    assert again.page.input_value("#flows-only") == f"{source} {target}"
    wrong = visit("?lang=en&runs=0&flow=r99&layer=gold&seats=none")  # what is not there is not shown
    assert wrong.page.input_value("#flows-only") == ""
    v.page.select_option("#flows-only", "")
    _, links = v.page.evaluate(drawn)
    assert {(a, b): gwh for a, b, gwh in links} == pytest.approx(whole)


def test_charts_take_on_the_theme_at_once(visit):
    v = visit("?lang=en&runs=0&theme=light")
    v.complete()
    v.page.evaluate(ECHARTS)
    inks = (
        "() => [getComputedStyle(document.getElementById('gm')).getPropertyValue('--muted').trim(),"
        " ...[...document.querySelectorAll('.charts .plot')].flatMap(p => window.echartsOf(p)?.getOption().yAxis || [])"
        ".map(axis => axis.axisLabel.color)]"
    )
    light, *before = v.page.evaluate(inks)
    v.page.click("#do-theme")
    dark, *after = v.page.evaluate(inks)
    assert dark != light and len(after) > 5
    assert set(before) == {light} and set(after) == {dark}


def test_charts_of_a_page_that_was_out_of_sight_have_the_theme_too(visit):
    v = visit("?lang=en&runs=0&theme=light&page=eyes", ready="#gm")
    v.page.evaluate(ECHARTS)
    ink = (
        "() => { const plot = document.querySelector('.charts.plain .plot');"
        " return plot && window.echartsOf(plot).getOption().yAxis[0].axisLabel.color; }"
    )
    light = v.page.wait_for_function(ink).json_value()
    v.page.click("#page-about")
    v.page.click("#do-theme")
    v.page.click("#page-eyes")
    v.page.wait_for_function(f"light => ![null, light].includes(({ink})())", arg=light)
