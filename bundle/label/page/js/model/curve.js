// SPDX-License-Identifier: Apache-2.0
/** The error on validation films as the labels grow, drawn as SVG. */
import { el, svg } from "../dom.js";

const [WIDTH, HEIGHT] = [200, 84];
const EDGE = { left: 6, right: 6, top: 16, bottom: 16 };

/** @param rounds `[{round, labelled, validation_error, unit}]`; those without an error are left out. */
export function drawCurve(element, rounds) {
  const points = rounds.filter(({ validation_error: error }) => Number.isFinite(error));
  if (!points.length) {
    element.replaceChildren(el("p", { class: "hint", text: "The error of each round will stand here." }));
    return;
  }
  const x = scale(points.map(({ labelled }) => labelled), EDGE.left, WIDTH - EDGE.right);
  const y = scale([0, ...points.map(({ validation_error: error }) => error)], HEIGHT - EDGE.bottom, EDGE.top);
  const at = points.map((point) => [x(point.labelled), y(point.validation_error)]);
  const last = points.at(-1);
  element.replaceChildren(
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": described(points) },
      svg("path", { class: "floor", d: `M0 ${y(0)}H${WIDTH}` }),
      svg("polyline", { points: at.map((pair) => pair.join()).join(" ") }),
      ...points.map((point, index) => dot(point, at[index])),
      svg("text", { x: 0, y: HEIGHT - 3, text: `${points[0].labelled} films` }),
      points.length > 1 ? svg("text", { x: WIDTH, y: HEIGHT - 3, class: "end", text: `${last.labelled} films` }) : null,
    ),
  );
}

export const written = ({ validation_error: error, unit }) => `${error.toFixed(2)} ${unit}`;

function dot(point, [cx, cy]) {
  const title = svg("title", { text: `Round ${point.round}: ${written(point)} with ${point.labelled} labelled films` });
  return svg("circle", { cx, cy, r: 3.2 }, title);
}

const described = (points) =>
  `Error as labels grow: ${points.map((point) => `${written(point)} with ${point.labelled} films`).join(", ")}`;

function scale(values, start, end) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (value) => (most === least ? (start + end) / 2 : start + ((value - least) / (most - least)) * (end - start));
}
