// Packing by scans: the first one empties the quantities, and each counts one piece into the handling unit. Without this
// file the quantities are typed.

import { readQuantity, showQuantity } from "../../web/figures.js";
import { field, onScan, ready } from "../../web/scan.js";
import { say } from "../../web/words.js";

const told = document.querySelector("[data-told]");
const rows = [...document.querySelectorAll("[data-pack-line]")].map((element) => ({
  input: element.querySelector(".stepper input"),
  product: element.dataset.product,
  most: Number(element.dataset.most),
  element,
}));
let isCounting = false;

function show(kind, sentence) {
  told.className = `scan-told scan-${kind}`;
  told.textContent = sentence;
}

const now = (row) => Number(readQuantity(row.input.value)) || 0;

function put(row, quantity) {
  row.input.value = showQuantity(Math.min(Math.max(0, Math.round(quantity * 1000) / 1000), row.most));
}

function count(code) {
  const those = rows.filter((row) => row.product.toUpperCase() === code.toUpperCase());
  if (!code || !those.length) return show("wrong", say("unknown", { code }));
  if (!isCounting) for (const row of rows) put(row, 0);
  isCounting = true;
  const row = those.find((one) => now(one) < one.most);
  if (!row) return show("wrong", say("full", { product: code }));
  put(row, now(row) + 1);
  show("right", say("counted", { product: row.product, count: row.input.value }));
}

for (const row of rows) {
  row.element.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) put(row, now(row) + Number(step.dataset.step));
  });
  row.input.addEventListener("focus", () => row.input.select());
}
if (field) {
  for (const hidden of document.querySelectorAll("[data-step], [data-scan-box]")) hidden.hidden = false;
  onScan(count);
  ready();
}
