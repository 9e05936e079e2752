/** The picture: boxes and arrows as SVG, zoom and pan.
 *
 * Map: `View` draws a `Picture` once and then changes texts and classes only, so that a
 * dragged slider moves every number within one frame.
 */

import { Model, numeral, signed } from "./engine.js";
import { boxesOf } from "./layout.js";

const SVG = "http://www.w3.org/2000/svg";
const READABLE = 0.7;
const SHADES = [0.01, 0.1, 0.5]; // parts of the largest gradient, as in pictures

/** A new element of SVG.
 * @param {string} name
 * @param {Object<string, string | number>} attributes
 * @param {...(Element | string)} children */
export function shape(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  element.append(...children);
  return element;
}

export class View {
  /**
   * @param {HTMLElement} frame
   * @param {Model} model
   * @param {{select: (thing: Selection | null) => void,
   *          hover: (node: number | null) => void,
   *          toggle: (scope: number) => void}} on
   * @typedef {{node: number, place?: number}} Selection
   */
  constructor(frame, model, on) {
    this.model = model;
    this.on = on;
    this.svg = shape("svg", { class: "graph", role: "group" });
    this.stage = shape("g");
    // Names of their own, as there may be several pages in one document.
    const end = `end-${Math.random().toString(36).slice(2)}`;
    this.svg.style.setProperty("--end", `url(#${end})`);
    this.svg.style.setProperty("--end-lit", `url(#${end}-lit)`);
    const ends = shape("defs", {}, marker(end, ""), marker(`${end}-lit`, "lit"));
    this.svg.append(ends, this.stage);
    frame.append(this.svg);
    this.zoom = { x: 0, y: 0, k: 1 };
    this.listen();
  }

  /** Draw everything anew, with these modules closed.
   * @param {Set<number>} closed */
  draw(closed) {
    this.picture = boxesOf(this.model, closed);
    this.stage.replaceChildren();
    /** @type {Map<string, any>} */
    this.parts = new Map();
    this.arrows = this.picture.arrows.map((arrow) => this.drawArrow(arrow));
    for (const box of this.picture.boxes) this.drawBox(box);
    this.fit();
  }

  /** @param {import("./layout.js").Arrow} arrow */
  drawArrow(arrow) {
    const label = shape("text", { x: arrow.x, y: arrow.y, class: "local" });
    const line = shape("path", { d: arrow.path, class: "line" });
    const wide = shape("path", { d: arrow.path, class: "wide" });
    const group = shape("g", { class: "arrow" }, wide, line, label);
    group.addEventListener("click", () => {
      if (arrow.count === 1) this.on.select({ node: arrow.user, place: arrow.place });
    });
    this.stage.append(group);
    return { arrow, group, label };
  }

  /** @param {import("./layout.js").Box} box */
  drawBox(box) {
    const { data } = this.model;
    const { x, y, w, h, node, scope } = box;
    const place = `translate(${(x - w / 2).toFixed(1)} ${(y - h / 2).toFixed(1)})`;
    const group = shape("g", {
      class: "box", transform: place, tabindex: 0, role: "button",
    });
    group.append(shape("rect", { class: "card", width: w, height: h, rx: 9 }));
    /** @type {any} */
    const part = { group, box };
    if (node !== null && this.model.isBare(node)) {
      group.classList.add("bare");
      part.data = shape("text", { class: "data", x: w / 2, y: h / 2 + 4.5 });
      group.append(part.data);
    } else if (node !== null) {
      group.classList.add(data.kinds[node]);
      if (node === data.root) group.classList.add("root");
      const sign = data.signs[node];
      part.data = shape("text", { class: "data", x: 10, y: 43 });
      part.pill = shape("rect", {
        class: "pill", x: w - 80, y: 29, width: 74, height: 20, rx: 6,
      });
      part.grad = shape("text", { class: "grad", x: w - 43, y: 43 });
      group.append(
        shape("path", { class: "head", d: `M9,0H${w - 9}a9,9 0 0 1 9,9V22H0V9a9,9 0 0 1 9,-9z` }),
        shape("text", { class: "sign", x: 9, y: 16 }, sign),
        shape("text", { class: "name", x: w - 9, y: 16 }, shortened(data.shown[node])),
        part.data, part.pill, part.grad,
      );
    } else {
      const module = data.scopes[/** @type {number} */ (scope)];
      group.classList.add("module");
      part.data = shape("text", { class: "data", x: 12, y: 62 });
      part.grad = shape("text", { class: "grad", x: w - 12, y: 62 });
      group.append(
        shape("rect", { class: "inner", x: 3, y: 3, width: w - 6, height: h - 6, rx: 7 }),
        shape("text", { class: "name", x: 12, y: 22 }, shortened(module.name, 18)),
        shape("text", { class: "title", x: 12, y: 40 }, shortened(module.title, 26)),
        part.data, part.grad,
      );
    }
    const act = () => {
      if (node !== null) this.on.select({ node });
      else this.on.toggle(/** @type {number} */ (scope));
    };
    group.addEventListener("click", act);
    group.addEventListener("keydown", (event) => {
      const key = /** @type {KeyboardEvent} */ (event).key;
      if (key === "Enter" || key === " ") {
        event.preventDefault();
        act();
      }
    });
    group.addEventListener("pointerenter", () => this.on.hover(node));
    group.addEventListener("pointerleave", () => this.on.hover(null));
    group.addEventListener("focus", () => this.on.hover(node));
    group.addEventListener("blur", () => this.on.hover(null));
    this.stage.append(group);
    this.parts?.set(box.id, part);
  }

  /** Show the numbers of now.
   * @param {{gradients: Float64Array, known: (i: number) => boolean,
   *          arrived: (i: number) => boolean, words: (box: any) => string}} state */
  update(state) {
    const { values } = this.model;
    let largest = 0;
    for (let i = 0; i < this.model.size; i++) {
      if (state.arrived(i) && Number.isFinite(state.gradients[i])) {
        largest = Math.max(largest, Math.abs(state.gradients[i]));
      }
    }
    for (const part of this.parts?.values() ?? []) {
      const { box } = part;
      const i = box.node ?? (box.outputs.length === 1 ? box.outputs[0] : null);
      if (i === null) {
        set(part.data, `${box.outputs.length} →`);
        set(part.grad, "");
      } else {
        const bare = box.node !== null && this.model.isBare(i);
        set(part.data, !state.known(i) ? "?" : bare ? plain(values[i]) : numeral(values[i]));
        if (part.grad) {
          const gradient = state.gradients[i];
          const arrived = state.arrived(i);
          set(part.grad, arrived ? `∇ ${signed(gradient)}` : "∇ ?");
          part.group.dataset.shade = arrived ? shade(gradient, largest) : "";
        }
      }
      part.group.setAttribute("aria-description", state.words(box));
    }
    for (const { arrow, label } of this.arrows ?? []) {
      const local = this.model.locals[arrow.user][arrow.place];
      const nothing = Number.isNaN(local) && this.model.isBare(
        this.model.data.parents[arrow.user][arrow.place]);
      // Of a closed module no single local derivative can be said.
      if (arrow.to.node === null) set(label, arrow.count > 1 ? `${arrow.count}` : "");
      else set(label, nothing || !state.known(arrow.user) ? "" : `×${numeral(local, 2)}`);
    }
  }

  /** Light boxes and arrows.
   * @param {string} how
   * @param {(i: number) => boolean} boxes
   * @param {(user: number, place: number) => boolean} arrows */
  light(how, boxes, arrows) {
    for (const part of this.parts?.values() ?? []) {
      part.group.classList.toggle(how, part.box.nodes.some(boxes));
    }
    for (const { arrow, group } of this.arrows ?? []) {
      const lit = arrow.count === 1
        ? arrows(arrow.user, arrow.place)
        : boxes(arrow.from.outputs[0]) && boxes(arrow.to.outputs[0]);
      group.classList.toggle(how, lit);
    }
  }

  /** The box that holds a node, in the middle of what one sees.
   * @param {number} node */
  reveal(node) {
    const box = this.picture?.boxOf[node];
    if (!box) return;
    const { width, height } = this.svg.getBoundingClientRect();
    const { k } = this.zoom;
    this.zoom = { k, x: width / 2 - box.x * k, y: height / 2 - box.y * k };
    this.move();
    const part = this.parts?.get(box.id);
    part?.group.focus({ preventScroll: true });
  }

  /** All of the picture in the frame. */
  fit() {
    const { width, height } = this.svg.getBoundingClientRect();
    const { width: w, height: h } = this.picture ?? { width: 1, height: 1 };
    const k = Math.min((width - 32) / w, (height - 32) / h, 1.4);
    let scale = Number.isFinite(k) && k > 0 ? Math.max(k, 0.05) : 1;
    let x = (width - w * scale) / 2;
    if (width < 600 && scale < READABLE) {
      scale = READABLE; // on a phone begin at the result, and be read
      x = width - 16 - w * scale;
    }
    this.zoom = { k: scale, x, y: (height - h * scale) / 2 };
    this.move();
  }

  /** @param {number} factor
   * @param {{x: number, y: number} | null} at */
  scale(factor, at = null) {
    const { width, height } = this.svg.getBoundingClientRect();
    const { x, y } = at ?? { x: width / 2, y: height / 2 };
    const k = Math.min(Math.max(this.zoom.k * factor, 0.05), 6);
    const ratio = k / this.zoom.k;
    this.zoom = { k, x: x - (x - this.zoom.x) * ratio, y: y - (y - this.zoom.y) * ratio };
    this.move();
  }

  move() {
    const { x, y, k } = this.zoom;
    this.stage.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
  }

  /** Wheel, drag, and two fingers. */
  listen() {
    const at = (/** @type {MouseEvent} */ event) => {
      const { left, top } = this.svg.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.scale(Math.exp(-event.deltaY / 400), at(event));
    }, { passive: false });
    /** @type {Map<number, {x: number, y: number}>} */
    const fingers = new Map();
    this.svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, at(event));
    });
    this.svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      if (fingers.size === 2) {
        const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
        const far = (/** @type {any} */ p) => Math.hypot(p.x - other.x, p.y - other.y);
        this.scale(far(now) / Math.max(far(before), 1), other);
      } else {
        this.zoom.x += now.x - before.x;
        this.zoom.y += now.y - before.y;
        this.move();
      }
      fingers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(end, (event) => {
        fingers.delete(/** @type {PointerEvent} */ (event).pointerId);
      });
    }
  }
}

/** @param {string} id
 * @param {string} kind */
function marker(id, kind) {
  return shape("marker", {
    id, class: kind, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7,
    markerHeight: 7, orient: "auto-start-reverse",
  }, shape("path", { d: "M0,0.8L8,4L0,7.2z" }));
}

/** @param {Element | undefined} element
 * @param {string} text */
function set(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {number} x */
function plain(x) {
  return String(Number(x.toPrecision(6))).replace("-", "−");
}

/** Which of four shades of blue or orange, as in pictures.
 * @param {number} gradient
 * @param {number} largest */
export function shade(gradient, largest) {
  if (gradient === 0 || Number.isNaN(gradient)) return "none";
  const part = largest ? Math.abs(gradient) / largest : 1;
  const depth = SHADES.filter((least) => part >= least).length;
  return `${gradient > 0 ? "up" : "down"}${depth}`;
}

/** @param {string} text */
export function shortened(text, longest = 14) {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
