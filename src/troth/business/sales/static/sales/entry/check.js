// Price, availability and dates while one types: all lines are asked about at once, and drawn anew where the answer
// has changed. What is missing or wrong stands beside the lines; each entry there leads to its field.

import { drawBeside } from "./beside.js";
import { cell, filled, focus, lineOf, lines, placeOf, read, table, write } from "./grid.js";
import { inHead, readHead, tellHead, toField, typing } from "./head.js";
import { ask } from "../../web/server.js";
import { button, element, say, settings, tell } from "../../web/words.js";
import { example, readDate } from "./cells.js";

const PAUSE_MS = 180;
const shown = new WeakMap();
const part = (name) => document.querySelector(`[data-${name}]`);
const submit = part("submit");
let waiting = 0;
let asked = 0;
let focused = null;
export let latest = null;

export function later() {
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE_MS);
}

// A request of the page: its head and the lines in which something stands, with those lines in the same order.
export function request(more = {}) {
  const those = filled();
  return [{ head: readHead(), lines: those.map(read), ...more }, those];
}

export async function check() {
  const [body, those] = request();
  if (!body.head.customer) return draw({ lines: [], missing: [], problems: [] }, those);
  asked += 1;
  const mine = asked;
  const answer = await ask(settings.check, body, { replaces: "check" });
  if (answer?.ok && mine === asked) draw(answer.said, those);
}

function draw(said, those) {
  latest = said;
  const by = new Map(said.lines.map((one) => [one.row, one]));
  lines().forEach((line) => {
    const place = those.indexOf(line) + 1;
    drawLine(line, place ? by.get(place) ?? {} : {});
  });
  const all = marked(said, those);
  drawHead(said);
  drawMissing(all);
  drawTotals(said.totals);
  drawCredit(said.credit);
  drawSubmit(said.submit);
  drawThis();
  table.dispatchEvent(new CustomEvent("checked", { bubbles: true, detail: said }));
}

// Marks what refused an action as the check marks its own.
export function refuse(problems, those) {
  for (const line of those) {
    const found = problems.filter((one) => one.row !== null && those[one.row - 1] === line);
    if (found.length) drawLine(line, { ...(shown.get(line)?.said ?? {}), problems: found });
  }
  drawMissing(marked({ missing: [], problems: problems.filter((one) => one.row === null), lines: problems.filter((one) => one.row !== null).map((one) => ({ row: one.row, problems: [one] })) }, those));
  drawHead({ problems: problems.filter((one) => one.row === null) });
}

const unreadable = (line) => {
  const typed = cell(line, "requested_on").value;
  return readDate(typed) === null ? [{ field: "requested_on", sentence: say("badDate", { text: typed, example }) }] : [];
};

function drawLine(line, said) {
  const dates = unreadable(line);
  const judged = (said.problems ?? []).filter((one) => !one.field || cell(line, one.field) !== typing.field);
  const problems = dates.length ? [...dates, ...judged.filter((one) => one.field !== "requested_on")] : judged;
  const text = JSON.stringify([said, problems, cell(line, "alternatives").value]);
  if (shown.get(line)?.text === text) return;
  shown.set(line, { text, said, problems });
  line.querySelector("[data-name]").textContent = said.name ?? (said.problems ? "" : line.querySelector("[data-name]").textContent);
  if (said.row === undefined) line.querySelector("[data-name]").textContent = "";
  line.querySelector("[data-net]").textContent = said.net ?? "";
  cell(line, "unit").placeholder = said.unit ?? "";
  drawPromise(line.querySelector("[data-promise]"), said, problems);
  drawBeside(line, said);
  line.classList.toggle("line-wrong", problems.length > 0);
  const wrong = new Set([...problems, ...(said.missing ?? [])].map((one) => one.field));
  for (const input of line.querySelectorAll("[data-field]")) {
    if (wrong.has(input.dataset.field)) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function drawPromise(place, said, problems) {
  const sentence = problems[0]?.sentence ?? said.missing?.find((one) => one.offer)?.sentence ?? (said.promise ? "" : said.missing?.[0]?.sentence) ?? "";
  const tone = problems.length ? "stopped" : sentence && said.promise ? "waiting" : said.tone ?? "draft";
  place.replaceChildren();
  place.title = sentence || said.why || "";
  if (!sentence && !said.promise) return;
  const chip = element("span", `chip chip-${tone}`);
  chip.append(element("span", "chip-mark"), element("span", "promise-words", sentence || said.promise));
  place.append(chip);
}

// All that is to be done, in the order of the page, each with the line that is meant.
function marked(said, those) {
  const found = said.problems.map((one) => ({ ...one, wrong: true }));
  for (const one of said.missing.filter((missing) => missing.row === null)) found.push(one);
  for (const row of said.lines) {
    const line = those[row.row - 1];
    for (const one of row.problems ?? []) found.push({ ...one, line, wrong: true });
    for (const one of said.missing.filter((missing) => missing.row === row.row)) found.push({ ...one, line });
  }
  const fieldOf = (one) => (one.line ? cell(one.line, one.field ?? "") : inHead(one.field));
  const settled = found.filter((one) => !one.wrong || !typing.field || fieldOf(one) !== typing.field);
  return settled.map((one) => (one.field === "requested_on" && one.line && unreadable(one.line).length ? { ...one, ...unreadable(one.line)[0] } : one));
}

const GRID_FIELD = { shipping_point: "site", price: "manual_conditions", line_number: "product" };

function jump(one) {
  if (!one.line) return one.field === "lines" ? focus(lines()[0]) : toField(one.field);
  const field = GRID_FIELD[one.field] ?? one.field;
  focus(one.line, cell(one.line, field) ? field : "product");
  return undefined;
}

function drawMissing(all) {
  const place = part("missing");
  place.hidden = !all.length;
  const list = element("ul", "side-list");
  for (const one of all.slice(0, 40)) {
    const item = element("li", one.wrong ? "side-wrong" : "");
    item.append(button(one.line && one.wrong ? `${say("badLine", { row: placeOf(one.line) })}: ${one.sentence}` : one.sentence, () => jump(one), "side-jump"));
    if (one.holds_back) item.append(element("span", "note", say("holdsBack", { step: one.holds_back })));
    if (one.offer && one.line) item.append(offer(one));
    list.append(item);
  }
  place.replaceChildren(element("h2", "", `${say("missing")} (${all.length})`), list);
}

function offer(one) {
  return button(say("use", { offer: one.offer }), () => {
    write(one.line, { [one.field]: one.offer });
    focus(one.line, one.field);
    cell(one.line, one.field).dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function figures(pairs) {
  const list = element("dl", "side-figures");
  for (const [name, value, strong] of pairs) {
    const pair = element("div", strong ? "side-sum" : "");
    pair.append(element("dt", "", name), element("dd", "figure", value));
    list.append(pair);
  }
  return list;
}

function drawTotals(totals) {
  const place = part("totals");
  place.hidden = !totals;
  if (!totals) return;
  const count = totals.lines === 1 ? say("oneLine") : say("lines", { count: totals.lines });
  place.replaceChildren(
    element("h2", "", count),
    figures([
      [say("net"), totals.net],
      ...totals.taxes.map((tax) => [tax.name, tax.amount]),
      [say("gross"), `${totals.gross} ${totals.currency}`, true],
      [say("weight"), totals.weight],
      [say("volume"), totals.volume],
    ]),
  );
}

function drawCredit(credit) {
  const place = part("credit");
  place.hidden = !credit;
  if (!credit) return;
  const chip = element("span", `chip chip-${credit.tone} chip-long`);
  chip.append(element("span", "chip-mark"), element("span", "", credit.words));
  place.replaceChildren(chip);
  if (credit.sentence) place.append(element("span", "note", credit.sentence));
}

function drawSubmit(said) {
  const label = submit.dataset.label;
  submit.textContent = said?.words ? `${label}: ${said.words}` : label;
  submit.classList.toggle("button-primary", !said?.stops);
}

function drawHead(said) {
  tellHead(said.head, said.problems);
}

// The line in which the person is: its price, its dates with the reason, what is wrong with what would be right.
function drawThis() {
  const place = part("this-line");
  const found = focused?.isConnected ? shown.get(focused) : null;
  const said = found?.said;
  place.hidden = !said || said.row === undefined;
  if (place.hidden) return;
  const title = said.name ? `${say("thisLine", { row: placeOf(focused) })} · ${said.name}` : say("thisLine", { row: placeOf(focused) });
  const parts = [element("h2", "", title)];
  if (said.price) parts.push(element("p", "", say("price", { price: said.price, unit: said.unit })));
  if (said.customer_number) parts.push(element("p", "note", say("ownNumber", { number: said.customer_number })));
  if (said.units?.length > 1) parts.push(element("p", "note", say("units", { units: said.units.join(", ") })));
  if (said.agreed) parts.push(element("p", "note", said.agreed));
  if (said.why) parts.push(element("p", "", said.why));
  for (const one of [...found.problems, ...(said.missing ?? []).filter((lack) => lack.offer)]) parts.push(element("p", "error", one.sentence), ...(one.offer ? [offer({ ...one, line: focused })] : []));
  place.hidden = parts.length === 1;
  place.replaceChildren(...parts);
  tell(parts.slice(1).map((one) => one.textContent).join(" ") || said.promise || "");
}

table.addEventListener("focusin", (event) => {
  const line = lineOf(event.target);
  if (line === focused) return;
  focused = line;
  drawThis();
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.('[data-offers], [data-field="product"]') && event.target.value) later();
});

document.addEventListener("entry", later);
