// What stands below a row: the product that is sold in its place, what could be or could serve it, and its sub-items.
// Alt A takes the first that is proposed, then the next, and after the last gives it back.

import { cell, lineOf, table } from "./grid.js";
import { button, element, say, tell } from "../../web/words.js";

const choices = new WeakMap();
// The proposals of a line, kept while it takes one of them, as long as it wants the same.
const kept = new WeakMap();
const wanted = (line) => ["product", "quantity", "unit", "requested_on", "site", "delivery_mode", "delivery_group", "is_fixed", "route"].map((field) => cell(line, field).value).join("\n");

function chip(tone, words) {
  const made = element("span", `chip chip-${tone}`);
  made.append(element("span", "chip-mark"), element("span", "promise-words", words));
  return made;
}

function choose(line, choice, words) {
  const input = cell(line, "alternatives");
  input.value = choice;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  tell(words);
}

const spoken = (proposal) => proposal.parts.map((one) => `${one.quantity} ${one.unit} ${one.product} ${one.site}`).join(", ");

// The proposal after the one that is taken; none after the last.
function next(line) {
  const found = kept.get(line)?.proposals ?? [];
  return found[found.findIndex((one) => one.choice === cell(line, "alternatives").value) + 1];
}

const verb = (offered) => say(offered.choice === "take" ? "takeOther" : "insist");

function toggle(line) {
  const after = next(line);
  const offered = choices.get(line);
  if (after) choose(line, after.choice, say("taken", { what: spoken(after) }));
  else if (offered && cell(line, "alternatives").value === offered.choice) choose(line, "", say("asMasterData"));
  else if (offered) choose(line, offered.choice, verb(offered));
  else return false;
  return true;
}

function ofProposal(line, proposal) {
  const part = element("span", "beside-part");
  if (proposal.sentence) part.append(element("span", "", proposal.sentence));
  const taken = cell(line, "alternatives").value;
  const words = taken ? say("asMasterData") : verb(proposal);
  part.append(button(words, () => (taken ? choose(line, "", words) : toggle(line))));
  if (!next(line)) part.append(element("kbd", "", "Alt A"));
  return part;
}

const goods = (one) => [element("span", "figure beside-much", `${one.quantity} ${one.unit}`), element("span", "beside-what", [one.product, one.name, one.site].join(" · "))];

function ofOffer(line, proposal) {
  const part = element("div", "beside-part beside-offer");
  part.append(element("span", "beside-role", proposal.words));
  const what = element("span", "beside-goods");
  for (const one of proposal.parts) {
    const each = element("span", "beside-each");
    each.append(...goods(one));
    what.append(each);
  }
  const take = button(say("takeOther"), () => choose(line, proposal.choice, say("taken", { what: spoken(proposal) })));
  take.setAttribute("aria-label", say("takeThis", { what: spoken(proposal) }));
  const verbs = element("span", "beside-verbs");
  verbs.append(take);
  if (next(line) === proposal) verbs.append(element("kbd", "", "Alt A"));
  part.append(what, chip(proposal.tone, proposal.promise), verbs);
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
  if (said.proposals) kept.set(line, { proposals: said.proposals, wanted: wanted(line) });
  else if (kept.get(line)?.wanted !== wanted(line) || !cell(line, "alternatives").value) kept.delete(line);
  const proposal = said.proposal ?? (cell(line, "alternatives").value ? { sentence: "", choice: cell(line, "alternatives").value } : null);
  if (!said.sold && !proposal && !said.subs?.length && !said.proposals) return;
  const row = element("tr", "line-beside");
  row.dataset.beside = "";
  const place = element("td", "");
  place.colSpan = 8;
  if (said.sold) place.append(element("span", "beside-part", said.sold.words));
  if (proposal) {
    choices.set(line, proposal);
    place.append(ofProposal(line, proposal));
  }
  for (const one of said.proposals ?? []) place.append(ofOffer(line, one));
  for (const sub of said.subs ?? []) place.append(ofSub(sub));
  row.append(element("td", ""), place);
  line.querySelector("tr").after(row);
}

// A press leaves the focus in its cell: taken from the head it would fold that away under the pointer.
table.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-beside] button")) event.preventDefault();
});

table.addEventListener("keydown", (event) => {
  const line = lineOf(event.target);
  if (!line || !event.altKey || event.ctrlKey || event.metaKey || event.key.toLowerCase() !== "a") return;
  if (toggle(line)) event.preventDefault();
});
