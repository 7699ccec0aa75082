// The council room: every meeting, who asked for what, who gave way, and what was decided.

import { write } from "../address.js";
import { caseBar, follows } from "../case_bar.js";
import { setMonth } from "../play.js";
import { emit, on, store } from "../store.js";
import { ask } from "../wire.js";
import { aside, both, bracketed, ending, h, t } from "../words.js";

export function council() {
  const title = h("h1", {});
  const what = h("p", { class: "lead" });
  const list = h("ol", { class: "meetings" });
  const told = h("section", { class: "card told", "aria-live": "polite" });
  const element = h("div", { class: "page" }, title, what, caseBar("council"), h("div", { class: "two" }, h("nav", { class: "card" }, list), told));
  let meetings = [];
  let chosen = null;

  async function load() {
    title.textContent = t("page_council");
    what.textContent = t("council_what");
    list.parentElement.setAttribute("aria-label", t("meetings"));
    told.replaceChildren(h("p", { class: "small" }, t("computing")));
    try {
      ({ meetings } = await ask({ ask: "minutes" }));
    } catch (error) {
      told.replaceChildren(h("p", {}, t("failed", { error: error.message })));
      return;
    }
    list.parentElement.hidden = !meetings.length;
    if (!meetings.length) {
      list.replaceChildren();
      told.replaceChildren(h("h2", {}, t("nobody_meets")), h("p", {}, t("nobody_meets_what")));
      return;
    }
    const given = store.ui.meeting;
    if (!chosen && given && !held(given)) emit("notes", [{ note: "unknown", what: "meeting", got: given }]);
    chosen = held(chosen || given) ? chosen || given : meetings[0].month;
    list.replaceChildren(...meetings.map(entry));
    open(chosen);
  }

  const held = (month) => meetings.some((meeting) => meeting.month === month);

  function entry(meeting) {
    return h(
      "li", {},
      h("button", { type: "button", "data-month": meeting.month, onclick: () => open(meeting.month) },
        h("strong", {}, meeting.month),
        h("span", {}, t("meeting_sum", { tabled: meeting.tabled, agreed: meeting.agreed, moved: meeting.moved.length })),
        h("i", { class: "bar", style: `--all:${meeting.tabled};--part:${meeting.moved.length}`, "aria-hidden": "true" })),
    );
  }

  async function open(month) {
    chosen = month;
    store.ui.meeting = month === meetings[0].month ? "" : month;
    write();
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.month === month) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const answer = await ask({ ask: "meeting", month });
    const meeting = meetings.find((one) => one.month === month);
    if (month !== chosen || !meeting) return; // something else has been asked for since
    const lines = answer.told[store.ui.lang];
    told.replaceChildren(
      h("header", {}, h("h2", {}, `${month}${aside()}${t("meeting")} ${meeting.number}`),
        h("button", { type: "button", onclick: () => { setMonth(store.catalogue.months.indexOf(month)); store.ui.page = "explore"; emit("page"); } }, t("see_in_charts"))),
      moves(meeting),
      ...asked(answer.seats),
      h("details", { open: answer.seats.length < 8 }, h("summary", {}, t("minutes_in_words")), ...lines.slice(1).map((line) => h("p", { class: "minute" }, line))),
    );
  }

  function moves(meeting) {
    if (!meeting.moved.length) return h("p", {}, t("nothing_moved"));
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("decided") }, h(
      "table", { class: "data" },
      h("thead", {}, h("tr", {}, ...["decided", "before", "after", "in_force"].map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, ...meeting.moved.map((move) => {
        const lever = store.levers[move.lever];
        const place = Math.max(1 - Math.floor(Math.log10(Math.abs(move.new - move.old))), 0); // two digits of the move
        const cell = (value) => h("td", { class: "whole" }, `${value ? ending(value, place) : "0"} ${both(lever.unit)}`);
        return h("tr", {}, h("th", { scope: "row" }, both(lever.title)), cell(move.old), cell(move.new), h("td", {}, h("time", {}, move.in_force)));
      })),
    ));
  }

  // Who asked (ring) and where talking took it (dot), on a line from -1 step to +1 step.
  function asked(rows) {
    if (!rows.length) return [h("p", {}, t("nobody_asked"))];
    const levers = [...new Set(rows.map((row) => row.lever))];
    return [
      h("h3", {}, t("who_asked")), h("p", { class: "small" }, t("who_asked_what")),
      h("div", { class: "asks" }, ...levers.map((name) =>
        h("div", { class: "ask" }, h("h4", {}, both(store.levers[name].title)),
          ...rows.filter((row) => row.lever === name).map((row) => h(
            "div", { class: "askrow" }, h("span", { class: row.weight ? "" : "faint" }, both(store.catalogue.seats[row.seat]) + bracketed(row.weight ? "" : t("no_say"))),
            h("span", { class: "line", role: "img", "aria-label": `${t("asked")} ${signed(row.asked)}, ${t("settled")} ${signed(row.settled_at)}` },
              h("i", { class: "ring", style: `left:${50 + 50 * row.asked}%` }), h("i", { class: "dot", style: `left:${50 + 50 * row.settled_at}%` })),
            h("span", { class: "digits" }, row.asked === row.settled_at ? signed(row.asked) : `${signed(row.asked)} → ${signed(row.settled_at)}`))),
        ))),
    ];
  }

  const show = follows(element, load);
  on("words", () => { if (!element.hidden) show(); });
  return { element, show };
}

const signed = (number) => (number > 0.005 ? "+" : number < -0.005 ? "−" : "") + Math.abs(number).toFixed(2);
