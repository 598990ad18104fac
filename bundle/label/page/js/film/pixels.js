// SPDX-License-Identifier: Apache-2.0
/** A film's 16-bit grey values, and copies of half the size each, so that drawing costs what the screen shows. */

const SMALLEST = 512;
const CUT = 0.005;

export class Pixels {
  /** @param film `{width, height, values}`, values a Uint16Array with rows from above. */
  constructor(film) {
    this.width = film.width;
    this.height = film.height;
    this.levels = [film];
    while (Math.max(this.levels.at(-1).width, this.levels.at(-1).height) > SMALLEST) {
      this.levels.push(halved(this.levels.at(-1)));
    }
  }

  /** Index of the coarsest level that is as fine as a screen with `scale` device pixels a film pixel. */
  level(scale) {
    const coarsest = Math.floor(Math.log2(1 / scale));
    return Math.min(Math.max(coarsest, 0), this.levels.length - 1);
  }

  /** Window `{level, width}` that leaves out half a percent of the darkest and of the brightest pixels. */
  window() {
    const values = this.levels.at(-1).values.slice().sort();
    const at = (share) => values[Math.round(share * (values.length - 1))];
    const [low, high] = [at(CUT), at(1 - CUT)];
    return { level: (low + high) / 2, width: Math.max(high - low, 1) };
  }
}

function halved({ width, height, values }) {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  const out = new Uint16Array(w * h);
  for (let y = 0; y < h; y += 1) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x += 1) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      out[y * w + x] =
        (values[upper + left] + values[upper + right] + values[lower + left] + values[lower + right]) >> 2;
    }
  }
  return { width: w, height: h, values: out };
}
