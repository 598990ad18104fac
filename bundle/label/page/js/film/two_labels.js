// SPDX-License-Identifier: Apache-2.0
/** Two readers' points of the same film, with lines between those that belong together. */
import { Konva } from "../../vendor/konva.min.js";
import { traceForm } from "./mark_style.js";

export const MINE = { colour: "#46e0a4", dash: [], form: "circle" };
export const THEIRS = { colour: "#ff9ad5", dash: [3, 2], form: "square" };

export class TwoLabels {
  #differing = [];

  /** @param film A `FilmStage`. */
  constructor(film) {
    this.film = film;
    this.layer = film.layer();
    this.layer.add(new Konva.Shape({ sceneFunc: (context) => this.#paint(context) }));
  }

  /** Draw `[{name, mine, theirs, chosen}]`: two points or null, and which of them is chosen, `mine` or `theirs`. */
  draw(differing) {
    this.#differing = differing;
    this.layer.batchDraw();
  }

  #paint(context) {
    for (const { name, mine, theirs, chosen } of this.#differing) {
      const ends = [mine, theirs].map((point) => point && this.film.toScreen(point));
      if (ends[0] && ends[1]) this.#line(context, ...ends);
      if (ends[0]) this.#mark(context, ends[0], MINE, chosen === "mine" ? name : "");
      if (ends[1]) this.#mark(context, ends[1], THEIRS, chosen === "theirs" ? name : "");
    }
  }

  #line(context, from, to) {
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.setLineDash([2, 4]);
    context.setAttr("strokeStyle", "#fff");
    context.setAttr("lineWidth", 1.25);
    context.stroke();
  }

  #mark(context, { x, y }, { colour, dash, form }, name) {
    context.save();
    context.translate(x, y);
    traceForm(context, form, 7);
    context.setLineDash(dash);
    context.setAttr("strokeStyle", colour);
    context.setAttr("lineWidth", name ? 3 : 1.5);
    context.stroke();
    context.setAttr("font", "600 12px system-ui, sans-serif");
    context.setAttr("textBaseline", "middle");
    context.setAttr("fillStyle", colour);
    context.fillText(name, 14, 0);
    context.restore();
  }
}
