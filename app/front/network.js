// Who has a contract with whom at a month: sources on the left arc, plants on the right, in places that never change.
// A node is as large as the GWh a year that its contracts promise. Colour is for ties alone, by their Gereffi form; shape
// says what a node is.

import { write } from "./address.js";
import { monthShown, monthName, store } from "./store.js";
import { both, colon, ending, escaped, firm, h, placeOf, plain, semicolon, t } from "./words.js";
import { colour, css } from "./lines.js";

export const FORM_LINES = [["grey", "solid"], ["sky", "solid"], ["green", "solid"], ["orange", "dashed"], ["purple", "solid"]];
const KINDS = [["rect", "■"], ["triangle", "▲"], ["diamond", "◆"], ["path://M0,0L10,0L5,9Z", "▼"], ["path://M4,0H6V4H10V6H6V10H4V6H0V4H4Z", "+"]];
const PLANT = ["circle", "●"];
const WIDTHS = ["gwh", "trust"];
const NAMED = 6; // how many plants, and how many sources, have their names beside them
const GAP = 4; // places left free between two kinds of sources
const NARROW = 460; // pixels: below, only plants have names beside them
const TOLD = 6; // how many ties of a chosen one are told

export class Network {
  constructor(id, spec) {
    Object.assign(this, { id, spec });
  }

  build(body) {
    this.place = h("div", { class: "plot tall", role: "img" });
    this.legend = h("div", { class: "legend" });
    this.count = h("p", { class: "small count" });
    this.actors = h("select", { id: `${this.id}-actor`, onchange: () => this.choose(this.actors.value, false) });
    this.widths = h("select", { id: `${this.id}-width`, onchange: () => { store.ui.width = this.widths.value; this.draw(); write(); } });
    this.choice = h("div", { class: "bar-row" });
    this.detail = h("p", { class: "small", "aria-live": "polite" });
    body.append(this.choice, this.legend, this.count, h("div", { class: "plotbox network" }, this.place), this.detail);
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas" });
    this.chart.on("click", ({ dataType, data }) => { if (dataType === "node") this.choose(data.name); });
    const { names } = store.catalogue; // an address may say anything
    if (!(this.chosen.slice(1) in (this.chosen[0] === "s" ? names.sources : names.plants)) || !/^[sp]\d+$/.test(this.chosen)) store.ui.actor = "";
    if (!WIDTHS.includes(this.width)) [store.ui.width] = WIDTHS;
  }

  get chosen() {
    return store.ui.actor;
  }

  get width() {
    return store.ui.width;
  }

  // Show the ties of one; a second click on it shows all again.
  choose(name, again = true) {
    store.ui.actor = again && this.chosen === name ? "" : name;
    this.draw();
    write();
  }

  words() {
    this.draw();
  }

  tell() {
    this.draw();
  }

  // Contracts in force at the month shown.
  live() {
    const { contracts, ties, quarters } = store.frame.arrays;
    const [size, many] = [contracts.shape[1], ties.shape[1]];
    const [month, of] = [monthShown(), (row, i) => contracts.values[row * size + i]];
    const found = [];
    const quarter = Math.floor(month / 3);
    for (let k = quarters.values[quarter]; k < quarters.values[quarter + 1]; k++) {
      const i = ties.values[k];
      if (of(3, i) > month) found.push({ source: of(0, i), plant: of(1, i), form: of(4, i), share: of(5, i), gwh: ties.values[many + k], trust: ties.values[2 * many + k] });
    }
    return found.filter((tie) => this.inProvince(tie));
  }

  local = () => store.province !== null;

  inProvince({ source, plant }) {
    if (store.province === null) return true;
    const { code } = store.catalogue.provinces[store.province];
    return store.catalogue.names.plant_provinces[plant] === store.province || store.catalogue.names.sources[source].endsWith(`_${code}`);
  }

  draw() {
    if (!store.frame) return;
    const found = this.live();
    const { names, forms } = store.catalogue;
    const sums = new Map();
    for (const { source, plant, gwh } of found) for (const name of [`s${source}`, `p${plant}`]) sums.set(name, (sums.get(name) || 0) + gwh);
    const named = new Set(["s", "p"].flatMap((side) => [...sums].filter(([name]) => name[0] === side).sort((a, b) => b[1] - a[1]).slice(0, NAMED).map(([name]) => name)));
    const near = new Set([this.chosen, ...found.filter((tie) => this.touches(tie)).flatMap((tie) => [`s${tie.source}`, `p${tie.plant}`])]);
    const nodes = [
      ...this.corners(), ...names.sources.map((_, i) => this.node(`s${i}`, this.spot(i, names.sources.length + GAP * (KINDS.length - 1), -1), sums, named, near)),
      ...names.plants.map((_, i) => this.node(`p${i}`, this.spot(i, names.plants.length, 1), sums, named, near)),
    ];
    this.chart.setOption(this.option(nodes, found.map((tie) => this.link(tie))), { replaceMerge: ["series"], silent: true });
    this.choices();
    this.count.textContent = t("contracts_in_force", { number: found.length, month: monthName(monthShown()) });
    const counts = forms.map((form, i) => `${t(`form_${form}`)} ${found.filter((tie) => tie.form === i).length}`);
    const sign = (glyph, word) => h("span", { class: "key" }, h("i", { class: "glyph" }, glyph), word);
    this.legend.replaceChildren(
      h("span", { class: "key" }, t("tie_colours")),
      ...forms.map((_, i) => h("span", { class: "key" }, h("i", { class: "swatch", style: `border-top: 3px ${FORM_LINES[i][1]} ${colour(FORM_LINES[i][0])}` }), counts[i])),
      h("span", { class: "break" }),
      h("span", { class: "key" }, t("node_shapes")), ...store.catalogue.source_kinds.map((kind, i) => sign(KINDS[i][1], t(`source_${kind}`))), sign(PLANT[1], t("licensed_plant")),
    );
    this.detail.textContent = this.story(found);
    this.place.setAttribute("aria-label", `${both(this.spec)}. ${this.count.textContent} ${counts.join("; ")}`);
  }

  touches = ({ source, plant }) => !this.chosen || this.chosen === `s${source}` || this.chosen === `p${plant}`;

  // The lists: one actor whose ties are shown, and what the width of a tie says.
  choices() {
    const { values, shape } = store.frame.arrays.contracts;
    const ever = { s: new Set(values.subarray(0, shape[1])), p: new Set(values.subarray(shape[1], 2 * shape[1])) };
    if (this.chosen) ever[this.chosen[0]].add(Number(this.chosen.slice(1))); // who signs nothing in this run can be chosen too
    const group = (label, side, test = () => true) =>
      h("optgroup", { label }, ...[...ever[side]].filter(test).sort((a, b) => a - b).map((i) => h("option", { value: side + i, selected: this.chosen === side + i }, this.actor(side + i))));
    const kinds = store.catalogue.names.source_kinds;
    const key = `${store.ui.lang} ${store.frame.number} ${this.chosen}`;
    if (this.listed !== key) {
      this.listed = key;
      this.actors.replaceChildren(
        h("option", { value: "" }, t("all_actors")),
        ...store.catalogue.source_kinds.map((kind, number) => group(t(`source_${kind}`), "s", (i) => kinds[i] === number)).filter((made) => made.children.length),
        group(t("licensed_plant"), "p"),
      );
      this.widths.replaceChildren(...WIDTHS.map((one) => h("option", { value: one, selected: this.width === one }, t(`width_${one}`))));
      if (!this.choice.children.length) this.choice.append(...["actor_shown", "tie_width"].map((_, i) => h("label", { class: "inline" }, h("span", {}), [this.actors, this.widths][i])));
      this.choice.querySelectorAll("span").forEach((label, i) => (label.textContent = t(["actor_shown", "tie_width"][i])));
    }
  }

  story(found) {
    if (!this.chosen) return t("choose_actor");
    const mine = found.filter(this.touches).sort((a, b) => b.gwh - a.gwh);
    const other = (tie) => this.actor(this.chosen[0] === "s" ? `p${tie.plant}` : `s${tie.source}`);
    const gwh = mine.reduce((sum, tie) => sum + tie.gwh, 0);
    const place = placeOf({ en: "GWh" }, gwh);
    const told = mine.slice(0, TOLD).map((tie) => `${other(tie)} (${this.about(tie, place)})`);
    const rest = mine.length > TOLD ? `${semicolon()}${t("and_others", { number: mine.length - TOLD })}` : "";
    return t("ties_of", { actor: this.actor(this.chosen), number: mine.length, gwh: ending(gwh, place) }) + told.join(semicolon()) + rest;
  }

  about = (tie, place = placeOf({ en: "GWh" }, tie.gwh)) => `${t(`form_${store.catalogue.forms[tie.form]}`)}, ${ending(tie.gwh, place)} GWh, ${t("trust_is", { number: Math.round(100 * tie.trust) })}`;

  actor(id) {
    const number = Number(id.slice(1));
    const { names, source_kinds: kinds } = store.catalogue;
    if (id[0] === "p") return firm(names.plants[number]);
    const name = names.sources[number];
    const kind = t(`source_${kinds[names.source_kinds[number]]}`);
    const province = store.catalogue.provinces.find((p) => p.code === name.split("_").pop());
    return province ? `${both(province)}${colon()}${kind}` : name === "others" ? `${t("others")} (${kind})` : firm(name);
  }

  node(name, [x, y], sums, named, near) {
    const gwh = sums.get(name) || 0;
    const [symbol] = name[0] === "p" ? PLANT : KINDS[store.catalogue.names.source_kinds[Number(name.slice(1))]];
    const pale = this.chosen && !near.has(name);
    return {
      name, x, y, gwh, symbol, symbolSize: gwh ? Math.min(4 + 5 * Math.sqrt(gwh), 30) : 3,
      itemStyle: { color: css("--ink"), opacity: gwh ? (pale ? 0.15 : 1) : 0.2, borderColor: css("--card"), borderWidth: gwh ? 0.5 : 0 },
      label: {
        show: (this.chosen ? near.has(name) : named.has(name)) && (name[0] === "p" || this.room[2] > 100), position: name[0] === "p" ? "right" : "left", formatter: this.actor(name), fontSize: 10.5, width: name[0] === "p" && this.room[3] < 100 ? 84 : 108, overflow: "break", lineHeight: 12, align: name[0] === "p" ? "left" : "right",
        color: css("--ink"), textBorderColor: css("--card"), textBorderWidth: 2.5,
      },
    };
  }

  link(tie) {
    const [paint, type] = FORM_LINES[tie.form];
    const width = this.width === "gwh" ? 0.6 + 3 * Math.sqrt(tie.gwh) : 0.4 + 7 * Math.max(0, tie.trust - 0.5);
    const lineStyle = { color: colour(paint), type, opacity: this.touches(tie) ? (tie.form ? 0.75 : 0.4) : 0.05, width: Math.min(width, 9), curveness: 0.12 };
    return { source: `s${tie.source}`, target: `p${tie.plant}`, tie, lineStyle };
  }

  option(nodes, links) {
    const told = ({ dataType, data }) =>
      dataType === "edge"
        ? `${escaped(this.actor(data.source))} → ${escaped(this.actor(data.target))}<br>${this.about(data.tie)}`
        : `${escaped(this.actor(data.name))}: ${plain(data.gwh)} GWh`;
    return {
      animation: false, textStyle: { fontFamily: css("font-family") }, tooltip: { confine: true, formatter: told },
      series: [
        {
          type: "graph", id: "ties", layout: "none", data: nodes, links, left: 0, right: 0, top: 0, bottom: 0, roam: false,
          emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } }, labelLayout: { hideOverlap: true },
        },
      ],
    };
  }

  caption() {
    return this.count.textContent;
  }

  keys() {
    const { forms, source_kinds: kinds } = store.catalogue;
    return [
      ...forms.map((form, i) => ({ name: t(`form_${form}`), paint: colour(FORM_LINES[i][0]), dash: FORM_LINES[i][1] })),
      ...[...kinds.map((kind, i) => [KINDS[i][1], t(`source_${kind}`)]), [PLANT[1], t("licensed_plant")]].map(([glyph, name]) => ({ name, glyph })),
    ];
  }

  table() {
    const rows = this.live().sort((a, b) => b.gwh - a.gwh);
    return {
      head: [t("from"), t("to"), t("form"), `${t("share_of_packs")} (%)`, `GWh / ${t("year")}`, `${t("trust_of_both")} (%)`],
      rows: rows.map((tie) => [this.actor(`s${tie.source}`), this.actor(`p${tie.plant}`), t(`form_${store.catalogue.forms[tie.form]}`), Math.round(tie.share * 100), tie.gwh, Math.round(100 * tie.trust)]),
    };
  }

  resize() {
    this.chart.resize();
    if (store.frame) this.draw();
  }

  // The room for nodes: width, height, and how much of the width names take on the left and on the right.
  get room() {
    const [width, height] = [this.chart.getWidth(), this.chart.getHeight()];
    return width < NARROW ? [width, height, 16, 96] : [width, height, 120, 124];
  }

  // Nodes that nobody sees hold the corners, so that one unit is one pixel and no place ever moves.
  corners() {
    const [width, height] = this.room;
    return [[0, 0], [width, height]].map(([x, y], i) => ({ name: `corner${i}`, x, y, symbolSize: 0, silent: true, label: { show: false } }));
  }

  // A place on the left (-1) or right (1) arc; kinds of sources are a little apart.
  spot(number, size, side) {
    const [width, height, left, right] = this.room;
    const place = number + 0.5 + (side < 0 ? GAP * store.catalogue.names.source_kinds[number] : 0);
    const angle = (place / size - 0.5) * Math.PI * 0.96;
    const [middle, reach] = [(left + width - right) / 2, (width - right - left) / 2];
    return [middle + side * reach * (0.12 + 0.88 * Math.cos(angle)), height / 2 + (height / 2 - 16) * Math.sin(angle)];
  }
}
