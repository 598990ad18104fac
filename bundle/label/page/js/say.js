// SPDX-License-Identifier: Apache-2.0
/** Sentences for the reader: announced to a screen reader, and unless they are quiet shown for a while. */
import { byId, el } from "./dom.js";

const SHOWN_MS = { note: 5000, problem: 12000 };

/** @param kind `note`, `problem`, or `quiet` for one that is announced only. */
export function say(text, kind = "note") {
  byId("announcer").textContent = text;
  if (kind === "quiet") return;
  const messages = byId("messages");
  for (const shown of [...messages.children]) if (shown.textContent === text) shown.remove();
  const message = el("p", { class: `message ${kind}`, text });
  messages.append(message);
  setTimeout(() => message.remove(), SHOWN_MS[kind]);
}
