// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What stands around the flame graph, in a browser, on a program whose memory is known: the total, functions, callers and
// callees, colours, the address, and narrow screens.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, amount, assertAmount, close, frame, labels, newFolder, open, openBrowser, record, report } from "./support.mjs";

const MB = 1_000_000;
const folder = newFolder();
let browser;
let plain; // all frames
let mine;

before(async () => {
  browser = await openBrowser();
  const capture = record(folder, "reports/report_shapes.py");
  plain = report(folder, "flamegraph", capture, "--all-frames");
  mine = report(folder, "flamegraph", capture);
});
after(() => browser.close());

/** A test of one page. */
function onPage(name, body, { file = () => mine, ...options } = {}) {
  test(name, async () => {
    const page = await open(browser, file(), options);
    await body(page);
    await close(page);
  });
}

/** {function: [own, total]} as the table says. */
async function functions(page) {
  const rows = await page.locator("#functions tbody tr").evaluateAll((all) =>
    all.map((row) => [row.querySelector("b").textContent, ...[...row.querySelectorAll(".amount")].map((cell) => cell.firstChild.textContent)]));
  return Object.fromEntries(rows.map(([name, ...sizes]) => [name, sizes]));
}

function row(page, name) {
  return page.locator("#functions tbody tr", { has: page.getByText(name, { exact: true }) });
}

onPage("The total stands at the top, and is of what is shown", async (page) => {
  const total = () => page.locator("#total").innerText();
  const { bytes, count } = await amount(page, "<root>");
  assert.equal(await total(), `${(bytes / MB).toFixed(1)} MB`);
  assert.equal(await page.locator("#of").innerText(), `in ${count.toLocaleString("en-US")} allocations`);
  await page.fill("#search", "^leak at");
  await page.check("#keep");
  assert.equal(await total(), "12.0 MB");
  assert.equal(await page.locator("#of").innerText(), "in 2 allocations");
  await page.selectOption("#unit", "count");
  assert.equal(await total(), "2 allocations");
});

onPage("Functions have what they hold themselves and in total; a click shows where", async (page) => {
  const all = await functions(page);
  assert.deepEqual(Object.keys(all).slice(0, 2), ["reach_the_peak", "keep"]);
  assert.deepEqual(all.reach_the_peak, ["30.0 MB", "30.0 MB"]);
  assert.deepEqual(all.keep, ["16.0 MB", "16.0 MB"]);
  assert.deepEqual(all.leak, ["0 B", "12.0 MB"]);
  await page.locator("#functions th", { hasText: "Total" }).click();
  assert.deepEqual(Object.keys(await functions(page)).slice(0, 2), ["<module>", "main"]);
  assert.match(await address(page), /#sort=total$/);
  await row(page, "reach_the_peak").click();
  assert.match(await page.locator("#details b").innerText(), /^reach_the_peak at /);
  assert.match(await page.locator("g.frame.selected").textContent(), /^reach_the_peak /);
  await page.fill("#search", "^(leak|work) at");
  assert.deepEqual(Object.keys(await functions(page)), ["leak", "work"]);
});

onPage("A row leads to its frame wherever that is", async (page) => {
  await frame(page, "reach_the_peak (").click({ position: { x: 2, y: 5 } });
  await labels(page);
  assert.equal(await page.locator("g.frame", { hasText: "leak (report_shapes" }).count(), 0);
  await row(page, "leak").click();
  await labels(page);
  assert.match(await page.locator("g.frame.selected").textContent(), /^leak /);
  await page.setViewportSize({ width: 1400, height: 300 });
  await row(page, "keep").click();
  const { y, height } = await page.locator("g.frame.selected").boundingBox();
  assert.ok(y >= 0 && y + height <= 300, `${y}`);
}, { file: () => plain });

onPage("All callers and callees of a function, and the way back", async (page) => {
  await row(page, "keep").hover();
  await row(page, "keep").getByRole("button", { name: /Callers and callees of keep/ }).click();
  await labels(page);
  const texts = (id) => page.locator(`#${id} g.frame`).allTextContents();
  assert.match((await texts("chart"))[0], /^keep \(report_shapes\.py\) · 16\.0 MB/);
  const callers = await texts("callers");
  for (const [name, size] of [["leak", "10\\.0 MB"], ["leak", "2\\.0 MB"], ["work", "4\\.0 MB"]]) {
    assert.ok(callers.some((label) => new RegExp(`^${name} .* ${size}`).test(label)), callers.join("\n"));
  }
  await page.locator("#callers g.frame", { hasText: "work (" }).hover({ position: { x: 1, y: 5 } });
  assert.match(await page.locator("#tooltip").innerText(), /^work at .*\ntotal 4\.0 MB \(\d\.\d %\)\n4,000,000 bytes/); // none is its own
  assert.match(await address(page), /#function=keep\+at\+/);
  await page.reload();
  assert.equal(await page.locator("#focus").isVisible(), true);
  await page.getByRole("button", { name: "All calls" }).click();
  assert.equal(await page.locator("#callers").isVisible(), false);
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await frame(page, "reach_the_peak (").click({ position: { x: 2, y: 5 } });
  await page.keyboard.press("s");
  assert.match((await texts("chart"))[0], /^reach_the_peak \(/);
}, { file: () => plain });

onPage("The tooltip says own and total, and covers nothing that the frame called", async (page) => {
  const { text } = await amount(page, "main (report_shapes.py:");
  assert.match(text, /total \d\d\.\d MB \(\d\d\.\d %\), own /);
  const tooltip = await page.locator("#tooltip").boundingBox();
  const main = await frame(page, "main (report_shapes.py:").boundingBox();
  assert.ok(tooltip.y + tooltip.height <= main.y, `${JSON.stringify(tooltip)} ${JSON.stringify(main)}`);
}, { file: () => plain });

onPage("A search moves nothing, and what is no regular expression is said to be none", async (page) => {
  const top = async () => (await page.locator("#chart").boundingBox()).y;
  const before = await top();
  for (const text of ["keep", "keep(", "nothing is called like this"]) {
    await page.fill("#search", text);
    assert.equal(await top(), before);
  }
  await page.fill("#search", "keep(");
  assert.match(await page.locator("#matched").innerText(), /^No regular expression \(.*\): taken as text$/);
  assert.equal(await page.getAttribute("#search", "aria-invalid"), "true");
  await page.fill("#search", "keep\\(");
  assert.match(await page.locator("#matched").innerText(), /^\d+ frames?: /);
  assert.equal(await page.getAttribute("#search", "aria-invalid"), "false");
}, { file: () => plain });

onPage("Frames have the colour of their package, or of their kind", async (page) => {
  const color = (name) => frame(page, name).locator("rect").evaluate((rect) => getComputedStyle(rect).fill);
  const legend = () => page.locator("#legend").innerText();
  assert.match(await legend(), /my code\s*\d\d\.\d %/);
  assert.match(await legend(), /standard library|import system/);
  assert.notEqual(await color("reach_the_peak ("), await color("_find_and_load ("));
  await page.selectOption("#color", "kind");
  assert.match(await legend(), /^Python\s*\d\d\d?\.\d %$/);
}, { file: () => plain });

onPage("The address holds what was chosen", async (page) => {
  await page.check("#all-frames");
  await page.selectOption("#metric", "leaked");
  await page.check("#inverted");
  await page.getByText("Graph", { exact: true }).click();
  await page.fill("#search", "keep");
  const again = await open(browser, mine, { hash: new URL(await address(page)).hash });
  assert.deepEqual(await labels(again), await labels(page));
  assert.equal(await again.locator("#matched").innerText(), await page.locator("#matched").innerText());
  assert.equal(await again.locator("#functions").isVisible(), false);
  assert.equal(await again.isChecked("#all-frames"), true);
  await close(again);
  await page.goBack();
  assert.equal(await page.isChecked("#inverted"), false);
  assert.equal(await page.inputValue("#metric"), "leaked");
});

onPage("What is zoomed into stays when something else is chosen", async (page) => {
  const isZoomed = async (name) => {
    await labels(page);
    const [drawn, chart] = [await frame(page, name).locator("rect").boundingBox(), await page.locator("#chart").boundingBox()];
    return drawn.width > 0.95 * chart.width;
  };
  await frame(page, "leak (").click({ position: { x: 2, y: 5 } });
  await page.selectOption("#metric", "total");
  assert.equal(await isZoomed("leak ("), true);
  const again = await open(browser, plain, { hash: new URL(await address(page)).hash });
  assert.equal(await again.locator("g.frame.fade", { hasText: "main (report_shapes.py:" }).count(), 1);
  await close(again);
  await page.selectOption("#metric", "temporary");
  assert.equal(await isZoomed("main (report_shapes.py:"), false);
}, { file: () => plain });

onPage("On a narrow screen the controls are folded away, and all can be reached", async (page) => {
  assert.equal(await page.locator("#toolbar").isVisible(), false);
  assert.equal(await page.locator("#search").isVisible(), true);
  const header = await page.locator("header").boundingBox();
  assert.ok(header.height < 220, `${header.height}`);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 420);
  assert.deepEqual((await functions(page)).keep, ["16.0 MB", "16.0 MB"]);
  await page.locator("#options summary").click();
  await page.check("#flames");
}, { viewport: { width: 420, height: 800 } });

onPage("The curves have names, and the difference between them is explained", async (page) => {
  assert.match(await page.locator("#spark-label").innerText(), /heap, at most \d+\.\d MB\s+resident, at most \d+\.\d MB/);
  await page.click("#spark");
  const text = await page.locator("#memory-dialog").innerText();
  assert.match(text, /Resident size\s+Pages of the process that are in RAM/);
  assert.match(text, /The heap is larger where memory was allocated and never written to/);
}, { file: () => plain });
