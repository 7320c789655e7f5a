// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What every page has: what it is about, notes on the capture, and behind buttons statistics, the memory graph and help.

import { byId, element } from "./dom.js";
import { durationText, sizeText, timeOf } from "./format.js";
import { drawMemoryGraph, drawSparkline, memoryCsv } from "./memory_graph.js";
import { toggleTheme } from "./theme.js";

export function openDialog(id) {
  const dialog = byId(id);
  if (!dialog.open) dialog.showModal();
}

function closeOnBackdrop(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.querySelector(".close")?.addEventListener("click", () => dialog.close());
}

const localTime = (text) => new Date(timeOf(text)).toLocaleString();

const MOMENTS = { start: "start", heap_peak: "heap's peak", own_peak: "own peak", end: "end" };

/** [name, text] of what was resident, of each process at each moment. */
function residentRows(processes) {
  return processes.flatMap((process) =>
    Object.entries(MOMENTS)
      .filter(([key]) => process[key])
      .map(([key, name]) => {
        const { rss, anonymous, file, shared } = process[key];
        const who = processes.length > 1 ? `, process ${process.pid}` : "";
        const parts = `anonymous ${sizeText(anonymous)}, files ${sizeText(file)}, shared ${sizeText(shared)}`;
        return [`Resident at the ${name}${who}`, `${sizeText(rss)} (${parts})`];
      }),
  );
}

/** [name, text] of what was mapped and is not counted. */
function besideRows(beside) {
  return [["peak", "Mapped beside the peak"], ["leaked", "Mapped beside it at the end"]]
    .map(([moment, name]) => {
      const rows = beside.filter((row) => row[`${moment}_bytes`] > 0);
      return [name, rows.map((row) => `${sizeText(row[`${moment}_bytes`])} ${row.text}`).join(", ")];
    })
    .filter(([, text]) => text);
}

function fillStats({ metadata, threads }) {
  const rows = [
    ["Command line", metadata.command_line],
    ["Start time", localTime(metadata.start_time)],
    ["End time", localTime(metadata.end_time)],
    ["Duration", durationText(timeOf(metadata.end_time) - timeOf(metadata.start_time))],
    ["Total number of allocations", metadata.total_allocations.toLocaleString("en-US")],
    ["Total number of frames seen", metadata.total_frames.toLocaleString("en-US")],
    ["Peak memory usage", sizeText(metadata.peak_memory)],
    ["Python allocator", metadata.python_allocator],
    ["Python version", metadata.python_version || "not known"],
    ["Process", String(metadata.pid)],
    ["Threads that allocated", String(threads.length)],
    ["How it ended", metadata.ending],
    ...residentRows(metadata.processes),
    ...besideRows(metadata.beside),
    ...[...metadata.notes, ...metadata.losses].map((note) => ["Note", note]),
  ];
  const list = byId("stats-list");
  for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, value));
}

function download(name, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function setUpMemoryGraph(data) {
  let graph = null;
  for (const id of ["show-memory", "spark"]) {
    byId(id).addEventListener("click", () => {
      openDialog("memory-dialog");
      graph ??= drawMemoryGraph(byId("memory-graph"), data, { processes: true, height: Math.max(240, innerHeight * 0.5) });
    });
  }
  byId("memory-csv").addEventListener("click", () => download("usage_over_time.csv", memoryCsv(data)));
}

function allocatorBadge({ metadata }) {
  const badge = byId("allocator");
  badge.textContent = metadata.python_allocator;
  const pooled = !metadata.python_allocator.startsWith("malloc");
  badge.title = `Python's allocator. ${pooled
    ? metadata.trace_python_allocators
      ? "Every Python object was recorded."
      : "Small objects come from pools: only the pools are recorded, where they grow. " +
        "Record with --trace-python-allocators to see every object."
    : "Every object is allocated by malloc and was recorded."}`;
}

/** Above everything else: what was there before the recording, and that numbers lack something. */
function noteLosses({ metadata, options, rows }) {
  const notes = [...metadata.beginning, ...(metadata.period ? [metadata.period.text] : []), ...metadata.losses];
  byId("losses").hidden = notes.length === 0;
  byId("losses").append(...notes.map((note) => element("li", {}, note)));
  byId("leak-note").textContent = options.leak_note ?? "";
  byId("banner").hidden = !(rows && options.leak_note); // a flame graph has more than leaks
}

/** What the page is about, in its title and at its top. */
function nameReport({ metadata }, name) {
  document.title = `memray - ${name}`;
  byId("title").textContent = name;
  const duration = durationText(timeOf(metadata.end_time) - timeOf(metadata.start_time));
  byId("command").append(element("bdi", {}, metadata.command_line));
  byId("command").title = `${metadata.command_line}\n${localTime(metadata.start_time)}, ${duration}`;
}

/** options: {sparkline: the memory graph at the top} */
export function setUpPage(data, name, { sparkline = true } = {}) {
  nameReport(data, name);
  if (sparkline) drawSparkline(data);
  for (const dialog of document.querySelectorAll("dialog")) closeOnBackdrop(dialog);
  fillStats(data);
  setUpMemoryGraph(data);
  allocatorBadge(data);
  noteLosses(data);
  byId("show-stats").addEventListener("click", () => openDialog("stats-dialog"));
  byId("show-help").addEventListener("click", () => openDialog("help-dialog"));
  byId("theme").addEventListener("click", toggleTheme);
}
