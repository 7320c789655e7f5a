// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The time graph of temporal pages: dragging over it chooses the buckets the flame graph is about.

import { byId } from "./dom.js";
import { durationText, sizeText } from "./format.js";
import { drawMemoryGraph } from "./memory_graph.js";

/** Calls chosen({first, last}) with buckets, at once for the whole run and then whenever a range is dragged. */
export function setUpTimeRange(data, model, chosen) {
  const starts = data.buckets.start_ms;
  if (starts.length === 0) return;
  byId("time").hidden = false;
  let range = { first: 0, last: starts.length - 1 };
  let plot = null;

  const bucketAt = (seconds) => Math.max(0, starts.findLastIndex((start) => start <= seconds * 1000));
  const momentMs = (moment) => starts[moment] ?? endOf(data);

  function show() {
    const moment = model.fullestMoment(range.first, range.last);
    byId("range").textContent =
      `${durationText(momentMs(range.first))} to ${durationText(momentMs(range.last + 1))}, at most ` +
      `${sizeText(Math.max(...data.buckets.peak.slice(range.first, range.last + 1)))}; fullest at ${durationText(momentMs(moment))}.`;
    plot?.redraw(false);
    chosen(range);
  }

  plot = drawMemoryGraph(byId("time-graph"), data, {
    height: 180,
    onSelect: (from, to) => {
      range = { first: bucketAt(from), last: Math.max(bucketAt(from), bucketAt(to)) };
      show();
    },
    shade: (drawn) => shadeMoment(drawn, momentMs(model.fullestMoment(range.first, range.last)) / 1000),
  });
  byId("whole-range").addEventListener("click", () => {
    range = { first: 0, last: starts.length - 1 };
    plot?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show();
  });
  show();
}

function endOf(data) {
  const milliseconds = (text) => new Date(text.replace(" ", "T")).getTime();
  return milliseconds(data.metadata.end_time) - milliseconds(data.metadata.start_time);
}

function shadeMoment(plot, seconds) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = "rgba(240, 180, 0, 0.35)";
  ctx.fillRect(plot.valToPos(seconds, "x", true) - 3 * devicePixelRatio, bbox.top, 6 * devicePixelRatio, bbox.height);
  ctx.restore();
}
