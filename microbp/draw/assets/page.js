/** The page: one picture, four panels, a player, and what a link remembers.
 *
 * Map: `start` builds it and wires it up; everything that changes goes through
 * `changed`, which makes all parts show the same numbers.
 */

import { Model, numeral } from "./engine.js";
import { View } from "./view.js";
import { icon } from "./icons.js";
import { descendPanel, element, inspectPanel, leavesPanel } from "./panels.js";
import { playerPanel } from "./player.js";
import { recollect, remember } from "./link.js";
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
    first,
    host,
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
  page.tool = tool;

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

  const player = playerPanel(page);
  const { say } = player;

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
    player.update();
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
    player.speak();
    view.svg.setAttribute("aria-label", page.words.drawing);
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

  page.remember = () => host.link && !page.timer && remember(page);

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
      ArrowRight: player.next, ArrowLeft: () => page.at > 0 && player.go(page.at - 1),
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

  if (host.link) recollect(page);
  root.classList.add("microbp");
  root.dataset.theme = page.theme;
  root.tabIndex = -1;
  root.replaceChildren(header, element("main", {},
    element("div", { class: "left" }, stage, player.content),
    element("aside", {}, ...Object.values(panels).map((panel) => panel.details))));
  speak();
  view.draw(page.closed);
  changed();
  return page;
}

const unique = Math.random().toString(36).slice(2);
