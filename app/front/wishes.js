// Changing what is wanted: every change runs the case; changes can be undone, done again and shown again.

import { write } from "./address.js";
import { copy, emit, store } from "./store.js";
import { ask, want } from "./wire.js";

const past = []; // { wanted, kept }: settings, and what was A before, if the change was a swap
const future = [];
let settled = null; // what was wanted before the change that is going on

export function begin() {
  settled = copy(store.wanted);
}

// Change something; `done` is false while a slider is still held.
export function change(act, done = true) {
  act(store.wanted);
  if (done) settle();
  send(done);
}

function settle() {
  if (JSON.stringify(settled) === JSON.stringify(store.wanted)) return;
  past.push({ wanted: settled });
  future.length = 0;
  settled = copy(store.wanted);
  emit("history");
}

function send(final = true) {
  want(final);
  write();
  emit("wanted");
}

function go(from, to) {
  if (!from.length) return;
  const { wanted, kept } = from.pop();
  to.push({ wanted: copy(store.wanted), kept: kept && store.kept });
  store.wanted = wanted;
  if (kept) store.kept = kept;
  settled = copy(store.wanted);
  emit("history");
  send();
  if (kept) emit("kept");
}

export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;
export const undo = () => go(past, future);
export const redo = () => go(future, past);

export function reset() {
  change((wanted) => Object.assign(wanted, copy(store.catalogue.default)));
}

// Show the last change once more: what was before, then what is now.
export function replay() {
  if (!past.length) return;
  const now = copy(store.wanted);
  store.wanted = copy(past[past.length - 1].wanted);
  send();
  setTimeout(() => {
    store.wanted = now;
    send();
  }, 1500);
}

export function keep() {
  store.kept = store.frame;
  write();
  emit("kept");
}

export function swap() {
  if (!store.kept) return;
  const other = store.kept;
  store.kept = store.frame;
  const before = past.length;
  change((wanted) => Object.assign(wanted, copy(other.wanted)));
  if (past.length > before) past[past.length - 1].kept = other;
  emit("kept");
}

// Bring the run of some settings as A, without touching what is shown.
export async function keepThese(wanted) {
  const run = await ask({ ask: "run", wanted });
  store.kept = run;
  if (run.notes.length) emit("notes", run.notes);
  emit("kept");
}
