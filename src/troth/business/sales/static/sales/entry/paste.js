// Rows from a spreadsheet: product, quantity, unit, date, customer's number; parted by tabs or semicolons. Every row
// becomes a line, bad cells included: the check marks them where they stand.

import { add, focus, isEmpty, lineOf, lines, table, toast, write } from "./grid.js";
import { say, tell } from "../../web/words.js";

const COLUMNS = ["product", "quantity", "unit", "requested_on", "customer_number"];
const TEXT_MAX = 500;

// The rows of a spreadsheet's text; a cell in quotes may hold line ends and doubled quotes.
export function rowsOf(text) {
  const parted = text.includes("\t") ? "\t" : ";";
  const rows = [[]];
  const pattern = new RegExp(`("(?:[^"]|"")*"|[^${parted}\\r\\n]*)(${parted}|\\r\\n|\\n|\\r|$)`, "g");
  for (const [whole, value, end] of text.matchAll(pattern)) {
    if (!whole && !end) break;
    rows.at(-1).push(value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1).replaceAll('""', '"').trim() : value.trim());
    if (!end) break;
    if (end !== parted) rows.push([]);
  }
  return rows.filter((row) => row.some(Boolean));
}

// A first row without any figure in its quantity, above one that has some, is the heading.
const isHeading = (row, following) => row[1] !== undefined && !/\d/.test(row[1]) && !/\d/.test(row[0]) && following !== undefined && /\d/.test(following[1] ?? "");

function valuesOf(row, first) {
  const values = {};
  COLUMNS.slice(first).forEach((field, place) => {
    if (row[place]) values[field] = row[place];
  });
  const rest = row.slice(COLUMNS.length - first).filter(Boolean);
  const own = values.customer_number;
  delete values.customer_number;
  if (own && !values.product) values.product = own;
  else if (own) rest.unshift(own);
  if (rest.length) values.text = rest.join(" · ").slice(0, TEXT_MAX);
  return values;
}

// Whole rows never write over lines that are filled: they go between. Rows for later columns are meant for their lines.
function put(rows, start, first) {
  let line = first === 0 && !isEmpty(start) ? add({ after: start }) : start;
  const from = line;
  rows.forEach((row, place) => {
    write(line, valuesOf(row, first));
    if (place === rows.length - 1) return;
    const following = lines()[lines().indexOf(line) + 1];
    line = following && (first > 0 || isEmpty(following)) ? following : add({ after: line });
  });
  return from;
}

table.addEventListener("paste", (event) => {
  const line = lineOf(event.target);
  const first = COLUMNS.indexOf(event.target.dataset.field);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!line || first < 0 || !/[\t\n\r;]/.test(text.trim())) return;
  const rows = rowsOf(text);
  const heading = isHeading(rows[0] ?? [], rows[1]);
  if (heading) rows.shift();
  if (!rows.length) return;
  event.preventDefault();
  const start = put(rows, line, first);
  const words = say("pastedWell", { count: rows.length }) + (heading ? `, ${say("heading")}` : "");
  focus(start, COLUMNS[first]);
  tell(words);
  table.dispatchEvent(new CustomEvent("entry", { bubbles: true, detail: "pasted" }));
  table.addEventListener("checked", () => tellPasted(rows.length, words), { once: true });
});

function tellPasted(count, words) {
  const wrong = table.querySelectorAll(".line-wrong").length;
  const told = wrong ? say("pasted", { count, wrong }) : words;
  toast(told);
  tell(told);
  if (wrong) focus(table.querySelector(".line-wrong"), table.querySelector(".line-wrong [aria-invalid]")?.dataset.field ?? "product");
}
