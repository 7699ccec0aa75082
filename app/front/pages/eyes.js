// Through their eyes: what a subject knows, month by month, beside the truth.

import { write } from "../address.js";
import { caseBar, follows } from "../case_bar.js";
import { emit, months, store } from "../store.js";
import { ask } from "../wire.js";
import { colour, css, nice } from "../lines.js";
import { amount, both, bracketed, colon, firm, h, indicatorName, onAxis, parts, semicolon, slug, t } from "../words.js";

export function eyes() {
  const title = h("h1", {});
  const what = h("p", { class: "lead" });
  const list = h("select", { id: "subject", onchange: () => load(list.value) });
  const label = h("label", { for: "subject" });
  const place = h("div", { class: "charts plain", role: "group" });
  const element = h("div", { class: "page" }, title, what, caseBar("eyes"), h("div", { class: "bar-row" }, label, list), place);
  let charts = [];
  let asked = 0; // answers may overtake each other: only that to the latest question counts

  async function load(wanted) {
    const mine = (asked += 1);
    const subject = wanted || store.ui.subject;
    keep(subject);
    title.textContent = t("page_eyes");
    what.textContent = t("eyes_what");
    label.textContent = t("whose_eyes");
    try {
      const answer = await ask({ ask: "view", subject });
      if (mine !== asked) return;
      if (answer.subject !== subject) emit("notes", [{ note: "unknown", what: "whose_eyes", got: subject }]);
      keep(answer.subject);
      names(answer.subjects);
      charts.forEach((chart) => chart.dispose());
      place.replaceChildren();
      charts = answer.series.map(draw);
      place.setAttribute("aria-label", list.selectedOptions[0].textContent); // whose charts these are
    } catch (error) {
      place.replaceChildren(h("p", {}, t("failed", { error: error.message })));
    }
  }

  function keep(subject) {
    store.ui.subject = subject;
    write();
  }

  function names(subjects) {
    const codes = new Map(store.catalogue.provinces.map((p) => [p.code, both(p)]));
    const groups = { bodies: [], provinces: [], firms: [] };
    for (const name of subjects) {
      if (["central_government", "association", "public"].includes(name)) groups.bodies.push([name, t(`subject_${name}`)]);
      else if (codes.has(name)) groups.provinces.push([name, codes.get(name)]);
      else groups.firms.push([name, firm(name)]);
    }
    list.replaceChildren(...Object.entries(groups).map(([group, members]) =>
      h("optgroup", { label: t(`subjects_${group}`) }, ...members.map(([name, told]) => h("option", { value: name, selected: name === store.ui.subject }, told)))));
  }

  function draw(line) {
    const plot = h("div", { class: "plot", role: "img" });
    const unit = (store.catalogue.indicators.find((one) => one.unit.en === line.unit) || { unit: { en: line.unit, zh: t(`unit_${slug(line.unit)}`) } }).unit;
    const word = parts(1, unit)[1];
    const sources = line.source.split("; ").map((source) => t(`saw_${slug(source)}`)).join(semicolon());
    const truth = line.true !== null && line.true.some((value, i) => Math.abs((value || 0) - (line.seen[i] || 0)) > 1e-9);
    const same = t(line.true === null ? "no_truth" : "as_truly");
    const name = indicatorName(line.name);
    const legend = h("div", { class: "legend" },
      h("span", { class: "key" }, h("i", { class: "swatch", style: `border-top:3px solid ${colour("blue")}` }), t("as_seen")),
      truth ? h("span", { class: "key" }, h("i", { class: "swatch", style: `border-top:3px dashed ${colour("vermillion")}` }), t("as_is")) : h("span", { class: "key faint" }, same));
    place.append(h("section", { class: "panel" }, h("h2", {}, name + bracketed(word)), h("p", { class: "look" }, `${t("known_by")}${colon()}${sources}`), legend, h("div", { class: "plotbox low" }, plot)));
    const [seen, real] = [smooth(line.seen), truth ? smooth(line.true) : []];
    const known = [...seen, ...real].filter(Number.isFinite);
    const low = Math.min(0, ...known);
    const high = Math.max(0, ...known) || (low < 0 ? 0 : 1);
    const step = nice((high - low) / 3);
    const chart = store.echarts.init(plot, null, { renderer: "canvas" });
    const drawn = (row, color, type) => ({ type: "line", data: row.map((y, i) => [i + 0.5, Number.isFinite(y) ? y : null]), showSymbol: false, silent: true, lineStyle: { color, type, width: 2 } });
    chart.setOption({
      animation: false, textStyle: { fontFamily: css("font-family") }, grid: { left: 56, right: 12, top: 8, bottom: 22 },
      xAxis: { type: "value", min: 0, max: months(), interval: 36, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { color: css("--muted"), fontSize: 11, formatter: (x) => String(2021 + x / 12), showMaxLabel: false } },
      yAxis: { type: "value", min: Math.floor(low / step) * step, max: Math.ceil(high / step) * step, interval: step, splitLine: { lineStyle: { color: css("--line") } }, axisLabel: { color: css("--muted"), fontSize: 11, formatter: (y) => onAxis(y, line.unit) } },
      series: [drawn(seen, colour("blue"), "solid"), ...(truth ? [drawn(real, colour("vermillion"), "dashed")] : [])],
    });
    const last = seen.length - 1;
    plot.setAttribute("aria-label", `${name}: ${t("as_seen")} ${amount(seen[last], unit)}, ${truth ? `${t("as_is")} ${amount(real[last], unit)}` : same} (2035)`);
    return chart;
  }

  const show = follows(element, () => load(), true);
  window.addEventListener("resize", () => { if (!element.hidden) charts.forEach((chart) => chart.resize()); });
  return { element, show };
}

// The mean of twelve months up to each.
function smooth(row) {
  return row.map((_, i) => {
    const part = row.slice(Math.max(0, i - 11), i + 1).filter((value) => value !== null && Number.isFinite(value));
    return i < 11 || !part.length ? NaN : part.reduce((a, b) => a + b, 0) / part.length;
  });
}
