/** A network as a graph of scalars: the one that is trained is the one that is shown.
 *
 * Map: `graphOf` writes the graph of one sample's error, as Python would record it;
 * `Network` runs it for many samples and takes steps of gradient descent.
 */

import { Model } from "./engine.js";
import { random } from "./points.js";

/** @typedef {import("./points.js").Point} Point */

/** The graph of the error of one sample: (output − target)².
 * @param {number[]} sizes - inputs, then the neurons of each layer
 * @param {string} activation
 * @param {Object<string, string>} signs - of operations, by key
 * @param {any} formulas
 * @returns {any} */
export function graphOf(sizes, activation, signs, formulas) {
  /** @type {any} */
  const data = {
    names: [], shown: [], labels: [], kinds: [], ops: [], keys: [], signs: [],
    parents: [], data: [], scope: [], scopes: [], formulas, closed: [], layout: null,
    title: "", lang: "en", theme: "auto", root: 0,
  };
  let results = 0;
  const add = (/** @type {string} */ label, /** @type {string} */ kind,
    /** @type {string} */ key, /** @type {number[]} */ parents,
    /** @type {number | null} */ scope) => {
    const name = label || `v${(results += 1)}`;
    data.names.push(name);
    data.shown.push(subscript(name));
    data.labels.push(label);
    data.kinds.push(kind);
    data.keys.push(key);
    data.ops.push(key.split("/")[0]);
    data.signs.push(key ? signs[key] : kind === "parameter" ? "◆" : "○");
    data.parents.push(parents);
    data.data.push(kind === "constant" ? 2 : 0);
    data.scope.push(scope);
    return data.names.length - 1;
  };
  const open = (/** @type {string} */ kind, /** @type {string} */ name,
    /** @type {string} */ title, /** @type {number | null} */ outer) => {
    const path = outer === null ? name : `${data.scopes[outer].path}/${name}`;
    return data.scopes.push({ kind, name, title, outer, path }) - 1;
  };
  data.inputs = [add("x1", "leaf", "", [], null), add("x2", "leaf", "", [], null)];
  /** @type {number[][]} */
  data.neurons = [];
  /** @type {{w: number[], b: number}[][]} */
  data.parameters = [];
  let x = data.inputs;
  sizes.slice(1).forEach((n, k) => {
    const layer = open("layer", `layer ${k + 1}`, `Layer(${x.length}, ${n}, '${activation}')`, null);
    /** @type {{w: number[], b: number}[]} */
    const parameters = [];
    const out = Array.from({ length: n }, (_, j) => {
      const scope = open("neuron", `neuron ${j + 1}`, `Neuron(${x.length}, '${activation}')`, layer);
      const w = x.map((/** @type {number} */ _, /** @type {number} */ i) => add(`w${i + 1}`, "parameter", "", [], null));
      const b = add("b", "parameter", "", [], null);
      const terms = x.map((/** @type {number} */ input, /** @type {number} */ i) => add("", "operation", "*/2", [w[i], input], scope));
      const sum = add("", "operation", `sum/${x.length + 1}`, [...terms, b], scope);
      parameters.push({ w, b });
      const last = k === sizes.length - 2;
      return add("", "operation", `${last ? "tanh" : activation}/1`, [sum], scope);
    });
    data.parameters.push(parameters);
    data.neurons.push(out);
    x = out;
  });
  data.target = add("t", "leaf", "", [], null);
  const difference = add("", "operation", "-/2", [x[0], data.target], null);
  const two = add("", "constant", "", [], null);
  data.root = add("E", "operation", "**/2", [difference, two], null);
  return data;
}

/** @param {string} name */
function subscript(name) {
  return name.replace(/^([a-z]+)(\d+)$/i, (_, word, digits) =>
    word + [...digits].map((d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)]).join(""));
}

export class Network {
  /**
   * @param {any} data - of `graphOf`
   * @param {any} ops
   * @param {string} activation
   * @param {number} seed
   */
  constructor(data, ops, activation, seed) {
    this.data = data;
    this.model = new Model(data, ops);
    this.parameters = data.parameters.flat().flatMap((/** @type {any} */ n) => [...n.w, n.b]);
    const rng = random(seed + 1);
    for (const layer of data.parameters) {
      for (const { w, b } of layer) {
        // He's width for rectifiers, Glorot's for the others; see nn/initializers.py.
        const spread = activation === "relu" ? w.length : w.length + layer.length;
        const width = Math.sqrt(6 / spread);
        for (const i of w) this.model.values[i] = +(width * (2 * rng() - 1)).toFixed(4);
        this.model.values[b] = 0;
      }
    }
    this.first = this.weights();
    this.steps = 0;
    this.next = 0; // where in the points the next batch begins
  }

  weights() {
    return this.parameters.map((/** @type {number} */ i) => this.model.values[i]);
  }

  /** Put a sample in, and compute every value.
   * @param {Point} point
   * @param {boolean} slopes */
  at(point, slopes = true) {
    const { values } = this.model;
    this.data.inputs.forEach((/** @type {number} */ i, /** @type {number} */ k) => {
      values[i] = point.x[k];
    });
    values[this.data.target] = point.y ? 1 : -1;
    this.model.forward(slopes);
  }

  /** The mean error over points.
   * @param {Point[]} all */
  error(all) {
    let sum = 0;
    for (const point of all) {
      this.at(point, false);
      sum += this.model.values[this.data.root];
    }
    return sum / all.length;
  }

  /** How many points are on the right side.
   * @param {Point[]} all */
  right(all) {
    const out = this.data.neurons.at(-1)[0];
    return all.filter((point) => {
      this.at(point, false);
      return (this.model.values[out] > 0) === (point.y === 1);
    }).length;
  }

  /** One step of gradient descent on the next points; batches follow one another.
   * @param {Point[]} all
   * @param {number} batch
   * @param {number} rate */
  step(all, batch, rate) {
    if (this.next >= all.length) this.next = 0;
    const chosen = all.slice(this.next, this.next + batch);
    this.next += batch;
    const gradient = new Float64Array(this.parameters.length);
    for (const point of chosen) {
      this.at(point); // forward, error
      this.model.backward(); // the chain rule
      this.parameters.forEach((/** @type {number} */ i, /** @type {number} */ k) => { gradient[k] += this.model.gradients[i]; });
    }
    this.parameters.forEach((/** @type {number} */ i, /** @type {number} */ k) => { // update
      this.model.values[i] -= (rate * gradient[k]) / chosen.length;
    });
    this.steps += 1;
  }
}
