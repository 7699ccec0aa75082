// Where the packs of twelve months went: route, channel, fate.

import { monthShown, monthName, store } from "./store.js";
import { both, h, plain, t } from "./words.js";
import { colour, css } from "./lines.js";

const FATES = ["recovery", "second_life", "workshop_recovery", "workshop_reuse", "kept"];
const FATE_COLOUR = { recovery: "green", second_life: "sky", workshop_recovery: "vermillion", workshop_reuse: "orange", kept: "grey" };

export class Sankey {
  constructor(id, spec) {
    Object.assign(this, { id, spec });
  }

  build(body) {
    this.place = h("div", { class: "plot tall", role: "img" });
    this.when = h("p", { class: "small", "aria-live": "off" });
    body.append(this.when, h("div", { class: "plotbox tall" }, this.place));
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas" });
  }

  // GWh of the twelve months up to the month shown: {routeToChannel, channelToFate} keyed by pair.
  sums() {
    const { values, shape } = (this.local() ? store.local : store.frame).arrays.flows;
    const [, routes, ways] = shape;
    const last = monthShown();
    const [left, right] = [new Map(), new Map()];
    for (let month = Math.max(0, last - 11); month <= last; month++) {
      for (let route = 0; route < routes; route++) {
        for (let way = 0; way < ways; way++) {
          const gwh = values[(month * routes + route) * ways + way];
          if (!gwh) continue;
          const [channel, fate] = this.meaning(store.catalogue.ways[way]);
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
    const nodes = [...amounts.keys()].sort().map((name) => this.node(name, amounts.get(name)));
    this.when.textContent = t("twelve_months_to", { month: monthName(monthShown()) });
    this.chart.setOption(this.option(nodes, links), { replaceMerge: ["series"], silent: true });
    const fates = FATES.map((fate, i) => `${t(`fate_${fate}`)} ${plain(amounts.get(`f${i}`) || 0)}`);
    this.place.setAttribute("aria-label", `${both(this.spec)}, ${this.when.textContent}, GWh: ${fates.join("; ")}`);
  }

  node(name, gwh) {
    const number = Number(name.slice(1));
    const side = name[0];
    const label = side === "r" ? both(store.catalogue.routes[number]) : side === "c" ? both(store.catalogue.channels[number]) : t(`fate_${FATES[number]}`);
    const paint = side === "f" ? colour(FATE_COLOUR[FATES[number]]) : css("--muted");
    return {
      name, depth: "rcf".indexOf(side), itemStyle: { color: paint, borderWidth: 0 },
      label: { formatter: `${label} ${plain(gwh)}`, position: side === "f" ? "left" : "right" },
    };
  }

  option(nodes, links) {
    return {
      animation: false,
      textStyle: { fontFamily: css("font-family") },
      tooltip: { trigger: "item", confine: true, formatter: (item) => this.explain(item) },
      series: [
        {
          type: "sankey", id: "flows", data: nodes, links, left: 4, right: 4, top: 6, bottom: 6, nodeWidth: 10, nodeGap: 9,
          layoutIterations: 0, draggable: false, emphasis: { focus: "adjacency" },
          label: { color: css("--ink"), fontSize: 11, textBorderColor: css("--card"), textBorderWidth: 3 },
        },
      ],
    };
  }

  explain(item) {
    if (item.dataType === "edge") {
      const name = (id) => this.node(id, 0).label.formatter.replace(/ 0$/, "");
      return `${name(item.data.source)} → ${name(item.data.target)}: ${plain(item.data.value)} GWh`;
    }
    return `${item.data.label.formatter} GWh`;
  }

  caption() {
    return `GWh, ${this.when.textContent}`;
  }

  table() {
    const { left, right } = this.sums();
    const name = (id) => this.node(id, 0).label.formatter.replace(/ 0$/, "");
    const rows = [
      ...[...left].map(([pair, gwh]) => [name(`r${pair.split("|")[0]}`), name(`c${pair.split("|")[1]}`), gwh]),
      ...[...right].map(([pair, gwh]) => [name(`c${pair.split("|")[0]}`), name(`f${pair.split("|")[1]}`), gwh]),
    ];
    return { head: [t("from"), t("to"), "GWh"], rows };
  }

  tell() {
    this.draw();
  }

  words() {
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
