// SPDX-License-Identifier: Apache-2.0
/** Two readers, or two tabs, changed the same film: both are drawn, and the reader chooses for each landmark. */
import { byId, el, sign } from "./dom.js";
import { formPath } from "./film/mark_style.js";
import { MINE, THEIRS, TwoLabels } from "./film/two_labels.js";
import { differences, status } from "./label.js";

export function conflict(state, film, work) {
  const panel = byId("conflict");
  const layer = new TwoLabels(film);
  let choice = new Map();

  const merged = (side) => {
    const { mine, theirs } = state.conflict;
    const chosen = (index) => side ?? choice.get(index);
    const pick = (field) =>
      theirs[field].map((value, index) => (chosen(index) === "mine" ? mine[field][index] : value));
    const states = pick("states");
    return { ...theirs, points: pick("points"), states, status: status(states, theirs.status === "flagged") };
  };

  const choose = (index, side) => {
    choice.set(index, side);
    draw();
  };

  function draw() {
    const { mine, theirs } = state.conflict ?? {};
    layer.draw(
      [...choice].map(([index, chosen]) => ({
        name: state.study.landmarks[index],
        mine: mine.points[index],
        theirs: theirs.points[index],
        chosen,
      })),
    );
  }

  function open({ mine, theirs, base }) {
    const changedByMe = new Set(base ? differences(mine, base) : mine.states.keys());
    choice = new Map(differences(mine, theirs).map((index) => [index, changedByMe.has(index) ? "mine" : "theirs"]));
    const who = theirs.reader ? `${theirs.reader} saved` : "Another tab saved";
    const count = choice.size === 1 ? "one landmark" : `${choice.size} landmarks`;
    panel.replaceChildren(
      el("h2", { text: `${who} this film while you changed it` }),
      el("p", {
        text: choice.size ? `You differ in ${count}. Nothing is lost until you choose.` : "Only its state differs.",
      }),
      ...[...choice.keys()].map((index) => row(index, mine, theirs)),
      el(
        "div",
        { class: "buttons" },
        el("button", { class: "primary", onclick: () => work.resolve(merged()), text: "Save this choice" }),
        el("button", {
          onclick: () => work.resolve({ ...merged("mine"), status: mine.status }),
          text: "Keep all mine",
        }),
        el("button", { onclick: () => work.resolve(merged("theirs")), text: "Take all theirs" }),
      ),
    );
    document.body.classList.add("landmarks-open");
    panel.querySelector("input, button").focus();
  }

  function row(index, mine, theirs) {
    const option = (side, style, label) => {
      const input = el("input", {
        type: "radio",
        name: `conflict-${index}`,
        checked: side === choice.get(index),
        onchange: () => choose(index, side),
      });
      const text = el("span", { text: side });
      return el(
        "label",
        {},
        input,
        sign(formPath(style.form), style),
        text,
        el("span", { text: described(label, index) }),
      );
    };
    const legend = el("legend", { text: state.study.landmarks[index] });
    return el("fieldset", {}, legend, option("mine", MINE, mine), option("theirs", THEIRS, theirs));
  }

  function close() {
    document.body.classList.remove("landmarks-open");
    if (panel.contains(document.activeElement)) byId("stage").focus();
  }

  state.on(["conflict"], ({ conflict: now }) => {
    choice = new Map();
    if (!now) close();
    panel.hidden = !now;
    if (now) open(now);
    draw();
  });
  state.on(["looked"], () => state.conflict && draw());
}

function described({ points, states }, index) {
  const point = points[index];
  return point
    ? `${point.x.toFixed(1)}, ${point.y.toFixed(1)}`
    : states[index].replace("_", " ").replace("unset", "open");
}
