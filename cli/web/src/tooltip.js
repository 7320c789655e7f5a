// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is said of the frame under the pointer. It stands on that side of the frame where its callers are, so that what
// the frame called stays in sight.

import { byId, element } from "./dom.js";

const GAP = 6; // pixels

/** drawn: the rectangle of the frame; `below`: its callees are below it. */
function place(tooltip, drawn, pointerX, below) {
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const [above, under] = [drawn.top - height - GAP, drawn.bottom + GAP];
  const wanted = below ? above : under;
  const fits = wanted >= 0 && wanted + height <= innerHeight;
  const corner = below ? innerHeight - height - GAP : GAP; // far from the frame, at the edge of the window
  tooltip.style.left = `${Math.max(4, Math.min(pointerX + 12, innerWidth - width - 8))}px`;
  tooltip.style.top = `${fits ? wanted : corner}px`;
}

export function showTooltip({ title, lines, source }, drawn, pointerX, below) {
  const tooltip = byId("tooltip");
  tooltip.replaceChildren(element("b", {}, title), ...lines.map((line) => element("div", {}, line)));
  if (source) tooltip.append(element("code", {}, source));
  tooltip.hidden = false;
  place(tooltip, drawn, pointerX, below);
}

export function hideTooltip() {
  byId("tooltip").hidden = true;
}
