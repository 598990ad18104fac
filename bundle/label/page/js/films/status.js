// SPDX-License-Identifier: Apache-2.0
/** The states of a film: words, and signs that differ in form as in colour. */

export const STATUSES = {
  unlabelled: {
    text: "unlabelled",
    colour: "var(--muted)",
    path: "M8 3a5 5 0 1 1 0 10a5 5 0 0 1 0-10z",
    filled: false,
  },
  proposed: { text: "proposed", colour: "var(--proposed)", path: "M8 2l6 6-6 6-6-6z", filled: false },
  in_progress: {
    text: "in progress",
    colour: "var(--progress)",
    path: "M8 3a5 5 0 0 1 0 10zM8 3a5 5 0 0 0 0 10",
    filled: true,
  },
  labelled: { text: "labelled", colour: "var(--done)", path: "M3 8.500l3.500 3.500L13 4.500", filled: false },
  flagged: { text: "flagged", colour: "var(--flagged)", path: "M4 14V3h8l-2 2.800 2 2.800H4", filled: true },
};
