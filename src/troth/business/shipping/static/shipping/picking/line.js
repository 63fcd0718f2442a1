// One position of the list: what it wants, what is typed in its fields, and whether they may stand.

import { readQuantity, showQuantity, style } from "../../web/figures.js";

const NAMES = ["picked", "reason", "keep_open", "deliver_later"];

export class Line {
  constructor(element) {
    const { position, bins, product, name, listed, unit } = element.dataset;
    Object.assign(this, { element, position: Number(position), bins: bins.split("|"), product, name, listed, unit });
    this.fields = Object.fromEntries(NAMES.map((field) => [field, element.querySelector(`[name$="-${field}"]`)]));
    this.scanned = { bin: false, product: false };
    this.done = this.isPutOff = false;
  }

  get bin() {
    return this.bins.at(-1);
  }

  get typed() {
    return readQuantity(this.fields.picked.value);
  }

  get isFigure() {
    return /^\d+(\.\d+)?$/.test(this.typed);
  }

  get differs() {
    return !this.isFigure || Number(this.typed) !== Number(this.listed);
  }

  get isLess() {
    return this.isFigure && Number(this.typed) < Number(this.listed);
  }

  get isScanned() {
    return this.scanned.bin || this.scanned.product;
  }

  step(by) {
    const now = this.isFigure ? Number(this.typed) : 0;
    this.fields.picked.value = showQuantity(Math.max(0, Math.round((now + by) * 1000) / 1000));
  }

  // What a code is here: "bin", "product", or nothing.
  is(code) {
    const same = (one) => one.toUpperCase() === code.toUpperCase();
    if (this.bins.some(same)) return "bin";
    return same(this.product) ? "product" : "";
  }

  // A line without a difference says nothing about one.
  draw() {
    this.element.querySelector("[data-why]").hidden = !this.differs;
    for (const field of [this.fields.keep_open, this.fields.deliver_later]) field.closest("label").hidden = !this.isLess;
    for (const tick of this.element.querySelectorAll("[data-tick]")) tick.hidden = !this.scanned[tick.dataset.tick];
    if (this.differs) return;
    this.fields.reason.value = "";
    this.fields.keep_open.checked = this.fields.deliver_later.checked = false;
  }

  read() {
    const { picked, reason, keep_open: open, deliver_later: later } = this.fields;
    const { position, listed, product, scanned, done, isPutOff } = this;
    return { position, listed, product, bin: this.bins[0], point: style.point + style.group, scanned, done, isPutOff, picked: picked.value, reason: reason.value, open: open.checked, later: later.checked };
  }

  // Takes over what was kept, if it is of the same goods and in the person's format; says whether it is.
  write(kept) {
    if (kept.listed !== this.listed || kept.product !== this.product || kept.bin !== this.bins[0]) return false;
    if (kept.point && kept.point !== style.point + style.group) return false;
    this.scanned = kept.scanned;
    this.done = kept.done;
    this.isPutOff = kept.isPutOff;
    this.fields.picked.value = kept.picked;
    this.fields.reason.value = kept.reason;
    this.fields.keep_open.checked = kept.open;
    this.fields.deliver_later.checked = kept.later;
    return true;
  }
}
