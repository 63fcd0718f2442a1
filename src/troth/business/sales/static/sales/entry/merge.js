// Three states of one draft: what both knew, what I typed, what they saved. What only one changed is taken over; where
// both changed one field, mine stays.

import { say } from "../../web/words.js";

const IGNORED = new Set(["version", "price_shown", "line_number"]);
const byNumber = (lines) => new Map(lines.filter((line) => line.line_number).map((line) => [line.line_number, line]));
const label = (field) => document.querySelector(`[data-field="${field}"]`)?.getAttribute("aria-label") ?? document.querySelector(`label[for="id_${field}"]`)?.firstChild?.textContent.trim() ?? field;
const fields = (...all) => [...new Set(all.flatMap((one) => Object.keys(one ?? {})))].filter((field) => !IGNORED.has(field));
const text = (value) => String(value ?? "");

// What they changed, in words: fields of the head, of rows, rows that came and went.
export function changes(before, after) {
  const found = fields(after.head)
    .filter((field) => field in before.head && text(before.head[field]) !== text(after.head[field]))
    .map((field) => say("changedHead", { field: label(field), before: text(before.head[field]) || "–", after: text(after.head[field]) || "–" }));
  const [old, now] = [byNumber(before.lines), byNumber(after.lines)];
  let place = 0;
  for (const [number, line] of now) {
    place += 1;
    const was = old.get(number);
    if (!was) continue;
    for (const field of fields(line)) {
      if (text(was[field]) !== text(line[field])) found.push(say("changedRow", { row: place, field: label(field), before: text(was[field]) || "–", after: text(line[field]) || "–" }));
    }
  }
  const added = [...now.keys()].filter((number) => !old.has(number)).length;
  const removed = [...old.keys()].filter((number) => !now.has(number)).length;
  if (added) found.push(say("addedRows", { count: added }));
  if (removed) found.push(say("removedRows", { count: removed }));
  return found;
}

function together(mine, base, stored, theirs) {
  const values = { ...mine };
  for (const field of Object.keys(theirs)) {
    const iChanged = text(mine[field]) !== text(base?.[field]);
    const theyChanged = text(theirs[field]) !== text(stored?.[field]);
    if (theyChanged && !iChanged) values[field] = theirs[field];
  }
  return values;
}

export function merged(mine, base, theirs) {
  const [knownMine, knownStored, now] = [byNumber(base.mine.lines), byNumber(base.stored.lines), byNumber(theirs.lines)];
  const lines = [];
  for (const line of mine.lines) {
    const number = line.line_number;
    const their = now.get(number);
    const isNew = !number || !knownStored.has(number);
    if (isNew) lines.push({ ...line, line_number: "" });
    else if (their) lines.push(together(line, knownMine.get(number), knownStored.get(number), their));
    else if (fields(line).some((field) => text(line[field]) !== text(knownMine.get(number)?.[field]))) lines.push({ ...line, line_number: "" });
  }
  const have = new Set(mine.lines.map((line) => line.line_number));
  for (const [number, their] of now) {
    const was = knownStored.get(number);
    const changed = was && fields(their).some((field) => text(their[field]) !== text(was[field]));
    if (!have.has(number) && (!was || changed)) lines.push(their);
  }
  return { head: together(mine.head, base.mine.head, base.stored.head, theirs.head), lines };
}
