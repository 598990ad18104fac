# SPDX-License-Identifier: Apache-2.0
"""The labels of a study, one file a film, each written whole or not at all, and none over the work of another."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from bundle.errors import BundleError, ConfigurationError, DatasetError
from bundle.files import make_folder, require_writable, write_text
from bundle.folder_lock import acquire
from bundle.label.film_list import FilmList, ListedFilm, film_id
from bundle.label.label import (
    LABELLED,
    REDO,
    UNDO,
    UNLABELLED,
    Label,
    Part,
    Summary,
    changes,
    label_text,
    read_label,
    with_names,
    with_step,
)
from bundle.label.study import Study, changed, read_study, write_study

LABELS = "labels"
_LOCK = ".lock"


class StaleError(BundleError):
    """What is to be changed is another by now.

    Attributes:
        current: The label or the study as it is.
    """

    def __init__(self, message: str, current: Label | Study) -> None:
        super().__init__(message)
        self.current = current


class Store:
    """The study and the labels of a folder, for as many threads as there are; one process at a time.

    Args:
        folder: Of the study; made where it is missing.
        films: Of the study.
        new: The study to begin with where there is none yet.

    Raises:
        ConfigurationError: another process labels in the folder, or it lies in that of the films.
        DatasetError: a file of it cannot be used.
        BundleError: it cannot be written to.
    """

    def __init__(self, folder: Path, films: FilmList, new: Study) -> None:
        if folder.resolve().is_relative_to(films.folder.resolve()):
            raise ConfigurationError(
                f"{folder}: lies in the folder of the films, which is never written to; choose a --study outside it"
            )
        require_writable(folder)
        self.folder = folder
        self.films = films
        self._lock = threading.RLock()
        self._file_lock = FileLock(folder / _LOCK, fallback_to_soft=False, thread_local=False)
        acquire(self._file_lock, "labelling", "open the address that it printed", "--study")
        try:
            study = read_study(folder)
            if study is None:
                study = new
                write_study(folder, new)
            self._study = study
            make_folder(folder / LABELS)
            self._summaries = self._read_summaries()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process label in the folder."""
        self._file_lock.release()

    @property
    def study(self) -> Study:
        """The study as it is now."""
        return self._study

    def summary(self, film: ListedFilm) -> Summary:
        """What is known of the label of a film without reading it."""
        return self._summaries.get(film.id, Summary())

    def label(self, film: ListedFilm) -> Label:
        """The label of a film, by the names of today; one of revision 0 where nobody touched it.

        Raises:
            DatasetError: its file cannot be used.
        """
        with self._lock:
            return self._read(film.id) or Label(film.name, self._study.revision)

    def labelled_films(self) -> list[ListedFilm]:
        """The films that are labelled, with at least one point, in name order."""
        summaries = ((film, self.summary(film)) for film in self.films)
        return [film for film, summary in summaries if summary.status == LABELLED and summary.points]

    def labelled(self) -> list[tuple[ListedFilm, Label]]:
        """The same films with their labels."""
        return [(film, self.label(film)) for film in self.labelled_films()]

    def change(self, film: ListedFilm, revision: int, part: Part, reader: str, action: str) -> Label:
        """Change the label of a film.

        Args:
            film: The film.
            revision: Of the label that the reader has seen.
            part: See `with_step`.
            reader: Who changes it.
            action: What it is called; not `undo` or `redo`.

        Raises:
            StaleError: the label is of another revision by now.
            DatasetError: its status contradicts its marks, or it has a landmark that the study lacks.
            StorageError: the disk is full; the label is as it was.
        """
        if action in (UNDO, REDO):
            raise DatasetError(f"label: action is {action!r}, which has an address of its own; name it otherwise")
        with self._lock:
            label = self._seen(film, revision)
            unknown = next((name for name in part.marks if name not in self._study.landmarks), None)
            if unknown is not None:
                raise DatasetError(f"label: has {unknown!r}, which is no landmark of the study; read the study again")
            if not changes(label, part):
                return label
            after = with_step(label, part, reader, action)
            if after.status == UNLABELLED and after.marks:
                raise DatasetError(f"label: status is {UNLABELLED!r}, but landmarks are set; correct the status")
            if after.status == LABELLED and not after.marks:
                raise DatasetError(f"label: status is {LABELLED!r}, but no landmark is set; place them first")
            return self._write(film, after)

    def undo(self, film: ListedFilm, revision: int, reader: str) -> Label:
        """Take back the last step that was not taken back, whoever did it.

        Raises:
            StaleError: the label is of another revision by now.
            ConfigurationError: there is none.
        """
        with self._lock:
            label = self._seen(film, revision)
            if (step := label.undoable()) is None:
                raise ConfigurationError("there is nothing to undo on this film")
            return self._write(film, with_step(label, self._possible(step.before), reader, UNDO))

    def redo(self, film: ListedFilm, revision: int, reader: str) -> Label:
        """Bring back the step that was taken back last.

        Raises:
            StaleError: the label is of another revision by now.
            ConfigurationError: there is none.
        """
        with self._lock:
            label = self._seen(film, revision)
            if (step := label.redoable()) is None:
                raise ConfigurationError("there is nothing to redo on this film")
            return self._write(film, with_step(label, self._possible(step.after), reader, REDO))

    def change_study(self, revision: int, change: Mapping[str, Any], renamed: Mapping[str, str]) -> Study:
        """Change the study, see `changed`.

        Raises:
            StaleError: the study is of another revision by now.
            BundleError: see `changed`; or it cannot be written.
        """
        with self._lock:
            if revision != self._study.revision:
                raise StaleError("the study was changed meanwhile; look at it and change it again", self._study)
            used = frozenset[str]().union(*(summary.landmarks for summary in self._summaries.values()))
            study = changed(self._study, change, renamed, used)
            write_study(self.folder, study)
            self._study = study
            self._summaries = {
                film: replace(summary, landmarks=frozenset(renamed.get(name, name) for name in summary.landmarks))
                for film, summary in self._summaries.items()
            }
            return study

    def _possible(self, part: Part) -> Part:
        """Without the marks of landmarks that were removed from the study."""
        return Part(part.status, {name: mark for name, mark in part.marks.items() if name in self._study.landmarks})

    def _seen(self, film: ListedFilm, revision: int) -> Label:
        label = self.label(film)
        if label.revision != revision:
            raise StaleError("the label of this film was changed meanwhile; compare both and save again", label)
        return label

    def _write(self, film: ListedFilm, label: Label) -> Label:
        write_text(self._file(film.id), label_text(label))
        self._summaries[film.id] = Summary.of(label)
        return label

    def _file(self, film: str) -> Path:
        return self.folder / LABELS / f"{film}.json"

    def _read(self, film: str) -> Label | None:
        label = read_label(self._file(film))
        if label is None or label.study == self._study.revision:
            return label
        return with_names(label, self._study.revision, lambda name: self._study.name_now(name, label.study))

    def _read_summaries(self) -> dict[str, Summary]:
        """Read every label once.

        Raises:
            DatasetError: a label cannot be used, or a film has two.
        """
        summaries = {}
        for file in sorted((self.folder / LABELS).glob("*.json")):
            label = self._read(file.stem)
            if label is None:
                continue
            if film_id(label.film) != file.stem:
                own = self._file(film_id(label.film))
                raise DatasetError(
                    f"{file}: is a label of {label.film!r}, whose own is {own.name}; keep one of them under that name"
                )
            summaries[file.stem] = Summary.of(label)
        return summaries
