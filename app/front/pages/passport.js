// The battery passport: one pack's life, and what of it was scanned.

import { write } from "../address.js";
import { caseBar, follows } from "../case_bar.js";
import { emit, store } from "../store.js";
import { ask } from "../wire.js";
import { aside, both, comma, firm, h, plain, t } from "../words.js";

const USUAL = 70000; // the pack that is opened first

export function passport() {
  const title = h("h1", {});
  const what = h("p", { class: "lead" });
  const number = h("input", { type: "number", id: "pack-number", min: 0, step: 1, value: USUAL });
  const label = h("label", { for: "pack-number" });
  const go = h("button", { type: "button", class: "strong", onclick: () => open(Number(number.value), false) });
  const any = h("button", { type: "button", id: "pack-any", onclick: () => open(Math.floor(Math.random() * (packs || 100000)), true) });
  const range = h("span", { class: "small" });
  const life = h("section", { class: "card passport", "aria-live": "polite" });
  const element = h("div", { class: "page" }, title, what, caseBar("passport"), h("div", { class: "bar-row" }, label, number, go, any, range), life);
  number.addEventListener("keydown", (event) => { if (event.key === "Enter") go.click(); });
  let packs = 0;
  let last = null;
  let asked = 0; // answers may overtake each other: only that to the latest question counts

  // `unasked`: the page opens a pack by itself; then it leaves alone the number that somebody is writing.
  async function open(wanted, eventful, unasked = false) {
    const mine = (asked += 1);
    life.replaceChildren(h("p", { class: "small" }, t("computing")));
    try {
      const answer = await ask({ ask: "pack", number: Math.max(0, Math.round(wanted) || 0), eventful });
      if (mine !== asked) return;
      packs = answer.packs;
      number.max = packs - 1;
      if (!unasked || document.activeElement !== number) number.value = answer.pack.number;
      last = answer.pack.number;
      if (!eventful && wanted !== last) emit("notes", [{ note: "clamped", what: "pack_number", got: Number.isFinite(wanted) ? plain(wanted, 12) : store.ui.pack, used: plain(last, 12) }]);
      store.ui.pack = last === USUAL ? "" : String(last);
      write();
      range.textContent = t("pack_range", { last: plain(packs - 1, 9) });
      draw(answer);
    } catch (error) {
      life.replaceChildren(h("p", {}, t("failed", { error: error.message })));
    }
  }

  function draw({ pack, lines }) {
    const province = store.catalogue.provinces.find((p) => p.code === pack.province);
    const told = lines[store.ui.lang];
    const metals = Object.entries(pack.metals_kg).filter(([, kg]) => kg > 0);
    const fact = (key, value) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));
    life.replaceChildren(
      h("h2", {}, `${t("pack")} ${pack.number}`), h("p", { class: "small" }, t("stands_for", { number: plain(pack.stands_for, 6) })),
      h("dl", { class: "facts" },
        fact("chemistry", pack.chemistry === "LFP" ? t("lfp") : t("ncm")), fact("energy", `${plain(pack.kwh)} kWh`), fact("mass", `${plain(pack.kg)} kg`),
        fact("sold_in", pack.sold + aside() + both(province)), fact("holder", t(`holder_${pack.holder_class}`)),
        fact("maker", `${firm(pack.automaker)} / ${firm(pack.battery_maker)}`), fact("leased", t(pack.leased ? "yes" : "no")),
        fact("metals", metals.map(([metal, kg]) => `${t(`metal_${metal}`)} ${plain(kg)} kg`).join(comma()))),
      h("h3", {}, t("life")),
      h("ol", { class: "life" }, ...told.slice(1).map((line, i) => {
        const event = i ? pack.events[i - 1] : null;
        const [, when, rest] = line.match(/^([^:：]*)[:：]?\s*(.*)$/);
        return h("li", { class: event ? (event.scanned ? "scanned" : "unseen") : i ? "quiet" : "" },
          h("strong", {}, when), h("span", {}, rest), event ? h("em", {}, t(event.scanned ? "was_scanned" : "was_not_scanned")) : null);
      })),
    );
  }

  const show = follows(element, () => {
    title.textContent = t("page_passport");
    what.textContent = t("passport_what");
    label.textContent = t("pack_number");
    go.textContent = t("open");
    any.textContent = t("random_pack");
    const given = store.ui.pack !== "";
    open(given ? Number(store.ui.pack) : USUAL, last === null && !given, true);
  });
  return { element, show };
}
