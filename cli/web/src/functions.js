// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions of a tree with what they hold themselves and with all that they called. No DOM here.

import { KIND } from "./model.js";

const UNKNOWN = 0; // the function of what was allocated without a stack

/** Numbers functions: frames of one function of one file, at whatever line, are one. */
class FunctionNumbers {
  constructor(model) {
    this.model = model;
    this.list = [{ frame: -1, file: -1, frames: [], own: { bytes: 0, count: 0 }, total: { bytes: 0, count: 0 } }]; // see functionsOf()
    this.numbers = new Map();
    this.ofFrame = new Map();
  }

  number(frame, file = this.model.data.frames.file[frame]) {
    const { strings, frames } = this.model.data;
    const key = `${strings[frames.function[frame]]}\n${strings[file]}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.list.push({ frame, file, frames: [], own: { bytes: 0, count: 0 }, total: { bytes: 0, count: 0 } });
    this.numbers.set(key, this.list.length - 1);
    return this.list.length - 1;
  }

  of(frame) {
    const known = this.ofFrame.get(frame);
    if (known !== undefined) return known;
    const number = this.number(frame);
    this.list[number].frames.push(frame);
    this.ofFrame.set(frame, number);
    return number;
  }
}

/**
 * For a node below `caller` {function: its number, own: the last frame of own code}. `charged`: what libraries hold counts
 * for the own code that called them, as in `memray summary`; an import stays one, at the line of own code.
 */
function charge(numbers, caller, frame, charged) {
  const { model } = numbers;
  if (frame < 0 || model.data.frames.kind[frame] >= KIND.allocator) return caller;
  if (model.isOwn(frame) && !model.isImport(frame)) return { function: numbers.of(frame), own: frame };
  if (!charged || caller.own < 0) return { function: numbers.of(frame), own: -1 };
  if (!model.isImport(frame)) return caller;
  const number = numbers.number(frame, model.data.frames.file[caller.own]);
  numbers.list[number].frames.push(frame);
  return { function: number, own: caller.own };
}

class Walk {
  constructor(model, charged) {
    this.numbers = new FunctionNumbers(model);
    this.charged = charged;
    this.active = []; // by function: how many calls of it the walk is in
  }

  /** Own memory, and the total where no caller is the same function. */
  enter(node, function_) {
    const { own, total } = this.numbers.list[function_];
    for (const part of ["bytes", "count"]) {
      own[part] += node.children.reduce((left, child) => left - child[part], node[part]);
      if (!this.active[function_]) total[part] += node[part];
    }
    this.active[function_] = (this.active[function_] ?? 0) + 1;
  }

  run(root) {
    const pending = [{ node: root, at: { function: UNKNOWN, own: -1 } }];
    while (pending.length) {
      const { node, at, leave } = pending.pop();
      if (leave !== undefined) {
        this.active[leave] -= 1;
        continue;
      }
      const here = charge(this.numbers, at, node.frame, this.charged);
      this.enter(node, here.function);
      pending.push({ leave: here.function });
      for (const child of node.children) pending.push({ node: child, at: here });
    }
    const [unknown] = this.numbers.list;
    unknown.total = unknown.own; // not of all that there is below the root
    return this.numbers.list;
  }
}

/**
 * [{frame: one of the function, frames: all of them, file: string, own: {bytes, count}, total: {bytes, count}}] of a tree
 * that is not inverted and whose chains are not collapsed. Frame -1: what was allocated without a stack.
 */
export function functionsOf(model, root, charged) {
  return new Walk(model, charged).run(root);
}

/** "keep_history at /app/report.py", whatever the line; of what functionsOf() says, or of a frame and its file. */
export function nameOf({ data: { frames, strings } }, { frame, file }) {
  const place = strings[file];
  return `${strings[frames.function[frame]] || "???"}${place ? ` at ${place}` : ""}`;
}

/** "keep_history (report.py)" of "keep_history at /app/report.py" */
export function shortName(name) {
  return name.replace(/ at (?:.*\/)?(.*)$/s, " ($1)");
}

/** True for each frame of the function with this name, by number. rows: of functionsOf(), which know imports better. */
export function framesNamed(model, rows, name) {
  const { frames } = model.data;
  const result = new Uint8Array(frames.line.length);
  const row = rows.find((at) => nameOf(model, at) === name);
  for (const frame of row?.frames ?? frames.line.keys()) {
    if (row || nameOf(model, { frame, file: frames.file[frame] }) === name) result[frame] = 1;
  }
  return result;
}
