// One indicator for several structures: small charts side by side with the same axes; each has the structure's own colour,
// and the others behind it in pale grey.

import { indicator, months, series, store } from "./store.js";
import { amount, both, colon, h, onAxis, placeOf, t } from "./words.js";
import { colourOf, css, nice, shaded, stroke, years } from "./lines.js";

const [LEFT, GAP, FOOT, HIGH, NARROW] = [52, 16, 24, 160, 620];
const HEAD = { wide: 24, slim: 40 }; // room for a structure's name, and for its value below where both do not fit

export class Multiples {
  // `shown` gives {arms, frames by arm, bands by arm or null}
  constructor(id, spec, shown) {
    Object.assign(this, { id, spec, shown });
  }

  build(body) {
    this.place = h("div", { class: "plot", role: "img" });
    this.box = h("div", { class: "plotbox" }, this.place);
    body.append(this.box);
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas" });
  }

  get names() {
    return [this.spec.name, this.spec.beside].filter(Boolean);
  }

  draw() {
    const { arms, frames } = this.shown();
    if (!arms.length || !frames[arms[0]]) return;
    const width = this.place.clientWidth;
    const rows = Math.ceil(arms.length / this.columns(width, arms.length));
    this.box.style.height = `${rows * HIGH}px`;
    this.chart.resize({ animation: { duration: 0 } });
    this.chart.setOption(this.option(width, rows * HIGH, 0), { notMerge: true, silent: true });
    this.place.dataset.domain = this.domain().ends.join(" ");
    this.place.setAttribute("aria-label", `${both(this.spec)}, 2035: ${arms.map((arm) => `${structureName(arm)} ${this.last(arm)}`).join("; ")}`);
  }

  columns = (width, size) => (width < NARROW ? Math.min(2, size) : size);

  // One vertical axis for all structures.
  domain() {
    const { arms, frames, bands } = this.shown();
    let [low, high] = this.spec.range;
    const rows = arms.flatMap((arm) => [...this.names.map((name) => series(frames[arm], name)), ...(bands ? bands[arm][this.spec.name] : [])]);
    for (const row of rows) for (const value of row) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const step = nice((high - low) / 3);
    return { step, ends: [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step] };
  }

  option(width, height, top) {
    const { arms, frames, bands } = this.shown();
    const columns = this.columns(width, arms.length);
    const [wide, high] = [(width - LEFT - 8 - GAP * (columns - 1)) / columns, (height - top) / Math.ceil(arms.length / columns)];
    const { step, ends } = this.domain();
    const slim = wide < 230;
    const head = slim ? HEAD.slim : HEAD.wide;
    const at = (i) => [LEFT + (i % columns) * (wide + GAP), top + Math.floor(i / columns) * high];
    const [ink, line] = [css("--muted"), css("--line")];
    const label = { color: ink, fontSize: 11 };
    return {
      animation: false, textStyle: { fontFamily: css("font-family") }, backgroundColor: "transparent",
      grid: arms.map((_, i) => ({ left: at(i)[0], top: at(i)[1] + head, width: wide, height: high - head - FOOT })),
      title: arms.map((arm, i) => ({
        text: `{glyph|■} ${structureName(arm)}${slim ? "\n" : "  "}{now|2035: ${this.last(arm)}}`, left: at(i)[0] - 4, top: at(i)[1] - 2, padding: 4,
        textStyle: { fontSize: 12.5, fontWeight: 600, color: css("--ink"), width: wide, overflow: "truncate", rich: { glyph: { color: colourOf(arm), fontSize: 13 }, now: { color: ink, fontSize: 11.5 } } },
      })),
      xAxis: arms.map((_, i) => ({
        type: "value", gridIndex: i, min: 0, max: months(), interval: wide < 200 ? 60 : 48, axisTick: { show: false }, splitLine: { show: false }, axisLine: { lineStyle: { color: line } },
        axisLabel: { ...label, formatter: (x) => String(2021 + x / 12), showMaxLabel: false },
      })),
      yAxis: arms.map((_, i) => ({
        type: "value", gridIndex: i, min: ends[0], max: ends[1], interval: step, splitLine: { lineStyle: { color: line } },
        axisLabel: { ...label, show: i % columns === 0, formatter: (y) => onAxis(y, indicator(this.spec.name).unit.en) },
      })),
      series: arms.flatMap((arm, i) => this.lines(arm, arms, frames, bands).map((one) => ({ ...one, id: `${i} ${one.id}`, xAxisIndex: i, yAxisIndex: i }))),
    };
  }

  // What a structure comes to in the last year.
  last(arm) {
    const { arms, frames } = this.shown();
    const ends = Object.fromEntries(arms.map((one) => [one, series(frames[one], this.spec.name)[months() - 1]]));
    const { unit } = indicator(this.spec.name);
    return amount(ends[arm], unit, placeOf(unit, ...Object.values(ends)));
  }

  lines(arm, arms, frames, bands) {
    const others = arms.filter((one) => one !== arm).map((one) => stroke(`other ${one}`, series(frames[one], this.spec.name), css("--muted"), "solid", 1.2, 0.4));
    const own = this.names.map((name, n) => stroke(name, series(frames[arm], name), colourOf(arm), n ? "dotted" : "solid", 2.2, 1));
    return [...(bands ? [shaded(arm, colourOf(arm), bands[arm][this.spec.name])] : []), ...others, ...own];
  }

  // The whole picture, for whoever takes it away.
  picture = (width, height, top) => this.option(width, height, top);

  caption() {
    return t(this.shown().bands ? "multiples_band" : "one_run", { number: this.shown().size });
  }

  table() {
    const { arms, frames } = this.shown();
    const columns = arms.flatMap((arm) => this.names.map((name) => [arm, name]));
    return {
      head: [t("year"), ...columns.map(([arm, name]) => structureName(arm) + colon() + both(store.catalogue.named[name] || indicator(name).what))],
      units: [null, ...columns.map(([, name]) => indicator(name).unit)],
      rows: years().map(([year, month]) => [year, ...columns.map(([arm, name]) => series(frames[arm], name)[month])]),
    };
  }

  words() {
    this.draw();
  }

  tell() {}

  resize() {
    this.draw();
  }
}

export const OWN = "own"; // the structure that was drawn here
export const structureName = (arm) => (arm === OWN ? t("own_structure") : both(store.catalogue.structures[arm].title));

// The sign of a structure beside its name.
export const glyph = (arm) => h("i", { class: "glyph", style: `color: ${colourOf(arm)}`, "aria-hidden": "true" }, "■ ");
