// SPDX-License-Identifier: Apache-2.0
/** A long list of which only the rows that are seen exist; the keys of a list box choose among all of them. */

const SPARE = 4;

export class VirtualList {
  #rows = new Map();
  #active = 0;
  #count = 0;

  /**
   * @param element The list box, with one child that is as high as all rows.
   * @param height Of a row in pixels.
   * @param drawn `row(index, row)` fills an element; `open(index)` is called for the row that is chosen.
   */
  constructor(element, height, drawn) {
    this.element = element;
    this.spacer = element.firstElementChild;
    this.height = height;
    this.drawn = drawn;
    element.addEventListener("scroll", () => this.draw(), { passive: true });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=option]");
      if (row) drawn.open(Number(row.dataset.index));
    });
    new ResizeObserver(() => this.draw()).observe(element);
  }

  /** Draw the rows that are seen of `count`. */
  draw(count = this.#count) {
    this.#count = count;
    this.spacer.style.height = `${count * this.height}px`;
    const first = Math.max(Math.floor(this.element.scrollTop / this.height) - SPARE, 0);
    const last = Math.min(Math.ceil((this.element.scrollTop + this.element.clientHeight) / this.height) + SPARE, count);
    for (const [index, row] of this.#rows) {
      if (index >= first && index < last) continue;
      row.remove();
      this.#rows.delete(index);
    }
    for (let index = first; index < last; index += 1) this.drawn.row(index, this.#rows.get(index) ?? this.#add(index));
    this.element.setAttribute("aria-activedescendant", `${this.element.id}-${this.#active}`);
  }

  /** Forget the rows: others have come in their places. */
  clear() {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#active = 0;
    this.element.scrollTop = 0;
  }

  /** Make a row the active one, and scroll to it. */
  activate(index) {
    if (index < 0) return;
    this.#active = index;
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop || top + this.height > scrollTop + clientHeight) {
      this.element.scrollTop = top - (clientHeight - this.height) / 2;
    }
    this.draw();
  }

  isActive(index) {
    return index === this.#active;
  }

  #add(index) {
    const row = document.createElement("div");
    row.id = `${this.element.id}-${index}`;
    row.dataset.index = index;
    row.setAttribute("role", "option");
    row.setAttribute("aria-posinset", index + 1);
    row.setAttribute("aria-setsize", this.#count);
    row.style.transform = `translateY(${index * this.height}px)`;
    this.#rows.set(index, row);
    this.element.append(row);
    return row;
  }

  #key(event) {
    const { key } = event;
    const to = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: this.#count - 1 }[key];
    if (to !== undefined) this.activate(Math.min(Math.max(to, 0), this.#count - 1));
    else if (key === "Enter" || key === " ") this.drawn.open(this.#active);
    else return;
    event.preventDefault();
  }
}
