// SPDX-License-Identifier: Apache-2.0
/** The editor of a study's landmarks: names, pairs, lines, and an example drawn on one film. */
import { byId, el, icon } from "../dom.js";
import { State } from "../state.js";
import {
  changeOf,
  draftOf,
  fault,
  withEmptyRow,
  withLine,
  withNames,
  withoutPoints,
  withPairsByName,
  withPoint,
} from "./draft.js";
import { Example } from "./example.js";
import { LinesBox } from "./lines_box.js";
import { Rows } from "./rows.js";

/**
 * @param page The page's `State`.
 * @param pixelsOf Gives a promise of a film's `Pixels`.
 * @param saved Called with the study that the server has taken.
 * @returns a function that opens the editor.
 */
export function editor(page, api, pixelsOf, saved) {
  const dialog = byId("editor");
  const state = new State({ draft: null, chosen: null, joining: false, film: null, begun: null });
  const edited = {
    draft: () => state.draft,
    change: (draft) => state.set({ draft }),
    choose: (chosen) => state.set({ chosen }),
  };
  const parts = build(dialog, state, edited, page);
  const rows = new Rows(parts.rows, edited);
  const lines = new LinesBox(parts.lines, edited);
  const example = new Example(parts.stage, {
    place: (point) => {
      if (state.joining || !state.chosen) return;
      state.set({ draft: withPoint(state.draft, state.chosen, point) });
      state.set({ chosen: nextUndrawn(state.draft, state.chosen) });
    },
    choose: (key) => choose(key),
    move: (key, point) => state.set({ draft: withPoint(state.draft, key, point) }),
  });

  /** While lines are drawn, the landmark that was chosen before is joined with this one. */
  function choose(key) {
    if (state.joining && state.chosen && state.chosen !== key) {
      state.set({ draft: withLine(state.draft, state.chosen, key), chosen: null });
    } else state.set({ chosen: key });
  }

  async function save() {
    const wrong = fault(state.draft);
    parts.fault.textContent = wrong ?? "";
    if (wrong) return;
    try {
      const study = await api.saveStudy(changeOf(state.draft, page.study, state.film));
      dialog.close();
      saved(study);
    } catch (error) {
      parts.fault.textContent = error.message;
      if (error.body?.study) page.set({ study: error.body.study });
    }
  }

  parts.form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  dialog.addEventListener("cancel", (event) => {
    if (state.draft !== state.begun) event.preventDefault(); // Escape throws no work away
  });
  state.on(["draft", "chosen", "joining"], ({ draft, chosen }) => {
    if (!draft) return;
    rows.draw(draft, chosen);
    lines.draw(draft);
    example.draw(draft, chosen);
    parts.hint.textContent = hint(state);
  });
  state.on(["joining"], ({ joining }) => parts.join.setAttribute("aria-pressed", String(joining)));
  state.on(["film"], async ({ film }) => {
    parts.other.hidden = !film || !page.film || film === page.film.id;
    example.show(film ? await pixelsOf(film).catch(() => null) : null);
  });
  page.on(["film"], ({ film }) => dialog.open && !state.film && state.set({ film: filmOf(film) }));
  state.on(["added"], ({ added }) => added && rows.focus(state.draft.rows.at(-1).key));

  return () => {
    const { study } = page;
    const draft = draftOf(study);
    parts.fault.textContent = "";
    parts.name.value = study.name;
    parts.list.value = "";
    parts.listing.open = !draft.rows.length;
    dialog.showModal();
    state.set({ draft, begun: draft, chosen: nextUndrawn(draft, null), joining: false, film: null });
    state.set({ film: study.template?.film ?? filmOf(page.film) });
    (draft.rows.length ? parts.name : parts.list).focus();
  };
}

function build(dialog, state, edited, page) {
  const parts = {
    name: el("input", { maxlength: 80, oninput: () => edited.change({ ...edited.draft(), name: parts.name.value }) }),
    rows: el("ol", { class: "editor-rows" }),
    lines: el("div", { class: "editor-lines" }),
    stage: el("div", {
      class: "stage",
      tabindex: 0,
      role: "application",
      "aria-label": "Example film: arrows aim, Space places",
    }),
    list: el("textarea", { rows: 6, placeholder: "sella\nnasion\norbitale", "aria-label": "Names, one a line" }),
    hint: el("p", { class: "editor-hint" }),
    fault: el("p", { class: "fault", role: "alert" }),
    join: button("Draw lines", () => state.set({ joining: !state.joining, chosen: null })),
    other: button("Draw the example on the open film instead", () => {
      state.set({ film: page.film.id, draft: withoutPoints(state.draft) });
    }),
  };
  const addNames = () => {
    edited.change(withNames(edited.draft(), parts.list.value.split("\n")));
    parts.list.value = "";
    parts.listing.open = false;
    state.set({ chosen: nextUndrawn(state.draft, state.chosen) });
  };
  const addOne = () => {
    edited.change(withEmptyRow(edited.draft()));
    state.set({ added: {} });
  };
  parts.listing = el(
    "details",
    { class: "listing" },
    el("summary", { text: "Write or paste a list" }),
    parts.list,
    button("Add these names", addNames),
  );
  parts.form = el(
    "form",
    { class: "editor" },
    el(
      "header",
      { class: "dialog-head" },
      el("h2", { id: "editor-title", text: "Landmarks of the study" }),
      closeButton(dialog),
    ),
    el(
      "div",
      { class: "editor-names" },
      el("label", { class: "field" }, "Study", parts.name),
      parts.rows,
      el(
        "p",
        { class: "row" },
        button("Add a landmark", addOne),
        button("Pair left and right by name", () => edited.change(withPairsByName(edited.draft()))),
      ),
      parts.listing,
      el("h3", { text: "Lines of the drawing" }),
      parts.lines,
    ),
    el(
      "div",
      { class: "editor-film" },
      parts.stage,
      el("div", { class: "editor-tools" }, parts.join, parts.other, parts.hint),
    ),
    el(
      "footer",
      { class: "buttons" },
      parts.fault,
      button("Cancel", () => dialog.close()),
      el("button", { class: "primary", text: "Save landmarks" }),
    ),
  );
  dialog.append(parts.form);
  return parts;
}

/** Id of a film that can be drawn on. */
const filmOf = (film) => (film && !film.refused ? film.id : null);
const button = (text, onclick) => el("button", { type: "button", text, onclick });
const closeButton = (dialog) =>
  el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));

function nextUndrawn({ rows }, key) {
  const from = rows.findIndex((row) => row.key === key);
  const order = [...rows.slice(from + 1), ...rows.slice(0, from + 1)];
  return order.find(({ point }) => !point)?.key ?? key ?? rows[0]?.key ?? null;
}

function hint({ draft, chosen, joining }) {
  const name = draft.rows.find(({ key }) => key === chosen)?.name;
  if (joining) return name ? `Press the landmark to join with ${name}.` : "Press the first landmark of a line.";
  return name ? `Click on the film where ${name} lies.` : "";
}
