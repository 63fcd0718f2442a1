// Quantities as people type them, and as the server reads them (1200.5).

import { language } from "./words.js";

const comma = new Intl.NumberFormat(language).format(1.5).includes(",");

// "1.200,5" and "1,200.5" as 1200.5, by the person's language; what is no number stays as it was typed.
export function readQuantity(typed) {
  const text = typed.trim().replace(/[\s\u00a0\u202f']/g, "");
  const [group, point] = comma ? [".", ","] : [",", "."];
  const grouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${point}\\d+)?$`);
  if (grouped.test(text)) return text.replaceAll(group, "").replace(point, ".");
  return comma && /^\d+,\d+$/.test(text) ? text.replace(",", ".") : text;
}

// A number as the person's language types it, without groups: "1,5".
export const showQuantity = (value) => (comma ? String(value).replace(".", ",") : String(value));
