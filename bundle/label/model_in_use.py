# SPDX-License-Identifier: Apache-2.0
"""The model that proposes landmarks: replaced whole or not at all, on disk and in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bundle.errors import CheckpointError, DatasetError
from bundle.files import write_text
from bundle.label.study import Study
from bundle.predictor import Predictor
from bundle.selection.ranking_predictor import load_ranking_predictor

MODEL = "model.json"


@dataclass(frozen=True)
class Choice:
    """Which model is in use.

    Attributes:
        run: Folder of the model, below that of the study where it was trained there.
        study: Revision of the study whose landmark names it has.
        round: That it was trained in; None of a model from elsewhere.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    run: str
    study: int
    round: int | None = None


_CHOICE = TypeAdapter(Choice)


@dataclass(frozen=True, eq=False)
class ModelInUse:
    """A model that is loaded.

    Attributes:
        choice: Which one it is.
        predictor: It.
        calibrated: Whether it expects errors.
    """

    choice: Choice
    predictor: Predictor
    calibrated: bool

    @property
    def sha256(self) -> str:
        """SHA-256 of its weights."""
        return self.predictor.weights.sha256

    def names(self, study: Study) -> list[str]:
        """Its landmarks by their names of today."""
        return [study.name_now(name, self.choice.study) for name in self.predictor.names]

    def shown(self, study: Study) -> dict[str, Any]:
        """What a page tells of it."""
        return {
            "name": self.predictor.weights.card["name"],
            "round": self.choice.round,
            "landmarks": self.names(study),
            "calibrated": self.calibrated,
        }


def load_model(folder: Path, choice: Choice, study: Study) -> ModelInUse:
    """Load a model for a study.

    Args:
        folder: Of the study.
        choice: Which one.
        study: Whose landmarks it is to propose.

    Raises:
        CheckpointError: it cannot be used, or knows none of the landmarks.
    """
    model = ModelInUse(choice, *load_ranking_predictor(folder / choice.run))
    if study.landmarks and not set(model.names(study)) & set(study.landmarks):
        raise CheckpointError(
            f"{choice.run}: knows none of the landmarks of the study (it finds {', '.join(model.predictor.names)}); "
            "choose another --model, or give the landmarks of the study its names"
        )
    return model


def write_choice(folder: Path, choice: Choice) -> None:
    """Write which model is in use, whole or not at all.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    write_text(folder / MODEL, _CHOICE.dump_json(choice, indent=1).decode() + "\n")


def read_choice(folder: Path) -> Choice | None:
    """Read which model is in use; None where none is.

    Raises:
        DatasetError: the file cannot be used.
    """
    file = folder / MODEL
    try:
        return _CHOICE.validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise DatasetError(f"{file}: cannot be read; move it away, and choose a --model or train") from error
