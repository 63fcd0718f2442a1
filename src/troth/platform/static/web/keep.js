// When the session has ended, what was sent comes back after the sign-in. A form's entries are kept in this tab while
// they are sent; the page that follows forgets them, unless it is the same one again, reached by the sign-in.

import { addRows } from "./rows.js";

const KEPT = "troth-kept";
const IGNORED = new Set(["csrfmiddlewaretoken", "_key"]);
const COUNTS = /-(TOTAL|INITIAL)_FORMS$/; // how many rows there are is the page's own to say

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-entry]") || form.querySelector("input[type=password]")) return;
  const entries = [...new FormData(form)].filter(([name, value]) => !IGNORED.has(name) && typeof value === "string");
  sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, entries }));
});

function restore(form, entries) {
  const given = new Map();
  for (const [name, value] of entries) given.set(name, [...(given.get(name) ?? []), value]);
  for (const part of form.querySelectorAll("[data-rows]")) {
    const total = `${part.dataset.prefix}-TOTAL_FORMS`;
    const missing = Number(given.get(total)?.[0] ?? 0) - Number(form.elements[total].value);
    if (missing > 0) addRows(part, missing);
  }
  for (const field of form.elements) {
    if (!field.name || IGNORED.has(field.name) || COUNTS.test(field.name) || field.matches("button, [type=submit]")) continue;
    const values = given.get(field.name) ?? [];
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = values.includes(field.value);
    else if (values.length) field.value = values.shift();
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

const signIn = document.querySelector(".sign-in");
if (!signIn) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  const form = document.querySelector("[data-entry]");
  const cameBack = document.referrer && new URL(document.referrer).pathname === "/sign-in/";
  if (kept && form && cameBack && kept.path === location.pathname) {
    restore(form, kept.entries);
    document.querySelector("[data-kept]").hidden = false;
  }
}
