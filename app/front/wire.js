// The line to the server: what is wanted goes out, frames and answers come in.

import { copy, emit, store } from "./store.js";
import { refusal } from "./words.js";

let number = 0; // of the latest wish
let asked = 0; // of the latest question
const waiting = new Map();
let slow = 0;

function bytesOf(view) {
  return new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)); // aligned from zero on
}

const text = (bytes, at, size) => JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + size)));

// Read a message of frames.packed: a header, then arrays of float32.
export function unpack(bytes, at) {
  const size = new DataView(bytes.buffer).getUint32(at, true);
  const header = text(bytes, at + 4, size);
  const numbers = new Float32Array(bytes.buffer, at + 4 + size);
  const arrays = {};
  for (const [name, [start, shape]] of Object.entries(header.arrays)) {
    const count = shape.reduce((a, b) => a * b, 1);
    arrays[name] = { values: numbers.subarray(start, start + count), shape };
  }
  return { header, arrays };
}

function readRun(bytes) {
  const size = new DataView(bytes.buffer).getUint32(4, true);
  const head = text(bytes, 8, size);
  return { head, run: unpack(bytes, 8 + Math.ceil(size / 4) * 4) };
}

export function connect(model) {
  store.model = model;
  model.on("change:frame", () => arrived(model.get("frame")));
  model.on("msg:custom", (message, buffers) => answered(message, buffers));
}

function arrived(view) {
  const bytes = bytesOf(view);
  const kind = String.fromCharCode(...bytes.subarray(0, 4));
  if (kind === "FRME") {
    const { head, run } = readRun(bytes);
    store.frame = Object.assign(run, { wanted: head.wanted, number: head.number });
    store.band = null;
    if (head.number === number) {
      busy(false);
      const notes = [...store.notes, ...head.notes];
      store.notes = [];
      if (notes.length) {
        store.wanted = copy(head.wanted); // what was clamped or refused is what the controls show
        emit("wanted");
        emit("notes", notes);
      }
    }
    emit("frame");
  } else if (kind === "BAND") {
    const band = unpack(bytes, 4);
    if (store.frame && band.header.key === store.frame.header.key) {
      store.band = band;
      emit("band");
    }
  }
}

function answered(message, buffers) {
  if (message.ask === "error") {
    busy(false);
    emit("failed", refusal(message.error));
    return;
  }
  if (message.ask === "compare_progress") {
    emit("progress", message);
    return;
  }
  const resolve = waiting.get(message.id);
  waiting.delete(message.id);
  if (!resolve) return;
  if (message.error !== undefined && message.error !== null) resolve.bad(new Error(refusal(message.error)));
  else resolve.good(buffers && buffers.length ? brought(bytesOf(buffers[0])) : message);
}

// A run that was asked for, with the settings it answers: the same run may have been made for other ones.
function brought(bytes) {
  const { head, run } = readRun(bytes);
  return Object.assign(run, head);
}

// Ask for a run; the server answers the latest wish only. `final`: nothing is held any more, so what is still under way
// for earlier wishes may be dropped; while a slider is dragged it is let finish, or nothing would be drawn on the way.
export function want(final = true) {
  number += 1;
  busy(true);
  store.model.set("wanted", JSON.stringify({ wanted: store.wanted, number, final }));
  store.model.save_changes();
}

function busy(yes) {
  clearTimeout(slow);
  if (yes) slow = setTimeout(() => emit("busy", true), 300);
  else emit("busy", false);
}

// Put a question; the answer is a promise.
export function ask(question) {
  asked += 1;
  const id = asked;
  return new Promise((good, bad) => {
    waiting.set(id, { good, bad });
    store.model.send({ ...copy(question), id });
  });
}
