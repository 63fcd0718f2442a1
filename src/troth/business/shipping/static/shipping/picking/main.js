// Picking, one position at a time in the order of the walk. Without this file the page is the form with all positions.

import { showQuantity } from "../../web/figures.js";
import { onScan, ready } from "../../web/scan.js";
import { ask, notify, settle } from "../../web/server.js";
import { button, element, say, settings, tell } from "../../web/words.js";
import { forget, keep, kept } from "./draft.js";
import { Line } from "./line.js";

const form = document.querySelector("[data-picking]");
const part = (name) => form.querySelector(`[data-${name}]`);
const told = part("told");
const lines = [...form.querySelectorAll("[data-line]")].map((one) => new Line(one));
const verbs = Object.fromEntries([...form.querySelectorAll("[data-verb]")].map((one) => [one.dataset.verb, one]));
const submitLabel = part("submit").textContent;
let queue = lines.map((line) => line.position);
let history = [];
let over = false;

const at = (position) => lines.find((line) => line.position === position);
const open = () => queue.map(at).filter((line) => !line.done);
const current = () => open()[0] ?? null;

function show(kind, sentence) {
  told.className = `scan-told scan-${kind}`;
  told.textContent = sentence;
}

function wrong(sentence) {
  show("wrong", sentence);
  navigator.vibrate?.(200);
}

function save() {
  if (over) return;
  const key = form.querySelector("[name=_key]").value;
  keep(settings.document, { key, queue, history, lines: lines.map((line) => line.read()) });
}

// Drawing.

function draw({ moved = false } = {}) {
  const line = current();
  const done = lines.length - open().length;
  const putOff = open().filter((one) => one.isPutOff).length;
  for (const one of lines) {
    one.element.hidden = one !== line;
    one.draw();
  }
  part("told-progress").textContent = say("progress", { done, total: lines.length });
  part("progress").value = done;
  part("put-off").hidden = !putOff;
  part("put-off").textContent = say("putOff", { count: putOff });
  part("scan-box").hidden = part("submit").hidden = false;
  part("scan-box").hidden = !line;
  part("submit").hidden = Boolean(line);
  verbs.picked.hidden = !line;
  verbs.later.hidden = open().length < 2;
  verbs.undo.hidden = !history.length;
  part("check").hidden = Boolean(line);
  if (!line) drawCheck();
  if (moved) arrive(line);
}

function arrive(line) {
  if (!line) {
    show("right", say("allPicked"));
    document.getElementById("pick-check-title").focus();
    scrollTo(0, 0);
    return;
  }
  tell(say("at", { position: line.position, total: lines.length, bin: line.bin, product: line.name, quantity: `${showQuantity(line.listed)} ${line.unit}` }));
  scrollTo(0, 0);
  ready();
}

function drawCheck() {
  const differing = lines.filter((line) => line.differs).length;
  const words = differing ? "confirmDiffering" : "confirm";
  part("submit").textContent = say(words, { count: lines.length, differing }) || submitLabel;
  part("checked").replaceChildren(
    ...lines.map((line) => {
      const row = element("li", line.differs ? "hand-row hand-differs" : "hand-row");
      const what = element("span", "", `${line.product} ${line.name}`);
      const quantity = say("oneLine", { picked: line.fields.picked.value, listed: `${showQuantity(line.listed)} ${line.unit}` });
      row.append(element("strong", "", line.bin), what, element("span", "figure", quantity));
      if (line.differs) row.append(element("span", "quiet", line.fields.reason.value));
      const change = button(say("change"), () => again(line), "button");
      change.setAttribute("aria-label", `${say("change")}: ${say("position", { position: line.position })}`);
      row.append(change);
      return row;
    }),
  );
}

// What the person does.

function scanned(code) {
  const line = current();
  if (!code) return pick();
  const what = line.is(code);
  if (what) {
    line.scanned[what] = true;
    show("right", say(what === "bin" ? "rightBin" : "rightProduct", { bin: line.bin, product: line.product }));
    draw();
    return save();
  }
  const other = open().find((one) => one.is(code));
  const words = other ? (other.is(code) === "bin" ? "otherBin" : "otherProduct") : "wrong";
  wrong(say(words, { code, position: other?.position, bin: line.bin, product: line.product }));
}

function pick() {
  const line = current();
  if (!line.isScanned) {
    wrong(say("scanFirst"));
    return ready();
  }
  if (!line.isFigure) {
    wrong(say("noQuantity", { text: line.fields.picked.value }));
    return line.fields.picked.select();
  }
  if (line.differs && !line.fields.reason.value.trim()) {
    draw();
    wrong(say("sayWhy", { listed: `${showQuantity(line.listed)} ${line.unit}` }));
    return line.element.querySelector("[data-reason]").focus();
  }
  line.done = true;
  history.push(line.position);
  move();
}

function later() {
  const line = current();
  line.isPutOff = true;
  queue = [...queue.filter((position) => position !== line.position), line.position];
  move();
}

function again(line) {
  line.done = false;
  history = history.filter((position) => position !== line.position);
  queue = [line.position, ...queue.filter((position) => position !== line.position)];
  move();
}

function move() {
  show("right", "");
  draw({ moved: true });
  save();
}

verbs.picked.addEventListener("click", pick);
verbs.later.addEventListener("click", later);
verbs.undo.addEventListener("click", () => again(at(history.at(-1))));
onScan(scanned);

form.addEventListener("click", (event) => {
  const line = current();
  const step = event.target.closest("[data-step]");
  const reason = event.target.closest("[data-reason]");
  if (step) line.step(Number(step.dataset.step));
  if (reason) line.fields.reason.value = reason.textContent;
  if (!step && !reason) return;
  if (reason) show("right", "");
  draw();
  save();
});

form.addEventListener("input", (event) => {
  if (!event.target.closest("[data-line]")) return;
  draw();
  save();
});

// Enter in the quantity is either the end of a quantity, or of a code that was scanned into it.
for (const line of lines) {
  let before = "";
  line.fields.picked.addEventListener("focus", () => {
    before = line.fields.picked.value;
    line.fields.picked.select();
  });
  line.element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.matches("button")) return;
    event.preventDefault();
    if (event.target !== line.fields.picked) return pick();
    const typed = line.fields.picked.value.trim();
    if (!line.is(typed)) return ready();
    line.fields.picked.value = before;
    ready();
    scanned(typed);
  });
}

// The end: the form is sent as it stands, and what the server refuses is told here.

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (current() || form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const answer = await ask(location.pathname, new FormData(form));
  form.removeAttribute("aria-busy");
  if (answer?.said.go) {
    over = true;
    forget(settings.document);
    location.assign(answer.said.go);
  } else if (answer?.said.problems) {
    const sentences = answer.said.problems.map((one) => one.sentence).join(" ");
    notify("stopped", sentences, button(say("reload"), () => location.reload()));
    document.querySelector("[data-notice]").scrollIntoView({ block: "nearest" });
  }
});

function discard() {
  over = true;
  forget(settings.document);
  location.reload();
}

function restore() {
  const draft = kept(settings.document);
  if (!draft) return;
  form.querySelector("[name=_key]").value = draft.key;
  const changed = lines.filter((line) => {
    const own = draft.lines.find((one) => one.position === line.position);
    return !own || !line.write(own);
  });
  const there = (position) => Boolean(at(position));
  queue = [...draft.queue.filter(there), ...queue.filter((position) => !draft.queue.includes(position))];
  history = draft.history.filter((position) => there(position) && at(position).done);
  settle("note");
  const begun = draft.lines.some((one) => one.done || one.scanned.bin || one.scanned.product);
  const positions = changed.map((line) => say("position", { position: line.position })).join(", ");
  if (changed.length) notify("waiting", say("listChanged", { positions }));
  else if (begun) notify("going", say("restored"), button(say("discard"), discard, "button"));
}

for (const hidden of form.querySelectorAll("[data-step], [data-reasons], [data-progress]")) hidden.hidden = false;
restore();
draw({ moved: true });
