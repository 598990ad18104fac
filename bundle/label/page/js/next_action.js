// SPDX-License-Identifier: Apache-2.0
/** What the reader does next: a sentence, how, and the command of the button that does it. */

/** @returns `{verb, name, how, button, command}`; button and command are null where only the film itself can be used. */
export function nextAction({ study, film, opening, label, proposal, current, conflict, proposing }) {
  if (!study) return wait("Loading the study");
  if (!study.landmarks.length) return act("Begin with the landmarks of this study", "", "Name landmarks", "editor");
  if (conflict) return wait("Two readers changed this film", "Choose at the right whose points hold.");
  if (opening && film?.id !== opening) return wait("Opening the film");
  if (!film) return wait("Choose a film", "from the list at the left.");
  if (film.refused) return act("This film cannot be read", "", "Next film", "nextFilm");
  const place = `${current + 1} of ${study.landmarks.length}`;
  const name = study.landmarks[current];
  const kind = label.states[current];
  if (label.states.every((state) => state !== "unset")) return done(label);
  if (kind !== "unset") {
    return act(`Adjust ${place}: `, "Drag it or use the arrows.", "Next open", "nextOpenLandmark", name);
  }
  if (proposal?.points[current]) return act(`Check ${place}: `, "Accept it, or drag it.", "Accept", "accept", name);
  const how = proposing === film.id ? "The model is looking at the film…" : "Click on the film.";
  return act(`Place ${place}: `, how, "Place", "placeAtPointer", name);
}

function done({ status }) {
  const verb = status === "flagged" ? "Set aside for review" : "Film complete";
  return act(verb, "Points can still be dragged.", "Next film", "nextSuggested");
}

const act = (verb, how, button, command, name = "") => ({ verb, name, how, button, command });
const wait = (verb, how = "") => act(verb, how, null, null);
