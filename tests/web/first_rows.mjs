// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// node first_rows.mjs FLAME_GRAPH TABLE: what a person sees first of both pages of a capture, as JSON:
// {functions, table: [[function, own]] of the first three rows, frames: [[label]] of the first three rows of frames}.

import assert from "node:assert/strict";
import { close, labels, open, openBrowser } from "./support.mjs";

const ROWS = 3;
const ROW = 20; // pixels, as in cli/web/src/flame_chart.js

async function functions(page) {
  const rows = await page.locator("#functions tbody tr").evaluateAll((all) =>
    all.map((row) => [row.querySelector("b").textContent, row.querySelector(".amount").firstChild.textContent]));
  return rows.slice(0, ROWS);
}

async function frames(page) {
  await labels(page);
  const drawn = await page.locator("#chart g.frame").evaluateAll((all) => all.map((frame) => [frame.getBoundingClientRect().top, frame.textContent]));
  const top = Math.min(...drawn.map(([y]) => y));
  return drawn.filter(([y]) => y > top && y < top + (ROWS + 0.5) * ROW).map(([, label]) => [label]);
}

async function table(page) {
  const rows = await page.locator(".tabulator-row").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll(".tabulator-cell")].filter((cell) => cell.offsetWidth).map((cell) => cell.textContent)));
  return rows.slice(0, ROWS).map((cells) => [cells.at(-1).split(" at ")[0], cells[0]]);
}

const [graphFile, tableFile] = process.argv.slice(2);
const browser = await openBrowser();
const graph = await open(browser, graphFile);
const list = await open(browser, tableFile);
const seen = { functions: await functions(graph), frames: await frames(graph), table: await table(list) };
assert.ok(seen.functions.length > 0 && seen.table.length > 0);
console.log(JSON.stringify(seen));
for (const page of [graph, list]) await close(page);
await browser.close();
