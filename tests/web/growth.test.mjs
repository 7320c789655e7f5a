// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What grows, in a page, and pages about a part of the time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAmount, close, labels, newFolder, open, openBrowser, record, report } from "./support.mjs";

const MB = 1_000_000;
const folder = newFolder();
let browser;

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test("The leak comes first, with its curve, and is found in the graph", async () => {
  const capture = record(folder, "reports/leak_among_caches.py");
  const page = await open(browser, report(folder, "flamegraph", capture));
  await page.click("#show-growth");
  const first = page.locator("#growth-dialog li").first();
  const text = await first.innerText();
  assert.match(text, /^block at \S+leak_among_caches\.py:\d+\s+called by leak at /);
  assert.match(text, /rose in \d+ of \d+ time buckets; holds 1\.2 MB in 120 allocations/);
  const points = (await first.locator("polyline").getAttribute("points")).split(" ").map((point) => Number(point.split(",")[1]));
  assert.ok(points[0] > points.at(-1), "the curve rises");
  assert.deepEqual([...points].sort((a, b) => b - a), points);
  const places = await page.locator("#growth-dialog li").allInnerTexts();
  for (const cache of ["memoized", "remember", "collect", "load_table"]) {
    assert.ok(!places.some((place) => place.includes(`called by ${cache} `)), cache);
  }
  await first.locator("button").click();
  assert.equal(await page.locator("#growth-dialog").isVisible(), false);
  assert.equal(await page.inputValue("#search"), "block");
  assert.notEqual(await page.locator("#matched").innerText(), "");
  await close(page);
});

test("A page about a part of the time says so, and shows what is left of it", async () => {
  const capture = record(folder, "reports/report_shapes.py", ["0.6"]);
  const file = report(folder, "flamegraph", capture, "--from", "0.3", "--to", "100%");
  const page = await open(browser, file);
  assert.match(await page.locator("#losses").innerText(), /Time: 0\.3 s to [\d.]+ s of [\d.]+ s; all memory then: /);
  const chosen = await page.locator("#metric option").evaluateAll((all) => all.map((option) => [option.value, option.selected]));
  assert.deepEqual(chosen, [["kept", true], ["peak", false], ["leaked", false], ["temporary", false], ["total", false]]);
  assert.ok(!(await labels(page)).some((label) => label.includes("reach_the_peak")));
  await page.selectOption("#metric", "peak");
  await assertAmount(page, "reach_the_peak", 30 * MB, 1);
  await assertAmount(page, "leak", 12 * MB, 2); // two lines of it
  assert.equal(await page.locator("#show-growth").count(), 0);
  await close(page);
});
