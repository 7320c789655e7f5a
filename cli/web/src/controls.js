// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The controls of the flame graph page: what there is to choose, and what is chosen.

import { byId, element } from "./dom.js";
import { expressionOf } from "./expression.js";
import { ALL_THREADS, HIDE } from "./model.js";

const METRICS = {
  kept: "what is live at the end of the time", // that the report is about
  peak: "memory at the peak",
  leaked: "leaked memory",
  temporary: "temporary allocations",
  total: "all allocations",
};
const DIFF_METRICS = { after: "after (new capture)", before: "before (old capture)", change: "what changed" };
const RANGE_METRICS = { peak: METRICS.peak, leaked: METRICS.leaked };
const VALUES = ["metric", "unit", "thread", "hide-pattern", "color"];
const CHECKS = ["flames", "inverted", "allocators", "hide-irrelevant", "hide-imports", "hide-installed", "all-frames", "keep"];
const NARROW = 700; // pixels: as in style.css

function fillSelect(id, entries, selected) {
  for (const [value, text] of entries) byId(id).append(element("option", { value, selected: value === selected }, text));
}

/** Those that the data has. */
function fillMetrics({ options, metrics: known }) {
  const metrics = { ...(options.compares ? DIFF_METRICS : options.temporal ? RANGE_METRICS : METRICS) };
  if (metrics.temporary && options.temporary_threshold !== 1) metrics.temporary += ` (within ${options.temporary_threshold})`;
  fillSelect("metric", Object.entries(metrics).filter(([name]) => known[name]), options.metric);
}

function fillThreads({ threads, nodes }) {
  const byNumber = threads.map((name, i) => [i, name]).sort(([, a], [, b]) => parseInt(a, 10) - parseInt(b, 10));
  fillSelect("thread", [[ALL_THREADS, "all"], ...(nodes.thread ? byNumber : [])], ALL_THREADS);
  byId("thread-label").hidden = !nodes.thread || threads.length < 2;
}

/** Two graphs are compared by colours and have no functions or allocators of one. */
function showWhatIs({ options }) {
  for (const id of ["all-frames-label", "allocators-label", "color-label", "views", "legend"]) byId(id).hidden = options.compares;
  byId("changes").hidden = !options.compares;
  if (options.compares) document.querySelector('input[name="view"][value="graph"]').checked = true;
}

/** On narrow screens the controls are folded away. */
function foldOptions() {
  const wide = matchMedia(`(min-width: ${NARROW}px)`);
  const follow = () => (byId("options").open = wide.matches);
  wide.addEventListener("change", follow);
  follow();
}

/** What sticks below the header has to know its height. */
function measureHeader() {
  const header = document.querySelector("header");
  new ResizeObserver(() => document.documentElement.style.setProperty("--header", `${header.offsetHeight}px`)).observe(header);
}

export function setUpControls(data, address, changed) {
  const { options } = data;
  fillMetrics(data);
  fillThreads(data);
  showWhatIs(data);
  foldOptions();
  measureHeader();
  byId("inverted").checked = options.inverted;
  byId("all-frames").checked = options.all_frames;
  byId("hide-irrelevant").checked = options.compares;
  for (const id of VALUES) address.addValue(id, id);
  for (const id of CHECKS) address.addCheck(id, id);
  address.addValue("search", "search");
  address.addRadio("view");
  for (const id of [...VALUES, ...CHECKS]) byId(id).addEventListener("change", changed);
}

export function shownView() {
  return document.querySelector('input[name="view"]:checked').value;
}

/** The graph, if it is not: beside the functions. */
export function showGraph() {
  if (shownView() === "functions") document.querySelector('input[name="view"][value="both"]').checked = true;
}

/** What is to be drawn: for viewTree(). hidesClasses: frames can be hidden by what they are. */
export function choiceOf(hidesClasses) {
  let hide = 0;
  if (hidesClasses) for (const [name, bit] of Object.entries(HIDE)) if (byId(`hide-${name}`).checked) hide |= bit;
  return {
    unit: byId("unit").value,
    inverted: byId("inverted").checked,
    allocators: byId("allocators").checked,
    thread: Number(byId("thread").value || ALL_THREADS),
    hide,
    hidePattern: expressionIn("hide-pattern"),
    keep: byId("keep").checked ? expressionIn("search") : null,
  };
}

/** Of a text field, which says if there is something wrong with it. */
export function expressionIn(id) {
  const { expression, problem } = expressionOf(byId(id).value);
  byId(id).classList.toggle("wrong", problem !== "");
  byId(id).setAttribute("aria-invalid", String(problem !== ""));
  return expression;
}

/** What is wrong with the expressions typed in, "" if nothing is. */
export function problemOfExpressions() {
  return ["search", "hide-pattern"].map((id) => expressionOf(byId(id).value).problem).find(Boolean) ?? "";
}
