// The dashboard as a whole: its head, its pages, its languages and themes, its keys.

import * as address from "./address.js";
import { copy, emit, on, prepare, store } from "./store.js";
import { h, refusal, t } from "./words.js";
import * as wishes from "./wishes.js";
import { chooseProvince, followProvince } from "./province.js";
import { connect, want } from "./wire.js";
import { about } from "./pages/about.js";
import { compare } from "./pages/compare.js";
import { council } from "./pages/council.js";
import { designer } from "./pages/designer.js";
import { explore } from "./pages/explore.js";
import { eyes } from "./pages/eyes.js";
import { passport } from "./pages/passport.js";

const ECHARTS = "_solara/cdn/echarts@5.4.0/dist/echarts.esm.min.js";
const WITH_A = ["explore", "designer"]; // where something is held against A
const PAGES = { explore, compare, designer, council, passport, eyes, about };

// Fetched while Solara's own page is still getting ready: this module is loaded with it (assets/custom.js).
const fetched = Promise.all([fetch(at("govmodel/catalogue.json")).then((answer) => answer.json()), import(at(ECHARTS)), style()]);
fetched.catch(() => {}); // told where it is waited for

export async function start(model) {
  const [catalogue, echarts] = await fetched;
  store.echarts = echarts;
  prepare(catalogue);
  document.querySelector("meta[name=viewport]")?.setAttribute("content", "width=device-width, initial-scale=1");
  const kept = address.read();
  if (!(store.ui.page in PAGES)) store.ui.page = "explore";
  const root = h("div", { id: "gm" });
  for (const child of document.body.children) child.inert = true; // Solara's own frame stays empty behind the board
  document.body.append(root);
  if (model.get("full")) {
    root.append(h("main", { class: "full" }, h("h1", {}, t("title")), h("p", {}, t("full"))));
    return () => root.remove();
  }
  connect(model);
  for (const wanted of [store.wanted, kept]) if (wanted) await address.check(wanted);
  build(root);
  address.followSteps(Object.keys(PAGES));
  followProvince();
  wishes.begin();
  want();
  const standard = copy(store.catalogue.default);
  wishes.keepThese(kept || { ...standard, bands: store.wanted.bands, seed: store.wanted.seed })
    .catch((error) => emit("failed", error.message))
    .finally(() => (root.dataset.other = "here"));
  return () => root.remove();
}

function at(path) {
  return new URL(path, document.baseURI).href;
}

function style() {
  return new Promise((done) => document.head.append(h("link", { rel: "stylesheet", href: at("govmodel/style.css"), onload: done, onerror: done })));
}

function build(root) {
  const words = () => {
    document.documentElement.lang = store.ui.lang === "zh" ? "zh-CN" : "en";
    root.dataset.theme = store.ui.theme;
    root.lang = document.documentElement.lang;
  };
  words();
  for (const news of ["words", "theme"]) on(news, words); // before the pages: they draw in the colours that hold here
  const pages = Object.fromEntries(Object.entries(PAGES).map(([name, make]) => [name, make()]));
  const main = h("main", { id: "main", tabindex: "-1" }, ...Object.values(pages).map((page) => page.element));
  const foot = h("footer", {}, ...Object.values(pages).map((page) => page.bar).filter(Boolean));
  const message = h("div", { class: "message", role: "alert", hidden: true });
  const busy = h("div", { class: "busy", role: "status", hidden: true });
  root.append(head(pages), message, busy, main, foot);
  const show = () => {
    for (const [name, page] of Object.entries(pages)) {
      page.element.hidden = name !== store.ui.page;
      if (page.bar) page.bar.hidden = page.element.hidden;
    }
    foot.hidden = !pages[store.ui.page].bar;
    pages[store.ui.page].show();
    document.title = `${t(`page_${store.ui.page}`)} · govmodel`;
  };
  const tab = () => { // on a phone the row of pages is longer than the screen
    const [row, here] = [root.querySelector("nav.pages"), root.querySelector("nav.pages [aria-current]")];
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  };
  show();
  tab();
  on("page", () => { show(); address.step(); main.scrollTop = 0; message.hidden = true; });
  on("words", () => { show(); address.write(); });
  on("theme", () => address.write());
  on("busy", (yes) => { busy.hidden = !yes; busy.textContent = yes ? t("computing") : ""; });
  on("failed", (error) => say(message, "bad", t("failed", { error })));
  on("refused", (text) => say(message, "bad refused", text));
  on("said", (text) => say(message, "note", text));
  on("notes", (notes) => say(message, "note", notes.map(noted).join(" ")));
  on("frame", () => { if (message.classList.contains("bad") && !message.classList.contains("refused")) message.hidden = true; });
  for (const news of ["page", "words", "theme", "history"]) on(news, tab); // each makes the row anew
  document.addEventListener("keydown", keys); // also when nothing on the page has the focus
}

function say(place, kind, text) {
  place.className = `message ${kind}`;
  place.replaceChildren(h("span", {}, text), h("button", { type: "button", class: "quiet", "aria-label": t("close"), onclick: () => { place.hidden = true; document.getElementById("main").focus(); } }, "×"));
  place.hidden = false;
}

function noted(note) {
  const lever = store.levers[note.what];
  const what = lever ? lever.title[store.ui.lang] : store.catalogue.texts[note.what] ? t(note.what) : note.what;
  return t(`note_${note.note}`, { what, got: refusal(note.got), used: note.used });
}

function head(pages) {
  const nav = h("nav", { class: "pages" });
  const tools = h("div", { class: "tools" });
  const button = (key, act, sign, off) => h("button", { type: "button", class: "quiet", id: `do-${key}`, title: t(key), "aria-label": t(key), "aria-disabled": off ? "true" : null, onclick: act }, sign);
  const titles = h("div", { class: "titles" });
  const make = () => {
    titles.replaceChildren(h("strong", {}, t("title")), h("span", {}, t("question")));
    nav.setAttribute("aria-label", t("pages"));
    nav.replaceChildren(
      ...Object.keys(pages).map((name) =>
        h("button", { type: "button", id: `page-${name}`, "aria-current": store.ui.page === name ? "page" : null, onclick: () => { store.ui.page = name; emit("page"); } }, t(`page_${name}`)),
      ),
    );
    tools.replaceChildren(
      button("undo", wishes.undo, "↶", !wishes.canUndo()), button("redo", wishes.redo, "↷", !wishes.canRedo()),
      button("replay", wishes.replay, "⟲", !wishes.canUndo()), button("reset", wishes.reset, t("reset")),
      ...(WITH_A.includes(store.ui.page) ? [button("keep", wishes.keep, t("keep")), button("swap", wishes.swap, t("swap"))] : []),
      h("button", { type: "button", class: "quiet", id: "do-lang", lang: store.ui.lang === "en" ? "zh-CN" : "en", onclick: () => { store.ui.lang = store.ui.lang === "en" ? "zh" : "en"; emit("words"); } }, store.ui.lang === "en" ? "中文" : "English"),
      button("theme", () => { store.ui.theme = store.ui.theme === "dark" ? "light" : "dark"; emit("theme"); }, store.ui.theme === "dark" ? "☀" : "☾"),
    );
  };
  make();
  for (const name of ["words", "theme", "history", "page"]) on(name, () => keepingFocus(make));
  return h("header", { class: "top" }, h("a", { class: "skip", href: "#main" }, t("skip")), titles, nav, tools);
}

function keepingFocus(act) {
  const { id } = document.activeElement || {};
  act();
  if (id) document.getElementById(id)?.focus();
}

function keys(event) {
  if (event.key === "Escape" && store.province !== null) chooseProvince(null);
  const writing = event.target.matches("input[type=text], input[type=number], textarea");
  if (!(event.ctrlKey || event.metaKey) || writing) return;
  if (event.key === "z" && !event.shiftKey) wishes.undo();
  else if (event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey)) wishes.redo();
  else return;
  event.preventDefault();
}
