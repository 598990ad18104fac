// SPDX-License-Identifier: Apache-2.0
/** Changes that the server has not taken yet, kept in this tab so that a reload loses none. */

const key = (film) => `unsaved ${film}`;

export const drafts = {
  keep: (film, change) => sessionStorage.setItem(key(film), JSON.stringify(change)),
  drop: (film) => sessionStorage.removeItem(key(film)),
  of: (film) => JSON.parse(sessionStorage.getItem(key(film))),
};
