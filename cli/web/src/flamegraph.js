// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The flame graph page: what the controls say becomes a tree, the tree a picture.

import "./style.css";
import { setUpDialogs, amountText, openDialog } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { FlameChart } from "./flame_chart.js";
import { countText, shareText, sizeText } from "./format.js";
import { ALL_THREADS, HIDE, Model, matchingFrames } from "./model.js";
import { drawMemoryGraph } from "./memory_graph.js";
import { myCode } from "./my_code.js";
import { setUpTimeRange } from "./time_range.js";
import { applyTheme, toggleTheme } from "./theme.js";
import { matchedAmount, viewTree } from "./view_builder.js";

applyTheme();

const METRICS = {
  peak: "memory at the peak",
  leaked: "leaked memory",
  temporary: "temporary allocations",
  total: "all allocations",
};
const DIFF_METRICS = { after: "after (new capture)", before: "before (old capture)", change: "what changed" };
const MOST_CALLS = 8; // named of a chain
const RANGE_METRICS = { peak: METRICS.peak, leaked: METRICS.leaked };

const data = JSON.parse(byId("data").textContent);
const everything = new Model(data);
const mine = data.options.compares ? everything : new Model(myCode(data));
let model = data.options.all_frames ? everything : mine;
const chart = new FlameChart(byId("chart"), model, { zoomed, hovered, left });
let range = null; // {first, last}: buckets, in temporal pages
let root = null;

/** A regular expression if it is one, else the text itself; null if empty. */
function expressionOf(text) {
  if (!text) return null;
  try {
    return new RegExp(text, "i");
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
  }
}

function choice() {
  let hide = 0;
  if (model === everything) for (const [name, bit] of Object.entries(HIDE)) if (byId(`hide-${name}`).checked) hide |= bit;
  return {
    unit: byId("unit").value,
    collapsed: model === mine && !model.compares,
    inverted: byId("inverted").checked,
    allocators: byId("allocators").checked,
    thread: Number(byId("thread").value || ALL_THREADS),
    hide,
    hidePattern: expressionOf(byId("hide-pattern").value),
    keep: byId("keep").checked ? expressionOf(byId("search").value) : null,
  };
}

function ownAmounts() {
  const metric = byId("metric").value;
  if (!range) return model.own[metric];
  return metric === "leaked" ? model.leakedIn(range.first, range.last) : model.peakOf(range.first, range.last);
}

function redraw() {
  left();
  root = viewTree(model, ownAmounts(), choice());
  const empty = root.value === 0;
  byId("empty").hidden = !empty;
  byId("empty").textContent = data.metadata.total_allocations === 0 ? "No allocations were recorded." : "No allocations to show.";
  byId("chart").hidden = empty;
  chart.selected = null;
  if (empty) chart.clear();
  else chart.draw(root, !byId("flames").checked, byId("unit").value);
  search();
  zoomToAddress();
}

/** My code, or all frames that were recorded. */
function chooseFrames() {
  model = byId("all-frames").checked ? everything : mine;
  chart.model = model;
  byId("hide-classes").hidden = model !== everything;
}

function search() {
  const expression = expressionOf(byId("search").value);
  const matches = expression && matchingFrames(model, expression);
  chart.highlight(matches);
  byId("matched").textContent = matches ? matchedText(matchedAmount(root, matches)) : "";
}

function matchedText(sum) {
  const unit = byId("unit").value;
  return `${countText(sum.nodes, "frame")}: ${amountText(sum)} (${shareText(sum[unit], root[unit])})`;
}

// The address of the page holds the frame that is zoomed into, so it can be passed on.
function zoomToAddress() {
  chart.zoomTo(Number(location.hash.slice(1)) || 0);
}

function zoomed(node) {
  const hash = node.id === 0 ? "" : `#${node.id}`;
  if (location.hash !== hash) history.pushState(null, "", hash || location.pathname + location.search);
  chart.select(node);
  describe(node);
}

function resetZoom() {
  if (location.hash) history.pushState(null, "", location.pathname + location.search);
  chart.zoomTo(0);
}

function stackOf(node) {
  const frames = [];
  for (let at = node; at && at.id !== 0; at = at.parent) frames.push(at);
  return byId("inverted").checked ? frames : frames.reverse();
}

function copyStack() {
  const node = chart.selected;
  if (!node) return;
  const frames = stackOf(node).flatMap((at) => (at.frame < 0 ? [at.frame] : at.frames));
  const lines = frames.map((frame) => `  ${frame < 0 ? node.name : placeOf(frame)}\n`);
  const text = `${amountText(node)}\n${lines.join("")}`;
  navigator.clipboard?.writeText(text).then(
    () => (byId("details").textContent = "Copied the stack."),
    () => (byId("details").textContent = "The browser does not allow copying."),
  );
}

function facts(node) {
  const lines = [
    `${sizeText(node.bytes)} (${shareText(node.bytes, root.bytes)})`,
    `${countText(node.bytes, "byte")} in ${countText(node.count, "allocation")}`,
  ];
  if (model.compares) lines.push(...changes(node));
  if (node.calls.length) lines.push(`calls: ${callsText(node)}`);
  if (node.thread !== ALL_THREADS) lines.push(`Thread ${data.threads[node.thread]}`);
  return lines;
}

function changes({ sides: [before, after] }) {
  const grown = after.bytes - before.bytes;
  const sign = grown > 0 ? "+" : "";
  const share = before.bytes === 0 ? "" : ` (${sign}${shareText(grown, before.bytes)})`;
  return [`before: ${amountText(before)}`, `after: ${amountText(after)}`, `change: ${sign}${sizeText(grown)}${share}`];
}

function title(node) {
  return node.frame < 0 ? node.name : placeOf(node.frame);
}

function placeOf(frame) {
  const location = model.location(frame);
  return `${data.strings[data.frames.function[frame]] || "???"}${location && ` at ${location}`}`;
}

/** The calls of a chain that is one frame here. */
function callsText({ calls }) {
  const names = calls.map((frame) => data.strings[data.frames.function[frame]] || "???");
  return (names.length > MOST_CALLS ? [...names.slice(0, 2), "…", ...names.slice(2 - MOST_CALLS)] : names).join(" → ");
}

function describe(node) {
  const source = node.frame >= 0 ? model.source(node.frame) : "";
  byId("details").replaceChildren(
    element("b", {}, title(node)),
    element("span", {}, facts(node).join(", ")),
    element("code", {}, source),
  );
}

function hovered(node, event) {
  const tooltip = byId("tooltip");
  const source = node.frame >= 0 ? model.source(node.frame) : "";
  tooltip.replaceChildren(element("b", {}, title(node)), ...facts(node).map((line) => element("div", {}, line)));
  if (source) tooltip.append(element("code", {}, source));
  tooltip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  tooltip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - width - 8))}px`;
  tooltip.style.top = `${event.clientY + 16 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 16}px`;
}

function left() {
  byId("tooltip").hidden = true;
}

function moveSelection(key) {
  const from = chart.selected ?? root;
  const siblings = from.parent?.children ?? [from];
  const at = siblings.indexOf(from);
  const [inward, outward] = byId("flames").checked ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
  const to = {
    [inward]: from.children[0],
    [outward]: from.parent,
    ArrowLeft: siblings[at - 1],
    ArrowRight: siblings[at + 1],
  }[key];
  chart.select(to ?? from);
  describe(to ?? from);
}

const KEYS = {
  "/": () => byId("search").focus(),
  "?": () => openDialog("help-dialog"),
  c: copyStack,
  i: () => byId("inverted").click(),
  f: () => byId("all-frames").click(),
  Escape: resetZoom,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input[type=search], input[type=text], select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key.startsWith("Arrow")) {
    moveSelection(event.key);
  } else if (event.key === "Enter" && chart.selected && event.target.matches("#chart, body")) {
    chart.zoomTo(chart.selected.id);
    zoomed(chart.selected);
  } else if (KEYS[event.key]) {
    KEYS[event.key]();
  } else {
    return;
  }
  event.preventDefault();
}

function fillSelect(id, entries, selected) {
  for (const [value, text] of entries) byId(id).append(element("option", { value, selected: value === selected }, text));
}

function setUpControls() {
  const { options, metadata, threads, nodes } = data;
  const metrics = { ...(model.compares ? DIFF_METRICS : options.temporal ? RANGE_METRICS : METRICS) };
  if (metrics.temporary && options.temporary_threshold !== 1) metrics.temporary += ` (within ${options.temporary_threshold})`;
  fillSelect("metric", Object.entries(metrics), options.metric);
  if (nodes.thread) {
    const byNumber = threads.map((name, i) => [i, name]).sort(([, a], [, b]) => parseInt(a, 10) - parseInt(b, 10));
    fillSelect("thread", [[ALL_THREADS, "all"], ...byNumber], ALL_THREADS);
    byId("thread-label").hidden = threads.length < 2;
  }
  byId("inverted").checked = options.inverted;
  const pooled = !metadata.python_allocator.startsWith("malloc") && !metadata.trace_python_allocators;
  const banner = () => {
    byId("banner").hidden = !(byId("metric").value === "leaked" && pooled);
  };
  byId("banner").textContent =
    "Python's allocator keeps memory of freed objects for later ones, so some of this may not be leaked. Record with " +
    "--trace-python-allocators or PYTHONMALLOC=malloc to see what is.";
  banner();
  byId("metric").addEventListener("change", banner);
  for (const id of ["metric", "unit", "thread", "flames", "inverted", "allocators", "hide-irrelevant", "hide-imports", "hide-installed"]) {
    byId(id).addEventListener("change", redraw);
  }
  byId("all-frames").checked = options.all_frames;
  byId("all-frames-label").hidden = model.compares;
  byId("all-frames").addEventListener("change", () => {
    chooseFrames();
    redraw();
  });
  byId("hide-irrelevant").checked = model.compares;
  chooseFrames();
  byId("keep").addEventListener("change", redraw);
  byId("hide-pattern").addEventListener("change", redraw);
  byId("search").addEventListener("input", () => (byId("keep").checked ? redraw() : search()));
  byId("reset").addEventListener("click", resetZoom);
  byId("theme").addEventListener("click", toggleTheme);
}

function pageTitle() {
  const { inverted, temporal, metric } = data.options;
  if (model.compares) return "memray - diff flamegraph report";
  return `memray - ${inverted ? "inverted " : ""}${temporal ? "temporal " : ""}flamegraph report${metric === "leaked" ? " (memory leaks)" : ""}`;
}

function start() {
  document.title = byId("title").textContent = pageTitle();
  setUpDialogs(data);
  setUpControls();
  byId("note").textContent = data.options.note ?? "";
  byId("note").hidden = !data.options.note;
  byId("kinds").hidden = model.compares;
  byId("allocators-label").hidden = model.compares;
  byId("changes").hidden = !model.compares;
  if (data.options.temporal) {
    setUpTimeRange(data, model, (chosen) => {
      range = chosen;
      redraw();
    });
  } else {
    drawMemoryGraph(byId("sparkline"), data, { sparkline: true, height: 28 });
  }
  redraw();
  addEventListener("keydown", onKey);
  addEventListener("popstate", zoomToAddress);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) chart.resize();
    width = innerWidth;
  });
}

start();
