// Explore: controls on one side, the country's answer on the other.

import { write } from "../address.js";
import { toldA } from "../case_bar.js";
import { controls } from "../controls.js";
import { Lines } from "../lines.js";
import { Tiles } from "../map.js";
import { Network } from "../network.js";
import { numbers } from "../numbers.js";
import { download, Panel } from "../panel.js";
import { playbar, setMonth } from "../play.js";
import { chooseProvince } from "../province.js";
import { report } from "../report.js";
import { Sankey } from "../sankey.js";
import { Seats } from "../seats.js";
import { emit, hasOther, monthName, on, store } from "../store.js";
import { ask } from "../wire.js";
import { begin, change, keepThese } from "../wishes.js";
import { both, bracketed, h, semicolon, t } from "../words.js";

const KINDS = { lines: Lines, sankey: Sankey, seats: Seats, map: Tiles, network: Network };
const FIRST = "shares"; // the chart that stays in sight on a phone
const SLICE = 30; // milliseconds of drawing out of sight, after which the browser may attend to something else

export function explore() {
  const panels = Object.entries(store.catalogue.panels).map(([id, spec]) => new Panel(Object.assign(new KINDS[spec.kind](id, spec), { placed: true })));
  const first = panels.find((panel) => panel.chart.id === FIRST);
  const rest = panels.filter((panel) => panel !== first);
  const bandNote = h("span", { class: "bandnote", "aria-live": "off" });
  const options = h("div", { class: "options" });
  const placeNote = h("div", { class: "placenote", role: "status", hidden: true });
  const welcome = h("section", { class: "welcome", id: "welcome", hidden: seen() });
  const page = h(
    "div", { class: "explore" }, h("h1", { class: "hidden", id: "page-title" }),
    h("div", { class: "hero" }, welcome, numbers(), placeNote, first.element),
    controls(), h("div", { class: "charts" }, h("div", { class: "optionline" }, options, bandNote), ...rest.map((panel) => panel.element)),
  );
  const bar = playbar();
  let built = false;
  let waiting = 0;
  let unseen = 0;
  let due = []; // panels out of sight, which are still to be drawn
  let drawnA = ""; // the run that charts were last held against

  function build() {
    for (const panel of panels) panel.build();
    for (const panel of panels) {
      panel.chart.pointed = hovered;
      panel.chart.pinned = setMonth;
    }
    const watcher = new ResizeObserver((changes) => requestAnimationFrame(() => {
      const touched = new Set(changes.map(({ target }) => panels.find((panel) => panel.body.contains(target))));
      for (const panel of touched) if (outgrown(panel.chart.chart)) (due.includes(panel) ? panel.chart.chart : panel.chart).resize();
    }));
    for (const panel of panels) // what is drawn on grows and shrinks with legends, its own and the neighbours'
      for (const box of [panel.body, ...panel.body.querySelectorAll(".plotbox")]) watcher.observe(box);
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
    clearTimeout(unseen);
    drawnA = keyOfA();
    due = panels.filter((panel) => !inSight(panel));
    for (const panel of panels) if (!due.includes(panel)) panel.draw();
    page.setAttribute("aria-busy", String(Boolean(store.wanted.bands && !whole())));
    describe(performance.now() - began);
    later(store.frame.number);
  }

  // Charts out of sight are drawn afterwards, a few at a time; a newer run takes their place.
  function later(number) {
    if (!due.length) {
      document.getElementById("gm").dataset.complete = number;
      return;
    }
    unseen = setTimeout(() => {
      const ends = performance.now() + SLICE;
      while (due.length && performance.now() < ends) due.shift().draw();
      later(number);
    }, 0);
  }

  function inSight(panel) {
    const { top, bottom } = panel.element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  }

  // Say that a province is shown, and how to get back.
  function notePlace() {
    placeNote.hidden = store.province === null;
    if (placeNote.hidden) return;
    const province = both(store.catalogue.provinces[store.province]);
    placeNote.replaceChildren(
      h("span", {}, t(store.local ? "province_shown" : "province_comes", { province }), h("span", { class: "rest" }, ` ${t("nation_rest")}`)),
      h("button", { type: "button", class: "quiet", id: "to-nation", onclick: () => { chooseProvince(null); document.getElementById("main").focus(); } }, t("to_nation"), h("span", { class: "rest" }, bracketed("Esc"))),
    );
  }

  const keyOfA = () => (hasOther() ? store.kept.header.key : "");
  const whole = () => store.band && store.band.header.runs >= store.band.header.size;

  // What is drawn, for whoever wants to check it.
  function describe(spent) {
    const { header, number, wanted } = store.frame;
    document.getElementById("gm").dataset.rendered = JSON.stringify({
      number, hash: header.hash, key: header.key, levers: wanted.levers, structure: wanted.structure, lang: store.ui.lang,
      charts: panels.length, province: store.local && store.local.header.key === header.key ? store.province : null, runs: store.band ? store.band.header.runs : 0, draw: Math.round(spent), run: header.seconds,
    });
    const band = !store.wanted.bands || !store.ui.bands ? t("one_run") : store.band ? t("band_of", { number: store.band.header.runs }) : t("band_comes");
    bandNote.textContent = [band, ...(hasOther() && store.province === null ? [`${t("dashed")} ${toldA()}`] : [])].join(semicolon());
  }

  function name() {
    page.querySelector("#page-title").textContent = t("page_explore");
    const toggle = (key, flag) =>
      h("label", {}, h("input", { type: "checkbox", id: `flag-${flag}`, checked: store.ui[flag], onchange: (event) => { store.ui[flag] = event.target.checked; draw(); write(); } }), ` ${t(key)}`);
    const taken = (key) => h("button", { type: "button", class: "quiet", id: `take-${key}`, onclick: () => take(key, panels) }, t(`take_${key}`));
    options.replaceChildren(toggle("show_bands", "bands"), toggle("fit_axes", "fit"), h("div", { class: "exports" }, taken("csv"), taken("toml"), taken("json"), ...loader(), taken("html")));
    greet(welcome);
    notePlace();
  }

  name();
  on("frame", draw);
  on("band", draw);
  on("kept", () => { if (drawnA !== keyOfA()) draw(); });
  on("month", () => { if (built && !page.hidden && store.frame) for (const panel of panels) panel.chart.tell(); });
  on("province", () => { notePlace(); draw(); });
  on("welcome", () => { welcome.hidden = false; welcome.querySelector("#welcome-try").focus(); });
  on("words", () => { name(); if (built) { for (const panel of panels) panel.words(); draw(); } });
  on("theme", () => { if (built) { for (const panel of panels) panel.words(); } });
  return { element: page, bar, show: draw };
}

// Whether a drawing has another size than its place; what is drawn without the library always fits.
const outgrown = (drawing) => drawing && (drawing.getWidth() !== drawing.getDom().clientWidth || drawing.getHeight() !== drawing.getDom().clientHeight);

// What a first visitor reads: a question, a first control, what to look for.
function greet(place) {
  const close = () => {
    place.hidden = true;
    try {
      localStorage.setItem("govmodel-welcome", "seen");
    } catch {
      // a browser that keeps nothing shows it again
    }
  };
  place.setAttribute("aria-label", t("welcome"));
  place.replaceChildren(
    h("h2", {}, t("welcome")), h("p", {}, t("welcome_1")), h("p", {}, t("welcome_2")), h("p", {}, t("welcome_3")),
    h("div", {},
      h("button", { type: "button", class: "strong", id: "welcome-try", onclick: () => { close(); begin(); change((wanted) => (wanted.levers.subsidy = 20)); document.getElementById("lever-subsidy").focus(); } }, t("welcome_try")),
      h("button", { type: "button", id: "welcome-close", onclick: () => { close(); document.getElementById("main").focus(); } }, t("welcome_close"))),
  );
}

// Whether somebody has read it here before, or comes to see what another has set.
function seen() {
  const set = [...new URLSearchParams(location.search).keys()].some((name) => !["lang", "theme", "runs"].includes(name));
  try {
    return set || localStorage.getItem("govmodel-welcome") === "seen";
  } catch {
    return false;
  }
}

// Read a saved case again: a button, and the browser's own chooser of files behind it.
function loader() {
  const file = h("input", { type: "file", id: "case-file", accept: ".json,.toml,text/plain", class: "hidden", tabindex: "-1", "aria-hidden": "true", onchange: () => load(file) });
  return [h("button", { type: "button", class: "quiet", id: "load-case", onclick: () => file.click() }, t("load_case")), file];
}

async function load(file) {
  if (!file.files.length) return;
  const { name } = file.files[0];
  try {
    const { wanted, month, kept } = await ask({ ask: "case_file", text: await file.files[0].text() });
    begin();
    change((settings) => Object.assign(settings, wanted));
    const shown = store.catalogue.months.indexOf(month);
    if (shown >= 0) setMonth(shown);
    if (kept) await keepThese(kept);
    emit("said", t("loaded_case", { name }));
  } catch (error) {
    emit("refused", t("refused_case", { name, error: error.message }));
  }
  file.value = "";
}

// Take the whole run away: all indicators as CSV, the case as the command line reads it or as JSON, or a page to print.
async function take(kind, panels) {
  try {
    if (kind === "csv") {
      const answer = await ask({ ask: "csv" });
      download(answer.name, `\ufeff${answer.text}`, "text/csv");
    } else if (kind === "html") {
      download("govmodel_report.html", report(panels), "text/html");
    } else {
      const answer = await ask({ ask: "case" });
      download(`${answer.name}.${kind}`, kind === "json" ? withShown(answer.json) : answer[kind], "text/plain");
    }
  } catch (error) {
    emit("failed", error.message);
  }
}

// The settings, and what was shown beside them: the month, and A if it is another one.
function withShown(json) {
  const shown = { month: monthName(store.month), kept: hasOther() ? store.kept.wanted : null };
  return JSON.stringify({ ...JSON.parse(json), shown }, null, 2);
}
