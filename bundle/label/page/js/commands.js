// SPDX-License-Identifier: Apache-2.0
/** Everything that a key or a button does, by name. */
import { expectedPoint } from "./film/expected.js";
import { draggedWindow } from "./film/grey.js";
import { nextOpen, samePoint, shown, withFlag, withLandmark, withProposal } from "./label.js";
import { nextAction } from "./next_action.js";

const NUDGE = { normal: 1, large: 10, fine: 0.1 }; // pixels of the film
const AIM = { normal: 8, large: 40, fine: 1 }; // pixels of the screen
const WINDOW = { normal: 8, large: 40, fine: 2 };
const ZOOM = 1.25;

/**
 * @param app `{state, work, film, films, say, show}`: the page's state, the film at hand, the `FilmStage`, the list of films, and what
 *   shows a sentence or opens a dialog by its id.
 */
export function createCommands({ state, work, film, films, api, say, show }) {
  const name = (index) => state.study.landmarks[index];
  const marks = () => shown(state.label, state.proposal);
  const ready = () => state.label && state.study.landmarks.length > 0 && !state.conflict;

  /** Decide the landmark at hand, and go on to the next open one. */
  function decide(kind, point, action, said) {
    const label = withLandmark(state.label, state.current, kind, point);
    const next = nextOpen(label, state.current);
    work.change(label, action, said);
    state.set({ current: next < 0 ? state.current : next, aim: null });
  }

  function toggle(kind, text) {
    const index = state.current;
    const undone = state.label.states[index] === kind;
    decide(undone ? "unset" : kind, null, undone ? "clear" : kind, `${name(index)} ${undone ? "open again" : text}`);
    if (undone) state.set({ current: index });
  }

  function aimed() {
    const { area } = film;
    const pointer = state.hover && film.toFilm(state.hover);
    return pointer ?? state.aim ?? expected() ?? film.toFilm({ x: area.width / 2, y: area.height / 2 });
  }

  const expected = () => expectedPoint(state.study.template?.points, state.label.points, state.current);

  function choose(index) {
    state.set({ current: index, aim: null });
    const { point } = marks()[index];
    if (point) film.reveal(point);
  }

  async function openAt(index) {
    const found = await films.at(index);
    if (found) work.open(found.id);
    else say(index < 0 ? "This is the first film of the list." : "This is the last film of the list.");
  }

  const needsFilm = {
    place(point) {
      if (!isOn(state.pixels, point)) return say("That is beside the film.");
      return decide("placed", point, "place", `${name(state.current)} placed`);
    },

    placeAtPointer() {
      if (state.hover || state.aim) needsFilm.place(aimed());
      else state.set({ aim: aimed() });
    },

    click(point) {
      if (state.label.states[state.current] === "unset") needsFilm.place(point);
      else say(`${name(state.current)} is decided: drag it, or press Delete to place it anew.`);
    },

    drop(index, point) {
      const label = withLandmark(state.label, index, "placed", onFilm(state.pixels, point));
      work.change(label, "drag", `${name(index)} moved`);
    },

    move(dx, dy, size) {
      if (film.windowing) return film.setWindow(draggedWindow(film.window, dx * WINDOW[size], dy * WINDOW[size]));
      const { point } = marks()[state.current];
      return point ? nudge(point, dx * NUDGE[size], dy * NUDGE[size]) : moveAim(dx * AIM[size], dy * AIM[size]);
    },

    accept() {
      const { kind, point } = marks()[state.current];
      if (kind === "proposed") decide("accepted", point, "accept", `${name(state.current)} accepted`);
      else say(`There is no proposal for ${name(state.current)}.`);
    },

    acceptAll() {
      const label = withProposal(state.label, state.proposal ?? { points: [] });
      const count = label.states.filter((kind, index) => kind !== state.label.states[index]).length;
      if (!count) return say("There is no open proposal on this film.");
      return work.change(label, "accept all", `${count} proposals accepted`);
    },

    notVisible: () => toggle("not_visible", "not visible"),
    absent: () => toggle("absent", "does not exist on this film"),

    clear() {
      if (state.label.states[state.current] === "unset") return;
      const index = state.current;
      work.change(withLandmark(state.label, index, "unset"), "clear", `${name(index)} open again`);
    },

    undo: () => (state.label.undoable || work.saver.busy ? work.step("undo") : say("There is nothing to undo.")),
    redo: () => (state.label.redoable ? work.step("redo") : say("There is nothing to redo.")),

    flag() {
      const flagged = state.label.status !== "flagged";
      work.change(withFlag(state.label, flagged), "flag", flagged ? "flagged for review" : "flag removed");
    },

    nextLandmark: () => choose((state.current + 1) % state.study.landmarks.length),
    previousLandmark: () => choose((state.current || state.study.landmarks.length) - 1),
    nextOpenLandmark: () => choose(Math.max(nextOpen(state.label, state.current), 0)),
    chooseLandmark: choose,
  };

  function nudge(point, dx, dy) {
    const index = state.current;
    const to = onFilm(state.pixels, { x: round(point.x + dx), y: round(point.y + dy) });
    work.change(withLandmark(state.label, index, "placed", to), "nudge", `${name(index)} moved`, index);
    film.reveal(to);
  }

  function moveAim(dx, dy) {
    const from = aimed();
    const { scale } = film.view;
    const to = { x: from.x + dx / scale, y: from.y + dy / scale };
    state.set({ aim: to, hover: null });
    film.reveal(to);
  }

  const always = {
    next: () => commands[nextAction(state).command]?.(),
    nextFilm: () => openAt(films.indexOf(state.film?.id) + 1),
    previousFilm: () => openAt(films.indexOf(state.film?.id) - 1),

    async nextSuggested() {
      const [next] = (await api.next(2)).filter(({ id }) => id !== state.film?.id);
      if (next) work.open(next.id);
      else say("Every film is labelled.");
    },

    zoomIn: () => film.zoom(ZOOM, place()),
    zoomOut: () => film.zoom(1 / ZOOM, place()),
    fit: () => film.fit(),
    resetWindow: () => film.resetWindow(),
    invert: () => film.setWindow({ ...film.window, invert: !film.window.invert }),
    contrast: () => state.set({ contrast: !state.contrast }),
    magnifier: () => state.set({ magnifier: !state.magnifier }),
    names: () => state.set({ names: !state.names }),
    train: () => state.set({ wantsTraining: {} }),
    help: () => show("help"),
    editor: () => show("editor"),
    readerName: () => show("welcome"),
    filmsPanel: () => document.body.classList.toggle("films-open"),
    landmarksPanel: () => document.body.classList.toggle("landmarks-open"),
    escape: () => state.set({ contrast: false, aim: null }),
  };

  /** Where the keyboard zooms: at the landmark, or where it is aimed. */
  function place() {
    const point = state.aim ?? (state.label && marks()[state.current]?.point);
    return point ? film.toScreen(point) : undefined;
  }

  const steps = ["undo", "redo"];
  const may = (key) => ready() && (steps.includes(key) || !work.saver.stepping);
  const guarded = Object.entries(needsFilm).map(([key, run]) => [key, (...given) => may(key) && run(...given)]);
  const commands = { ...Object.fromEntries(guarded), ...always };
  return commands;
}

/** The nearest point of a film. */
const onFilm = ({ width, height }, { x, y }) => ({ x: within(x, width), y: within(y, height) });
const within = (value, size) => Math.min(Math.max(value, -0.5), size - 0.5);
const isOn = (film, point) => samePoint(onFilm(film, point), point);
const round = (value) => Math.round(value * 100) / 100;
