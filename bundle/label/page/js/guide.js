// SPDX-License-Identifier: Apache-2.0
/** Where the landmark at hand lies on the film on which the template was drawn. */
import { byId } from "./dom.js";
import { greyTable } from "./film/grey.js";
import { Painter } from "./film/painter.js";

const SHARE = 0.3; // of the film's longer side that is shown

export function guide(state, pixelsOf) {
  const figure = byId("guide");
  const canvas = figure.querySelector("canvas");
  const painter = new Painter();

  async function draw({ study, current, film, conflict }) {
    const template = study?.template;
    const point = template?.points[current];
    figure.hidden = !point || !film;
    if (figure.hidden || conflict) return; // a conflict takes the guide's place
    figure.querySelector("figcaption").textContent = study.landmarks[current];
    const pixels = await pixelsOf(template.film).catch(() => null);
    if (pixels && state.current === current) paint(canvas, painter, pixels, point);
    else figure.hidden = !pixels;
  }

  state.on(["study", "current", "film", "conflict"], draw);
  addEventListener("resize", () => draw(state));
}

function paint(canvas, painter, pixels, point) {
  const area = { width: canvas.clientWidth, height: canvas.clientHeight };
  canvas.width = area.width * devicePixelRatio;
  canvas.height = area.height * devicePixelRatio;
  const scale = area.width / (SHARE * Math.max(pixels.width, pixels.height));
  const view = { scale, x: area.width / 2 - scale * point.x, y: area.height / 2 - scale * point.y };
  const context = canvas.getContext("2d");
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  painter.paint(context, pixels, greyTable({ ...pixels.window(), invert: false }), view, area);
  ring(context, area.width / 2, area.height / 2);
}

function ring(context, x, y) {
  for (const [colour, width] of [
    ["rgba(0, 0, 0, 0.7)", 4],
    ["#46e0a4", 2],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.stroke();
  }
  context.fillStyle = "#46e0a4";
  context.beginPath();
  context.arc(x, y, 1.6, 0, 2 * Math.PI);
  context.fill();
}
