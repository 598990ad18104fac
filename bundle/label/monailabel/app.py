# SPDX-License-Identifier: Apache-2.0
"""MONAI Label's app of a study: what its endpoints ask for infers, trains, chooses films and keeps labels."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Collection
from typing import Any

from monailabel.interfaces.app import MONAILabelApp
from monailabel.interfaces.datastore import Datastore
from monailabel.interfaces.exception import MONAILabelError, MONAILabelException
from monailabel.interfaces.tasks.infer_v2 import InferTask, InferType
from monailabel.interfaces.tasks.scoring import ScoringMethod
from monailabel.interfaces.tasks.strategy import Strategy
from monailabel.interfaces.tasks.train import TrainTask

import bundle
from bundle.errors import ConfigurationError, RadiographError
from bundle.label.monailabel.datastore import MARKUPS, StudyDatastore
from bundle.label.monailabel.looking import Looking
from bundle.label.point_lists import proposal_list
from bundle.label.proposal import Proposal
from bundle.label.training_routes import shown_round
from bundle.label.workspace import Workspace

MODEL, NEXT, EXPECTED_ERROR = "landmarks", "next", "expected_error"
"""Names of the one model, of the one strategy, and of the one score."""

Datastore.register(StudyDatastore)


class LandmarkApp(MONAILabelApp):
    """The app of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.score, self.many_films = Score(workspace), ManyFilms(workspace)
        about = {"name": "few-shot-dag", "description": "landmarks on X-ray films", "version": bundle.__version__}
        super().__init__("", str(workspace.films.folder), {}, **about)

    def init_datastore(self) -> StudyDatastore:
        """The study."""
        return StudyDatastore(self.workspace)

    def init_infers(self) -> dict[str, InferTask]:
        """The model in use."""
        return {MODEL: Inference(self.workspace)}

    def init_trainers(self) -> dict[str, TrainTask]:
        """The training of the next model."""
        return {MODEL: Rounds(self.workspace)}

    def init_strategies(self) -> dict[str, Strategy]:
        """Which film is next."""
        return {NEXT: Next(self.workspace)}

    def init_scoring_methods(self) -> dict[str, ScoringMethod]:
        """What films are ranked by."""
        return {EXPECTED_ERROR: self.score}

    def init_batch_infer(self) -> ManyFilms:
        """The model on many films."""
        return self.many_films

    def info(self) -> dict[str, Any]:
        """What MONAI Label tells of an app."""
        self.labels = list(self.workspace.store.study.landmarks)
        return super().info()

    def infer(self, request: dict[str, Any], datastore: Any = None) -> dict[str, Any]:
        """Find the landmarks of a film of the study; a path is refused, and so is an uploaded film.

        Raises:
            UnknownFilmError: there is no film of that id.
        """
        film = self.workspace.films.find(str(request.get("image", "")))
        return super().infer({**request, "film": film.id, "save_label": False}, datastore)

    def start_scoring(self, request: dict[str, Any], wait: bool) -> dict[str, Any]:
        """Start what `scoring` does; returns the task."""
        self._require(self._scoring_methods, request["name"])
        return self.score(request, self.datastore(), wait)

    def start_batch(self, request: dict[str, Any], wait: bool) -> dict[str, Any]:
        """Start what `batch_infer` does; returns the task."""
        self._require(self._infers, request["name"])
        return self.many_films(request, self.datastore(), self.infer, wait)

    @staticmethod
    def _require(known: Collection[str], name: str) -> None:
        if name not in known:
            raise MONAILabelException(
                MONAILabelError.INVALID_INPUT, f"there is no {name!r}; take one of {', '.join(known)}"
            )


class Inference(InferTask):
    """The model in use, which is another one after each round."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__(InferType.DETECTION, None, 2, "finds landmarks; another model after each training")

    def info(self) -> dict[str, Any]:
        """With the landmarks of now."""
        model, study = self.workspace.proposer.model, self.workspace.store.study
        self.labels = list(study.landmarks)
        return super().info() | ({"model": model.shown(study)} if model else {})

    def is_valid(self) -> bool:
        """Whether there is a model."""
        return self.workspace.proposer.model is not None

    def __call__(self, request: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """The file of a point list, and the same points in pixels of the stored image."""
        film = self.workspace.films.find(request["film"])
        proposal = self.workspace.proposer.ask(film)
        told = points_of(proposal) | {"label_names": list(self.workspace.store.study.landmarks)}
        try:
            text = json.dumps(proposal_list(film, proposal, self.workspace.store.study), allow_nan=False)
        except RadiographError as error:  # the points are known all the same
            return None, told | {"no_point_list": str(error)}
        with tempfile.NamedTemporaryFile("w", prefix=f"{film.id}-", suffix=MARKUPS, delete=False) as file:
            file.write(text)  # MONAI Label removes it once it is sent
        return file.name, told


def points_of(proposal: Proposal) -> dict[str, Any]:
    """A proposal as parameters of an answer: points in pixels of the stored image, and the error to expect of each."""
    expected = proposal.expected if proposal.calibrated else {}
    return {
        "points": [
            {"label": name, "x": x, "y": y, "expected_error_px": expected.get(name)}
            for name, (x, y) in proposal.points.items()
        ],
        "spacing_mm": proposal.spacing,
        "decision": proposal.decision,
        "reasons": proposal.reasons,
        "model": proposal.model,
    }


class Rounds(TrainTask):
    """Trainings of the study, each a round."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__("learns from all labelled films, in a process of its own")

    def stats(self) -> dict[str, Any]:
        """How far the last round is, or what came of it."""
        training = self.workspace.training
        last = training.running or (training.rounds[-1] if training.rounds else None)
        if last is None:
            return {}
        shown = shown_round(self.workspace.store.folder, last)
        return shown | {"epoch": shown.get("epoch", 0), "total_epochs": shown.get("epochs") or 1}

    def __call__(self, request: dict[str, Any], datastore: Any) -> dict[str, Any]:
        """Start a round.

        Raises:
            ConfigurationError: a setting is sent with it, one is running, or too few films are labelled.
        """
        settings = request.keys() - {"model", "client_id"}
        if settings:
            raise ConfigurationError(
                f"{', '.join(sorted(settings))}: a training takes its settings from the command that started "
                "the server; give them there, after --"
            )
        self.workspace.training.start()
        return self.stats()


class Next(Strategy):
    """The film that the page proposes as well."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__("the film that the page proposes")

    def __call__(self, request: dict[str, Any], datastore: Any) -> dict[str, Any]:
        """Id of a film and the reason; nothing where all are labelled."""
        return next(({"id": film.id, "reason": reason} for film, reason in self.workspace.suggestions.ordered()), {})


class Score(ScoringMethod):
    """The error to expect of the films that nobody labelled, which is kept with their proposals."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.looking = Looking(workspace.proposer, _score)
        super().__init__("the error to expect of every film that nobody labelled, kept with its proposal")

    def __call__(self, request: dict[str, Any], datastore: Any, wait: bool = True) -> dict[str, Any]:
        """Look at the films; returns the task, with what was found of each film."""
        films = map(self.workspace.films.find, datastore.get_unlabeled_images())
        return self.looking.start(request, films, wait).shown()


class ManyFilms:
    """The model in use on all films, or on those with or without a label; what it says is kept as their proposals."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.looking = Looking(workspace.proposer, points_of)

    def __call__(self, request: dict[str, Any], datastore: Any, infer: Any = None, wait: bool = True) -> dict[str, Any]:
        """Look at the films; returns the task, with what was found on each film."""
        chosen = {"labeled": datastore.get_labeled_images, "unlabeled": datastore.get_unlabeled_images}
        images = request.get("images", "all")
        listed = images if isinstance(images, list) else chosen.get(images, datastore.list_images)()
        return self.looking.start(request, map(self.workspace.films.find, listed), wait).shown()


def _score(proposal: Proposal) -> dict[str, Any]:
    error = proposal.mean_expected
    return {EXPECTED_ERROR: error if math.isfinite(error) else None, "calibrated": proposal.calibrated}
