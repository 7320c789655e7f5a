// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Elements without innerHTML: names come from the profiled program and may hold anything.

/** element("p", {class: "note"}, "text", otherElement) */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}
