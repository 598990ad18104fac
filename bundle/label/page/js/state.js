// SPDX-License-Identifier: Apache-2.0
/** What the page shows, in one place: parts of the page listen to the fields that they draw. */
export class State {
  #listeners = [];

  constructor(fields) {
    Object.assign(this, fields);
  }

  /** Change fields, then call each listener of a changed field once. */
  set(changes) {
    const changed = Object.keys(changes).filter((field) => this[field] !== changes[field]);
    Object.assign(this, changes);
    for (const [fields, listener] of this.#listeners) {
      if (fields.some((field) => changed.includes(field))) listener(this);
    }
  }

  /** Listen to fields; the listener is also called now. */
  on(fields, listener) {
    this.#listeners.push([fields, listener]);
    listener(this);
  }
}
