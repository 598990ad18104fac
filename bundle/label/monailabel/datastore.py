# SPDX-License-Identifier: Apache-2.0
"""A study as MONAI Label's datastore: the same labels and proposals that the page works with, and no copy of them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bundle.errors import ConfigurationError, DatasetError
from bundle.files import write_text
from bundle.importers.entries import parse_json
from bundle.label.film_list import ListedFilm, UnknownFilmError
from bundle.label.label import LABELLED, UNLABELLED, Part
from bundle.label.point_lists import label_list, proposal_list, said_of, save_points
from bundle.label.workspace import Workspace

FINAL, ORIGINAL = "final", "original"
"""MONAI Label's tags of what a person says, and of what a model does."""

MARKUPS = ".mrk.json"
_NOBODY = "MONAI Label"


class StudyDatastore:
    """MONAI Label's `Datastore` over a study; an image and its labels have the id of the film.

    It is no subclass, so that it is tested where MONAI Label is not installed; the app registers it as one.

    Args:
        workspace: The study and its films.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._films, self._store, self._proposer = workspace.films, workspace.store, workspace.proposer
        self._info: dict[str, dict[str, Any]] = {}
        self._lists = TemporaryDirectory(prefix="point-lists-")
        self._writing = threading.Lock()

    def name(self) -> str:
        """Title of the study."""
        return self._store.study.name

    def description(self) -> str:
        """What the datastore is, in a sentence."""
        return f"{len(self._films)} films with landmarks"

    def set_name(self, name: str) -> None:
        """Give the study another title."""
        self._store.change_study(self._store.study.revision, {"name": name}, {})

    def set_description(self, description: str) -> None:
        """Refused: a study has none of its own."""
        raise _fixed("a study has a name alone")

    def list_images(self) -> list[str]:
        """Ids of all films."""
        return [film.id for film in self._films]

    def get_labeled_images(self, label_tag: str | None = None, labels: list[str] | None = None) -> list[str]:
        """Ids of the films that are labelled; with the tag `original` of those that have a proposal."""
        return [film.id for film in self._films if self._tagged(film, label_tag)]

    def get_unlabeled_images(self, label_tag: str | None = None, labels: list[str] | None = None) -> list[str]:
        """Ids of all others that can be read."""
        films = (film for film in self._films if film.refused is None)
        return [film.id for film in films if not self._tagged(film, label_tag)]

    def datalist(self) -> list[dict[str, Any]]:
        """Files of the labelled films and of their point lists."""
        labelled = self._store.labelled_films()
        return [{"image": str(film.file), "label": self.get_label_uri(film.id, FINAL)} for film in labelled]

    def get_image(self, image_id: str, params: Any = None) -> bytes:
        """Content of a film's file."""
        return self._films.find(image_id).file.read_bytes()

    def get_image_uri(self, image_id: str) -> str:
        """File of a film.

        Raises:
            UnknownFilmError: there is no film of that id; a path is none.
        """
        return str(self._films.find(image_id).file)

    def get_image_info(self, image_id: str) -> dict[str, Any]:
        """Name that tells no patient, what is known of the label, and the error to expect where a model does."""
        film = self._films.find(image_id)
        summary, proposal = self._store.summary(film), self._proposer.known(film)
        score = {"scores": {"expected_error": proposal.mean_expected}} if proposal and proposal.expected else {}
        name = f"{film.id}{film.file.suffix or '.dcm'}"
        return {**self._info.get(film.id, {}), "name": name, "status": summary.status, **score}

    def update_image_info(self, image_id: str, info: dict[str, Any]) -> None:
        """Keep what a client notes about a film as long as the server runs."""
        self._info.setdefault(self._films.find(image_id).id, {}).update(info)

    def get_labels_by_image_id(self, image_id: str) -> dict[str, str]:
        """Ids of the label and of the proposal by their tags."""
        film = self._films.find(image_id)
        return {tag: film.id for tag in (FINAL, ORIGINAL) if self._has(film, tag)}

    def get_label_by_image_id(self, image_id: str, tag: str) -> str:
        """Id of a label; empty where there is none."""
        return self.get_labels_by_image_id(image_id).get(tag, "")

    def get_label(self, label_id: str, label_tag: str, params: Any = None) -> dict[str, Any]:
        """A label or proposal as a point list."""
        film = self._films.find(label_id)
        proposal = self._proposer.known(film)
        if label_tag == ORIGINAL and proposal is not None:
            return proposal_list(film, proposal, self._store.study)
        if label_tag != FINAL or not self._has(film, FINAL):
            raise UnknownFilmError(
                f"film {film.id} has nothing under the tag {label_tag!r}; take a tag from its labels"
            )
        return label_list(film, self._store.label(film), self._store.study)

    def get_label_uri(self, label_id: str, label_tag: str) -> str:
        """The same as a file, which is written anew each time it is asked for."""
        text = json.dumps(self.get_label(label_id, label_tag), allow_nan=False)
        file = Path(self._lists.name) / label_tag / f"{label_id}{MARKUPS}"
        with self._writing:
            write_text(file, text)
        return str(file)

    def get_label_info(self, label_id: str, label_tag: str) -> dict[str, Any]:
        """Who changed a label and when, its revision, status and undecided landmarks; of a proposal its model."""
        film = self._films.find(label_id)
        if label_tag == ORIGINAL:
            proposal = self._proposer.known(film)
            return {"model": proposal.model, "decision": proposal.decision} if proposal else {}
        label = self._store.label(film)
        return said_of(label, self._store.study) | {"reader": label.reader, "time": label.time}

    def update_label_info(self, label_id: str, label_tag: str, info: dict[str, Any]) -> None:
        """Refused: a label says who changed it by itself."""
        raise _fixed("a label notes by itself who changed it and when")

    def save_label(self, image_id: str, label_filename: str, label_tag: str, label_info: dict[str, Any]) -> str:
        """Make a point list the label of a film, see `save_points`.

        Args:
            image_id: Of the film.
            label_filename: Markups file of 3D Slicer.
            label_tag: `final`.
            label_info: May hold `client_id`, who placed the points, and `revision`, of the label that they have seen.

        Raises:
            DatasetError: the tag is another, or the points cannot be used.
            StaleError: the label is of another revision by now.
        """
        film = self._films.find(image_id)
        if label_tag != FINAL:
            raise DatasetError(f"tag: is {label_tag!r}; a person's label is saved as {FINAL!r}, models save their own")
        revision = label_info.get("revision")
        if not isinstance(revision, int | None):
            raise DatasetError(f"params: revision is {revision!r}; send the whole number that the label came with")
        text = Path(label_filename).read_text(encoding="utf-8", errors="replace")
        reader = str(label_info.get("client_id") or self._workspace.reader or _NOBODY)
        save_points(self._workspace, film, parse_json(text, "the point list:"), reader, revision)
        return film.id

    def remove_label(self, label_id: str, label_tag: str) -> None:
        """Take all points from a label; a reader can undo it."""
        if label_tag != FINAL:
            raise _fixed("proposals are the model's")
        film = self._films.find(label_id)
        label = self._store.label(film)
        nothing = Part(UNLABELLED, dict.fromkeys(label.marks))
        self._store.change(film, label.revision, nothing, self._workspace.reader or _NOBODY, "clear")

    def status(self) -> dict[str, Any]:
        """How many films there are, and how many are labelled."""
        tags = Counter(tag for film in self._films for tag in (FINAL, ORIGINAL) if self._has(film, tag))
        return {"total": len(self._films), "completed": len(self._store.labelled_films()), "label_tags": dict(tags)}

    def json(self) -> dict[str, Any]:
        """Everything that is known of all films, in the form of MONAI Label's own datastore."""
        return {
            "name": self.name(),
            "description": self.description(),
            "objects": {f.id: self._object(f) for f in self._films},
        }

    def refresh(self) -> None:
        """Nothing: films that are added later are seen when the server is started again."""

    def get_dataset_archive(self, limit_cases: int | None) -> str:
        """Refused: the films and the study are folders already."""
        raise _fixed("the films and the study are plain folders; copy those")

    def add_image(self, image_id: str, image_filename: str, image_info: dict[str, Any]) -> str:
        """Refused: the folder of the films is never written to."""
        raise _fixed("the folder of the films is never written to; put the film there and start again")

    def remove_image(self, image_id: str) -> None:
        """Refused likewise."""
        raise _fixed("the folder of the films is never written to; remove the film there and start again")

    def _object(self, film: ListedFilm) -> dict[str, Any]:
        labels = {
            tag: {"ext": MARKUPS, "info": self.get_label_info(film.id, tag)}
            for tag in self.get_labels_by_image_id(film.id)
        }
        return {"image": {"ext": film.file.suffix, "info": self.get_image_info(film.id)}, "labels": labels}

    def _tagged(self, film: ListedFilm, tag: str | None) -> bool:
        return self._has(film, ORIGINAL) if tag == ORIGINAL else self._store.summary(film).status == LABELLED

    def _has(self, film: ListedFilm, tag: str) -> bool:
        return self._proposer.looked_at(film) if tag == ORIGINAL else self._store.summary(film).points > 0


def _fixed(why: str) -> ConfigurationError:
    return ConfigurationError(f"this cannot be changed here: {why}")
