// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions beside the graph: what each holds itself and in total. A click shows where in the graph it is.

import { element } from "./dom.js";
import { countText, shareText, sizeText } from "./format.js";
import { nameOf } from "./functions.js";

const MOST_ROWS = 200;
const COLUMNS = [
  { key: "name", title: "Function" },
  { key: "own", title: "Own", hint: "What the function holds itself" },
  { key: "total", title: "Total", hint: "With all that it called" },
];

export class FunctionTable {
  /** events: {picked(row), callers(row), sorted()} */
  constructor(host, model, events) {
    this.host = host;
    this.model = model;
    this.events = events;
    this.sorted = "own";
    this.rows = [];
    this.unit = "bytes";
    this.whole = 0;
    this.picked = null; // a name
    this.body = element("tbody");
    this.rest = element("p", { class: "muted" });
    this.head = element("tr", {}, ...COLUMNS.map((column) => this.heading(column)));
    host.append(element("table", {}, element("thead", {}, this.head), this.body), this.rest);
  }

  heading({ key, title, hint }) {
    const button = element("button", { type: "button", title: hint }, title);
    button.addEventListener("click", () => {
      this.sorted = key;
      this.draw();
      this.events.sorted();
    });
    return element("th", { scope: "col", "data-key": key }, button);
  }

  /** Of a column that there is. Takes effect when rows are shown. */
  sortBy(key) {
    if (COLUMNS.some((column) => column.key === key)) this.sorted = key;
  }

  /** rows: of functionsOf(). Shares are of `whole`, in this unit. */
  show(model, rows, unit, whole) {
    Object.assign(this, { model, rows, unit, whole });
    this.draw();
  }

  /** Only functions with a frame that matches; null: all. */
  narrow(matches) {
    this.matches = matches;
    this.draw();
  }

  pick(name) {
    this.picked = name;
    for (const row of this.body.children) row.classList.toggle("picked", row.dataset.name === name);
  }

  order() {
    const { sorted, unit } = this;
    if (sorted === "name") return (a, b) => (nameOf(this.model, a) < nameOf(this.model, b) ? -1 : 1);
    const other = sorted === "own" ? "total" : "own";
    return (a, b) => b[sorted][unit] - a[sorted][unit] || b[other][unit] - a[other][unit];
  }

  draw() {
    const found = this.rows.filter((row) => row.total[this.unit] > 0 && (!this.matches || row.frames.some((frame) => this.matches[frame])));
    found.sort(this.order());
    this.body.replaceChildren(...found.slice(0, MOST_ROWS).map((row) => this.row(row)));
    this.rest.textContent = found.length > MOST_ROWS ? `${countText(found.length - MOST_ROWS, "function")} more: search to find them` : "";
    for (const { dataset, classList } of this.head.children) classList.toggle("sorted", dataset.key === this.sorted);
  }

  row(row) {
    const name = nameOf(this.model, row);
    const line = element("tr", { "data-name": name, tabindex: "0", class: name === this.picked ? "picked" : "" }, this.functionCell(row, name), this.amountCell(row.own), this.amountCell(row.total));
    line.addEventListener("click", () => this.events.picked(row));
    line.addEventListener("keydown", (event) => event.key === "Enter" && event.target === line && this.events.picked(row));
    return line;
  }

  functionCell(row, name) {
    const { frames, strings } = this.model.data;
    const file = strings[row.file] ?? "";
    const callers = element("button", { type: "button", class: "callers", title: "Callers and callees", "aria-label": `Callers and callees of ${name}` }, "⇅");
    callers.addEventListener("click", (event) => {
      event.stopPropagation();
      this.events.callers(row);
    });
    callers.hidden = row.frame < 0;
    return element("td", { title: name }, element("b", {}, strings[frames.function[row.frame]] || "???"),
      element("span", { class: "muted" }, ` ${this.model.isProcess(row.frame) ? file : file.slice(file.lastIndexOf("/") + 1)}`), callers);
  }

  amountCell(amount) {
    const value = amount[this.unit];
    const text = this.unit === "count" ? value.toLocaleString("en-US") : sizeText(value);
    const share = this.whole === 0 ? 0 : (100 * value) / this.whole;
    const cell = element("td", { class: "amount" }, text, element("span", { class: "share" }, shareText(value, this.whole)));
    cell.style.setProperty("--share", `${share.toFixed(2)}%`);
    return cell;
  }
}
