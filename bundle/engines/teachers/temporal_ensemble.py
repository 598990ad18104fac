# SPDX-License-Identifier: Apache-2.0
"""Temporal ensemble (Laine and Aila, ICLR 2017, arXiv 1610.02242): past predictions of each film are its teacher."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bundle.engines.teachers.teacher import PseudoGroundTruth, Teacher
from bundle.errors import CheckpointError, ConfigurationError
from bundle.files import write_whole
from bundle.networks import DeepAdaptiveGraph

NAME = "temporal_ensemble"


class TemporalEnsemble(Teacher):
    """Average over time of the student's predictions of each film, in coordinates of the film.

    The n-th prediction z of a film makes Z = momentum * Z + (1 - momentum) * z, and the pseudo ground truth is
    Z / (1 - momentum^n): the start-up at zero is corrected. Predictions are carried from the augmented image back to
    the film, and the pseudo ground truth from the film to the augmented image. A film that was not seen yet has none.

    The memory is a file in the run folder, of 8 K + 4 bytes a film; every checkpoint leaves a copy, to resume exactly.

    Args:
        films: number of unlabelled films.
        landmarks: number K of landmarks.
        memory_dir: the run folder.
        momentum: weight of the past.

    Raises:
        ConfigurationError: the momentum is not in [0, 1).
    """

    has_feature_map = False

    def __init__(self, films: int, landmarks: int, memory_dir: str | Path, momentum: float = 0.6) -> None:
        if not 0 <= momentum < 1:
            raise ConfigurationError(f"ensemble_momentum is {momentum}; choose at least 0 and less than 1")
        self.shape = (films,)
        self.row = np.dtype([("sum", "<f4", (landmarks, 2)), ("count", "<i4")])
        self.momentum = momentum
        self.folder = Path(memory_dir)
        self.steps = 0
        self._named: Path | None = None

    @property
    def file(self) -> Path:
        """The memory that training writes to."""
        return self.folder / f"{NAME}.npy"

    def start(self, student: DeepAdaptiveGraph) -> None:
        """Begin without any prediction."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.memory = np.lib.format.open_memmap(self.file, mode="w+", dtype=self.row, shape=self.shape)

    def pseudo_ground_truth(
        self, student: DeepAdaptiveGraph, image: torch.Tensor, batch: Mapping[str, Any]
    ) -> PseudoGroundTruth:
        """Answer with the averages of the films, moved to where augmentation put their landmarks."""
        rows = self.memory[batch["film_index"].numpy()]
        seen = (1 - self.momentum ** rows["count"])[:, None, None]
        average = np.divide(rows["sum"], seen, out=np.full_like(rows["sum"], np.nan), where=seen > 0)
        return PseudoGroundTruth(batch["deformation"].move(torch.from_numpy(average)).to(image.device), None)

    def after_step(
        self, student: DeepAdaptiveGraph, batch: Mapping[str, Any], prediction: torch.Tensor
    ) -> dict[str, float]:
        """Remember the predictions of an unlabelled batch."""
        if not batch["labelled"]:
            points = batch["deformation"].restore(prediction.float().cpu()).numpy()
            for film, point in zip(batch["film_index"].tolist(), points, strict=True):
                row = self.memory[film]
                row["sum"] = self.momentum * row["sum"] + (1 - self.momentum) * point
                row["count"] += 1
        self.steps += 1
        return {}

    def state_dict(self) -> dict[str, Any]:
        """Copy the memory as it is, and return the copy's name.

        The copy before is kept, since the checkpoint on disk names it until this one replaces it.
        """
        self.memory.flush()
        copy = self.folder / f"{NAME}-{self.steps}.npy"
        write_whole(copy, partial(shutil.copyfile, self.file))
        self._forget_copies_but(copy, self._named)
        self._named = copy
        return {"memory": copy.name, "steps": self.steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the memory from the copy of a checkpoint.

        Raises:
            CheckpointError: the copy is missing.
            ValueError: it is of other films or landmarks.
        """
        copy = self.folder / state["memory"]
        if not copy.is_file():
            raise CheckpointError(f"{copy}: is missing, it belongs to last.pt beside it; start the run again")
        saved = np.load(copy, mmap_mode="r")
        if saved.shape != self.shape or saved.dtype != self.row:
            raise ValueError(f"{copy.name} remembers {len(saved)} films, this pool has {self.shape[0]}")
        write_whole(self.file, partial(shutil.copyfile, copy))
        self._forget_copies_but(copy)
        self._named = copy
        self.memory = np.lib.format.open_memmap(self.file, mode="r+")
        self.steps = state["steps"]

    def _forget_copies_but(self, *kept: Path | None) -> None:
        for copy in self.folder.glob(f"{NAME}-*.npy"):
            if copy not in kept:
                copy.unlink()
