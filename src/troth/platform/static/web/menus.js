// Menus close on a click elsewhere and on Escape; preferences act at once.
// Without this file everything still works by <details> and by plain forms.

const open = () => document.querySelectorAll("details.menu[open], details.pop[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// "?" opens and closes the panel of help and keys.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  document.getElementById("help")?.togglePopover();
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-prefer]");
  const chosen = event.submitter;
  if (!form || !chosen) return;
  event.preventDefault();
  const root = document.documentElement;
  if (chosen.name === "theme") {
    if (chosen.value === "system") delete root.dataset.theme;
    else root.dataset.theme = chosen.value;
    for (const other of form.querySelectorAll("[name=theme]")) other.setAttribute("aria-pressed", String(other === chosen));
  } else {
    root.dataset.rail = chosen.value;
  }
  const body = new URLSearchParams(new FormData(form));
  body.set(chosen.name, chosen.value);
  if (chosen.name === "rail") chosen.value = chosen.value === "narrow" ? "wide" : "narrow";
  // keepalive: the choice is kept even when the person is already on the way to another page
  fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
});
