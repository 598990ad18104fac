// SPDX-License-Identifier: Apache-2.0
/** The line above the film that says what to do next, and whether everything is saved. */
import { byId } from "./dom.js";
import { nextAction } from "./next_action.js";
import { say } from "./say.js";

const SAVING = {
  saved: "Saved",
  saving: "Saving…",
  failing: "Not saved, trying again",
  refused: "Not saved",
};

export function prompt(state) {
  const fields = ["study", "film", "opening", "label", "proposal", "current", "conflict", "proposing"];
  let announced = "";
  state.on(fields, () => {
    const { verb, name, how, button } = nextAction(state);
    byId("prompt-verb").textContent = verb;
    byId("prompt-name").textContent = name ?? "";
    byId("prompt-how").textContent = how;
    byId("prompt-button").hidden = !button;
    byId("prompt-button").firstElementChild.textContent = button ?? "";
    byId("prompt").classList.toggle("complete", Boolean(state.label) && button === "Next film");
    const sentence = `${verb}${name ?? ""}`;
    if (sentence !== announced) say(sentence, "quiet");
    announced = sentence;
  });
  state.on(["saving"], ({ saving }) => {
    byId("saving").textContent = SAVING[saving] ?? "";
    byId("saving").dataset.state = saving;
  });
}
