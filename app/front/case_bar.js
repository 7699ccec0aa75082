// What world a page speaks of: structure, levers, scenario, seed; the structure can be changed here too, unless the page
// sets several beside each other.

import { on, store } from "./store.js";
import { both, colon, h, semicolon, setting, t } from "./words.js";
import { begin, change } from "./wishes.js";

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
    const levers = Object.entries(store.wanted.levers).filter(([name]) => name in store.levers).map(([name, value]) => `${both(store.levers[name].title)} ${setting(Number(value), store.levers[name].unit)}`);
    const scenario = ["outlook", "prices", "capacity"].filter((name) => store.wanted[name] !== store.catalogue.default[name]).map((name) => `${t(name)}${colon()}${t(`${name}_${store.wanted[name]}`)}`);
    const parts = [...(levers.length ? [`${t("levers")} (${store.wanted.since})${colon()}${levers.join(", ")}`] : []), ...scenario, `${t("seed")}${colon()}${store.wanted.seed}`];
    rest.textContent = parts.join(semicolon());
  };
  make();
  on("words", make);
  on("wanted", make);
  return h("div", { class: "casebar" }, label, several ? null : list, rest);
}

// A page that asks again whenever another world is shown; `load` may be called while the page is in sight only.
export function follows(element, load) {
  let loaded = "";
  const show = () => {
    if (element.hidden || !store.frame) return;
    const key = `${store.frame.header.key} ${store.ui.lang}`;
    if (key !== loaded) {
      loaded = key;
      load();
    }
  };
  on("frame", show);
  return show;
}
