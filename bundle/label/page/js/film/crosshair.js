// SPDX-License-Identifier: Apache-2.0
/** The place that the keyboard or a finger aims at, and where the template expects the landmark. */
import { Konva } from "../../vendor/konva.min.js";

export class Crosshair {
  #aimed = null;
  #expected = null;

  /** @param film A `FilmStage`. */
  constructor(film) {
    this.film = film;
    this.layer = film.layer();
    this.layer.add(new Konva.Shape({ sceneFunc: (context) => this.#paint(context) }));
  }

  /** Draw points of the film; null for one that is not drawn. */
  draw(aimed, expected) {
    this.#aimed = aimed;
    this.#expected = expected;
    this.layer.batchDraw();
  }

  #paint(context) {
    if (this.#expected) this.#ring(context, this.film.toScreen(this.#expected));
    if (this.#aimed) this.#cross(context, this.film.toScreen(this.#aimed));
  }

  #ring(context, { x, y }) {
    context.beginPath();
    context.arc(x, y, 16, 0, 2 * Math.PI);
    context.setLineDash([1, 5]);
    context.setAttr("lineCap", "round");
    twice(context, 2);
    context.setLineDash([]);
  }

  #cross(context, { x, y }) {
    const [near, far] = [5, 22];
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(x + near * dx, y + near * dy);
      context.lineTo(x + far * dx, y + far * dy);
    }
    twice(context, 1.5);
  }
}

/** Stroke the path light on dark, so that it is seen on any grey. */
function twice(context, width) {
  for (const [colour, wide] of [
    ["rgba(0, 0, 0, 0.7)", width + 2.5],
    ["#fff", width],
  ]) {
    context.setAttr("strokeStyle", colour);
    context.setAttr("lineWidth", wide);
    context.stroke();
  }
}
