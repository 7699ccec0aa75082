// The table behind a chart, in two dresses: as the columns of the data, and as people read it, in the chart's own units.

import { both, bracketed, parts, placeOf, scaleOf } from "./words.js";

// The heads of the data's own columns.
export const columns = ({ head, units = [] }) => head.map((name, i) => name + bracketed(units[i] && both(units[i])));

// Heads and cells as text: every column ends at one place, a digit further on than in the chart, and never before the point.
export function readable({ head, units = head.map(() => null), rows }) {
  const known = units.map((unit) => unit || { en: "", zh: "" });
  const places = known.map((unit, i) => {
    const numbers = rows.map((row) => row[i]).filter(Number.isFinite);
    return numbers.every(Number.isInteger) && !units[i] ? 0 : Math.max(placeOf(unit, ...numbers.map((number) => number / 10)), 0);
  });
  return {
    head: head.map((name, i) => name + bracketed(parts(1, known[i])[1]) + scaleOf(known[i])),
    rows: rows.map((row) => row.map((cell, i) => (cell === 0 ? "0" : typeof cell === "number" ? parts(cell, known[i], places[i])[0] : cell))),
  };
}
