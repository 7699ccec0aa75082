// A chart of lines over the months: B in full, A dashed and pale, the band behind, law as upright lines.

import { hasOther, indicator, localSeries, monthName, months, monthShown, series, store } from "./store.js";
import { amount, both, bracketed, difference, h, onAxis, placesOf, t } from "./words.js";

const NOTHING = new Float32Array(0);
const GRID = { left: 52, right: 14, top: 14, bottom: 24 };

export const colour = (name) => store.catalogue.palette[store.ui.theme][name];
export const colourOf = (structure) => colour(store.catalogue.palette.structures[structure] || "purple");
const styles = new Map(); // asking the browser makes it work out all styles first
export function css(name) {
  const key = `${store.ui.theme} ${store.ui.lang} ${name}`;
  if (!styles.has(key)) styles.set(key, getComputedStyle(document.getElementById("gm")).getPropertyValue(name).trim());
  return styles.get(key);
}

export class Lines {
  constructor(id, spec) {
    this.id = id;
    this.spec = spec;
    this.hidden = new Set();
    this.domains = new Map(); // by province, and for the nation: each holds still, and grows where it must
    this.placed = false; // whether a province may take the nation's place here
  }

  build(body) {
    this.place = h("div", { class: "plot", role: "img" });
    this.mark = h("div", { class: "mark", "aria-hidden": "true" });
    this.marked = h("span", { class: "marked" });
    this.mark.append(this.marked);
    this.legend = h("div", { class: "legend" });
    body.append(this.legend, h("div", { class: "plotbox" }, this.place, this.mark));
    this.buildLegend();
    this.chart = store.echarts.init(this.place, null, { renderer: "canvas", locale: store.ui.lang === "zh" ? "ZH" : "EN" });
    this.chart.getZr().on("mousemove", (event) => this.hover(event.offsetX));
    this.chart.getZr().on("globalout", () => this.pointed(null));
    this.chart.getZr().on("click", (event) => this.pinned(this.monthAt(event.offsetX)));
    this.base = false;
  }

  monthAt(x) {
    const width = this.chart.getWidth() - GRID.left - GRID.right;
    return Math.max(0, Math.min(months() - 1, Math.round(((x - GRID.left) / width) * months() - 0.5)));
  }

  hover(x) {
    if (x >= GRID.left - 4) this.pointed(this.monthAt(x));
  }

  buildLegend() {
    this.values = {};
    this.legend.replaceChildren(
      ...this.spec.series.map((line) => {
        const value = h("span", { class: "value" });
        this.values[line.name] = value;
        return h(
          "button",
          {
            class: "key", type: "button", "aria-pressed": String(!this.hidden.has(line.name)),
            title: both(indicator(line.name).what),
            onclick: (event) => {
              this.hidden.has(line.name) ? this.hidden.delete(line.name) : this.hidden.add(line.name);
              event.currentTarget.setAttribute("aria-pressed", String(!this.hidden.has(line.name)));
              this.draw();
            },
          },
          h("i", { class: "swatch", style: `border-top: 3px ${line.dash} ${colour(line.colour)}` }),
          h("span", {}, both(line)), value,
        );
      }),
    );
  }

  // The vertical axis holds while a control moves; it grows if a run leaves it, and shrinks only when asked.
  axis(rows) {
    let low = Infinity;
    let high = -Infinity;
    for (const row of rows) for (const value of row) if (Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low > high) return;
    if (store.ui.fit) this.domain = [Math.min(low, this.spec.range[0] < 0 ? low : 0), high];
    else this.domain = [Math.min(this.domain[0], low), Math.max(this.domain[1], high)];
    const step = nice((this.domain[1] - this.domain[0]) / 4);
    this.step = step;
    this.domain = [Math.floor(this.domain[0] / step + 1e-9) * step, Math.ceil(this.domain[1] / step - 1e-9) * step];
    this.domains.set(this.place_, this.domain);
  }

  // Whether the province that is chosen has some of these numbers.
  local() {
    return this.placed && this.spec.series.some((line) => localSeries(line.name));
  }

  // Where a province is shown, the nation stays beside it if the two can be held against each other.
  nationBeside = (line) => ["ratio", "mean"].includes(indicator(line.name).rule);

  here(line) {
    return this.local() ? localSeries(line.name) || NOTHING : series(store.frame, line.name);
  }

  draw() {
    if (!store.frame) return;
    const shown = this.spec.series.filter((line) => !this.hidden.has(line.name));
    const local = this.local();
    const rows = shown.map((line) => this.here(line));
    const others = local ? shown.map((line, i) => (this.nationBeside(line) && rows[i] !== NOTHING ? series(store.frame, line.name) : NOTHING)) : hasOther() ? shown.map((line) => series(store.kept, line.name)) : [];
    const bands = !local && store.ui.bands && store.band ? shown.map((line) => this.band(line.name)) : [];
    this.hold(local ? store.province : null, shown);
    this.axis([...rows, ...others, ...bands.flat().filter(Boolean)]);
    const drawn = [];
    shown.forEach((line, i) => {
      const paint = colour(line.colour);
      if (bands[i]) drawn.push(shaded(line.name, paint, bands[i]));
      if (others[i]) drawn.push(stroke(`A ${line.name}`, others[i], paint, local ? "solid" : "dashed", local ? 1 : 1.6, local ? 0.55 : 0.65));
      drawn.push(stroke(line.name, rows[i], paint, line.dash, 2.2, 1));
    });
    drawn.push(this.laws());
    this.chart.setOption({ ...this.frameOption(), series: drawn }, { replaceMerge: ["series"], silent: true });
    this.place.dataset.domain = this.domain.join(" ");
    this.tell();
  }

  hold(place, shown) {
    const whole = place === null || shown.every((line) => this.nationBeside(line));
    if (!this.domains.has(place)) this.domains.set(place, whole ? [...this.spec.range] : [0, 0]);
    this.domain = this.domains.get(place);
    this.place_ = place;
  }

  frameOption() {
    const [ink, line] = [css("--muted"), css("--line")];
    return {
      animation: false,
      textStyle: { fontFamily: css("font-family") },
      grid: GRID,
      xAxis: {
        type: "value", min: 0, max: months(), interval: 24, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { color: ink, fontSize: 11, formatter: (x) => String(2021 + x / 12), showMaxLabel: false },
      },
      yAxis: {
        type: "value", min: this.domain[0], max: this.domain[1], interval: this.step,
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: ink, fontSize: 11, formatter: (y) => onAxis(y, this.spec.unit) },
      },
    };
  }

  laws() {
    const found = store.catalogue.policies.map((law) => store.catalogue.months.indexOf(law.month)).filter((m) => m >= 0);
    const yours = Object.keys(store.wanted.levers).length ? (store.wanted.since - 2021) * 12 : Infinity;
    const mark = (month, key, left) => ({ xAxis: month, label: { formatter: t(key), align: left ? "right" : "left", distance: [left ? 4 : -4, -12] } });
    const lines = found.map((month) => mark(month, "law_mark", month < yours)); // the earlier one has its word on the left
    if (yours < Infinity) lines.push(mark(yours, "yours_mark", found.some((month) => yours <= month)));
    return {
      type: "line", name: "laws", data: [], silent: true, animation: false,
      markLine: {
        symbol: "none", silent: true, animation: false, lineStyle: { color: css("--muted"), type: "dotted", width: 1 },
        label: { color: css("--muted"), fontSize: 10, position: "insideEndTop", rotate: 0 }, data: lines,
      },
    };
  }

  band(name) {
    const place = store.band.header.series.indexOf(name);
    if (place < 0) return null;
    return ["low", "high"].map((end) => {
      const { values, shape } = store.band.arrays[end];
      return values.subarray(place * shape[1], (place + 1) * shape[1]);
    });
  }

  // Move the mark, and say the values at its month.
  tell() {
    const month = monthShown();
    const width = this.chart.getWidth() - GRID.left - GRID.right;
    this.mark.style.left = `${GRID.left + ((month + 0.5) / months()) * width}px`;
    this.marked.textContent = monthName(month);
    this.mark.classList.toggle("leftward", month > months() * 0.85);
    const told = [];
    const local = this.local();
    const rows = this.spec.series.map((line) => [
      this.here(line)[month], hasOther() && !local ? series(store.kept, line.name)[month] : NaN, local && this.nationBeside(line) ? series(store.frame, line.name)[month] : NaN,
    ]);
    const places = placesOf(indicator(this.spec.series[0].name).unit, rows);
    for (const [i, line] of this.spec.series.entries()) {
      const unit = indicator(line.name).unit;
      const [[value, other, nation], place] = [rows[i], places[i]];
      const beside = Number.isFinite(nation) && Number.isFinite(value) ? bracketed(`${t("nation")} ${amount(nation, unit, place)}`) : "";
      const apart = Number.isFinite(other) && Number.isFinite(value) ? bracketed(difference(value - other, unit, place)) : beside;
      this.values[line.name].replaceChildren(amount(value, unit, place), h("span", { class: "apart" }, apart));
      told.push(`${both(line)} ${amount(value, unit, place)}`);
    }
    this.place.setAttribute("aria-label", `${both(this.spec)}, ${monthName(month)}: ${told.join("; ")}`);
  }

  table() {
    const { series: lines } = this.spec;
    return {
      head: [t("year"), ...lines.map(both)],
      units: [null, ...lines.map((line) => indicator(line.name).unit)],
      rows: years().map(([year, month]) => [year, ...lines.map((line) => this.here(line)[month])]),
    };
  }

  // What the legend of a picture says.
  keys() {
    const shown = this.spec.series.filter((line) => !this.hidden.has(line.name));
    const made = shown.map((line) => ({ name: both(line), paint: colour(line.colour), dash: line.dash }));
    if (this.local()) return [...made, { name: t("pale_nation"), paint: css("--muted"), dash: "solid" }];
    return hasOther() ? [...made, { name: t("a_dashed"), paint: css("--muted"), dash: "dashed" }] : made;
  }

  words() {
    if (!this.chart) return;
    this.buildLegend();
    this.draw();
  }

  resize() {
    this.chart.resize({ animation: { duration: 0 } });
    if (store.frame) this.tell();
  }

  pointed() {}
  pinned() {}
}

export const years = () =>
  store.catalogue.months.map((name, month) => [name.slice(0, 4), month]).filter(([, month]) => month % 12 === 11);

// Of black and white ink the one that is easier to read on a colour (WCAG 2.2, relative luminance).
export function inkOn(rgb) {
  const [r, g, b] = rgb.map((part) => (part <= 10.31 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff"; // where both have the same, 4.58 : 1
}

export function nice(raw) {
  const power = 10 ** Math.floor(Math.log10(raw || 1));
  return [1, 2, 2.5, 5, 10].map((m) => m * power).find((step) => step >= raw * 0.999);
}

export const points = (row) => Array.from(row, (y, month) => [month + 0.5, Number.isFinite(y) ? y : null]);

// One line of a chart.
export function stroke(name, row, color, type, width, opacity) {
  return {
    id: name, name, type: "line", data: points(row), showSymbol: false, silent: true, animation: false,
    lineStyle: { color, type, width, opacity }, itemStyle: { color }, z: opacity === 1 ? 5 : 4,
  };
}

// The band as one shape: along its lower edge and back along its upper one.
export function shaded(name, fill, [low, high]) {
  const from = low.findIndex(Number.isFinite);
  const corners = [];
  if (from >= 0) {
    for (let m = from; m < low.length; m++) if (Number.isFinite(low[m])) corners.push([m + 0.5, low[m]]);
    for (let m = high.length - 1; m >= from; m--) if (Number.isFinite(high[m])) corners.push([m + 0.5, high[m]]);
  }
  const renderItem = (_, api) => ({
    type: "polygon", shape: { points: corners.map((corner) => api.coord(corner)) }, style: { fill, opacity: 0.17 }, silent: true,
  });
  return { id: `band ${name}`, type: "custom", renderItem, data: [[0, 0]], silent: true, animation: false, clip: true, z: 1 };
}
