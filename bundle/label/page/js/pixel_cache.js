// SPDX-License-Identifier: Apache-2.0
/** Grey values of the last few films, and of the one that comes next. */
import { Pixels } from "./film/pixels.js";

const KEPT = 4;

export class PixelCache {
  #films = new Map();

  constructor(api) {
    this.api = api;
  }

  /** A promise of a film's `Pixels`; a film that failed is asked for again. */
  get(id) {
    const known = this.#films.get(id) ?? this.api.pixels(id).then((film) => new Pixels(film));
    this.#films.delete(id);
    this.#films.set(id, known);
    known.catch(() => this.#films.delete(id));
    if (this.#films.size > KEPT) this.#films.delete(this.#films.keys().next().value);
    return known;
  }
}
