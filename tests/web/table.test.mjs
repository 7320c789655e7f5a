// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The table page in a browser, on a program whose memory is known.

import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { address, close, newFolder, open, openBrowser, record, report } from "./support.mjs";

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
  assert.match(await page.locator("#total").innerText(), /^5\d\.\d MB$/);
  assert.deepEqual([0, 2, 4, 5].map((i) => all[0][i]), ["30.0 MB", "30.0 MB", "1", "shared_memory"]);
  assert.match(all[0][1], /^5\d\.\d %$/);
  assert.match(all[0][6], /^reach_the_peak at .*report_shapes\.py:\d+$/);
  assert.deepEqual([0, 2, 4, 5].map((i) => all[1][i]), ["16.0 MB", "16.0 MB", "3", "shared_memory"]);
  await page.locator(".tabulator-col", { hasText: "Allocations" }).click();
  const counts = (await rows(page)).map((row) => Number(row[4].replaceAll(",", "")));
  assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
  await close(page);
});

test("A search narrows the rows down and adds them up", async () => {
  const page = await open(browser, report(folder, "table", capture));
  await page.fill("#search", "shared_memory report_shapes.py");
  assert.equal(await page.locator("#matched").innerText(), "2 rows: 46.0 MB in 4 allocations");
  assert.equal((await rows(page)).length, 2);
  await close(page);
});

test("Threads and leaks are told apart if asked for", async () => {
  const page = await open(browser, report(folder, "table", capture, "--leaks", "--split-threads"));
  const kept = await locationOf(page, "keep");
  assert.deepEqual(kept.map((row) => [row[1], row[3], row[4]]), [["12.0 MB", "2", "shared_memory"], ["4.0 MB", "1", "shared_memory"]]);
  assert.notEqual(kept[0][0], kept[1][0]);
  assert.deepEqual(await locationOf(page, "reach_the_peak"), []);
  assert.equal(await page.title(), "memray - table report (memory leaks)");
  assert.match(await page.locator("#banner").innerText(),
    /^Report generated using --leaks with an arena allocator\n+Note that the Python allocator doesn't necessarily release/);
  await close(page);
});

test("What is mapped and no memory is named in the statistics", async () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  truncateSync(file, 300e6);
  const page = await open(browser, report(folder, "table", record(folder, "allocations/mappings.py", [file], { name: "mappings" })));
  await page.click("#show-stats");
  assert.match(await page.locator("#stats-list").innerText(),
    /Mapped beside the peak\s+1\.1 TB reserved, 300\.0 MB of files, private, 300\.0 MB of files, shared, 8\.4 MB of shared memory again/);
  await close(page);
});

test("A line is one row, whatever its allocators; the address keeps what was chosen", async () => {
  const page = await open(browser, report(folder, "table", capture));
  const mixed = (await rows(page)).find((row) => row[5].includes(", "));
  assert.ok(mixed);
  await page.check("#allocators");
  const apart = (await rows(page)).filter((row) => row.at(-1) === mixed.at(-1));
  assert.deepEqual(apart.map((row) => row[5]).sort(), mixed[5].split(", ").sort());
  assert.equal(apart.reduce((sum, row) => sum + Number(row[4].replaceAll(",", "")), 0), Number(mixed[4].replaceAll(",", "")));
  await page.fill("#search", "keep");
  const again = await open(browser, page.url().split("#")[0].slice("file://".length), { hash: new URL(await address(page)).hash });
  assert.equal(await again.isChecked("#allocators"), true);
  assert.deepEqual(await rows(again), await rows(page));
  await close(again);
  await close(page);
});

test("On a narrow screen locations can be read", async () => {
  const page = await open(browser, report(folder, "table", capture), { viewport: { width: 420, height: 800 } });
  const [first] = await rows(page);
  assert.match(first.at(-1), /^reach_the_peak at report_shapes\.py:\d+$/);
  const clipped = await page.locator(".tabulator-row .tabulator-cell:last-child").evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
  assert.equal(clipped, 0);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 420);
  await page.check("#allocators");
  assert.deepEqual((await rows(page))[0].slice(0, 3), ["30.0 MB", "30.0 MB", "shared_memory"]);
  await close(page);
  const wider = await open(browser, report(folder, "table", capture), { viewport: { width: 800, height: 800 } });
  const cell = await wider.locator(".tabulator-row .tabulator-cell:last-child").first().boundingBox();
  assert.ok(cell.width > 300 && cell.x + cell.width <= 800, JSON.stringify(cell));
  await close(wider);
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
