// SPDX-License-Identifier: Apache-2.0
/** Light or dark as the system has it, or as the reader chose. */

const KEY = "theme";
const NEXT = { system: "light", light: "dark", dark: "system" };

export function themeButton(button) {
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.title = `Colours: ${theme}`;
    button.setAttribute("aria-label", button.title);
  };
  apply(localStorage.getItem(KEY) ?? "system");
  button.addEventListener("click", () => {
    const theme = NEXT[document.documentElement.dataset.theme];
    localStorage.setItem(KEY, theme);
    apply(theme);
  });
}
