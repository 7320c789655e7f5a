// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// "My code" in a flame graph page: the same rules as cli/report/my_code.h, on the nodes of the page. Whose a frame is has
// been decided by the program that made the page (frames.role, frames.package: cli/report/frame_class.h). No DOM here.

export const ROLE = { own: 0, library: 1, moduleBody: 2, import: 3, machinery: 4, process: 5 };
const IMPORT_SYSTEM = 2; // bits of frames.class: see cli/report/frame_class.h
const STANDARD = 8;
const MOST_NAMED = 3;
const IMPORTING = { no: 0, unnamed: 1, named: 2 };
const ROOT = { leading: 0, shown: 0, importing: IMPORTING.no };

/** Of the program's own code, or the line that imports something into it. */
export function isOwn(data, frame) {
  return data.frames.role[frame] === ROLE.own;
}

/** "numpy, pandas": of what a line imports. */
function listOf(names) {
  const sorted = [...names].sort();
  return sorted.length > MOST_NAMED ? `${sorted.slice(0, MOST_NAMED).join(", ")}, ...` : sorted.join(", ");
}

/** As a file of own code is imported, without its packages. */
function moduleOf(file) {
  return file.replace(/\/__init__\.py$/, "").split("/").at(-1).split(".")[0];
}

class Folding {
  constructor(data) {
    this.data = data;
    this.nodes = { parent: [0], frame: [-1], folded: [0] };
    if (data.nodes.thread) this.nodes.thread = [data.nodes.thread[0]];
    this.children = new Map();
    this.imports = new Map();
    this.unnamed = new Set();
    this.imported = new Map(); // importer -> imports of libraries
    this.names = new Map(); // unnamed import -> names of what is imported
  }

  child(parent, frame, thread) {
    const key = `${parent} ${frame} ${thread}`;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const made = this.add(parent, frame, 0, thread);
    this.children.set(key, made);
    return made;
  }

  add(parent, frame, folded, thread) {
    const { nodes } = this;
    nodes.frame.push(frame);
    nodes.folded.push(folded);
    nodes.thread?.push(thread);
    return nodes.parent.push(parent) - 1;
  }

  /** At the line of the frame that imports; `of`: package and class of what is imported, if it is one. */
  importFrame(imported, importer, of = { package: "", class: IMPORT_SYSTEM }) {
    const { frames, strings } = this.data;
    const text = imported ? `import ${imported}` : "import";
    const at = this.nodes.frame[importer];
    const key = `${text} ${at}`;
    const known = this.imports.get(key);
    if (known !== undefined) return known;
    const place = at < 0 ? { file: strings.push("") - 1, line: 0, source: strings.push("") - 1, role: ROLE.own }
      : { file: frames.file[at], line: frames.line[at], source: frames.source[at], role: frames.role[at] };
    const values = { ...place, function: strings.push(text) - 1, kind: 0, class: of.class, package: strings.push(of.package) - 1 };
    for (const [column, value] of Object.entries(values)) frames[column].push(value);
    this.imports.set(key, frames.line.length - 1);
    return frames.line.length - 1;
  }

  import(caller, thread) {
    if (caller.importing !== IMPORTING.no) return caller;
    const shown = this.child(caller.shown, this.importFrame("", caller.shown), thread);
    this.unnamed.add(shown);
    return { leading: caller.leading, shown, importing: IMPORTING.unnamed };
  }

  importOf(caller, frame, thread) {
    const importer = this.nodes.parent[caller.shown];
    const name = this.data.strings[this.data.frames.package[frame]];
    const of = { package: name, class: this.data.frames.class[frame] & STANDARD };
    const shown = this.child(importer, this.importFrame(name, importer, of), thread);
    this.name(caller.shown, name);
    if (!this.imported.has(importer)) this.imported.set(importer, new Set());
    this.imported.get(importer).add(shown);
    return { leading: caller.leading, shown, importing: IMPORTING.named };
  }

  name(unnamed, imported) {
    if (!this.names.has(unnamed)) this.names.set(unnamed, new Set());
    this.names.get(unnamed).add(imported);
  }

  noteOwnModule(caller, frame) {
    const { frames, strings } = this.data;
    const imported = caller.importing === IMPORTING.unnamed && strings[frames.function[frame]] === "<module>";
    if (imported) this.name(caller.shown, moduleOf(strings[frames.file[frame]]));
  }

  library(caller, frame, thread) {
    if (caller.importing !== IMPORTING.no) return caller;
    return { leading: caller.leading, shown: this.child(caller.shown, frame, thread), importing: IMPORTING.no };
  }

  own(caller, frame, thread) {
    const stack = this.child(caller.leading, frame, thread);
    return { leading: stack, shown: stack, importing: IMPORTING.no };
  }

  after(caller, i) {
    const { frame: of, folded, thread: threads } = this.data.nodes;
    const [frame, thread] = [of[i], threads?.[i]];
    if (folded[i] > 0) {
      const shown = caller.importing === IMPORTING.no ? this.add(caller.shown, -1, folded[i], thread) : caller.shown;
      return { leading: shown, shown, importing: caller.importing };
    }
    const role = this.data.frames.role[frame];
    if (role === ROLE.machinery) return caller;
    if (role === ROLE.own) this.noteOwnModule(caller, frame);
    if (role === ROLE.own || role === ROLE.process) return this.own(caller, frame, thread);
    if (role === ROLE.import) return this.import(caller, thread);
    if (role === ROLE.moduleBody && caller.importing === IMPORTING.unnamed) return this.importOf(caller, frame, thread);
    return this.library(caller, frame, thread);
  }

  /** What the import system needed for a line that imports one library is that library's. */
  named(node) {
    const imported = this.unnamed.has(node) && this.imported.get(this.nodes.parent[node]);
    return imported?.size === 1 ? [...imported][0] : node;
  }

  /** For each node of the data the one that stands for it. */
  run() {
    const { parent } = this.data.nodes;
    const positions = [ROOT];
    for (let i = 1; i < parent.length; ++i) positions.push(this.after(positions[parent[i]], i));
    for (const [unnamed, names] of this.names) {
      this.nodes.frame[unnamed] = this.importFrame(listOf(names), this.nodes.parent[unnamed]);
    }
    return positions.map(({ shown }) => this.named(shown));
  }
}

function moved(flat, width, standsFor) {
  const result = flat.slice();
  for (let i = 0; i < result.length; i += width) result[i] = standsFor[flat[i]];
  return result;
}

/**
 * The same data with the stacks of my code: all amounts are there. Frames and strings are shared, and get some more;
 * `imports` are those that stand for an import.
 */
export function myCode(data) {
  const folding = new Folding(data);
  const standsFor = folding.run();
  const metrics = Object.entries(data.metrics).map(([name, flat]) => [name, moved(flat, 4, standsFor)]);
  const result = { ...data, nodes: folding.nodes, metrics: Object.fromEntries(metrics), imports: new Set(folding.imports.values()) };
  if (data.buckets) result.buckets = { ...data.buckets, intervals: moved(data.buckets.intervals, 6, standsFor) };
  return result;
}
