// One province in place of the nation: what it has is asked for, and asked for again whenever another run is shown.

import { write } from "./address.js";
import { emit, on, store } from "./store.js";
import { ask } from "./wire.js";
import { both, bracketed, t } from "./words.js";

const WAIT = 150; // milliseconds after the last frame: a slider that is being dragged goes first
let asked = 0; // answers may overtake each other: only that to the latest question counts
let later = 0;

// Choose a province by its number, or the nation (null); the one that is chosen already gives way to the nation.
export function chooseProvince(number) {
  store.province = number === store.province ? null : number;
  store.local = null;
  emit("province");
  write();
  load();
}

// Whose numbers a chart shows while a province is chosen: the province's, or the nation's if it has no others.
export function whose(chart) {
  if (store.province === null || !chart.placed || chart.spec.kind === "map") return null;
  const local = Boolean(chart.local && chart.local());
  return { local, name: local ? both(store.catalogue.provinces[store.province]) : t("nation_only") };
}

// What a chart is called where it stands alone.
export const titleOf = (chart) => both(chart.spec) + bracketed(whose(chart)?.name);

export function followProvince() {
  on("frame", () => {
    clearTimeout(later);
    if (store.province !== null) later = setTimeout(load, WAIT);
  });
}

async function load() {
  const [mine, province] = [(asked += 1), store.province];
  if (province === null) return;
  try {
    const run = await ask({ ask: "province", province });
    if (mine !== asked || run.header.province !== store.province) return;
    store.local = run;
    emit("province");
  } catch (error) {
    if (mine === asked) emit("failed", error.message);
  }
}
