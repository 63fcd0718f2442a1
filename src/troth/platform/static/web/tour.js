// The tour: one step at a time, with the place it speaks of marked. Without this file all five stand below each other.

const tour = document.querySelector("[data-tour]");

if (tour) {
  const steps = [...tour.querySelectorAll("li")];
  const next = tour.querySelector("[data-next]");
  const where = tour.querySelector("[data-at]");
  let at = 0;
  const show = () => {
    document.querySelector(".tour-target")?.classList.remove("tour-target");
    steps.forEach((step, number) => (step.hidden = number !== at));
    document.querySelector(steps[at].dataset.points)?.classList.add("tour-target");
    where.textContent = where.dataset.at.replace("%(at)s", at + 1).replace("%(of)s", steps.length);
    next.hidden = at === steps.length - 1;
  };
  next.addEventListener("click", () => {
    at += 1;
    show();
  });
  show();
}
