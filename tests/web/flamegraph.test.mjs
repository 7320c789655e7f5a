// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The flame graph page in a browser, on a program whose memory is known.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, amount, assertAmount, close, frame, labels, newFolder, open, openBrowser, record, report } from "./support.mjs";

const MB = 1_000_000;
const folder = newFolder();
let browser;
let capture;
let plain; // all frames
let mine;

before(async () => {
  browser = await openBrowser();
  capture = record(folder, "reports/report_shapes.py");
  plain = report(folder, "flamegraph", capture, "--all-frames");
  mine = report(folder, "flamegraph", capture);
});
after(() => browser.close());

/** A test of one page. */
function onPage(name, body, { file = () => plain, ...options } = {}) {
  test(name, async () => {
    const page = await open(browser, file(), options);
    await body(page);
    await close(page);
  });
}

async function chartWidth(page) {
  return (await page.locator("#chart").boundingBox()).width;
}

async function has(page, name) {
  return (await labels(page)).some((label) => label.includes(name));
}

onPage("The peak is shown first, with exact amounts", async (page) => {
  assert.equal(await page.title(), "memray - flamegraph report");
  await assertAmount(page, "leak (report_shapes.py:", 10 * MB, 1);
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
  await assertAmount(page, "work (", 4 * MB, 1);
  assert.equal(await has(page, "use_for_a_moment ("), false);
});

onPage("My code comes first: libraries that call it are left out, calls that hold the same are one frame", async (page) => {
  const { text } = await amount(page, "keep (report_shapes.py:");
  assert.match(text, /calls: work → keep/);
  assert.equal(await has(page, "_bootstrap"), false);
  assert.equal(await has(page, "_find_and_load"), false);
  assert.equal(await page.locator("#hide-classes").isVisible(), false);
  await assertAmount(page, "keep (report_shapes.py:", 4 * MB, 1);
  const whole = (await amount(page, "<root>")).bytes;
  await page.fill("#search", "^leak at");
  assert.match(await page.locator("#matched").innerText(), /^2 frames: 12\.0 MB in 2 allocations/);
  await page.fill("#search", "");
  await page.keyboard.press("Escape");
  await page.locator("#search").blur();
  await page.keyboard.press("f");
  assert.equal(await page.isChecked("#all-frames"), true);
  assert.equal(await has(page, "_bootstrap"), true);
  assert.equal((await amount(page, "<root>")).bytes, whole);
}, { file: () => mine });

onPage("A click zooms in, the address keeps it, and back leads out", async (page) => {
  const width = async () => (await frame(page, "leak (").locator("rect").boundingBox()).width;
  const before = await width();
  await frame(page, "leak (").click({ position: { x: 2, y: 5 } });
  assert.match(await address(page), /#zoom=\d+$/);
  await page.waitForFunction((wide) => document.querySelector("g.frame.selected rect")?.getBoundingClientRect().width > wide, before);
  const zoomed = await width();
  assert.ok(zoomed > 0.95 * (await chartWidth(page)), `${zoomed}`);
  const zoomedAddress = await address(page);
  await page.goBack();
  assert.ok(Math.abs((await width()) - before) < 2);
  await page.goForward();
  assert.equal(await address(page), zoomedAddress);
  assert.ok(Math.abs((await width()) - zoomed) < 2);
  await page.getByRole("button", { name: "Reset zoom" }).click();
  assert.ok(Math.abs((await width()) - before) < 2);
  await page.goBack();
  await page.keyboard.press("Escape");
  assert.doesNotMatch(await address(page), /#/);
});

onPage("An address with a frame opens zoomed into it", async (page) => {
  await frame(page, "leak (").click({ position: { x: 2, y: 5 } });
  const again = await open(browser, plain, { hash: new URL(await address(page)).hash });
  assert.ok((await frame(again, "leak (").locator("rect").boundingBox()).width > 0.95 * (await chartWidth(again)));
  await close(again);
});

onPage("A search says how much matches, and can keep only that", async (page) => {
  await page.fill("#search", "^(leak|work) at");
  const matched = await page.locator("#matched").innerText();
  assert.match(matched, /^\d+ frames: 16\.0 MB in 3 allocations \(\d\d\.\d %\)$/);
  await page.check("#keep");
  assert.equal(await has(page, "reach_the_peak ("), false);
  await assertAmount(page, "<root>", 16 * MB, 3);
  await page.fill("#search", "nothing is called like this");
  assert.equal(await page.locator("#empty").innerText(), "No allocations to show.");
  await page.fill("#search", "");
  assert.equal(await has(page, "reach_the_peak ("), true);
});

onPage("The metric changes without another report", async (page) => {
  await page.selectOption("#metric", "leaked");
  assert.equal(await has(page, "reach_the_peak ("), false);
  await assertAmount(page, "leak (", 10 * MB, 1);
  assert.match(await page.locator("#banner").innerText(), /Python allocator doesn't necessarily release memory/);
  await page.selectOption("#metric", "temporary");
  await assertAmount(page, "use_for_a_moment (", 5 * MB, 5);
  assert.equal(await page.locator("#banner").isVisible(), false);
  await page.selectOption("#metric", "total");
  await assertAmount(page, "use_for_a_moment (", 5 * MB, 5);
  await assertAmount(page, "reach_the_peak (", 30 * MB, 1);
});

onPage("Frames are as wide as their allocations are many, if asked for", async (page) => {
  await page.selectOption("#metric", "temporary");
  const share = async () => {
    const box = await frame(page, "use_for_a_moment (").locator("rect").boundingBox();
    const root = await frame(page, "<root>").locator("rect").boundingBox();
    return box.width / root.width;
  };
  const { bytes, count } = await amount(page, "<root>");
  assert.ok(Math.abs((await share()) - (5 * MB) / bytes) < 0.01);
  await page.selectOption("#unit", "count");
  assert.ok(Math.abs((await share()) - 5 / count) < 0.01);
});

onPage("Allocators stand below their callers in a colour of their own, if asked for", async (page) => {
  const color = (name) => frame(page, name).locator("rect").evaluate((rect) => getComputedStyle(rect).fill);
  await page.selectOption("#metric", "leaked");
  assert.equal((await labels(page)).some((label) => label.startsWith("shared_memory ·")), false);
  await page.check("#allocators");
  await page.check("#inverted");
  assert.ok((await labels(page)).some((label) => label.startsWith("shared_memory ·")));
  assert.notEqual(await color(/^shared_memory ·/), await color("keep ("));
  assert.ok((await amount(page, /^shared_memory ·/)).bytes >= 22 * MB);
  await assertAmount(page, "keep (", 16 * MB, 3);
});

onPage("The import system can be hidden; what it led to stays", async (page) => {
  assert.equal(await has(page, "_find_and_load"), true);
  await page.check("#hide-imports");
  assert.equal(await has(page, "_find_and_load"), false);
  await assertAmount(page, "<module> (report_shapes_import.py:", 6 * MB, 1);
});

onPage("Frames that match a pattern can be hidden", async (page) => {
  await page.fill("#hide-pattern", "reach_the_peak");
  await page.locator("#hide-pattern").blur();
  assert.equal(await has(page, "reach_the_peak ("), false);
  const { bytes } = await amount(page, "main (report_shapes.py:");
  assert.ok(bytes >= 12 * MB);
});

onPage("Flames grow upwards, icicles downwards", async (page) => {
  const above = async () => {
    const [leak, root] = [await frame(page, "leak (").boundingBox(), await frame(page, "<root>").boundingBox()];
    return leak.y < root.y;
  };
  assert.equal(await above(), false);
  await page.check("#flames");
  assert.equal(await above(), true);
});

onPage("Inverted, the functions that allocate come first", async (page) => {
  await page.keyboard.press("i");
  await page.selectOption("#metric", "leaked");
  await labels(page);
  const tops = await page.evaluate(() => {
    const frames = [...document.querySelectorAll("g.frame")].map((g) => [g.getBoundingClientRect().top, g.textContent]);
    const rows = [...new Set(frames.map(([top]) => top))].sort((a, b) => a - b);
    return frames.filter(([top]) => top === rows[1]).map(([, text]) => text);
  });
  assert.ok(tops.some((label) => label.startsWith("keep (report_shapes.py:")), tops.join(", "));
  await assertAmount(page, "keep (", 16 * MB, 3);
  await assertAmount(page, "work (", 4 * MB, 1);
});

onPage("The keyboard moves between frames, copies a stack, and shows help", async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await frame(page, "reach_the_peak (").click({ position: { x: 2, y: 5 } });
  await page.keyboard.press("c");
  await page.waitForFunction(() => document.querySelector("#details").textContent === "Copied the stack.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const lines = copied.trim().split("\n");
  assert.equal(lines[0], "30.0 MB in 1 allocation");
  assert.match(lines.at(-1), /^ {2}reach_the_peak at .*report_shapes\.py:\d+$/);
  assert.match(lines[1], /^ {2}<module> at /);
  await page.keyboard.press("ArrowUp");
  assert.match(await page.locator("#details b").innerText(), /^main at /);
  await page.keyboard.press("?");
  assert.equal(await page.locator("#help-dialog").isVisible(), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("zzz");
  assert.equal(await page.inputValue("#search"), "zzz");
});

onPage("The source line stands in the frame and under the pointer", async (page) => {
  const label = (await labels(page)).find((text) => text.startsWith("reach_the_peak (report_shapes.py:31)"));
  assert.match(label, /^reach_the_peak \(report_shapes\.py:31\) · 30\.0 MB \(\d\d\.\d %\) · held = mmap\.mmap\(-1, 30 \* MB\)$/);
  assert.match((await amount(page, "reach_the_peak (")).text, /held = mmap\.mmap\(-1, 30 \* MB\)/);
});

onPage("Statistics say what was recorded", async (page) => {
  await page.click("#show-stats");
  const text = await page.locator("#stats-list").innerText();
  assert.match(text, /report_shapes\.py/);
  assert.match(await page.locator("#allocator").innerText(), /pymalloc/);
});

onPage("The memory graph opens and can be saved as CSV", async (page) => {
  await page.click("#show-memory");
  await page.locator("#memory-graph .u-over").hover();
  assert.match(await page.locator("#memory-graph .u-legend").innerText(), /Time:?\s*\d+\.\d s \(\d+:\d+:\d+/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#memory-csv")]);
  assert.equal(download.suggestedFilename(), "usage_over_time.csv");
});

onPage("Dark and light are remembered, and follow the system before", async (page) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "dark");
  await page.click("#theme");
  assert.equal(await theme(), "light");
  await page.reload();
  assert.equal(await theme(), "light");
}, { colorScheme: "dark" });

onPage("Threads can be told apart", async (page) => {
  const thread = await page.locator("#thread option").evaluateAll((options) => options.map((option) => option.textContent));
  assert.equal(thread.length, 3);
  await assertAmount(page, /^Thread 2 /, 4 * MB, 1);
  assert.ok((await amount(page, /^Thread 1 /)).bytes >= 48 * MB);
  await page.selectOption("#thread", { index: 2 });
  await assertAmount(page, "work (", 4 * MB, 1);
  assert.equal(await has(page, "reach_the_peak ("), false);
  await page.selectOption("#thread", { index: 0 });
  assert.equal(await has(page, "reach_the_peak ("), true);
}, { file: () => report(folder, "flamegraph", capture, "--all-frames", "--split-threads") });

onPage("A filter of the command line takes frames out of the data", async (page) => {
  await assertAmount(page, "<root>", 42 * MB, 3);
  assert.equal(await has(page, "reach_the_peak ("), false);
}, { file: () => report(folder, "flamegraph", capture, "--include", "leak|reach", "--exclude", "reach|keep") });

onPage("Nothing in names becomes markup", async (page) => {
  await frame(page, "<img").hover({ position: { x: 1, y: 5 } });
  assert.match(await page.locator("body").innerText(), /<img src=x onerror=/);
  await page.click("#show-stats");
  assert.equal(await page.evaluate(() => globalThis.attacked), undefined);
  assert.equal(await page.locator("img").count(), 0);
}, { file: () => report(folder, "flamegraph", record(folder, "reports/hostile_names.py"), "--split-threads") });

onPage("A capture without allocations gives a page that says so", async (page) => {
  assert.equal(await page.locator("#empty").innerText(), "No allocations to show.");
}, { file: () => report(folder, "flamegraph", capture, "--include", "no such function") });
