// SPDX-License-Identifier: Apache-2.0
/** Paints the part of a film that an area shows, by a table of greys; the film's other pixels are not touched. */

export class Painter {
  #canvas = document.createElement("canvas");
  #buffer = new ArrayBuffer(0);

  /**
   * @param context Of a canvas, or Konva's; in screen pixels.
   * @param pixels The film's `Pixels`.
   * @param table Of `greyTable`.
   * @param view From the film to the area.
   * @param area `{width, height}` in screen pixels.
   */
  paint(context, pixels, table, view, area) {
    const index = pixels.level(view.scale * devicePixelRatio);
    const level = pixels.levels[index];
    const size = 2 ** index; // film pixels along one pixel of the level
    const columns = span(view.x, view.scale, size, area.width, level.width);
    const rows = span(view.y, view.scale, size, area.height, level.height);
    const [width, height] = [columns.end - columns.start, rows.end - rows.start];
    if (!(width > 0 && height > 0)) return; // nothing is seen of it
    this.#fill(level, table, columns, rows, width, height);
    context.drawImage(
      this.#canvas,
      view.x + (columns.start * size - 0.5) * view.scale,
      view.y + (rows.start * size - 0.5) * view.scale,
      width * size * view.scale,
      height * size * view.scale,
    );
  }

  #fill(level, table, columns, rows, width, height) {
    const bytes = 4 * width * height;
    if (this.#buffer.byteLength < bytes) this.#buffer = new ArrayBuffer(bytes);
    const out = new Uint32Array(this.#buffer, 0, width * height);
    for (let y = 0; y < height; y += 1) {
      const from = (rows.start + y) * level.width + columns.start;
      const to = y * width;
      for (let x = 0; x < width; x += 1) out[to + x] = table[level.values[from + x]];
    }
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const image = new ImageData(new Uint8ClampedArray(this.#buffer, 0, bytes), width, height);
    this.#canvas.getContext("2d").putImageData(image, 0, 0);
  }
}

/** Pixels of a level along one axis that an area of `room` screen pixels shows. */
function span(origin, scale, size, room, count) {
  const pixel = (screen) => ((screen - origin) / scale + 0.5) / size;
  return {
    start: Math.min(Math.max(Math.floor(pixel(0)) - 1, 0), count),
    end: Math.min(Math.max(Math.ceil(pixel(room)) + 1, 0), count),
  };
}
