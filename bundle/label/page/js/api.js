// SPDX-License-Identifier: Apache-2.0
/** The server's answers. Its refusals are `Refused` with its one sentence, a server that does not answer is `Offline`. */

export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? `the server refused (${status})`);
    this.status = status;
    this.body = body;
  }
}

export class Offline extends Error {
  constructor() {
    super("the server does not answer; start it again, nothing here is lost");
  }
}

async function answer(method, path, body, keepalive = false) {
  const headers = method === "GET" ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(`api/${path}`, { method, headers, keepalive, body: body && JSON.stringify(body) });
  } catch {
    throw new Offline();
  }
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
  return response;
}

const json = async (...request) => (await answer(...request)).json();

export const api = {
  study: () => json("GET", "study"),
  saveStudy: (study) => json("PUT", "study", study),
  films: (query) => json("GET", `films?${new URLSearchParams(query)}`),
  film: (id) => json("GET", `films/${id}`),
  save: (id, label, keepalive) => json("PUT", `films/${id}/label`, label, keepalive),
  step: (id, direction, body) => json("POST", `films/${id}/${direction}`, body),
  propose: (id) => json("POST", `films/${id}/proposal`),
  measure: (film, points) => json("POST", "measurements", { film, points }),
  next: (count) => json("GET", `next?count=${count}`),
  training: () => json("GET", "train"),
  train: () => json("POST", "train", {}),
  cancelTraining: () => json("DELETE", "train"),
  curve: () => json("GET", "curve"),
  thumbnail: (id) => `api/films/${id}/thumbnail`,

  /** Grey values of a film: `{width, height, values}`, 16 bits each, rows from above. */
  async pixels(id) {
    const response = await answer("GET", `films/${id}/pixels`);
    const [width, height] = ["X-Width", "X-Height"].map((name) => Number(response.headers.get(name)));
    return { width, height, values: new Uint16Array(await response.arrayBuffer()) };
  },
};
