// The items as a grid: lines are added, copied, deleted and brought back; keys move from cell to cell.

import { readDate, showDate } from "./cells.js";
import { button, say, settings, tell } from "../../web/words.js";

export const table = document.querySelector("[data-grid]");
const template = document.querySelector("[data-line-template]");
const COLUMNS = ["product", "quantity", "unit", "requested_on"];
const UNDO_MS = 15000;
let next = 0;
let deleted = [];

export const lines = () => [...table.querySelectorAll("[data-line]")];
export const cell = (line, field) => line.querySelector(`[data-field="${field}"]`);
export const lineOf = (node) => node.closest?.("[data-line]") ?? null;
export const placeOf = (line) => lines().indexOf(line) + 1;

// The line as the server reads it: figures as they were typed, dates as 2026-12-04.
export function read(line) {
  const values = {};
  for (const input of line.querySelectorAll("[data-field]")) values[input.dataset.field] = input.value.trim();
  values.requested_on = readDate(values.requested_on) ?? values.requested_on;
  return values;
}

export function write(line, values) {
  for (const [field, value] of Object.entries(values)) {
    const input = cell(line, field);
    if (input) input.value = field === "requested_on" ? showDate(value ?? "") : value ?? "";
  }
}

export const isEmpty = (line) => !["product", "quantity", "unit", "requested_on", "text"].some((field) => cell(line, field).value.trim());
export const filled = () => lines().filter((line) => !isEmpty(line));

function changed(what = "lines") {
  table.dispatchEvent(new CustomEvent("entry", { bubbles: true, detail: what }));
}

function make() {
  const line = template.content.cloneNode(true).querySelector("[data-line]");
  next += 1;
  for (const input of line.querySelectorAll("[name]")) input.name = input.name.replace("__prefix__", `n${next}`);
  for (const input of line.querySelectorAll("[id]")) input.id = input.id.replace("__prefix__", `n${next}`);
  return line;
}

export function add({ after = null, values = null } = {}) {
  const line = make();
  if (after) after.after(line);
  else table.append(line);
  if (values) write(line, values);
  return line;
}

export function focus(line, field = "product") {
  const input = line && cell(line, field);
  if (!input) return;
  const more = input.closest("[data-more]");
  if (more?.hidden) showMore(line, true);
  input.focus();
  input.select?.();
}

export function showMore(line, open) {
  const more = line.querySelector("[data-more]");
  more.hidden = !open;
  line.querySelector('[data-verb="more"]').setAttribute("aria-expanded", String(open));
}

export function copy(line) {
  const values = read(line);
  delete values.line_number;
  delete values.price_shown;
  const made = add({ after: line, values });
  focus(made, "quantity");
  tell(say("copied", { row: placeOf(line) }));
  changed();
}

export function remove(line) {
  if (settings.inBooks && cell(line, "line_number").value) {
    toast(say("inBooks"));
    return;
  }
  const place = placeOf(line);
  const field = document.activeElement?.dataset?.field ?? "product";
  deleted.push({ line, before: line.nextElementSibling?.matches("[data-line]") ? line.nextElementSibling : null });
  line.remove();
  if (!lines().length) add();
  focus(lines()[Math.min(place, lines().length) - 1], field);
  tell(say("removed", { row: place }));
  toast(say("removed", { row: place }), { label: say("undo"), act: undo });
  changed();
}

export function undo() {
  const last = deleted.pop();
  if (!last) return false;
  if (last.before?.isConnected) last.before.before(last.line);
  else table.append(last.line);
  focus(last.line);
  document.querySelector("[data-grid-toast]")?.remove();
  changed();
  return true;
}

export function toast(sentence, offer = null) {
  document.querySelector("[data-grid-toast]")?.remove();
  const made = document.createElement("div");
  made.className = "toast";
  made.dataset.gridToast = "";
  made.append(Object.assign(document.createElement("span"), { textContent: sentence }));
  if (offer) made.append(button(offer.label, offer.act));
  document.querySelector(".toasts").append(made);
  setTimeout(() => made.remove(), UNDO_MS);
}

function below(line) {
  const all = lines();
  return all[all.indexOf(line) + 1] ?? null;
}

function above(line) {
  const all = lines();
  return all[all.indexOf(line) - 1] ?? null;
}

const atEdge = (input, start) => {
  if (input.selectionStart === null || input.tagName === "SELECT") return false;
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  return all || (input.selectionStart === input.selectionEnd && input.selectionStart === (start ? 0 : input.value.length));
};

function sideways(line, field, step) {
  const column = COLUMNS[COLUMNS.indexOf(field) + step];
  if (COLUMNS.includes(field) && column) focus(line, column);
}

function tab(event, line, field) {
  const last = field === COLUMNS.at(-1) && line.querySelector("[data-more]").hidden;
  if (!last || below(line) || isEmpty(line)) return;
  event.preventDefault();
  focus(add({ after: line }));
}

const entered = new WeakMap();

table.addEventListener("focusin", (event) => {
  if (event.target.dataset.field) entered.set(event.target, event.target.value);
});

table.addEventListener("focusout", (event) => {
  if (event.target.dataset.field === "requested_on") event.target.value = showDate(event.target.value);
});

function escape(input) {
  const before = entered.get(input);
  if (before !== undefined && before !== input.value) {
    input.value = before;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    document.querySelector("[data-submit]").focus();
  }
}

// What a key does in a cell; the picker has had its turn before.
function press(event, line, input) {
  const field = input.dataset.field;
  if (event.altKey && event.key === "Enter") {
    const open = line.querySelector("[data-more]").hidden;
    showMore(line, open);
    focus(line, open ? "site" : "product");
  } else if (event.key === "Enter") {
    const wanting = field === "product" && input.value.trim() && !cell(line, "quantity").value.trim();
    if (wanting) focus(line, "quantity");
    else focus(below(line) ?? add({ after: line }));
  } else if (event.key === "ArrowDown" && input.tagName !== "SELECT") {
    focus(below(line) ?? line, field);
  } else if (event.key === "ArrowUp" && input.tagName !== "SELECT") {
    focus(above(line) ?? line, field);
  } else if (event.key === "ArrowLeft" && atEdge(input, true)) {
    sideways(line, field, -1);
  } else if (event.key === "ArrowRight" && atEdge(input, false)) {
    sideways(line, field, 1);
  } else if (event.key === "Escape") {
    escape(input);
  } else {
    return;
  }
  event.preventDefault();
}

table.addEventListener("keydown", (event) => {
  const line = lineOf(event.target);
  const input = event.target;
  if (!line || event.defaultPrevented) return;
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "d") {
    event.preventDefault();
    copy(line);
  } else if (control && event.key === "Delete") {
    event.preventDefault();
    remove(line);
  } else if (input.dataset.field && event.key === "Tab" && !event.shiftKey) {
    tab(event, line, input.dataset.field);
  } else if (input.dataset.field && !control) {
    press(event, line, input);
  }
});

document.addEventListener("keydown", (event) => {
  const untouched = !event.target.dataset?.field || entered.get(event.target) === event.target.value;
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && deleted.length && untouched && undo()) event.preventDefault();
});

const VERBS = {
  add: () => focus(add()),
  copy: (line) => copy(line),
  remove: (line) => remove(line),
  more: (line) => showMore(line, line.querySelector("[data-more]").hidden),
};

document.addEventListener("click", (event) => {
  const verb = event.target.closest("[data-grid-entry] [data-verb]");
  if (verb) VERBS[verb.dataset.verb](lineOf(verb));
});

table.addEventListener("input", () => changed("typed"));
table.addEventListener("change", () => changed("typed"));

for (const line of lines()) write(line, { requested_on: cell(line, "requested_on").value });
