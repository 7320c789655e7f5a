// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The address of the page holds what was chosen in it, after the "#": so a view can be passed on, and the browser's
// buttons lead back to one. What is as it was at first is left out.

import { byId } from "./dom.js";

export class Address {
  #fields = new Map();

  /** A part of the state as text. What get() says now is what it is at first. */
  add(name, get, set) {
    this.#fields.set(name, { get, set, first: get() });
  }

  /** The value of a text field or selection. */
  addValue(name, id) {
    this.add(name, () => byId(id).value, (text) => (byId(id).value = text));
  }

  addCheck(name, id) {
    this.add(name, () => (byId(id).checked ? "1" : "0"), (text) => (byId(id).checked = text === "1"));
  }

  /** Of radio buttons with this name. */
  addRadio(name) {
    const buttons = [...document.querySelectorAll(`input[name="${name}"]`)];
    const choose = (text) => buttons.filter(({ value }) => value === text).forEach((button) => (button.checked = true));
    this.add(name, () => buttons.find(({ checked }) => checked).value, choose);
  }

  /** Chooses what the address says. */
  read() {
    const values = new URLSearchParams(location.hash.slice(1));
    for (const [name, { set, first }] of this.#fields) set(values.get(name) ?? first);
  }

  /** `step`: the browser's back button leads to what was there before. */
  write({ step = false } = {}) {
    const values = new URLSearchParams();
    for (const [name, { get, first }] of this.#fields) if (get() !== first) values.set(name, get());
    const text = values.toString();
    if (location.hash.slice(1) === text) return;
    const url = text ? `#${text}` : location.pathname + location.search;
    if (step) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  }
}
