// The head: open while something is to be entered, one line once it is filled; F2 opens and folds it.

import { readDate, showDate } from "./cells.js";
import { element, say } from "../../web/words.js";

export const form = document.querySelector("[data-grid-entry]");
const head = document.querySelector("[data-head]");
const told = document.querySelector("[data-told]");
const inputs = () => [...head.querySelectorAll("input, select, textarea")].filter((input) => input.name);
let before = null;

// The field that is being typed into: what is wrong in it is told once it is left.
export const typing = { field: null };
document.addEventListener("input", (event) => {
  if (event.isTrusted && event.target.matches('[data-offers], [data-field="product"]')) typing.field = event.target;
});
document.addEventListener("focusout", () => {
  typing.field = null;
});

// Dates are typed as in the lines: 4.12., 12/4, +7.
for (const input of inputs().filter((one) => one.type === "date")) {
  const { value } = input;
  input.type = "text";
  input.autocomplete = "off";
  input.dataset.date = "";
  input.value = showDate(value);
  input.addEventListener("blur", () => {
    input.value = showDate(input.value);
  });
}

export function readHead() {
  const values = {};
  for (const input of inputs()) values[input.name] = input.type === "checkbox" ? input.checked : input.value.trim();
  for (const name of Object.keys(values)) {
    if (name.endsWith("_on")) values[name] = readDate(values[name]) ?? values[name];
  }
  return values;
}

export function writeHead(values) {
  for (const input of inputs()) {
    if (!(input.name in values)) continue;
    if (input.type === "checkbox") input.checked = Boolean(values[input.name]);
    else input.value = "date" in input.dataset ? showDate(values[input.name] ?? "") : values[input.name] ?? "";
  }
}

export const inHead = (name) => inputs().find((one) => one.name === name) ?? null;

export function toField(name) {
  const input = inHead(name) ?? inputs().find((one) => one.name === "customer");
  open(true);
  const fold = input.closest("details.fold");
  if (fold) fold.open = true;
  input.focus();
  input.select?.();
}

function open(wanted) {
  head.open = wanted;
}

// Says on one line what the head holds, and marks what is wrong in it.
export function tellHead(said, problems = []) {
  if (said) {
    const values = readHead();
    const parts = [`${said.name} · ${said.customer}`, said.ship_to, said.wished && say("wished", { day: said.wished }), values.customer_reference, said.terms, said.currency];
    told.textContent = parts.filter(Boolean).join(" · ");
  } else if (said === null) {
    told.textContent = say("head");
  }
  for (const error of head.querySelectorAll("[data-typed-error]")) error.remove();
  for (const input of inputs()) {
    const wrong = input === typing.field ? undefined : problems.find((one) => one.field === input.name);
    const field = input.closest(".field");
    field?.classList.toggle("field-refused", Boolean(wrong));
    if (!wrong || !field) continue;
    const error = element("div", "error", wrong.sentence);
    error.dataset.typedError = "";
    error.id = `${input.id}_typed_error`;
    input.setAttribute("aria-errormessage", error.id);
    field.append(error);
  }
  before = said ?? before;
}

// Once the person is in the lines, a head in which nothing is wrong folds.
document.addEventListener("focusin", (event) => {
  const wrong = head.querySelector("[data-typed-error], .field-refused");
  if (event.target.closest("[data-grid]") && before && !wrong) open(false);
});

document.addEventListener("keydown", (event) => {
  const inside = head.contains(event.target);
  if (event.key === "F2") {
    event.preventDefault();
    if (!head.open || !inside) toField("customer");
    else document.querySelector('[data-grid] [data-field="product"]').focus();
    if (inside) open(false);
  } else if (event.key === "Escape" && inside && before && !event.defaultPrevented) {
    document.querySelector('[data-grid] [data-field="product"]').focus();
  } else if (event.key === "Enter" && inside && !event.ctrlKey && !event.metaKey && !event.defaultPrevented && event.target.matches("input, select")) {
    // Enter in a field goes on to the next one; it presses no button
    event.preventDefault();
    const all = inputs().filter((input) => input.type !== "hidden" && input.checkVisibility());
    const next = all[all.indexOf(event.target) + 1] ?? document.querySelector('[data-grid] [data-field="product"]');
    next.focus();
    next.select?.(); // as Tab does: what is typed replaces what stood there
  }
});

for (const name of ["input", "change"]) {
  head.addEventListener(name, () => head.dispatchEvent(new CustomEvent("entry", { bubbles: true, detail: "typed" })));
}
