/** The page: one picture, four panels, a player, and what a link remembers.
 *
 * Map: `start` builds it and wires it up; everything that changes goes through
 * `changed`, which makes all parts show the same numbers.
 */

import { Model, numeral } from "./engine.js";
import { View } from "./view.js";
import { icon } from "./icons.js";
import { descendPanel, element, inspectPanel, leavesPanel } from "./panels.js";
import { WORDS, filled } from "./words.js";

/** @param {HTMLElement} root
 * @param {import("./engine.js").Data} data
 * @param {Object<string, import("./engine.js").Operation>} ops
 * @param {{link: boolean, onLeaf?: (i: number, x: number) => void}} host */
export function start(root, data, ops, host) {
  const model = new Model(data, ops);
  const first = Float64Array.from(model.values);
  /** @type {any} */
  const page = {
    model,
    full: model.gradients,
    gradients: model.gradients,
    selected: null,
    hovered: null,
    closed: new Set(data.closed),
    at: -1, // which step is shown; -1 for all of them
    steps: model.steps(),
    rate: 0.1,
    lang: data.lang,
    theme: data.theme,
    words: WORDS[data.lang],
    timer: 0,
    asking: false,
    predicting: false,
    moment: 0,
    numeral,
  };

  // ---- what is known at the step that is shown

  page.known = (/** @type {number} */ i) =>
    page.at < 0 || data.parents[i].length === 0 || page.computed.has(i);
  page.arrived = (/** @type {number} */ i) => page.at < 0 || page.come.has(i);

  /** Is it drawn as a box of its own, and not inside a closed module? */
  page.isSeen = (/** @type {number} */ i) => view.picture?.boxOf[i].node === i;

  function recall() {
    page.steps = model.steps();
    page.full = Float64Array.from(model.gradients);
    page.gradients = page.full;
    page.computed = new Set();
    page.come = new Set();
    if (page.at < 0) return;
    page.at = Math.min(page.at, page.steps.length);
    page.gradients = new Float64Array(model.size);
    page.steps.slice(0, page.at).forEach((/** @type {any} */ step) => {
      if (step.run === "forward") page.computed.add(step.node);
      else {
        page.come.add(step.operand);
        page.gradients[step.operand] = step.running;
      }
    });
    if (page.computed.has(data.root) || data.parents[data.root].length === 0) {
      page.come.add(data.root);
      page.gradients[data.root] = 1;
    }
  }

  // ---- the parts

  const stage = element("div", { class: "stage" });
  const view = new View(stage, model, {
    select(thing) {
      page.selected = thing;
      panels.inspect.details.open = true;
      changed();
    },
    hover: (node) => page.hover(node),
    toggle(scope) {
      toggle(scope);
    },
  });
  page.hover = (/** @type {number | null} */ node) => {
    if (page.hovered === node) return;
    page.hovered = node;
    lightUp();
    if (!page.selected && panels.inspect.details.open) panels.inspect.update();
  };

  function toggle(/** @type {number} */ scope) {
    if (page.closed.has(scope)) {
      page.closed.delete(scope);
      // Those inside stay closed, so that one click opens one level.
      data.scopes.forEach((inner, k) => {
        if (inner.outer === scope) page.closed.add(k);
      });
    } else page.closed.add(scope);
    view.draw(page.closed);
    changed();
  }

  /** @param {string} word
   * @param {any} panel
   * @param {boolean} open */
  function section(word, panel, open) {
    const title = element("summary");
    const details = element("details", { open, class: `panel ${word}-panel` }, title, ...panel.content);
    return {
      details,
      panel,
      update() {
        title.textContent = page.words[word];
        panel.update();
      },
    };
  }
  const wide = root.clientWidth > 700;
  const descend = descendPanel(page);
  const panels = {
    leaves: section("leaves", leavesPanel(page), true),
    inspect: section("inspect", inspectPanel(page), wide),
    modules: section("modules", modulesPanel(), false),
    descend: section("descend", descend, wide),
  };
  panels.modules.details.hidden = data.scopes.length === 0;

  function modulesPanel() {
    const list = element("ul", { class: "module-list" });
    const buttons = data.scopes.map((scope, k) => {
      const button = element("button", { type: "button", onclick: () => toggle(k) });
      let depth = 0;
      for (let one = scope.outer; one !== null; one = data.scopes[one].outer) depth += 1;
      list.append(element("li", { style: `margin-inline-start:${depth}em` }, button));
      return button;
    });
    return {
      content: [list],
      update() {
        buttons.forEach((button, k) => {
          const closed = page.closed.has(k);
          button.textContent = `${closed ? "▸" : "▾"} ${data.scopes[k].name}`;
          button.setAttribute("aria-expanded", String(!closed));
        });
      },
    };
  }

  /** @type {any[]} */
  const worded = [];
  /** A button with a sign on it and a word for who cannot see it. */
  function tool(/** @type {string} */ word, /** @type {() => void} */ act) {
    const button = element("button", { type: "button", class: "tool", onclick: act }, icon(word));
    worded.push(() => {
      button.setAttribute("aria-label", page.words[word]);
      button.title = page.words[word];
    });
    return button;
  }

  const search = element("input", { type: "search", list: `labels-${unique}` });
  search.addEventListener("change", () => {
    const wanted = search.value.trim().toLowerCase();
    const i = data.names.findIndex((name) => name.toLowerCase() === wanted);
    const near = i >= 0 ? i : data.names.findIndex((name) => name.toLowerCase().includes(wanted));
    if (!wanted) return;
    if (near < 0) {
      say(page.words.noMatch);
      return;
    }
    page.selected = { node: near };
    changed();
    view.reveal(near);
  });
  const options = element("datalist", { id: `labels-${unique}` });
  for (const name of new Set(data.labels.filter(Boolean).slice(0, 500))) {
    options.append(element("option", { value: name }));
  }
  const language = element("button", { type: "button", class: "tool", onclick: () => {
    page.lang = page.lang === "en" ? "zh" : "en";
    speak();
    changed();
  } });
  const header = element("header", {},
    element("h1", {}, data.title),
    element("div", { class: "tools" }, search, options,
      tool("zoomOut", () => view.scale(1 / 1.25)), tool("fit", () => view.fit()),
      tool("zoomIn", () => view.scale(1.25)), tool("theme", switchTheme),
      ...(host.link ? [tool("link", copyLink)] : []), language),
  );

  // ---- the player

  const speed = element("input", { type: "range", min: 0.5, max: 8, step: 0.5, value: 2 });
  const playing = tool("play", () => (page.timer ? pause() : play()));
  const predict = element("input", { type: "checkbox", onchange: () => {
    page.predicting = predict.checked;
    page.asking = false;
    changed();
  } });
  const predictLabel = element("span");
  const speedLabel = element("span");
  const sentence = element("p", { class: "sentence", role: "status", "aria-live": "polite" });
  const answer = element("input", { type: "number", step: "any", class: "number" });
  const check = element("button", { type: "submit" });
  const question = element("form", { class: "question", hidden: true, onsubmit: judge },
    answer, check);
  const player = element("section", { class: "player" },
    element("div", { class: "buttons" },
      tool("start", () => go(0)), tool("back", () => go(Math.max(page.at - 1, 0))), playing,
      tool("next", next), tool("end", () => go(-1)),
      element("label", { class: "speed" }, speedLabel, speed),
      element("label", { class: "predict" }, predict, predictLabel)),
    sentence, question);

  function go(/** @type {number} */ at) {
    page.asking = false;
    page.at = at < 0 ? -1 : Math.min(at, page.steps.length);
    changed();
  }

  function next() {
    if (page.at < 0) {
      go(0);
      return;
    }
    const step = page.steps[page.at];
    if (page.predicting && step?.run === "backward" && !page.asking) {
      page.asking = true;
      answer.value = "";
      changed();
      answer.focus();
      return;
    }
    go(page.at + 1);
  }

  function play() {
    if (page.at < 0 || page.at >= page.steps.length) page.at = 0;
    const beat = () => {
      if (page.at >= page.steps.length) {
        pause();
        return;
      }
      go(page.at + 1);
      page.timer = window.setTimeout(beat, 1000 / Number(speed.value));
    };
    page.timer = window.setTimeout(beat, 0);
    changed();
  }

  function pause() {
    window.clearTimeout(page.timer);
    page.timer = 0;
    changed();
  }

  /** Is the answer right, and if not, which mistake gives that number? */
  function judge(/** @type {Event} */ event) {
    event.preventDefault();
    const step = page.steps[page.at];
    const guess = Number(answer.value);
    const { upstream, local, contribution, running } = step;
    const near = (/** @type {number} */ a, /** @type {number} */ b) =>
      Math.abs(a - b) <= 0.006 * Math.max(1e-3, Math.abs(b)) + 5e-4 * Math.abs(b);
    const [u, l, c] = [upstream, local, contribution].map((x) => numeral(x));
    const { words } = page;
    const shown = numeral(guess);
    let verdict = filled(words.wrong, shown, u, l, c);
    const right = answer.value !== "" && near(guess, contribution);
    if (right) verdict = filled(words.right, u, l, c);
    else if (near(guess, -contribution)) verdict = filled(words.wrongSign, u, l, c);
    else if (near(guess, running) && step.before !== 0) {
      verdict = filled(words.wrongSum, shown, data.names[step.operand], c);
    } else if (near(guess, local)) verdict = filled(words.wrongLocal, shown, u);
    else if (near(guess, upstream)) verdict = filled(words.wrongUpstream, shown, l);
    page.asking = false;
    page.at += 1;
    changed();
    say(verdict, right ? "right" : "wrong");
  }

  function say(/** @type {string} */ text, kind = "") {
    sentence.textContent = text;
    sentence.className = `sentence ${kind}`;
  }

  /** The step that is shown, in words. */
  function narrate() {
    const { words } = page;
    const name = (/** @type {number} */ i) => data.names[i];
    question.hidden = !page.asking;
    if (page.at < 0) {
      say(words.keys, "quiet");
      return;
    }
    if (page.asking) {
      const { node, operand, upstream, local } = page.steps[page.at];
      say(filled(words.ask, name(operand), name(node), numeral(upstream), numeral(local)));
      return;
    }
    const step = page.steps[page.at - 1];
    if (!step) say(words.at0);
    else if (step.run === "forward") {
      const [i, parents] = [step.node, data.parents[step.node]];
      const few = parents.slice(0, 4).map((p) => numeral(model.values[p])).join(", ");
      const inner = `${data.signs[i]} (${few}${parents.length > 4 ? ", …" : ""})`;
      const last = i === data.root ? ` ${words.seed}` : "";
      say(filled(words.forward, name(i), inner, numeral(model.values[i])) + last);
    } else {
      const { node, operand, upstream, local, contribution, running } = step;
      const numbers = [upstream, local, contribution].map((x) => numeral(x));
      const last = page.at === page.steps.length ? ` ${words.done}` : "";
      say(filled(words.backward, name(node), ...numbers, name(operand), numeral(running)) + last);
    }
  }

  // ---- showing

  function lightUp() {
    const { at, steps, selected, hovered } = page;
    const step = at > 0 ? steps[at - 1] : null;
    view.light("now",
      (i) => step !== null && (step.run === "forward" ? i === step.node : i === step.operand),
      (user, place) => step !== null && user === step.node
        && (step.run === "forward" || place === step.place));
    view.light("chosen",
      (i) => selected !== null && selected.place === undefined && i === selected.node,
      (user, place) => selected !== null && user === selected.node && place === selected.place);
    const on = hovered === null ? null : model.onPaths(hovered);
    view.light("lit", (i) => on !== null && on.has(i),
      (user, place) => on !== null && on.has(user) && on.has(data.parents[user][place]));
  }

  /** Everything shows the numbers of now. */
  function changed() {
    const began = performance.now();
    model.backward();
    recall();
    view.update({
      gradients: page.gradients, known: page.known, arrived: page.arrived,
      words: (box) => {
        const { words } = page;
        if (box.node === null) {
          const scope = data.scopes[box.scope];
          return `${words.module} ${scope.name}, ${filled(words.outputs, box.outputs.length)}`;
        }
        const value = page.known(box.node) ? numeral(model.values[box.node]) : words.unknown;
        const grad = page.arrived(box.node) ? numeral(page.gradients[box.node]) : words.unknown;
        return filled(words.label, data.names[box.node], value, grad);
      },
    });
    lightUp();
    for (const panel of Object.values(panels)) {
      if (panel.details.open) panel.update();
    }
    narrate();
    playing.replaceChildren(icon(page.timer ? "pause" : "play"));
    playing.setAttribute("aria-label", page.words[page.timer ? "pause" : "play"]);
    page.moment = performance.now() - began;
    page.remember();
  }
  page.changed = changed;

  page.setLeaf = (/** @type {number} */ i, /** @type {number} */ x) => {
    model.values[i] = x;
    model.forward();
    descend.moved();
    changed();
    host.onLeaf?.(i, x);
  };
  page.reset = () => {
    descend.stop();
    descend.moved();
    for (const i of model.leaves) {
      if (model.values[i] !== first[i]) host.onLeaf?.(i, first[i]);
      model.values[i] = first[i];
    }
    model.forward();
    changed();
  };

  function speak() {
    page.words = WORDS[page.lang];
    root.lang = page.lang === "zh" ? "zh-CN" : "en";
    for (const one of worded) one();
    language.textContent = page.words.language;
    search.placeholder = page.words.search;
    search.setAttribute("aria-label", page.words.search);
    predictLabel.textContent = page.words.predict;
    speedLabel.textContent = page.words.speed;
    check.textContent = page.words.check;
    answer.setAttribute("aria-label", page.words.gradient);
    view.svg.setAttribute("aria-label", page.words.drawing);
    player.setAttribute("aria-label", page.words.steps);
    for (const panel of Object.values(panels)) panel.update();
  }

  function dark() {
    return page.theme === "dark"
      || (page.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  function switchTheme() {
    page.theme = dark() ? "light" : "dark";
    root.dataset.theme = page.theme;
    page.remember();
  }

  // ---- what a link remembers

  page.remember = () => {
    if (!host.link || page.timer) return;
    const state = new URLSearchParams();
    const moved = model.leaves
      .filter((i) => model.values[i] !== first[i])
      .map((i) => `${i}:${model.values[i]}`);
    if (moved.length) state.set("leaves", moved.join(","));
    if (page.at >= 0) state.set("step", String(page.at));
    if (page.selected) {
      const { node, place } = page.selected;
      state.set("look", place === undefined ? `${node}` : `${node}.${place}`);
    }
    const closed = [...page.closed].sort((a, b) => a - b).join(".");
    if (closed !== [...data.closed].sort((a, b) => a - b).join(".")) state.set("closed", closed);
    if (page.rate !== 0.1) state.set("rate", String(page.rate));
    if (page.lang !== data.lang) state.set("lang", page.lang);
    if (page.theme !== data.theme) state.set("theme", page.theme);
    const text = state.toString();
    if (text === location.hash.slice(1)) return;
    try {
      history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    } catch {
      // Browsers allow only so many changes in a time; the next one will do.
    }
  };

  function recollect() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const pair of (state.get("leaves") ?? "").split(",")) {
      const [i, x] = pair.split(":").map((text) => (text.trim() ? Number(text) : NaN));
      if (model.leaves.includes(i) && Number.isFinite(x)) model.values[i] = x;
    }
    const step = Number(state.get("step") ?? -1);
    if (Number.isInteger(step)) page.at = Math.max(-1, step);
    const [node, place] = (state.get("look") ?? "").split(".").map(Number);
    if (state.has("look") && data.parents[node]) {
      const isArrow = data.parents[node][place] !== undefined;
      page.selected = isArrow ? { node, place } : { node };
    }
    if (state.has("closed")) {
      const closed = (state.get("closed") ?? "").split(".").filter(Boolean).map(Number);
      page.closed = new Set(closed.filter((k) => data.scopes[k]));
    }
    const rate = Number(state.get("rate"));
    if (rate > 0) page.rate = rate;
    if (WORDS[state.get("lang") ?? ""]) page.lang = state.get("lang");
    if (["light", "dark"].includes(state.get("theme") ?? "")) page.theme = state.get("theme");
    model.forward();
  }

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      say(page.words.copied);
    } catch {
      say(location.href); // no clipboard here: the link itself, to be selected
    }
  }

  // ---- keys

  root.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = /** @type {Object<string, () => void>} */ ({
      ArrowRight: next, ArrowLeft: () => page.at > 0 && go(page.at - 1),
      "+": () => view.scale(1.25), "-": () => view.scale(0.8), 0: () => view.fit(),
      "/": () => search.focus(), Escape: () => { page.selected = null; changed(); },
    });
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  for (const panel of Object.values(panels)) {
    panel.details.addEventListener("toggle", () => panel.details.open && panel.update());
  }
  window.addEventListener("resize", () => view.fit());

  // ---- begin

  if (host.link) recollect();
  root.classList.add("microbp");
  root.dataset.theme = page.theme;
  root.tabIndex = -1;
  root.replaceChildren(header, element("main", {},
    element("div", { class: "left" }, stage, player),
    element("aside", {}, ...Object.values(panels).map((panel) => panel.details))));
  speak();
  view.draw(page.closed);
  changed();
  return page;
}

const unique = Math.random().toString(36).slice(2);
