# SPDX-License-Identifier: Apache-2.0
"""Proposes landmarks: of a film that a page asks for at once, and of all others while nobody asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from bundle.errors import ConfigurationError, RadiographError, StorageError
from bundle.label.film_list import FilmList, ListedFilm
from bundle.label.label import UNLABELLED
from bundle.label.model_in_use import ModelInUse
from bundle.label.proposal import PROPOSALS, Proposal, proposal_of, read_proposal, with_names_of, write_proposal
from bundle.label.store import Store
from bundle.predictor import Refusal

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS = 1.0


class Proposer:
    """Keeps what the model in use says of the films of a study, one file a film.

    Args:
        films: Of the study.
        store: Its labels.
        busy: Whether the machine has better to do than to look at films that nobody asked for.
    """

    def __init__(self, films: FilmList, store: Store, busy: Callable[[], bool]) -> None:
        self.films = films
        self.store = store
        self.model: ModelInUse | None = None
        self._busy = busy
        self._known: dict[str, Proposal] = {}
        self._asking = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def use(self, model: ModelInUse) -> None:
        """Propose by another model from now on; what it said of films before is read again."""
        with self._asking:
            proposals = ((film.id, read_proposal(self._file(film))) for film in self.films)
            self._known = {film: known for film, known in proposals if known and known.model == model.sha256}
            self.model = model
        if self._thread is None:
            self._thread = threading.Thread(target=self._look_at_all, name="proposals", daemon=True)
            self._thread.start()

    def looked_at(self, film: ListedFilm) -> bool:
        """Whether the model in use was asked about a film."""
        return film.id in self._known

    def known(self, film: ListedFilm) -> Proposal | None:
        """What the model in use said of a film, by the landmark names of today; None where it was not asked."""
        proposal = self._known.get(film.id)
        if proposal is None or proposal.study == self.store.study.revision:
            return proposal
        return with_names_of(proposal, self.store.study)

    def kept(self, film: ListedFilm) -> Proposal | None:
        """What was last proposed for a film, by this model or one before it, by the landmark names of today."""
        proposal = read_proposal(self._file(film))
        return proposal and with_names_of(proposal, self.store.study)

    def ask(self, film: ListedFilm) -> Proposal:
        """What the model in use says of a film.

        Raises:
            ConfigurationError: there is no model yet.
            RadiographError: the film cannot be read.
            StorageError: the disk is full.
        """
        with self._asking:
            if self.model is None:
                raise ConfigurationError("there is no model yet; label films and train one, or start with a --model")
            if (known := self.known(film)) is not None:
                return known
            if film.refused is not None:
                raise RadiographError(f"{film.name}: {film.refused}")
            (found,) = self.model.predictor([film.file])
            if isinstance(found, Refusal):
                raise RadiographError(found.reason)
            proposal = proposal_of(found, film.name, self.model.choice.study, self.model.calibrated)
            write_proposal(self._file(film), proposal)
            self._known[film.id] = proposal
        return with_names_of(proposal, self.store.study)

    def close(self) -> None:
        """Look at no more films."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _look_at_all(self) -> None:
        """Look at every film that nobody labelled, and again after each change of the model."""
        refused: set[tuple[str, str]] = set()
        while not self._closing.is_set():
            film = None if self._busy() else self._unknown(refused)
            if film is None:
                self._closing.wait(_SECONDS_BETWEEN_LOOKS)
                continue
            try:
                self.ask(film)
            except RadiographError:  # a page says so where the film is looked at
                refused.add((film.id, self._weights))
            except StorageError as error:
                logger.error(f"{error}; no more films are looked at")
                return

    def _unknown(self, refused: set[tuple[str, str]]) -> ListedFilm | None:
        for film in self.films:
            asked = film.id in self._known or (film.id, self._weights) in refused
            if not asked and self.store.summary(film).status == UNLABELLED:
                return film
        return None

    @property
    def _weights(self) -> str:
        return self.model.sha256 if self.model else ""

    def _file(self, film: ListedFilm) -> Path:
        return self.store.folder / PROPOSALS / f"{film.id}.json"
