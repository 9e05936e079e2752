/** The panels beside the picture: leaves, the look inside, the descent.
 *
 * Map: `element` makes HTML; `leavesPanel`, `inspectPanel`, `descendPanel`. Each has a
 * method `update`, which the page calls when numbers or words have changed.
 */

import { Model, numeral, signed } from "./engine.js";
import { shape, shortened } from "./view.js";
import { filled } from "./words.js";

const FEW = 6; // paths that are written out
const MANY = 12; // leaves that are asked about one by one
const RUN = 400; // steps of a descent that runs by itself

/** A new HTML element; attributes that begin with "on" are listeners.
 * @param {string} name
 * @param {Object<string, any>} attributes
 * @param {...any} children
 * @returns {any} */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

/** A slider and a number for every leaf.
 * @param {any} page */
export function leavesPanel(page) {
  const { model } = page;
  const { data } = model;
  const body = element("div", { class: "leaves" });
  const rows = model.leaves.map((/** @type {number} */ i) => {
    const name = data.names[i];
    const start = data.data[i];
    const reach = Math.max(2, 2 * Math.abs(Number.isFinite(start) ? start : 0));
    const [low, high] = [start - reach, start + reach].map((x) => +x.toPrecision(6));
    const common = { min: low, max: high, step: "any", "aria-label": name };
    const slider = element("input", {
      type: "range", ...common,
      oninput: () => page.setLeaf(i, Number(slider.value)),
    });
    const number = element("input", {
      type: "number", step: "any", "aria-label": name, class: "number",
      onchange: () => {
        const x = Number(number.value);
        if (number.value.trim() !== "" && Number.isFinite(x)) page.setLeaf(i, x);
        else row.update(true);
      },
    });
    const grad = element("output", { class: "grad" });
    const scope = data.scope[model.users[i][0] ?? i];
    const where = scope === null ? name : `${data.scopes[scope].path}: ${name}`;
    const label = element("span", { class: "leaf-name", title: where }, shortened(data.shown[i], 12));
    const line = element("div", {
      class: "leaf-row",
      onpointerenter: () => page.hover(i), onpointerleave: () => page.hover(null),
    }, label, slider, number, grad);
    body.append(line);
    const row = {
      /** Show the numbers of now, unless the leaf is inside a closed module. */
      update(/** @type {boolean} */ force = false) {
        const seen = page.isSeen(i);
        line.hidden = !seen;
        if (!seen) return false;
        const x = model.values[i];
        if (force || document.activeElement !== slider) {
          slider.value = String(Math.min(Math.max(x, low), high));
        }
        if (force || document.activeElement !== number) {
          number.value = String(+x.toPrecision(5));
        }
        grad.textContent = page.arrived(i) ? `∇ ${signed(page.gradients[i])}` : "∇ ?";
        return true;
      },
    };
    return row;
  });
  const reset = element("button", { type: "button", onclick: () => page.reset() });
  const rest = element("p", { class: "note" });
  return {
    content: [body, rest, reset],
    update() {
      reset.textContent = page.words.reset;
      const inside = rows.filter((/** @type {any} */ row) => !row.update()).length;
      rest.textContent = inside ? filled(page.words.inside, inside) : "";
    },
  };
}

/** What is behind a box or an arrow, in symbols and in numbers.
 * @param {any} page */
export function inspectPanel(page) {
  const { model } = page;
  const { data } = model;
  const body = element("div", { class: "inspect" });

  const math = (/** @type {string} */ inner) => {
    const holder = element("div", { class: "math" });
    holder.innerHTML = `<math display="block"><mrow>${inner}</mrow></math>`;
    return holder;
  };
  const name = (/** @type {number} */ i) => mi(shortened(data.names[i], 20));
  const number = (/** @type {number} */ x) => mn(x);
  const partial = (/** @type {number} */ of, /** @type {number} */ by) =>
    `<mfrac><mrow><mi>∂</mi>${name(of)}</mrow><mrow><mi>∂</mi>${name(by)}</mrow></mfrac>`;

  /** A formula with names or numbers in place of its marks. */
  const filledIn = (/** @type {string} */ template, /** @type {number} */ i,
    /** @type {(j: number) => string} */ fill) =>
    template.replace(/⟦(\w+)⟧/g, (_, mark) =>
      fill(mark === "out" ? i : data.parents[i][Number(mark)]));

  const shown = (/** @type {number} */ i) => (model.isBare(i) ? number(model.values[i]) : name(i));
  const value = (/** @type {number} */ i) => number(model.values[i]);

  /** @param {number} i */
  function ofNode(i) {
    const { words } = page;
    const formula = data.formulas[data.keys[i]];
    const parts = [element("h3", {}, data.names[i])];
    if (i === data.root) parts.push(element("p", { class: "note" }, words.isResult));
    if (data.scope[i] !== null) {
      parts.push(element("p", { class: "note" },
        `${words.module}: ${data.scopes[data.scope[i] ?? 0].path}`));
    }
    parts.push(element("h4", {}, words.formula));
    if (formula) {
      parts.push(math(`${name(i)}<mo>=</mo>${filledIn(formula.value, i, shown)}`));
      parts.push(math(`<mo>=</mo>${filledIn(formula.value, i, value)}<mo>=</mo>${value(i)}`));
    } else parts.push(math(`${name(i)}<mo>=</mo>${value(i)}`));
    if (model.isBare(i)) return parts;
    parts.push(element("h4", {}, filled(words.chain, data.names[i])));
    const { users } = model;
    /** @type {string[]} */
    const terms = [];
    /** @type {string[]} */
    const numbers = [];
    for (const user of [...new Set(users[i])]) {
      data.parents[user].forEach((/** @type {number} */ p, /** @type {number} */ place) => {
        if (p !== i) return;
        terms.push(`${partial(data.root, user)}<mo>·</mo>${partial(user, i)}`);
        numbers.push(`${factor(page.full[user])}<mo>×</mo>${factor(model.locals[user][place])}`);
      });
    }
    if (!terms.length) terms.push("<mn>1</mn>");
    const plus = "<mo>+</mo>";
    const most = 4;
    const dots = terms.length > most ? `${plus}<mo>…</mo>` : "";
    parts.push(math(`${partial(data.root, i)}<mo>=</mo>${terms.slice(0, most).join(plus)}${dots}`));
    if (numbers.length) {
      parts.push(math(`<mo>=</mo>${numbers.slice(0, most).join(plus)}${dots}`));
      parts.push(math(`<mo>=</mo>${number(page.full[i])}`));
    }
    return [...parts, ...ofPaths(i)];
  }

  /** @param {number} i */
  function ofPaths(i) {
    const { words } = page;
    if (i === data.root) return [];
    const count = model.countPaths(i);
    const names = [data.names[i], data.names[data.root]];
    const head = count === 1
      ? filled(words.path, 1, ...names)
      : filled(words.paths, count.toLocaleString("en"), ...names);
    const list = element("ol", { class: "paths" });
    const few = model.paths(i, FEW);
    for (const hops of /** @type {{user: number, place: number, local: number}[][]} */ (few)) {
      const way = [i, ...hops.map((hop) => hop.user)].map((j) => data.names[j]).join(" → ");
      const product = hops.reduce((x, hop) => x * hop.local, 1);
      const factors = hops.map((hop) => numeral(hop.local)).join(" × ");
      list.append(element("li", {}, way,
        element("span", { class: "product" }, `${factors} = ${numeral(product)}`)));
    }
    const rest = count - few.length;
    const tail = rest > 0
      ? filled(words.more, rest.toLocaleString("en"))
      : `${words.sum} = ${numeral(page.full[i])}`;
    return [element("h4", {}, head), list, element("p", { class: "note" }, tail)];
  }

  /** @param {number} i
   * @param {number} place */
  function ofArrow(i, place) {
    const { words } = page;
    const p = data.parents[i][place];
    const [local, upstream] = [model.locals[i][place], page.full[i]];
    const slope = data.formulas[data.keys[i]]?.slopes[place];
    const parts = [
      element("h3", {}, `${data.names[p]} → ${data.names[i]}`),
      element("h4", {}, words.slope),
    ];
    if (slope) {
      parts.push(math(`${partial(i, p)}<mo>=</mo>${filledIn(slope, i, shown)}`));
      parts.push(math(`<mo>=</mo>${filledIn(slope, i, value)}<mo>=</mo>${number(local)}`));
    } else parts.push(math(`${partial(i, p)}<mo>=</mo>${number(local)}`));
    parts.push(element("h4", {}, filled(words.chain, data.names[p])));
    parts.push(math(`${partial(data.root, i)}<mo>·</mo>${partial(i, p)}`));
    parts.push(math(
      `<mo>=</mo>${factor(upstream)}<mo>×</mo>${factor(local)}<mo>=</mo>${number(upstream * local)}`));
    return parts;
  }

  return {
    content: [body],
    update() {
      const { words, hovered } = page;
      const selected = page.selected ?? (hovered === null ? null : { node: hovered });
      if (!selected) body.replaceChildren(element("p", { class: "note" }, words.nothing));
      else if (selected.place === undefined) body.replaceChildren(...ofNode(selected.node));
      else body.replaceChildren(...ofArrow(selected.node, selected.place));
      for (const formula of body.querySelectorAll(".math")) {
        if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0; // to scroll
      }
    },
  };
}

/** Gradient descent: one button computes gradients, another uses them.
 * @param {any} page */
export function descendPanel(page) {
  const { model } = page;
  const { data } = model;
  const parameters = model.leaves.filter((/** @type {number} */ i) => data.kinds[i] === "parameter");
  const moving = new Set(parameters.length ? parameters : model.leaves);
  /** @type {Float64Array | null} */
  let held = null;
  /** @type {{values: Float64Array, held: Float64Array | null}[]} */
  const past = [];
  /** @type {number[]} */
  let losses = [];
  let say = "";
  let timer = 0;

  const rate = element("input", {
    type: "number", class: "number", min: 0, step: "any", value: page.rate,
    oninput: () => {
      if (Number(rate.value) > 0) page.rate = Number(rate.value);
      page.remember();
    },
  });
  const rateLabel = element("span");
  const many = model.leaves.length > MANY;
  const which = element("fieldset", { class: "which" });
  const legend = element("legend");
  which.append(legend);
  for (const i of many ? [] : model.leaves) {
    const box = element("input", {
      type: "checkbox", checked: moving.has(i),
      onchange: () => (box.checked ? moving.add(i) : moving.delete(i)),
    });
    which.append(element("label", {}, box, shortened(data.shown[i], 12)));
  }
  const button = (/** @type {string} */ word, /** @type {() => void} */ act, kind = "") => {
    const made = element("button", { type: "button", class: kind, onclick: act });
    made.dataset.word = word;
    return made;
  };
  const compute = () => {
    model.backward();
    held = Float64Array.from(model.gradients);
    say = "computed";
    if (!losses.length) losses = [model.values[data.root]];
  };
  const use = () => {
    if (!held) compute();
    past.push({ values: Float64Array.from(model.values), held });
    for (const i of moving) {
      model.values[i] -= page.rate * /** @type {Float64Array} */ (held)[i];
    }
    model.forward();
    losses.push(model.values[data.root]);
    say = "used";
  };
  const stop = () => {
    window.clearInterval(timer);
    timer = 0;
  };
  const buttons = [
    button("compute", () => { compute(); page.changed(); }, "first"),
    button("use", () => { use(); page.changed(); }, "first"),
    button("both", () => { compute(); use(); page.changed(); }),
    button("run", () => {
      if (timer) stop();
      else {
        let left = RUN;
        timer = window.setInterval(() => {
          compute();
          use();
          const ended = !Number.isFinite(model.values[data.root]);
          if (ended || --left === 0) stop();
          page.changed();
        }, 60);
      }
      page.changed();
    }),
    button("undo", () => {
      const last = past.pop();
      if (!last) return;
      stop();
      model.values.set(last.values);
      ({ held } = last);
      losses.pop();
      model.forward();
      page.changed();
    }),
  ];
  const said = element("p", { class: "say", role: "status" });
  const plot = shape("svg", { class: "plot", viewBox: "0 0 300 120", role: "img" });
  const caption = element("p", { class: "note" });

  return {
    content: [
      element("label", { class: "rate" }, rateLabel, rate), which,
      element("div", { class: "buttons" }, ...buttons), said, caption, plot,
    ],
    /** The leaves were moved by hand: what was computed belongs to another place. */
    moved() {
      if (held) say = "stale";
      losses = [];
    },
    stop,
    update() {
      const { words } = page;
      rateLabel.textContent = words.rate;
      if (document.activeElement !== rate) rate.value = String(page.rate);
      legend.textContent = many ? filled(words.moving, moving.size) : words.which;
      for (const each of buttons) {
        const { word } = each.dataset;
        each.textContent = words[word === "run" && timer ? "stop" : word];
        if (word === "undo") each.disabled = past.length === 0;
      }
      said.textContent = say ? words[say] : "";
      caption.textContent = losses.length
        ? `${words.loss}: ${numeral(losses[0])} → ${numeral(losses[losses.length - 1])}`
        : "";
      drawCurve(plot, losses, caption.textContent);
    },
  };
}

/** @param {Element} plot
 * @param {number[]} numbers
 * @param {string} words */
function drawCurve(plot, numbers, words) {
  plot.setAttribute("aria-label", words);
  plot.toggleAttribute("hidden", numbers.length < 2);
  const finite = numbers.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  const points = finite.map((y, k) => [
    8 + (284 * k) / Math.max(finite.length - 1, 1), 112 - (104 * (y - low)) / span,
  ]);
  plot.replaceChildren(
    shape("polyline", { points: points.map((p) => p.join(",")).join(" ") }),
    ...(points.length ? [shape("circle", {
      cx: points[points.length - 1][0], cy: points[points.length - 1][1], r: 3.5,
    })] : []),
  );
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A name in MathML.
 * @param {string} text */
function mi(text) {
  const [, letters, index] = text.match(/^([^\W\d_]+)_?(\d{1,4})$/u) ?? [];
  if (!letters) return `<mi>${escaped(text)}</mi>`;
  return `<msub><mi>${escaped(letters)}</mi><mn>${index}</mn></msub>`;
}

/** A number in MathML.
 * @param {number} x */
function mn(x) {
  const text = numeral(x);
  return text.startsWith("−") ? `<mrow><mo>−</mo><mn>${text.slice(1)}</mn></mrow>` : `<mn>${text}</mn>`;
}

/** A number as a factor: in parentheses if it is negative.
 * @param {number} x */
function factor(x) {
  return x < 0 ? `<mrow><mo>(</mo>${mn(x)}<mo>)</mo></mrow>` : mn(x);
}
