// SPDX-License-Identifier: Apache-2.0
/** Where the template expects a landmark, from those that lie on the film: least squares of turn, scale and shift. */

const FEWEST = 2;

/**
 * @param template Points `{x, y}` or null of the K landmarks on another film.
 * @param points Points or null of the K landmarks on this film.
 * @param index Of the landmark.
 * @returns Its point, or null with fewer than two landmarks to go by.
 */
export function expectedPoint(template, points, index) {
  const wanted = template?.[index];
  const known = points.flatMap((point, other) => (point && template?.[other] ? [[template[other], point]] : []));
  if (!wanted || known.length < FEWEST) return null;
  const [from, to] = [0, 1].map((side) => centre(known.map((pair) => pair[side])));
  let [along, across, spread] = [0, 0, 0];
  for (const [a, b] of known) {
    const [ax, ay, bx, by] = [a.x - from.x, a.y - from.y, b.x - to.x, b.y - to.y];
    along += ax * bx + ay * by;
    across += ax * by - ay * bx;
    spread += ax * ax + ay * ay;
  }
  if (spread === 0) return null;
  const [x, y] = [wanted.x - from.x, wanted.y - from.y];
  return { x: to.x + (along * x - across * y) / spread, y: to.y + (across * x + along * y) / spread };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const centre = (points) => ({ x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) });
