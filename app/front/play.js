// The bar of time: step, play, and scrub through the months of the run that is already here.

import { emit, monthName, months, on, store } from "./store.js";
import { write } from "./address.js";
import { h, t } from "./words.js";

const WHOLE = 6000; // milliseconds for the whole run

export function setMonth(month) {
  const held = Math.max(0, Math.min(months() - 1, Math.round(month)));
  if (held === store.month) return;
  store.month = held;
  emit("month");
  write();
}

export function playbar() {
  let running = 0;
  const slider = h("input", { type: "range", id: "month", min: 0, max: months() - 1, step: 1, value: store.month, oninput: () => { const wanted = Number(slider.value); stop(); setMonth(wanted); } });
  const label = h("label", { for: "month" });
  const shown = h("output", { for: "month" });
  const play = h("button", { type: "button", class: "play", onclick: () => (running ? stop() : start()) });
  const back = h("button", { type: "button", class: "quiet", onclick: () => { stop(); setMonth(store.month - 1); } }, "‹");
  const ahead = h("button", { type: "button", class: "quiet", onclick: () => { stop(); setMonth(store.month + 1); } }, "›");

  function start() {
    const from = store.month >= months() - 1 ? 0 : store.month;
    const began = performance.now();
    const ends = (1 - from / (months() - 1)) * WHOLE;
    const move = (now) => {
      if (!running) return;
      const part = Math.min((now - began) / ends, 1);
      setMonth(from + part * (months() - 1 - from));
      if (part < 1) running = requestAnimationFrame(move);
      else stop();
    };
    running = requestAnimationFrame(move);
    name();
  }

  function stop() {
    cancelAnimationFrame(running);
    running = 0;
    name();
  }

  function name() {
    play.textContent = running ? "❚❚" : "▶";
    play.setAttribute("aria-label", t(running ? "pause" : "play"));
    back.setAttribute("aria-label", t("month_back"));
    ahead.setAttribute("aria-label", t("month_ahead"));
    label.textContent = t("month");
    tell();
  }

  function tell() {
    slider.value = store.month;
    shown.textContent = monthName(store.month);
    slider.setAttribute("aria-valuetext", monthName(store.month));
    slider.style.setProperty("--part", `${(100 * store.month) / (months() - 1)}%`);
  }

  name();
  on("words", name);
  on("month", tell);
  return h("div", { class: "playbar" }, back, play, ahead, label, slider, shown);
}
