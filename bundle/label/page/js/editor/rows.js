// SPDX-License-Identifier: Apache-2.0
/** The table of landmarks: names, order, and which is the other side's. Rows are changed in place, so that focus stays. */
import { el, icon } from "../dom.js";
import { withMove, withName, withPair, without } from "./draft.js";

export class Rows {
  #rows = new Map();

  /** @param edited Functions `change(draft)` and `choose(key)`; `draft()` gives the present one. */
  constructor(body, edited) {
    this.body = body;
    this.edited = edited;
  }

  draw(draft, chosen) {
    for (const [key, row] of this.#rows) {
      if (draft.rows.some((other) => other.key === key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    for (const [index, row] of draft.rows.entries()) this.#draw(row, index, draft, row.key === chosen);
  }

  focus(key) {
    this.#rows.get(key)?.input.focus();
  }

  #draw(row, index, draft, chosen) {
    const made = this.#rows.get(row.key) ?? this.#add(row.key);
    if (this.body.children[index] !== made.element)
      this.body.insertBefore(made.element, this.body.children[index] ?? null);
    made.number.textContent = index + 1;
    made.number.dataset.drawn = String(Boolean(row.point));
    made.number.title = row.point ? "drawn on the example film" : "not drawn yet";
    if (made.input.value !== row.name) made.input.value = row.name;
    made.element.setAttribute("aria-current", String(chosen));
    for (const [button, what] of made.buttons) button.setAttribute("aria-label", `${what} ${row.name}`);
    made.pair.setAttribute("aria-label", `Other side of ${row.name}`);
    drawOptions(made.pair, row, draft);
  }

  #add(key) {
    const { change, choose, draft } = this.edited;
    const number = el("span", { class: "number" });
    const input = el("input", {
      "aria-label": "Name",
      maxlength: 80,
      oninput: () => change(withName(draft(), key, input.value)),
      onfocus: () => choose(key),
    });
    const pair = el("select", { onchange: () => change(withPair(draft(), key, Number(pair.value) || null)) });
    const button = (picture, run) =>
      el("button", { type: "button", class: "icon", onclick: () => change(run()) }, icon(picture));
    const up = button("up", () => withMove(draft(), key, -1));
    const down = button("down", () => withMove(draft(), key, 1));
    const remove = button("remove", () => without(draft(), key));
    const cells = [number, input, pair, el("span", { class: "row-buttons" }, up, down, remove)];
    const element = el("li", { onpointerdown: () => choose(key) }, ...cells);
    const buttons = [
      [up, "Move up"],
      [down, "Move down"],
      [remove, "Remove"],
    ];
    this.#rows.set(key, { element, number, input, pair, buttons });
    return this.#rows.get(key);
  }
}

function drawOptions(select, row, draft) {
  const others = draft.rows.filter(({ key }) => key !== row.key);
  const texts = ["unpaired", ...others.map(({ name }) => name || "…")];
  const look = texts.join("\n");
  if (select.dataset.look !== look) {
    select.dataset.look = look;
    select.replaceChildren(
      ...texts.map((text, index) => el("option", { value: index ? others[index - 1].key : "", text })),
    );
  }
  select.value = row.pair ?? "";
}
