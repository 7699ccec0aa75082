// The governance designer: who decides on which lever, by which rule, on what they see and at whose cost; live.

import { draftOf, plainStructures, seats, shared, tableOf, wish } from "../decision_table.js";
import { Lines } from "../lines.js";
import { numbers } from "../numbers.js";
import { download, Panel } from "../panel.js";
import { on, store } from "../store.js";
import { ask } from "../wire.js";
import { begin, change } from "../wishes.js";
import { both, h, t } from "../words.js";

const NOBODY = "nobody";

export function designer() {
  const title = h("h1", {});
  const what = h("p", { class: "lead" });
  const tools = h("div", { class: "bar-row" });
  const body = h("section", { class: "card" });
  const grid = h("section", { class: "card" });
  const said = h("p", { class: "small", role: "status" });
  const panel = new Panel(new Lines("designer-shares", store.catalogue.panels.shares));
  const element = h("div", { class: "page wide" }, title, what, tools, said, numbers("designer-numbers"), panel.element, body, grid);
  let draft = draftOf(store.wanted.structure) || tableOf("collaborative");
  let built = false;
  let later = 0;

  function apply() {
    begin();
    const wanted = wish(draft);
    said.textContent = "";
    change((settings) => (settings.structure = wanted));
  }

  function name() {
    title.textContent = t("page_designer");
    what.textContent = t("designer_what");
    drawTools();
    drawBody();
    drawGrid();
  }

  function drawTools() {
    const preset = h("select", { id: "preset", onchange: () => { draft = tableOf(preset.value); apply(); } },
      ...plainStructures().map((one) => h("option", { value: one, selected: one === draft.base }, both(store.catalogue.structures[one].title))));
    const file = h("input", { type: "file", id: "structure-file", accept: ".toml,text/plain", class: "hidden", tabindex: "-1", "aria-hidden": "true", onchange: () => load(file) });
    tools.replaceChildren(
      h("label", { for: "preset" }, t("preset")), preset,
      h("button", { type: "button", id: "structure-save", onclick: save }, t("save_structure")),
      h("button", { type: "button", id: "structure-load", onclick: () => file.click() }, t("load_structure")), file,
    );
  }

  async function save() {
    try {
      const { text } = await ask({ ask: "structure_text", structure: full() });
      download("my_structure.toml", text, "text/plain");
      said.textContent = t("saved_structure");
    } catch (error) {
      said.textContent = t("refused", { error: error.message });
    }
  }

  const full = () => {
    const made = wish(draft);
    return typeof made === "string" ? { base: made } : made;
  };

  async function load(file) {
    if (!file.files.length) return;
    try {
      const { structure } = await ask({ ask: "structure_file", text: await file.files[0].text() });
      const read = draftOf(structure);
      begin();
      if (read) {
        draft = read;
        apply();
      } else change((settings) => (settings.structure = structure));
      said.textContent = t(read ? "loaded_structure" : "loaded_path", { name: file.files[0].name });
    } catch (error) {
      said.textContent = t("refused", { error: error.message });
    }
    file.value = "";
  }

  const choose = (id, label, options, chosen, act) =>
    h("div", { class: "field" }, h("label", { for: id }, label),
      h("select", { id, onchange: (event) => { act(event.target.value); apply(); } }, ...options.map(([value, told]) => h("option", { value, selected: String(value) === String(chosen) }, told))));

  const cell = (id, label, value, low, high, step, act) =>
    h("div", { class: "field" }, h("label", { for: id }, label),
      h("input", { type: "number", id, min: low, max: high, step, value, onchange: (event) => { act(Math.min(Math.max(Number(event.target.value) || 0, low), high)); apply(); } }));

  function drawBody() {
    const { catalogue } = store;
    const b = draft.body;
    body.replaceChildren(
      h("h2", {}, t("the_body")),
      h("div", { class: "facts" },
        choose("meets-every", t("meets_every"), catalogue.rhythms.map((months) => [months, t("months_of", { number: months })]), b.meets_every, (value) => (b.meets_every = Number(value))),
        cell("delay", t("delay"), b.delay, 0, 24, 1, (value) => (b.delay = Math.round(value))),
        cell("rounds", t("rounds"), b.rounds, 0, 3, 1, (value) => (b.rounds = Math.round(value))),
        cell("convener", t("convener"), b.convener, 0, 1, 0.1, (value) => (b.convener = value)),
        choose("sees", t("sees"), catalogue.sights.map((one) => [one, t(`sees_${one}`)]), b.sees, (value) => (b.sees = value)),
        choose("settles", t("settles"), catalogue.settlers.map((one) => [one, t(`settles_${one}`)]), b.settles, (value) => (b.settles = value))),
      h("h3", {}, t("body_pays")), h("div", { class: "shares" }, ...seats().map((seat) => share("body", seat, b.pays, t("body_pays"), (value) => { b.pays = shared(b.pays, seat, value); }))),
    );
  }

  function share(row, seat, shares, label, act) {
    const id = `share-${row}-${seat}`;
    const known = both(store.catalogue.seats[seat]);
    return h("div", { class: "field" }, h("label", { for: id }, known),
      h("input", { type: "number", id, min: 0, max: 100, step: 5, value: told(shares[seat]), "aria-label": `${label}: ${known}, %`, onchange: (event) => { act(Number(event.target.value) / 100); apply(); } }));
  }

  function drawGrid() {
    const head = h("tr", {}, ...["lever_name", "rule"].map((key) => h("th", { scope: "col" }, t(key))), ...seats().map((seat) => h("th", { scope: "col" }, both(store.catalogue.seats[seat]))), h("th", { scope: "col" }, t("who_pays")));
    const rows = store.catalogue.rooms.flatMap((room) => {
      const members = store.catalogue.levers.filter((lever) => lever.room === room);
      return members.length ? [h("tr", { class: "roomrow" }, h("th", { scope: "rowgroup", colspan: seats().length + 3 }, h("span", {}, t(`room_${room}`)))), ...members.map(rightRow)] : [];
    });
    grid.replaceChildren(h("h2", {}, t("rights")), h("p", { class: "small" }, t("rights_what")),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("rights") }, h("table", { class: "data rights" }, h("thead", {}, head), h("tbody", {}, ...rows))));
  }

  function rightRow(lever) {
    const right = draft.levers[lever.name];
    const title_ = both(lever.title);
    const rule = h("select", { "aria-label": `${t("rule")}: ${title_}`, id: `rule-${lever.name}`, onchange: () => { setRule(lever, rule.value); apply(); } },
      ...[NOBODY, ...store.catalogue.rules].map((one) => h("option", { value: one, selected: right ? right.rule === one : one === NOBODY }, t(`rule_${one}`))));
    const cells = seats().map((seat) => {
      const known = `${title_}: ${both(store.catalogue.seats[seat])}, %`;
      const input = h("input", { type: "number", min: 0, max: 100, step: 5, id: `weight-${lever.name}-${seat}`, "aria-label": known, value: right ? told(right.weights[seat]) : "", disabled: !right,
        onchange: () => { right.weights = shared(right.weights, seat, Number(input.value) / 100); apply(); } });
      return h("td", { style: right ? `--weight:${right.weights[seat] || 0}` : "", class: "weight" }, input);
    });
    return h("tr", { class: right ? "" : "frozen" }, h("th", { scope: "row" }, title_), h("td", {}, rule), ...cells, h("td", {}, payer(lever, right, title_)));
  }

  function payer(lever, right, title_) {
    const whole = right && right.pays && Object.keys(right.pays).length === 1 ? Object.keys(right.pays)[0] : right && right.pays ? "shared" : "";
    const options = [["", t("pays_default")], ...seats().map((seat) => [seat, both(store.catalogue.seats[seat])])];
    if (whole === "shared") options.push(["shared", t("pays_shared")]);
    const list = h("select", { id: `payer-${lever.name}`, "aria-label": `${t("who_pays")}: ${title_}`, disabled: !right, onchange: () => {
      if (list.value === "") delete right.pays;
      else if (list.value !== "shared") right.pays = { [list.value]: 1 };
      apply();
    } }, ...options.map(([value, label]) => h("option", { value, selected: value === whole }, label)));
    return list;
  }

  function setRule(lever, rule) {
    if (rule === NOBODY) {
      delete draft.levers[lever.name];
      draft.frozen.push(lever.name);
      return;
    }
    draft.frozen = draft.frozen.filter((one) => one !== lever.name);
    draft.levers[lever.name] = { weights: { [lever.decider]: 1 }, ...draft.levers[lever.name], rule };
  }

  // Follow what is wanted now, which undo or another page may have changed.
  function follow() {
    const read = draftOf(store.wanted.structure);
    if (read) draft = read;
    clearTimeout(later);
    later = setTimeout(redraw); // whoever leaves a field by the Tab key has then come to the next one
  }

  function redraw() {
    if (element.hidden) return;
    const focus = document.activeElement && document.activeElement.id;
    drawTools();
    drawBody();
    drawGrid();
    if (focus) document.getElementById(focus)?.focus();
  }

  function draw() {
    if (element.hidden || !store.frame) return;
    if (!built) {
      panel.build();
      built = true;
    }
    panel.draw();
  }

  name();
  on("words", () => { name(); if (built) panel.words(); });
  on("theme", () => { if (built) panel.words(); });
  on("wanted", follow);
  for (const news of ["frame", "band", "kept"]) on(news, draw);
  on("month", () => { if (built && !element.hidden) panel.chart.tell(); });
  window.addEventListener("resize", () => { if (built && !element.hidden) panel.chart.resize(); });
  return { element, show: () => { follow(); draw(); } };
}

const told = (share) => Math.round((share || 0) * 1000) / 10;
