// A scanner is a keyboard that types fast and ends with Enter. Whatever it types goes into the page's scan field, wherever
// the focus is, and no keyboard opens on the screen until the person taps the field.

export const field = document.querySelector("[data-scan]");

const TYPES = "input, textarea, select, [contenteditable]";

if (field) {
  field.inputMode = "none";
  field.addEventListener("click", () => {
    if (field.inputMode === "text") return;
    field.inputMode = "text";
    field.blur();
    field.focus();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.target.closest(TYPES)) return;
      if (event.key === " " && event.target.closest("button, a, summary")) return;
      if (!field.checkVisibility()) return;
      event.stopPropagation(); // its signs are no shortcuts of the page
      field.focus({ preventScroll: true });
    },
    true,
  );
}

// Calls `act` with what was scanned or typed, and empties the field.
export function onScan(act) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const said = field.value.trim();
    field.value = "";
    act(said);
  });
}

// Ready for the next scan, without a keyboard on the screen.
export function ready() {
  if (!field.checkVisibility()) return;
  field.inputMode = "none";
  field.focus({ preventScroll: true });
}
