// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// node my_code_totals.mjs FILE: what frames hold themselves at the peak in "my code", of the data of a flame graph page:
// [[function, file, line, bytes]].

import { readFileSync } from "node:fs";
import { Model } from "../../cli/web/src/model.js";
import { myCode } from "../../cli/web/src/my_code.js";
import { viewTree } from "../../cli/web/src/view_builder.js";

const data = myCode(JSON.parse(readFileSync(process.argv[2], "utf8")));
const { frames, strings } = data;
const model = new Model(data);
const sums = new Map();
const pending = [viewTree(model, model.own.peak, { unit: "bytes", hide: 0 })];
while (pending.length) {
  const node = pending.pop();
  const own = node.children.reduce((left, child) => left - child.bytes, node.bytes);
  if (node.frame >= 0 && own > 0) {
    const place = JSON.stringify([strings[frames.function[node.frame]], strings[frames.file[node.frame]], frames.line[node.frame]]);
    sums.set(place, (sums.get(place) ?? 0) + own);
  }
  pending.push(...node.children);
}
console.log(JSON.stringify([...sums].map(([place, own]) => [...JSON.parse(place), own])));
