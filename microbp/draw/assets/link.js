/** What a link remembers: leaves, step, what is selected, modules, rate, language.
 *
 * Map: `remember` writes the fragment of the address, `recollect` reads it.
 */

import { WORDS } from "./words.js";

/** @param {any} page */
export function remember(page) {
  const { model, first } = page;
  const { data } = model;
  const state = new URLSearchParams();
  const moved = model.leaves
    .filter((/** @type {number} */ i) => model.values[i] !== first[i])
    .map((/** @type {number} */ i) => `${i}:${model.values[i]}`);
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
}

/** Whatever makes no sense in it is left out.
 * @param {any} page */
export function recollect(page) {
  const { model } = page;
  const { data } = model;
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
