// What was picked so far is kept on this device until it is confirmed: a store has corners without a network.

import { settings } from "../../web/words.js";

const KEEP_DAYS = 7;
const MS_A_DAY = 86400000;
const PREFIX = "troth-pick:";
const place = (order) => `${PREFIX}${settings.person}:${order}`;

export function keep(order, draft) {
  try {
    localStorage.setItem(place(order), JSON.stringify({ at: Date.now(), ...draft }));
  } catch {
    // a browser that keeps nothing still has the page itself
  }
}

export function forget(order) {
  localStorage.removeItem(place(order));
}

export function kept(order) {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    const { at } = JSON.parse(localStorage.getItem(name));
    if (!(Date.now() - at < KEEP_DAYS * MS_A_DAY)) localStorage.removeItem(name);
  }
  const found = localStorage.getItem(place(order));
  return found ? JSON.parse(found) : null;
}
