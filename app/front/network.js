// Who has a contract with whom at a month: sources on the left arc, plants on the right, in places that never change.

import { monthShown, monthName, store } from "./store.js";
import { both, escaped, h, t } from "./words.js";
import { colour, css } from "./lines.js";

const FORM_COLOURS = ["grey", "sky", "green", "orange", "purple"];
const KIND_COLOURS = ["blue", "green", "orange", "purple", "vermillion"];

export class Network {
  constructor(id, spec) {
    Object.assign(this, { id, spec });
  }

  build(body) {
    this.place = h("div", { class: "plot tall", role: "img" });
    this.legend = h("div", { class: "legend" });
    this.count = h("p", { class: "small" });
    body.append(this.legend, this.count, h("div", { class: "plotbox tall" }, this.place));
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas" });
  }

  words() {
    this.draw();
  }

  tell() {
    this.draw();
  }

  // Contracts in force at the month shown.
  live() {
    const { values, shape } = store.frame.arrays.contracts;
    const size = shape[1];
    const month = monthShown();
    const found = [];
    for (let i = 0; i < size; i++) {
      if (values[2 * size + i] <= month && values[3 * size + i] > month) {
        found.push({ source: values[i], plant: values[size + i], form: values[4 * size + i], share: values[5 * size + i] });
      }
    }
    return found;
  }

  draw() {
    if (!store.frame) return;
    const found = this.live();
    const { names, forms } = store.catalogue;
    const ties = new Map();
    for (const { source, plant } of found) {
      ties.set(`s${source}`, (ties.get(`s${source}`) || 0) + 1);
      ties.set(`p${plant}`, (ties.get(`p${plant}`) || 0) + 1);
    }
    const nodes = [
      ...names.sources.map((name, i) => this.node(`s${i}`, this.actor(name, i), spot(i, names.sources.length, -1), ties, colour(KIND_COLOURS[names.source_kinds[i]]))),
      ...names.plants.map((name, i) => this.node(`p${i}`, name, spot(i, names.plants.length, 1), ties, colour("black"))),
    ];
    const links = found.map((tie) => ({
      source: `s${tie.source}`, target: `p${tie.plant}`, form: tie.form, share: tie.share,
      lineStyle: { color: colour(FORM_COLOURS[tie.form]), opacity: 0.6, width: 0.7 + 2.5 * tie.share, curveness: 0.12 },
    }));
    this.chart.setOption(this.option(nodes, links), { replaceMerge: ["series"], silent: true });
    const counts = forms.map((form, i) => found.filter((tie) => tie.form === i).length);
    this.legend.replaceChildren(
      ...forms.map((form, i) => h("span", { class: "key" }, h("i", { class: "swatch", style: `border-top: 3px solid ${colour(FORM_COLOURS[i])}` }), `${t(`form_${form}`)} ${counts[i]}`)),
    );
    this.count.textContent = t("contracts_in_force", { number: found.length, month: monthName(monthShown()) });
    this.place.setAttribute("aria-label", `${both(this.spec)}. ${this.count.textContent} ${forms.map((form, i) => `${t(`form_${form}`)} ${counts[i]}`).join("; ")}`);
  }

  actor(name, number) {
    const [kind, code] = name.split("_");
    const province = store.catalogue.provinces.find((p) => p.code === code);
    if (province) return `${both(province)}: ${t(`source_${store.catalogue.source_kinds[store.catalogue.names.source_kinds[number]]}`)}`;
    return name === "others" ? t("others") : kind === name ? name : name;
  }

  node(name, label, [x, y], ties, color) {
    const count = ties.get(name) || 0;
    return { name, label, x, y, count, symbolSize: count ? 4 + 3 * Math.sqrt(count) : 3, itemStyle: { color, opacity: count ? 1 : 0.25 } };
  }

  option(nodes, links) {
    return {
      animation: false,
      textStyle: { fontFamily: css("font-family") },
      tooltip: {
        confine: true,
        formatter: (item) =>
          item.dataType === "edge"
            ? `${escaped(nodes.find((n) => n.name === item.data.source).label)} → ${escaped(nodes.find((n) => n.name === item.data.target).label)}<br>${t(`form_${store.catalogue.forms[item.data.form]}`)}, ${Math.round(item.data.share * 100)} %`
            : `${escaped(item.data.label)}: ${item.data.count}`,
      },
      series: [
        {
          type: "graph", id: "ties", layout: "none", data: nodes, links, left: 12, right: 12, top: 10, bottom: 10, roam: false,
          emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } }, label: { show: false },
        },
      ],
    };
  }

  caption() {
    return this.count.textContent;
  }

  keys() {
    return store.catalogue.forms.map((form, i) => ({ name: t(`form_${form}`), paint: colour(FORM_COLOURS[i]), dash: "solid" }));
  }

  table() {
    const { names, forms } = store.catalogue;
    return {
      head: [t("from"), t("to"), t("form"), "%"],
      rows: this.live().map((tie) => [this.actor(names.sources[tie.source], tie.source), names.plants[tie.plant], t(`form_${forms[tie.form]}`), Math.round(tie.share * 100)]),
    };
  }

  resize() {
    this.chart.resize();
  }
}

// A place on the left (-1) or right (1) arc of a circle.
function spot(number, size, side) {
  const angle = ((number + 0.5) / size - 0.5) * Math.PI * 0.92;
  return [side * (60 + 300 * Math.cos(angle)), 260 * Math.sin(angle)];
}
