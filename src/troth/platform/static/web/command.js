// The command bar is a combobox: "/" and Ctrl-K go to it, arrows choose, Enter opens, Escape closes and then leaves.
// htmx fetches the options. Without this file Enter shows what was found as a page.

const form = document.querySelector("[data-command]");
const field = form?.querySelector("[role=combobox]");
const list = form?.querySelector("[role=listbox]");
const said = form?.querySelector("[data-said]");

// an answer that comes after Escape does not open the list again, until something else is typed
let closed = false;

const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
const chosen = () => list.querySelector("[aria-selected=true]");
const answered = () => list.querySelector("[data-words]")?.dataset.words === field.value.trim().replace(/\s+/g, " ");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function show(visible) {
  list.hidden = !visible;
  field.setAttribute("aria-expanded", String(visible));
  if (!visible) choose(null);
}

function move(step) {
  const all = options();
  if (!all.length) return;
  if (list.hidden) show(true);
  const at = all.indexOf(chosen());
  choose(all[(at + step + all.length) % all.length]);
}

function keys(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen() && answered()) {
    event.preventDefault();
    location.assign(chosen().href);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault();
    closed = true;
    if (!list.hidden) show(false);
    else field.blur();
  }
}

function answer() {
  const count = options().length;
  show(!closed && field.value.trim() !== "" && document.activeElement === field);
  choose(list.hidden ? null : (options()[0] ?? null));
  said.textContent = field.value.trim() ? said.dataset.said.replace("%(count)s", count) : "";
}

function summon(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!slash && !control) return;
  event.preventDefault();
  field.focus();
  field.select();
}

if (field) {
  field.addEventListener("keydown", keys);
  field.addEventListener("input", () => {
    closed = false;
  });
  field.addEventListener("blur", (event) => {
    if (!list.contains(event.relatedTarget)) show(false);
  });
  field.addEventListener("focus", () => {
    if (options().length && answered()) show(true);
  });
  // a click on an option must not take the focus away before it is followed
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("htmx:afterSwap", answer);
  document.addEventListener("keydown", summon);
}
