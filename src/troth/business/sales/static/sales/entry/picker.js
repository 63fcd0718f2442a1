// Offers below a field while one types: by number, words, or the customer's own number. Arrow keys choose, Enter and
// Tab take, Esc closes. What is typed outright is left alone.

import { readHead } from "./head.js";
import { element, say, settings, tell } from "../../web/words.js";

const PAUSE_MS = 120;
const list = element("ul", "offers");
list.id = "offers";
list.hidden = true;
list.setAttribute("role", "listbox");
document.body.append(list);

let field = null;
let answered = "";
let active = -1;
let waiting = 0;
let asked = 0;

const wants = (input) => input.matches?.('[data-offers], [data-grid] [data-field="product"]');
const address = (input) => {
  const query = new URLSearchParams({ q: input.value.trim() });
  if (input.dataset.offers === "customers") return `${settings.customers}?${query}`;
  query.set("customer", readHead().customer);
  return `${settings.products}?${query}`;
};

export function close() {
  asked += 1;
  clearTimeout(waiting);
  list.hidden = true;
  list.replaceChildren();
  active = -1;
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
}

function place() {
  const box = field.getBoundingClientRect();
  list.style.insetInlineStart = `${Math.max(8, Math.min(box.left + scrollX, document.documentElement.clientWidth - 500))}px`;
  list.style.minWidth = `${Math.min(Math.max(box.width, 380), innerWidth - 16)}px`;
  list.style.maxWidth = `${Math.min(560, innerWidth - 16)}px`;
  const above = box.bottom + 300 > innerHeight && box.top > innerHeight / 2;
  list.style.insetBlockStart = above ? "" : `${box.bottom + scrollY + 4}px`;
  list.style.insetBlockEnd = above ? `${document.documentElement.clientHeight - box.top - scrollY + 4}px` : "";
}

function choose(index) {
  active = index;
  [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
  if (active < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", list.children[active].id);
  return list.children[active].scrollIntoView({ block: "nearest" });
}

function show(offers, typed) {
  const exact = offers.findIndex((one) => one.value.toLowerCase() === typed.toLowerCase());
  if (offers.length === 1 && exact === 0) return close();
  list.replaceChildren(
    ...offers.map((one, index) => {
      const item = element("li", "offer");
      item.id = `offer-${index}`;
      item.setAttribute("role", "option");
      item.dataset.value = one.value;
      item.append(element("span", "offer-number", one.value), element("span", "offer-name", one.name), element("span", "offer-note", one.note));
      return item;
    }),
  );
  if (!offers.length) {
    tell(say("noOffers"));
    return close();
  }
  answered = typed;
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  place();
  choose(exact >= 0 ? exact : 0);
  return tell(say("offers", { count: offers.length }));
}

async function ask() {
  const typed = field.value.trim();
  asked += 1;
  const mine = asked;
  if (typed.length < 2) return close();
  try {
    const answer = await fetch(address(field), { headers: { Accept: "application/json" } });
    if (mine !== asked || !answer.headers.get("Content-Type")?.startsWith("application/json")) return undefined;
    return show((await answer.json()).offers, typed);
  } catch {
    return close();
  }
}

export function take(index) {
  const value = list.children[index]?.dataset.value;
  close();
  if (value === undefined) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

function attend(input) {
  if (!wants(input)) return;
  field = input;
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) field.setAttribute(name, value);
}

document.addEventListener("focusin", (event) => attend(event.target));
attend(document.activeElement);
// Who types faster than the page's scripts arrive is offered something too.
if (field && field.value !== field.defaultValue) waiting = setTimeout(ask, PAUSE_MS);

document.addEventListener("focusout", (event) => {
  if (event.target === field) close();
});

document.addEventListener("input", (event) => {
  if (event.target !== field || !event.isTrusted) return;
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE_MS);
});

list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  const item = event.target.closest(".offer");
  if (item) take([...list.children].indexOf(item));
});

// Before the grid and the head hear of the key.
document.addEventListener("keydown", (event) => {
  if (event.target !== field || list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const count = list.children.length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    event.stopPropagation();
    choose((active + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if ((event.key === "Enter" || event.key === "Tab") && answered === field.value.trim()) {
    take(active);
  }
}, { capture: true });
