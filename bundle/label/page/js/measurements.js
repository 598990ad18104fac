// SPDX-License-Identifier: Apache-2.0
/** Measurements of the points that are shown, by the server, while they move. */
import { byId, el } from "./dom.js";
import { shown } from "./label.js";

const CALM_MS = 120;
const UNITS = { degree: "°", ratio: "", mm2: " mm²", px2: " px²", mm: " mm", px: " px" };
const DIGITS = { ratio: 2 };

export function measurements(state, api) {
  const details = byId("measurements");
  let timer = null;
  let asked = 0;

  async function measure() {
    const mine = (asked += 1);
    const { film, label, proposal, dragged } = state;
    const landmarks = shown(label, proposal);
    const points = landmarks.map(({ point }, index) => (dragged?.index === index ? dragged.point : point));
    const values = await api.measure(film.id, points).catch(() => []);
    const proposed = landmarks.some(({ kind }) => kind === "proposed");
    if (mine === asked) draw(values, proposed);
  }

  function draw(values, proposed) {
    details.hidden = !values.length;
    details.querySelector("summary").textContent = proposed ? "Measurements, with proposed points" : "Measurements";
    const rows = values.flatMap(({ name, value, unit }) => [
      el("dt", { text: name }),
      el("dd", { text: value === null ? "–" : `${value.toFixed(DIGITS[unit] ?? 1)}${UNITS[unit] ?? ` ${unit}`}` }),
    ]);
    details.querySelector("dl").replaceChildren(...rows);
  }

  state.on(["label", "proposal", "dragged", "study"], ({ label, film }) => {
    clearTimeout(timer);
    if (label && film) timer = setTimeout(measure, CALM_MS);
    else draw([]);
  });
}
