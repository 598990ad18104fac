// SPDX-License-Identifier: Apache-2.0
/** The landmarks on a film: marks of constant size that can be dragged. */
import { Konva } from "../../vendor/konva.min.js";
import { markStyle, traceForm } from "./mark_style.js";

const RADIUS = 6.5;
const HALO = "rgba(0, 0, 0, 0.65)";
const TOUCHED = matchMedia("(pointer: coarse)").matches ? 24 : 12;

export class Marks {
  #groups = new Map();

  /**
   * @param film A `FilmStage`.
   * @param told Functions `choose(index)`, `drag(index, point)` and `drop(index, point)`, points in pixels of the film.
   */
  constructor(film, told) {
    this.film = film;
    this.told = told;
    this.layer = film.layer(true);
  }

  /** Draw landmarks `{index, name, kind, point, confidence, current, named}`; those without a point have no mark. */
  draw(landmarks) {
    const drawn = landmarks.filter(({ point }) => point);
    for (const [index, group] of this.#groups) {
      if (!drawn.some((landmark) => landmark.index === index)) this.#remove(index, group);
    }
    for (const landmark of drawn) this.#draw(landmark);
    this.layer.batchDraw();
  }

  #remove(index, group) {
    group.destroy();
    this.#groups.delete(index);
  }

  #draw(landmark) {
    const group = this.#groups.get(landmark.index) ?? this.#add(landmark.index);
    group.setAttr("landmark", landmark);
    if (!group.isDragging()) group.position(this.film.toScreen(landmark.point));
    if (landmark.current) group.moveToTop();
  }

  #add(index) {
    const group = new Konva.Group();
    group.add(
      new Konva.Shape({
        sceneFunc: (context) => drawMark(context, group.getAttr("landmark")),
        hitFunc: (context, shape) => {
          context.beginPath();
          context.arc(0, 0, TOUCHED, 0, 2 * Math.PI);
          context.fillStrokeShape(shape);
        },
        fill: "black",
      }),
    );
    const point = () => this.film.toFilm(group.position());
    group.on("pointerdown", ({ evt }) => {
      group.draggable(evt.button === 0 && !evt.shiftKey && !this.film.windowing); // else the drag changes the window
      if (group.draggable()) this.told.choose(index);
    });
    group.on("dragmove", () => this.told.drag(index, point()));
    group.on("dragend", () => this.told.drop(index, point()));
    group.on("pointerenter", () => (this.film.container.style.cursor = "grab"));
    group.on("pointerleave", () => (this.film.container.style.cursor = ""));
    this.layer.add(group);
    this.#groups.set(index, group);
    return group;
  }
}

function drawMark(context, { kind, confidence, current, named, name }) {
  const style = markStyle(kind, confidence);
  if (current) drawBrackets(context);
  for (const [colour, width] of [
    [HALO, 4],
    [style.colour, 2],
  ]) {
    traceForm(context, style.form, RADIUS);
    context.setAttr("strokeStyle", colour);
    context.setAttr("lineWidth", width);
    context.setLineDash(style.dash);
    context.stroke();
  }
  context.setLineDash([]);
  context.beginPath();
  context.arc(0, 0, 1.4, 0, 2 * Math.PI);
  context.setAttr("fillStyle", style.colour);
  context.fill();
  if (current || named) drawName(context, name, current ? "#fff" : style.colour);
}

/** Four corners about the landmark that is worked on. */
function drawBrackets(context) {
  const [far, near] = [14, 8];
  for (const [colour, width] of [
    [HALO, 3.5],
    ["#fff", 1.5],
  ]) {
    context.beginPath();
    for (const [x, y] of [
      [1, 1],
      [1, -1],
      [-1, -1],
      [-1, 1],
    ]) {
      context.moveTo(near * x, far * y);
      context.lineTo(far * x, far * y);
      context.lineTo(far * x, near * y);
    }
    context.setAttr("strokeStyle", colour);
    context.setAttr("lineWidth", width);
    context.stroke();
  }
}

function drawName(context, name, colour) {
  context.setAttr("font", "600 12px system-ui, sans-serif");
  context.setAttr("textBaseline", "middle");
  context.setAttr("lineJoin", "round");
  context.setAttr("lineWidth", 4);
  context.setAttr("strokeStyle", "rgba(0, 0, 0, 0.8)");
  context.strokeText(name, 20, 0);
  context.setAttr("fillStyle", colour);
  context.fillText(name, 20, 0);
}
