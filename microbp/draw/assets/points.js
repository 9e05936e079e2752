/** Points in the plane to be told apart; class 0 is blue, class 1 orange.
 *
 * Map: `DATASETS` makes them from a seed; `random` is the source of chance.
 */

/** @typedef {{x: number[], y: number}} Point */

/** Numbers between 0 and 1 that follow from a seed.
 *
 * Source: mulberry32, T. Ettinger, in the public domain.
 * @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number of the standard normal distribution (G. Box, M. Muller, 1958).
 * @param {() => number} rng */
function normal(rng) {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** @type {Object<string, (k: number, n: number, rng: () => number) => Point>} */
const SHAPES = {
  moons(k, n, rng) {
    const t = Math.PI * rng();
    return k % 2
      ? { x: [1 - Math.cos(t) - 0.5, 0.5 - Math.sin(t) - 0.25], y: 1 }
      : { x: [Math.cos(t) - 0.5, Math.sin(t) - 0.25], y: 0 };
  },
  circles(k, n, rng) {
    const [t, r] = [2 * Math.PI * rng(), k % 2 ? 0.45 : 1.1];
    return { x: [r * Math.cos(t), r * Math.sin(t)], y: k % 2 };
  },
  xor(k, n, rng) {
    const x = [2.4 * rng() - 1.2, 2.4 * rng() - 1.2].map((c) => c + 0.12 * Math.sign(c));
    return { x, y: x[0] * x[1] > 0 ? 1 : 0 };
  },
  spirals(k, n, rng) {
    const r = 0.1 + 1.1 * rng();
    const t = 4.5 * r + (k % 2) * Math.PI;
    return { x: [r * Math.cos(t), r * Math.sin(t)], y: k % 2 };
  },
};

export const DATASETS = Object.keys(SHAPES);

/** Points of a data set; the same seed gives the same points.
 * @param {string} name
 * @param {number} n
 * @param {number} noise
 * @param {number} seed
 * @returns {Point[]} */
export function points(name, n, noise, seed) {
  const rng = random(seed);
  return Array.from({ length: n }, (_, k) => {
    const { x, y } = SHAPES[name](k, n, rng);
    return { x: x.map((c) => +(c + noise * normal(rng)).toFixed(4)), y };
  });
}
