// SPDX-License-Identifier: Apache-2.0
/** Puts the page together. */
import { api } from "./api.js";
import { createCommands } from "./commands.js";
import { conflict } from "./conflict.js";
import { byId } from "./dom.js";
import { editor } from "./editor/dialog.js";
import { filmPanel } from "./film_panel.js";
import { filmList } from "./films/list.js";
import { guide } from "./guide.js";
import { help } from "./help.js";
import { listenToKeys } from "./keys.js";
import { landmarkList } from "./landmark_list.js";
import { measurements } from "./measurements.js";
import { training } from "./model/training.js";
import { prompt } from "./prompt.js";
import { readerName } from "./reader.js";
import { say } from "./say.js";
import { State } from "./state.js";
import { themeButton } from "./theme.js";
import { toolbar } from "./toolbar.js";
import { Work } from "./work.js";

const state = new State({
  study: null, // as the server has it
  film: null, // the film that is shown, `{id, name, …}`, or `{id, refused}`
  opening: null, // id of the film that is fetched
  pixels: null,
  label: null,
  proposal: null,
  proposing: null, // id of the film that the model looks at
  current: 0, // index of the landmark at hand
  hover: null, // where the mouse is, in pixels of the screen
  aim: null, // where the cross of the keyboard or a finger is, in pixels of the film
  dragged: null, // `{index, point}` of a landmark that is being dragged
  conflict: null, // `{film, mine, theirs, base}` where another reader came first
  saving: "saved",
  reader: "",
  filter: "", // status of the films that are listed, empty for all
  order: "name",
  counts: null, // films by status
  training: null,
  curve: [],
  magnifier: true,
  names: false,
  contrast: false, // whether a drag changes the window
  inverted: false,
});

let commands = {};
const run = (name, ...given) => commands[name](...given);

function toFilm() {
  if (!document.querySelector("dialog[open]")) byId("stage").focus({ preventScroll: true });
}

function dialogs(pixelsOf, work) {
  const openEditor = editor(state, api, pixelsOf, (study) => {
    work.adopt(study);
    state.set({ relist: {} });
  });
  help(byId("help-body"));
  return (id) => (id === "editor" ? openEditor() : byId(id).showModal());
}

async function begin() {
  themeButton(byId("theme"));
  prompt(state);
  state.set({ study: await api.study() });
  const work = new Work(state, api, say);
  const pixelsOf = (id) => work.pixels.get(id);
  toolbar(byId("tools"), state);
  const film = filmPanel(state, run);
  const films = filmList(state, api, (id) => {
    work.open(id);
    toFilm();
  });
  const show = dialogs(pixelsOf, work);
  commands = createCommands({ state, work, film, films, api, say, show });
  landmarkList(state, commands);
  guide(state, pixelsOf);
  measurements(state, api);
  conflict(state, film, work);
  training(state, api, work);
  listenToKeys(commands);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (!button) return;
    commands[button.dataset.command]?.();
    if (event.detail) toFilm(); // by mouse or finger: keys go on with the film
  });
  state.on(["study"], ({ study }) => (byId("study-name").textContent = document.title = study.name));
  state.on(["film"], async () => {
    const next = await films.at(films.indexOf(state.film?.id) + 1);
    if (next && state.film && !state.film.refused) pixelsOf(next.id).catch(() => {});
  });
  readerName(state);
  const first = location.hash.slice(1) || (await api.next(1))[0]?.id || (await films.first)?.id;
  if (first) work.open(first);
  toFilm();
}

addEventListener("unhandledrejection", ({ reason }) => say(reason.message, "problem"));
begin();
