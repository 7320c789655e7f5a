// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The table page in a browser, on a program whose memory is known.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, newFolder, open, openBrowser, record, report } from "./support.mjs";

const folder = newFolder();
let browser;
let capture;

before(async () => {
  browser = await openBrowser();
  capture = record(folder, "reports/report_shapes.py");
});
after(() => browser.close());

/** The cells of the visible rows. */
async function rows(page) {
  return page.locator(".tabulator-row").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll(".tabulator-cell")].filter((cell) => cell.offsetWidth).map((cell) => cell.textContent)));
}

async function locationOf(page, name) {
  return (await rows(page)).filter((row) => row.at(-1).startsWith(`${name} at `));
}

test("Rows are lines that allocate, the largest first", async () => {
  const page = await open(browser, report(folder, "table", capture));
  const all = await rows(page);
  assert.deepEqual(all[0].slice(0, 3), ["30.0 MB", "mmap", "1"]);
  assert.match(all[0][3], /^reach_the_peak at .*report_shapes\.py:\d+$/);
  assert.deepEqual(all[1].slice(0, 3), ["16.0 MB", "mmap", "3"]);
  await page.locator(".tabulator-col", { hasText: "Allocations" }).click();
  const counts = (await rows(page)).map((row) => Number(row[2].replaceAll(",", "")));
  assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
  await close(page);
});

test("A search narrows the rows down and adds them up", async () => {
  const page = await open(browser, report(folder, "table", capture));
  await page.fill("#search", "mmap report_shapes.py");
  assert.equal(await page.locator("#matched").innerText(), "2 rows: 46.0 MB in 4 allocations");
  assert.equal((await rows(page)).length, 2);
  await close(page);
});

test("Threads and leaks are told apart if asked for", async () => {
  const page = await open(browser, report(folder, "table", capture, "--leaks", "--split-threads"));
  const kept = await locationOf(page, "keep");
  assert.deepEqual(kept.map((row) => row.slice(1, 4)), [["12.0 MB", "mmap", "2"], ["4.0 MB", "mmap", "1"]]);
  assert.notEqual(kept[0][0], kept[1][0]);
  assert.deepEqual(await locationOf(page, "reach_the_peak"), []);
  assert.equal(await page.title(), "memray - table report (memory leaks)");
  await close(page);
});

test("Nothing in names becomes markup", async () => {
  const page = await open(browser, report(folder, "table", record(folder, "reports/hostile_names.py"), "--split-threads"));
  assert.match(await page.locator("body").innerText(), /<img src=x onerror=/);
  assert.equal(await page.evaluate(() => globalThis.attacked), undefined);
  assert.equal(await page.locator("img").count(), 0);
  await close(page);
});

test("A report without rows says so", async () => {
  const page = await open(browser, report(folder, "table", capture, "--include", "no such function"));
  assert.equal(await page.locator("#empty").innerText(), "No allocations to show.");
  await close(page);
});
