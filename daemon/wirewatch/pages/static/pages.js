// The pages' own script: what arrives, keys, filters. Every page works without it.
"use strict";

const MOST = 300; // articles that an open page keeps
const byId = (id) => document.getElementById(id);

// --- What arrives ---

const wire = byId("wire");
const live = byId("live");
let unseen = 0;

function listen() {
  const query = new URLSearchParams(location.search);
  query.set("after", live.dataset.last);
  const source = new EventSource("/wire/events?" + query);
  source.addEventListener("open", () => showLive(true));
  source.addEventListener("error", () => showLive(false));
  source.addEventListener("article", (event) => take(JSON.parse(event.data)));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function showLive(isOn) {
  live.classList.toggle("on", isOn);
  live.querySelector("[data-said=on]").hidden = !isOn;
  live.querySelector("[data-said=off]").hidden = isOn;
}

function take(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const item = made.content.querySelector("li");
  if (!item || wire.querySelector(`[data-id="${CSS.escape(item.dataset.id)}"]`)) return;
  const above = wire.firstElementChild;
  if (above && above.classList.contains("date") && above.dataset.day === item.dataset.day) {
    above.after(item);
  } else {
    const date = document.createElement("li");
    date.className = "date";
    date.dataset.day = date.textContent = item.dataset.day;
    wire.prepend(date, item);
  }
  byId("empty")?.remove();
  while (wire.children.length > MOST) wire.lastElementChild.remove();
  tell();
}

function tell() {
  unseen += 1;
  const said = byId("arrived");
  said.textContent = said.dataset.one.replace("{n}", unseen);
  byId("pill").hidden = scrollY < 200;
  if (document.hidden) document.title = `(${unseen}) ` + document.title.replace(/^\(\d+\) /, "");
}

function seen() {
  if (scrollY < 200 && byId("pill")) byId("pill").hidden = true;
  if (!document.hidden) {
    unseen = 0;
    document.title = document.title.replace(/^\(\d+\) /, "");
  }
}

if (wire && live && live.dataset.last !== undefined) {
  listen();
  addEventListener("scroll", seen, { passive: true });
  document.addEventListener("visibilitychange", seen);
  byId("pill").addEventListener("click", (event) => {
    event.preventDefault();
    scrollTo({ top: 0 });
    wire.querySelector(".headline")?.focus({ preventScroll: true });
  });
}

// --- Filters: a choice is taken at once ---

const filters = byId("filters");
if (filters) {
  filters.classList.add("quick");
  filters.addEventListener("change", (event) => {
    if (event.target.matches("select")) filters.requestSubmit();
  });
  filters.addEventListener("submit", () => {
    for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of filters.elements) field.disabled = false;
  });
}

// --- Keys ---

const stops = () => [...document.querySelectorAll("[data-stop], .wire .headline")];
const GOALS = { w: "/", a: "/alerts", r: "/rules", h: "/health" };
let isGoing = false;

function move(step) {
  const all = stops();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => (byId("question") ? byId("question").focus() : location.assign("/")),
  "?": () => byId("keys").showModal(),
  g: () => {
    isGoing = true;
    setTimeout(() => (isGoing = false), 1500);
  },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable], .CodeMirror");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  if (isGoing && GOALS[event.key]) return location.assign(GOALS[event.key]);
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

// --- The workbench: tried while somebody types ---

const bench = byId("bench");
let asked = 0;
let waits;

async function tryOut() {
  const mine = ++asked;
  const result = byId("result");
  result.setAttribute("aria-busy", "true");
  const query = new URLSearchParams(new FormData(bench));
  query.delete("csrftoken");
  try {
    const answer = await fetch("/workbench/trial?" + query);
    const html = await answer.text();
    if (mine !== asked || !answer.ok) return;
    result.innerHTML = html;
    history.replaceState(null, "", "/workbench?" + query);
  } finally {
    if (mine === asked) result.setAttribute("aria-busy", "false");
  }
}

if (bench) {
  if (bench.dataset.untried !== undefined) tryOut();
  bench.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(tryOut, 350);
  });
}

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(byId(copy.dataset.copy).textContent);
});

// --- Menus close when something else is chosen ---

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.choice[open]"))
    if (!open.contains(event.target)) open.open = false;
});
