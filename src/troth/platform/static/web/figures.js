// Quantities as people type them, and as the server reads them (1200.5); the server's own reading is `figure_read`.

import { group, point } from "./words.js";

export const style = { point, group };
const escaped = (mark) => (mark.trim() ? `\\${mark}` : "[\\s']");
const figure = (of) => new RegExp(`^(\\d+|[1-9]\\d{0,2}(?:[\\s']\\d{3})+|[1-9]\\d{0,2}(?:${escaped(of.group)}\\d{3})+)(?:\\${of.point}(\\d+))?$`);

// "1.200,5" and "1,200.5" as 1200.5, by the person's format. What is no number stays as it was typed; what could be two
// is none.
export function readQuantity(typed, of = style) {
  const text = typed.trim();
  const found = text.match(figure(of));
  if (found) return found[1].replace(/\D/g, "") + (found[2] ? `.${found[2]}` : "");
  return !of.group.trim() && /^[1-9]\d{0,2}\.\d{3}$/.test(text) ? "" : text;
}

// A number as the person types it, without groups: "1,5".
export const showQuantity = (value) => String(value).replace(".", point);

// What was typed in another format than today's, as it would be typed today.
export function retyped(text, then) {
  const read = readQuantity(text, then);
  return /^\d+(\.\d+)?$/.test(read) ? showQuantity(read) : text;
}
