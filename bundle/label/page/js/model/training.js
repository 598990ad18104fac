// SPDX-License-Identifier: Apache-2.0
/** Training from the labels so far: begun, followed and cancelled. */
import { byId, el } from "../dom.js";
import { say } from "../say.js";
import { drawCurve, lastError } from "./curve.js";

const POLL_MS = 1000;
const STAGES = { stage1: "Learning the landmarks", stage2: "Learning from all films", finishing: "Finishing" };
const CLOSER = "Looking closer";
const ENDS = { done: "Trained: the new model proposes from now on.", cancelled: "Cancelled: the model in use stays." };

export function training(state, api, work) {
  const follow = async () => {
    const now = await api.training().catch(() => null);
    if (now) take(now);
    if (state.training?.state === "running" || !now) setTimeout(follow, POLL_MS);
  };

  function take(now) {
    const before = state.training?.state;
    state.set({ training: now });
    if (before === "running" && now.state !== "running") ended(now);
  }

  async function ended({ state: how, message }) {
    say(message || ENDS[how], how === "failed" ? "problem" : "note");
    state.set({ curve: await api.curve(), relist: {} });
    if (how !== "done") return;
    work.adopt(await api.study());
    work.renew();
  }

  async function begin() {
    await api.train();
    await follow();
  }

  const cancel = async () => take(await api.cancelTraining());

  state.on(["training", "counts"], () => {
    const { training: now, counts } = state;
    const element = byId("training");
    if (now?.state === "running") drawRunning(element, now, cancel);
    else drawIdle(element, now, counts?.labelled ?? 0, begin);
  });
  state.on(["curve"], ({ curve }) => {
    const last = lastError(curve);
    byId("model-error").textContent = last?.text ?? "";
    byId("model-error").title = last?.title ?? "";
    drawCurve(byId("curve"), curve);
  });
  state.on(["wantsTraining"], ({ wantsTraining, training: now }) => {
    if (wantsTraining && now?.state !== "running") begin();
  });
  follow();
  api.curve().then(
    (curve) => state.set({ curve }),
    () => {},
  );
}

function drawIdle(element, now, labelled, begin) {
  const missing = (now?.needed ?? 0) - labelled;
  const films = (count) => `${count} film${count === 1 ? "" : "s"}`;
  const hint = missing > 0 ? `Label ${films(missing)} more to train.` : now?.message;
  element.replaceChildren(
    el("button", { class: "primary", disabled: missing > 0, onclick: begin, text: `Train on ${films(labelled)}` }),
    el("p", { class: "hint", text: hint ?? "" }),
  );
}

/** The elements stay while it runs, so that the button keeps its focus. */
function drawRunning(element, now, cancel) {
  if (!element.querySelector("progress")) {
    const bar = el("progress", { max: 1, "aria-label": "Training" });
    const button = el("button", { onclick: cancel, text: "Cancel" });
    element.replaceChildren(el("p", { class: "stage-name" }), bar, el("p", { class: "hint" }), button);
  }
  element.querySelector(".stage-name").textContent = now.stage ? (STAGES[now.stage] ?? CLOSER) : "Preparing";
  element.querySelector("progress").value = now.progress ?? 0;
  element.querySelector(".hint").textContent = [epochs(now), left(now.seconds_left)].filter(Boolean).join(" · ");
}

const epochs = ({ epoch, epochs: all }) => (all ? `epoch ${epoch} of ${all}` : "");

function left(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return `${Math.max(Math.round(seconds), 1)} s left`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min left` : `${(seconds / 3600).toFixed(1)} h left`;
}
