// What the browser knows: the catalogue, what is wanted, what came back; whoever is interested is told of changes.

export const store = {
  catalogue: null, // levers, structures, indicators, texts: fetched once
  echarts: null,
  model: null, // the widget's end of the line
  wanted: null, // the settings of the visitor
  frame: null, // the run that is shown: {header, arrays, wanted}
  band: null, // how far other replications lie around it
  kept: null, // the run kept as A
  notes: [], // what was refused in the address, until somebody is told
  month: 119, // the month at which numbers stand, counted from the first of the run
  province: null, // the number of the province that the charts are about, if not the nation
  local: null, // what that province has, once it is here: {header, arrays}
  hover: null, // the month under the pointer
  ui: { lang: "en", theme: "light", page: "explore", bands: true, fit: false, seats: "standing", layer: "formal_share", flow: "", actor: "", width: "gwh", arms: "", meeting: "", pack: "", subject: "central_government" },
  ids: {}, // position of an indicator among the rows of a frame
};

const listeners = new Map();

export function on(name, act) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(act);
  return () => listeners.get(name).delete(act);
}

export function emit(name, value) {
  for (const act of [...(listeners.get(name) || [])]) act(value);
}

export const copy = (value) => JSON.parse(JSON.stringify(value));

export function prepare(catalogue) {
  store.catalogue = catalogue;
  catalogue.indicators.forEach((indicator, row) => (store.ids[indicator.name] = row));
  store.levers = Object.fromEntries(catalogue.levers.map((lever) => [lever.name, lever]));
  store.wanted = copy(catalogue.default);
}

// One row of monthly values of an indicator in a frame.
export function series(frame, name) {
  const { values, shape } = frame.arrays.year;
  const row = store.ids[name];
  return values.subarray(row * shape[1], (row + 1) * shape[1]);
}

// The same of the province that is chosen, or nothing if it has no such numbers.
export function localSeries(name) {
  if (store.province === null || !store.local) return null;
  const row = series(store.local, name);
  return row.some(Number.isFinite) ? row : null;
}

export const monthShown = () => (store.hover === null ? store.month : store.hover);
export const months = () => store.catalogue.months.length;
export const monthName = (month) => store.catalogue.months[month];

export function indicator(name) {
  return store.catalogue.indicators[store.ids[name]];
}

// Is A something else than what is shown?
export const hasOther = () => store.kept && store.frame && store.kept.header.key !== store.frame.header.key;
