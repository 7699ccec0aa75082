// How it works: what happens in a month, what the words mean, what to believe; a first visit in a minute.

import { emit, on, store } from "../store.js";
import { both, bracketed, comma, h, parts, scaleOf, t } from "../words.js";

export function about() {
  const element = h("div", { class: "page prose" });
  const toExplore = () => { store.ui.page = "explore"; emit("page"); };
  const make = () => {
    const seats = Object.values(store.catalogue.seats).map(both).join(comma());
    element.replaceChildren(
      h("h1", {}, t("page_about")), h("p", { class: "lead" }, t("about_lead")),
      h("h2", {}, t("about_month")), h("ol", {}, ...[1, 2, 3, 4, 5, 6].map((n) => h("li", {}, t(`about_month_${n}`)))),
      h("h2", {}, t("about_structures")), h("p", {}, t("about_structures_what", { seats })),
      h("dl", {}, ...Object.values(store.catalogue.structures).map((known) => [h("dt", {}, both(known.title)), h("dd", {}, both(known.what))]).flat()),
      h("h2", {}, t("about_trust")), h("ul", {}, ...[1, 2, 3, 4].map((n) => h("li", {}, t(`about_trust_${n}`)))),
      h("h2", {}, t("about_words")),
      h("dl", {}, ...store.catalogue.indicators.filter((i) => !i.name.startsWith("lever_") && store.catalogue.named[i.name]).map((i) => [h("dt", {}, both(store.catalogue.named[i.name])), h("dd", {}, both(i.what) + bracketed(parts(1, i.unit)[1]) + scaleOf(i.unit))]).flat()),
      h("button", { type: "button", class: "strong", onclick: toExplore }, t("about_try")),
      h("button", { type: "button", id: "do-welcome", onclick: () => { toExplore(); emit("welcome"); } }, t("welcome_again")),
    );
  };
  make();
  on("words", make);
  return { element, show: () => {} };
}
