// Words and numbers in the language of the visitor.

import { store } from "./store.js";

export const lang = () => store.ui.lang;

// A text of texts.toml; {name} is filled in.
export function t(key, fill = {}) {
  const text = store.catalogue.texts[key];
  if (!text) return key;
  return text[lang()].replace(/\{(\w+)\}/g, (all, name) => (name in fill ? fill[name] : all));
}

// The word in the visitor's language of anything that has both.
export const both = (thing) => (thing ? thing[lang()] : "");

// Making one of these takes longer than writing a number with it.
const WRITERS = [0, 1, 2, 3, 4].map((maximumFractionDigits) => new Intl.NumberFormat("en-US", { maximumFractionDigits }));

export function plain(number, digits = 3) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "–";
  const size = Math.abs(number);
  if (size === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const rounded = decimals === 0 && size >= 10 ** digits ? Number(number.toPrecision(digits)) : number;
  return WRITERS[Math.min(decimals, 4)].format(rounded).replace("-", "−");
}

export const SHARES = new Set(["share", "0-1", "share 0-1"]);
const SCALES = new Set(["0 to 1", "-1 to 1"]);

// Millions of yuan are told in billions, or in Chinese in hundreds of millions.
function scaled(number, unit) {
  if (unit.en !== "million yuan") return [number, both(unit)];
  return lang() === "zh" ? [number / 100, "亿元"] : [number / 1000, "bn yuan"];
}

// A number and its unit, apart; shares as per cent.
export function parts(number, unit) {
  if (number === null || number === undefined || !Number.isFinite(number)) return ["–", ""];
  if (SHARES.has(unit.en)) return [(number * 100).toFixed(1).replace("-", "−"), "%"];
  const [value, word] = scaled(number, unit);
  if (SCALES.has(unit.en)) return [plain(value), `(${word})`];
  return [plain(value), ["1", "count", "fires"].includes(unit.en) ? "" : word];
}

export const amount = (number, unit) => parts(number, unit).join(" ").trim();

export function difference(number, unit) {
  if (!Number.isFinite(number)) return "";
  const size = Math.abs(scaled(number, unit)[0]);
  const told = SHARES.has(unit.en) ? (size * 100).toFixed(1) : plain(size);
  const sign = Number(told.replace(/,/g, "")) === 0 ? "±" : number > 0 ? "+" : "−";
  return `${sign}${told}${SHARES.has(unit.en) ? ` ${t("points")}` : ""}`;
}

export function onAxis(number, unit) {
  if (unit === "million yuan") return plain(scaled(number, { en: unit })[0]);
  if (SHARES.has(unit)) return `${Math.round(number * 100)} %`;
  return plain(number);
}

export const escaped = (text) =>
  String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

// The short name of an indicator, or of what a view holds.
export function indicatorName(name) {
  const known = store.catalogue.named[name];
  if (known) return both(known);
  const seat = store.catalogue.seats[name.replace("standing_", "")];
  if (seat) return t("standing_of", { seat: both(seat) });
  const found = store.catalogue.indicators.find((one) => one.name === name);
  return found ? both(found.what) : name;
}

// Make an element: h("button", {class: "x", onclick: f}, child, ...)
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "html") made.innerHTML = value;
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}
