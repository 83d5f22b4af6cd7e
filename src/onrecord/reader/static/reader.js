// Keys, the place where one stopped, and the slider. Every page reads, and every form works, without this.
"use strict";

const all = (selector) => [...document.querySelectorAll(selector)];
const article = document.querySelector("article[data-article]");
const LIST = "list"; // the list that one came from: its address and its articles'

// ---- keys

const headlines = all(".rows a.headline");
if (headlines.length) {
  const links = headlines.map((link) => link.getAttribute("href"));
  sessionStorage.setItem(LIST, JSON.stringify({ at: location.pathname + location.search, links }));
}

function list() {
  try {
    return JSON.parse(sessionStorage.getItem(LIST)) || { at: "/", links: [] };
  } catch {
    return { at: "/", links: [] };
  }
}

function step(by) {
  if (headlines.length) {
    const at = headlines.indexOf(document.activeElement);
    const next = headlines[at < 0 ? (by > 0 ? 0 : headlines.length - 1) : at + by];
    if (next) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
  } else if (article) {
    const { links } = list();
    const at = links.findIndex((link) => link.split("?")[0] === location.pathname);
    if (at >= 0 && links[at + by]) location.assign(links[at + by]);
  }
}

const click = (selector) => document.querySelector(selector)?.click();
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => headlines.includes(document.activeElement) && document.activeElement.click(),
  u: () => location.assign(list().at),
  m: () => click("#unread"),
  s: () => click("#star"),
  n: () => document.getElementById("note")?.focus(),
  b: () => click("[data-key=b]"),
  c: () => click("[data-key=c]"),
  t: () => location.assign("/"),
  "/": () => document.getElementById("q").focus(),
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

// ---- where one stopped

const note = document.querySelector("form.note");
if (article && note) {
  const blocks = all("article .block");
  let told = 0;
  let timer = 0;
  const tell = () => {
    const isEnd = innerHeight + scrollY >= document.querySelector("article .text").getBoundingClientRect().bottom + scrollY;
    const inSight = blocks.findIndex((block) => block.getBoundingClientRect().bottom > 80);
    const paragraph = isEnd || inSight < 0 ? blocks.length : inSight + 1;
    if (paragraph === told) return;
    told = paragraph;
    const form = new FormData(note);
    const body = new URLSearchParams({ paragraph, paragraphs: blocks.length, csrf: form.get("csrf") || "" });
    fetch(`/article/${article.dataset.article}/place`, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 600);
  }, { passive: true });
  addEventListener("pagehide", () => scrollY > 0 && tell());
}

// ---- the slider

for (const range of all("input[type=range]")) {
  const outputs = [...range.form.querySelectorAll("output")];
  range.addEventListener("input", () => outputs.forEach((output) => (output.value = range.value)));
  if ("live" in range.dataset) {
    range.form.querySelector("button").hidden = true;
    range.addEventListener("change", async () => {
      const address = `${range.form.getAttribute("action")}?to=${range.value}`;
      const answer = await fetch(address);
      if (!answer.ok) return location.assign(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("compared").replaceWith(page.getElementById("compared"));
      history.replaceState(null, "", address);
    });
  }
}

// ---- side by side: on a narrow screen a tap on a paragraph shows the other one in its place

for (const pair of all(".pair:not(.heads)")) {
  pair.addEventListener("click", (event) => {
    const sides = all(".which input");
    if (!sides.length || !sides[0].closest("fieldset").offsetParent) return;
    if (event.target.closest("a") || String(getSelection())) return;
    const top = pair.getBoundingClientRect().top;
    sides.find((side) => !side.checked).checked = true;
    scrollBy(0, pair.getBoundingClientRect().top - top);
  });
}

// ---- small things

for (const menu of all("details.look")) {
  document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
  menu.addEventListener("keydown", (event) => event.key === "Escape" && (menu.open = false));
}
