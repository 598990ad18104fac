// SPDX-License-Identifier: Apache-2.0
/** The tools at the film's left edge. */
import { el, icon } from "./dom.js";

const TOOLS = [
  [
    ["undo", "undo", "Undo (Z)"],
    ["redo", "redo", "Redo (Y)"],
  ],
  [
    ["zoomIn", "zoom-in", "Zoom in (+)"],
    ["zoomOut", "zoom-out", "Zoom out (-)"],
    ["fit", "fit", "Whole film (0)"],
  ],
  [
    ["contrast", "contrast", "Contrast by drag (W)"],
    ["invert", "invert", "Invert (I)"],
    ["resetWindow", "reset", "Contrast as it was (R)"],
  ],
  [
    ["magnifier", "magnifier", "Magnifier (M)"],
    ["names", "names", "Names (L)"],
    ["flag", "flag", "Flag for review (F)"],
  ],
];

/** Whether a tool that can be switched on is on. */
const ON = {
  contrast: (state) => state.contrast,
  magnifier: (state) => state.magnifier,
  names: (state) => state.names,
  invert: (state) => state.inverted,
  flag: (state) => state.label?.status === "flagged",
};

export function toolbar(element, state) {
  const buttons = new Map();
  for (const group of TOOLS) {
    const made = group.map(([command, picture, title]) => {
      const button = el(
        "button",
        { class: "icon", "data-command": command, title, "aria-label": title },
        icon(picture),
      );
      buttons.set(command, button);
      return button;
    });
    element.append(el("div", {}, ...made));
  }
  state.on(["contrast", "magnifier", "names", "inverted", "label"], () => {
    for (const [command, isOn] of Object.entries(ON)) {
      buttons.get(command).setAttribute("aria-pressed", String(Boolean(isOn(state))));
    }
    buttons.get("undo").disabled = !state.label?.undoable;
    buttons.get("redo").disabled = !state.label?.redoable;
  });
}
