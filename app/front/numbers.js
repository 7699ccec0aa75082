// The line of numbers: each at the month shown, and how far it is from A.

import { toldA } from "./case_bar.js";
import { hasOther, indicator, monthName, monthShown, on, series, store } from "./store.js";
import { both, difference, h, parts, placeOf, scaleOf, t } from "./words.js";

export function numbers(id = "numbers") {
  const list = h("dl", { class: "numbers", tabindex: "0" });
  const when = h("p", { class: "small when" });
  const whose = h("span", { class: "whose", hidden: true });
  const spoken = h("p", { class: "hidden", "aria-live": "polite" });
  const place = h("section", { class: "numberline", id }, whose, when, list, spoken);
  const cells = {};
  const make = () => {
    place.setAttribute("aria-label", t("numbers"));
    list.replaceChildren(
      ...Object.entries(store.catalogue.numbers).map(([name, names]) => {
        const [value, apart] = [h("dd", { class: "value" }), h("dd", { class: "apart" })];
        cells[name] = { value, apart, better: names.better };
        return h("div", { class: "number", title: both(indicator(name).what), "data-number": name }, h("dt", {}, both(names) + scaleOf(indicator(name).unit)), value, apart);
      }),
    );
    spoken.textContent = "";
    tell();
  };
  const tell = () => {
    if (!store.frame) return;
    const month = monthShown();
    when.textContent = t("twelve_months_to", { month: monthName(month) }) + (hasOther() ? ` · ${toldA()}` : "");
    whose.hidden = store.province === null;
    whose.textContent = t("nation_only");
    for (const [name, { value, apart, better }] of Object.entries(cells)) {
      const { unit } = indicator(name);
      const now = series(store.frame, name)[month];
      const other = hasOther() ? series(store.kept, name)[month] : NaN;
      const place = placeOf(unit, now, other);
      const [digits, word] = parts(now, unit, place);
      value.replaceChildren(digits, h("small", {}, word ? ` ${word}` : ""));
      const moved = now - other;
      const told = difference(moved, unit, place);
      const known = told && !told.startsWith("±");
      apart.textContent = known ? `${moved > 0 ? "▲" : "▼"} ${told} ${t("than_a")}` : told ? t(Math.abs(moved) > 1e-9 ? "about_a" : "as_a") : "";
      apart.className = `apart ${known && better ? (moved * better > 0 ? "good" : "bad") : ""}`;
    }
  };
  const speak = () => {
    const first = Object.keys(cells)[0];
    spoken.textContent = `${both(store.catalogue.numbers[first])} ${cells[first].value.textContent} ${cells[first].apart.textContent}`;
  };
  make();
  on("words", make);
  on("month", tell);
  on("kept", tell);
  on("province", tell); // charts may show it; these numbers are the nation's
  on("frame", () => { tell(); clearTimeout(place.later); place.later = setTimeout(speak, 600); });
  return place;
}
