# SPDX-License-Identifier: Apache-2.0
"""All that a server works with: films, the study about them, the model that proposes, and the training of the next."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bundle.dataset.description import DatasetDescription
from bundle.errors import BundleError
from bundle.label.described_films import DescribedFilms
from bundle.label.film_list import FilmList
from bundle.label.judged import error_on
from bundle.label.model_in_use import Choice, load_model, read_choice, write_choice
from bundle.label.proposer import Proposer
from bundle.label.rounds import Round
from bundle.label.shown_films import ShownFilms
from bundle.label.store import Store
from bundle.label.study import Study
from bundle.label.suggestions import Suggestions
from bundle.label.taken_over import take_over
from bundle.label.training import Training

logger = logging.getLogger(__name__)


class Workspace:
    """The films and the study of a server.

    Args:
        films: Folder of the films.
        folder: Of the study.
        new: The study to begin with where there is none yet.
        reader: Who labels, where the page is told no other name.
        words: Options of `bundle train` for its trainings.
        model: Folder of a model to propose by; None for the one in use.
        dataset: What the folder of the films has for a `dataset.json`, if any: its labels are those of the study as
            well, and its test films are left out, so that nothing learns from them.

    Attributes:
        taken_over: How many labels came from it.

    Raises:
        BundleError: a folder or file cannot be used.
    """

    def __init__(
        self,
        films: Path,
        folder: Path,
        new: Study,
        reader: str | None = None,
        words: Sequence[str] = (),
        model: Path | None = None,
        dataset: DatasetDescription | None = None,
    ) -> None:
        self.films = FilmList(films, {film.image.as_posix() for film in dataset.test} if dataset else ())
        self.reader = reader
        self.shown = ShownFilms(folder)
        self.store = Store(folder, self.films, new)
        try:
            self.taken_over = take_over(self.store, dataset) if dataset else 0
            self.proposer = Proposer(self.films, self.store, lambda: self.training.running is not None)
            self.training = Training(self.store, words, self._trained)
            self.described = DescribedFilms(self.films, folder, lambda: self.training.running is not None)
            self.suggestions = Suggestions(self.films, self.store, self.proposer, self.described)
            self._begin_with(model)
            self.training.go_on()
            self.described.start()
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """End a training, which the next server goes on with, and let another process work in the study."""
        self.training.close()
        self.proposer.close()
        self.described.close()
        self.store.close()

    def _begin_with(self, model: Path | None) -> None:
        """Propose by a model that is given, else by the one that was in use, if that is still there."""
        if model is not None:
            choice = Choice(str(model.resolve()), self.store.study.revision)
            self._use(choice)
            write_choice(self.store.folder, choice)
            if not self.store.study.landmarks and self.proposer.model is not None:
                names = self.proposer.model.predictor.names
                self.store.change_study(self.store.study.revision, {"landmarks": names}, {})
        elif (used := read_choice(self.store.folder)) is not None:
            try:
                self._use(used)
            except BundleError as error:
                logger.warning(f"nothing is proposed until a model is trained: {error}")

    def _use(self, choice: Choice) -> None:
        self.proposer.use(load_model(self.store.folder, choice, self.store.study))

    def _trained(self, round_: Round, run: Path) -> Round:
        """Take the model of a round into use: once it is loaded and judged, in one step on disk."""
        choice = Choice(run.relative_to(self.store.folder).as_posix(), round_.study, round_.number)
        model = load_model(self.store.folder, choice, self.store.study)
        error = error_on(model, self.store, round_.validation)
        write_choice(self.store.folder, choice)
        self.proposer.use(model)
        return replace(round_, model=model.sha256, validation_error=error)
