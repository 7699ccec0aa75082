// Words and numbers in the language of the visitor.

import { store } from "./store.js";

export const lang = () => store.ui.lang;

// A text of texts.toml; {name} is filled in.
export function t(key, fill = {}) {
  const text = store.catalogue.texts[key];
  if (!text) return key;
  return text[lang()].replace(/\{(\w+)\}/g, (all, name) => (name in fill ? fill[name] : all));
}

// What stands between a word and what it says.
export const colon = () => (lang() === "zh" ? "：" : ": ");
export const semicolon = () => (lang() === "zh" ? "；" : "; ");

// The word in the visitor's language of anything that has both.
export const both = (thing) => (thing ? thing[lang()] : "");

// What stands before a word that is said beside another.
export const aside = () => (lang() === "zh" ? "，" : ", ");

// What stands between the members of a list.
export const comma = () => (lang() === "zh" ? "、" : ", ");

// What the server refuses it says as "place: wanted this; got that. Remedy."; the frame of that in the visitor's language.
export function refusal(text) {
  const found = /^(.*?): wanted (.*); got (.*?)\.(?: (.*))?$/s.exec(text);
  if (lang() === "en" || !found) return text;
  const known = (words) => store.catalogue.texts[`said_${slug(words)}`]?.[lang()] || words;
  return t("said", { where: known(found[1]), wanted: known(found[2]), got: found[3] });
}

export const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "_");

// What a firm or a plant is called; "others" are those that have no name of their own.
export const firm = (name) => (name === "others" ? t("others") : (lang() === "zh" && store.catalogue.firms_zh[name]) || name);

// Making one of these takes longer than writing a number with it.
const WRITERS = [0, 1, 2, 3, 4].map((maximumFractionDigits) => new Intl.NumberFormat("en-US", { maximumFractionDigits }));
const FIXED = [0, 1, 2, 3, 4, 5, 6].map((digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

export function plain(number, digits = 3) {
  if (number === null || number === undefined || !Number.isFinite(number)) return "–";
  const size = Math.abs(number);
  if (size === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const rounded = decimals === 0 && size >= 10 ** digits ? Number(number.toPrecision(digits)) : number;
  return WRITERS[Math.min(decimals, 4)].format(rounded).replace("-", "−");
}

export const SHARES = new Set(["share"]); // told in per cent; what a lever is set to is told as it is set
const SCALES = new Set(["0-1", "0 to 1", "-1 to 1"]); // of indices: told as the data have them; a heading names the scale
const WHOLE = new Set(["count", "fires", "reports", "contracts", "disputes", "organisations", "visits", "meetings", "levers"]);
const SILENT = new Set(["1", "count", "fires", "reports"]); // their names say what is counted

// Millions of yuan are told in billions, or in Chinese in hundreds of millions.
export function scaled(number, unit) {
  if (SHARES.has(unit.en)) return [number * 100, "%"];
  if (unit.en !== "million yuan") return [number, SILENT.has(unit.en) || SCALES.has(unit.en) ? "" : both(unit)];
  return lang() === "zh" ? [number / 100, "亿元"] : [number / 1000, "bn yuan"];
}

// The scale of an index, to stand behind its name: " (−1 to 1)".
export const scaleOf = (unit) => (SCALES.has(unit.en) ? bracketed(both(unit).replace("-1", "−1")) : "");

// What stands behind a name that it explains, if there is such a word.
export const bracketed = (word) => (word ? (lang() === "zh" ? `（${word}）` : ` (${word})`) : "");

// The one rule of precision: numbers that stand beside each other end at the same place. Per cent have one decimal, indices
// two; all else ends where the third digit of the largest of them stands, and what is counted has no decimals.
export function placeOf(unit, ...numbers) {
  if (SHARES.has(unit.en)) return 1;
  if (SCALES.has(unit.en)) return 2;
  const largest = Math.max(0, ...numbers.filter(Number.isFinite).map((number) => Math.abs(scaled(number, unit)[0])));
  const place = largest > 0 ? 2 - Math.floor(Math.log10(largest)) : 0;
  return WHOLE.has(unit.en) ? Math.min(place, 0) : place;
}

// Where a mean difference and its band end: where the values do, or as much further on as two digits of the largest of
// them need, and one of the mean: what is higher is never told as nought.
export function placeOfChange(unit, place, mean, ...ends) {
  const needed = (size, digits) => (size > 0 ? digits - 1 - Math.floor(Math.log10(size)) : place);
  const sizes = [mean, ...ends].filter(Number.isFinite).map((change) => Math.abs(scaled(change, unit)[0]));
  return sizes.length ? Math.max(place, needed(Math.max(...sizes), 2), needed(sizes[0], 1)) : place;
}

// The same for the lines of a chart: as many decimals in every row; before the point each row ends as its own numbers do.
export function placesOf(unit, rows) {
  const shared = placeOf(unit, ...rows.flat());
  return rows.map((row) => (shared >= 0 ? shared : Math.min(placeOf(unit, ...row), 0)));
}

// A number that ends at a place: 2 is hundredths, 0 ones, -1 tens.
export function ending(number, place) {
  const power = 10 ** Math.max(-place, 0);
  const told = FIXED[Math.min(Math.max(place, 0), 6)].format(power > 1 ? Math.round(number / power) * power : number);
  return /[1-9]/.test(told) ? told.replace("-", "−") : told.replace("-", "");
}

// A number and its unit, apart.
export function parts(number, unit, place = placeOf(unit, number)) {
  if (number === null || number === undefined || !Number.isFinite(number)) return ["–", ""];
  const [value, word] = scaled(number, unit);
  return [ending(value, place), word];
}

export const amount = (number, unit, place) => parts(number, unit, place).join(" ").trim();

// What a lever is set to: as exactly as somebody has set it.
export const setting = (number, unit) => `${plain(number)} ${both(unit)}`;

// A difference, ending where the numbers end that it lies between; without its unit if others follow that share it.
export function difference(number, unit, place, alone = true) {
  if (!Number.isFinite(number)) return "";
  const told = ending(Math.abs(scaled(number, unit)[0]), place);
  const sign = /[1-9]/.test(told) ? (number > 0 ? "+" : "−") : "±";
  return `${sign}${told}${alone && SHARES.has(unit.en) ? ` ${t("points")}` : ""}`;
}

export function onAxis(number, unit) {
  if (SHARES.has(unit)) return `${ending(number * 100, 0)} %`;
  return plain(scaled(number, { en: unit, zh: unit })[0]);
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
