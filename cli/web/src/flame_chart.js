// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The flame graph itself, drawn by d3-flame-graph: it zooms, moves and labels the frames.

import { select } from "d3-selection";
import { flamegraph } from "d3-flame-graph";
import "d3-flame-graph/dist/d3-flamegraph.css";

const ROW = 20; // pixels
const NARROWEST = 2; // pixels: narrower frames are not drawn
const LARGE = 5_000; // nodes

/** Grey where nothing changed, the stronger the larger the node's own change is. */
function changeColor(node, unit) {
  const growth = node.growth(unit);
  if (growth === 0) return "var(--folded)";
  const share = Math.abs(growth) / Math.max(...node.sides.map((side) => side[unit]));
  return `color-mix(in srgb, var(--${growth > 0 ? "grew" : "shrank"}) ${Math.round(15 + 85 * share)}%, var(--folded))`;
}

/** Whether one of the node's frames matches. */
function isAmong(node, matches) {
  return node.frames.some((frame) => frame >= 0 && matches[frame]);
}

/** What the library draws of a node of the view tree. */
class Drawn {
  constructor(node, children) {
    this.node = node;
    this.value = node.value;
    this.children = children;
  }

  get name() {
    return this.node.label;
  }
}

/** The nodes below one, without those that hold less than `least`. */
function drawnBelow(node, least) {
  const top = new Drawn(node, []);
  const pending = [top];
  while (pending.length) {
    const drawn = pending.pop();
    for (const child of drawn.node.children) {
      if (child.value < least) break; // the largest come first
      const below = new Drawn(child, []);
      drawn.children.push(below);
      pending.push(below);
    }
  }
  return top;
}

/** A node and its callers up to the root: what is drawn when it is zoomed into. */
function drawnFrom(focus, least) {
  let drawn = drawnBelow(focus, least);
  for (let at = focus.parent; at; at = at.parent) drawn = new Drawn(at, [drawn]);
  return drawn;
}

/** Of all nodes that can be drawn: visit(node) until it says true. */
function someNode(root, visit) {
  const pending = [root];
  while (pending.length) {
    const node = pending.pop();
    if (visit(node)) return node;
    for (const child of node.children) pending.push(child);
  }
  return null;
}

function isLarge(root) {
  let nodes = 0;
  return someNode(root, () => (nodes += 1) > LARGE) !== null;
}

export class FlameChart {
  /** events: {zoomed(node), hovered(node, rectangle of the frame, x of the pointer), left()} with nodes of the view tree */
  constructor(host, colors, events) {
    this.host = host;
    this.colors = colors;
    this.events = events;
    this.root = null;
    this.matches = null;
    this.selected = null;
    host.addEventListener("mousemove", (event) => this.hover(event));
    host.addEventListener("mouseleave", () => events.left());
  }

  color(node) {
    const color = node.sides.length ? changeColor(node, this.unit) : this.colors.color(node.frame);
    return this.matches && !isAmong(node, this.matches) ? `color-mix(in oklab, ${color} 20%, var(--back))` : color;
  }

  draw(root, icicle, unit) {
    this.unit = unit;
    this.root = root;
    this.icicle = icicle;
    this.partial = isLarge(root);
    this.show(root);
  }

  clear() {
    this.root = null;
    this.host.replaceChildren();
  }

  /** The library is slow with many nodes: of a large tree it gets what can be seen from here. */
  show(focus) {
    const large = this.partial;
    this.focus = focus;
    this.host.replaceChildren();
    this.chart = flamegraph()
      .width(this.host.clientWidth)
      .cellHeight(ROW)
      .minFrameSize(NARROWEST)
      .transitionDuration(large || matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250)
      .inverted(this.icicle)
      .sort(false)
      .title("")
      .setLabelHandler(() => "") // the browser's own tooltips
      .tooltip({ show: () => {}, hide: () => {} })
      .setColorMapper((d) => this.color(d.data.node))
      .onClick((d) => this.clicked(d.data.node));
    const least = large ? (focus.value * NARROWEST) / Math.max(this.host.clientWidth, 1) : 0;
    select(this.host).datum(large ? drawnFrom(focus, least) : drawnBelow(this.root, 0)).call(this.chart);
    if (focus.parent) this.zoomLibrary(focus);
    this.mark();
  }

  /** Without an event. */
  zoomLibrary(node) {
    this.silent = true;
    select(this.host).datum().each((d) => {
      if (d.data.node !== node) return;
      for (let at = d; at; at = at.parent) at.data.hide = false; // the library shows only what is below
      this.chart.zoomTo(d);
    });
    this.silent = false;
  }

  clicked(node) {
    if (this.silent) return;
    if (this.partial) this.show(node);
    this.events.zoomed(node);
  }

  /** Null if there is none with this id. */
  node(id) {
    return this.root && (id === 0 ? this.root : someNode(this.root, (at) => at.id === id));
  }

  /** Without an event. Nothing if there is no such node. */
  zoomTo(id) {
    const node = this.node(id);
    if (!node || (node === this.root && this.focus === this.root && this.partial)) return;
    if (this.partial) {
      this.show(node);
    } else {
      this.zoomLibrary(node);
      this.mark();
    }
  }

  resize() {
    if (!this.chart || this.host.clientWidth === 0) return;
    if (this.partial) {
      this.show(this.focus);
      return;
    }
    this.chart.width(this.host.clientWidth);
    this.chart.update();
    this.mark();
  }

  /** What does not match fades; null: nothing does. */
  highlight(matches) {
    this.matches = matches;
    this.paint();
  }

  paint() {
    select(this.host).selectAll("g.frame > rect").attr("fill", (d) => this.color(d.data.node));
  }

  /** The largest node that matches, null if there is none. */
  largest(matches) {
    let best = null;
    const isBest = (node) => node.value > (best?.value ?? 0) && isAmong(node, matches);
    if (this.root) someNode(this.root, (node) => ((best = isBest(node) ? node : best), false));
    return best;
  }

  select(node) {
    this.selected = node;
    this.mark();
  }

  /** Brings a node into view. False if it is not drawn, for the zoom is elsewhere or it is too narrow. */
  reveal(node) {
    const drawn = select(this.host).selectAll("g.frame").filter((d) => d.data.node === node).node();
    if (!drawn) return false;
    const { top, bottom } = drawn.getBoundingClientRect();
    const covered = Math.max(0, document.querySelector("header").getBoundingClientRect().bottom);
    if (top < covered || bottom > innerHeight - 2 * ROW) drawn.scrollIntoView({ block: "center" });
    return true;
  }

  mark() {
    select(this.host)
      .selectAll("g.frame")
      .classed("selected", (d) => d.data.node === this.selected)
      .attr("data-id", (d) => d.data.node.id);
  }

  hover(event) {
    const frame = event.target.closest?.("g.frame");
    if (frame) {
      this.events.hovered(select(frame).datum().data.node, frame.querySelector("rect").getBoundingClientRect(), event.clientX);
    } else {
      this.events.left();
    }
  }
}
