// Nothing typed is lost: a few seconds after typing the draft is saved on the server, with its version, and at once in
// this browser. Where somebody else saved it meanwhile, the person is told who changed what, and merges or reloads.

import { check, latest } from "./check.js";
import { add, cell, filled, isEmpty, lines, read, toast } from "./grid.js";
import { form, readHead, writeHead } from "./head.js";
import { changes, merged } from "./merge.js";
import { retyped, style } from "../../web/figures.js";
import { ask, notify, settle } from "../../web/server.js";
import { button, clock, say, settings, tell } from "../../web/words.js";

const PAUSE_MS = 2500;
const RETRY_MS = 6000;
const KEEP_MS = 300;
const KEEP_DAYS = 7;
const MS_A_DAY = 86400000;
const state = document.querySelector("[data-state]");
let waiting = 0;
let keeping = 0;
let edits = 0;
let saved = 0;
let running = null;
let first = null;
let over = false;
let torn = false;

const versionInput = () => form.querySelector("[name=version]");
const version = () => (versionInput()?.value ? Number(versionInput().value) : null);
const place = (path = location.pathname) => `troth-entry:${settings.person}:${path}`;
const known = (snapshot) => ({ head: snapshot.head, lines: snapshot.lines });

// What stands on the page now; `base` is what stood there, and on the server, when both were the same.
function mine() {
  const { version: _, ...head } = readHead();
  return { head, lines: filled().map(read) };
}

let base = { mine: mine(), stored: mine() };

function show(snapshot) {
  writeHead(snapshot.head);
  for (const line of lines()) line.remove();
  for (const values of snapshot.lines) add({ values });
  if (!lines().length || !isEmpty(lines().at(-1))) add();
}

// The copy in this browser.

function keep() {
  clearTimeout(keeping);
  if (over || edits === saved) return;
  try {
    localStorage.setItem(place(), JSON.stringify({ at: Date.now(), style, version: version(), base, ...mine(), pending: first }));
  } catch {
    // a browser that keeps nothing still has the page itself
  }
}

export function forget(path = location.pathname) {
  clearTimeout(keeping);
  localStorage.removeItem(place(path));
}

function kept() {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("troth-entry:")) continue;
    const { at } = JSON.parse(localStorage.getItem(name));
    if (!(Date.now() - at < KEEP_DAYS * MS_A_DAY)) localStorage.removeItem(name);
  }
  const found = localStorage.getItem(place());
  return found ? JSON.parse(found) : null;
}

// A copy from before the person chose another format of numbers is written in the one of today.
function inStyle(copy) {
  const then = copy?.style;
  if (!then || (then.point === style.point && then.group === style.group)) return copy;
  const figures = ["quantity", "manual_conditions", "price_shown"];
  for (const line of [copy, copy.base.mine, copy.base.stored].flatMap((one) => one.lines)) {
    for (const field of figures) if (line[field]) line[field] = retyped(line[field], then);
  }
  return { ...copy, pending: null };
}

function restore() {
  const copy = inStyle(kept());
  if (!copy || document.querySelector("[data-summary]")) return;
  if (JSON.stringify(known(copy)) === JSON.stringify(mine())) return;
  show(copy);
  if (copy.version !== null) versionInput().value = copy.version;
  base = copy.base;
  first = copy.pending;
  edits += 1;
  notify("going", say("restored"), button(say("discard"), discard));
  form.dispatchEvent(new CustomEvent("entry", { bubbles: true }));
}

function discard() {
  over = true;
  forget();
  location.reload();
}

// The draft on the server.

const saves = () => settings.draft && !over && !torn;

function later(pause = PAUSE_MS) {
  clearTimeout(waiting);
  if (saves()) waiting = setTimeout(save, pause);
}

// A new draft is asked for again with the very same words until it is known to be there, so that it is made once.
function body() {
  if (settings.document !== null) return { ...mine(), version: version() };
  first ??= { ...mine(), key: `${form.querySelector("[name=_key]")?.value}-${Date.now()}` };
  return first;
}

async function save() {
  if (running || edits === saved || !saves()) return;
  const those = filled();
  if (!readHead().customer || !those.length || latest?.problems.length) return;
  if (settings.document !== null && JSON.stringify(mine()) === JSON.stringify(base.mine)) return;
  const sent = body();
  state.textContent = say("saving");
  running = ask(settings.draft, sent);
  const answer = await running;
  running = null;
  if (over) return;
  if (answer?.said.saved) done(answer.said.saved, sent, those);
  else if (answer?.said.conflict) conflict(answer.said.conflict);
  else failed(answer);
}

function failed(answer) {
  if (answer) first = null;
  state.textContent = say("kept");
  keep();
  if (!answer) later(RETRY_MS);
}

function done(said, sent, those) {
  const path = location.pathname;
  if (settings.document === null) {
    history.replaceState(history.state, "", said.change);
    form.querySelector("[name=_key]")?.remove();
  }
  Object.assign(settings, { document: said.document, check: said.check, draft: said.draft });
  if (versionInput()) versionInput().value = said.version;
  first = null;
  const same = JSON.stringify(known(sent)) === JSON.stringify(mine());
  for (const one of said.rows) if (those[one.row - 1]) cell(those[one.row - 1], "line_number").value = one.line_number;
  const left = sent.lines.length - said.rows.length;
  base = { mine: numbered(sent, said), stored: said.stored };
  if (same && !left) saved = edits;
  forget(path);
  state.textContent = say(left ? "savedPartly" : "saved", { number: said.number, time: clock() });
  if (edits === saved) return;
  keep();
  if (!same) later();
}

const numbered = (sent, said) => ({
  head: sent.head,
  lines: sent.lines.map((line, index) => ({ ...line, line_number: said.rows.find((one) => one.row === index + 1)?.line_number ?? line.line_number })),
});

// Two people on one draft.

function conflict(said) {
  torn = true;
  keep();
  const found = changes(base.stored, said.stored).slice(0, 4);
  const what = found.length ? found.join("; ") : say("nothing");
  state.textContent = say("kept");
  const reload = button(say("reload"), discard);
  const offers = said.is_draft ? [button(say("merge"), () => merge(said)), reload] : [reload];
  notify("waiting", say("theyChanged", { who: said.who, time: said.at ? clock(new Date(said.at)) : "", what }), ...offers);
}

function merge(said) {
  torn = false;
  const together = merged(mine(), base, said.stored);
  show(together);
  versionInput().value = said.stored.version;
  base = { mine: known(said.stored), stored: said.stored };
  edits += 1;
  settle("note");
  toast(say("merged"));
  tell(say("merged"));
  check();
  later(0);
}

document.addEventListener("entry", () => {
  edits += 1;
  clearTimeout(keeping);
  keeping = setTimeout(keep, KEEP_MS);
  later();
});

addEventListener("pagehide", keep);
addEventListener("online", () => later(0));
document.querySelector("[data-leave]").addEventListener("click", () => {
  over = true;
  forget();
});

form.addEventListener("done", () => {
  over = true;
  forget();
});

// Before the page is submitted, a draft on its way has its answer.
export async function idle() {
  clearTimeout(waiting);
  keep();
  await running;
}

// What was refused may have been changed by somebody else: the next saving tells.
export function again() {
  edits += 1;
  later(0);
}

export function begin() {
  base = { mine: mine(), stored: mine() };
  restore();
}
