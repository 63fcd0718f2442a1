// What the page works with, written into it by the server: addresses, words, whose page it is.

export const settings = JSON.parse(document.getElementById("entry-settings").textContent);
export const language = document.documentElement.lang || "en";

export function say(key, values = {}) {
  return (settings.words[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ""));
}


// How the person has figures, dates and hours, as the server wrote it into the page.
export const { point = ".", group = ",", days = "", zone } = document.documentElement.dataset;

const hours = { hour: "2-digit", minute: "2-digit", ...(days === "iso" ? { hourCycle: "h23" } : {}) };

export function clock(at = new Date()) {
  try {
    return at.toLocaleTimeString(language, { ...hours, timeZone: zone });
  } catch {
    return at.toLocaleTimeString(language, hours); // a zone that this browser does not know
  }
}

const live = document.querySelector("[data-live]");

// Tells a screen reader, without moving anything on the page.
export function tell(sentence) {
  if (live && live.textContent !== sentence) live.textContent = sentence;
}

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function button(words, act, className = "button button-small") {
  const made = element("button", className, words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
