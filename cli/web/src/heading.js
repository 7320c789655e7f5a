// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What stands above the flame graph: what the page is about, the total, what a search found, and what colours mean.

import { byId, element } from "./dom.js";
import { countText, shareText, sizeText } from "./format.js";
import { amountText } from "./node_text.js";

export function reportName({ inverted, temporal, metric, compares }) {
  if (compares) return "diff flamegraph report";
  return `${inverted ? "inverted " : ""}${temporal ? "temporal " : ""}flamegraph report${metric === "leaked" ? " (memory leaks)" : ""}`;
}

export function showNotes({ note }) {
  byId("note").textContent = note ?? "";
  byId("note").hidden = !note;
}

/** The total, and what it is of. whole: the root of all that is shown. */
export function showTotal({ options }, whole, unit) {
  byId("total").textContent = unit === "count" ? countText(whole.count, "allocation") : sizeText(whole.bytes);
  byId("of").textContent = unit === "count" ? sizeText(whole.bytes) : `in ${countText(whole.count, "allocation")}`;
  byId("banner").hidden = !(byId("metric").value === "leaked" && options.leak_note);
}

/** problem: with an expression; found: of matchedAmount(), null without a search. */
export function showMatched(problem, found, root, unit) {
  const text = found ? `${countText(found.nodes, "frame")}: ${amountText(found)} (${shareText(found[unit], root[unit])})` : "";
  const matched = byId("matched");
  matched.classList.toggle("wrong", problem !== "");
  matched.textContent = matched.title = problem || text;
}

/** groups: of FrameColors.legend(); shares are of `whole`. */
export function showLegend(groups, whole) {
  const entries = groups.map(({ name, color, value }) => {
    const swatch = element("i", {});
    swatch.style.background = `var(--frame-${color})`;
    return element("li", {}, swatch, name, element("span", { class: "muted" }, shareText(value, whole)));
  });
  byId("legend").replaceChildren(...entries);
}
