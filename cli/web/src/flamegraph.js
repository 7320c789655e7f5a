// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The flame graph page: what the controls say becomes a tree, the tree a picture and a table of its functions.

import "./style.css";
import "./flamegraph.css";
import { Address } from "./address.js";
import { collapseChains } from "./call_chains.js";
import { callersAndCallees } from "./callers_callees.js";
import { choiceOf, expressionIn, problemOfExpressions, setUpControls, showGraph, shownView } from "./controls.js";
import { setUpPage } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { FlameChart } from "./flame_chart.js";
import { FrameColors } from "./frame_colors.js";
import { FunctionTable } from "./function_table.js";
import { framesNamed, functionsOf, nameOf, shortName } from "./functions.js";
import { setUpGrowth } from "./growth.js";
import { reportName, showLegend, showMatched, showNotes, showTotal } from "./heading.js";
import { setUpKeys } from "./keyboard.js";
import { Model, matchingFrames } from "./model.js";
import { myCode } from "./my_code.js";
import { factsOf, sourceOf, stackText, titleOf } from "./node_text.js";
import { applyTheme } from "./theme.js";
import { setUpTimeRange, wholeRange } from "./time_range.js";
import { hideTooltip, showTooltip } from "./tooltip.js";
import { matchedAmount, viewTree } from "./view_builder.js";
import { counterpart } from "./view_tree.js";

applyTheme();

const data = JSON.parse(byId("data").textContent);
const everything = new Model(data);
const mine = data.options.compares ? everything : new Model(myCode(data));
const address = new Address();
const colors = new FrameColors(data, everything.own[data.options.metric] ?? Object.values(everything.own)[0]);
const chart = new FlameChart(byId("chart"), colors, { zoomed, hovered: hoveredIn(growsDown, leadsToCallers), left: hideTooltip });
const callers = new FlameChart(byId("callers"), colors, { zoomed: describeCaller, hovered: hoveredIn(() => false, () => true), left: hideTooltip });
const table = new FunctionTable(byId("functions"), mine, { picked, callers: (row) => focusOn(nameOf(model, row)), sorted: () => address.write() });
let model = mine;
let showRange = () => {}; // of time, in temporal pages
let range = null; // {first, last}: buckets
let zoom = 0; // id of a node
let focus = ""; // name of the function whose callers and callees are shown
let wasInverted = false;
let whole = null; // root of all calls
let root = null; // of what is drawn

function ownAmounts() {
  const metric = byId("metric").value;
  if (!range) return model.own[metric];
  return metric === "leaked" ? model.leakedIn(range.first, range.last) : model.peakOf(range.first, range.last);
}

/** My code, or all frames that were recorded. */
function chooseFrames() {
  model = byId("all-frames").checked ? everything : mine;
  byId("hide-classes").hidden = model !== everything;
}

function redraw() {
  hideTooltip();
  chooseFrames();
  colors.by = byId("color").value;
  const choice = choiceOf(model === everything);
  const own = ownAmounts();
  const calls = viewTree(model, own, { ...choice, inverted: false });
  whole = calls;
  table.show(model, shownView() === "graph" ? [] : functionsOf(model, calls, model === mine), choice.unit, calls.value);
  root = drawn(calls, own, choice);
  showTotal(data, whole, choice.unit);
  drawGraph(choice);
  search();
}

/** The tree to draw: callees of the function in focus, inverted, or all calls as they are. */
function drawn(calls, own, choice) {
  const trees = focus && focused(calls, choice);
  if (!trees) focus = "";
  byId("focus").hidden = byId("callers").hidden = !trees;
  if (trees) {
    callers.draw(collapsed(trees.callers, true), false, choice.unit);
    return collapsed(trees.callees, false);
  }
  return collapsed(choice.inverted ? viewTree(model, own, choice) : calls, choice.inverted);
}

/** Null if there is no such function. */
function focused(calls, choice) {
  const trees = callersAndCallees(model, calls, framesNamed(model, table.rows, focus), shortName(focus), choice.unit);
  byId("focus-name").textContent = focus;
  return trees.callees.value > 0 ? trees : null;
}

function collapsed(tree, inverted) {
  if (model === mine && !model.compares) collapseChains(model, tree, inverted);
  return tree;
}

function drawGraph(choice) {
  byId("panes").dataset.view = shownView();
  const empty = whole.value === 0;
  byId("panes").hidden = empty;
  byId("empty").hidden = !empty;
  byId("empty").textContent = data.metadata.total_allocations === 0 ? "No allocations were recorded." : "No allocations to show.";
  chart.selected = null;
  if (empty || shownView() === "functions") {
    chart.clear();
    return;
  }
  chart.draw(root, growsDown(), choice.unit);
  zoomTo(zoom);
  if (!model.compares) showLegend(colors.legend(root), root.value);
}

function growsDown() {
  return focus !== "" || !byId("flames").checked;
}

/** Whether children are callers in the graph. */
function leadsToCallers() {
  return !focus && byId("inverted").checked;
}

function search() {
  const expression = expressionIn("search");
  const matches = expression && matchingFrames(model, expression);
  table.pick(null);
  table.narrow(matches);
  chart.highlight(matches);
  callers.highlight(matches);
  showMatched(problemOfExpressions(), matches && matchedAmount(root, matches), root, byId("unit").value);
}

/** A row of the table is shown in the graph. */
function picked(row) {
  if (shownView() === "functions") {
    showGraph();
    changed();
  }
  const name = nameOf(model, row);
  const again = table.picked === name;
  table.pick(again ? null : name);
  const frames = again ? null : framesNamed(model, table.rows, name);
  chart.highlight(frames);
  const node = frames && chart.largest(frames);
  chart.select(node);
  if (node) show(node);
}

/** Zooms in if it takes that to see it. */
function show(node) {
  describe(node);
  if (chart.reveal(node)) return;
  zoomTo(node.id);
  address.write({ step: true });
  chart.reveal(node);
}

function zoomed(node) {
  zoom = node.id;
  byId("reset").classList.toggle("zoomed", zoom !== 0);
  address.write({ step: true });
  chart.select(node);
  describe(node);
}

function resetZoom() {
  zoomTo(0);
  address.write({ step: true });
}

function zoomTo(id) {
  zoom = id;
  chart.zoomTo(id);
  byId("reset").classList.toggle("zoomed", id !== 0);
}

/** Callers and callees of a function; "": all calls. */
function focusOn(name) {
  focus = name;
  zoom = 0;
  if (name) showGraph();
  changed();
}

function focusOnSelected() {
  const frame = chart.selected?.frame ?? -1;
  if (frame >= 0 && !model.compares) focusOn(nameOf(model, { frame, file: data.frames.file[frame] }));
}

function back() {
  if (zoom !== 0 || !focus) resetZoom();
  else focusOn("");
}

function copyStack() {
  const node = chart.selected;
  if (!node) return;
  navigator.clipboard?.writeText(stackText(model, node, leadsToCallers())).then(
    () => (byId("details").textContent = "Copied the stack."),
    () => (byId("details").textContent = "The browser does not allow copying."),
  );
}

function describe(node, inverted = leadsToCallers()) {
  byId("details").replaceChildren(
    element("b", {}, titleOf(model, node)),
    element("span", {}, factsOf(model, node, { whole: whole.bytes, inverted }).join(", ")),
    element("code", {}, sourceOf(model, node)),
  );
}

function describeCaller(node) {
  describe(node, true);
}

/** Of a chart that grows so, and whose children are callers or not. */
function hoveredIn(down, inverted) {
  return (node, rectangle, x) => {
    const lines = factsOf(model, node, { whole: whole.bytes, inverted: inverted() });
    showTooltip({ title: titleOf(model, node), lines, source: sourceOf(model, node) }, rectangle, x, down());
  };
}

/** Something else is to be drawn, in which ids of nodes mean others: the zoom is into the same calls, if they are there. */
function changed({ step = true } = {}) {
  const [from, inverted] = [chart.node(zoom), byId("inverted").checked];
  zoom = 0;
  redraw();
  if (from && inverted === wasInverted) zoomTo(counterpart(root, from).id);
  wasInverted = inverted;
  address.write({ step });
}

function readAddress() {
  address.read();
  wasInverted = byId("inverted").checked;
  showRange(range);
  redraw();
}

function setUpRange() {
  const { buckets, options } = data;
  if (!options.temporal || buckets.start_ms.length === 0) return;
  range = wholeRange(data);
  showRange = setUpTimeRange(data, everything, (chosen) => {
    range = chosen;
    showRange(range);
    changed();
  });
  const parse = (text) => text.split("-").map((number) => Math.min(Number(number) || 0, buckets.start_ms.length - 1));
  address.add("range", () => `${range.first}-${range.last}`, (text) => {
    const [first, last] = parse(text);
    range = { first, last: Math.max(first, last ?? first) };
  });
}

function setUpEvents() {
  for (const button of document.querySelectorAll('input[name="view"]')) {
    button.addEventListener("change", () => {
      address.write();
      redraw();
    });
  }
  byId("search").addEventListener("input", () => {
    if (byId("keep").checked) {
      changed({ step: false });
    } else {
      search();
      address.write();
    }
  });
  byId("reset").addEventListener("click", resetZoom);
  byId("leave-focus").addEventListener("click", () => focusOn(""));
  setUpKeys({
    copy: copyStack,
    callers: focusOnSelected,
    back,
    enter: () => chart.selected && (zoomTo(chart.selected.id), zoomed(chart.selected)),
    selected: () => chart.selected ?? root,
    select: (node) => (chart.select(node), describe(node)),
  });
  addEventListener("popstate", readAddress);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) for (const drawing of [chart, callers]) drawing.resize();
    width = innerWidth;
  });
}

function start() {
  setUpGrowth(data);
  setUpPage(data, reportName(data.options), { sparkline: !data.options.temporal });
  setUpControls(data, address, changed);
  showNotes(data.options);
  setUpRange();
  address.add("sort", () => table.sorted, (text) => table.sortBy(text));
  address.add("function", () => focus, (text) => (focus = text));
  address.add("zoom", () => String(zoom), (text) => (zoom = Number(text) || 0));
  setUpEvents();
  readAddress();
}

start();
