// SPDX-License-Identifier: Apache-2.0
/**
 * A landmark set that is being written: `{name, rows: [{key, was, name, pair, point}], lines: [[key, key]]}`. Rows have keys, so
 * that names and order may change; `was` is the name that the study has, null for a new one. A draft is never changed in place.
 */

let keys = 0;

const newRow = (name, was = null, point = null) => ({ key: (keys += 1), was, name, pair: null, point });

export function draftOf({ name, landmarks, pairs, skeleton, template }) {
  const rows = landmarks.map((landmark, index) => newRow(landmark, landmark, template?.points[index] ?? null));
  const key = (landmark) => rows[landmarks.indexOf(landmark)].key;
  const draft = { name, rows, lines: skeleton.map((line) => line.map((index) => rows[index].key)) };
  return pairs.reduce((paired, [left, right]) => withPair(paired, key(left), key(right)), draft);
}

const changed = (draft, key, change) => ({
  ...draft,
  rows: draft.rows.map((row) => (row.key === key ? { ...row, ...change } : row)),
});

export const withName = (draft, key, name) => changed(draft, key, { name });
export const withPoint = (draft, key, point) => changed(draft, key, { point });
export const withoutPoints = (draft) => ({ ...draft, rows: draft.rows.map((row) => ({ ...row, point: null })) });

/** New landmarks at the end; empty names and those that are there are left out. */
export function withNames(draft, names) {
  const known = new Set(draft.rows.map(({ name }) => name.trim()));
  const wanted = [...new Set(names.map((name) => name.trim()))].filter((name) => name && !known.has(name));
  return { ...draft, rows: [...draft.rows, ...wanted.map((name) => newRow(name))] };
}

export const withEmptyRow = (draft) => ({ ...draft, rows: [...draft.rows, newRow("")] });

export function without(draft, key) {
  const rows = draft.rows.filter((row) => row.key !== key);
  return {
    ...draft,
    rows: rows.map((row) => (row.pair === key ? { ...row, pair: null } : row)),
    lines: draft.lines.filter((line) => !line.includes(key)),
  };
}

export function withMove(draft, key, step) {
  const rows = [...draft.rows];
  const from = rows.findIndex((row) => row.key === key);
  const to = Math.min(Math.max(from + step, 0), rows.length - 1);
  rows.splice(to, 0, ...rows.splice(from, 1));
  return { ...draft, rows };
}

/** Two landmarks as a pair, each out of the pair it had; null for none. */
export function withPair(draft, key, other) {
  const leave = (row) => (row.pair === key || (other && row.pair === other) ? { ...row, pair: null } : row);
  const freed = { ...draft, rows: draft.rows.map(leave) };
  const one = changed(freed, key, { pair: other });
  return other ? changed(one, other, { pair: key }) : one;
}

const SIDE = /(?<![a-z])(left|right|l|r)(?![a-z])/i;
const OTHER = { left: "right", right: "left", l: "r", r: "l" };

/** Pairs for names that differ in left and right alone. */
export function withPairsByName(draft) {
  const byName = new Map(draft.rows.map((row) => [row.name.trim().toLowerCase(), row]));
  return draft.rows.reduce((paired, { key, name }) => {
    const lower = name.trim().toLowerCase();
    const other = byName.get(lower.replace(SIDE, (side) => OTHER[side]));
    return /^[^a-z]*l|(?<![a-z])l/.test(lower) && other && other.key !== key
      ? withPair(paired, key, other.key)
      : paired;
  }, draft);
}

/** A line drawn between two landmarks, or taken away. */
export function withLine(draft, from, to) {
  if (from === to) return draft;
  const lines = draft.lines.filter((line) => !(line.includes(from) && line.includes(to)));
  return { ...draft, lines: lines.length < draft.lines.length ? lines : [...lines, [from, to]] };
}

/** Why a draft cannot be saved, in one sentence; null where it can. */
export function fault({ rows }) {
  const names = rows.map(({ name }) => name.trim());
  if (!rows.length) return "Name at least one landmark.";
  if (names.includes("")) return `Landmark ${names.indexOf("") + 1} has no name; write one or remove it.`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice ? `Two landmarks are named ${twice}; give one another name.` : null;
}

/** What the server is sent: the change of a study, whose template lies on a film. */
export function changeOf(draft, study, film) {
  const { rows } = draft;
  const name = (row) => row.name.trim();
  const place = (key) => rows.findIndex((row) => row.key === key);
  const pairs = rows.filter((row) => row.pair && place(row.key) < place(row.pair));
  const drawn = rows.some(({ point }) => point);
  return {
    revision: study.revision,
    name: draft.name.trim() || study.name,
    landmarks: rows.map(name),
    renamed: Object.fromEntries(
      rows.filter((row) => row.was && row.was !== name(row)).map((row) => [row.was, name(row)]),
    ),
    pairs: pairs.map((row) => [name(row), name(rows[place(row.pair)])]),
    skeleton: draft.lines.map((line) => line.map(place)),
    template: drawn ? { film, points: rows.map(({ point }) => point) } : null,
  };
}
