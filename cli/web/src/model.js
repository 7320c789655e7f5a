// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The data of a flame graph page, and the trees that are drawn from it. Everything that can be chosen in the page is a
// different tree over the same nodes. No DOM here.

import { isOwn } from "./my_code.js";

export const HIDE = { irrelevant: 1, imports: 2, installed: 4 };
export const ALL_THREADS = -1;
const NEVER = -1;
const NO_FRAME = -1;
const DEEPEST = 2000; // levels drawn: the drawing library recurses over them

export const KIND = { python: 0, native: 1, allocator: 2 };

/** What nodes hold themselves: rows of [node, allocator, ..., bytes, allocations], those that are wanted. */
class Own {
  constructor(size, flat, width, wanted = () => true) {
    this.size = size;
    this.flat = flat;
    this.width = width;
    this.wanted = wanted;
    ({ bytes: this.bytes, count: this.count } = this.sums(wanted));
  }

  /** {bytes, count} per node. */
  sums(wanted) {
    const { flat, width } = this;
    const amounts = { bytes: new Float64Array(this.size), count: new Float64Array(this.size) };
    for (let i = 0; i < flat.length; i += width) {
      if (!wanted(i)) continue;
      amounts.bytes[flat[i]] += flat[i + width - 2];
      amounts.count[flat[i]] += flat[i + width - 1];
    }
    return amounts;
  }

  /** The same of one allocator. */
  of(allocator) {
    return this.sums((i) => this.flat[i + 1] === allocator && this.wanted(i));
  }
}

/** Adds a frame for each allocator; returns their numbers. */
function addAllocatorFrames({ allocators, frames, strings }) {
  return allocators.map((name) => {
    const empty = strings.push("") - 1;
    const text = strings.push(name.toLowerCase()) - 1;
    const values = { function: text, file: empty, source: empty, line: 0, kind: KIND.allocator, class: 0, role: -1, package: empty };
    for (const [column, value] of Object.entries(values)) frames[column].push(value);
    return frames.line.length - 1;
  });
}

export class Model {
  constructor(data) {
    this.data = data;
    this.size = data.nodes.parent.length;
    this.compares = data.options.compares === true;
    this.allocatorFrames = addAllocatorFrames(data);
    this.own = {};
    for (const [name, flat] of Object.entries(data.metrics)) this.own[name] = new Own(this.size, flat, 4);
  }

  /** The moment (number of the bucket that starts then) in [first, last + 1] at which most was live. */
  fullestMoment(first, last) {
    const { intervals, start_ms } = this.data.buckets;
    const live = new Float64Array(start_ms.length + 2);
    for (let i = 0; i < intervals.length; i += 6) {
      live[intervals[i + 2] + 1] += intervals[i + 4];
      if (intervals[i + 3] !== NEVER) live[intervals[i + 3] + 1] -= intervals[i + 4];
    }
    let best = first;
    for (let i = 1; i <= last + 1; ++i) {
      live[i] += live[i - 1];
      if (i >= first && live[i] > live[best]) best = i;
    }
    return best;
  }

  /** Live at the fullest moment of buckets first to last. */
  peakOf(first, last) {
    const moment = this.fullestMoment(first, last);
    const { intervals } = this.data.buckets;
    return new Own(this.size, intervals, 6, (i) => {
      const freed = intervals[i + 3];
      return intervals[i + 2] < moment && (freed === NEVER || freed >= moment);
    });
  }

  /** Allocated in buckets first to last and not freed by their end. */
  leakedIn(first, last) {
    const { intervals } = this.data.buckets;
    return new Own(this.size, intervals, 6, (i) => {
      const [allocated, freed] = [intervals[i + 2], intervals[i + 3]];
      return allocated >= first && allocated <= last && (freed === NEVER || freed > last);
    });
  }

  frameName(frame) {
    const { frames, strings } = this.data;
    const file = strings[frames.file[frame]];
    const line = frames.line[frame];
    const base = file.slice(file.lastIndexOf("/") + 1);
    const name = strings[frames.function[frame]] || "???";
    return base ? `${name} (${base}${line ? `:${line}` : ""})` : name;
  }

  location(frame) {
    const { frames, strings } = this.data;
    const file = strings[frames.file[frame]];
    const line = frames.line[frame];
    return file ? `${file}${line ? `:${line}` : ""}` : "";
  }

  /** False for processes of a merged capture. */
  hasPlace(frame) {
    return this.data.strings[this.data.frames.file[frame]] !== "";
  }

  isOwn(frame) {
    return isOwn(this.data, frame);
  }

  source(frame) {
    return this.data.strings[this.data.frames.source[frame]];
  }

  /** What searches look at. */
  searchText(frame) {
    const { frames, strings } = this.data;
    return `${strings[frames.function[frame]]} at ${this.location(frame)} ${this.source(frame)}`;
  }
}

/** True for each frame whose text matches, by number. */
export function matchingFrames(model, expression) {
  const result = new Uint8Array(model.data.frames.line.length);
  for (let i = 0; i < result.length; ++i) result[i] = expression.test(model.searchText(i)) ? 1 : 0;
  return result;
}

function hiddenFrames(model, choice) {
  const classes = model.data.frames.class;
  const hidden = choice.hidePattern ? matchingFrames(model, choice.hidePattern) : new Uint8Array(classes.length);
  for (let i = 0; i < hidden.length; ++i) if (classes[i] & choice.hide) hidden[i] = 1;
  return hidden;
}

/** The amounts to draw: of one thread, and only of stacks that hold a frame to keep. */
function chosenAmounts(model, own, choice) {
  const { parent, frame, thread } = model.data.nodes;
  const kept = choice.keep && matchingFrames(model, choice.keep);
  const onKept = new Uint8Array(model.size);
  const chosen = { bytes: new Float64Array(model.size), count: new Float64Array(model.size) };
  for (let i = 0; i < model.size; ++i) {
    if (kept) onKept[i] = (frame[i] >= 0 && kept[frame[i]]) || (i > 0 && onKept[parent[i]]) ? 1 : 0;
    if (kept && !onKept[i]) continue;
    if (thread && choice.thread !== ALL_THREADS && thread[i] !== choice.thread) continue;
    chosen.bytes[i] = own.bytes[i];
    chosen.count[i] = own.count[i];
  }
  return chosen;
}

function holdsAt({ bytes, count }, i) {
  return bytes[i] !== 0 || count[i] !== 0;
}

const noAmount = () => ({ bytes: 0, count: 0 });
const NONE = Object.freeze([]);
// A number that V8 keeps as floating-point: a field that begins as an integer costs a new layout for each node later.
const ZERO = -0;

/** A node of the tree that is drawn. Its texts are made when they are asked for: most nodes are too small to be drawn. */
class ViewNode {
  #model;

  constructor(model, id, parent, frame, thread) {
    this.#model = model;
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
    this.sides = model.compares ? [noAmount(), noAmount()] : NONE; // before, after
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
    return this.frame < 0 ? "<root>" : this.#model.frameName(this.frame);
  }

  /** With the source line, as far as there is room for it. */
  get label() {
    const source = this.frame < 0 ? "" : this.#model.source(this.frame);
    return source ? `${this.name}: ${source}` : this.name;
  }
}

function descends(nodes) {
  for (let i = 1; i < nodes.length; ++i) if (nodes[i].value > nodes[i - 1].value) return false;
  return true;
}

/** A tree that grows by paths; nodes are created parents first. */
class Tree {
  constructor(model) {
    this.model = model;
    this.nodes = [new ViewNode(model, 0, null, -1, ALL_THREADS)];
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
    const node = new ViewNode(this.model, this.nodes.length, parent, frame, thread);
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

  /** The last of the calls from this node on that hold exactly the same, which stands for them all. */
  endOfChain(first, inverted) {
    const { frames } = this.model.data;
    const calls = [first.frame];
    let last = first;
    for (let [next] = last.children; next && last.children.length === 1; [next] = last.children) {
      const same = next.bytes === last.bytes && next.count === last.count && next.thread === first.thread;
      if (!same || next.frame < 0 || frames.kind[next.frame] === KIND.allocator || !this.model.hasPlace(last.frame)) break;
      last = next;
      calls.push(last.frame);
    }
    if (last === first) return first;
    if (inverted) calls.reverse();
    const headline = calls.findLast((frame) => this.model.isOwn(frame));
    return Object.assign(last, { parent: first.parent, calls, frame: headline ?? last.frame });
  }

  /** Chains become one node each: as CallChains in cli/report/call_chain.h. */
  collapse(inverted) {
    const pending = [this.nodes[0]];
    while (pending.length) {
      const node = pending.pop();
      node.children = node.children.map((child) => (child.frame < 0 ? child : this.endOfChain(child, inverted)));
      for (const child of node.children) {
        child.depth = node.depth + 1;
        pending.push(child);
      }
    }
  }

  /** Sums up, sorts and links children; returns the root. */
  finish({ unit, collapsed, inverted }) {
    this.sumUp();
    const counts = unit === "count";
    for (const node of this.nodes) {
      node.value = counts ? node.count : node.bytes;
      if (node.parent && node.value > 0 && node.depth <= DEEPEST) this.link(node);
    }
    for (const { children } of this.nodes) if (!descends(children)) children.sort((a, b) => b.value - a.value);
    if (collapsed) this.collapse(inverted);
    return this.nodes[0];
  }
}

/** Adds the nodes of the model to a tree; hidden frames count for their callers. */
class Builder {
  constructor(model, own, choice) {
    this.nodes = model.data.nodes;
    this.size = model.size;
    this.hidden = hiddenFrames(model, choice);
    this.chosen = chosenAmounts(model, own, choice);
    this.parts = choice.allocators ? this.partsOf(model, own, choice) : [{ frame: NO_FRAME, ...this.chosen }];
    const sides = model.compares ? [model.own.before, model.own.after] : [];
    this.sides = sides.map((side) => chosenAmounts(model, side, choice));
    this.amounts = [this.chosen, ...this.sides];
    this.tree = new Tree(model);
  }

  /** What each allocator gave, with its frame. */
  partsOf(model, own, choice) {
    return model.allocatorFrames.map((frame, allocator) => ({ frame, ...chosenAmounts(model, own.of(allocator), choice) }));
  }

  isHidden(i) {
    return this.nodes.folded[i] === 0 && this.hidden[this.nodes.frame[i]] === 1;
  }

  threadOf(i) {
    return this.nodes.thread ? this.nodes.thread[i] : ALL_THREADS;
  }

  /** The node that stands for model node i below `from`. `alone`: no other one can be the same there. */
  step(from, i, alone) {
    if (this.isHidden(i)) return from;
    const folded = this.nodes.folded[i];
    const frame = folded ? -1 : this.nodes.frame[i];
    const thread = this.threadOf(i);
    return alone ? this.tree.newChild(from, frame, folded, thread) : this.tree.child(from, frame, folded, thread);
  }

  /**
   * Model nodes whose children may be the same in the tree as others: hidden ones give their children to their callers.
   * All other children are different, which saves looking for them.
   */
  sharing() {
    const { parent } = this.nodes;
    const shares = new Uint8Array(this.size);
    for (let i = 1; i < this.size; ++i) if (this.isHidden(i)) shares[parent[i]] = 1;
    for (let i = 1; i < this.size; ++i) if (shares[parent[i]]) shares[i] = 1;
    return shares;
  }

  /** The node below `from` for the allocator that called it so; `from` itself without one. */
  called(from, frame, i) {
    return frame === NO_FRAME ? from : this.tree.child(from, frame, 0, this.threadOf(i));
  }

  addPart({ bytes, count }, node, i) {
    node.bytes += bytes[i];
    node.count += count[i];
  }

  account(node, i) {
    for (const part of this.parts) if (holdsAt(part, i)) this.addPart(part, this.called(node, part.frame, i), i);
    this.accountSides(node, i);
  }

  accountSides(node, i) {
    for (let side = 0; side < this.sides.length; ++side) {
      node.sides[side].bytes += this.sides[side].bytes[i];
      node.sides[side].count += this.sides[side].count[i];
    }
  }

  /** What is gone counts for its callers, so that they are seen to shrink. */
  holds(i) {
    return this.amounts.some((amounts) => holdsAt(amounts, i));
  }

  fromRoot() {
    const { parent } = this.nodes;
    const used = new Uint8Array(this.size);
    for (let i = this.size - 1; i >= 0; --i) {
      if (this.holds(i)) used[i] = 1;
      if (used[i]) used[parent[i]] = 1;
    }
    const shares = this.sharing();
    const shown = new Array(this.size);
    shown[0] = this.tree.nodes[0];
    this.account(shown[0], 0);
    for (let i = 1; i < this.size; ++i) {
      if (!used[i]) continue;
      shown[i] = this.step(shown[parent[i]], i, !shares[parent[i]]);
      this.account(shown[i], i);
    }
  }

  /** The last of the callers of model node i, which are below `from`. */
  callers(from, i) {
    let node = from;
    for (let at = i; at !== 0; at = this.nodes.parent[at]) node = this.step(node, at, false);
    return node;
  }

  fromLeaves() {
    const [root] = this.tree.nodes;
    for (let i = 0; i < this.size; ++i) {
      for (const part of this.parts) {
        if (holdsAt(part, i)) this.addPart(part, this.callers(this.called(root, part.frame, i), i), i);
      }
      if (this.sides.some((side) => holdsAt(side, i))) this.accountSides(this.callers(root, i), i);
    }
  }
}

/**
 * The tree to draw: nested {id, name, value, bytes, count, frame, folded, thread, parent, depth, children}.
 * choice: {unit: "bytes" | "count", collapsed: chains of calls that hold the same are one node, inverted, allocators, thread, hide: bits, hidePattern, keep: RegExp or null}
 */
export function viewTree(model, own, choice) {
  const builder = new Builder(model, own, choice);
  if (choice.inverted) builder.fromLeaves();
  else builder.fromRoot();
  return builder.tree.finish(choice);
}

/** Bytes and allocations below the outermost nodes that match. */
export function matchedAmount(root, matches) {
  const sum = { bytes: 0, count: 0, nodes: 0 };
  const pending = [[root, false]];
  while (pending.length) {
    const [node, below] = pending.pop();
    const hit = node.frames.some((frame) => frame >= 0 && matches[frame]);
    if (hit) sum.nodes += 1;
    if (hit && !below) {
      sum.bytes += node.bytes;
      sum.count += node.count;
    }
    for (const child of node.children) pending.push([child, below || hit]);
  }
  return sum;
}
