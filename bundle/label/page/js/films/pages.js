// SPDX-License-Identifier: Apache-2.0
/** The server's list of films, fetched a page at a time as it is looked at. */

const PAGE = 100;

export class FilmPages {
  #pages = new Map();
  #query = {};

  /** @param changed Called when films or counts have come or changed. */
  constructor(api, changed) {
    this.api = api;
    this.changed = changed;
    this.total = 0;
    this.counts = {};
    this.note = null; // what is to be known of the order
    this.first = null; // promise of the first film of the list, see `reset`
  }

  /** Begin anew: films of a status (empty for all) in an order; a promise of the first of them, null where there is none. */
  async reset(status, order) {
    this.#query = { ...(status && { status }), order };
    this.#pages.clear();
    this.total = 0;
    return (await this.#page(0))[0] ?? null;
  }

  /** The film at a place of the list; null where there is none. */
  async at(index) {
    if (index < 0 || index >= this.total) return null;
    return (await this.#page(Math.floor(index / PAGE)))[index % PAGE] ?? null;
  }

  /** The same as far as it is known by now; what is not is asked for. */
  known(index) {
    const page = this.#pages.get(Math.floor(index / PAGE));
    if (!page) this.#page(Math.floor(index / PAGE)).catch(() => {});
    return page?.films?.[index % PAGE];
  }

  indexOf(id) {
    for (const [number, { films }] of this.#pages) {
      const index = films?.findIndex((film) => film.id === id) ?? -1;
      if (index >= 0) return number * PAGE + index;
    }
    return -1;
  }

  /** Take over what was saved of a film, and count anew where that changed its status. */
  async update(id, changes) {
    const index = this.indexOf(id);
    const film = index < 0 ? null : this.known(index);
    const before = film?.status;
    if (film) Object.assign(film, changes);
    this.changed();
    if (before !== changes.status) {
      this.counts = (await this.api.films({ offset: 0, limit: 1 })).counts;
      this.changed();
    }
  }

  async #page(number) {
    const known = this.#pages.get(number);
    if (known) return known.promise;
    const page = { films: null };
    this.#pages.set(number, page);
    page.promise = this.#fetch(number, page);
    return page.promise;
  }

  async #fetch(number, page) {
    try {
      const { total, counts, note, films } = await this.api.films({ ...this.#query, offset: number * PAGE, limit: PAGE });
      if (this.#pages.get(number) !== page) return films;
      Object.assign(this, { total, counts, note });
      page.films = films;
      return films;
    } catch (error) {
      this.#pages.delete(number);
      throw error;
    } finally {
      this.changed();
    }
  }
}
