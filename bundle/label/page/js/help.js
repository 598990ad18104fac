// SPDX-License-Identifier: Apache-2.0
/** The overlay of all keys, and what the signs on the film mean. */
import { el, sign } from "./dom.js";
import { formPath, LEGEND } from "./film/mark_style.js";
import { ARROW_HELP, KEYS } from "./keys.js";

const MOUSE = [
  ["Click", "Place the landmark"],
  ["Drag", "Move a landmark, or the film"],
  ["Right drag", "Contrast; also Shift and drag"],
  ["Wheel, pinch", "Zoom"],
  ["Hold a finger", "Aim with the magnifier; lift it to place"],
];

const CAPS = { ArrowLeft: "←", Escape: "Esc", Delete: "Del", PageDown: "Page ↓", PageUp: "Page ↑" };

export function help(body) {
  const groups = KEYS.map(([title, rows]) =>
    section(
      title,
      rows.map(([keys, , text]) => [keys, text]),
    ),
  );
  body.replaceChildren(
    ...groups,
    section(
      "Arrows",
      ARROW_HELP.map(([keys, text]) => [[keys], text]),
    ),
    section(
      "Mouse and fingers",
      MOUSE.map(([gesture, text]) => [[gesture], text]),
    ),
    legend(),
  );
}

function section(title, rows) {
  const list = rows.flatMap(([keys, text]) => [
    el("dt", {}, ...keys.map((key) => el("kbd", { text: CAPS[key] ?? key }))),
    el("dd", { text }),
  ]);
  return el("section", {}, el("h3", { text: title }), el("dl", { class: "keys" }, ...list));
}

function legend() {
  const decided = ["circle", "square"];
  const rows = LEGEND.map((style) =>
    el("li", {}, sign(formPath(style.form), style, decided.includes(style.form)), el("span", { text: style.text })),
  );
  const note =
    "Of a proposal the circle is as large as the error that is expected; its colour, form and line say how sure the model is.";
  return el(
    "section",
    {},
    el("h3", { text: "Signs" }),
    el("ul", { class: "legend" }, ...rows),
    el("p", { text: note }),
  );
}
