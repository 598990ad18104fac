// SPDX-License-Identifier: Apache-2.0
/** Who labels: kept in the browser, asked for once. */
import { byId } from "./dom.js";

const KEY = "reader";

export function readerName(state) {
  const dialog = byId("welcome");
  const input = byId("reader-name");
  state.set({ reader: localStorage.getItem(KEY) ?? state.study.reader ?? "" });
  state.on(["reader"], ({ reader }) => {
    byId("reader").textContent = reader || "Reader";
    byId("reader").title = `Reader: ${reader || "unknown"}. Press to change.`;
    input.value = reader;
  });
  dialog.addEventListener("cancel", (event) => state.reader || event.preventDefault());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const reader = input.value.trim();
    if (!reader) return event.preventDefault();
    localStorage.setItem(KEY, reader);
    return state.set({ reader });
  });
  if (!state.reader) dialog.showModal();
}
