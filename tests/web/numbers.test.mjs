// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The trees that the flame graph page draws, without a browser: exact amounts of every function, for each metric,
// inverted, of one thread, and in time ranges.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { ALL_THREADS, Model } from "../../cli/web/src/model.js";
import { callersAndCallees } from "../../cli/web/src/callers_callees.js";
import { framesNamed, functionsOf, nameOf as functionName } from "../../cli/web/src/functions.js";
import { viewTree } from "../../cli/web/src/view_builder.js";
import { newFolder, record, report } from "./support.mjs";

const MB = 1_000_000;
const NAMES = ["leak", "work", "keep", "reach_the_peak", "use_for_a_moment"];
const LEAKED = { leak: [2, 12 * MB], work: [1, 4 * MB], keep: [3, 16 * MB] };
const PEAK = { ...LEAKED, reach_the_peak: [1, 30 * MB] };
const MOMENTS = { use_for_a_moment: [5, 5 * MB], reach_the_peak: [1, 30 * MB] };
const EVERYTHING = { ...LEAKED, ...MOMENTS };
const MAIN_THREAD = { leak: [2, 12 * MB], keep: [2, 12 * MB], reach_the_peak: [1, 30 * MB] };
const OTHER_THREAD = { work: [1, 4 * MB], keep: [1, 4 * MB] };
const folder = newFolder();
let model;
let peakBuckets; // in which the 30 MB were allocated and freed

before(() => {
  const capture = record(folder, "reports/report_shapes.py", ["0.4"]);
  model = new Model(JSON.parse(readFileSync(report(folder, "flamegraph", capture, "--json", "--temporal", "--split-threads"))));
  const { intervals } = model.data.buckets;
  const at = intervals.findIndex((value, i) => i % 6 === 4 && value === 30 * MB) - 4;
  peakBuckets = { allocated: intervals[at + 2], freed: intervals[at + 3] };
});

function tree(own, choice) {
  const nothing = { unit: "bytes", inverted: false, allocators: false, thread: ALL_THREADS, hide: 0, hidePattern: null, keep: null };
  return viewTree(model, own, { ...nothing, ...choice });
}

function nameOf({ frame }) {
  return frame < 0 ? "" : model.data.strings[model.data.frames.function[frame]];
}

/** {function: [allocations, bytes]} of NAMES in the tree; none of them calls itself. */
function amounts(own, choice = {}) {
  const sums = {};
  const pending = [tree(own, choice)];
  while (pending.length) {
    const node = pending.pop();
    pending.push(...node.children);
    const name = nameOf(node);
    if (!NAMES.includes(name)) continue;
    const [count, bytes] = sums[name] ?? [0, 0];
    sums[name] = [count + node.count, bytes + node.bytes];
  }
  return sums;
}

test("Each metric has the expected amounts, also inverted", () => {
  for (const [metric, expected] of Object.entries({ peak: PEAK, leaked: LEAKED, temporary: MOMENTS, total: EVERYTHING })) {
    for (const choice of [{}, { inverted: true }, { allocators: true }, { inverted: true, allocators: true }]) {
      assert.deepEqual({ metric, ...choice, ...amounts(model.own[metric], choice) }, { metric, ...choice, ...expected });
    }
  }
});

test("Allocators stand below those who called them, and first when inverted", () => {
  const moments = (choice) => tree(model.own.temporary, { ...choice, allocators: true, keep: /^use_for_a_moment at/ });
  let node = moments({});
  while (node.children.length) [node] = node.children;
  assert.deepEqual([nameOf(node), nameOf(node.parent), node.count, node.bytes], ["shared_memory", "use_for_a_moment", 5, 5 * MB]);
  const [thread] = moments({ inverted: true }).children;
  const [first] = thread.children;
  assert.deepEqual([nameOf(first), nameOf(first.children[0]), first.bytes], ["shared_memory", "use_for_a_moment", 5 * MB]);
});

test("Threads are told apart, also inverted", () => {
  for (const inverted of [false, true]) {
    const threads = tree(model.own.leaked, { inverted, keep: /^keep at/ }).children;
    assert.deepEqual(threads.map((node) => [nameOf(node).slice(0, 8), node.bytes]), [["Thread 1", 12 * MB], ["Thread 2", 4 * MB]]);
    assert.deepEqual(amounts(model.own.peak, { thread: 0, inverted }), MAIN_THREAD);
    assert.deepEqual(amounts(model.own.peak, { thread: 1, inverted }), OTHER_THREAD);
  }
});

test("Time ranges have what was live at their fullest moment, and what was allocated and stays", () => {
  const last = model.data.buckets.start_ms.length - 1;
  const { allocated, freed } = peakBuckets;
  assert.ok(0 < allocated && allocated < freed && freed < last, `${allocated} ${freed} ${last}`);
  for (const inverted of [false, true]) {
    const peakOf = (from, to) => amounts(model.peakOf(from, to), { inverted });
    const leakedIn = (from, to) => amounts(model.leakedIn(from, to), { inverted });
    assert.deepEqual(peakOf(0, last), PEAK);
    assert.deepEqual(peakOf(0, allocated - 1), LEAKED);
    assert.deepEqual(peakOf(allocated, freed), PEAK);
    assert.deepEqual(peakOf(freed + 1, last), LEAKED);
    assert.deepEqual(leakedIn(0, last), LEAKED);
    assert.deepEqual(leakedIn(0, allocated - 1), LEAKED);
    assert.deepEqual(leakedIn(allocated, freed - 1), { reach_the_peak: [1, 30 * MB] });
    assert.deepEqual(leakedIn(allocated, last), {});
  }
});

test("A function has what it holds itself, and what it and those it called hold", () => {
  const rows = functionsOf(model, tree(model.own.peak), false);
  const held = (name) => rows.filter(({ frame }) => nameOf({ frame }) === name).map(({ own, total }) => [own.bytes, total.bytes, total.count]);
  assert.deepEqual(held("keep"), [[16 * MB, 16 * MB, 3]]);
  assert.deepEqual(held("leak"), [[0, 12 * MB, 2]]);
  assert.deepEqual(held("work"), [[0, 4 * MB, 1]]);
  assert.deepEqual(held("reach_the_peak"), [[30 * MB, 30 * MB, 1]]);
  assert.equal(rows.reduce((sum, { own }) => sum + own.bytes, 0), tree(model.own.peak).bytes);
});

test("Callers of a function and its callees are those of all its calls", () => {
  const calls = tree(model.own.leaked);
  const rows = functionsOf(model, calls, false);
  const of = (name) => {
    const row = rows.find(({ frame }) => nameOf({ frame }) === name);
    return callersAndCallees(model, calls, framesNamed(model, rows, functionName(model, row)), name, "bytes");
  };
  const { callers, callees } = of("keep");
  assert.deepEqual([callers.bytes, callees.bytes], [16 * MB, 16 * MB]);
  assert.deepEqual(callers.children.map((node) => [nameOf(node), node.bytes]), [["leak", 10 * MB], ["work", 4 * MB], ["leak", 2 * MB]]);
  assert.deepEqual(callees.children, []);
  assert.deepEqual(of("leak").callees.children.map((node) => [nameOf(node), node.count]), [["keep", 2]]);
});
