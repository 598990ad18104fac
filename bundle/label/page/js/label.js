// SPDX-License-Identifier: Apache-2.0
/** Labels of a film: what becomes of points, states and status when a landmark is changed. A label is never changed in place. */

/** A label with landmark `index` in a state; a point belongs to `placed` and `accepted` alone. */
export function withLandmark(label, index, state, point = null) {
  const points = label.points.with(index, point);
  const states = label.states.with(index, state);
  return { ...label, points, states, status: status(states, label.status === "flagged") };
}

/** A label that takes every proposed point whose landmark nobody has decided. */
export function withProposal(label, proposal) {
  return proposal.points.reduce(
    (taken, point, index) =>
      point && taken.states[index] === "unset" ? withLandmark(taken, index, "accepted", point) : taken,
    label,
  );
}

/** A label that is set aside for somebody else's eyes, or no longer is. */
export function withFlag(label, flagged) {
  return { ...label, status: status(label.states, flagged) };
}

export function status(states, flagged) {
  if (flagged) return "flagged";
  if (states.every((state) => state === "unset")) return "unlabelled";
  return states.includes("unset") ? "in_progress" : "labelled";
}

/** The first undecided landmark after `index`, going round; -1 where all are decided. */
export function nextOpen(label, index) {
  const count = label.states.length;
  for (let step = 1; step <= count; step += 1) {
    const other = (index + step) % count;
    if (label.states[other] === "unset") return other;
  }
  return -1;
}

/** What is drawn of each landmark: `{kind, point}`, kind `placed`, `accepted`, `proposed`, `not_visible`, `absent`, `unset`. */
export function shown(label, proposal) {
  return label.states.map((state, index) => {
    const proposed = proposal?.points[index];
    if (state === "unset" && proposed) return { kind: "proposed", point: proposed };
    return { kind: state, point: label.points[index] };
  });
}

/** Indices of the landmarks whose state or point differs between two labels. */
export function differences(mine, theirs) {
  return mine.states.flatMap((state, index) =>
    state === theirs.states[index] && samePoint(mine.points[index], theirs.points[index]) ? [] : [index],
  );
}

/** A label with what a draft decides of the landmarks that the set still has, whatever their order is by now. */
export function withDraft(label, landmarks, draft) {
  const place = landmarks.map((name) => draft.landmarks.indexOf(name));
  const pick = (field) => place.map((index, own) => (index < 0 ? label[field][own] : draft[field][index]));
  const states = pick("states");
  return { ...label, points: pick("points"), states, status: status(states, draft.status === "flagged") };
}

export function samePoint(a, b) {
  return a === b || Boolean(a && b && a.x === b.x && a.y === b.y);
}
