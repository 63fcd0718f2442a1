// Dates as people type them, and as the server reads them (2026-12-04).

import { days, language } from "../../web/words.js";

const isIso = days === "iso";
const sample = new Intl.DateTimeFormat(language, { day: "numeric", month: "numeric", year: "numeric" });
const order = sample.formatToParts(new Date(2026, 11, 4)).map((part) => part.type).filter((type) => type !== "literal");

const iso = (year, month, day) => {
  const made = new Date(Date.UTC(year, month - 1, day));
  const same = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  return same ? made.toISOString().slice(0, 10) : null;
};

export const example = isIso ? iso(new Date().getFullYear(), 12, 4) : sample.format(new Date(new Date().getFullYear(), 11, 4));

// A day without a year is the next one of that name.
function upcoming(month, day) {
  const today = new Date();
  const found = iso(today.getFullYear(), month, day);
  const passed = found && found < new Date(today - today.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  return passed ? iso(today.getFullYear() + 1, month, day) : found;
}

// Text of a date cell as 2026-12-04; null where it is none; "" where nothing is there.
export function readDate(typed) {
  const text = typed.trim();
  if (!text) return "";
  const given = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})/);
  if (given) return iso(...given.slice(1, 4).map(Number));
  const ahead = text.match(/^\+(\d{1,3})$/);
  if (ahead) {
    const on = new Date();
    return iso(on.getFullYear(), on.getMonth() + 1, on.getDate()) && new Date(Date.UTC(on.getFullYear(), on.getMonth(), on.getDate() + Number(ahead[1]))).toISOString().slice(0, 10);
  }
  const parts = text.match(/^(\d{1,2})([./-])(\d{1,2})(?:\2(\d{2}|\d{4})?)?$/);
  if (!parts) return null;
  const [first, second] = [Number(parts[1]), Number(parts[3])];
  const isShort = isIso && parts[2] === "-"; // 12-04, as such a person reads it; the year goes first
  if (isShort && parts[4]) return null;
  const dayFirst = parts[2] === "." || (!isShort && order.indexOf("day") < order.indexOf("month"));
  const [day, month] = dayFirst ? [first, second] : [second, first];
  if (!parts[4]) return upcoming(month, day);
  return iso(parts[4].length === 2 ? 2000 + Number(parts[4]) : Number(parts[4]), month, day);
}

// A date as the person has dates; what is no date stays as it was typed.
export function showDate(text) {
  const read = readDate(text);
  if (!read) return text;
  if (isIso) return read;
  const [year, month, day] = read.split("-").map(Number);
  return sample.format(new Date(year, month - 1, day));
}
