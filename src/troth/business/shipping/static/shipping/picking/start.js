// The list of what is to be picked: the scan field waits, and an order that was begun on this device says how far it is.

import { ready } from "../../web/scan.js";
import { say } from "../../web/words.js";
import { kept } from "./draft.js";

for (const order of document.querySelectorAll("[data-order]")) {
  const draft = kept(order.dataset.order);
  const done = draft ? draft.lines.filter((line) => line.done).length : 0;
  const begun = order.querySelector("[data-begun]");
  begun.hidden = !done;
  if (done) begun.textContent = say("begun", { done, total: draft.lines.length });
}
ready();
