// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Resident size and heap over time. uPlot: small, and quick with many points.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { byId, element } from "./dom.js";
import { durationText, sizeText, timeOf } from "./format.js";

/** The columns of a flat table: [[1, 2, 3, 4], 2] -> [[1, 3], [2, 4]]; the first one is time, in seconds then. */
function columns(flat, width) {
  const result = Array.from({ length: width }, () => []);
  flat.forEach((value, i) => result[i % width].push(i % width === 0 ? value / 1000 : value));
  return result;
}

const SERIES = [
  { label: "Resident size", color: "--rss" },
  { label: "Heap size", color: "--heap" },
];

/** [{label, color or hue, seconds, bytes}]: of all together, then of each process of a merged capture. */
function traces(data, withProcesses) {
  const [seconds, ...sums] = columns(data.snapshots, 3);
  const result = SERIES.map((series, number) => ({ ...series, seconds, bytes: sums[number] }));
  if (!withProcesses) return result;
  data.processes.shown.forEach(({ name, points }, number) => {
    const [times, bytes] = columns(points, 2);
    // By the golden angle: neighbours differ.
    result.push({ label: name, hue: (number * 137.5) % 360, seconds: times, bytes });
  });
  return result;
}

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

/** options: {height, sparkline, processes (one by one, too), onSelect(from seconds, to seconds), shade(plot)}. Null without two samples. */
export function drawMemoryGraph(host, data, options = {}) {
  const shown = traces(data, options.processes);
  if (shown[0].seconds.length < 2) {
    if (!options.sparkline) host.append(element("p", { class: "muted" }, "The program ended before the first samples."));
    return null;
  }
  host.hidden = false;
  const startMs = timeOf(data.metadata.start_time);
  const series = shown.map(({ label, color, hue }) => ({
    label,
    stroke: color ? cssColor(host, color) : `hsl(${hue} 60% 50%)`,
    spanGaps: true,
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
    uPlot.join(shown.map(({ seconds, bytes }) => [seconds, bytes])),
    host,
  );
  if (options.processes && data.processes.others > 0) {
    host.append(element("p", { class: "muted" }, `Besides, ${data.processes.others} processes that held less.`));
  }
  new ResizeObserver(() => {
    if (host.clientWidth > 0) chart.setSize({ width: host.clientWidth, height: options.height });
  }).observe(host);
  return chart;
}

/** The curves in small, with the highest of each; samples may have missed that of the heap. */
export function drawSparkline(data) {
  if (!drawMemoryGraph(byId("sparkline"), data, { sparkline: true, height: 28 })) return;
  byId("spark").hidden = false;
  const [resident, heap] = traces(data, false).map(({ bytes }) => bytes.reduce((most, value) => Math.max(most, value), 0));
  byId("spark-label").append(
    element("span", { class: "heap" }, `heap, at most ${sizeText(Math.max(heap, data.metadata.peak_memory))}`),
    element("span", { class: "rss" }, `resident, at most ${sizeText(resident)}`),
  );
}

export function memoryCsv(data) {
  const start = timeOf(data.metadata.start_time);
  const lines = ["trace,timestamp,memory_size_bytes"];
  for (const { label, seconds, bytes } of traces(data, true)) {
    seconds.forEach((time, i) => {
      lines.push(`${label},${new Date(start + time * 1000).toISOString()},${bytes[i]}`);
    });
  }
  return `${lines.join("\n")}\n`;
}
