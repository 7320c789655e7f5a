// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The table page. Tabulator: sorts, pages and draws only the rows in view, and depends on nothing.

import "tabulator-tables/dist/css/tabulator_simple.min.css";
import "./style.css";
import "./table.css";
import { FilterModule, FormatModule, PageModule, SortModule, Tabulator } from "tabulator-tables";
import { Address } from "./address.js";
import { setUpPage } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { countText, shareText, sizeText } from "./format.js";
import { amountText } from "./node_text.js";
import { tableRows } from "./table_rows.js";
import { applyTheme } from "./theme.js";

applyTheme();

Tabulator.registerModule([FilterModule, FormatModule, PageModule, SortModule]);
const NARROW = innerWidth < 700;
const ROOMY = innerWidth >= 1000;
const FIRST_SORT = "bytes-desc";
const data = JSON.parse(byId("data").textContent);
const address = new Address();
const whole = total(data.rows.map(([, , bytes, count]) => ({ bytes, count })));
let rows = [];
let sort = FIRST_SORT;

function total(some) {
  return some.reduce((sum, row) => ({ bytes: sum.bytes + row.bytes, count: sum.count + row.count }), { bytes: 0, count: 0 });
}

// Formatters that return nodes: strings would be taken for HTML.
const text = (cell) => document.createTextNode(cell.getValue());
const size = (cell) => document.createTextNode(sizeText(cell.getValue()));
const count = (cell) => document.createTextNode(cell.getValue().toLocaleString("en-US"));
const share = (field) => (cell) => element("span", { class: "muted" }, shareText(cell.getData()[field], whole.bytes));

/** Without the folders on narrow screens, and without the environment that a package is installed in. */
function shortPlace(place) {
  return NARROW ? place.slice(place.lastIndexOf("/") + 1) : place.replace(/^.*\/(?:site|dist)-packages\//s, "…/");
}

/** "keep_history at /app/report.py:22" */
function location(cell) {
  const [name, place = ""] = cell.getValue().split(/ at (?!.* at )/s);
  return element("span", { title: cell.getValue() }, element("b", {}, name), place && element("span", { class: "muted" }, ` at ${shortPlace(place)}`));
}

const PLAIN = { hozAlign: "right", headerHozAlign: "right", headerSort: false, width: 72 };
const NUMBER = { sorter: "number", hozAlign: "right", headerHozAlign: "right", headerSortStartingDir: "desc" };
const totals = !data.options.split_threads; // are of all threads
const columns = () => [
  { title: "Thread", field: "thread", formatter: text, width: NARROW ? 90 : 170, visible: data.options.split_threads },
  { title: "Own", field: "bytes", formatter: size, width: NARROW ? 82 : 100, ...NUMBER },
  { title: "%", formatter: share("bytes"), visible: !NARROW, ...PLAIN },
  { title: "Total", field: "total", formatter: size, width: NARROW ? 82 : 100, visible: totals, ...NUMBER },
  { title: "%", formatter: share("total"), visible: totals && !NARROW, ...PLAIN },
  { title: "Allocations", field: "count", formatter: count, width: 130, visible: ROOMY, ...NUMBER },
  { title: "Allocator", field: "allocators", formatter: text, width: ROOMY ? 165 : 80, visible: ROOMY || byId("allocators").checked },
  { title: "Location", field: "location", formatter: location, minWidth: NARROW ? 150 : 300, variableHeight: true },
];

function chooseRows() {
  rows = tableRows(data, { mine: !byId("all-frames").checked, byAllocator: byId("allocators").checked });
  return rows;
}

function search(table) {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (row) => words.every((word) => `${row.thread} ${row.allocators} ${row.location}`.toLowerCase().includes(word));
  table.setFilter(matches);
  const found = rows.filter(matches);
  byId("matched").textContent = words.length ? `${countText(found.length, "row")}: ${amountText(total(found))}` : "";
}

function sortersOf(text) {
  const [column, dir] = text.split("-");
  return [{ column, dir: dir === "asc" ? "asc" : "desc" }];
}

function setUpAddress() {
  address.addValue("search", "search");
  address.addCheck("all-frames", "all-frames");
  address.addCheck("allocators", "allocators");
  address.add("sort", () => sort, (chosen) => (sort = columns().some(({ field }) => chosen.startsWith(`${field}-`)) ? chosen : FIRST_SORT));
  address.read();
}

function setUpEvents(table) {
  const show = async () => {
    if (!ROOMY) table[byId("allocators").checked ? "showColumn" : "hideColumn"]("allocators");
    await table.replaceData(chooseRows());
    search(table);
  };
  byId("search").addEventListener("input", () => {
    address.write();
    search(table);
  });
  for (const id of ["all-frames", "allocators"]) {
    byId(id).addEventListener("change", () => {
      address.write({ step: true });
      show();
    });
  }
  table.on("dataSorted", ([sorter]) => {
    if (sorter) sort = `${sorter.field}-${sorter.dir}`;
    address.write();
  });
  addEventListener("popstate", () => {
    address.read();
    table.setSort(sortersOf(sort));
    show();
  });
  search(table);
}

function say() {
  byId("total").textContent = sizeText(whole.bytes);
  const { subject } = data.options;
  byId("of").textContent = `${subject.charAt(0).toLowerCase()}${subject.slice(1)}, in ${countText(whole.count, "allocation")}`;
}

function draw() {
  const table = new Tabulator(byId("table"), {
    data: rows,
    columns: columns(),
    layout: "fitColumns",
    initialSort: sortersOf(sort),
    pagination: true,
    paginationSize: 100,
    paginationCounter: (size_, first, page, all) => document.createTextNode(`${countText(all, "row")}`),
  });
  table.on("tableBuilt", () => setUpEvents(table));
}

function start() {
  setUpPage(data, data.options.title);
  say();
  byId("all-frames").checked = data.options.all_frames;
  setUpAddress();
  if (chooseRows().length === 0) {
    byId("empty").hidden = false;
    byId("empty").textContent = data.metadata.total_allocations === 0 ? "No allocations were recorded." : "No allocations to show.";
    return;
  }
  draw();
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input") || document.querySelector("dialog[open]")) return;
    byId("search").focus();
    event.preventDefault();
  });
}

start();
