/** The player: both runs step by step, in pictures and in words.
 *
 * Map: `playerPanel`. With "predict first" it asks for a contribution before it shows it,
 * and `judge` says which mistake gives the number that was typed.
 */

import { numeral } from "./engine.js";
import { element } from "./panels.js";
import { icon } from "./icons.js";
import { filled } from "./words.js";

/** @param {any} page */
export function playerPanel(page) {
  const { model } = page;
  const { data } = model;
  const speed = element("input", { type: "range", min: 0.5, max: 8, step: 0.5, value: 2 });
  const playing = page.tool("play", () => (page.timer ? pause() : play()));
  const predict = element("input", { type: "checkbox", onchange: () => {
    page.predicting = predict.checked;
    page.asking = false;
    page.changed();
  } });
  const predictLabel = element("span");
  const speedLabel = element("span");
  const sentence = element("p", { class: "sentence", role: "status", "aria-live": "polite" });
  const answer = element("input", { type: "number", step: "any", class: "number" });
  const check = element("button", { type: "submit" });
  const question = element("form", { class: "question", hidden: true, onsubmit: judge },
    answer, check);
  const content = element("section", { class: "player" },
    element("div", { class: "buttons" },
      page.tool("start", () => go(0)), page.tool("back", () => go(Math.max(page.at - 1, 0))), playing,
      page.tool("next", next), page.tool("end", () => go(-1)),
      element("label", { class: "speed" }, speedLabel, speed),
      element("label", { class: "predict" }, predict, predictLabel)),
    sentence, question);

  function go(/** @type {number} */ at) {
    page.asking = false;
    page.at = at < 0 ? -1 : Math.min(at, page.steps.length);
    page.changed();
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
      page.changed();
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
    page.changed();
  }

  function pause() {
    window.clearTimeout(page.timer);
    page.timer = 0;
    page.changed();
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
    page.changed();
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
      const few = parents.slice(0, 4).map((/** @type {number} */ p) => numeral(model.values[p])).join(", ");
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

  return {
    content,
    go,
    next,
    say,
    narrate,
    /** Words in the language of now. */
    speak() {
      predictLabel.textContent = page.words.predict;
      speedLabel.textContent = page.words.speed;
      check.textContent = page.words.check;
      answer.setAttribute("aria-label", page.words.gradient);
      content.setAttribute("aria-label", page.words.steps);
    },
    /** The button that plays is the one that pauses. */
    update() {
      playing.replaceChildren(icon(page.timer ? "pause" : "play"));
      playing.setAttribute("aria-label", page.words[page.timer ? "pause" : "play"]);
      narrate();
    },
  };
}
