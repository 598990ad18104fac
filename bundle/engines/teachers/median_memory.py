# SPDX-License-Identifier: Apache-2.0
"""Median of the first predictions of each film, kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from bundle.engines.teachers.film_rows import FilmRows
from bundle.errors import ConfigurationError


class MedianMemory(FilmRows):
    """Remembers the first predictions of films; what is recalled is their median, coordinate by coordinate.

    Some answers go far astray, and would drag a mean along. A teacher that does not learn need not be asked again once
    there are enough: there is no room for more.

    It takes 8 K `answers` + 4 bytes a film on disk.

    Args:
        films: number of unlabelled films.
        landmarks: number K of landmarks.
        folder: the run folder.
        answers: number of predictions that are kept of a film.

    Raises:
        ConfigurationError: no prediction would be kept.
    """

    def __init__(self, films: int, landmarks: int, folder: str | Path, answers: int) -> None:
        if answers < 1:
            raise ConfigurationError(f"remembered_answers is {answers}; choose at least 1")
        super().__init__(films, ("answers", (answers, landmarks, 2)), folder)
        self.answers = answers

    def has_room(self, films: torch.Tensor) -> torch.Tensor:
        """Return [B], whether films [B] (indices) have fewer answers than are kept."""
        return torch.from_numpy(self.rows["count"][films.numpy()] < self.answers)

    def _take_in(self, row: np.void, point: np.ndarray) -> None:
        if row["count"] < self.answers:
            row["answers"][row["count"]] = point

    def recall(self, films: torch.Tensor) -> torch.Tensor:
        """Return the medians [B, K, 2] of films [B] (indices), NaN for a film without any prediction."""
        return torch.from_numpy(np.stack([self._median(self.rows[film]) for film in films.tolist()]))

    def _median(self, row: np.void) -> np.ndarray:
        answers: np.ndarray = row["answers"]
        return np.median(answers[: row["count"]], axis=0) if row["count"] else np.full_like(answers[0], np.nan)
