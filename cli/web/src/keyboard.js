// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keys of the flame graph page.

import { openDialog } from "./dialogs.js";
import { byId } from "./dom.js";

/** The node next to one in the direction of an arrow key. */
function neighbour(from, key, upwards) {
  const siblings = from.parent?.children ?? [from];
  const at = siblings.indexOf(from);
  const [inward, outward] = upwards ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
  const to = { [inward]: from.children[0], [outward]: from.parent, ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1] };
  return to[key] ?? from;
}

/** actions: {copy, callers, back, enter, selected() -> node, select(node)} */
export function setUpKeys(actions) {
  const keys = {
    "/": () => byId("search").focus(),
    "?": () => openDialog("help-dialog"),
    c: actions.copy,
    s: actions.callers,
    i: () => byId("inverted").click(),
    f: () => byId("all-frames").click(),
    Escape: actions.back,
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input[type=search], input[type=text], select, input[type=radio]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key.startsWith("Arrow")) {
      actions.select(neighbour(actions.selected(), event.key, byId("flames").checked));
    } else if (event.key === "Enter" && event.target.matches("#chart, body")) {
      actions.enter();
    } else if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  }

  addEventListener("keydown", onKey);
}
