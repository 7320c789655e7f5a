// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is said about a node of the tree that is drawn. No DOM here.

import { countText, shareText, sizeText } from "./format.js";
import { ALL_THREADS } from "./model.js";

const MOST_CALLS = 8; // named of a chain

export function amountText({ bytes, count }) {
  return `${sizeText(bytes)} in ${countText(count, "allocation")}`;
}

function functionName({ frames, strings }, frame) {
  return strings[frames.function[frame]] || "???";
}

export function titleOf(model, node) {
  return node.frame < 0 ? node.name : model.placeOf(node.frame);
}

export function sourceOf(model, node) {
  return node.frame < 0 || model.isProcess(node.frame) ? "" : model.source(node.frame);
}

/** The calls of a chain that is one frame here. */
function callsText(data, { calls }) {
  const names = calls.map((frame) => functionName(data, frame));
  return (names.length > MOST_CALLS ? [...names.slice(0, 2), "…", ...names.slice(2 - MOST_CALLS)] : names).join(" → ");
}

function changes({ sides: [before, after] }) {
  const grown = after.bytes - before.bytes;
  const sign = grown > 0 ? "+" : "";
  const share = before.bytes === 0 ? "" : ` (${sign}${shareText(grown, before.bytes)})`;
  return [`before: ${amountText(before)}`, `after: ${amountText(after)}`, `change: ${sign}${sizeText(grown)}${share}`];
}

/** What a node holds without what its children hold. */
function ownBytes(node) {
  return node.children.reduce((left, child) => left - child.bytes, node.bytes);
}

/** Lines. whole: the bytes that shares are of; inverted: children are callers. */
export function factsOf(model, node, { whole, inverted }) {
  const part = (bytes) => `${sizeText(bytes)} (${shareText(bytes, whole)})`;
  const own = node.frame < 0 || inverted ? "" : `, own ${part(ownBytes(node))}`;
  const lines = [`total ${part(node.bytes)}${own}`, `${countText(node.bytes, "byte")} in ${countText(node.count, "allocation")}`];
  if (model.compares) lines.push(...changes(node));
  if (node.calls.length) lines.push(`calls: ${callsText(model.data, node)}`);
  if (node.thread !== ALL_THREADS) lines.push(`Thread ${model.data.threads[node.thread]}`);
  return lines;
}

/** A stack as text, callers first. */
export function stackText(model, node, inverted) {
  const nodes = [];
  for (let at = node; at.parent; at = at.parent) nodes.push(at);
  if (!inverted) nodes.reverse();
  const lines = nodes.flatMap((at) => (at.frame < 0 ? [at.name] : at.frames.map((frame) => model.placeOf(frame))));
  return `${amountText(node)}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
