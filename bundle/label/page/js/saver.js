// SPDX-License-Identifier: Apache-2.0
/** Saves every change in its order, one at a time; waits for a server that does not answer, and stops at a conflict. */
import { Offline } from "./api.js";
import { drafts } from "./drafts.js";

const NUDGES_TOGETHER_MS = 300;
const RETRY_MS = 1500;

export class Saver {
  #queue = [];
  #running = false;
  #offline = false;
  #revisions = new Map();

  /**
   * @param api The server.
   * @param told Functions `state(name)`, `saved(film, label, last)`, `refused(film, error, change)`.
   */
  constructor(api, told) {
    this.api = api;
    this.told = told;
    addEventListener("pagehide", () => this.#leave());
    addEventListener("beforeunload", (event) => this.#offline && event.preventDefault());
  }

  /** The revision that the page has of a film: the next change is based on it. */
  know(film, revision) {
    this.#revisions.set(film, revision);
  }

  get busy() {
    return this.#queue.length > 0;
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
        this.#offline = false;
        this.#queue.shift();
        this.know(change.film, label.revision);
        this.#done(change.film, label);
      } catch (error) {
        if (error instanceof Offline) await this.#again(change);
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
    this.told.saved(film, label, last);
    if (!this.busy) this.told.state("saved");
  }

  async #again(change) {
    change.sent = false;
    this.#offline = true;
    this.told.state("offline");
    await wait(RETRY_MS);
  }

  /** A change that the server refuses takes with it those that were based on it. */
  #refuse(change, error) {
    const bodies = this.#queue.filter((other) => other.film === change.film && !other.direction);
    this.#queue = this.#queue.filter((other) => other.film !== change.film);
    drafts.drop(change.film);
    if (!this.busy) this.told.state("refused");
    this.told.refused(change.film, error, bodies.at(-1)?.body);
  }

  #leave() {
    const last = this.#queue.at(-1);
    if (last && !last.sent && !last.direction && this.#queue.length === 1) {
      this.api.save(last.film, { revision: this.#revisions.get(last.film), ...last.body }, true).catch(() => {});
    }
  }
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
