// SPDX-License-Identifier: Apache-2.0
/** The landmarks of the study in their order, and what is decided of each on this film. */
import { byId, el, sign } from "./dom.js";
import { formPath, markStyle } from "./film/mark_style.js";
import { shown } from "./label.js";

export function landmarkList(state, commands) {
  const list = byId("landmark-list");
  let rows = [];

  function build({ study }) {
    rows = (study?.landmarks ?? []).map((name, index) => {
      const button = el("button", { class: "landmark", onclick: () => commands.chooseLandmark(index) });
      return { name, index, button, look: "" };
    });
    list.replaceChildren(...rows.map(({ button }) => el("li", {}, button)));
    byId("decisions").hidden = !rows.length;
    draw(state);
  }

  function draw({ label, proposal, current, film }) {
    const landmarks = label ? shown(label, proposal) : [];
    for (const row of rows) drawRow(row, landmarks[row.index]?.kind ?? "unset", proposal, current, film);
    const decided = label?.states.filter((state) => state !== "unset").length ?? 0;
    byId("landmark-count").textContent = `${decided} of ${rows.length}`;
    byId("accept-all").hidden = !landmarks.some(({ kind }) => kind === "proposed");
  }

  function drawRow(row, kind, proposal, current, film) {
    const style = markStyle(kind, proposal?.confidence?.[row.index] ?? null);
    const isCurrent = row.index === current && Boolean(film);
    const detail = kind === "proposed" ? (expectedError(proposal, row.index) ?? style.text) : style.text;
    const look = [kind, detail, isCurrent, style.colour].join();
    if (look === row.look) return;
    row.look = look;
    row.button.setAttribute("aria-current", String(isCurrent));
    row.button.dataset.kind = kind;
    row.button.title = `${row.name}: ${style.text}`;
    row.button.replaceChildren(
      sign(formPath(style.form), style, kind === "placed" || kind === "accepted"),
      el("span", { class: "name", text: row.name }),
      el("span", { class: "detail", text: kind === "placed" || kind === "unset" ? "" : detail }),
      el("span", { class: "unseen", text: style.text }),
    );
    if (isCurrent) row.button.scrollIntoView({ block: "nearest" });
  }

  new ResizeObserver(() => rows[state.current]?.button.scrollIntoView({ block: "nearest" })).observe(list);
  state.on(["study"], build);
  state.on(["label", "proposal", "current", "film"], draw);
}

function expectedError(proposal, index) {
  const [mm, px] = [proposal.expected_error_mm?.[index], proposal.expected_error?.[index]];
  if (Number.isFinite(mm)) return `± ${mm.toFixed(1)} mm`;
  return Number.isFinite(px) ? `± ${px.toFixed(0)} px` : null;
}
