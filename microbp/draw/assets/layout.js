/** Where boxes stand: as `dot` laid them out, or in plain layers.
 *
 * Map: `boxesOf` decides what is a box, as modules are closed or open; `layered` places
 * boxes that `dot` has not seen.
 */

import { Model } from "./engine.js";

/**
 * @typedef {{id: string, node: number | null, scope: number | null, nodes: number[],
 *            outputs: number[], x: number, y: number, w: number, h: number}} Box
 * @typedef {{from: Box, to: Box, user: number, place: number, count: number,
 *            path: string, x: number, y: number}} Arrow
 * @typedef {{boxes: Box[], arrows: Arrow[], boxOf: Box[], width: number,
 *            height: number}} Picture
 */

const NODE = { w: 148, h: 56 };
const BARE = { w: 46, h: 28 };
const GROUP = { w: 172, h: 74 };
const GAP = { x: 92, y: 22 };

/** Boxes and arrows, with these modules closed.
 * @param {Model} model
 * @param {Set<number>} closed
 * @returns {Picture} */
export function boxesOf(model, closed) {
  const { data } = model;
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  const home = data.scope.map((scope) => outermostClosed(data, scope, closed));
  // A parameter or a bare number that one closed module alone uses is inside it.
  for (let i = 0; i < model.size; i++) {
    if (data.parents[i].length || data.kinds[i] === "leaf") continue;
    if (data.kinds[i] === "constant" && !model.isBare(i)) continue;
    const users = new Set(model.users[i].map((user) => home[user]));
    const [only] = users;
    if (users.size === 1 && only !== null) home[i] = only;
  }
  /** @type {Box[]} */
  const boxOf = [];
  for (let i = 0; i < model.size; i++) {
    const scope = home[i];
    const id = scope === null ? `n${i}` : `g${scope}`;
    let box = boxes.get(id);
    if (!box) {
      const size = scope !== null ? GROUP : model.isBare(i) ? BARE : NODE;
      box = {
        id, node: scope === null ? i : null, scope, nodes: [], outputs: [],
        x: 0, y: 0, ...size,
      };
      boxes.set(id, box);
    }
    box.nodes.push(i);
    boxOf.push(box);
  }
  for (const box of boxes.values()) {
    box.outputs = box.nodes.filter(
      (i) => i === data.root || model.users[i].some((user) => boxOf[user] !== box),
    );
  }
  const list = [...boxes.values()];
  const arrows = arrowsOf(model, boxOf);
  const laidOut = data.layout && list.every((box) => box.node !== null);
  const size = laidOut ? placed(data.layout, list, arrows) : layered(list, arrows);
  return { boxes: list, arrows, boxOf, ...size };
}

/** @param {import("./engine.js").Data} data
 * @param {number | null} scope
 * @param {Set<number>} closed */
function outermostClosed(data, scope, closed) {
  let found = null;
  for (let one = scope; one !== null; one = data.scopes[one].outer) {
    if (closed.has(one)) found = one;
  }
  return found;
}

/** @param {Model} model
 * @param {Box[]} boxOf
 * @returns {Arrow[]} */
function arrowsOf(model, boxOf) {
  /** @type {Arrow[]} */
  const arrows = [];
  const between = new Map();
  for (let i = 0; i < model.size; i++) {
    model.data.parents[i].forEach((p, place) => {
      const [from, to] = [boxOf[p], boxOf[i]];
      if (from === to) return;
      const arrow = { from, to, user: i, place, count: 1, path: "", x: 0, y: 0 };
      if (from.node !== null && to.node !== null) {
        arrows.push(arrow);
        return;
      }
      const key = `${from.id} ${to.id}`;
      if (between.has(key)) between.get(key).count += 1;
      else {
        between.set(key, arrow);
        arrows.push(arrow);
      }
    });
  }
  return arrows;
}

/** Take over the places that dot chose.
 * @param {any} layout
 * @param {Box[]} boxes
 * @param {Arrow[]} arrows */
function placed(layout, boxes, arrows) {
  for (const box of boxes) {
    [box.x, box.y] = layout.nodes[/** @type {number} */ (box.node)];
  }
  for (const arrow of arrows) {
    const [path, x, y] = layout.edges[`${arrow.user} ${arrow.place}`];
    Object.assign(arrow, { path, x, y });
  }
  return { width: layout.width, height: layout.height };
}

/** Boxes in columns by their distance from the leaves, with few crossings.
 *
 * Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of
 * Hierarchical System Structures", IEEE Trans. SMC 11, 1981.
 * @param {Box[]} boxes
 * @param {Arrow[]} arrows */
function layered(boxes, arrows) {
  const sources = new Map(boxes.map((box) => [box, new Set()]));
  const targets = new Map(boxes.map((box) => [box, new Set()]));
  for (const { from, to } of arrows) {
    sources.get(to)?.add(from);
    targets.get(from)?.add(to);
  }
  /** @type {Map<Box, number>} */
  const level = new Map();
  const waiting = new Map(boxes.map((box) => [box, sources.get(box)?.size ?? 0]));
  const ready = boxes.filter((box) => waiting.get(box) === 0);
  for (const box of ready) {
    if (!level.has(box)) level.set(box, 0);
    for (const target of targets.get(box) ?? []) {
      const next = Math.max(level.get(target) ?? 0, (level.get(box) ?? 0) + 1);
      level.set(target, next);
      waiting.set(target, (waiting.get(target) ?? 0) - 1);
      if (waiting.get(target) === 0) ready.push(target);
    }
  }
  for (const box of boxes) {
    const after = [...(targets.get(box) ?? [])].map((b) => level.get(b) ?? 0);
    if (sources.get(box)?.size === 0 && after.length) {
      level.set(box, Math.max(0, Math.min(...after) - 1));
    }
  }
  /** @type {Box[][]} */
  const columns = [];
  for (const box of boxes) (columns[level.get(box) ?? 0] ??= []).push(box);
  for (let k = 0; k < columns.length; k++) columns[k] ??= [];
  for (let sweep = 0; sweep < 6; sweep++) {
    const near = sweep % 2 === 0 ? sources : targets;
    const order = sweep % 2 === 0 ? columns : [...columns].reverse();
    const rank = new Map();
    columns.forEach((column) => column.forEach((box, k) => rank.set(box, k)));
    for (const column of order) {
      const weight = new Map(column.map((box) => {
        const ranks = [...(near.get(box) ?? [])].map((b) => rank.get(b));
        const mean = ranks.reduce((a, b) => a + b, 0) / ranks.length;
        return [box, ranks.length ? mean : rank.get(box)];
      }));
      column.sort((a, b) => weight.get(a) - weight.get(b));
      column.forEach((box, k) => rank.set(box, k));
    }
  }
  return stacked(columns, arrows);
}

/** Coordinates for columns of boxes, and curves for the arrows between them.
 * @param {Box[][]} columns
 * @param {Arrow[]} arrows */
function stacked(columns, arrows) {
  const heights = columns.map(
    (column) => column.reduce((sum, box) => sum + box.h + GAP.y, -GAP.y),
  );
  const height = Math.max(...heights, 0);
  let x = 0;
  columns.forEach((column, k) => {
    const width = Math.max(...column.map((box) => box.w), 0);
    let y = (height - heights[k]) / 2;
    for (const box of column) {
      box.x = x + width / 2;
      box.y = y + box.h / 2;
      y += box.h + GAP.y;
    }
    x += width + (column.length ? GAP.x : 0);
  });
  const beside = new Map();
  for (const arrow of arrows) {
    const { from, to } = arrow;
    const key = `${from.id} ${to.id}`;
    const nth = beside.get(key) ?? 0;
    beside.set(key, nth + 1);
    const [x1, x2] = [from.x + from.w / 2, to.x - to.w / 2 - 6];
    const [y1, y2] = [from.y + 7 * nth, to.y + 7 * nth];
    const bend = Math.max(30, (x2 - x1) / 2);
    arrow.path = `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
    [arrow.x, arrow.y] = [(x1 + x2) / 2, (y1 + y2) / 2 - 5 + 14 * nth];
  }
  return { width: x - GAP.x, height };
}
