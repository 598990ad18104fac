// SPDX-License-Identifier: Apache-2.0
/**
 * Mouse, pen and fingers on a film, where no mark lies: a click, a drag that moves the film, a drag that changes the
 * window (right button, Shift, or while `told.windowing()`), two fingers, the wheel, and a finger that is held to aim.
 */

const STILL_PX = 5;
const HOLD_MS = 280;
const WHEEL = 0.0016;

export class Gestures {
  #pointers = new Map();
  #mode = null;
  #start = null;
  #hold = null;

  /**
   * @param element That the film fills.
   * @param told Functions in screen pixels of the element: `click(at)`, `pan(dx, dy)`, `window(dx, dy)`, `zoom(factor, at)`,
   *   `hover(at)` (null when it has left), `aim(at)`, `windowing()`, and `onMark(at)`: whether a mark takes the press.
   */
  constructor(element, told) {
    this.element = element;
    this.told = told;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointerleave", () => this.#mode || told.hover(null));
    element.addEventListener("pointermove", (event) => this.#pointers.size || told.hover(this.#at(event)));
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    addEventListener("pointermove", (event) => this.#move(event));
    addEventListener("pointerup", (event) => this.#up(event, true));
    addEventListener("pointercancel", (event) => this.#up(event, false));
  }

  #at(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #down(event) {
    const at = this.#at(event);
    const windowing = event.button === 2 || event.shiftKey || this.told.windowing();
    if (!windowing && event.button === 0 && !this.#pointers.size && this.told.onMark(at)) return;
    this.#pointers.set(event.pointerId, at);
    clearTimeout(this.#hold);
    if (this.#pointers.size > 1) this.#mode = "pinch";
    else if (windowing) this.#mode = "window";
    else if (event.button === 1) this.#mode = "pan";
    else this.#press(event, at);
  }

  #press(event, at) {
    this.#mode = "press";
    this.#start = at;
    if (event.pointerType === "mouse") return;
    this.#hold = setTimeout(() => {
      this.#mode = "aim";
      this.told.aim(at);
    }, HOLD_MS);
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const at = this.#at(event);
    if (this.#mode === "pinch") this.#pinch(event.pointerId, before, at);
    this.#pointers.set(event.pointerId, at);
    if (this.#mode === "press" && distance(at, this.#start) > STILL_PX) {
      this.#mode = "pan";
      clearTimeout(this.#hold);
      this.told.pan(at.x - this.#start.x, at.y - this.#start.y);
    } else if (this.#mode === "pan") this.told.pan(at.x - before.x, at.y - before.y);
    else if (this.#mode === "window") this.told.window(at.x - before.x, at.y - before.y);
    else if (this.#mode === "aim") this.told.aim(at);
  }

  #pinch(moving, before, at) {
    const other = [...this.#pointers].find(([id]) => id !== moving)?.[1];
    if (!other) return;
    const middle = (a) => ({ x: (a.x + other.x) / 2, y: (a.y + other.y) / 2 });
    const [from, to] = [middle(before), middle(at)];
    this.told.pan(to.x - from.x, to.y - from.y);
    this.told.zoom(distance(at, other) / Math.max(distance(before, other), 1), to);
  }

  #up(event, done) {
    if (!this.#pointers.delete(event.pointerId)) return;
    clearTimeout(this.#hold);
    const at = this.#at(event);
    if (this.#pointers.size) return;
    if (done && (this.#mode === "press" || this.#mode === "aim")) this.told.click(at);
    this.told.hover(event.pointerType === "mouse" ? at : null);
    this.#mode = null;
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const strength = event.ctrlKey ? 6 : 1; // a pinch on a touch pad arrives as a wheel with Ctrl, in small steps
    this.told.zoom(Math.exp(-event.deltaY * lines * strength * WHEEL), this.#at(event));
  }
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
