/** The graph in the page: values, local derivatives and gradients, as in Python.
 *
 * What an operation computes stands in `ops`, which is printed from the rows of the
 * table of operations. Nothing here knows any formula; this file only walks.
 *
 * Map: `Model` is the graph with its numbers; `Step` is one step of a run.
 */

/**
 * @typedef {{value: (...x: number[]) => number,
 *            slopes: (out: number, ...x: number[]) => number[]}} Operation
 * @typedef {{kind: string, name: string, title: string, outer: number | null,
 *            path: string}} Scope
 * @typedef {{names: string[], shown: string[], labels: string[], kinds: string[], ops: string[],
 *            keys: string[], signs: string[], parents: number[][], data: number[],
 *            scope: (number | null)[], scopes: Scope[], root: number,
 *            formulas: Object<string, {value: string, slopes: string[]}>,
 *            closed: number[], layout: any, title: string, lang: string,
 *            theme: string}} Data
 * @typedef {{run: "forward", node: number} |
 *           {run: "backward", node: number, place: number, operand: number,
 *            upstream: number, local: number, contribution: number,
 *            before: number, running: number}} Step
 */

export class Model {
  /**
   * @param {Data} data
   * @param {Object<string, Operation>} ops
   */
  constructor(data, ops) {
    this.data = data;
    this.ops = ops;
    this.size = data.names.length;
    this.values = Float64Array.from(data.data);
    this.gradients = new Float64Array(this.size);
    /** @type {number[][]} */
    this.locals = data.parents.map((parents) => parents.map(() => 0));
    /** @type {number[][]} */
    this.users = data.names.map(() => []);
    data.parents.forEach((parents, i) => {
      for (const p of parents) this.users[p].push(i);
    });
    /** The leaves that a learner may change. */
    this.leaves = data.names
      .map((_, i) => i)
      .filter((i) => data.parents[i].length === 0 && !this.isBare(i));
    this.forward();
    this.backward();
  }

  /** Is it a number without a name?
   * @param {number} i */
  isBare(i) {
    return this.data.kinds[i] === "constant" && this.data.labels[i] === "";
  }

  /** Compute every value from the leaves, and every local derivative if wanted. */
  forward(slopes = true) {
    const { parents, keys } = this.data;
    const { values } = this;
    for (let i = 0; i < this.size; i++) {
      const operands = parents[i];
      if (operands.length === 0) continue;
      const op = this.ops[keys[i]];
      if (operands.length === 2) { // the usual case, without a list
        const [a, b] = [values[operands[0]], values[operands[1]]];
        values[i] = op.value(a, b);
        if (slopes) this.locals[i] = op.slopes(values[i], a, b);
        continue;
      }
      const x = operands.map((p) => values[p]);
      values[i] = op.value(...x);
      if (slopes) this.locals[i] = op.slopes(values[i], ...x);
    }
  }

  /** Backpropagation from the root; the order of additions is that of Python. */
  backward() {
    const { parents, root } = this.data;
    this.gradients.fill(0);
    this.gradients[root] = 1;
    for (let i = this.size - 1; i >= 0; i--) {
      parents[i].forEach((p, place) => {
        this.gradients[p] += this.gradients[i] * this.locals[i][place];
      });
    }
  }

  /** The steps of both runs, with the numbers of now.
   * @returns {Step[]} */
  steps() {
    const { parents, root } = this.data;
    /** @type {Step[]} */
    const steps = [];
    for (let i = 0; i < this.size; i++) {
      if (parents[i].length) steps.push({ run: "forward", node: i });
    }
    const gradients = new Float64Array(this.size);
    gradients[root] = 1;
    for (let i = this.size - 1; i >= 0; i--) {
      parents[i].forEach((operand, place) => {
        const [upstream, local] = [gradients[i], this.locals[i][place]];
        const before = gradients[operand];
        const contribution = upstream * local;
        gradients[operand] += contribution;
        const running = gradients[operand];
        if (!this.isBare(operand)) {
          steps.push({
            run: "backward", node: i, place, operand, upstream, local, contribution,
            before, running,
          });
        }
      });
    }
    return steps;
  }

  /** The nodes on the paths from a node to the root.
   * @param {number} start */
  onPaths(start) {
    const path = new Set([start]);
    for (let i = start + 1; i < this.size; i++) {
      if (this.data.parents[i].some((p) => path.has(p))) path.add(i);
    }
    return path;
  }

  /** How many paths lead from a node to the root, without walking them.
   * @param {number} start */
  countPaths(start) {
    const ways = new Float64Array(this.size);
    ways[start] = 1;
    for (let i = start + 1; i < this.size; i++) {
      for (const p of this.data.parents[i]) ways[i] += ways[p];
    }
    return ways[this.data.root];
  }

  /** The paths from a node to the root, as edges from the node on; a few of them.
   * @param {number} start
   * @param {number} most
   * @returns {{user: number, place: number, local: number}[][]} */
  paths(start, most) {
    const on = this.onPaths(start);
    /** @type {{user: number, place: number, local: number}[][]} */
    const found = [];
    const walk = (/** @type {number} */ end, /** @type {any[]} */ rest) => {
      if (found.length >= most) return;
      if (end === start) {
        found.push(rest);
        return;
      }
      this.data.parents[end].forEach((p, place) => {
        if (on.has(p)) {
          const hop = { user: end, place, local: this.locals[end][place] };
          walk(p, [hop, ...rest]);
        }
      });
    };
    walk(this.data.root, []);
    return found;
  }
}

/** A number as pictures show it; the same rules as `numeral` in Python.
 * @param {number} x
 * @param {number} precision */
export function numeral(x, precision = 4) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  let text;
  if (x === 0) text = (0).toFixed(precision);
  else if (size >= 1e6) text = x.toExponential(precision);
  else if (size < 10 ** -precision) {
    const rounded = x.toExponential(1);
    const small = Number(rounded.split("e")[1]) < -4;
    const [digits, power] = (small ? rounded : x.toPrecision(2)).split("e");
    text = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
    if (power) text += `e${power}`;
  } else text = x.toFixed(precision);
  return text.replaceAll("-", "−");
}

/** A number with its sign.
 * @param {number} x */
export function signed(x, precision = 4) {
  return (x > 0 ? "+" : "") + numeral(x, precision);
}
