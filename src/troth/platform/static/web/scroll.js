// What is too wide for the window scrolls, and whoever has no mouse moves it with the arrow keys: it takes the focus
// while it is too wide, and only then.

const BOXES = ".scroll, .board-scroll, .entry-scroll";

const fit = (box) => {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", name(box));
  } else {
    for (const given of ["tabindex", "role", "aria-label"]) box.removeAttribute(given);
  }
};

const name = (box) => {
  const caption = box.querySelector("caption");
  const heading = box.closest("section, details")?.querySelector("h2, h3, summary");
  return (caption ?? heading ?? document.querySelector("[role=tab][aria-selected=true], h1"))?.textContent.trim() ?? "";
};

const sizes = new ResizeObserver((seen) => {
  for (const one of seen) fit(one.target.matches(BOXES) ? one.target : one.target.parentElement);
});

const watch = (root) => {
  for (const box of root.querySelectorAll(BOXES)) {
    sizes.observe(box);
    if (box.firstElementChild) sizes.observe(box.firstElementChild);
  }
};

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target.parentElement ?? document));
