// SPDX-License-Identifier: Apache-2.0
/** The grey of the screen for each of the 65,536 grey values of a film. */

const VALUES = 65536;
const OPAQUE = 0xff000000;

/** A table of pixels as a canvas holds them, for a window `{level, width, invert}`. */
export function greyTable({ level, width, invert }) {
  const table = new Uint32Array(VALUES);
  const low = level - width / 2;
  for (let value = 0; value < VALUES; value += 1) {
    const share = Math.min(Math.max((value - low) / width, 0), 1);
    const grey = Math.round(255 * (invert ? 1 - share : share));
    table[value] = OPAQUE | (grey << 16) | (grey << 8) | grey;
  }
  return table;
}

/** A window after a drag by `dx`, `dy` screen pixels: to the right wider, upwards brighter. */
export function draggedWindow(window, dx, dy) {
  const step = VALUES / 800;
  const width = Math.min(Math.max(window.width + dx * step, VALUES / 256), 2 * VALUES);
  const level = Math.min(Math.max(window.level + dy * step, 0), VALUES - 1);
  return { ...window, level, width };
}
