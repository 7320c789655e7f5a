// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The page of several processes, whose memory is known.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { close, frame, labels, memray, newFolder, open, openBrowser, record, report } from "./support.mjs";

const MB = 1_000_000;
const folder = newFolder();
let browser;
let file;
let split; // by thread

before(async () => {
  browser = await openBrowser();
  const calls = path.join(process.env.MEMRAY_TARGETS, "calls.so");
  const capture = record(folder, "children/family.py", [calls, "together"], { name: "family", options: ["--follow-fork"] });
  const merged = path.join(folder, "all");
  memray("merge", capture, "-o", merged);
  file = report(folder, "flamegraph", merged);
  split = report(folder, "flamegraph", merged, "--split-threads");
});
after(() => browser.close());

/** {trace: [bytes]} of the CSV that the page offers. */
async function curves(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#memory-csv")]);
  const result = {};
  for (const line of readFileSync(await download.path(), "utf8").trim().split("\n").slice(1)) {
    const [trace, , bytes] = line.split(",");
    (result[trace] ??= []).push(Number(bytes));
  }
  return result;
}

test("Each process has its own curve beside that of all together", async () => {
  const page = await open(browser, file);
  await page.click("#show-memory");
  const legend = await page.locator("#memory-graph .u-legend").innerText();
  const traces = await curves(page);
  const processes = Object.keys(traces).filter((name) => name.startsWith("process "));
  assert.equal(processes.length, 3);
  for (const name of processes) assert.ok(legend.includes(name), legend);
  const most = processes.map((name) => Math.max(...traces[name]));
  [400 * MB, 150 * MB, 100 * MB].forEach((known, i) => assert.ok(most[i] >= known && most[i] < known + MB, `${most}`));
  for (const name of processes) assert.equal(traces[name].at(-1), 0);
  const all = Math.max(...traces["Heap size"]);
  assert.ok(all >= 650 * MB && all < 653 * MB, `${all}`);
  await close(page);
});

test("Frames of processes are told from those of functions", async () => {
  const page = await open(browser, file);
  const processes = (await labels(page)).filter((label) => label.startsWith("process "));
  assert.equal(processes.length, 3);
  for (const label of processes) assert.match(label, /^process \d+ · \d+\.\d MB \(\d+\.\d %\) · .*family\.py/);
  const color = (name) => frame(page, name).locator("rect").evaluate((rect) => getComputedStyle(rect).fill);
  assert.notEqual(await color(/^process/), await color("child ("));
  assert.match(await page.locator("#legend").innerText(), /process/);
  await close(page);
});

test("Threads stand below their processes", async () => {
  const page = await open(browser, split);
  const all = await labels(page);
  assert.equal(all.filter((label) => label.startsWith("process ")).length, 3);
  const place = async (name) => frame(page, name).boundingBox();
  const [first, thread] = [await place(/^process .*400\.0 MB/), await place(/^Thread .*400\.0 MB/)];
  assert.ok(thread.y > first.y && thread.y < first.y + 30, `${JSON.stringify(first)} ${JSON.stringify(thread)}`);
  await close(page);
});
