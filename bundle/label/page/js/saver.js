// SPDX-License-Identifier: Apache-2.0
/** Saves every change in its order, one at a time; waits for a server that cannot save now, and stops at a conflict. */
import { Offline } from "./api.js";
import { drafts } from "./drafts.js";

const NUDGES_TOGETHER_MS = 300;
const RETRY_MS = 1500;
const SERVER_FAULT = 500; // a full disk, say: the change is right and can be saved later

export class Saver {
  #queue = [];
  #running = false;
  #failing = false;
  #revisions = new Map();
  #waiting = [];

  /**
   * @param api The server.
   * @param told Functions `state(name)`, `failing(error)` before a change is tried again, `saved(film, label, last)`,
   *   `refused(film, error, change)`, whose draft is then the caller's to keep or to drop.
   */
  constructor(api, told) {
    this.api = api;
    this.told = told;
    addEventListener("pagehide", () => this.#leave());
    addEventListener("beforeunload", (event) => this.#failing && event.preventDefault());
  }

  /** The revision that the page has of a film: the next change is based on it. */
  know(film, revision) {
    this.#revisions.set(film, revision);
  }

  get busy() {
    return this.#queue.length > 0;
  }

  /** Whether a step back or forth is under way, which changes the label that others would be based on. */
  get stepping() {
    return this.#queue.some(({ direction }) => direction);
  }

  /** Wait until no change of a film is left to be saved. */
  async settled(film) {
    while (this.#queue.some((change) => change.film === film)) await new Promise((go) => this.#waiting.push(go));
  }

  /** Save a label; nudges of one landmark that follow each other quickly are one step of its history. */
  save(film, body, nudged = null) {
    const last = this.#queue.at(-1);
    if (last && nudged !== null && !last.sent && last.film === film && last.nudged === nudged) last.body = body;
    else this.#push({ film, body, nudged });
    drafts.keep(film, { revision: this.#revisions.get(film), ...body });
  }

  /** Undo or redo on the server. */
  step(film, direction, reader) {
    this.#push({ film, direction, body: { reader }, nudged: null });
  }

  #push(change) {
    this.#queue.push(change);
    this.told.state("saving");
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    while (this.busy) {
      const change = this.#queue[0];
      if (change.nudged !== null) await this.#together(change);
      change.sent = true;
      try {
        const label = await this.#send(change);
        this.#failing = false;
        this.#queue.shift();
        this.know(change.film, label.revision);
        this.#done(change.film, label);
      } catch (error) {
        if (error instanceof Offline || error.status >= SERVER_FAULT) await this.#again(change, error);
        else this.#refuse(change, error);
      }
    }
    this.#running = false;
  }

  async #together(change) {
    while (this.#queue.length === 1) {
      const { body } = change;
      await wait(NUDGES_TOGETHER_MS);
      if (change.body === body) return;
    }
  }

  #send({ film, direction, body }) {
    const based = { revision: this.#revisions.get(film), ...body };
    return direction ? this.api.step(film, direction, based) : this.api.save(film, based);
  }

  #done(film, label) {
    const last = !this.#queue.some((change) => change.film === film);
    if (last) drafts.drop(film);
    this.#go();
    this.told.saved(film, label, last);
    if (!this.busy) this.told.state("saved");
  }

  async #again(change, error) {
    change.sent = false;
    this.#failing = true;
    this.told.state("failing");
    this.told.failing(error);
    await wait(RETRY_MS);
  }

  /** A change that the server refuses takes with it those that were based on it. */
  #refuse(change, error) {
    const bodies = this.#queue.filter((other) => other.film === change.film && !other.direction);
    this.#queue = this.#queue.filter((other) => other.film !== change.film);
    if (!this.busy) this.told.state("refused");
    this.#go();
    this.told.refused(change.film, error, bodies.at(-1)?.body);
  }

  #go() {
    for (const go of this.#waiting.splice(0)) go();
  }

  #leave() {
    const last = this.#queue.at(-1);
    if (last && !last.sent && !last.direction && this.#queue.length === 1) {
      this.api.save(last.film, { revision: this.#revisions.get(last.film), ...last.body }, true).catch(() => {});
    }
  }
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
