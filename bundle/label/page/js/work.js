// SPDX-License-Identifier: Apache-2.0
/** The film at hand: opened, changed, saved, and what becomes of a change that another reader came before. */
import { Refused } from "./api.js";
import { drafts } from "./drafts.js";
import { differences, nextOpen, withDraft } from "./label.js";
import { PixelCache } from "./pixel_cache.js";
import { Saver } from "./saver.js";

export class Work {
  #opening = null;
  #base = null; // the label as the server last gave it: what a conflict is judged by

  /**
   * @param state The page's `State`.
   * @param api The server.
   * @param say Shows and announces a sentence: `say(text, kind)`.
   */
  constructor(state, api, say) {
    this.state = state;
    this.api = api;
    this.say = say;
    this.pixels = new PixelCache(api);
    this.saver = new Saver(api, {
      state: (saving) => state.set({ saving }),
      failing: (error) => say(error.message, "problem"),
      saved: (film, label, last) => this.#saved(film, label, last),
      refused: (film, error, change) => this.#refused(film, error, change),
    });
  }

  /** Open a film; one that cannot be read is shown with its reason. */
  async open(id) {
    if (this.state.conflict) return this.say("Choose first whose points hold.");
    this.#opening = id;
    this.state.set({ opening: id, aim: null, dragged: null });
    history.replaceState(null, "", `#${id}`);
    await this.saver.settled(id);
    try {
      const [film, pixels] = await Promise.all([this.api.film(id), this.pixels.get(id)]);
      return this.#opening === id && this.#show(film, pixels);
    } catch (error) {
      return this.#opening === id && this.#cannot(id, error);
    }
  }

  #show({ label, proposal = null, ...film }, pixels) {
    this.saver.know(film.id, label.revision);
    this.#base = label;
    const current = Math.max(nextOpen(label, -1), 0);
    this.state.set({ opening: null, film, pixels, label, proposal, current });
    for (const warning of film.warnings) this.say(warning);
    this.#recover(film.id, label);
    if (!proposal) this.#propose(film.id);
  }

  /** Take over the study as the server has it by now; with other landmarks the film is opened anew. */
  adopt(study) {
    const { film, study: before } = this.state;
    const same = study.landmarks.join("\n") === before.landmarks.join("\n");
    this.state.set(same ? { study } : { study, film: null, label: null, proposal: null, current: 0, conflict: null });
    if (!same && film) this.open(film.id);
  }

  /** Show what the model in use says of this film, after it was replaced. */
  async renew() {
    const { film } = this.state;
    if (!film || film.refused) return;
    const { proposal } = await this.api.film(film.id);
    if (this.state.film?.id === film.id) this.state.set({ proposal: proposal ?? null });
    if (!proposal) this.#propose(film.id);
  }

  #cannot(id, error) {
    const refused = error instanceof Refused ? error.message : `This film could not be fetched: ${error.message}`;
    this.state.set({ opening: null, film: { id, refused }, pixels: null, label: null, proposal: null });
    this.say(refused, "problem");
  }

  /** Let the model look at a film that has open landmarks. */
  async #propose(id) {
    if (!this.state.study.model || !this.state.label.states.includes("unset")) return;
    this.state.set({ proposing: id });
    const proposal = await this.api.propose(id).catch((error) => this.say(error.message, "problem"));
    if (this.state.film?.id === id) this.state.set({ proposing: null, proposal: proposal ?? null });
  }

  /** What this tab had not saved when it was closed is saved now, or set beside what came meanwhile. */
  #recover(film, label) {
    const draft = drafts.of(film);
    if (!draft) return;
    const mine = withDraft(label, this.state.study.landmarks, draft);
    if (!differences(mine, label).length && mine.status === label.status) drafts.drop(film);
    else if (draft.revision === label.revision) this.change(mine, draft.action, "unsaved change");
    else this.state.set({ conflict: { film, mine, theirs: label, base: null } });
  }

  /**
   * Show and save a new label of this film.
   *
   * @param label The whole label.
   * @param action What the history calls it.
   * @param said What is announced when it is saved.
   * @param nudged Index of a landmark whose nudges are one step of history together.
   */
  change(label, action, said, nudged = null) {
    const { film, study, reader } = this.state;
    this.said = said;
    this.state.set({ label });
    const { points, states, status } = label;
    this.saver.save(film.id, { landmarks: study.landmarks, points, states, status, reader, action }, nudged);
  }

  /** Undo or redo. */
  step(direction) {
    const { film, reader } = this.state;
    this.said = direction;
    this.before = this.state.label;
    this.saver.step(film.id, direction, reader);
  }

  #saved(film, label, last) {
    this.state.set({ touched: { id: film, label } });
    if (!last || this.state.film?.id !== film) return;
    this.#base = label;
    const stepped = this.before && differences(this.before, label)[0];
    this.before = null;
    this.state.set(stepped === undefined || stepped === null ? { label } : { label, current: stepped });
    this.say(`Saved: ${this.said}.`, "quiet");
  }

  #refused(film, error, change) {
    this.before = null;
    if (error.body?.study) {
      this.say("The landmarks of the study were changed meanwhile; this is the new set.", "problem");
      this.adopt(error.body.study);
    } else if (error.body?.label && change) this.#conflict(film, change, error.body.label);
    else {
      drafts.drop(film);
      this.say(error.message, "problem");
      if (this.state.film?.id === film) this.open(film);
    }
  }

  #conflict(film, mine, theirs) {
    if (this.state.film?.id !== film) return this.open(film); // its draft shows the conflict there
    const base = this.#base;
    this.saver.know(film, theirs.revision);
    this.#base = theirs;
    if (differences(mine, theirs).length || mine.status !== theirs.status) {
      return this.state.set({ conflict: { film, mine, theirs, base } });
    }
    drafts.drop(film);
    return this.state.set({ label: theirs, saving: "saved" });
  }

  /** End a conflict by a label that holds. */
  resolve(label) {
    const { film, theirs } = this.state.conflict;
    const same = !differences(label, theirs).length && label.status === theirs.status;
    this.saver.know(film, theirs.revision);
    drafts.drop(film);
    this.state.set({ conflict: null, label: theirs, saving: "saved" });
    if (!same) this.change({ ...theirs, ...label }, "resolve", "your choice");
  }
}
