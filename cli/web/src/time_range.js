// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The time graph of temporal pages: dragging over it chooses the buckets the flame graph is about.

import { byId } from "./dom.js";
import { durationText, sizeText, timeOf } from "./format.js";
import { drawMemoryGraph } from "./memory_graph.js";

/**
 * Calls chosen({first, last}) with buckets whenever a range is dragged. Returns show({first, last}), which says and marks
 * a range.
 */
export function setUpTimeRange(data, model, chosen) {
  const starts = data.buckets.start_ms;
  byId("time").hidden = false;
  let range = wholeRange(data);
  let plot = null;

  const bucketAt = (seconds) => Math.max(0, starts.findLastIndex((start) => start <= seconds * 1000));
  const momentMs = (moment) => starts[moment] ?? endOf(data);

  function show(shown) {
    range = shown;
    const moment = model.fullestMoment(range.first, range.last);
    byId("range").textContent =
      `${durationText(momentMs(range.first))} to ${durationText(momentMs(range.last + 1))}, at most ` +
      `${sizeText(Math.max(...data.buckets.peak.slice(range.first, range.last + 1)))}; fullest at ${durationText(momentMs(moment))}.`;
    plot?.redraw(false);
  }

  plot = drawMemoryGraph(byId("time-graph"), data, {
    height: 180,
    onSelect: (from, to) => {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false); // the shades show the range
      chosen({ first: bucketAt(from), last: Math.max(bucketAt(from), bucketAt(to)) });
    },
    shade: (drawn) => {
      shadeOutside(drawn, momentMs(range.first) / 1000, momentMs(range.last + 1) / 1000);
      shadeMoment(drawn, momentMs(model.fullestMoment(range.first, range.last)) / 1000);
    },
  });
  byId("whole-range").addEventListener("click", () => chosen(wholeRange(data)));
  return show;
}

export function wholeRange({ buckets }) {
  return { first: 0, last: buckets.start_ms.length - 1 };
}

function endOf({ metadata }) {
  return timeOf(metadata.end_time) - timeOf(metadata.start_time);
}

/** Fills what lies between two places of the graph, in its pixels. */
function fill(plot, color, from, to) {
  const { ctx, bbox } = plot;
  const [left, right] = [from, to].map((x) => Math.min(Math.max(x, bbox.left), bbox.left + bbox.width));
  ctx.save();
  ctx.fillStyle = color;
  ctx.fillRect(left, bbox.top, right - left, bbox.height);
  ctx.restore();
}

function shadeOutside(plot, from, to) {
  const color = "rgba(128, 128, 128, 0.25)";
  fill(plot, color, plot.bbox.left, plot.valToPos(from, "x", true));
  fill(plot, color, plot.valToPos(to, "x", true), plot.bbox.left + plot.bbox.width);
}

function shadeMoment(plot, seconds) {
  const at = plot.valToPos(seconds, "x", true);
  fill(plot, "rgba(240, 180, 0, 0.35)", at - 3 * devicePixelRatio, at + 3 * devicePixelRatio);
}
