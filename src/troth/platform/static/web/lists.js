// Lists: the bulk bar says what it will do to how many; Shift extends the selection; j and k walk the rows, x ticks one.

const sentence = (pattern, count) => pattern.replace("%(count)s", String(count).replace(/\B(?=(\d{3})+$)/g, document.documentElement.dataset.group));

function tell(form) {
  const picks = [...form.querySelectorAll("[name=selected]")];
  const ticked = picks.filter((pick) => pick.checked).length;
  const everything = form.querySelector("[data-everything]");
  if (everything && !ticked) everything.checked = false;
  const count = everything?.checked ? Number(everything.dataset.everything) : ticked;
  const all = form.querySelector("[data-pick-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === picks.length;
    all.indeterminate = ticked > 0 && ticked < picks.length;
  }
  const words = form.querySelector("[data-selected]");
  if (words) words.textContent = sentence(words.dataset.selected, count);
  for (const button of form.querySelectorAll("[data-sentence]")) {
    button.textContent = sentence((count === 1 && button.dataset.single) || button.dataset.sentence, count);
  }
}

let last = null;

document.addEventListener("click", (event) => {
  const pick = event.target.closest("[name=selected]");
  if (!pick) return;
  const picks = [...pick.form.querySelectorAll("[name=selected]")];
  if (event.shiftKey && last && picks.includes(last)) {
    const [from, to] = [picks.indexOf(last), picks.indexOf(pick)].sort((a, b) => a - b);
    for (const between of picks.slice(from, to + 1)) between.checked = pick.checked;
  }
  last = pick;
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-list]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) {
    for (const pick of form.querySelectorAll("[name=selected]")) pick.checked = event.target.checked;
  }
  tell(form);
});

document.addEventListener("keydown", (event) => {
  if (!["j", "k", "x"].includes(event.key) || event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey) return;
  const links = [...document.querySelectorAll(".row-link")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "x") {
    document.activeElement.closest("tr")?.querySelector("[name=selected]")?.click();
    return;
  }
  const next = links[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
  if (next) next.focus();
});

// A filter that goes takes its field along, so that the next search does not bring it back.
document.addEventListener("htmx:afterSettle", () => {
  const asked = new URLSearchParams(location.search);
  const filters = document.getElementById("list-filters");
  if (!filters) return;
  for (const field of filters.elements) {
    if (!field.name || field === document.activeElement || field.type === "hidden") continue;
    if (field.type === "checkbox") field.checked = asked.get(field.name) === field.value;
    else field.value = asked.get(field.name) ?? "";
  }
});
for (const form of document.querySelectorAll("[data-list]")) tell(form);

// The search field has already asked with each letter; its `change` on leaving would bring back a filter just removed.
document.addEventListener("change", (event) => {
  if (event.target.matches("#list-filters input[type=search]")) event.stopPropagation();
}, { capture: true });

// Columns are arranged in the open menu and kept with one click; without this each arrow keeps the order at once.
document.addEventListener("click", (event) => {
  const arrow = event.target.closest("[data-columns] [name=up], [data-columns] [name=down]");
  if (!arrow) return;
  event.preventDefault();
  const place = arrow.closest("li");
  const first = place.parentElement.firstElementChild;
  if (arrow.name === "up" && place.previousElementSibling !== first) place.previousElementSibling.before(place);
  if (arrow.name === "down" && place.nextElementSibling) place.nextElementSibling.after(place);
  arrow.focus();
});
