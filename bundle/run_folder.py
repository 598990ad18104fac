# SPDX-License-Identifier: Apache-2.0
"""A run folder: the names of its files, and how those are read that more than one part of the bundle reads."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bundle.errors import BundleError, CheckpointError
from bundle.files import write_text

IDENTITY, LOCK = "run.json", "run.lock"
CONFIG, ENVIRONMENT = "config.json", "environment.json"
"""Every setting as it was used; versions and device."""

COMPARISON = "comparison.json"
"""In a folder that holds the runs of `train` or `compare`, and is none itself."""

LAST = "last.pt"
"""What a run is resumed from."""

BEST, MODEL = "best.pt", "model.pt"
"""Weights of the best validation of a run, and those that `bundle train` leaves at its end."""

MEAN_SHAPE_WEIGHTS = "mean_shape.pt"
"""Weights of the network before training."""

STAGE_1, STAGE_2 = "stage1.pt", "stage2.pt"
"""What stage 2 started from, and its own best weights, which are those of the run if they were accepted."""

CONVERGENCE, ACCEPTANCE = "convergence.json", "acceptance.json"
HISTORY, PROGRESS, REPORT = "history.csv", "progress.json", "report.html"
TRAINED, LOG = "trained.json", "log.txt"
"""What a comparison adds: that the training has come to its end, and what its processes print."""

EVALUATION, MEAN_SHAPE_EVALUATION, CALIBRATION = "evaluation", "evaluation_mean_shape", "calibration"
"""Folders in it."""

METRICS, CALIBRATION_REPORT = "metrics.json", "calibration.json"
"""The last file that an evaluation writes, and that a calibration writes, in its folder."""

ACCEPTED = "stage_2_accepted"
"""What the card of weights says of the acceptance test; absent from the card of a stage 1."""

ITERATION, EPOCH, ALPHA, ERROR = "iteration", "epoch", "alpha", "_error_px"
VALIDATION = "validation" + ERROR
"""Columns of the history, besides those of the loss terms; that of each validated network ends alike."""

BEST_LEVEL = "best_level" + ERROR
"""Another column of it where parts are repeated: the validation error where each film is at its best level."""

TYPICAL = "typical" + ERROR
"""And another, which judges such a run: the geometric mean of these, which a few lost films do not decide."""


def card_file(weights: str | Path) -> Path:
    """The card beside a weights file."""
    return Path(weights).with_suffix(".json")


def confidence_file(weights: str | Path) -> Path:
    """What calibration learned of the weights, beside their file."""
    return Path(weights).with_suffix(".confidence.pt")


def weights_file(model: str | Path) -> Path:
    """The weights that a person means by a folder of `bundle train`, the output_dir of a training, or a file.

    Raises:
        CheckpointError: the folder holds no weights.
    """
    folder = Path(model)
    if not folder.is_dir():
        return folder
    for name in (MODEL, BEST):
        if (folder / name).is_file():
            return folder / name
    raise CheckpointError(
        f"{folder}: holds neither {MODEL} nor {BEST}; give the folder of a training that came to its end"
    )


def model_files(weights: Path) -> tuple[Path, Path, Path]:
    """What makes a model: weights, their card, and what calibration learned of them, which may be missing."""
    return weights, card_file(weights), confidence_file(weights)


def has_checkpoint(run: Path) -> bool:
    """Whether a run has come far enough to be resumed."""
    return (run / LAST).exists()


def converged(run: Path) -> bool:
    """Whether a stage 1 that came to its end converged.

    Raises:
        CheckpointError: it has not come to its end, or its verdict cannot be read.
    """
    return _verdict(run / CONVERGENCE, "converged", "stage 1")


def accepted(run: Path) -> bool:
    """Whether a stage 2 that came to its end is better than the stage 1 it started from.

    Raises:
        CheckpointError: as `converged`.
    """
    return _verdict(run / ACCEPTANCE, "accepted", "stage 2")


def _verdict(file: Path, field: str, stage: str) -> bool:
    try:
        return bool(json.loads(file.read_text(encoding="utf-8"))[field])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{file}: cannot be read; let {stage} come to its end, it writes this file") from error


def read_json(file: Path) -> dict[str, Any]:
    """Read the card, configuration or environment of a run that came to its end.

    Raises:
        BundleError: it is missing or cannot be read.
    """
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{file}: cannot be read; give the folder of a training run that came to its end") from error
    return content


Row = dict[str, float | None]


def read_history(run: Path) -> list[Row]:
    """Read the rows of a run's history, one an epoch; None for what was not measured.

    Raises:
        BundleError: the file cannot be read, or a cell is not a number.
    """
    try:
        with (run / HISTORY).open(encoding="utf-8", newline="") as file:
            return [{name: _number(cell) for name, cell in row.items()} for row in csv.DictReader(file)]
    except (OSError, ValueError, AttributeError, csv.Error) as error:
        raise BundleError(f"{run / HISTORY}: cannot be read as a training history ({error}); train again") from error


def _number(cell: str | None) -> float | None:
    if not cell:
        return None
    return int(cell) if cell.isdecimal() else float(cell)


@dataclass(frozen=True)
class Trained:
    """That a comparison has trained a cell.

    Attributes:
        minutes: What the training took.
        resumed: Whether that is only since it was resumed.
    """

    minutes: float
    resumed: bool


def write_trained(run: Path, trained: Trained) -> None:
    """Note that the training of a run has come to its end.

    Raises:
        BundleError: the folder cannot be written to.
    """
    write_text(run / TRAINED, json.dumps(asdict(trained)) + "\n")


def read_trained(run: Path) -> Trained:
    """Read what `write_trained` noted.

    Raises:
        BundleError: the note cannot be read.
    """
    try:
        return Trained(**json.loads((run / TRAINED).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BundleError(f"{run / TRAINED}: cannot be read; delete it, and the training is taken up again") from error


@dataclass(frozen=True)
class RunProgress:
    """How far a training has come.

    Attributes:
        epoch: Epochs that are finished.
        epochs: Epochs of the whole run.
        seconds_left: What the rest will take at the pace so far.
        validation_error_px: Validation error now, in pixels of the films, of repeated parts the typical one; None
            where none was measured.
        in_words: What that error is, after its number.
    """

    epoch: int
    epochs: int
    seconds_left: float
    validation_error_px: float | None = None
    in_words: str = ""

    def __str__(self) -> str:
        error = self.validation_error_px
        validation = "" if error is None else f", validation {error:.2f} px{self.in_words}"
        return f"epoch {self.epoch} of {self.epochs}{validation}, {duration(self.seconds_left)} left"


def write_progress(run: Path, progress: RunProgress) -> None:
    """Write `progress.json`, from which other processes tell how far a run is.

    Raises:
        BundleError: the folder cannot be written to.
    """
    write_text(run / PROGRESS, json.dumps(asdict(progress)) + "\n")


def read_progress(run: Path) -> RunProgress | None:
    """Read how far a run has come; None where it has not finished an epoch."""
    try:
        return RunProgress(**json.loads((run / PROGRESS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def duration(seconds: float) -> str:
    """A time to wait as a person says it: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
