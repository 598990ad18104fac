// SPDX-License-Identifier: Apache-2.0
/** What lies under the marks: the lines of the skeleton, and circles as large as the error that is expected. */
import { Konva } from "../../vendor/konva.min.js";
import { markStyle } from "./mark_style.js";

const SMALLEST_CIRCLE_PX = 9;

export class Lines {
  #landmarks = [];
  #skeleton = [];

  /** @param film A `FilmStage`. */
  constructor(film) {
    this.film = film;
    this.layer = film.layer();
    this.layer.add(new Konva.Shape({ sceneFunc: (context) => this.#paint(context) }));
  }

  /** Draw lines between landmarks, see `Marks.draw`, and their `error` in pixels of the film where it is known. */
  draw(landmarks, skeleton) {
    this.#landmarks = landmarks;
    this.#skeleton = skeleton;
    this.layer.batchDraw();
  }

  #paint(context) {
    for (const [from, to] of this.#skeleton) this.#line(context, this.#landmarks[from], this.#landmarks[to]);
    for (const landmark of this.#landmarks) this.#circle(context, landmark);
    context.setLineDash([]);
  }

  #line(context, from, to) {
    if (!from?.point || !to?.point) return;
    const [start, end] = [this.film.toScreen(from.point), this.film.toScreen(to.point)];
    context.beginPath();
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
    context.setLineDash(from.kind === "proposed" || to.kind === "proposed" ? [4, 4] : []);
    stroke(context, "rgba(255, 255, 255, 0.5)", 1);
  }

  #circle(context, { kind, point, error, confidence }) {
    const radius = error * this.film.view.scale;
    if (kind !== "proposed" || !(radius > SMALLEST_CIRCLE_PX)) return;
    const { x, y } = this.film.toScreen(point);
    const { colour, dash } = markStyle(kind, confidence);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.setLineDash(dash);
    context.setAttr("fillStyle", `${colour}1a`);
    context.fill();
    stroke(context, `${colour}cc`, 1.25);
  }
}

function stroke(context, colour, width) {
  context.setAttr("strokeStyle", colour);
  context.setAttr("lineWidth", width);
  context.stroke();
}
