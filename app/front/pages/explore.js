// Explore: controls on one side, the country's answer on the other.

import { controls } from "../controls.js";
import { Lines } from "../lines.js";
import { Tiles } from "../map.js";
import { Network } from "../network.js";
import { numbers } from "../numbers.js";
import { Panel } from "../panel.js";
import { playbar, setMonth } from "../play.js";
import { Sankey } from "../sankey.js";
import { Seats } from "../seats.js";
import { emit, on, store } from "../store.js";
import { h, t } from "../words.js";

const KINDS = { lines: Lines, sankey: Sankey, seats: Seats, map: Tiles, network: Network };
const FIRST = "shares"; // the chart that stays in sight on a phone

export function explore() {
  const panels = Object.entries(store.catalogue.panels).map(([id, spec]) => new Panel(new KINDS[spec.kind](id, spec)));
  const first = panels.find((panel) => panel.chart.id === FIRST);
  const rest = panels.filter((panel) => panel !== first);
  const bandNote = h("span", { class: "bandnote", "aria-live": "off" });
  const options = h("div", { class: "options" });
  const page = h(
    "div", { class: "explore" }, h("h1", { class: "hidden", id: "page-title" }),
    h("div", { class: "hero" }, numbers(), first.element, h("div", { class: "optionline" }, options, bandNote)),
    controls(), h("div", { class: "charts" }, ...rest.map((panel) => panel.element)),
  );
  const bar = playbar();
  let built = false;
  let waiting = 0;

  function build() {
    for (const panel of panels) panel.build();
    for (const panel of panels) {
      panel.chart.pointed = hovered;
      panel.chart.pinned = setMonth;
    }
    const watcher = new ResizeObserver(() => requestAnimationFrame(() => panels.forEach((panel) => panel.chart.resize())));
    watcher.observe(first.element);
    built = true;
  }

  function hovered(month) {
    if (store.hover === month) return;
    store.hover = month;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => emit("month"));
  }

  function draw() {
    if (page.hidden || !store.frame) return;
    if (!built) build();
    const began = performance.now();
    for (const panel of panels) panel.draw();
    page.setAttribute("aria-busy", String(Boolean(store.wanted.bands && !whole())));
    describe(performance.now() - began);
  }

  const whole = () => store.band && store.band.header.runs >= store.band.header.size;

  // What is drawn, for whoever wants to check it.
  function describe(spent) {
    const { header, number, wanted } = store.frame;
    document.getElementById("gm").dataset.rendered = JSON.stringify({
      number, hash: header.hash, key: header.key, levers: wanted.levers, structure: wanted.structure, lang: store.ui.lang,
      charts: panels.length, runs: store.band ? store.band.header.runs : 0, draw: Math.round(spent), run: header.seconds,
    });
    bandNote.textContent = !store.wanted.bands || !store.ui.bands ? t("one_run") : store.band ? t("band_of", { number: store.band.header.runs }) : t("band_comes");
  }

  function name() {
    page.querySelector("#page-title").textContent = t("page_explore");
    const toggle = (key, flag) =>
      h("label", {}, h("input", { type: "checkbox", id: `flag-${flag}`, checked: store.ui[flag], onchange: (event) => { store.ui[flag] = event.target.checked; draw(); } }), ` ${t(key)}`);
    options.replaceChildren(toggle("show_bands", "bands"), toggle("fit_axes", "fit"));
  }

  name();
  on("frame", draw);
  on("band", draw);
  on("kept", draw);
  on("month", () => { if (built && !page.hidden && store.frame) for (const panel of panels) panel.chart.tell(); });
  on("words", () => { name(); if (built) { for (const panel of panels) panel.words(); draw(); } });
  on("theme", () => { if (built) { for (const panel of panels) panel.words(); } });
  return { element: page, bar, show: draw };
}
