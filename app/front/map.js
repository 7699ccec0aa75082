// The provinces as tiles that keep their place in the country; one number at a time.

import { write } from "./address.js";
import { inkOn } from "./lines.js";
import { chooseProvince } from "./province.js";
import { monthName, monthShown, on, store } from "./store.js";
import { both, colon, comma, h, plain, semicolon, t } from "./words.js";

// How a number is made from the layers of places: the last of a stock, four quarters of a flow, or a share of two flows.
const LAYERS = {
  formal_share: { top: "formal", bottom: "released", unit: "%" },
  informal_share: { top: "informal", bottom: "released", unit: "%" },
  released: { sum: "released", unit: "GWh" },
  kept: { sum: "kept", unit: "GWh" },
  workshops: { last: "workshops", unit: "" },
  capacity: { last: "capacity", unit: "kt" },
  fires: { sum: "fires", unit: "" },
  reports: { sum: "reports", unit: "" },
  trust: { last: "trust", unit: "%" },
  visits: { sum: "visits", unit: "" },
};
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
    if (rule.last) return this.raw(rule.last, province, quarter) * (rule.unit === "%" ? 100 : 1);
    const sum = (name) => {
      let total = 0;
      for (let q = Math.max(0, quarter - 3); q <= quarter; q++) total += this.raw(name, province, q);
      return total;
    };
    if (rule.sum) return sum(rule.sum);
    const below = sum(rule.bottom);
    return below > 0 ? (sum(rule.top) / below) * 100 : NaN;
  }

  raw(name, province, quarter) {
    const { values, shape } = store.frame.arrays.places;
    return values[(quarter * shape[1] + store.catalogue.layers.indexOf(name)) * shape[2] + province];
  }

  draw() {
    if (!store.frame) return;
    const layer = store.ui.layer;
    if (LAYERS[layer].unit === "%") this.most[layer] = 100;
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
    const { unit } = LAYERS[layer];
    const quarter = Math.floor(monthShown() / 3);
    const most = this.most[layer] || 1;
    this.cells.forEach((cell, province) => {
      const value = this.value(layer, province, quarter);
      const share = Number.isFinite(value) ? Math.max(0, Math.min(1, value / most)) : 0;
      const [fill, ink] = shade(share);
      cell.box.setAttribute("fill", fill);
      cell.group.setAttribute("fill", ink);
      cell.name.textContent = store.ui.lang === "zh" ? both(store.catalogue.provinces[province]).slice(0, 3) : store.catalogue.provinces[province].code;
      cell.value.textContent = Number.isFinite(value) ? plain(value, value >= 100 ? 3 : 2) : "–";
      cell.group.setAttribute("aria-label", `${both(store.catalogue.provinces[province])}: ${cell.value.textContent} ${unit}`);
      cell.group.setAttribute("aria-pressed", String(store.province === province));
      cell.group.classList.toggle("chosen", store.province === province);
    });
    this.scale.innerHTML = `0 ${unit} <i style="background:linear-gradient(90deg,${[0, 0.25, 0.5, 0.75, 1].map((x) => shade(x)[0]).join(",")})"></i> ${plain(most)} ${unit}`;
    this.detail.textContent = store.province === null ? `${t("choose_province")} (${monthName(monthShown())})` : this.story(quarter);
  }

  story(quarter) {
    const parts = Object.entries(LAYERS).map(([layer, { unit }]) => `${t(`layer_${layer}`)} ${plain(this.value(layer, store.province, quarter))} ${unit}`.trim());
    return `${both(store.catalogue.provinces[store.province])}${comma()}${monthName(monthShown())}${colon()}${parts.join(semicolon())}`;
  }

  // What a picture says below its title.
  caption() {
    const { unit } = LAYERS[store.ui.layer];
    return `${t(`layer_${store.ui.layer}`)}${unit ? ` (${unit})` : ""}, ${monthName(monthShown())}`;
  }

  table() {
    const quarter = Math.floor(monthShown() / 3);
    const layers = Object.keys(LAYERS);
    return {
      head: [t("province"), ...layers.map((layer) => `${t(`layer_${layer}`)} (${LAYERS[layer].unit || t("number")})`)],
      rows: store.catalogue.provinces.map((spot, p) => [both(spot), ...layers.map((layer) => this.value(layer, p, quarter))]),
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
