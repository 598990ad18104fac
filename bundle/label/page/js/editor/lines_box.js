// SPDX-License-Identifier: Apache-2.0
/** The skeleton as a list: lines that can be added and taken away without a mouse. */
import { el, icon } from "../dom.js";
import { withLine } from "./draft.js";

export class LinesBox {
  /** @param edited `change(draft)` and `draft()`. */
  constructor(element, edited) {
    this.edited = edited;
    this.list = el("ul", { class: "chips" });
    const select = (label) => el("select", { "aria-label": label });
    this.from = select("Line from");
    this.to = select("Line to");
    const add = () => edited.change(withLine(edited.draft(), Number(this.from.value), Number(this.to.value)));
    element.append(
      this.list,
      el(
        "p",
        { class: "add-line" },
        this.from,
        el("span", { text: "to" }),
        this.to,
        el("button", { type: "button", onclick: add, text: "Draw line" }),
      ),
    );
  }

  draw({ rows, lines }) {
    const name = new Map(rows.map((row) => [row.key, row.name || "…"]));
    for (const select of [this.from, this.to]) {
      const { value } = select;
      select.replaceChildren(...rows.map(({ key }) => el("option", { value: key, text: name.get(key) })));
      if (name.has(Number(value))) select.value = value;
      else if (select === this.to && rows.length > 1) select.value = rows[1].key;
    }
    this.list.replaceChildren(
      ...lines.map(([from, to]) => {
        const text = `${name.get(from)} – ${name.get(to)}`;
        const remove = () => this.edited.change(withLine(this.edited.draft(), from, to));
        return el(
          "li",
          {},
          el("span", { text }),
          el(
            "button",
            { type: "button", class: "icon", "aria-label": `Remove line ${text}`, onclick: remove },
            icon("close"),
          ),
        );
      }),
    );
  }
}
