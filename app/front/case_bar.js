// What world a page speaks of: structure, levers, scenario, seed; the structure can be changed here too, unless the page
// sets several beside each other.

import { on, store } from "./store.js";
import { both, bracketed, colon, comma, h, semicolon, setting, t } from "./words.js";
import { begin, change } from "./wishes.js";

// The levers and the scenario of some settings, where they are not the usual ones.
function settingsOf(wanted) {
  const levers = Object.entries(wanted.levers).filter(([name]) => name in store.levers).map(([name, value]) => `${both(store.levers[name].title)} ${setting(Number(value), store.levers[name].unit)}`);
  const scenario = ["outlook", "prices", "capacity"].filter((name) => wanted[name] !== store.catalogue.default[name]).map((name) => `${t(name)}${colon()}${t(`${name}_${wanted[name]}`)}`);
  return [...(levers.length ? [`${t("levers")}${bracketed(wanted.since)}${colon()}${levers.join(comma())}`] : []), ...scenario];
}

const seedOf = (wanted) => `${t("seed")}${colon()}${wanted.seed}`;

// What A is, in words.
export function toldA() {
  const { structure, seed } = store.kept.wanted;
  const title = typeof structure === "string" ? both(store.catalogue.structures[structure].title) : t("own_structure");
  return `A${colon()}${[title, ...settingsOf(store.kept.wanted), ...(seed === store.frame.wanted.seed ? [] : [seedOf(store.kept.wanted)])].join(semicolon())}`;
}

export function caseBar(id, several = false) {
  const list = h("select", { id: `case-${id}`, onchange: () => { if (list.value !== "own") { begin(); change((wanted) => (wanted.structure = list.value)); } } });
  const label = h(several ? "span" : "label", { class: "inline", for: several ? null : `case-${id}` });
  const rest = h("span", { class: "small" });
  const make = () => {
    const own = typeof store.wanted.structure !== "string";
    const known = Object.entries(store.catalogue.structures).map(([name, structure]) => [name, both(structure.title)]);
    if (own) known.push(["own", t("own_structure")]);
    const chosen = own ? "own" : store.wanted.structure;
    label.textContent = t(several ? "same_world" : "structure");
    list.replaceChildren(...known.map(([name, title]) => h("option", { value: name, selected: name === chosen }, title)));
    const moved = several && Object.keys(store.wanted.levers).length ? [t("bodies_may_move")] : [];
    rest.textContent = [...settingsOf(store.wanted), ...moved, seedOf(store.wanted)].join(semicolon());
  };
  make();
  on("words", make);
  on("wanted", make);
  return h("div", { class: "casebar" }, label, several ? null : list, rest);
}

// A page that asks again whenever another world is shown; `load` may be called while the page is in sight only. One that
// is `painted` has charts, which do not change with the theme by themselves.
export function follows(element, load, painted = false) {
  let loaded = "";
  const show = () => {
    if (element.hidden || !store.frame) return;
    const key = `${store.frame.header.key} ${store.ui.lang} ${painted ? store.ui.theme : ""}`;
    if (key !== loaded) {
      loaded = key;
      load();
    }
  };
  on("frame", show);
  if (painted) on("theme", show);
  return show;
}
