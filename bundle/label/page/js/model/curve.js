// SPDX-License-Identifier: Apache-2.0
/**
 * How the error falls as labels grow, drawn as SVG: on validation films, and before there are any by how far readers
 * moved the model's points.
 */
import { el, svg } from "../dom.js";

const [WIDTH, HEIGHT] = [200, 84];
const EDGE = { left: 6, right: 6, top: 12, bottom: 18 };

/** The two errors of a round, the better one first. */
const SERIES = [
  { field: "validation_error", name: "on validation films" },
  { field: "correction_error", name: "by your corrections" },
];

/** @param rounds `[{round, labelled, validation_error, correction_error, unit}]`, errors null where unknown. */
export function drawCurve(element, rounds) {
  const drawn = SERIES.map((series) => ({ ...series, rounds: rounds.filter((round) => known(round, series)) }));
  const points = drawn.flatMap((series) =>
    series.rounds.map((round) => ({ round, error: round[series.field], series })),
  );
  if (!points.length) {
    const text = rounds.length ? "The model's error is known once you have corrected some of its points." : "";
    element.replaceChildren(el("p", { class: "hint", text: text || "The error of each round will stand here." }));
    return;
  }
  const films = points.map(({ round }) => round.labelled);
  const x = scale(films, EDGE.left, WIDTH - EDGE.right);
  const y = scale([0, ...points.map(({ error }) => error)], HEIGHT - EDGE.bottom, EDGE.top);
  const place = ({ round, error }) => [x(round.labelled), y(error)];
  const line = ({ field }) => points.filter(({ series }) => series.field === field).map((point) => place(point).join());
  const ends = [Math.min(...films), Math.max(...films)];
  element.replaceChildren(
    svg(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: "img",
        "aria-label": `Error as labels grow: ${points.map(told).join("; ")}`,
      },
      svg("path", { class: "floor", d: `M0 ${y(0)}H${WIDTH}` }),
      ...drawn.map((series) => svg("polyline", { class: series.field, points: line(series).join(" ") })),
      ...points.map((point) => dot(point, ...place(point))),
      svg("text", { x: 0, y: HEIGHT - 3, text: ends[0] === ends[1] ? "" : ends[0] }),
      svg("text", { x: WIDTH, y: HEIGHT - 3, class: "end", text: `${ends[1]} films` }),
    ),
  );
}

/** The error of the last round that has one, as `{text, title}`; null where none has. */
export function lastError(rounds) {
  const last = rounds.findLast((round) => SERIES.some((series) => known(round, series)));
  const series = last && SERIES.find((other) => known(last, other));
  return series ? { text: written(last, last[series.field]), title: `Round ${last.round}, ${series.name}` } : null;
}

const known = (round, { field }) => Number.isFinite(round[field]);
const written = ({ unit }, error) => `${error.toFixed(2)} ${unit}`;
const told = ({ round, error, series }) =>
  `${written(round, error)} ${series.name} with ${round.labelled} labelled films`;

function dot(point, x, y) {
  const title = svg("title", { text: `Round ${point.round.round}: ${told(point)}` });
  const { field } = point.series;
  if (field === "correction_error") return svg("path", { class: field, d: `M${x} ${y - 4}l4 4-4 4-4-4z` }, title);
  return svg("circle", { class: field, cx: x, cy: y, r: 3.2 }, title);
}

function scale(values, start, end) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (value) => (most === least ? (start + end) / 2 : start + ((value - least) / (most - least)) * (end - start));
}
