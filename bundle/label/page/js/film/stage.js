// SPDX-License-Identifier: Apache-2.0
/** A film on a Konva stage that can be moved, zoomed and windowed; what lies on the film has layers of its own. */
import { Konva } from "../../vendor/konva.min.js";
import { Gestures } from "./gestures.js";
import { draggedWindow, greyTable } from "./grey.js";
import { Painter } from "./painter.js";
import { fitted, kept, moved, showing, toFilm, toScreen, zoomed } from "./view.js";

Konva.dragButtons = [0];
Konva.dragDistance = 2;

export class FilmStage {
  pixels = null;
  window = { level: 32768, width: 65536, invert: false };
  view = { scale: 1, x: 0, y: 0 };
  windowing = false;
  #fitting = true;
  #table = null;
  #painter = new Painter();

  /**
   * @param container Element that the film fills.
   * @param told Functions `click(point)` and `aim(point)` in pixels of the film, `hover(at)` in pixels of the screen (null
   *   when it has left); `view()` and `window()` after a change.
   * @param left Screen pixels at the left edge that a whole film keeps free.
   */
  constructor(container, told, left = 0) {
    this.container = container;
    this.told = told;
    this.left = left;
    this.stage = new Konva.Stage({ container, width: 1, height: 1 });
    this.film = this.layer();
    this.film.add(new Konva.Shape({ sceneFunc: (context) => this.#paint(context) }));
    new ResizeObserver(() => this.#resize()).observe(container);
    this.gestures = new Gestures(container, {
      click: (at) => this.pixels && told.click(toFilm(this.view, at)),
      hover: told.hover,
      aim: (at) => this.pixels && told.aim(toFilm(this.view, at)),
      pan: (dx, dy) => this.#look(moved(this.view, dx, dy)),
      zoom: (factor, at) => this.zoom(factor, at),
      window: (dx, dy) => this.setWindow(draggedWindow(this.window, dx, dy)),
      windowing: () => this.windowing,
      onMark: (at) => Konva.isDragging() || Boolean(this.stage.getIntersection(at)),
    });
  }

  /** A layer above those before it; one that listens has marks that can be dragged. */
  layer(listening = false) {
    const layer = new Konva.Layer({ listening });
    this.stage.add(layer);
    return layer;
  }

  get area() {
    return { width: this.stage.width(), height: this.stage.height() };
  }

  /** Show a film's `Pixels`, whole and in its own window; null for none. */
  show(pixels) {
    this.pixels = pixels;
    if (pixels) {
      this.setWindow({ ...this.window, ...pixels.window() });
      this.fit();
    }
    this.film.batchDraw();
  }

  fit() {
    if (!this.pixels) return;
    this.#fitting = true;
    this.#set(fitted(this.pixels, this.area, this.left));
  }

  /** Zoom about a place of the screen, by default the middle. */
  zoom(factor, at = { x: this.area.width / 2, y: this.area.height / 2 }) {
    if (this.pixels) this.#look(zoomed(this.view, factor, at, fitted(this.pixels, this.area).scale));
  }

  /** Move the film until a point of it is seen. */
  reveal(point) {
    const view = showing(this.view, point, this.area);
    if (view.x !== this.view.x || view.y !== this.view.y) this.#look(view);
  }

  setWindow(window) {
    this.window = window;
    this.#table = null;
    this.film.batchDraw();
    this.told.window();
  }

  /** The grey of the screen for each value of the film, computed at most once a picture. */
  get table() {
    return (this.#table ??= greyTable(this.window));
  }

  /** The window that the film was opened with. */
  resetWindow() {
    if (this.pixels) this.setWindow({ ...this.pixels.window(), invert: false });
  }

  toScreen(point) {
    return toScreen(this.view, point);
  }

  toFilm(at) {
    return toFilm(this.view, at);
  }

  #look(view) {
    this.#fitting = false;
    if (this.pixels) this.#set(kept(view, this.pixels, this.area));
  }

  #set(view) {
    this.view = view;
    this.film.batchDraw();
    this.told.view();
  }

  #resize() {
    const { clientWidth, clientHeight } = this.container;
    this.stage.size({ width: clientWidth, height: clientHeight });
    if (this.#fitting) this.fit();
    else this.#look(this.view);
  }

  #paint(context) {
    if (this.pixels) this.#painter.paint(context, this.pixels, this.table, this.view, this.area);
  }
}
