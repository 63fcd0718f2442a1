// Rows of a form that are added in place, from the part's own template.

export function addRows(part, count) {
  const total = part.querySelector(`[name="${part.dataset.prefix}-TOTAL_FORMS"]`);
  const body = part.querySelector("[data-rows-body]");
  const before = body.children.length;
  for (let n = 0; n < count; n += 1) {
    const row = part.querySelector("[data-row-template]").content.cloneNode(true);
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace("__prefix__", total.value));
      }
    }
    body.append(row);
    total.value = String(Number(total.value) + 1);
  }
  return body.children[before];
}
