// The controls: the structure, levers by room, and apart from them the scenario. All are made from the catalogue.

import { monthName, monthShown, on, series, store } from "./store.js";
import { both, comma, escaped, h, plain, t } from "./words.js";
import { begin, change } from "./wishes.js";

const OPEN = ["money", "authority"];
const rows = new Map(); // lever: what must be kept up to date

export function controls() {
  const place = h("aside", { class: "controls", id: "controls" });
  const make = () => {
    rows.clear();
    place.setAttribute("aria-label", t("controls"));
    place.replaceChildren(structure(), levers(), scenario());
    refresh();
  };
  make();
  on("words", make);
  on("wanted", refresh);
  on("frame", refresh);
  on("month", tellStates);
  return place;
}

const select = (name, options, chosen, act) =>
  h(
    "select", { id: `set-${name}`, onchange: (event) => { begin(); act(event.target.value); } },
    ...options.map(([value, label]) => h("option", { value, selected: String(value) === String(chosen) }, label)),
  );

const field = (name, label, control, note) =>
  h("div", { class: "field" }, h("label", { for: `set-${name}` }, label), control, note || null);

function structure() {
  const { structures } = store.catalogue;
  const options = Object.entries(structures).map(([name, known]) => [name, both(known.title)]);
  const own = typeof store.wanted.structure !== "string";
  if (own) options.push(["own", t("own_structure")]);
  const what = h("p", { class: "small", id: "structure-what" });
  const made = select("structure", options, own ? "own" : store.wanted.structure, (value) => {
    if (value !== "own") change((wanted) => (wanted.structure = value));
  });
  return h("section", { class: "group first" }, h("h2", {}, t("who_governs")), field("structure", t("structure"), made), what);
}

function levers() {
  const { rooms, levers: known } = store.catalogue;
  return h(
    "section", { class: "group" }, h("h2", {}, t("levers")), h("p", { class: "small" }, t("levers_what")),
    field("since", t("since"), range("since", store.catalogue.limits.since, 1, store.wanted.since, (value, done) => change((wanted) => (wanted.since = value), done))),
    ...rooms.filter((room) => known.some((lever) => lever.room === room)).map((room) =>
      h(
        "details", { class: "room", open: OPEN.includes(room) }, h("summary", {}, t(`room_${room}`), h("span", { class: "touched", "data-room": room })),
        ...known.filter((lever) => lever.room === room).map(leverRow),
      ),
    ),
  );
}

function range(name, [low, high], step, value, act) {
  const shown = h("output", { for: `set-${name}` }, String(value));
  const slider = h("input", {
    type: "range", id: `set-${name}`, min: low, max: high, step, value,
    onpointerdown: begin, onkeydown: begin,
    oninput: () => { shown.textContent = slider.value; act(Number(slider.value), false); },
    onchange: () => act(Number(slider.value), true),
  });
  return h("div", { class: "slide" }, slider, shown);
}

// What a lever is at if the visitor leaves it alone: the law at the year from which levers act.
export const untouched = (lever) => lever.law[Math.min(store.wanted.since - 2026, lever.law.length - 1)];

// What a body has made of a lever by the month shown, the visitor's own included: it may move whatever it decides on.
function inForce(lever) {
  if (store.wanted.structure === "market" || !store.frame || store.frame.wanted.structure === "market") return "";
  const month = monthShown();
  return t("in_force_at", { month: monthName(month), value: plain(series(store.frame, `lever_${lever.name}`)[month]) });
}

function fine(lever) {
  const span = lever.bounds[1] - lever.bounds[0];
  const raw = span / 100;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= raw * 0.999);
}

function leverRow(lever) {
  const id = `lever-${lever.name}`;
  const step = fine(lever);
  const slider = h("input", { type: "range", id, step, min: Math.min(lever.low, lever.bounds[0]), max: lever.bounds[1] });
  const exact = h("input", { type: "number", class: "exact", min: lever.low, max: lever.high, step: "any", "aria-label": `${both(lever.title)}, ${both(lever.unit)}` });
  const reset = h("button", {
    type: "button", class: "quiet reset", "aria-label": t("reset_lever", { lever: both(lever.title) }), title: t("reset_lever", { lever: both(lever.title) }),
    onclick: () => { slider.focus(); begin(); change((wanted) => delete wanted.levers[lever.name]); }, // the button goes
  }, "↺");
  const set = (value, done) => change((wanted) => (wanted.levers[lever.name] = Number(value)), done);
  slider.addEventListener("pointerdown", begin);
  slider.addEventListener("keydown", begin);
  slider.addEventListener("input", () => set(slider.value, false));
  slider.addEventListener("change", () => set(slider.value, true));
  exact.addEventListener("change", () => {
    begin();
    const value = Math.min(Math.max(Number(exact.value), lever.low), lever.high);
    if (exact.value !== "" && Number.isFinite(value)) set(value, true);
    else {
      rows.get(lever.name).shown = "";
      refresh();
    }
  });
  const state = h("span", { class: "state" });
  rows.set(lever.name, { lever, slider, exact, reset, state });
  return h(
    "div", { class: "lever", "data-lever": lever.name },
    h("div", { class: "top" }, h("label", { for: id }, both(lever.title)), state, reset),
    h("div", { class: "slide" }, slider, exact, h("span", { class: "unit", html: escaped(both(lever.unit)).replaceAll("/", "/<wbr>") })), about(lever),
  );
}

function about(lever) {
  return h(
    "details", { class: "about" }, h("summary", { "aria-label": `${t("what_is")}: ${both(lever.title)}`, title: t("what_is") }, "?"),
    h("p", {}, both(lever.what)),
    h(
      "p", { class: "small" },
      `${t("value_2025")}: ${plain(lever.value_2025)} ${both(lever.unit)}. ${t("bounds")}: ${plain(lever.bounds[0])} – ${plain(lever.bounds[1])}; ${t("limits")}: ${plain(lever.low)} – ${plain(lever.high)}. ${t("decider")}: ${both(store.catalogue.seats[lever.decider])}. ${t("source")}: ${lever.source}.`,
    ),
  );
}

function scenario() {
  const { choices } = store.catalogue;
  const chosen = (name) => (value) => change((wanted) => (wanted[name] = name === "bands" ? Number(value) : value));
  const listed = (name) => field(name, t(name), select(name, choices[name].map((value) => [value, name === "bands" ? t(value ? "bands_of" : "bands_none", { number: value }) : t(`${name}_${value}`)]), store.wanted[name], chosen(name)));
  const seed = h("input", {
    type: "number", id: "set-seed", min: 0, max: store.catalogue.limits.seed[1], step: 1, value: store.wanted.seed,
    onchange: () => { begin(); change((wanted) => (wanted.seed = Math.min(Math.max(Math.round(Number(seed.value)) || 0, 0), store.catalogue.limits.seed[1]))); },
  });
  return h(
    "section", { class: "group scenario" }, h("h2", {}, t("scenario")), h("p", { class: "small" }, t("scenario_what")),
    listed("outlook"), listed("prices"), listed("capacity"), field("seed", t("seed"), seed), listed("bands"),
  );
}

const yoursSince = (lever) => (lever.name in store.wanted.levers ? t("yours_since", { year: store.wanted.since }) : "");

// Beside each lever: since when the visitor's own acts, and what is in force at the month shown.
function tellStates() {
  for (const { lever, state } of rows.values()) {
    const told = [yoursSince(lever), inForce(lever)].filter(Boolean).join(comma());
    if (state.textContent !== told) state.textContent = told;
  }
}

// Bring every control to what is wanted now; one that is being held is left alone.
function refresh() {
  const { wanted } = store;
  const counts = {};
  for (const row of rows.values()) {
    const { lever, slider, exact, reset } = row;
    const own = lever.name in wanted.levers;
    const value = own ? wanted.levers[lever.name] : untouched(lever);
    if (own) counts[lever.room] = (counts[lever.room] || 0) + 1;
    const governed = wanted.structure !== "market";
    const shown = `${own} ${value} ${wanted.since} ${governed}`;
    if (row.shown === shown && Number(slider.value) === Number(value)) continue; // a drag comes here forty times a second
    row.shown = document.activeElement === exact ? "" : shown;
    slider.max = Math.max(lever.bounds[1], value);
    if (Number(slider.value) !== Number(value)) slider.value = value;
    if (document.activeElement !== exact) exact.value = Number(Number(value).toPrecision(4));
    slider.setAttribute("aria-valuetext", `${plain(value)} ${both(lever.unit)}`);
    slider.style.setProperty("--part", `${(100 * (value - slider.min)) / (slider.max - slider.min)}%`);
    reset.hidden = !own;
    slider.title = yoursSince(lever) || t(governed ? "left_to_body" : "as_law_has_it");
    slider.closest(".lever").classList.toggle("own", own);
  }
  tellStates();
  for (const place of document.querySelectorAll(".touched")) place.textContent = counts[place.dataset.room] ? ` · ${counts[place.dataset.room]}` : "";
  const set = (name, value) => {
    const control = document.getElementById(`set-${name}`);
    if (control && document.activeElement !== control) control.value = value;
    else if (control && control.tagName === "SELECT") control.value = value;
  };
  for (const name of ["outlook", "prices", "capacity", "seed", "bands", "since"]) set(name, wanted[name]);
  const since = document.querySelector("output[for=set-since]");
  if (since) since.textContent = wanted.since;
  const own = typeof wanted.structure !== "string";
  const list = document.getElementById("set-structure");
  if (list && own && !list.querySelector("[value=own]")) list.append(h("option", { value: "own" }, t("own_structure")));
  set("structure", own ? "own" : wanted.structure);
  const what = document.getElementById("structure-what");
  if (what) what.textContent = own ? t("own_structure_what") : both(store.catalogue.structures[wanted.structure].what);
}
