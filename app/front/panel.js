// The frame around a chart: its title, what to look for, its numbers as a table, and its picture to take away.

import { address } from "./address.js";
import { store } from "./store.js";
import { both, h, plain, t } from "./words.js";
import { css } from "./lines.js";

export class Panel {
  constructor(chart) {
    this.chart = chart;
    this.open = false; // whether the table is shown instead
    this.title = h("h2", { id: `title-${chart.id}` });
    this.look = h("p", { class: "look" });
    this.tableButton = h("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => this.flip() });
    this.saveButton = h("button", { type: "button", class: "quiet", onclick: () => this.save() });
    this.csvButton = h("button", { type: "button", class: "quiet", onclick: () => this.saveTable() });
    this.body = h("div", { class: "chartbody" });
    this.tableBox = h("div", { class: "scroll tablebox", hidden: true, tabindex: "0", role: "region" });
    this.element = h(
      "section", { class: `panel ${chart.spec.kind}`, id: `panel-${chart.id}`, "aria-labelledby": `title-${chart.id}` },
      h("header", {}, this.title, h("div", { class: "tools" }, this.tableButton, this.csvButton, this.saveButton)),
      this.look, this.body, this.tableBox,
    );
  }

  build() {
    this.chart.build(this.body);
    this.name();
  }

  name() {
    this.title.textContent = both(this.chart.spec);
    this.look.textContent = store.ui.lang === "zh" ? this.chart.spec.look_zh : this.chart.spec.look_en;
    for (const [button, key] of [[this.tableButton, "table"], [this.saveButton, "picture"], [this.csvButton, "csv"]]) {
      button.textContent = t(key);
      button.setAttribute("aria-label", `${t(key)}: ${both(this.chart.spec)}`);
    }
    this.tableBox.setAttribute("aria-label", `${t("table")}: ${both(this.chart.spec)}`);
  }

  words() {
    this.name();
    this.chart.words();
    this.drawTable();
  }

  draw() {
    this.chart.draw();
    this.drawTable();
  }

  flip() {
    this.open = !this.open;
    this.tableButton.setAttribute("aria-expanded", String(this.open));
    this.body.hidden = this.open;
    this.tableBox.hidden = !this.open;
    this.drawTable();
    if (!this.open) this.chart.resize();
  }

  drawTable() {
    if (!this.open || !store.frame) return;
    const { head, rows } = this.chart.table();
    this.tableBox.replaceChildren(
      h(
        "table", { class: "data" },
        h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, typeof cell === "number" ? plain(cell, 4) : cell))))),
      ),
    );
  }

  saveTable() {
    const { head, rows } = this.chart.table();
    const quoted = (cell) => (typeof cell === "number" ? (Number.isFinite(cell) ? String(cell) : "") : `"${String(cell).replace(/"/g, '""')}"`);
    const lines = [
      `# govmodel ${store.catalogue.version}; ${location.origin}${address()}`,
      `# case ${store.frame.header.hash}; seed ${store.frame.wanted.seed}; ${JSON.stringify(store.frame.wanted)}`,
      head.map(quoted).join(","), ...rows.map((row) => row.map(quoted).join(",")),
    ];
    download(`${this.chart.id}.csv`, `\ufeff${lines.join("\n")}\n`, "text/csv");
  }

  save() {
    const drawn = this.svg();
    if (drawn) download(`${this.chart.id}.svg`, drawn, "image/svg+xml");
    else this.saveTable();
  }

  // The picture as SVG; a chart that is a table has none.
  svg() {
    if (this.chart.chart) return redrawn(this.chart);
    if (!this.chart.svg) return "";
    const clone = this.chart.svg.cloneNode(true);
    clone.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    clone.setAttribute("font-family", "sans-serif");
    return clone.outerHTML;
  }
}

// Draw the same picture once more as SVG, unseen.
function redrawn({ chart, spec }) {
  const stage = store.echarts.init(null, null, { renderer: "svg", ssr: true, width: chart.getWidth(), height: chart.getHeight() + 30 });
  const option = chart.getOption();
  const { textStyle, xAxis, yAxis } = option;
  const axes = xAxis ? { xAxis, yAxis } : {};
  stage.setOption({
    textStyle, ...axes, backgroundColor: css("--card"), animation: false,
    title: { text: both(spec), left: 8, top: 4, textStyle: { fontSize: 14, color: css("--ink") } },
    grid: (option.grid || []).map((grid) => ({ ...grid, top: grid.top + 30 })),
    series: option.series.map((s) => (["line", "custom"].includes(s.type) ? s : { ...s, top: 36 })),
  });
  const drawn = stage.renderToSVGString();
  stage.dispose();
  return drawn;
}

export function download(name, text, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
