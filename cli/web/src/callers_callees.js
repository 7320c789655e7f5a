// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who calls a function and whom it calls, wherever it is called. No DOM here.

import { ALL_THREADS } from "./model.js";
import { Tree } from "./view_tree.js";

function add(to, amount) {
  to.bytes += amount.bytes;
  to.count += amount.count;
}

function ownOf(node) {
  return node.children.reduce((left, child) => ({ bytes: left.bytes - child.bytes, count: left.count - child.count }), node);
}

/** The outermost nodes of the function. */
function outermost(root, wanted) {
  const found = [];
  const pending = [root];
  while (pending.length) {
    const node = pending.pop();
    if (node.frame >= 0 && wanted[node.frame]) found.push(node);
    else pending.push(...node.children);
  }
  return found;
}

function addCallers(tree, node) {
  let [at] = tree.nodes;
  for (let caller = node.parent; caller.parent; caller = caller.parent) at = tree.child(at, caller.frame, caller.folded, ALL_THREADS);
  add(at, node);
}

function addCallees(tree, node) {
  const pending = [[node, tree.nodes[0]]];
  while (pending.length) {
    const [from, to] = pending.pop();
    add(to, ownOf(from));
    for (const child of from.children) pending.push([child, tree.child(to, child.frame, child.folded, ALL_THREADS)]);
  }
}

/**
 * {callers, callees}: trees whose roots are the function, of a tree that is not inverted and whose chains are not
 * collapsed. wanted: true for each of its frames. What a recursive function holds is counted once.
 */
export function callersAndCallees(model, root, wanted, title, unit) {
  const trees = { callers: new Tree(model, title), callees: new Tree(model, title) };
  for (const node of outermost(root, wanted)) {
    addCallers(trees.callers, node);
    addCallees(trees.callees, node);
  }
  return { callers: trees.callers.finish(unit, root.value), callees: trees.callees.finish(unit, root.value) };
}
