// SPDX-License-Identifier: Apache-2.0
/** The film with its landmarks, drawn from the page's state. */
import { byId, el } from "./dom.js";
import { Crosshair } from "./film/crosshair.js";
import { expectedPoint } from "./film/expected.js";
import { Lines } from "./film/lines.js";
import { Magnifier } from "./film/magnifier.js";
import { Marks } from "./film/marks.js";
import { FilmStage } from "./film/stage.js";
import { shown } from "./label.js";

/** @param run Runs a command by name: `run("click", point)`. */
export function filmPanel(state, run) {
  const film = new FilmStage(
    byId("stage"),
    {
      click: (point) => {
        state.set({ aim: null });
        run("click", point);
      },
      hover: (hover) => state.set({ hover, ...(hover && { aim: null }) }),
      aim: (aim) => state.set({ aim }),
      view: () => drawAll(),
      window: () => state.set({ inverted: film.window.invert, looked: {} }),
    },
    byId("tools").offsetWidth + 16,
  );
  const lines = new Lines(film);
  const marks = new Marks(film, {
    choose: (index) => run("chooseLandmark", index),
    drag: (index, point) => state.set({ dragged: { index, point } }),
    drop: (index, point) => {
      state.set({ dragged: null });
      run("drop", index, point);
    },
  });
  const crosshair = new Crosshair(film);
  const magnifier = new Magnifier(byId("magnifier"), film);

  function drawMarks() {
    const landmarks = landmarksOf(state);
    lines.draw(landmarks, state.study?.skeleton ?? []);
    marks.draw(landmarks);
  }

  function drawAim() {
    const { label, study, current, aim } = state;
    const open = label?.states[current] === "unset" && !state.proposal?.points[current];
    crosshair.draw(aim, open ? expectedPoint(study.template?.points, label.points, current) : null);
    const point = film.pixels && lensPoint(state, film);
    if (point) magnifier.show(point, others(state));
    else magnifier.hide();
  }

  function drawAll() {
    drawMarks();
    drawAim();
    state.set({ looked: {} });
  }

  state.on(["pixels"], ({ pixels }) => film.show(pixels));
  state.on(["study", "label", "proposal", "current", "dragged", "names", "conflict"], drawMarks);
  state.on(["study", "label", "proposal", "current", "dragged", "aim", "hover", "magnifier", "inverted"], drawAim);
  state.on(["contrast"], ({ contrast }) => {
    film.windowing = contrast;
    film.container.classList.toggle("contrast", contrast);
  });
  state.on(["looked"], () => (byId("film-facts").textContent = facts(film)));
  state.on(["film", "opening"], ({ film: shownFilm, opening }) => {
    byId("film-name").textContent = shownFilm?.name ?? "";
    byId("opening").hidden = !opening;
    byId("refused").hidden = !shownFilm?.refused;
    byId("refused").replaceChildren(el("p", { text: shownFilm?.refused ?? "" }));
  });
  return film;
}

/** What is drawn of each landmark, see `Marks.draw`; of one that is dragged, where it is by now. */
function landmarksOf({ study, label, proposal, current, dragged, names, conflict }) {
  if (!study || !label || conflict) return [];
  return shown(label, proposal).map(({ kind, point }, index) => ({
    index,
    name: study.landmarks[index],
    kind: dragged?.index === index ? "placed" : kind,
    point: dragged?.index === index ? dragged.point : point,
    confidence: proposal?.confidence?.[index] ?? null,
    error: proposal?.expected_error?.[index] ?? null,
    current: index === current,
    named: names,
  }));
}

/** Points of the landmarks that are not at hand. */
const others = (state) => landmarksOf(state).flatMap(({ current, point }) => (current || !point ? [] : [point]));

/** Where the lens is: at a landmark that is dragged, at the cross, or at the mouse while there is something to place. */
function lensPoint({ magnifier, dragged, aim, hover, label, proposal, current, conflict }, film) {
  if (!magnifier || conflict) return null;
  const placing = label?.states[current] === "unset" && !proposal?.points[current];
  return dragged?.point ?? aim ?? (placing && hover ? film.toFilm(hover) : null);
}

function facts({ pixels, view, window }) {
  if (!pixels) return "";
  const percent = (value) => Math.round((100 * value) / 65535);
  return `${Math.round(100 * view.scale)} % · window ${percent(window.width)} · level ${percent(window.level)}`;
}
