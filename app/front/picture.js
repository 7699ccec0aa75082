// A chart as a picture to take away: SVG, or the same as PNG; always of one size, with title, legend and month.

import { indicator, monthName, monthShown, store } from "./store.js";
import { titleOf } from "./province.js";
import { both, escaped, parts } from "./words.js";
import { css } from "./lines.js";

const [WIDTH, HEIGHT, HEAD] = [900, 540, 62];
const SHARPER = 2; // pixels of a PNG to each of the picture
const FONT = "Roboto, Noto Sans, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"; // without quotes: it stands in attributes

// The picture as SVG text.
export function svgOf(chart) {
  if (chart.chart) return redrawn(chart);
  const inner = chart.svg ? tiles(chart) : grid(chart.table());
  return framed(inner, titleOf(chart), subtitle(chart));
}

const subtitle = (chart) => (chart.caption ? chart.caption() : monthName(monthShown()));

// Draw the same chart once more as SVG, unseen.
function redrawn(chart) {
  const stage = store.echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  const option = chart.picture ? whole(chart) : again(chart);
  stage.setOption({ ...option, textStyle: { fontFamily: FONT }, backgroundColor: css("--card"), animation: false });
  const drawn = stage.renderToSVGString();
  stage.dispose();
  return drawn;
}

// A chart of the page with the picture's own title and legend.
function again(chart) {
  const { spec } = chart;
  const option = chart.chart.getOption();
  const { xAxis, yAxis } = option;
  const axes = xAxis && xAxis.length ? { xAxis, yAxis, grid: [{ left: 62, right: 18, top: HEAD + 34, bottom: 30 }] } : {};
  const keys = chart.keys ? chart.keys() : [];
  const lines = (series) => ["line", "custom"].includes(series.type);
  return {
    ...axes, title: title(titleOf(chart) + unitOf(spec), axes.grid ? "" : subtitle(chart)),
    legend: [], graphic: legend(keys, axes.grid ? 38 : 54),
    series: option.series.filter(Boolean).map((series) => (lines(series) ? series : { ...series, ...(series.type === "graph" ? inside(chart) : { top: HEAD + 30, bottom: 14, left: 14, right: 14 }), label: { ...series.label, fontSize: 13 } })),
  };
}

// A chart that lays itself out in any room.
function whole(chart) {
  const option = chart.picture(WIDTH, HEIGHT, HEAD + 4);
  const name = `${both(chart.spec)}${unitOf({ series: [chart.spec] })}`;
  return { ...option, title: [...option.title, title(name, subtitle(chart))] };
}

const title = (text, subtext) => ({
  text, subtext, left: 12, top: 8, itemGap: 4,
  textStyle: { fontSize: 17, color: css("--ink") }, subtextStyle: { fontSize: 12, color: css("--muted") },
});

// Where a network stands: as wide as it is high on the page, for its nodes must not be stretched.
function inside({ chart }) {
  const scale = Math.min((WIDTH - 28) / chart.getWidth(), (HEIGHT - HEAD - 44) / chart.getHeight());
  const [width, height] = [chart.getWidth() * scale, chart.getHeight() * scale];
  return { left: (WIDTH - width) / 2, top: HEAD + 30, width, height, right: null, bottom: null };
}

// The unit of a chart of lines, where its axis does not say it.
function unitOf({ series }) {
  const unit = series ? parts(1, indicator(series[0].name).unit)[1] : "";
  return unit && unit !== "%" ? ` (${unit})` : "";
}

// The legend, drawn by hand: a stroke and a word for each line, in rows.
function legend(keys, top) {
  const made = [];
  let [x, y] = [14, top];
  for (const { name, paint, dash, glyph } of keys) {
    const width = 40 + [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 12.5 : 6.6), 0);
    if (x + width > WIDTH - 14) [x, y] = [14, y + 18];
    const lineDash = dash === "dotted" ? [2, 4] : dash === "dashed" ? [6, 4] : null;
    const sign = { type: "text", x: x + 11, y: y - 1, style: { text: glyph, fill: css("--ink"), font: `14px ${FONT}`, align: "center" } };
    made.push(
      glyph ? sign : { type: "line", shape: { x1: x, y1: y + 7, x2: x + 22, y2: y + 7 }, style: { stroke: paint, lineWidth: 3, lineDash } },
      { type: "text", x: x + 28, y, style: { text: name, fill: css("--ink"), font: `12px ${FONT}` } },
    );
    x += width;
  }
  return made;
}

function tiles({ svg }) {
  const clone = svg.cloneNode(true);
  const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
  const scale = Math.min((WIDTH - 24) / wide, (HEIGHT - HEAD - 12) / high);
  clone.setAttribute("x", (WIDTH - wide * scale) / 2);
  clone.setAttribute("y", HEAD);
  clone.setAttribute("width", wide * scale);
  clone.setAttribute("height", high * scale);
  return new XMLSerializer().serializeToString(clone);
}

// A table as a picture: rows and columns turned, so that the years run to the right.
function grid({ names, rows, paint, told }) {
  const shown = rows.filter(([year]) => Number(year) >= 2025);
  const [left, wide, high] = [220, (WIDTH - 236) / shown.length, Math.min(46, (HEIGHT - HEAD - 40) / names.length)];
  const text = (x, y, word, fill, anchor = "middle") => `<text x="${x}" y="${y}" fill="${fill}" text-anchor="${anchor}" font-size="13">${escaped(word)}</text>`;
  const years = shown.map(([year], i) => text(left + (i + 0.5) * wide, HEAD + 18, year, css("--muted")));
  const titles = names.map((name, j) => text(14, HEAD + 28 + (j + 0.6) * high, name, css("--ink"), "start"));
  const cells = shown.flatMap((row, i) =>
    row.slice(1).map((value, j) => {
      const [x, y] = [left + i * wide, HEAD + 28 + j * high];
      const [fill, ink] = paint(value);
      return `<rect x="${x + 1}" y="${y + 1}" width="${wide - 2}" height="${high - 2}" style="fill:${fill}"/>${text(x + wide / 2, y + high * 0.6, told(value), ink)}`;
    }),
  );
  return [...years, ...titles, ...cells].join("");
}

function framed(inner, title, below) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="${FONT}">` +
    `<rect width="100%" height="100%" fill="${css("--card")}"/><text x="14" y="26" font-size="17" font-weight="700" fill="${css("--ink")}">${escaped(title)}</text>` +
    `<text x="14" y="47" font-size="12" fill="${css("--muted")}">${escaped(below)}</text>${inner}</svg>`;
}

// The same picture in pixels, as a promise of a file.
export async function pngOf(chart) {
  const address = URL.createObjectURL(new Blob([svgOf(chart)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH * SHARPER, HEIGHT * SHARPER];
    const brush = canvas.getContext("2d");
    brush.fillStyle = css("--card");
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
