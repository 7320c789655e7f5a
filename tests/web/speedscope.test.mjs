// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// speedscope itself, in a browser, reads our exports and shows the expected amounts.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { close, memray, newFolder, open, openBrowser, record } from "./support.mjs";

const SPEEDSCOPE = path.join(process.env.MEMRAY_WEB_MODULES, "speedscope/dist/release/index.html");
const folder = newFolder();
let browser;
let capture;

before(async () => {
  browser = await openBrowser();
  capture = record(folder, "reports/report_shapes.py");
});
after(() => browser.close());

/** Exports the capture and opens it as speedscope's own command does: by a script that hands the file over. */
async function openExport(format, name) {
  const file = path.join(folder, name);
  memray("transform", format, "-f", "-o", file, capture);
  const script = path.join(folder, `${name}.js`);
  writeFileSync(script, `speedscope.loadFileFromBase64("${name}", "${readFileSync(file).toString("base64")}")`);
  const page = await open(browser, SPEEDSCOPE, { hash: `#localProfilePath=${script}` });
  await page.getByText("Sandwich").click();
  await page.locator("tr", { hasText: "reach_the_peak" }).waitFor();
  return page;
}

/** {function: [[total, self], ...]}, without the shares: one for each frame of it. */
async function amounts(page, names) {
  const rows = await page.locator("tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  const shown = {};
  for (const [total, self, name] of rows) {
    if (names.includes(name)) (shown[name] ??= []).push([total, self].map((text) => text.replace(/ \(.*\)/, "")));
  }
  return shown;
}

const NAMES = ["reach_the_peak", "keep", "leak", "work"];
const SIZES = {
  reach_the_peak: [["28.61 MB", "28.61 MB"]], // 30,000,000 bytes, in units of 1024
  keep: [["15.26 MB", "15.26 MB"]],
  work: [["3.81 MB", "0 B"]],
  leak: [["1.91 MB", "0 B"], ["9.54 MB", "0 B"]],
};
const COUNTS = { reach_the_peak: [["1", "1"]], keep: [["3", "3"]], work: [["1", "0"]], leak: [["1", "0"], ["1", "0"]] };

test("Its own format has bytes and allocations", async () => {
  const page = await openExport("speedscope", "memory.speedscope.json");
  assert.deepEqual(await amounts(page, NAMES), SIZES);
  await page.keyboard.press("n"); // the next profile
  await page.getByText("Allocations (2/2)").waitFor();
  assert.deepEqual(await amounts(page, NAMES), COUNTS);
  await close(page);
});

test("pprof is shown by its default, the bytes, and lines of a function are one frame", async () => {
  const page = await openExport("pprof", "memory.pb.gz");
  assert.deepEqual(await amounts(page, NAMES), { ...SIZES, leak: [["11.44 MB", "0 B"]] });
  await close(page);
});
