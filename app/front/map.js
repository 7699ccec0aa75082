// The provinces as tiles that keep their place in the country; one number at a time.

import { write } from "./address.js";
import { inkOn } from "./lines.js";
import { chooseProvince } from "./province.js";
import { indicator, monthName, monthShown, on, store } from "./store.js";
import { amount, both, bracketed, colon, h, placeOf, plain, semicolon, SHARES, t } from "./words.js";

// How a number is made from the layers of places: the last of a stock, four quarters of a flow, or a share of two flows;
// and the indicator of the nation that it is a part of, which has its unit.
const LAYERS = {
  formal_share: { top: "formal", bottom: "released", of: "formal_share" },
  informal_share: { top: "informal", bottom: "released", of: "informal_share" },
  released: { sum: "released", of: "released_gwh" },
  kept: { sum: "kept", of: "kept_gwh" },
  workshops: { last: "workshops", of: "workshops" },
  capacity: { last: "capacity", of: "licensed_capacity_kt" },
  fires: { sum: "fires", of: "fires" },
  reports: { sum: "reports", of: "reports" },
  trust: { last: "trust", of: "trust_public" },
  visits: { sum: "visits", of: "inspections" },
};
const unitOf = (layer) => indicator(LAYERS[layer].of).unit;
const isShare = (layer) => SHARES.has(unitOf(layer).en);
// The last quarter that is over at the month shown, and up to when the map counts then.
const quarterShown = () => Math.max(Math.floor((monthShown() + 1) / 3) - 1, 0);
const until = () => monthName(monthShown()) + colon() + t("map_until", { month: monthName(3 * quarterShown() + 2) });
const SIDE = 46;
const NS = "http://www.w3.org/2000/svg";

export class Tiles {
  constructor(id, spec) {
    Object.assign(this, { id, spec, most: {} });
  }

  build(body) {
    this.choice = h("select", { onchange: () => { store.ui.layer = this.choice.value; this.draw(); write(); } });
    if (!(store.ui.layer in LAYERS)) [store.ui.layer] = Object.keys(LAYERS);
    this.label = h("label", { class: "inline" });
    this.drawing = h("div", { class: "tiles" });
    this.scale = h("p", { class: "small scale" });
    this.detail = h("p", { class: "small", "aria-live": "polite" });
    body.append(this.label, this.drawing, this.scale, this.detail);
    this.make();
    on("province", () => this.tell());
    this.words();
  }

  make() {
    const spots = store.catalogue.provinces;
    const [top, left] = [Math.min(...spots.map((p) => p.row)), Math.min(...spots.map((p) => p.column))];
    const [rows, columns] = [Math.max(...spots.map((p) => p.row)) - top + 1, Math.max(...spots.map((p) => p.column)) - left + 1];
    this.svg = svg("svg", { viewBox: `0 0 ${columns * SIDE} ${rows * SIDE}`, role: "group" });
    this.cells = spots.map((spot, number) => {
      const group = svg("g", {
        transform: `translate(${(spot.column - left) * SIDE} ${(spot.row - top) * SIDE})`, tabindex: "0", role: "button", class: "tile",
      });
      const box = svg("rect", { x: 1, y: 1, width: SIDE - 2, height: SIDE - 2, rx: 4 });
      const name = svg("text", { x: SIDE / 2, y: 19, "text-anchor": "middle", "font-size": 11 });
      const value = svg("text", { x: SIDE / 2, y: 35, "text-anchor": "middle", "font-size": 12, "font-weight": 600 });
      group.append(box, name, value);
      const choose = () => chooseProvince(number);
      group.addEventListener("click", choose);
      group.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); }
      });
      this.svg.append(group);
      return { group, box, name, value };
    });
    this.drawing.append(this.svg);
  }

  words() {
    this.choice.replaceChildren(...Object.keys(LAYERS).map((name) => h("option", { value: name, selected: store.ui.layer === name }, t(`layer_${name}`))));
    this.label.replaceChildren(h("span", {}, t("measure")), this.choice);
    this.svg.setAttribute("aria-label", both(this.spec));
    this.draw();
  }

  value(layer, province, quarter) {
    const rule = LAYERS[layer];
    if (rule.last) return this.raw(rule.last, province, quarter);
    const sum = (name) => {
      let total = 0;
      for (let q = Math.max(0, quarter - 3); q <= quarter; q++) total += this.raw(name, province, q);
      return total;
    };
    if (rule.sum) return sum(rule.sum);
    const below = sum(rule.bottom);
    return below > 0 ? sum(rule.top) / below : NaN;
  }

  raw(name, province, quarter) {
    const { values, shape } = store.frame.arrays.places;
    return values[(quarter * shape[1] + store.catalogue.layers.indexOf(name)) * shape[2] + province];
  }

  draw() {
    if (!store.frame) return;
    const layer = store.ui.layer;
    if (isShare(layer)) this.most[layer] = 1;
    else {
      let most = store.ui.fit ? 0 : this.most[layer] || 0;
      const quarters = store.frame.arrays.places.shape[0];
      for (let q = 3; q < quarters; q += 4) for (let p = 0; p < this.cells.length; p++) most = Math.max(most, this.value(layer, p, q) || 0);
      this.most[layer] = most;
    }
    this.tell();
  }

  tell() {
    if (!store.frame) return;
    const layer = store.ui.layer;
    const [unit, quarter] = [unitOf(layer), quarterShown()];
    const most = this.most[layer] || 1;
    this.cells.forEach((cell, province) => {
      const value = this.value(layer, province, quarter);
      const share = Number.isFinite(value) ? Math.max(0, Math.min(1, value / most)) : 0;
      const [fill, ink] = shade(share);
      cell.box.setAttribute("fill", fill);
      cell.group.setAttribute("fill", ink);
      cell.name.textContent = store.ui.lang === "zh" ? both(store.catalogue.provinces[province]).slice(0, 3) : store.catalogue.provinces[province].code;
      const told = isShare(layer) ? 100 * value : value; // a tile is small: two digits, and no unit
      cell.value.textContent = Number.isFinite(told) ? plain(told, told >= 100 ? 3 : 2) : "–";
      cell.group.setAttribute("aria-label", `${both(store.catalogue.provinces[province])}: ${amount(value, unit)}`);
      cell.group.setAttribute("aria-pressed", String(store.province === province));
      cell.group.classList.toggle("chosen", store.province === province);
    });
    const place = placeOf(unit, most);
    this.scale.innerHTML = `${amount(0, unit, Math.min(place, 0))} <i style="background:linear-gradient(90deg,${[0, 0.25, 0.5, 0.75, 1].map((x) => shade(x)[0]).join(",")})"></i> ${amount(most, unit, isShare(layer) ? 0 : place)}`;
    this.detail.textContent = store.province === null ? t("choose_province") + bracketed(until()) : this.story(quarter);
  }

  story(quarter) {
    const parts = Object.keys(LAYERS).map((layer) => `${t(`layer_${layer}`)} ${amount(this.value(layer, store.province, quarter), unitOf(layer))}`);
    return both(store.catalogue.provinces[store.province]) + bracketed(until()) + colon() + parts.join(semicolon());
  }

  // What a picture says below its title.
  caption() {
    const unit = unitOf(store.ui.layer);
    return `${t(`layer_${store.ui.layer}`)}${bracketed(isShare(store.ui.layer) ? "%" : both(unit))}${semicolon()}${until()}`;
  }

  table() {
    const layers = Object.keys(LAYERS);
    return {
      caption: until(),
      head: [t("province"), ...layers.map((layer) => t(`layer_${layer}`))],
      units: [null, ...layers.map(unitOf)],
      rows: store.catalogue.provinces.map((spot, p) => [both(spot), ...layers.map((layer) => this.value(layer, p, quarterShown()))]),
    };
  }

  resize() {}
}

function svg(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// From pale to deep blue (dark theme: from deep to pale), and an ink that can be read on it.
function shade(share) {
  const ends = store.ui.theme === "dark" ? [[33, 48, 63], [120, 200, 245]] : [[232, 241, 248], [0, 84, 145]];
  const mixed = ends[0].map((low, i) => Math.round(low + (ends[1][i] - low) * share));
  return [`rgb(${mixed.join(",")})`, inkOn(mixed)];
}
