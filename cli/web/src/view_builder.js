// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// From the model's nodes to the tree that is drawn. Everything that can be chosen in the page is a different tree over
// the same nodes. No DOM here.

import { ALL_THREADS, matchingFrames } from "./model.js";
import { Tree } from "./view_tree.js";

const NO_FRAME = -1;

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

/** Adds the nodes of the model to a tree; hidden frames count for their callers. */
class Builder {
  constructor(model, own, choice) {
    this.model = model;
    this.nodes = model.data.nodes;
    this.size = model.size;
    this.hidden = hiddenFrames(model, choice);
    this.chosen = chosenAmounts(model, own, choice);
    this.parts = choice.allocators ? this.partsOf(model, own, choice) : [{ frame: NO_FRAME, ...this.chosen }];
    const sides = model.compares ? [model.own.before, model.own.after] : [];
    this.sides = sides.map((side) => chosenAmounts(model, side, choice));
    this.amounts = [this.chosen, ...this.sides];
    this.tree = new Tree(model);
    this.threadFrames = choice.thread === ALL_THREADS ? model.threadFrames : [];
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

  /** The node for the thread of model node i below `from`; `from` itself where threads are not told apart. */
  inThread(from, i) {
    const thread = this.threadOf(i);
    return this.threadFrames.length && thread >= 0 ? this.tree.child(from, this.threadFrames[thread], 0, thread) : from;
  }

  /** A process of a merged capture: its threads are below it. */
  isProcess(i) {
    const { parent, frame } = this.nodes;
    return parent[i] === 0 && frame[i] >= 0 && this.model.isProcess(frame[i]);
  }

  /** The node below which model node i stands, given those that stand for the ones before it. */
  callerOf(i, shown) {
    const caller = this.nodes.parent[i];
    const outermost = caller === 0 ? !this.isProcess(i) : this.isProcess(caller);
    return outermost ? this.inThread(shown[caller], i) : shown[caller];
  }

  /** The node that stands for model node i below `from`. `alone`: no other one can be the same there. */
  step(from, i, alone) {
    if (this.isHidden(i)) return from;
    const folded = this.nodes.folded[i];
    const frame = folded ? -1 : this.nodes.frame[i];
    if (this.isProcess(i)) return this.tree.child(from, frame, folded, ALL_THREADS);
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
      shown[i] = this.step(this.callerOf(i, shown), i, !shares[parent[i]]);
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
        if (holdsAt(part, i)) this.addPart(part, this.callers(this.called(this.inThread(root, i), part.frame, i), i), i);
      }
      if (this.sides.some((side) => holdsAt(side, i))) this.accountSides(this.callers(this.inThread(root, i), i), i);
    }
  }
}

/**
 * The tree to draw: nested {id, name, value, bytes, count, frame, folded, thread, parent, depth, children}.
 * choice: {unit: "bytes" | "count", inverted, allocators, thread, hide: bits, hidePattern, keep: RegExp or null}
 */
export function viewTree(model, own, choice) {
  const builder = new Builder(model, own, choice);
  if (choice.inverted) builder.fromLeaves();
  else builder.fromRoot();
  return builder.tree.finish(choice.unit);
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
