// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tree that is drawn: it grows by paths, sums up what its nodes hold, and has the largest first. No DOM here.

import { countText, shareText, sizeText } from "./format.js";
import { ALL_THREADS } from "./model.js";

const DEEPEST = 2000; // levels drawn: the drawing library recurses over them

const noAmount = () => ({ bytes: 0, count: 0 });
const NONE = Object.freeze([]);
// A number that V8 keeps as floating-point: a field that begins as an integer costs a new layout for each node later.
const ZERO = -0;

/** A node of the tree that is drawn. Its texts are made when they are asked for: most nodes are too small to be drawn. */
class ViewNode {
  #tree;

  constructor(tree, id, parent, frame, thread) {
    this.#tree = tree;
    this.id = id;
    this.parent = parent;
    this.frame = frame;
    this.thread = thread;
    this.depth = parent ? parent.depth + 1 : 0;
    this.folded = 0;
    this.bytes = ZERO;
    this.count = ZERO;
    this.value = ZERO;
    this.children = NONE;
    this.sides = tree.model.compares ? [noAmount(), noAmount()] : NONE; // before, after
    this.calls = NONE; // where this node stands for a chain of calls that hold the same: their frames, callers first
  }

  /** The frames that this node stands for, callers first. */
  get frames() {
    return this.calls.length ? this.calls : [this.frame];
  }

  /** How much more there is after than before. */
  growth(unit) {
    return this.sides[1][unit] - this.sides[0][unit];
  }

  get name() {
    if (this.folded) return `${this.folded.toLocaleString("en-US")} smaller`;
    return this.frame < 0 ? this.#tree.title : this.#tree.model.frameName(this.frame);
  }

  /** "12.3 MB (4.5 %)" */
  get amount() {
    const { unit, whole } = this.#tree;
    return `${unit === "count" ? countText(this.count, "allocation") : sizeText(this.bytes)} (${shareText(this.value, whole)})`;
  }

  /** With the amount and the source line, as far as there is room for them. */
  get label() {
    const source = this.frame < 0 ? "" : this.#tree.model.source(this.frame);
    return [this.name, this.amount, source].filter(Boolean).join(" \u00b7 ");
  }
}

function descends(nodes) {
  for (let i = 1; i < nodes.length; ++i) if (nodes[i].value > nodes[i - 1].value) return false;
  return true;
}

/** A tree that grows by paths; nodes are created parents first. */
export class Tree {
  /** title: of the root */
  constructor(model, title = "<root>") {
    this.model = model;
    this.title = title;
    this.nodes = [new ViewNode(this, 0, null, -1, ALL_THREADS)];
    this.children = new Map();
    this.frames = model.data.frames.line.length + 1;
    this.threads = model.data.threads.length + 1;
  }

  /** The child that is like this, a new one if there is none. */
  child(parent, frame, folded, thread) {
    const key = (parent.id * this.frames + frame + 1) * this.threads + thread + 1;
    let node = this.children.get(key);
    if (!node) {
      node = this.newChild(parent, frame, 0, thread);
      this.children.set(key, node);
    }
    node.folded += folded;
    return node;
  }

  newChild(parent, frame, folded, thread) {
    const node = new ViewNode(this, this.nodes.length, parent, frame, thread);
    node.folded = folded;
    this.nodes.push(node);
    return node;
  }

  sumUp() {
    for (let i = this.nodes.length - 1; i > 0; --i) {
      const { parent, bytes, count, sides } = this.nodes[i];
      parent.bytes += bytes;
      parent.count += count;
      for (let side = 0; side < sides.length; ++side) {
        parent.sides[side].bytes += sides[side].bytes;
        parent.sides[side].count += sides[side].count;
      }
    }
  }

  link(node) {
    if (node.parent.children === NONE) node.parent.children = [node];
    else node.parent.children.push(node);
  }

  /** Sums up, sorts and links children; returns the root. unit: "bytes" or "count"; shares are of `whole`. */
  finish(unit, whole) {
    this.sumUp();
    this.unit = unit;
    for (const node of this.nodes) {
      node.value = unit === "count" ? node.count : node.bytes;
      if (node.parent && node.value > 0 && node.depth <= DEEPEST) this.link(node);
    }
    for (const { children } of this.nodes) if (!descends(children)) children.sort((a, b) => b.value - a.value);
    this.whole = whole ?? this.nodes[0].value;
    return this.nodes[0];
  }
}

/** The node of another tree that is reached by the same calls, as far as they are there; its root if none is. */
export function counterpart(root, node) {
  const path = [];
  for (let at = node; at.parent; at = at.parent) path.push(...[...at.frames].reverse());
  let found = root;
  for (const frame of path.reverse()) {
    if (found.frames.includes(frame)) continue;
    found = found.children.find(({ frames }) => frames.includes(frame)) ?? found;
  }
  return found;
}
