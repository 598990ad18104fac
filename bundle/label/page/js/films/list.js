// SPDX-License-Identifier: Apache-2.0
/** The films of the study with their thumbnails and states. */
import { byId, el, sign } from "../dom.js";
import { FilmPages } from "./pages.js";
import { STATUSES } from "./status.js";
import { VirtualList } from "./virtual_list.js";

const ROW_PX = 58;
const LOOK_AGAIN_MS = 5000;

/** @param open Opens a film by its id. @returns the list's `FilmPages`. */
export function filmList(state, api, open) {
  const pages = new FilmPages(api, () => {
    drawFilters();
    drawNote();
    list.draw(pages.total);
  });
  const list = new VirtualList(byId("film-list"), ROW_PX, {
    row: (index, row) => drawRow(row, pages.known(index), state, list.isActive(index), api),
    open: async (index) => open((await pages.at(index)).id),
  });
  const filters = Object.entries(STATUSES).map(([status, { text, colour, path, filled }]) => {
    const count = el("span");
    const toggle = () => state.set({ filter: state.filter === status ? "" : status });
    const button = el(
      "button",
      { onclick: toggle, title: `Show ${text} films only` },
      sign(path, { colour }, filled),
      count,
    );
    return { status, text, count, button };
  });
  byId("filters").append(...filters.map(({ button }) => button));
  byId("order").addEventListener("change", ({ target }) => state.set({ order: target.value }));

  function drawFilters() {
    for (const { status, text, count, button } of filters) {
      count.textContent = pages.counts[status] ?? 0;
      button.setAttribute("aria-pressed", String(state.filter === status));
      button.setAttribute("aria-label", `${pages.counts[status] ?? 0} ${text}`);
    }
    state.set({ counts: pages.counts });
  }

  let lookAgain = null;

  /** What is to be known of the order; once there is no such thing, the list is asked for again. */
  function drawNote() {
    const note = byId("order-note");
    note.hidden = !pages.note;
    note.textContent = pages.note ?? "";
    if (pages.note) lookAgain ??= setTimeout(askForNote, LOOK_AGAIN_MS);
  }

  async function askForNote() {
    const { order } = state;
    const { note } = await api.films({ order, offset: 0, limit: 1 }).catch(() => pages);
    lookAgain = null;
    if (state.order !== order || !pages.note) return;
    if (!note) return state.set({ relist: {} });
    pages.note = note;
    drawNote();
  }

  state.on(["filter", "order", "relist"], ({ filter, order }) => {
    list.clear();
    pages.first = pages.reset(filter, order);
    pages.first.then(() => list.activate(pages.indexOf(state.film?.id)));
  });
  state.on(["film"], ({ film }) => {
    list.activate(pages.indexOf(film?.id));
    list.draw();
  });
  state.on(["proposal"], ({ film, proposal, label }) => {
    if (proposal && label.status === "unlabelled") pages.update(film.id, { status: "proposed" });
  });
  state.on(["touched"], ({ touched, film, proposal }) => {
    if (!touched) return;
    const { states, status } = touched.label;
    const proposed = status === "unlabelled" && touched.id === film?.id && proposal;
    const labelled_points = states.filter((kind) => kind !== "unset").length;
    pages.update(touched.id, { status: proposed ? "proposed" : status, labelled_points });
  });
  return pages;
}

function drawRow(row, film, state, active, api) {
  const selected = Boolean(film) && film.id === state.film?.id;
  const look = film ? [film.id, film.status, film.labelled_points, film.expected_error, selected, active].join() : "";
  if (row.dataset.look === look) return;
  row.dataset.look = look;
  row.className = `film-row${active ? " active" : ""}`;
  row.setAttribute("aria-selected", String(selected));
  if (!film) return row.replaceChildren();
  const { text, colour, path, filled } = STATUSES[film.status];
  const image = row.querySelector("img") ?? el("img", { alt: "", loading: "lazy", width: 44, height: 44 });
  const address = api.thumbnail(film.id);
  if (image.getAttribute("src") !== address) image.setAttribute("src", address);
  return row.replaceChildren(
    image,
    el("span", { class: "name", title: film.name }, el("bdi", { text: film.name })),
    el("span", { class: "status" }, sign(path, { colour }, filled), el("span", { text: detail(film, text, state) })),
  );
}

function detail(film, text, { study }) {
  if (film.status === "in_progress") return `${film.labelled_points} of ${study.landmarks.length}`;
  if (film.status === "proposed" && film.expected_error !== null)
    return `± ${film.expected_error.toFixed(1)} ${film.unit}`;
  return text;
}
