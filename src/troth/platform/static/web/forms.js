// Forms: the summary takes the focus, Ctrl-Enter submits, Ctrl-S saves, rows are added in place, and leaving with
// unsaved changes asks first. Without this file the form still submits and "Add rows" asks the server.

import { addRows } from "./rows.js";

const summary = document.querySelector("[data-summary]");
if (summary) summary.focus();

let changed = false;

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-entry]");
  if (form && !("unguarded" in form.dataset)) changed = true;
});

document.addEventListener("submit", (event) => {
  if (event.target.closest("[data-entry]")) changed = false;
});

addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("[data-entry]") ?? document.querySelector("[data-entry]");
  if (!form) return;
  const wanted = event.key === "Enter" ? "[data-submit]" : event.key === "s" ? "[data-save], [data-submit]" : null;
  const button = wanted && (form.querySelector(wanted.split(",")[0]) ?? form.querySelector(wanted));
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  event.preventDefault();
  addRows(button.closest("[data-rows]"), 5)?.querySelector("input, select")?.focus();
});

// Enter in a row goes to the row below, as in a spreadsheet; in the last row it adds one.
document.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.target.matches("button, textarea")) return;
  event.preventDefault();
  const column = [...row.children].indexOf(event.target.closest("td"));
  const below = row.nextElementSibling ?? addRows(row.closest("[data-rows]"), 1);
  below.children[column]?.querySelector("input, select")?.focus();
});
