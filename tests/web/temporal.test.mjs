// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Time ranges: the program holds 22 MB from its start, 30 MB more in its second third, and 22 MB in the last.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAmount, close, labels, newFolder, open, openBrowser, record, report } from "./support.mjs";

const MB = 1_000_000;
const folder = newFolder();
let browser;
let page;

before(async () => {
  browser = await openBrowser();
  page = await open(browser, report(folder, "flamegraph", record(folder, "reports/report_shapes.py", ["0.6"]), "--all-frames", "--temporal"));
});
after(() => browser.close());

/** Start and end of the time in which 30 MB more were live, in ms. */
async function peakTimes() {
  const { snapshots } = JSON.parse(await page.locator("#data").textContent());
  const times = [];
  for (let i = 0; i < snapshots.length; i += 3) if (snapshots[i + 2] > 45 * MB) times.push(snapshots[i]);
  return { first: snapshots[0], begin: times[0], end: times.at(-1), last: snapshots.at(-3) };
}

/** Over the graph, from one time to another. */
async function drag(fromMs, toMs) {
  const { first, last } = await peakTimes();
  const [from, to] = [fromMs, toMs].map((time) => (time - first) / (last - first));
  const box = await page.locator("#time-graph .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * from, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 4 });
  await page.mouse.up();
}

async function has(name) {
  return (await labels(page)).some((label) => label.includes(name));
}

test("The whole run is shown first", async () => {
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await assertAmount(page, "leak (", 10 * MB, 1);
});

test("A range before the peak shows what was live in it", async () => {
  const { first, begin } = await peakTimes();
  await drag(first, begin - 200);
  assert.equal(await has("reach_the_peak ("), false);
  await assertAmount(page, "leak (", 10 * MB, 1);
  await assertAmount(page, "<module> (report_shapes_import.py:", 6 * MB, 1);
});

test("A range in the peak shows what was live already, and leaks in it are few", async () => {
  const { begin, end } = await peakTimes();
  await drag(begin + 100, end - 100);
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await assertAmount(page, "leak (", 10 * MB, 1);
  await page.selectOption("#metric", "leaked");
  assert.equal(await has("leak ("), false);
  assert.equal(await has("reach_the_peak ("), false);
});

test("Leaks of the first range are those allocated in it", async () => {
  const { first, begin } = await peakTimes();
  await drag(first, begin - 200);
  await assertAmount(page, "leak (", 10 * MB, 1);
  await assertAmount(page, "work (", 4 * MB, 1);
});

test("The whole run can be chosen again", async () => {
  await page.getByRole("button", { name: "Whole run" }).click();
  await page.selectOption("#metric", "peak");
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await close(page);
});

test("My code has the same in each range, and keeps the range when all frames are shown", async () => {
  page = await open(browser, report(folder, "flamegraph", record(folder, "reports/report_shapes.py", ["0.6"]), "--temporal"));
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  const { first, begin, end } = await peakTimes();
  await drag(first, begin - 200);
  assert.equal(await has("reach_the_peak ("), false);
  await page.selectOption("#metric", "leaked");
  await assertAmount(page, "main (", 12 * MB, 2);
  await drag(begin + 100, end - 100);
  await page.selectOption("#metric", "peak");
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  const shown = await page.locator("#range").innerText();
  await page.check("#all-frames");
  assert.equal(await page.locator("#range").innerText(), shown);
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  assert.ok(await has("<module> (report_shapes_import.py:"));
  await page.uncheck("#all-frames");
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await close(page);
});
