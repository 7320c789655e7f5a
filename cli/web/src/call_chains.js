// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Calls each of which holds all of what the one before holds become one node, named after the innermost of the
// program's own: as CallChains in cli/report/call_chain.h. No DOM here.

import { KIND } from "./model.js";

/** Not one of many small ones, an allocator, a thread or a process. */
function isCall(model, frame) {
  return frame >= 0 && model.data.frames.kind[frame] < KIND.allocator && !model.isProcess(frame);
}

/** Whether `next`, the only child of `last`, goes on a chain that began with `first`. */
function continues(model, first, last, next) {
  const same = next.bytes === last.bytes && next.count === last.count && next.thread === first.thread;
  return same && isCall(model, last.frame) && isCall(model, next.frame);
}

/** The last of the calls from this node on that hold exactly the same, which stands for them all. */
function endOfChain(model, first, inverted) {
  const calls = [first.frame];
  let last = first;
  while (last.children.length === 1 && continues(model, first, last, last.children[0])) {
    [last] = last.children;
    calls.push(last.frame);
  }
  if (last === first) return first;
  if (inverted) calls.reverse();
  const headline = calls.findLast((frame) => model.isOwn(frame));
  return Object.assign(last, { parent: first.parent, calls, frame: headline ?? last.frame });
}

export function collapseChains(model, root, inverted) {
  const pending = [root];
  while (pending.length) {
    const node = pending.pop();
    node.children = node.children.map((child) => (child.frame < 0 ? child : endOfChain(model, child, inverted)));
    for (const child of node.children) {
      child.depth = node.depth + 1;
      pending.push(child);
    }
  }
}
