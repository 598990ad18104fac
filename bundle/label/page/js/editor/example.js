// SPDX-License-Identifier: Apache-2.0
/** The film on which the landmarks are drawn as an example, and the lines between them. */
import { Crosshair } from "../film/crosshair.js";
import { Lines } from "../film/lines.js";
import { Marks } from "../film/marks.js";
import { FilmStage } from "../film/stage.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const [STEP_PX, LARGE_STEP_PX] = [6, 30];

export class Example {
  #aim = null;
  #drawn = [];

  /** @param told Functions `place(point)`, `choose(key)` and `move(key, point)`. */
  constructor(container, told) {
    this.told = told;
    this.film = new FilmStage(container, {
      click: (point) => told.place(point),
      hover: () => {},
      aim: () => {},
      view: () => this.#again(),
      window: () => {},
    });
    this.lines = new Lines(this.film);
    this.marks = new Marks(this.film, {
      choose: (index) => told.choose(this.#drawn[index].key),
      drag: () => {},
      drop: (index, point) => told.move(this.#drawn[index].key, point),
    });
    this.crosshair = new Crosshair(this.film);
    container.addEventListener("keydown", (event) => this.#key(event));
    container.addEventListener("blur", () => this.#setAim(null));
  }

  show(pixels) {
    this.film.show(pixels);
  }

  draw(draft, chosen) {
    const places = new Map(draft.rows.map(({ key }, index) => [key, index]));
    this.#drawn = draft.rows.map(({ key, point }, index) => {
      return {
        key,
        index,
        name: String(index + 1),
        point,
        kind: "placed",
        confidence: null,
        error: null,
        current: key === chosen,
        named: true,
      };
    });
    this.skeleton = draft.lines.map((line) => line.map((key) => places.get(key)));
    this.#again();
  }

  #again() {
    this.lines.draw(this.#drawn, this.skeleton ?? []);
    this.marks.draw(this.#drawn);
    this.crosshair.draw(this.#aim, null);
  }

  #setAim(aim) {
    this.#aim = aim;
    this.#again();
  }

  /** Arrows move a cross, Space or Enter places the landmark there. */
  #key(event) {
    if (!this.film.pixels) return;
    const { area, view } = this.film;
    const at = this.#aim ?? this.film.toFilm({ x: area.width / 2, y: area.height / 2 });
    if (ARROWS[event.key]) {
      const [dx, dy] = ARROWS[event.key].map((way) => (way * (event.shiftKey ? LARGE_STEP_PX : STEP_PX)) / view.scale);
      this.#setAim({ x: at.x + dx, y: at.y + dy });
    } else if (event.key === " " || event.key === "Enter") this.told.place(at);
    else return;
    event.preventDefault();
  }
}
