# SPDX-License-Identifier: Apache-2.0
"""The files of a run folder that more than one part of the bundle reads: their names, and how to read them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bundle.errors import CheckpointError
from bundle.files import write_text

BEST, MODEL = "best.pt", "model.pt"
"""Weights of the best validation of a run, and those that `bundle train` leaves at its end."""

PROGRESS = "progress.json"


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


@dataclass(frozen=True)
class RunProgress:
    """How far a training has come.

    Attributes:
        epoch: Epochs that are finished.
        epochs: Epochs of the whole run.
        seconds_left: What the rest will take at the pace so far.
        validation_error_px: Validation error now, in pixels of the films; None where none was measured.
    """

    epoch: int
    epochs: int
    seconds_left: float
    validation_error_px: float | None = None

    def __str__(self) -> str:
        validation = "" if self.validation_error_px is None else f", validation {self.validation_error_px:.2f} px"
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
