# SPDX-License-Identifier: Apache-2.0
"""Median of the first predictions of each film, with the shape of all films against those that went astray."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from bundle.engines.teachers.median_memory import MedianMemory
from bundle.engines.teachers.robust_shape import RobustShape

FEWEST = 12  # films whose shape is looked at
MOST = 512  # films that it is fitted to


class ShapeMemory(MedianMemory):
    """A `MedianMemory` that moves landmarks which do not fit the others of their film.

    Which shapes there are it learns from the medians of all films that it remembers.

    Args:
        films: number of unlabelled films.
        landmarks: number K of landmarks.
        folder: the run folder.
        answers: number of predictions that are kept of a film.
    """

    def __init__(self, films: int, landmarks: int, folder: str | Path, answers: int) -> None:
        super().__init__(films, landmarks, folder, answers)
        self._fitted_to = 0
        self._shape: RobustShape | None = None

    def recall(self, films: torch.Tensor) -> torch.Tensor:
        """Return the medians [B, K, 2] of films [B] (indices), settled; NaN for a film without any prediction."""
        medians = super().recall(films)
        shape = self._known_shape()
        return medians if shape is None else shape.settle(medians)

    def _known_shape(self) -> RobustShape | None:
        """Fitted to what is remembered now; None for few films."""
        answers = int(self.rows["count"].sum())
        if answers != self._fitted_to:
            seen = torch.from_numpy(np.flatnonzero(self.rows["count"]))
            chosen = seen[:: -(-len(seen) // MOST)]
            self._shape = RobustShape.fit(super().recall(chosen)) if len(seen) >= FEWEST else None
            self._fitted_to = answers
        return self._shape
