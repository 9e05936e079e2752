/** Signs on buttons.
 *
 * Map: `icon` draws one of `ICONS`.
 */

import { shape } from "./view.js";

/** What stands on a tool's button, drawn in a square of 16. */
const ICONS = /** @type {Object<string, string>} */ ({
  zoomIn: "M8,3V13M3,8H13", zoomOut: "M3,8H13", fit: "M2,6V2H6M10,2H14V6M14,10V14H10M6,14H2V10",
  theme: "M8,2a6,6 0 1 0 0,12a6,6 0 1 0 0,-12M8,2V14M8,5H12.6M8,8H14M8,11H12.6",
  link: "M6.5,9.5L9.5,6.5M7.5,4.5L9,3a2.8,2.8 0 0 1 4,4L11.5,8.5M8.5,11.5L7,13a2.8,2.8 0 0 1 -4,-4L4.5,7.5",
  start: "M3,3V13M13,3.5L6,8L13,12.5z", back: "M12,3L4,8L12,13z", play: "M4,2.5L13,8L4,13.5z",
  pause: "M5,3V13M11,3V13", next: "M4,3L10,8L4,13zM12.5,3V13", end: "M2,3L7,8L2,13zM8,3L13,8L8,13z",
});

/** @param {string} word */
export function icon(word) {
  const solid = ["start", "back", "play", "next", "end"].includes(word) ? "solid" : "";
  return shape("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
    shape("path", { d: ICONS[word], class: solid }));
}
