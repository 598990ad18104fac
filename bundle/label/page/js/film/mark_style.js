// SPDX-License-Identifier: Apache-2.0
/**
 * How a landmark looks: by colours that the colour-blind tell apart, and by form and line for everybody else.
 * Whoever decided is a form, how sure the model is a colour and a line.
 */

const DECIDED = "#46e0a4";
const UNKNOWN = { colour: "#8fc7ff", dash: [], form: "diamond", text: "proposed" };

const LEVELS = [
  { least: 2 / 3, colour: "#6cc4ff", dash: [], form: "diamond", text: "sure" },
  { least: 1 / 3, colour: "#ffc440", dash: [5, 3], form: "diamond", text: "look at it" },
  { least: 0, colour: "#ff8a5c", dash: [2, 3], form: "triangle", text: "doubtful" },
];

const FORMS = {
  placed: { colour: DECIDED, dash: [], form: "circle", text: "placed" },
  accepted: { colour: DECIDED, dash: [], form: "square", text: "accepted" },
  not_visible: { colour: "#aab4c0", dash: [], form: "dash", text: "not visible" },
  absent: { colour: "#aab4c0", dash: [], form: "cross", text: "does not exist" },
  unset: { colour: "#77828f", dash: [], form: "ring", text: "open" },
};

/** The style `{colour, dash, form, text}` of a landmark of a kind, see `shown`, with a confidence of 0 to 1 or null. */
export function markStyle(kind, confidence = null) {
  if (kind !== "proposed") return FORMS[kind];
  return confidence === null ? UNKNOWN : (LEVELS.find((level) => confidence >= level.least) ?? LEVELS.at(-1));
}

/** Every style with what it means, for a legend. */
export const LEGEND = [FORMS.placed, FORMS.accepted, ...LEVELS, FORMS.not_visible, FORMS.absent];

const OUTLINES = {
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
  triangle: [
    [0, -1.3],
    [1.25, 0.95],
    [-1.25, 0.95],
  ],
  square: [
    [-0.95, -0.95],
    [0.95, -0.95],
    [0.95, 0.95],
    [-0.95, 0.95],
  ],
};

/** Trace the outline of a form of a radius about (0, 0) in a context, without a stroke. */
export function traceForm(context, form, radius) {
  context.beginPath();
  const outline = OUTLINES[form];
  if (!outline) {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    return;
  }
  for (const [index, [x, y]] of outline.entries()) {
    if (index) context.lineTo(x * radius, y * radius);
    else context.moveTo(x * radius, y * radius);
  }
  context.closePath();
}

/** The form as path data for SVG in a box of 16, as the lists show it. */
export function formPath(form) {
  if (form === "dash") return "M3.5 8h9";
  if (form === "cross") return "M4 4l8 8M12 4l-8 8";
  const outline = OUTLINES[form];
  if (!outline) return "M8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9z";
  return `M${outline.map(([x, y]) => `${8 + 4.5 * x} ${8 + 4.5 * y}`).join("L")}z`;
}
