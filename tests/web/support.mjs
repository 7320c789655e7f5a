// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Records targets, opens their reports in a headless browser and reads what a person would see.
//
// Environment: MEMRAY_BINARY, MEMRAY_WEB_MODULES (folder with playwright-core) and, optionally, MEMRAY_BROWSER.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(`${process.env.MEMRAY_WEB_MODULES}/`)("playwright-core");
const TARGETS = fileURLToPath(new URL("../targets/", import.meta.url));
process.env.MEMRAY_OPTIONS = "--no-config"; // nothing that this machine sets
export const PYTHON = "/usr/bin/python3";

export function newFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "memray-web-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function memray(...args) {
  return execFileSync(process.env.MEMRAY_BINARY, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Records a target (its path below tests/targets); returns the capture's path. options: {name: of the capture, env, options: of memray run} */
export function record(folder, target, args = [], { name = `${path.basename(target)}-${args.join("-")}`, env = {}, options = [] } = {}) {
  const capture = path.join(folder, `${name}.bin`);
  const run = ["run", "-q", "-f", "-o", capture, "--python", PYTHON, ...options, path.join(TARGETS, target), ...args];
  const done = spawnSync(process.env.MEMRAY_BINARY, run, { encoding: "utf8", env: { ...process.env, ...env } });
  assert.equal(done.status, 0, done.stderr);
  return capture;
}

let number = 0;

/** Generates a report; returns the page's path. */
export function report(folder, kind, capture, ...options) {
  const page = path.join(folder, `${kind}-${(number += 1)}.html`);
  memray(kind, "-o", page, ...options, capture);
  return page;
}

export async function openBrowser() {
  const executablePath = process.env.MEMRAY_BROWSER ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox"] }); // containers have no user namespaces
}

/** A page that reports errors and everything it asks the network for: both must stay empty. */
export async function open(browser, file, { hash = "", prepare = async () => {}, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("request", (request) => request.url().startsWith("file:") || page.complaints.push(`asks for ${request.url()}`));
  await prepare(page);
  await page.goto(`file://${file}${hash}`);
  return page;
}

/** As the page has it; page.url() is what has been heard of it so far. */
export function address(page) {
  return page.evaluate(() => location.href);
}

export async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

/** Labels of the frames drawn. */
export async function labels(page) {
  // The library writes them a moment after it has drawn the frames.
  await page.waitForFunction(() => [...document.querySelectorAll("g.frame")].every((drawn) => drawn.textContent !== ""));
  return page.locator("g.frame").allTextContents();
}

export function frame(page, name) {
  return page.locator("g.frame", { hasText: name }).first();
}

/** {bytes, count, text} of the frame whose label holds `name`, from its tooltip. */
export async function amount(page, name) {
  await frame(page, name).hover({ position: { x: 1, y: 5 } });
  const text = (await page.locator("#tooltip").innerText()).trim();
  const [, bytes, count] = text.match(/([\d,]+) bytes? in ([\d,]+) allocations?/);
  return { bytes: Number(bytes.replaceAll(",", "")), count: Number(count.replaceAll(",", "")), text };
}

export async function assertAmount(page, name, bytes, count) {
  const found = await amount(page, name);
  assert.deepEqual([found.bytes, found.count], [bytes, count], found.text);
}
