/** The playground: data, a network, and every neuron of it to be opened.
 *
 * Map: `play` builds the page. The controls change `settings`; `renew` makes a network
 * of them; `show` draws what is now.
 */

import { numeral } from "./engine.js";
import { View, shape } from "./view.js";
import { element } from "./panels.js";
import { icon } from "./icons.js";
import { Network, graphOf } from "./network.js";
import { DATASETS, points } from "./points.js";
import { WORDS, filled } from "./words.js";

const REACH = 1.6; // the plane that is shown: from −1.6 to 1.6
const GRID = 44; // fields of the large picture, in each direction
const SMALL = 18; // of a neuron's
const MOST_LAYERS = 4;
const MOST_NEURONS = 8;
const REPLAY = 4000; // steps that a link makes again

/** @typedef {{data: string, n: number, noise: number, hidden: number[],
 *             activation: string, rate: number, batch: number, seed: number}} Settings */

/** @param {HTMLElement} root
 * @param {any} host */
export function play(root, host) {
  const { ops, signs, formulas, colours } = host;
  /** @type {Settings} */
  const settings = {
    data: "moons", n: 80, noise: 0.08, hidden: [4, 3], activation: "tanh", rate: 0.1,
    batch: 10, seed: 1,
  };
  /** @type {any} */
  const page = {
    settings, lang: host.lang, words: WORDS[host.lang], theme: host.theme, own: [],
    chosen: 0, opened: null, timer: 0, losses: [], kind: 1,
  };

  function renew() {
    const sizes = [2, ...settings.hidden, 1];
    const graph = graphOf(sizes, settings.activation, signs, formulas);
    page.all = settings.data === "own"
      ? page.own
      : points(settings.data, settings.n, settings.noise, settings.seed);
    page.network = new Network(graph, ops, settings.activation, settings.seed);
    page.losses = page.all.length ? [page.network.error(page.all)] : [];
    page.chosen = Math.min(page.chosen, Math.max(page.all.length - 1, 0));
    if (page.opened && !graph.neurons[page.opened[0]]?.[page.opened[1]]) page.opened = null;
    page.viewed = "";
    drawNetwork();
    show();
    remember();
  }

  // ---- controls

  /** @type {(() => void)[]} */
  const worded = [];
  const label = (/** @type {string} */ word, /** @type {any} */ control) => {
    const text = element("span");
    worded.push(() => { text.textContent = page.words[word]; });
    return element("label", { class: "field" }, text, control);
  };
  const select = (/** @type {string} */ word, /** @type {string[]} */ choices,
    /** @type {() => string} */ read, /** @type {(x: string) => void} */ write) => {
    const made = element("select", { onchange: () => { stop(); write(made.value); renew(); } },
      ...choices.map((choice) => element("option", { value: choice })));
    worded.push(() => {
      for (const option of made.options) {
        option.textContent = page.words[`pg_${option.value}`] ?? option.value;
      }
      made.value = read();
    });
    return label(word, made);
  };
  const number = (/** @type {string} */ word, /** @type {keyof Settings} */ name,
    /** @type {any} */ limits, isNew = true) => {
    const made = element("input", {
      type: "number", class: "number", ...limits,
      onchange: () => {
        const x = Number(made.value);
        const fits = made.value !== "" && x >= limits.min && x <= limits.max;
        if (fits) /** @type {any} */ (settings)[name] = limits.step === 1 ? Math.round(x) : x;
        made.value = String(settings[name]);
        if (fits && isNew) {
          stop();
          renew();
        } else remember();
      },
    });
    worded.push(() => { made.value = String(settings[name]); });
    return label(word, made);
  };
  const button = (/** @type {string} */ word, /** @type {() => void} */ act, kind = "") => {
    const made = element("button", { type: "button", class: kind, onclick: act });
    worded.push(() => { made.textContent = page.words[word]; });
    return made;
  };
  const tool = (/** @type {string} */ sign, /** @type {string} */ word, /** @type {() => void} */ act) => {
    const made = element("button", { type: "button", class: "tool", onclick: act }, icon(sign));
    worded.push(() => {
      made.setAttribute("aria-label", page.words[word]);
      made.title = page.words[word];
    });
    return made;
  };

  const running = tool("play", "run", () => (page.timer ? stop() : run()));
  const counts = element("output", { class: "counts" });
  const language = element("button", { type: "button", class: "tool", onclick: () => {
    page.lang = page.lang === "en" ? "zh" : "en";
    speak();
    show();
    remember();
  } });
  const heading = element("h1");
  const header = element("header", {}, heading, element("div", { class: "tools" },
    running, tool("next", "pg_step", () => { stop(); step(1); }),
    tool("start", "reset", () => { stop(); renew(); }), counts,
    button("pg_save", save), tool("theme", "theme", switchTheme), language));
  const fields = element("div", { class: "fields" },
    select("pg_data", [...DATASETS, "own"], () => settings.data, (x) => { settings.data = x; }),
    number("pg_n", "n", { min: 4, max: 300, step: 1 }),
    number("pg_noise", "noise", { min: 0, max: 1, step: "any" }),
    select("pg_activation", ["tanh", "relu", "sigmoid", "sin"], () => settings.activation,
      (x) => { settings.activation = x; }),
    number("rate", "rate", { min: 1e-6, max: 100, step: "any" }, false),
    number("pg_batch", "batch", { min: 1, max: 300, step: 1 }, false),
    number("pg_seed", "seed", { min: 0, max: 1e9, step: 1 }));

  // ---- the network

  const wires = shape("svg", { class: "wires", "aria-hidden": "true" });
  const columns = element("div", { class: "columns" });
  const net = element("section", { class: "net" }, wires, columns);
  /** @type {any[][]} */
  let cells = [];

  function drawNetwork() {
    const { hidden } = settings;
    cells = [];
    const column = (/** @type {number} */ k, /** @type {number} */ n, /** @type {any} */ ...head) => {
      cells[k] = Array.from({ length: n }, (_, j) => {
        const canvas = element("canvas", { width: SMALL, height: SMALL });
        const cell = element("button", { type: "button", class: "cell",
          onclick: () => { page.opened = k ? [k - 1, j] : null; show(); remember(); } }, canvas);
        if (k === 0) cell.disabled = true;
        return { cell, canvas };
      });
      return element("div", { class: "column" }, element("div", { class: "head" }, ...head),
        ...cells[k].map((c) => c.cell));
    };
    const change = (/** @type {string} */ sign, /** @type {string} */ word,
      /** @type {() => void} */ act, /** @type {boolean} */ off) => {
      const made = element("button", { type: "button", class: "tool small", disabled: off,
        "aria-label": page.words[word], title: page.words[word],
        onclick: () => { stop(); act(); renew(); } }, icon(sign));
      return made;
    };
    columns.replaceChildren(
      column(0, 2, "x₁ x₂"),
      ...hidden.map((n, k) => column(k + 1, n,
        change("zoomOut", "pg_fewer", () => { hidden[k] -= 1; }, n === 1),
        change("zoomIn", "pg_more", () => { hidden[k] += 1; }, n === MOST_NEURONS))),
      column(hidden.length + 1, 1,
        change("zoomOut", "pg_shallower", () => { hidden.pop(); }, hidden.length === 0),
        change("zoomIn", "pg_deeper", () => { hidden.push(3); }, hidden.length === MOST_LAYERS)),
    );
    nameCells();
  }

  function nameCells() {
    cells.forEach((column, k) => column.forEach(({ cell }, j) => {
      cell.setAttribute("aria-label", k === 0
        ? `x${j + 1}` : filled(page.words.pg_neuron, k, j + 1));
    }));
  }

  /** The weights as lines: as wide as they are large, blue above zero. */
  function drawWires() {
    const origin = net.getBoundingClientRect();
    wires.replaceChildren();
    const { values } = page.network.model;
    page.network.data.parameters.forEach((/** @type {any[]} */ layer, /** @type {number} */ k) => {
      layer.forEach(({ w }, j) => {
        const to = cells[k + 1][j].cell.getBoundingClientRect();
        w.forEach((/** @type {number} */ i, /** @type {number} */ from) => {
          const at = cells[k][from].cell.getBoundingClientRect();
          const [x1, y1] = [at.right - origin.left, at.top + at.height / 2 - origin.top];
          const [x2, y2] = [to.left - origin.left, to.top + to.height / 2 - origin.top];
          const bend = (x2 - x1) / 2;
          const weight = values[i];
          wires.append(shape("path", {
            d: `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
            class: weight < 0 ? "minus" : "plus",
            "stroke-width": Math.min(0.4 + 2.4 * Math.abs(weight), 8).toFixed(2),
            "stroke-dasharray": weight < 0 ? "5 3" : "none",
          }));
        });
      });
    });
  }

  // ---- the plane

  const plane = element("canvas", { width: 330, height: 330, class: "plane", tabindex: 0, role: "img" });
  const toPlane = (/** @type {number} */ x) => ((x + REACH) / (2 * REACH)) * 330;
  plane.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const area = plane.getBoundingClientRect();
    const x = [(event.clientX - area.left) / area.width, 1 - (event.clientY - area.top) / area.height]
      .map((c) => +((2 * c - 1) * REACH).toFixed(3));
    if (settings.data === "own") put(x, event.shiftKey ? 1 - page.kind : page.kind);
    else {
      const far = page.all.map((/** @type {any} */ p) => Math.hypot(p.x[0] - x[0], p.x[1] - x[1]));
      page.chosen = far.indexOf(Math.min(...far));
      show();
    }
  });
  function put(/** @type {number[]} */ x, /** @type {number} */ y) {
    page.own.push({ x, y });
    page.all = page.own;
    page.chosen = page.own.length - 1;
    show();
    remember();
  }
  const kind = element("button", { type: "button", onclick: () => {
    page.kind = 1 - page.kind;
    nameKind();
  } });
  const nameKind = () => { kind.textContent = page.words[page.kind ? "pg_orange" : "pg_blue"]; };
  const [byHand1, byHand2] = ["x1", "x2"].map((name) => element("input", {
    type: "number", class: "number", step: "any", min: -REACH, max: REACH, "aria-label": name,
    placeholder: name,
  }));
  const own = element("form", { class: "own", onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const x = [byHand1, byHand2].map((field) => Number(field.value));
    if (byHand1.value && byHand2.value && x.every((c) => Math.abs(c) <= REACH)) put(x, page.kind);
  } }, kind, byHand1, byHand2, button("pg_add", () => own.requestSubmit()),
  button("pg_clear", () => { page.own = []; stop(); renew(); }));

  /** A field of colours: orange where a neuron is above zero, blue below. */
  function paint(/** @type {any} */ canvas, /** @type {Float64Array} */ field, /** @type {number} */ n,
    /** @type {number} */ middle) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(n, n);
    const reach = Math.max(1e-9, ...Array.from(field, (x) => Math.abs(x - middle)));
    field.forEach((x, k) => {
      const part = Math.max(-1, Math.min(1, (x - middle) / Math.min(reach, 1)));
      const [r, g, b] = mixed(colours, part);
      image.data.set([r, g, b, 255], 4 * k);
    });
    return { context, image };
  }

  function drawFields() {
    const { network } = page;
    const { neurons } = network.data;
    const kept = network.model.values.slice();
    const fields = neurons.map((/** @type {number[]} */ layer) =>
      layer.map(() => new Float64Array(SMALL * SMALL)));
    const large = new Float64Array(GRID * GRID);
    const out = neurons.at(-1)[0];
    const each = (/** @type {number} */ n, /** @type {(k: number) => void} */ look) => {
      for (let k = 0; k < n * n; k++) {
        const x = (((k % n) + 0.5) / n) * 2 * REACH - REACH;
        const y = REACH - ((Math.floor(k / n) + 0.5) / n) * 2 * REACH;
        network.at({ x: [x, y], y: 0 }, false);
        look(k);
      }
    };
    each(SMALL, (k) => neurons.forEach((/** @type {number[]} */ layer, /** @type {number} */ l) =>
      layer.forEach((i, j) => { fields[l][j][k] = network.model.values[i]; })));
    each(GRID, (k) => { large[k] = network.model.values[out]; });
    network.model.values.set(kept);
    const middle = settings.activation === "sigmoid" ? 0.5 : 0;
    cells.slice(1).forEach((column, l) => column.forEach(({ canvas }, j) => {
      const last = l === neurons.length - 1;
      const { context, image } = paint(canvas, fields[l][j], SMALL, last ? 0 : middle);
      context.putImageData(image, 0, 0);
    }));
    for (const k of [0, 1]) {
      const field = new Float64Array(SMALL * SMALL).map((_, i) =>
        (k ? 1 - (2 * Math.floor(i / SMALL)) / (SMALL - 1) : (2 * (i % SMALL)) / (SMALL - 1) - 1));
      const { context, image } = paint(cells[0][k].canvas, field, SMALL, 0);
      context.putImageData(image, 0, 0);
    }
    const buffer = element("canvas", { width: GRID, height: GRID });
    const { context, image } = paint(buffer, large, GRID, 0);
    context.putImageData(image, 0, 0);
    const screen = plane.getContext("2d");
    screen.imageSmoothingEnabled = true;
    screen.globalAlpha = 1;
    screen.drawImage(buffer, 0, 0, 330, 330);
    page.all.forEach((/** @type {any} */ { x, y }, /** @type {number} */ k) => {
      screen.beginPath();
      const at = [toPlane(x[0]), 330 - toPlane(x[1])];
      if (y) screen.arc(at[0], at[1], 4, 0, 7);
      else screen.rect(at[0] - 3.6, at[1] - 3.6, 7.2, 7.2); // a shape for each class
      screen.fillStyle = `rgb(${(y ? colours.down : colours.up).join(",")})`;
      screen.strokeStyle = k === page.chosen ? "#000" : "#fff";
      screen.lineWidth = k === page.chosen ? 2.5 : 1;
      screen.fill();
      screen.stroke();
    });
  }

  // ---- the neuron that is open

  const inside = element("section", { class: "inside" });
  const insideTitle = element("p", { class: "note" });
  const insideStage = element("div", { class: "stage" });
  inside.append(insideTitle, insideStage);
  /** @type {any} */
  let view = null;

  function showInside() {
    const { network, words } = page;
    inside.hidden = page.opened === null || page.all.length === 0;
    if (inside.hidden) {
      page.viewed = "";
      return;
    }
    const [layer, j] = page.opened;
    const { model, data } = network;
    const point = page.all[page.chosen];
    network.at(point);
    model.backward();
    insideTitle.textContent = filled(words.pg_inside, layer + 1, j + 1,
      numeral(point.x[0], 2), numeral(point.x[1], 2), numeral(model.values[data.root]));
    const wanted = `${layer}.${j} ${settings.hidden} ${settings.activation} ${settings.seed}`;
    if (page.viewed !== wanted) {
      page.viewed = wanted;
      // The layers around it closed, those of its own neurons too; it alone is open.
      const closed = new Set();
      data.scopes.forEach((/** @type {any} */ scope, /** @type {number} */ k) => {
        const own = scope.path === `layer ${layer + 1}`;
        if (scope.kind === "layer" ? !own : scope.path !== `layer ${layer + 1}/neuron ${j + 1}`) {
          closed.add(k);
        }
      });
      insideStage.replaceChildren();
      view = new View(insideStage, model, { select() {}, hover() {}, toggle() {} });
      view.draw(closed);
    }
    view.model = model;
    view.update({
      gradients: model.gradients, known: () => true, arrived: () => true,
      words: (/** @type {any} */ box) => (box.node === null ? "" : filled(words.label,
        data.names[box.node], numeral(model.values[box.node]), numeral(model.gradients[box.node]))),
    });
  }

  // ---- running

  function step(/** @type {number} */ times) {
    if (page.all.length === 0) return;
    for (let k = 0; k < times; k++) page.network.step(page.all, settings.batch, settings.rate);
    page.losses.push(page.network.error(page.all));
    show();
    remember();
  }
  function run() {
    if (page.all.length === 0) return;
    const beat = () => {
      const whole = Math.max(1, Math.ceil(page.all.length / settings.batch));
      step(whole);
      if (Number.isFinite(page.losses.at(-1))) page.timer = requestAnimationFrame(beat);
      else stop();
    };
    page.timer = requestAnimationFrame(beat);
    showButtons();
  }
  function stop() {
    cancelAnimationFrame(page.timer);
    page.timer = 0;
    showButtons();
    remember();
  }
  function showButtons() {
    running.replaceChildren(icon(page.timer ? "pause" : "play"));
    running.setAttribute("aria-label", page.words[page.timer ? "stop" : "run"]);
  }

  const curve = shape("svg", { class: "plot", viewBox: "0 0 330 90", role: "img" });
  function drawLosses() {
    const all = page.losses.filter(Number.isFinite);
    const every = Math.max(1, Math.floor(all.length / 300));
    const shown = all.filter((/** @type {number} */ _, /** @type {number} */ k) =>
      k % every === 0 || k === all.length - 1);
    const high = Math.max(...shown, 1e-9);
    const line = shown.map((/** @type {number} */ y, /** @type {number} */ k) =>
      `${4 + (322 * k) / Math.max(shown.length - 1, 1)},${86 - (80 * y) / high}`);
    curve.replaceChildren(shape("polyline", { points: line.join(" ") }));
    curve.setAttribute("aria-label", page.words.pg_error);
  }

  function show() {
    const { network, words, all } = page;
    const began = performance.now();
    drawFields();
    drawWires();
    drawLosses();
    own.hidden = settings.data !== "own";
    const loss = page.losses.at(-1);
    counts.textContent = all.length
      ? filled(words.pg_counts, network.steps, numeral(loss ?? NaN), network.right(all), all.length)
      : words.pg_empty;
    plane.setAttribute("aria-label", counts.textContent);
    cells.slice(1).forEach((column, l) => column.forEach(({ cell }, j) => {
      const isOpen = page.opened && page.opened[0] === l && page.opened[1] === j;
      cell.classList.toggle("open", Boolean(isOpen));
      cell.setAttribute("aria-pressed", String(Boolean(isOpen)));
    }));
    showInside();
    page.moment = performance.now() - began;
  }

  // ---- saving

  /** The program in Python that makes the same steps. */
  function program() {
    const { network, all } = page;
    const rows = all.map((/** @type {any} */ { x, y }) =>
      `    (${float(x[0])}, ${float(x[1])}, ${y ? "1.0" : "-1.0"}),`);
    const activation = settings.activation === "sin" ? "microbp.sin" : `"${settings.activation}"`;
    const weights = network.first.map((/** @type {number} */ w) => `    ${float(w)},`);
    return `"""What the playground showed: ${settings.data}, after ${network.steps} steps."""

import numpy as np

import microbp
from microbp import MLP, lift, placeholder

DATA = np.array([
${rows.join("\n")}
])
WEIGHTS = [
${weights.join("\n")}
]
STEPS, BATCH, RATE = ${network.steps}, ${settings.batch}, ${float(settings.rate)}

model = MLP(2, [${[...settings.hidden, 1].join(", ")}], activation=${activation}, output="tanh")
for parameter, number in zip(model.parameters(), WEIGHTS, strict=True):
    parameter.data = number

# The error of one sample, in scalars, and the program that runs it for many.
x1, x2, t = placeholder("x1"), placeholder("x2"), placeholder("t")
E = (model([x1, x2]) - t) ** 2
run = lift(E, inputs=[x1, x2, t], parameters=model.parameters())

start = 0
for step in range(STEPS):
    if start >= len(DATA):
        start = 0
    _, gradient = run.gradient(DATA[start : start + BATCH])  # backpropagation
    run.weights -= RATE * gradient  # gradient descent
    start += BATCH
run.sync()

error = run(DATA).mean()
right = sum((model(row[:2]).data > 0) == (row[2] > 0) for row in DATA)
print(f"error {error:.12g} after {STEPS} steps, {right} of {len(DATA)} points right")
`;
  }
  function save() {
    stop();
    const file = new Blob([program()], { type: "text/x-python" });
    const link = element("a", { href: URL.createObjectURL(file), download: "playground.py" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---- what a link remembers

  function remember() {
    if (page.timer) return;
    const state = new URLSearchParams();
    const { hidden, ...others } = settings;
    for (const [name, x] of Object.entries(others)) state.set(name, String(x));
    state.set("hidden", hidden.join("."));
    if (settings.data === "own") {
      state.set("own", page.own.map((/** @type {any} */ p) => [...p.x, p.y].join("_")).join("~"));
    }
    if (page.network?.steps) state.set("steps", String(page.network.steps));
    if (page.opened) state.set("open", page.opened.join("."));
    if (page.chosen) state.set("point", String(page.chosen));
    if (page.lang !== host.lang) state.set("lang", page.lang);
    if (page.theme !== host.theme) state.set("theme", page.theme);
    try {
      history.replaceState(null, "", `#${state}`);
    } catch {
      // Browsers allow only so many changes in a time; the next one will do.
    }
  }
  function recollect() {
    const state = new URLSearchParams(location.hash.slice(1));
    const within = (/** @type {string} */ name, /** @type {number} */ low, /** @type {number} */ high) => {
      const x = state.get(name) ? Number(state.get(name)) : NaN;
      if (x >= low && x <= high) /** @type {any} */ (settings)[name] = x;
    };
    const one = (/** @type {string} */ name, /** @type {string[]} */ allowed) => {
      const x = state.get(name);
      if (x && allowed.includes(x)) /** @type {any} */ (settings)[name] = x;
    };
    one("data", [...DATASETS, "own"]);
    one("activation", ["tanh", "relu", "sigmoid", "sin"]);
    within("noise", 0, 1);
    within("rate", 1e-6, 100);
    for (const [name, high] of /** @type {[string, number][]} */ ([["n", 300], ["batch", 300], ["seed", 1e9]])) {
      within(name, name === "seed" ? 0 : 1, high);
      /** @type {any} */ (settings)[name] = Math.round(/** @type {any} */ (settings)[name]);
    }
    if (state.has("hidden")) {
      const hidden = (state.get("hidden") ?? "").split(".").filter(Boolean).map(Number);
      const fits = hidden.every((n) => Number.isInteger(n) && n >= 1 && n <= MOST_NEURONS);
      if (fits && hidden.length <= MOST_LAYERS) settings.hidden = hidden;
    }
    for (const row of (state.get("own") ?? "").split("~").slice(0, 300)) {
      const [a, b, y] = row.split("_").map((text) => (text ? Number(text) : NaN));
      if (Math.abs(a) <= REACH && Math.abs(b) <= REACH && (y === 0 || y === 1)) {
        page.own.push({ x: [a, b], y });
      }
    }
    if (WORDS[state.get("lang") ?? ""]) page.lang = state.get("lang");
    if (["light", "dark"].includes(state.get("theme") ?? "")) page.theme = state.get("theme");
    const opened = (state.get("open") ?? "").split(".").filter(Boolean).map(Number);
    if (opened.length === 2 && opened.every(Number.isInteger)) page.opened = opened;
    page.chosen = Math.max(0, Math.round(Number(state.get("point") ?? 0)) || 0);
    return Math.min(REPLAY, Math.max(0, Math.round(Number(state.get("steps") ?? 0)) || 0));
  }

  function speak() {
    page.words = WORDS[page.lang];
    root.lang = page.lang === "zh" ? "zh-CN" : "en";
    heading.textContent = page.words.pg_title;
    language.textContent = page.words.language;
    for (const one of worded) one();
    nameKind();
    nameCells();
    showButtons();
  }
  function switchTheme() {
    const dark = page.theme === "dark"
      || (page.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    page.theme = dark ? "light" : "dark";
    root.dataset.theme = page.theme;
    remember();
  }
  window.addEventListener("resize", () => { drawWires(); view?.fit(); });

  // ---- begin

  const steps = recollect();
  root.classList.add("microbp", "playground");
  root.dataset.theme = page.theme;
  root.replaceChildren(header, fields,
    element("main", {}, net, element("section", { class: "result" }, plane, own, curve)), inside);
  page.words = WORDS[page.lang];
  renew();
  speak();
  if (steps && page.all.length) step(steps);
  else show();
  page.program = program;
  page.step = step;
  return page;
}

/** @param {number} x */
function float(x) {
  return Number.isInteger(x) ? `${x}.0` : String(x);
}

/** From blue, −1, through white to orange, 1.
 * @param {any} colours
 * @param {number} part */
function mixed(colours, part) {
  const end = part > 0 ? colours.down : colours.up;
  const depth = Math.min(1, Math.abs(part)) * 0.6;
  return end.map((/** @type {number} */ c, /** @type {number} */ k) =>
    colours.middle[k] + (c - colours.middle[k]) * depth);
}
