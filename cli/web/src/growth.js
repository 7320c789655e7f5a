// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What grows: the places that `memray leaks` suspects, with their curves, behind a button of the flame graph page.

import { openDialog } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { quoted } from "./expression.js";
import { countText, sizeText } from "./format.js";

const [WIDTH, HEIGHT] = [240, 36]; // of a curve

/** Live bytes over time. */
function curveOf(bytes) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const most = Math.max(...bytes, 1);
  const points = bytes.map((value, i) => `${(i / Math.max(bytes.length - 1, 1)) * WIDTH},${HEIGHT - 1 - (value / most) * (HEIGHT - 2)}`);
  const line = document.createElementNS(svg.namespaceURI, "polyline");
  const attributes = { points: points.join(" "), fill: "none", stroke: "var(--heap)", "stroke-width": 2 };
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
  for (const [name, value] of Object.entries({ width: WIDTH, height: HEIGHT, role: "img", "aria-label": "live bytes over time" })) {
    svg.setAttribute(name, value);
  }
  svg.append(line);
  return svg;
}

const placeOf = ({ function: name, file, line }) => `${name} at ${file}${line ? `:${line}` : ""}`;

function itemOf(suspect, pick) {
  const place = element("button", { type: "button", title: "Search for it in the graph" }, placeOf(suspect));
  place.addEventListener("click", () => pick(suspect));
  const facts =
    `grew by ${sizeText(suspect.grown_bytes)}, ${sizeText(Math.round(suspect.bytes_per_second))} a second; ` +
    `rose in ${suspect.rose} of ${suspect.moments} time buckets; ` +
    `holds ${sizeText(suspect.live_bytes)} in ${countText(suspect.live_num_allocations, "allocation")}`;
  const callers = suspect.callers.map((caller) => element("div", { class: "muted" }, `called by ${placeOf(caller)}`));
  return element("li", {}, place, ...callers, curveOf(suspect.curve), element("div", {}, facts));
}

/** Adds the button and its dialog. Before setUpPage(), which all dialogs are closed by. */
export function setUpGrowth({ growth }) {
  if (!growth) return;
  const dialog = element("dialog", { id: "growth-dialog", class: "wide", "aria-labelledby": "growth-title" });
  const pick = (suspect) => {
    dialog.close();
    byId("search").value = quoted(suspect.function);
    byId("search").dispatchEvent(new Event("input"));
  };
  const { suspects } = growth;
  const intro = suspects.length
    ? "Places whose memory grows steadily to the end: what is loaded once, comes and goes, or has levelled off is not among them."
    : "No place grows steadily: what there is was loaded once, comes and goes, or has levelled off.";
  const close = element("button", { class: "close", type: "button" }, "Close");
  dialog.append(element("h2", { id: "growth-title" }, "What grows"), element("p", {}, intro));
  dialog.append(element("ol", { class: "growth" }, ...suspects.map((suspect) => itemOf(suspect, pick))), close);
  document.body.append(dialog);
  const button = element("button", { id: "show-growth", type: "button" }, suspects.length ? `Growth (${suspects.length})` : "Growth");
  button.addEventListener("click", () => openDialog("growth-dialog"));
  byId("show-stats").before(button);
}
