// SPDX-License-Identifier: Apache-2.0
/** A lens beside the pointer: the film larger about the place that is aimed at. */
import { Painter } from "./painter.js";

const SIZE = 176;
const TIMES = 3;
const [LEAST, MOST] = [1.5, 24]; // screen pixels a film pixel
const AWAY = 28;

export class Magnifier {
  #painter = new Painter();

  /**
   * @param canvas Element of the lens, in the element of the film.
   * @param film A `FilmStage`.
   */
  constructor(canvas, film) {
    this.canvas = canvas;
    this.film = film;
    canvas.width = canvas.height = SIZE * devicePixelRatio;
    this.hide();
  }

  hide() {
    this.canvas.hidden = true;
  }

  /** Show the film about a point of it; `others` are points that are marked there. */
  show(point, others) {
    this.canvas.hidden = false;
    const scale = Math.min(Math.max(TIMES * this.film.view.scale, LEAST), MOST);
    const view = { scale, x: SIZE / 2 - scale * point.x, y: SIZE / 2 - scale * point.y };
    const context = this.canvas.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIZE, SIZE);
    this.#painter.paint(context, this.film.pixels, this.film.table, view, { width: SIZE, height: SIZE });
    for (const other of others) dot(context, view.x + scale * other.x, view.y + scale * other.y);
    cross(context);
    this.#move(point);
  }

  /** Above and to the right of the point, or where there is room. */
  #move(point) {
    const at = this.film.toScreen(point);
    const { width } = this.film.area;
    const right = at.x + AWAY + SIZE < width;
    const above = at.y - AWAY - SIZE > 0;
    const x = right ? at.x + AWAY : at.x - AWAY - SIZE;
    const y = above ? at.y - AWAY - SIZE : at.y + AWAY;
    this.canvas.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}

function cross(context) {
  const [middle, gap] = [SIZE / 2, 6];
  for (const [colour, width] of [
    ["rgba(0, 0, 0, 0.6)", 3],
    ["#fff", 1],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(middle + gap * dx, middle + gap * dy);
      context.lineTo(middle + 30 * dx, middle + 30 * dy);
    }
    context.stroke();
  }
}

function dot(context, x, y) {
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.strokeStyle = "rgba(70, 224, 164, 0.9)";
  context.lineWidth = 1.5;
  context.stroke();
}
