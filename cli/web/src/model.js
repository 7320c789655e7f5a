// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The data of a flame graph page: frames and their texts, and what each node of the call tree holds itself, by metric and
// by time. No DOM here.

import { isOwn, ROLE } from "./my_code.js";

export const HIDE = { irrelevant: 1, imports: 2, installed: 4 };
export const ALL_THREADS = -1;
export const KIND = { python: 0, native: 1, allocator: 2, thread: 3 }; // from allocator on, of frames that are no calls
const NEVER = -1;

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

/** Adds frames that are no calls; returns their numbers. */
function addFrames({ frames, strings }, names, kind) {
  return names.map((name) => {
    const empty = strings.push("") - 1;
    const text = strings.push(name) - 1;
    const values = { function: text, file: empty, source: empty, line: 0, kind, class: 0, role: -1, package: empty };
    for (const [column, value] of Object.entries(values)) frames[column].push(value);
    return frames.line.length - 1;
  });
}

function placeText(name, between, place) {
  return place ? `${name}${between}${place}` : name;
}

export class Model {
  constructor(data) {
    this.data = data;
    this.size = data.nodes.parent.length;
    this.compares = data.options.compares === true;
    const { allocators, threads } = data;
    this.allocatorFrames = addFrames(data, allocators.map((name) => name.toLowerCase()), KIND.allocator);
    const telling = data.nodes.thread && threads.length > 1; // threads apart
    this.threadFrames = telling ? addFrames(data, threads.map((name) => `Thread ${name}`), KIND.thread) : [];
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
    if (this.isProcess(frame)) return strings[frames.function[frame]];
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

  /** "keep_history at /app/report.py:22", "process 12: python report.py" */
  placeOf(frame) {
    const name = this.data.strings[this.data.frames.function[frame]] || "???";
    return placeText(name, this.isProcess(frame) ? ": " : " at ", this.location(frame));
  }

  /** Of a merged capture; its file is the command. */
  isProcess(frame) {
    return this.data.frames.role[frame] === ROLE.process;
  }

  isOwn(frame) {
    return isOwn(this.data, frame);
  }

  /** "import pandas", which stands for all that it needed. */
  isImport(frame) {
    return this.data.imports?.has(frame) === true;
  }

  /** The line's text; the command of a process. */
  source(frame) {
    const { frames, strings } = this.data;
    return strings[(this.isProcess(frame) ? frames.file : frames.source)[frame]];
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
