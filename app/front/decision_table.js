// A structure as the designer holds it: a table with every lever, made from a base of the library and edits to it.

import { copy, store } from "./store.js";

export const seats = () => Object.keys(store.catalogue.seats);
const all = () => store.catalogue.levers.map((lever) => lever.name);
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

// The whole table of a structure of the library, without its labels.
export function tableOf(name) {
  const { frozen, body, levers } = store.catalogue.structures[name].table;
  return { base: name, frozen: frozen === "all" ? all() : [...frozen], body: copy(body), levers: copy(levers) };
}

export const plainStructures = () => Object.keys(store.catalogue.structures).filter((name) => !store.catalogue.structures[name].path);

// The whole table of whatever is wanted; a path of several structures has none.
export function draftOf(structure) {
  if (typeof structure === "string") return store.catalogue.structures[structure].path ? null : tableOf(structure);
  if (structure.path) return null;
  const made = structure.base ? tableOf(structure.base) : { base: "market", frozen: all(), body: {}, levers: {} };
  Object.assign(made.body, structure.body);
  for (const [name, right] of Object.entries(structure.levers || {})) made.levers[name] = { ...made.levers[name], ...copy(right) };
  for (const name of structure.frozen === "all" ? all() : structure.frozen || []) delete made.levers[name];
  made.frozen = all().filter((name) => !(name in made.levers));
  return made;
}

// The draft as short as it can be said: the name of its base, or the base and what differs.
export function wish(draft) {
  const base = tableOf(draft.base);
  const body = {};
  for (const [cell, value] of Object.entries(draft.body)) if (!same(value, base.body[cell])) body[cell] = value;
  const levers = {};
  for (const [name, right] of Object.entries(draft.levers)) if (!same(right, base.levers[name])) levers[name] = right;
  const frozen = draft.frozen.filter((name) => !base.frozen.includes(name));
  if (!Object.keys(body).length && !Object.keys(levers).length && !frozen.length) return draft.base;
  const made = { base: draft.base, id: "own", title: "your own", title_zh: "自行设计" };
  if (Object.keys(body).length) made.body = body;
  if (Object.keys(levers).length) made.levers = levers;
  if (frozen.length) made.frozen = frozen;
  return made;
}

// Give one seat a share (0 to 1) and let the others keep their proportions, so that all make one.
export function shared(shares, seat, value) {
  const held = Math.min(Math.max(value, 0), 1);
  const others = Object.entries(shares).filter(([name, share]) => name !== seat && share > 0);
  const rest = others.reduce((sum, [, share]) => sum + share, 0);
  const made = {};
  if (!others.length) return { [seat]: 1 };
  for (const [name, share] of others) made[name] = rounded((share / rest) * (1 - held));
  if (held > 0) made[seat] = rounded(held);
  const largest = Object.keys(made).filter((name) => name !== seat).sort((a, b) => made[b] - made[a])[0] || seat;
  made[largest] = rounded(made[largest] + 1 - Object.values(made).reduce((sum, share) => sum + share, 0));
  return Object.fromEntries(seats().filter((name) => made[name] > 0).map((name) => [name, made[name]]));
}

const rounded = (share) => Math.round(share * 10000) / 10000;
