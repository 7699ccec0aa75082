// Where the packs of twelve months went: route, channel, fate; all of them, or only those that passed a place or a flow.

import { write } from "./address.js";
import { monthShown, monthName, store } from "./store.js";
import { both, ending, h, placeOf, t } from "./words.js";
import { colour, css } from "./lines.js";

const FATES = ["recovery", "second_life", "workshop_recovery", "workshop_reuse", "kept"];
const LINE = 15; // pixels between two places: a name beside each, however small it is
const GWH = { en: "GWh" };
const FATE_COLOUR = { recovery: "green", second_life: "sky", workshop_recovery: "vermillion", workshop_reuse: "orange", kept: "grey" };

export class Sankey {
  constructor(id, spec) {
    Object.assign(this, { id, spec });
  }

  build(body) {
    this.place = h("div", { class: "plot tall", role: "img" });
    this.when = h("p", { class: "small", "aria-live": "off" });
    this.list = h("select", { id: `${this.id}-only`, onchange: () => this.choose(this.list.value) });
    this.label = h("label", { for: this.list.id });
    body.append(h("div", { class: "bar-row" }, this.when, this.label, this.list), h("div", { class: "plotbox tall" }, this.place));
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas" });
    this.chart.on("click", ({ dataType, data }) => this.choose(dataType === "edge" ? `${data.source} ${data.target}` : data.name));
    const places = this.places();
    if (!this.passed().every((name) => places.includes(name))) store.ui.flow = ""; // an address may say anything
    this.listed();
  }

  // The places that packs have passed, as "r0 c3"; all packs if empty.
  get only() {
    return store.ui.flow;
  }

  passed = () => this.only.split(" ").filter(Boolean);

  places() {
    const { routes, channels } = store.catalogue;
    return [["r", routes], ["c", channels], ["f", FATES]].flatMap(([side, all]) => all.map((_, i) => side + i));
  }

  // Show only what passed here; a second time, everything again.
  choose(only) {
    store.ui.flow = this.only === only ? "" : only;
    this.listed();
    this.draw();
    write();
  }

  // The list says what is shown, and is the way there without a mouse.
  listed() {
    const places = this.places();
    if (this.only.includes(" ")) places.push(this.only);
    this.label.textContent = t("flow_only");
    this.list.replaceChildren(...["", ...places].map((only) => h("option", { value: only, selected: only === this.only }, this.told(only))));
  }

  told = (only) => (only ? only.split(" ").map((name) => this.word(name)).join(" → ") : t("flow_all"));

  // GWh of the twelve months up to the month shown: {routeToChannel, channelToFate} keyed by pair.
  sums() {
    const { values, shape } = (this.local() ? store.local : store.frame).arrays.flows;
    const [, routes, ways] = shape;
    const last = monthShown();
    const passed = this.passed();
    const [left, right] = [new Map(), new Map()];
    for (let month = Math.max(0, last - 11); month <= last; month++) {
      for (let route = 0; route < routes; route++) {
        for (let way = 0; way < ways; way++) {
          const gwh = values[(month * routes + route) * ways + way];
          if (!gwh) continue;
          const [channel, fate] = this.meaning(store.catalogue.ways[way]);
          if (!passed.every((name) => [`r${route}`, `c${channel}`, `f${fate}`].includes(name))) continue;
          add(left, `${route}|${channel}`, gwh);
          add(right, `${channel}|${fate}`, gwh);
        }
      }
    }
    return { left, right };
  }

  local = () => store.province !== null && store.local !== null;

  meaning(way) {
    const names = ["automaker_outlet", "battery_maker_outlet", "recycler", "dismantler", "workshop", "kept"];
    const [name, what = "kept"] = way.split(":");
    const fate = name === "workshop" ? `workshop_${what}` : what;
    return [names.indexOf(name), FATES.indexOf(fate)];
  }

  draw() {
    if (!store.frame) return;
    const { left, right } = this.sums();
    const amounts = new Map();
    for (const [pair, gwh] of left) add(amounts, `r${pair.split("|")[0]}`, gwh);
    for (const [pair, gwh] of right) {
      const [channel, fate] = pair.split("|");
      add(amounts, `c${channel}`, gwh);
      add(amounts, `f${fate}`, gwh);
    }
    const links = [];
    for (const [pair, gwh] of left) links.push(link("r", "c", pair, gwh, css("--muted"), 0.22));
    for (const [pair, gwh] of right) links.push(link("c", "f", pair, gwh, colour(FATE_COLOUR[FATES[pair.split("|")[1]]]), 0.4));
    this.end = Math.max(1, placeOf(GWH, ...amounts.values()));
    const nodes = [...amounts.keys()].sort().map((name) => this.node(name, amounts.get(name)));
    this.when.textContent = t("gwh_to", { month: monthName(monthShown()) });
    this.chart.setOption(this.option(nodes, links), { replaceMerge: ["series"], silent: true });
    const fates = FATES.map((fate, i) => `${t(`fate_${fate}`)} ${ending(amounts.get(`f${i}`) || 0, this.end)}`);
    const only = this.only ? `, ${this.told(this.only)}` : "";
    this.place.setAttribute("aria-label", `${both(this.spec)}, ${this.when.textContent}${only}: ${fates.join("; ")}`);
  }

  // The name of a place.
  word(name) {
    const [side, number] = [name[0], Number(name.slice(1))];
    return side === "r" ? both(store.catalogue.routes[number]) : side === "c" ? both(store.catalogue.channels[number]) : t(`fate_${FATES[number]}`);
  }

  node(name, gwh) {
    const [side, number] = [name[0], Number(name.slice(1))];
    const paint = side === "f" ? colour(FATE_COLOUR[FATES[number]]) : css("--muted");
    return {
      name, depth: "rcf".indexOf(side), itemStyle: { color: paint, borderWidth: 0 },
      label: { formatter: `${this.word(name)} ${ending(gwh, this.end)}`, position: side === "f" ? "left" : "right" },
    };
  }

  option(nodes, links) {
    return {
      animation: false,
      textStyle: { fontFamily: css("font-family") },
      tooltip: { trigger: "item", confine: true, formatter: (item) => this.explain(item) },
      series: [
        {
          type: "sankey", id: "flows", data: nodes, links, left: 4, right: 4, top: 9, bottom: 9, nodeWidth: 10, nodeGap: LINE,
          layoutIterations: 0, draggable: false, emphasis: { focus: "adjacency" },
          labelLayout: { hideOverlap: true }, // on a phone the names of two columns may meet
          label: { color: css("--ink"), fontSize: 11, textBorderColor: css("--card"), textBorderWidth: 3 },
        },
      ],
    };
  }

  explain(item) {
    if (item.dataType === "edge") return `${this.told(`${item.data.source} ${item.data.target}`)}: ${ending(item.data.value, this.end)} GWh`;
    return `${item.data.label.formatter} GWh`;
  }

  caption() {
    return `${this.when.textContent}${this.only ? `, ${this.told(this.only)}` : ""}`;
  }

  table() {
    const { left, right } = this.sums();
    const row = (a, b) => ([pair, gwh]) => {
      const [from, to] = pair.split("|");
      return [this.word(a + from), this.word(b + to), gwh];
    };
    const rows = [...[...left].map(row("r", "c")), ...[...right].map(row("c", "f"))];
    return { head: [t("from"), t("to"), "GWh"], rows };
  }

  tell() {
    this.draw();
  }

  words() {
    this.listed();
    this.draw();
  }

  resize() {
    this.chart.resize();
  }
}

const add = (sums, key, amount) => sums.set(key, (sums.get(key) || 0) + amount);

function link(a, b, pair, value, color, opacity) {
  const [from, to] = pair.split("|");
  return { source: a + from, target: b + to, value, lineStyle: { color, opacity, curveness: 0.5 } };
}
