// SPDX-License-Identifier: Apache-2.0
/**
 * From a film's pixels to the screen: `{scale, x, y}`, the centre of the film's first pixel lies at (x, y).
 * Points are `{x, y}`; sizes are `{width, height}`; all functions return a new view.
 */

const LARGEST = 32;
const SMALLEST_SHARE = 0.5;

export const toScreen = (view, point) => ({ x: view.x + view.scale * point.x, y: view.y + view.scale * point.y });
export const toFilm = (view, point) => ({ x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale });

/** The whole film in an area, whose left edge keeps `left` screen pixels for the tools. */
export function fitted(film, area, left = 0) {
  const free = { width: Math.max(area.width - left, 1), height: Math.max(area.height, 1) };
  const scale = Math.min(free.width / film.width, free.height / film.height);
  return {
    scale,
    x: left + (free.width - scale * (film.width - 1)) / 2,
    y: (free.height - scale * (film.height - 1)) / 2,
  };
}

/** Larger by a factor, while the film's point under `at` stays there. */
export function zoomed(view, factor, at, smallest) {
  const scale = Math.min(Math.max(view.scale * factor, SMALLEST_SHARE * smallest), LARGEST);
  const point = toFilm(view, at);
  return { scale, x: at.x - scale * point.x, y: at.y - scale * point.y };
}

export const moved = (view, dx, dy) => ({ ...view, x: view.x + dx, y: view.y + dy });

/** Moved so that the film does not leave the area: its middle stays where the area can show it. */
export function kept(view, film, area) {
  const inside = (start, length, room) => Math.min(Math.max(start, room / 2 - length), room / 2);
  return {
    ...view,
    x: inside(view.x, view.scale * film.width, area.width),
    y: inside(view.y, view.scale * film.height, area.height),
  };
}

/** Moved no further than it takes to have a film's point at least `margin` screen pixels inside the area. */
export function showing(view, point, area, margin = 40) {
  const { x, y } = toScreen(view, point);
  const shift = (at, room) => Math.max(margin - at, 0) + Math.min(room - margin - at, 0);
  return moved(view, shift(x, area.width), shift(y, area.height));
}
