// SPDX-License-Identifier: Apache-2.0
/** The keys, in the order in which the help shows them. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIZES = { "": "normal", "Shift+": "large", "Alt+": "fine" };

/** `[title, [[keys, command, text]]]`; the first key is the one that is shown. */
export const KEYS = [
  [
    "Landmarks",
    [
      [["Enter"], "next", "Do what stands above the film"],
      [["Space"], "placeAtPointer", "Place at the pointer, or at the cross of the arrows"],
      [["J", "."], "nextLandmark", "Next landmark"],
      [["K", ","], "previousLandmark", "Previous landmark"],
      [["V"], "notVisible", "Not visible"],
      [["X"], "absent", "Does not exist on this film"],
      [["A"], "acceptAll", "Accept all proposals"],
      [["Delete", "Backspace"], "clear", "Clear: nothing is decided"],
      [["Z", "Ctrl+Z"], "undo", "Undo"],
      [["Y", "Ctrl+Y", "Ctrl+Shift+Z"], "redo", "Redo"],
    ],
  ],
  [
    "Films",
    [
      [["N", "PageDown"], "nextFilm", "Next film"],
      [["P", "PageUp"], "previousFilm", "Previous film"],
      [["F"], "flag", "Flag for review"],
      [["T"], "train", "Train the model"],
    ],
  ],
  [
    "View",
    [
      [["+"], "zoomIn", "Zoom in"],
      [["-"], "zoomOut", "Zoom out"],
      [["0"], "fit", "Whole film"],
      [["W"], "contrast", "Contrast by arrows or drag; Esc ends it"],
      [["I"], "invert", "Invert"],
      [["R"], "resetWindow", "Contrast as it was"],
      [["M"], "magnifier", "Magnifier"],
      [["L"], "names", "Names of all landmarks"],
      [["?"], "help", "This help"],
      [["Escape"], "escape", "Leave contrast, or the cross"],
    ],
  ],
];

/** What is said of the arrows, whose steps depend on a second key. */
export const ARROW_HELP = [
  ["Arrows", "Move the landmark by 1 pixel; before it is placed, the cross"],
  ["Shift + arrows", "By 10 pixels"],
  ["Alt + arrows", "By 0.1 pixel"],
];

const COMMANDS = new Map(
  KEYS.flatMap(([, rows]) => rows.flatMap(([keys, command]) => keys.map((key) => [key, command]))),
);

/** Let keys run commands, but not while somebody types, or where a button or a list has a use for them. */
export function listenToKeys(commands) {
  document.addEventListener("keydown", (event) => {
    if (!isFree(event)) return;
    const arrow = ARROWS[event.key];
    const size = SIZES[`${event.shiftKey ? "Shift+" : ""}${event.altKey ? "Alt+" : ""}`];
    if (arrow && size && !event.ctrlKey && !event.metaKey) commands.move(...arrow, size);
    else if (COMMANDS.has(keyName(event))) commands[COMMANDS.get(keyName(event))]();
    else return;
    event.preventDefault();
  });
}

function keyName({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const letter = /^[a-z]$/i.test(key);
  const held = [ctrlKey || metaKey ? "Ctrl+" : "", altKey ? "Alt+" : "", letter && shiftKey ? "Shift+" : ""].join("");
  return held + (key === " " ? "Space" : letter ? key.toUpperCase() : key);
}

function isFree({ target, key }) {
  if (document.querySelector("dialog[open]") || target.closest("input, select, textarea")) return false;
  if (target.closest("[role=listbox]")) return !(key in ARROWS || ["Enter", " ", "Home", "End"].includes(key));
  return !(target.closest("button, a, summary") && ["Enter", " "].includes(key));
}
