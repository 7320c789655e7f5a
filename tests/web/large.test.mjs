// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Pages of captures with more than 100,000 different calls.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { address, close, frame, labels, newFolder, open, openBrowser, record, report } from "./support.mjs";

const LARGEST = 5_000_000;
const STACKS = 100_000;
const LONGEST = 2; // seconds until a person can use the page
const folder = newFolder();
let browser;
let capture;

before(async () => {
  browser = await openBrowser();
  capture = record(folder, "stacks/many_stacks.py", [], { env: { PYTHONMALLOC: "malloc" }, options: ["--aggregate"] });
});
after(() => browser.close());

/**
 * Opens a page and waits for the picture. Seconds are those of the page's own thread: the time on an idle machine, in
 * which a person can use the page, whatever else runs here.
 */
async function openInTime(context, file) {
  let session;
  const prepare = async (page) => {
    session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
  };
  const started = performance.now();
  const page = await open(browser, file, { prepare });
  await frame(page, "call (").waitFor();
  const elapsed = performance.now() - started;
  const { metrics } = await session.send("Performance.getMetrics");
  const seconds = metrics.find(({ name }) => name === "ThreadTime").value;
  context.diagnostic(`interactive after ${Math.round(elapsed)} ms, ${Math.round(seconds * 1000)} ms of its own`);
  assert.ok(seconds > 0.1 && seconds < LONGEST, `${seconds} s`);
  return page;
}

test("By default the page stays small, and says what it folded", async (context) => {
  const file = report(folder, "flamegraph", capture, "--include", "call at .*many_stacks");
  assert.ok(statSync(file).size < LARGEST);
  const page = await openInTime(context, file);
  await page.check("#inverted");
  await page.uncheck("#inverted");
  await frame(page, "call (many_stacks.py:").click({ position: { x: 2, y: 5 } });
  assert.match(await address(page), /#zoom=\d+$/);
  await close(page);
});

test("Nothing is folded if asked for", async (context) => {
  const file = report(folder, "flamegraph", capture, "--full", "--include", "call at .*many_stacks");
  const page = await openInTime(context, file);
  assert.equal((await labels(page)).some((label) => label.includes("smaller")), false);
  await page.fill("#search", "kept.append\\(bytes");
  const [, count] = (await page.locator("#matched").innerText()).match(/^([\d,]+) frames/);
  assert.equal(Number(count.replaceAll(",", "")), STACKS);
  await close(page);
});
