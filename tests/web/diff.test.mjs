// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The page of `memray diff --flamegraph`: what grew is red, what shrank is blue, with exact amounts.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { amount, close, frame, labels, memray, newFolder, open, openBrowser, record } from "./support.mjs";

const folder = newFolder();
let browser;
let small;
let large;

before(async () => {
  browser = await openBrowser();
  small = record(folder, "reports/report_shapes_import.py"); // 6 MB, which the other has, too
  large = record(folder, "reports/report_shapes.py");
});
after(() => browser.close());

function diff(name, from, to) {
  const page = path.join(folder, name);
  memray("diff", "--flamegraph", "-o", page, from, to);
  return page;
}

/** [red, green, blue] of a frame. */
async function color(page, name) {
  const text = await frame(page, name).locator("rect").evaluate((rect) => getComputedStyle(rect).fill);
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

test("What is new is red, with what there was before and is after", async () => {
  const page = await open(browser, diff("grown.html", small, large));
  assert.equal(await page.title(), "memray - diff flamegraph report");
  assert.match(await page.locator("#note").innerText(), /before, .* after: \+\d/);
  assert.equal(await page.locator("#metric").inputValue(), "change");
  const { text } = await amount(page, "reach_the_peak (");
  assert.match(text, /before: 0 B in 0 allocations\nafter: 30\.0 MB in 1 allocation\nchange: \+30\.0 MB/);
  assert.match(text, /held = mmap\.mmap\(-1, 30 \* MB\)/);
  const [red, , blue] = await color(page, "reach_the_peak (");
  assert.ok(red > blue, `${red} ${blue}`);
  assert.equal(await page.locator("#changes").isVisible(), true);
  await close(page);
});

test("What is gone is blue, and its callers are seen to shrink", async () => {
  const page = await open(browser, diff("shrunk.html", large, small));
  assert.match((await amount(page, "<root>")).text, /change: -4\d\.\d MB/);
  const { text } = await amount(page, "reach_the_peak (");
  assert.match(text, /change: -30\.0 MB \(-100\.0 %\)/);
  assert.doesNotMatch(text, /mmap\.mmap/); // the line is not in the new program
  const [red, , blue] = await color(page, "reach_the_peak (");
  assert.ok(blue > red, `${red} ${blue}`);
  assert.match((await amount(page, "leak (")).text, /before: 1\d\.0 MB/);
  await page.selectOption("#metric", "after");
  assert.equal((await labels(page)).some((label) => label.includes("reach_the_peak (")), false);
  await close(page);
});

test("A page on what did not change says so and shows what there is", async () => {
  const page = await open(browser, diff("same.html", small, small));
  assert.match(await page.locator("#note").innerText(), /No changes to show/);
  assert.equal(await page.locator("#metric").inputValue(), "after");
  assert.match((await amount(page, "<root>")).text, /change: 0 B/);
  await close(page);
});
