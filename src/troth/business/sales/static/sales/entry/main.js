// The entry of orders and quotations. Without these modules the page is a plain form that the server reads.

import { check } from "./check.js";
import { begin } from "./draft.js";
import { add, cell, focus, isEmpty, lines } from "./grid.js";
import "./paste.js";
import "./picker.js";
import "./submit.js";
import { settings } from "../../web/words.js";

for (const plain of document.querySelectorAll("[data-plain]")) plain.remove();
for (const line of lines().slice(1)) if (isEmpty(line) && !cell(line, "line_number").value) line.remove();
if (!lines().length) add();
begin();
if (settings.document !== null && !document.querySelector(".field-refused")) focus(lines()[0]);
check();
