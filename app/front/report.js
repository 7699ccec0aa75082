// A page to print or send: what was asked, the numbers, every chart, and the tables behind them.

import { address } from "./address.js";
import { hasOther, indicator, monthName, series, store } from "./store.js";
import { toldA } from "./case_bar.js";
import { titleOf } from "./province.js";
import { readable } from "./tables.js";
import { amount, both, escaped, placeOf, scaleOf, setting, t } from "./words.js";

const LOOK = `body{font:14px/1.5 sans-serif;max-width:1100px;margin:24px auto;padding:0 16px;color:#1b2733}table{border-collapse:collapse;font-size:12px}
td,th{border-bottom:1px solid #dde3e8;padding:3px 8px;text-align:right}td:first-child,th:first-child{text-align:left}section{break-inside:avoid;margin:24px 0}svg{max-width:100%;height:auto}`;

export function report(panels) {
  const { wanted, header } = store.frame;
  const written = ({ head, rows }) =>
    `<table><thead><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join("")}</tr></thead><tbody>${rows
      .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
      .join("")}</tbody></table>`;
  const structure = typeof wanted.structure === "string" ? both(store.catalogue.structures[wanted.structure].title) : t("own_structure");
  const levers = Object.entries(wanted.levers).map(([name, value]) => `${both(store.levers[name].title)}: ${setting(value, store.levers[name].unit)} (${wanted.since})`);
  const settings = [
    [t("structure"), structure], [t("levers"), levers.join("; ") || "–"], [t("outlook"), t(`outlook_${wanted.outlook}`)],
    [t("prices"), t(`prices_${wanted.prices}`)], [t("capacity"), t(`capacity_${wanted.capacity}`)], [t("seed"), wanted.seed], [t("case"), header.hash],
  ];
  const numbers = Object.entries(store.catalogue.numbers).map(([name, names]) => {
    const { unit } = indicator(name);
    const ends = [store.frame, ...(hasOther() ? [store.kept] : [])].map((run) => series(run, name)[store.month]);
    return [both(names) + scaleOf(unit), ...ends.map((end) => amount(end, unit, placeOf(unit, ...ends)))];
  });
  const charts = panels.map((panel) => `<section><h2>${escaped(titleOf(panel.chart))}</h2>${panel.svg()}${panel.chart.id === "contracts" ? "" : `<details><summary>${t("table")}</summary>${written(readable(panel.chart.table()))}</details>`}</section>`);
  return `<!doctype html><html lang="${store.ui.lang === "zh" ? "zh-CN" : "en"}"><meta charset="utf-8"><title>govmodel</title><style>${LOOK}</style>
<h1>${escaped(t("title"))}</h1><p>${escaped(t("question"))}</p><p><a href="${escaped(location.origin + address())}">${escaped(location.origin)}</a> · govmodel ${escaped(store.catalogue.version)}</p>
${written({ head: ["", ""], rows: settings })}<h2>${escaped(t("twelve_months_to", { month: monthName(store.month) }))}</h2>${written({ head: ["", ...(hasOther() ? ["B", toldA()] : [""])], rows: numbers })}${charts.join("\n")}</html>`;
}
