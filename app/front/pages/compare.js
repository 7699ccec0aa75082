// Compare: two to four structures in the same world with the same luck, and a verdict on every number in words.

import { write } from "../address.js";
import { caseBar } from "../case_bar.js";
import { glyph, Multiples, OWN, structureName as armName } from "../multiples.js";
import { Panel } from "../panel.js";
import { copy, emit, on, store } from "../store.js";
import { ask } from "../wire.js";
import { amount, both, bracketed, comma, difference, h, indicatorName, placeOf, placeOfChange, scaleOf, SHARES, t } from "../words.js";

const MOST = 4;
const USUAL = ["market", "government_led", "enterprise_led", "collaborative"];

export function compare() {
  const title = h("h1", {});
  const what = h("p", { class: "lead" });
  const choice = h("fieldset", { class: "bar-row" });
  const size = h("select", { id: "compare-size" });
  const sizeLabel = h("label", { for: "compare-size" });
  const start = h("button", { type: "button", class: "strong", id: "compare-start", onclick: run });
  const progress = h("progress", { hidden: true, max: 1, value: 0 });
  const found = h("div", { "aria-live": "polite" });
  const jump = h("button", { type: "button", class: "quiet", id: "to-verdicts", hidden: true, onclick: () => found.scrollIntoView() });
  const stale = h("p", { class: "small", role: "status" });
  const bandNote = h("p", { class: "small compare-note" });
  const shown = { arms: [], frames: {}, bands: null, size: 0 };
  const panels = Object.entries(store.catalogue.multiples).map(([id, spec]) => new Panel(new Multiples(id, spec, () => shown)));
  const charts = h("div", { class: "multiples", hidden: true }, ...panels.map((panel) => panel.element));
  const element = h("div", { class: "page" }, title, what, caseBar("compare", true), choice, h("div", { class: "bar-row" }, sizeLabel, size, start, progress, jump), bandNote, charts, stale, found);
  let asked = 0; // answers may overtake each other: only those to the latest question count
  let built = false;
  let arms = given();
  let answer = null;
  let own = null; // the table of the structure that was drawn last

  // What all structures have in common, and the table that stands for the visitor's own.
  const worldOf = (wanted) => JSON.stringify({ ...wanted, structure: "", bands: 0, own: arms.includes(OWN) ? own : null });

  // The market first, what the others are held against; a structure of one's own last.
  const known = () => ["market", ...Object.keys(store.catalogue.structures).filter((name) => name !== "market"), ...(own ? [OWN] : [])];
  const inOrder = () => known().filter((arm) => arms.includes(arm));

  // Take up a structure that was drawn, in place of the last choice if there is no room.
  function take({ structure }) {
    if (typeof structure === "string" || JSON.stringify(structure) === JSON.stringify(own)) return;
    if (!own) arms = [...inOrder().slice(0, MOST - 1), OWN];
    own = copy(structure);
    name();
  }

  // Live every structure once in the world that is wanted, and draw them side by side.
  async function side() {
    if (element.hidden || !store.frame || arms.length < 2) return;
    const order = inOrder();
    const [mine, wanted] = [(asked += 1), copy(store.wanted)];
    charts.setAttribute("aria-busy", "true");
    if (!built) bandNote.textContent = t("computing");
    try {
      const runs = await Promise.all(order.map((arm) => ask({ ask: "run", wanted: { ...wanted, structure: arm === OWN ? own : arm } })));
      if (mine !== asked) return;
      Object.assign(shown, { arms: order, frames: Object.fromEntries(order.map((arm, i) => [arm, runs[i]])), bands: null, world: worldOf(wanted) });
      drawCharts();
    } catch (error) {
      if (mine === asked) emit("failed", error.message);
    }
    charts.setAttribute("aria-busy", "false");
  }

  function drawCharts() {
    const fits = answer && answer.world === shown.world && shown.arms.every((arm) => arm in answer.bands);
    Object.assign(shown, { bands: fits ? answer.bands : null, size: fits ? answer.replications : 0 });
    charts.hidden = false;
    if (!built) panels.forEach((panel) => panel.build());
    built = true;
    panels.forEach((panel) => panel.draw());
    bandNote.textContent = t(shown.bands ? "multiples_band" : "multiples_line", { number: shown.size });
    stale.textContent = answer && answer.world !== shown.world ? t("verdicts_stale") : "";
    charts.dataset.drawn = `${shown.arms.join(" ")} ${shown.world} ${shown.bands ? shown.size : 0}`;
  }

  function name() {
    title.textContent = t("page_compare");
    what.textContent = t("compare_what");
    sizeLabel.textContent = t("replications");
    size.replaceChildren(...[8, 12, 20].map((number) => h("option", { value: number, selected: number === Number(size.value || 8) }, number)));
    start.textContent = t("compare_start");
    jump.textContent = `${t("verdicts")} ↓`;
    progress.setAttribute("aria-label", t("computing"));
    choice.replaceChildren(
      h("legend", {}), ...known().map((arm) => h("label", {}, h("input", { type: "checkbox", value: arm, checked: arms.includes(arm), onchange: choose }), " ", glyph(arm), armName(arm))),
    );
    enough();
    if (answer) draw();
    if (built) panels.forEach((panel) => panel.words());
    if (built) drawCharts();
  }

  function choose(event) {
    const { value, checked } = event.target;
    arms = checked ? [...arms, value] : arms.filter((arm) => arm !== value);
    keep();
    enough();
    side();
  }

  // The address carries the choice, but for a structure that was drawn, which comes with the settings.
  function keep() {
    const chosen = inOrder().filter((arm) => arm !== OWN);
    const usual = chosen.length === USUAL.length && USUAL.every((arm) => chosen.includes(arm));
    store.ui.arms = usual ? "" : chosen.join(",");
    write();
  }

  // Two can be compared and four are enough: what cannot be ticked or begun says why.
  function enough() {
    const [few, full] = [arms.length < 2, arms.length >= MOST];
    choice.querySelector("legend").textContent = t("compare_which") + bracketed(full ? t("compare_full") : few ? t("compare_few") : "");
    for (const box of choice.querySelectorAll("input")) box.disabled = full && !box.checked;
    start.disabled = few;
  }

  async function run() {
    const order = inOrder();
    progress.hidden = false;
    progress.value = 0;
    start.disabled = true;
    const still = on("progress", ({ left, all }) => (progress.value = 1 - left / all));
    try {
      const world = worldOf(store.wanted);
      const drawn = Object.values(store.catalogue.multiples).map((spec) => spec.name);
      answer = Object.assign(await ask({ ask: "compare", arms: order, own, size: Number(size.value), drawn }), { order, world });
      draw();
      jump.hidden = false;
      if (built) drawCharts();
    } catch (error) {
      found.replaceChildren(h("p", { class: "message bad" }, t("failed", { error: error.message })));
    }
    still();
    progress.hidden = true;
    enough();
  }

  function draw() {
    const [base, ...others] = answer.order;
    const names = [...new Set(answer.rows.map((row) => row.indicator))];
    const row = (name) => {
      const cells = others.map((arm) => answer.rows.find((found) => found.arm === arm && found.indicator === name));
      const first = cells.find(Boolean);
      const { unit } = store.catalogue.indicators[store.ids[name]];
      const place = placeOf(unit, first.value_against, ...cells.filter(Boolean).map((cell) => cell.value_against + cell.difference));
      return h("tr", {}, h("th", { scope: "row" }, indicatorName(name) + scaleOf(unit)), h("td", {}, amount(first.value_against, unit, place)),
        ...cells.map((cell) => (cell ? h("td", { class: `verdict ${kind(cell.verdict)}` }, h("strong", {}, verdict(cell)), h("span", { class: "small" }, told(cell, unit, place))) : h("td", {}, "–"))));
    };
    found.replaceChildren(
      h("section", { class: "card" }, h("h2", {}, t("verdicts")), h("p", { class: "small" }, t("verdicts_what", { period: answer.period, number: answer.replications, base: armName(base) })),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("verdicts") },
          h("table", { class: "data verdicts" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("what")), ...[base, ...others].map((arm) => h("th", { scope: "col" }, glyph(arm), armName(arm))))),
            h("tbody", {}, ...names.map(row))))),
      ranks(),
    );
  }

  function ranks() {
    if (!answer.ranking.length) return h("span", {});
    const order = (text) => text.split(/(\s*[>~=,]\s*)/).map((part) => (answer.order.includes(part.trim()) ? armName(part.trim()) : part)).join("");
    return h("section", { class: "card" }, h("h2", {}, t("who_is_served")), h("p", { class: "small" }, t("who_is_served_what")),
      h("table", { class: "data ranks" }, h("thead", {}, h("tr", {}, ...["seat", "what", "order"].map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, ...answer.ranking.map((rank) => h("tr", {}, h("th", { scope: "row" }, seat(rank.stakeholder)), h("td", {}, indicatorName(rank.measure)), h("td", {}, order(String(rank.order))))))));
  }

  const seat = (name) => (store.catalogue.seats[name] ? both(store.catalogue.seats[name]) : t(`served_${name}`));
  name();
  on("words", name);
  on("theme", name);
  let followed = "";
  const follow = () => {
    if (element.hidden || !store.frame) return;
    take(store.wanted);
    const key = worldOf(store.wanted);
    if (key === followed) return;
    followed = key;
    side();
  };
  on("frame", follow);
  new ResizeObserver(() => { if (built && !element.hidden) panels.forEach((panel) => panel.chart.resize()); }).observe(charts);
  return { element, show: follow };
}

// The structures that the address names; what is not known is left out and told, and so is what is too many or too few.
function given() {
  const named = [...new Set(store.ui.arms.split(",").filter(Boolean))];
  const known = named.filter((arm) => Object.hasOwn(store.catalogue.structures, arm));
  const unknown = named.filter((arm) => !known.includes(arm));
  const used = known.length > 1 ? known.slice(0, MOST) : USUAL;
  const note = (kind, got) => store.notes.push({ note: kind, what: "structure", got, used: used.map(armName).join(comma()) });
  if (unknown.length) note("unknown", unknown.join(", ").slice(0, 40));
  if (known.length && known.length !== used.length) note("clamped", known.map(armName).join(comma()));
  return used;
}

const kind = (verdict) => (verdict === "higher" ? "up" : verdict === "lower" ? "down" : "");

const verdict = (cell) => t(`verdict_${String(cell.verdict).replace(/[^a-z]+/g, "_")}`);

function told(cell, unit, place) {
  if (cell.difference === null) return "";
  const changes = [cell.difference, cell.low, cell.high];
  const [mean, low, high] = changes.map((number) => difference(number, unit, placeOfChange(unit, place, ...changes), false));
  const band = `${low} … ${high}`.replaceAll("±", ""); // an end at nought is no change
  return `${mean}${cell.low === null ? "" : ` (${band})`}${SHARES.has(unit.en) ? ` ${t("points")}` : ""}`;
}
