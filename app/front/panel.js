// The frame around a chart: its title, what to look for, its numbers as a table, and its picture to take away.

import { address } from "./address.js";
import { svgOf, pngOf } from "./picture.js";
import { whose } from "./province.js";
import { emit, store } from "./store.js";
import { columns, readable } from "./tables.js";
import { both, h, t } from "./words.js";

export class Panel {
  constructor(chart) {
    this.chart = chart;
    this.open = false; // whether the table is shown instead
    this.title = h("h2", { id: `title-${chart.id}` });
    this.look = h("p", { class: "look" });
    this.tableButton = h("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => this.flip() });
    this.saveButton = h("button", { type: "button", class: "quiet", onclick: () => this.save() });
    this.pixelButton = h("button", { type: "button", class: "quiet", onclick: () => this.savePixels() });
    this.csvButton = h("button", { type: "button", class: "quiet", onclick: () => this.saveTable() });
    this.body = h("div", { class: "chartbody" });
    this.tableBox = h("div", { class: "scroll tablebox", hidden: true, tabindex: "0", role: "region" });
    this.element = h(
      "section", { class: `panel ${chart.spec.kind}`, id: `panel-${chart.id}`, "aria-labelledby": `title-${chart.id}` },
      h("header", {}, this.title, h("div", { class: "tools" }, this.tableButton, this.csvButton, this.saveButton, this.pixelButton)),
      this.look, this.body, this.tableBox,
    );
  }

  build() {
    this.chart.build(this.body);
    this.name();
  }

  name() {
    this.head();
    this.look.textContent = store.ui.lang === "zh" ? this.chart.spec.look_zh : this.chart.spec.look_en;
    for (const [button, key] of [[this.tableButton, this.open ? "chart" : "table"], [this.saveButton, "picture"], [this.pixelButton, "pixels"], [this.csvButton, "csv"]]) {
      button.textContent = t(key);
      button.setAttribute("aria-label", `${t(key)}: ${both(this.chart.spec)}`);
    }
    this.tableBox.setAttribute("aria-label", `${t("table")}: ${both(this.chart.spec)}`);
  }

  // The heading; when a province is chosen it adds its name, or that the chart has the nation only.
  head() {
    const found = whose(this.chart);
    this.title.replaceChildren(both(this.chart.spec), ...(found ? [" ", h("span", { class: `whose ${found.local ? "local" : ""}` }, found.name)] : []));
  }

  words() {
    this.name();
    this.chart.words();
    this.drawTable();
  }

  draw() {
    this.head();
    this.chart.draw();
    this.drawTable();
  }

  flip() {
    this.open = !this.open;
    this.tableButton.setAttribute("aria-expanded", String(this.open));
    this.body.hidden = this.open;
    this.tableBox.hidden = !this.open;
    this.name();
    this.drawTable();
    if (!this.open) this.chart.resize();
  }

  drawTable() {
    if (!this.open || !store.frame) return;
    const table = this.chart.table();
    const { head, rows } = readable(table);
    this.tableBox.replaceChildren(
      h("p", { class: "small" }, table.caption || (this.chart.caption ? this.chart.caption() : "")),
      h(
        "table", { class: "data" },
        h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))),
      ),
    );
  }

  saveTable() {
    const table = this.chart.table();
    const quoted = (cell) => (typeof cell === "number" ? (Number.isFinite(cell) ? String(cell) : "") : `"${String(cell).replace(/"/g, '""')}"`);
    const lines = [
      `# govmodel ${store.catalogue.version}; ${location.origin}${address()}`,
      `# case ${store.frame.header.hash}; seed ${store.frame.wanted.seed}; ${JSON.stringify(store.frame.wanted)}`,
      columns(table).map(quoted).join(","), ...table.rows.map((row) => row.map(quoted).join(",")),
    ];
    download(`${this.chart.id}.csv`, `\ufeff${lines.join("\n")}\n`, "text/csv");
  }

  save() {
    return this.take(`${this.chart.id}.svg`, svgOf, "image/svg+xml");
  }

  savePixels() {
    return this.take(`${this.chart.id}.png`, pngOf, "image/png");
  }

  async take(name, draw, kind) {
    try {
      download(name, await draw(this.chart), kind);
    } catch (error) {
      emit("failed", String(error.message || error));
    }
  }

  // The picture as SVG, for the report.
  svg() {
    return svgOf(this.chart);
  }
}

export function download(name, text, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
