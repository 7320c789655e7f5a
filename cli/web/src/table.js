// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The table page. Tabulator: sorts, pages and draws only the rows in view, and depends on nothing.

import "tabulator-tables/dist/css/tabulator_simple.min.css";
import "./style.css";
import { FilterModule, FormatModule, PageModule, SortModule, Tabulator } from "tabulator-tables";
import { amountText, setUpDialogs } from "./dialogs.js";
import { byId } from "./dom.js";
import { countText, sizeText } from "./format.js";
import { drawMemoryGraph } from "./memory_graph.js";
import { applyTheme, toggleTheme } from "./theme.js";

applyTheme();

Tabulator.registerModule([FilterModule, FormatModule, PageModule, SortModule]);
const data = JSON.parse(byId("data").textContent);
const EVERYTHING = data.rows.map(([thread, allocator, bytes, count, location, own = location]) => ({ thread, allocator: allocator.toLowerCase(), bytes, count, location, own }));
let rows = [];

/** One row for each place: where my code called for the memory, or where it was allocated. */
function rowsAt(place) {
  const merged = new Map();
  for (const row of EVERYTHING) {
    const key = JSON.stringify([row.thread, row.allocator, row[place]]);
    const known = merged.get(key);
    if (!known) merged.set(key, { ...row, location: row[place] });
    else Object.assign(known, { bytes: known.bytes + row.bytes, count: known.count + row.count });
  }
  return [...merged.values()];
}

// Formatters that return nodes: strings would be taken for HTML.
const text = (cell) => document.createTextNode(cell.getValue());
const size = (cell) => document.createTextNode(sizeText(cell.getValue()));
const count = (cell) => document.createTextNode(cell.getValue().toLocaleString("en-US"));

const [SIZE, ALLOCATOR, ALLOCATIONS, LOCATION] = innerWidth < 700 ? [90, 105, 125, 150] : [120, 160, 140, 300];
const COLUMNS = [
  { title: "Thread", field: "thread", formatter: text, width: 170, visible: data.options.split_threads },
  { title: "Size", field: "bytes", formatter: size, sorter: "number", hozAlign: "right", headerHozAlign: "right", width: SIZE, headerSortStartingDir: "desc" },
  { title: "Allocator", field: "allocator", formatter: text, width: ALLOCATOR },
  { title: "Allocations", field: "count", formatter: count, sorter: "number", hozAlign: "right", headerHozAlign: "right", width: ALLOCATIONS, headerSortStartingDir: "desc" },
  { title: "Location", field: "location", formatter: text, minWidth: LOCATION },
];

function total(some) {
  return some.reduce((sum, row) => ({ bytes: sum.bytes + row.bytes, count: sum.count + row.count }), { bytes: 0, count: 0 });
}

function search(table) {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (row) => words.every((word) => `${row.thread} ${row.allocator} ${row.location}`.toLowerCase().includes(word));
  table.setFilter(matches);
  const found = rows.filter(matches);
  byId("matched").textContent = words.length ? `${countText(found.length, "row")}: ${amountText(total(found))}` : "";
}

function start() {
  document.title = byId("title").textContent = `memray - ${data.options.title}`;
  setUpDialogs(data);
  drawMemoryGraph(byId("sparkline"), data, { sparkline: true, height: 28 });
  byId("theme").addEventListener("click", toggleTheme);
  byId("all-frames").checked = data.options.all_frames;
  const choose = () => (rows = rowsAt(byId("all-frames").checked ? "location" : "own"));
  choose();
  if (rows.length === 0) {
    byId("empty").hidden = false;
    byId("empty").textContent = data.metadata.total_allocations === 0 ? "No allocations were recorded." : "No allocations to show.";
    return;
  }
  const table = new Tabulator(byId("table"), {
    data: rows,
    columns: COLUMNS,
    layout: "fitColumns",
    initialSort: [{ column: "bytes", dir: "desc" }],
    pagination: true,
    paginationSize: 100,
    paginationCounter: (size_, first, page, all) => document.createTextNode(`${countText(all, "row")}`),
  });
  table.on("tableBuilt", () => {
    byId("search").addEventListener("input", () => search(table));
    byId("all-frames").addEventListener("change", () => table.replaceData(choose()).then(() => search(table)));
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input") || document.querySelector("dialog[open]")) return;
    byId("search").focus();
    event.preventDefault();
  });
}

start();
