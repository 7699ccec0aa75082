// The address bar carries everything that is not the default: settings, A, language, page, month, what charts and pages show.

import { copy, emit, store } from "./store.js";
import { ask } from "./wire.js";

const SHORT = { since: "from", outlook: "outlook", prices: "prices", capacity: "capacity", seed: "seed", bands: "runs" };
const VIEW = Object.fromEntries(["layer", "seats", "flow", "actor", "width", "fit", "bands", "arms", "meeting", "pack", "subject"].map((name) => [name, store.ui[name]])); // what charts and pages show at first

function encoded(wanted) {
  const standard = store.catalogue.default;
  const parts = {};
  if (wanted.structure !== standard.structure) {
    parts.structure = typeof wanted.structure === "string" ? wanted.structure : JSON.stringify(wanted.structure);
  }
  const levers = Object.entries(wanted.levers).map(([name, value]) => `${name}:${value}`);
  if (levers.length) parts.levers = levers.sort().join(",");
  for (const [name, short] of Object.entries(SHORT)) if (wanted[name] !== standard[name]) parts[short] = wanted[name];
  return parts;
}

function decoded(get) {
  const wanted = copy(store.catalogue.default);
  const structure = get("structure");
  if (structure) {
    try {
      wanted.structure = structure.startsWith("{") ? JSON.parse(structure) : structure;
    } catch {
      wanted.structure = structure;
    }
  }
  for (const pair of (get("levers") || "").split(",").filter(Boolean)) {
    const [name, value] = pair.split(":");
    wanted.levers[name] = number(value);
  }
  for (const [name, short] of Object.entries(SHORT)) {
    const value = get(short);
    if (value !== null && value !== undefined) wanted[name] = name === "since" || name === "seed" || name === "bands" ? number(value) : value;
  }
  return wanted;
}

const number = (value) => (Number.isFinite(Number(value)) && value !== "" ? Number(value) : value);

export function read() {
  const query = new URLSearchParams(location.search);
  const { ui } = store;
  if (["en", "zh"].includes(query.get("lang"))) ui.lang = query.get("lang");
  else if ((navigator.language || "").startsWith("zh")) ui.lang = "zh";
  if (["light", "dark"].includes(query.get("theme"))) ui.theme = query.get("theme");
  else if (matchMedia("(prefers-color-scheme: dark)").matches) ui.theme = "dark";
  if (query.get("page")) ui.page = query.get("page");
  const month = store.catalogue.months.indexOf(query.get("month"));
  if (month >= 0) store.month = month;
  const province = store.catalogue.provinces.findIndex(({ code }) => code === query.get("province"));
  if (province >= 0) store.province = province;
  for (const [name, usual] of Object.entries(VIEW)) {
    const given = query.get(name);
    if (given !== null) ui[name] = typeof usual === "boolean" ? given === "true" : given; // a chart or a page knows what it can show
  }
  store.wanted = decoded((name) => query.get(name));
  return query.get("a") ? decoded((name) => new URLSearchParams(query.get("a")).get(name)) : null;
}

// A structure that there is not, or that is wrong in itself, is left out of settings before anything is made of them.
export async function check(wanted) {
  const { structure } = wanted;
  const refuse = (note, got) => {
    wanted.structure = store.catalogue.default.structure;
    store.notes.push({ note, what: "structure", got });
  };
  if (typeof structure !== "string") await ask({ ask: "structure_text", structure }).catch((error) => refuse("refused", error.message));
  else if (!Object.hasOwn(store.catalogue.structures, structure)) refuse("unknown", structure.slice(0, 40));
}

let later = 0;

// Browsers allow about a hundred changes of the address in ten seconds: the last of a burst is enough.
export function write() {
  clearTimeout(later);
  later = setTimeout(writeNow, 150);
}

export function address() {
  const { ui } = store;
  const query = new URLSearchParams(encoded(store.wanted));
  query.set("lang", ui.lang);
  query.set("theme", ui.theme);
  if (ui.page !== "explore") query.set("page", ui.page);
  if (store.month !== 119) query.set("month", store.catalogue.months[store.month]);
  if (store.province !== null) query.set("province", store.catalogue.provinces[store.province].code);
  for (const [name, usual] of Object.entries(VIEW)) if (ui[name] !== usual) query.set(name, ui[name]);
  if (store.kept) {
    const kept = new URLSearchParams(encoded(store.kept.wanted)).toString();
    if (kept) query.set("a", kept);
  }
  return `${location.pathname}?${query}`;
}

function writeNow() {
  clearTimeout(later);
  history.replaceState(history.state, "", address());
}

let standing = ""; // the page of the address that stands

// Another page is a step of the browser's history, taken at once; the same page again is none.
export function step() {
  if (store.ui.page === standing) return write();
  clearTimeout(later);
  standing = store.ui.page;
  history.pushState(history.state, "", address());
}

// Back and Forward show the page of the address that then stands; settings stay as they are, for they have an undo.
export function followSteps(pages) {
  standing = store.ui.page;
  window.addEventListener("popstate", (event) => {
    event.stopImmediatePropagation(); // Solara's own router would go to the address that stood there before
    const page = new URLSearchParams(location.search).get("page");
    standing = pages.includes(page) ? page : "explore";
    const other = standing !== store.ui.page;
    store.ui.page = standing;
    writeNow();
    if (other) emit("page");
  }, true);
}
