// What stands below a row: the product that is sold in its place, what could be, and its sub-items. Alt A takes what is
// proposed, and gives it back.

import { cell, lineOf, table } from "./grid.js";
import { button, element, say } from "../../web/words.js";

const choices = new WeakMap();

function chip(tone, words) {
  const made = element("span", `chip chip-${tone}`);
  made.append(element("span", "chip-mark"), element("span", "promise-words", words));
  return made;
}

function toggle(line) {
  const offered = choices.get(line);
  if (!offered) return false;
  const input = cell(line, "alternatives");
  input.value = input.value === offered.choice ? "" : offered.choice;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function ofProposal(line, proposal) {
  const part = element("span", "beside-part");
  if (proposal.sentence) part.append(element("span", "", proposal.sentence));
  const taken = cell(line, "alternatives").value;
  const words = taken ? say("asMasterData") : proposal.choice === "take" ? say("takeOther") : say("insist");
  part.append(button(words, () => toggle(line)), element("kbd", "", "Alt A"));
  return part;
}

function ofSub(sub) {
  const part = element("span", "beside-part");
  part.append(element("span", "beside-role", sub.words), element("span", "figure", `${sub.quantity} ${sub.unit}`), element("span", "", `${sub.product} ${sub.name}`));
  if (sub.why) part.append(element("span", "note", sub.why));
  if (sub.net) part.append(element("span", "figure", sub.net));
  const shown = chip(sub.tone, sub.promise);
  shown.title = sub.why_dates ?? "";
  part.append(shown);
  return part;
}

// Draws what the check said of a row; nothing where there is nothing to say.
export function drawBeside(line, said) {
  line.querySelector("[data-beside]")?.remove();
  choices.delete(line);
  const proposal = said.proposal ?? (cell(line, "alternatives").value ? { sentence: "", choice: cell(line, "alternatives").value } : null);
  if (!said.sold && !proposal && !said.subs?.length) return;
  const row = element("tr", "line-beside");
  row.dataset.beside = "";
  const place = element("td", "");
  place.colSpan = 8;
  if (said.sold) place.append(element("span", "beside-part", said.sold.words));
  if (proposal) {
    choices.set(line, proposal);
    place.append(ofProposal(line, proposal));
  }
  for (const sub of said.subs ?? []) place.append(ofSub(sub));
  row.append(element("td", ""), place);
  line.querySelector("tr").after(row);
}

table.addEventListener("keydown", (event) => {
  const line = lineOf(event.target);
  if (!line || !event.altKey || event.ctrlKey || event.metaKey || event.key.toLowerCase() !== "a") return;
  if (toggle(line)) event.preventDefault();
});
