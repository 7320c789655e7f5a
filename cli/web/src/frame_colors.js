// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The colours of frames: by the package that a function is of, or by its kind. Each group of frames has one colour in
// shades by file, and a name in the legend. No DOM here.

import { KIND } from "./model.js";
import { ROLE } from "./my_code.js";

const IMPORTING = 2; // bits of frames.class: see cli/report/frame_class.h
const STANDARD = 8;
const SHADES = [100, 90, 80, 70]; // per cent
const PACKAGE_COLORS = 9; // in style.css
const MOST_GROUPS = 8; // in the legend

const group = (name, color) => ({ name, color });
const OWN = group("my code", "own");
const STANDARD_LIBRARY = group("standard library", "standard");
const IMPORT_SYSTEM = group("import system", "import");
const INTERPRETER = group("interpreter", "interpreter");
const PYTHON = group("Python", "own");
const NATIVE = group("native", "native");
const ALLOCATOR = group("allocator", "allocator");
const PROCESS = group("process", "process");
const THREAD = group("thread", "thread");
const REST = group("smaller ones", "folded");

function shadeOf(text) {
  let hash = 0;
  for (let i = 0; i < text.length; ++i) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return SHADES[Math.abs(hash) % SHADES.length];
}

function isNative(kind, file) {
  return kind === KIND.native || /\.(c|cc|cpp|cxx|h|hpp|rs)$/.test(file);
}

export class FrameColors {
  /** Packages have their colours by what they hold, so that the large ones differ. */
  constructor(data, own) {
    this.data = data;
    this.by = "package";
    this.packages = new Map();
    const sizes = new Map();
    const { frame } = data.nodes;
    own.bytes.forEach((bytes, node) => {
      const name = frame[node] >= 0 && this.packageOf(frame[node]);
      if (name) sizes.set(name, (sizes.get(name) ?? 0) + bytes);
    });
    for (const [name] of [...sizes].sort(([, a], [, b]) => b - a)) this.packageGroup(name);
  }

  /** "" of frames that are of no package, and of the standard library. */
  packageOf(frame) {
    const { frames, strings } = this.data;
    return frames.class[frame] & STANDARD || frames.role[frame] === ROLE.machinery ? "" : strings[frames.package[frame]];
  }

  packageGroup(name) {
    if (!this.packages.has(name)) this.packages.set(name, group(name, `package-${this.packages.size % PACKAGE_COLORS}`));
    return this.packages.get(name);
  }

  kindGroup(frame) {
    const { frames, strings } = this.data;
    return isNative(frames.kind[frame], strings[frames.file[frame]]) ? NATIVE : PYTHON;
  }

  /** {name, color} of the group that a frame belongs to. */
  groupOf(frame) {
    if (frame < 0) return REST;
    const { frames } = this.data;
    if (frames.kind[frame] === KIND.allocator) return ALLOCATOR;
    if (frames.kind[frame] === KIND.thread) return THREAD;
    const role = frames.role[frame];
    if (role === ROLE.process) return PROCESS;
    if (this.by === "kind") return this.kindGroup(frame);
    if (role === ROLE.machinery) return INTERPRETER;
    if (frames.class[frame] & IMPORTING) return IMPORT_SYSTEM;
    if (frames.class[frame] & STANDARD) return STANDARD_LIBRARY;
    const name = this.packageOf(frame);
    if (name) return this.packageGroup(name);
    return role === ROLE.own ? OWN : NATIVE;
  }

  color(frame) {
    if (frame < 0) return "var(--folded)";
    const { frames, strings } = this.data;
    const shade = shadeOf(strings[frames.file[frame]]);
    return `color-mix(in oklab, var(--frame-${this.groupOf(frame).color}) ${shade}%, var(--back))`;
  }

  /** [{name, color, bytes}]: what functions of each group in the tree hold themselves, the largest first. */
  legend(root) {
    const sums = new Map();
    const pending = [root];
    while (pending.length) {
      const node = pending.pop();
      pending.push(...node.children);
      if (!node.parent) continue;
      const of = this.groupOf(node.frame);
      const own = node.children.reduce((left, child) => left - child.value, node.value);
      sums.set(of, (sums.get(of) ?? 0) + own);
    }
    const groups = [...sums].map(([{ name, color }, value]) => ({ name, color, value }));
    return groups.sort((a, b) => b.value - a.value).slice(0, MOST_GROUPS);
  }
}
