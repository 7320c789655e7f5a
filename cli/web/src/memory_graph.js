// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Resident size and heap over time. uPlot: small, and quick with many points.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "./dom.js";
import { durationText, sizeText, timeOf } from "./format.js";

/** [seconds[], RSS[], heap[]] */
function columns(data) {
  const result = [[], [], []];
  for (let i = 0; i < data.snapshots.length; i += 3) {
    result[0].push(data.snapshots[i] / 1000);
    result[1].push(data.snapshots[i + 1]);
    result[2].push(data.snapshots[i + 2]);
  }
  return result;
}

const SERIES = [
  { label: "Resident size", color: "var(--rss)" },
  { label: "Heap size", color: "var(--heap)" },
];

function cssColor(host, name) {
  return getComputedStyle(host).getPropertyValue(name).trim();
}

// Seconds between two marks of the axis: such as durationText can tell apart.
const STEPS = [1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30];
for (const unit of [60, 3600]) STEPS.push(...[1, 2, 5, 10, 15, 20, 30].map((count) => count * unit));
STEPS.push(...[2, 4, 8, 16, 32, 64, 128].map((days) => days * 86400));

function axes(host) {
  const [text, grid] = [cssColor(host, "--muted"), cssColor(host, "--line")];
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return [
    { ...axis, values: (_, values) => values.map((value) => durationText(value * 1000, values[1] - values[0])), space: 90, incrs: STEPS },
    { ...axis, values: (_, values) => values.map((value) => sizeText(value)), size: 80 },
  ];
}

/** Since the start, and the time of day. */
function timeText(startMs, seconds) {
  return `${durationText(seconds * 1000)} (${new Date(startMs + seconds * 1000).toLocaleTimeString()})`;
}

/** options: {height, sparkline, onSelect(from seconds, to seconds), shade(plot)}. Null without two samples. */
export function drawMemoryGraph(host, data, options = {}) {
  const values = columns(data);
  if (values[0].length < 2) {
    if (!options.sparkline) host.append(element("p", { class: "muted" }, "The program ended before the first samples."));
    return null;
  }
  host.hidden = false;
  const startMs = timeOf(data.metadata.start_time);
  const series = SERIES.map(({ label, color }) => ({
    label,
    stroke: cssColor(host, color.slice(4, -1)),
    width: options.sparkline ? 1 : 1.5,
    points: { show: false },
    value: (_, value) => (value === null ? "–" : sizeText(value)),
  }));
  const chart = new uPlot(
    {
      width: host.clientWidth,
      height: options.height,
      scales: { x: { time: false }, y: { range: (_, __, max) => [0, max * 1.05 || 1] } },
      series: [{ label: "Time", value: (_, value) => (value === null ? "–" : timeText(startMs, value)) }, ...series],
      axes: options.sparkline ? [{ show: false }, { show: false }] : axes(host),
      legend: { show: !options.sparkline },
      padding: options.sparkline ? [2, 0, 0, 0] : undefined,
      cursor: options.sparkline ? { show: false } : { drag: { x: true, y: false, setScale: !options.onSelect } },
      hooks: {
        setSelect: [
          (plot) => {
            if (!options.onSelect || plot.select.width < 2) return;
            const { left, width } = plot.select;
            options.onSelect(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
          },
        ],
        draw: options.shade ? [options.shade] : [],
      },
    },
    values,
    host,
  );
  new ResizeObserver(() => {
    if (host.clientWidth > 0) chart.setSize({ width: host.clientWidth, height: options.height });
  }).observe(host);
  return chart;
}

export function memoryCsv(data) {
  const start = timeOf(data.metadata.start_time);
  const values = columns(data);
  const lines = ["trace,timestamp,memory_size_bytes"];
  SERIES.forEach(({ label }, number) => {
    values[0].forEach((seconds, i) => {
      lines.push(`${label},${new Date(start + seconds * 1000).toISOString()},${values[number + 1][i]}`);
    });
  });
  return `${lines.join("\n")}\n`;
}
