// Submitting and saving by key and by button: what is refused is marked where it stands, and nothing is drawn anew.

import { refuse } from "./check.js";
import { again, idle } from "./draft.js";
import { filled, read } from "./grid.js";
import { form, readHead } from "./head.js";
import { ask } from "../../web/server.js";

let busy = false;

// The page as a form: the head, and the lines one after the other, all of them filled.
function sent(those, saves) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "_key"]) {
    const input = form.querySelector(`[name="${name}"]`);
    if (input) body.set(name, input.value);
  }
  for (const [name, value] of Object.entries(readHead())) body.set(name, value === true ? "on" : value);
  body.set("rows-TOTAL_FORMS", those.length);
  body.set("rows-INITIAL_FORMS", those.length);
  those.forEach((line, place) => {
    for (const [field, value] of Object.entries(read(line))) if (field !== "price_shown") body.set(`rows-${place}-${field}`, value);
  });
  if (saves) body.set("_save", "1");
  return body;
}

export async function submit(saves) {
  if (busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  await idle();
  const those = filled();
  const answer = await ask(form.action, sent(those, saves));
  busy = false;
  form.removeAttribute("aria-busy");
  if (answer?.said.go) {
    form.dispatchEvent(new CustomEvent("done"));
    location.assign(answer.said.go);
  } else if (answer?.said.problems) {
    refuse(answer.said.problems, those);
    document.querySelector("[data-missing] .side-jump")?.focus();
    again();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(Boolean(event.submitter?.matches("[data-save]")));
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const wanted = event.key === "Enter" ? "[data-submit]" : event.key === "s" ? "[data-save]" : null;
  const pressed = wanted && form.querySelector(wanted);
  if (!wanted) return;
  event.preventDefault();
  if (pressed) form.requestSubmit(pressed);
});
