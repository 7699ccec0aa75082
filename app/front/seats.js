// How every seat fares, year by year: a table whose cells are coloured; it is its own data table.

import { write } from "./address.js";
import { indicator, series, store, hasOther, monthShown } from "./store.js";
import { both, ending, h, t } from "./words.js";
import { colour, css, inkOn, years } from "./lines.js";

const MEASURES = ["standing", "satisfaction"];

export class Seats {
  constructor(id, spec) {
    Object.assign(this, { id, spec });
  }

  build(body) {
    this.choice = h("select", { onchange: () => { store.ui.seats = this.choice.value; this.draw(); write(); } });
    if (!MEASURES.includes(store.ui.seats)) [store.ui.seats] = MEASURES;
    this.label = h("label", { class: "inline" });
    this.grid = h("table", { class: "heat" });
    this.legend = h("p", { class: "small" });
    body.append(this.label, h("div", { class: "scroll", tabindex: "0", role: "region" }, this.grid), this.legend);
    this.words();
  }

  words() {
    this.choice.replaceChildren(
      ...MEASURES.map((name) => h("option", { value: name, selected: store.ui.seats === name }, t(`seats_${name}`))),
    );
    this.label.replaceChildren(h("span", {}, t("measure")), this.choice);
    this.grid.parentElement.setAttribute("aria-label", both(this.spec));
    this.draw();
  }

  draw() {
    if (!store.frame) return;
    const kind = store.ui.seats;
    const columns = years().filter(([year]) => year >= 2025);
    const head = h("tr", {}, h("th", { scope: "col" }, t("seat")), ...columns.map(([year]) => h("th", { scope: "col" }, `’${year.slice(2)}`)));
    const rows = Object.entries(store.catalogue.seats).map(([seat, names]) =>
      h("tr", {}, h("th", { scope: "row" }, both(names)), ...columns.map(([year, month]) => this.cell(`${kind}_${seat}`, month, year))),
    );
    this.grid.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
    this.legend.textContent = t(`seats_${kind}_what`);
    this.tell();
  }

  cell(name, month, year) {
    const value = series(store.frame, name)[month];
    const other = hasOther() ? series(store.kept, name)[month] : NaN;
    const [fill, ink] = paint(value, store.ui.seats);
    const made = h("td", { style: `background: ${fill}; color: ${ink}`, "data-year": year }, told(value));
    if (Number.isFinite(other)) made.title = `A: ${told(other)}`;
    return made;
  }

  tell() {
    const year = String(2021 + Math.floor(monthShown() / 12));
    for (const cell of this.grid.querySelectorAll("td")) cell.classList.toggle("now", cell.dataset.year === year);
    const now = this.grid.querySelector("td.now"); // a narrow table is moved so that one sees it
    if (now) this.grid.parentElement.scrollLeft = now.offsetLeft - this.grid.parentElement.clientWidth + 2 * now.offsetWidth;
  }

  caption() {
    return this.legend.textContent;
  }

  table() {
    const kind = store.ui.seats;
    const names = Object.entries(store.catalogue.seats);
    return {
      names: names.map(([, seat]) => both(seat)),
      told,
      paint: (value) => paint(value, kind),
      head: [t("year"), ...names.map(([, seat]) => both(seat))],
      units: [null, ...names.map(([seat]) => indicator(`${kind}_${seat}`).unit)],
      rows: years().map(([year, month]) => [year, ...names.map(([seat]) => series(store.frame, `${kind}_${seat}`)[month])]),
    };
  }

  resize() {}
}

function told(value) {
  if (!Number.isFinite(value)) return "–";
  const number = ending(value, 2);
  return store.ui.seats === "standing" && value > 0 && /[1-9]/.test(number) ? `+${number}` : number;
}

// The colour of a cell and an ink that can be read on it: blue is better, orange worse, pale near the middle.
function paint(value, kind) {
  if (!Number.isFinite(value)) return ["none", css("--ink")];
  const size = kind === "standing" ? Math.max(-1, Math.min(1, value * 1.6)) : Math.max(-1, Math.min(1, (value - 0.5) * 2));
  const [r, g, b] = size > 0 ? [86, 180, 233] : [240, 140, 60];
  const card = colour("card").match(/[0-9a-f]{2}/g).map((part) => parseInt(part, 16));
  const mixed = [r, g, b].map((strong, i) => Math.round(card[i] + (strong - card[i]) * Math.abs(size) * 0.75));
  return [`rgb(${mixed.join(",")})`, inkOn(mixed)];
}
