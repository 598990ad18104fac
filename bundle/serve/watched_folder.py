# SPDX-License-Identifier: Apache-2.0
"""The way in and out through folders, for groups without a PACS: films are copied in, results lie in another folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bundle.files import write_whole
from bundle.films.dicom_file import looks_like_dicom
from bundle.films.film_folder import film_item
from bundle.films.folder_files import folder_files
from bundle.films.suffix import FILM, has_suffix
from bundle.results.film_result import Model
from bundle.serve.condition import FOLDER
from bundle.serve.configuration import FolderSection, RuleSection
from bundle.serve.ledger import Film, Ledger
from bundle.serve.orthanc import GoneError, UnreachableError
from bundle.serve.rules import elements_of, is_film, model_for

_REASON = ".reason.json"
_SEPARATOR = "|"
_AT_A_TIME = 500


class WatchedFolder:
    """A folder of films with the rules of a node.

    A film is known by its name, size and time: a file that is written anew is a film anew.

    Args:
        section: The folders.
        rules: Which model a film is for; a picture fits only a rule without conditions.
    """

    source = FOLDER

    def __init__(self, section: FolderSection, rules: Sequence[RuleSection]) -> None:
        self.section = section
        self.rules = rules
        self._seen: dict[str, float] = {}
        self._taken: set[str] = set()

    def require(self) -> None:
        """Nothing to ask anybody: reading the configuration has looked at the folders."""

    def arrivals(self, ledger: Ledger) -> bool:
        """Take in the files that have stayed as they are for long enough.

        Raises:
            UnreachableError: the folder cannot be opened.
        """
        present = list(self._present())
        fresh = [name for name in present if name not in self._taken]
        for begin in range(0, len(fresh), _AT_A_TIME):
            self._taken |= ledger.known(fresh[begin : begin + _AT_A_TIME])
        now = time.monotonic()
        self._seen = {name: self._seen.get(name, now) for name in fresh if name not in self._taken}
        settled = [name for name, first in self._seen.items() if now - first >= self.section.settle_seconds]
        ledger.take([film for name in settled if (film := self._film(name)) is not None])
        self._taken |= set(settled)
        return len(settled) < len(self._seen)

    def fetch(self, film: Film, scratch: Path) -> Mapping[str, Any]:
        """The film in its place."""
        file = self._file(film.film)
        if not file.is_file() or _name(file, self.section.films) != film.film:
            raise GoneError("the file was changed or removed before it was read")
        return film_item(file, self.section.films)

    def report_reason(self, film: Film, model: Model, reason: str) -> dict[str, bytes]:
        """A JSON file that has the reason."""
        name = self._file(film.film).relative_to(self.section.films).as_posix()
        document = {"name": name, "weights_sha256": model.weights_sha256, "reason": reason}
        return {f"{name}{_REASON}": (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()}

    def deliver(self, film: Film, results: Mapping[str, bytes]) -> list[str]:
        """Write results, and take away the reason of a film that was copied again."""
        name = self._file(film.film).relative_to(self.section.films).as_posix()
        for file_name, content in results.items():
            write_whole(self.section.results / file_name, partial(_fill, content))
        reason = f"{name}{_REASON}"
        if reason not in results:
            (self.section.results / reason).unlink(missing_ok=True)
        return []

    def remove(self, kept: Sequence[str]) -> None:
        """Nothing is kept here."""

    def _present(self) -> Iterator[str]:
        folder = self.section.films
        files, closed = folder_files(folder)
        if folder in closed:
            raise UnreachableError(f"{folder}: {closed[folder]}")
        for file in files:
            try:
                yield _name(file, folder)
            except OSError:
                continue  # removed while the folder was listed

    def _file(self, name: str) -> Path:
        return self.section.films / name.rsplit(_SEPARATOR, 2)[0]

    def _film(self, name: str) -> Film | None:
        file = self._file(name)
        try:
            if looks_like_dicom(file):
                elements = elements_of(file)
                if elements and not is_film(elements):
                    return None
            elif has_suffix(file, FILM):
                elements = {}
            else:
                return None
        except OSError:
            elements = {}
        uids = elements.get("SOPInstanceUID", ""), elements.get("StudyInstanceUID", "")
        return Film(name, *uids, model_for(self.rules, elements), time.time())


def _fill(content: bytes, file: Path) -> None:
    file.write_bytes(content)


def _name(file: Path, folder: Path) -> str:
    """What a film is known by."""
    status = file.stat()
    return _SEPARATOR.join((file.relative_to(folder).as_posix(), str(status.st_size), str(status.st_mtime_ns)))
