# SPDX-License-Identifier: Apache-2.0
"""Average over time of the predictions of each film, kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from bundle.engines.teachers.film_rows import FilmRows
from bundle.errors import ConfigurationError


class FilmMemory(FilmRows):
    """Remembers predictions of films: equation (1) and the start-up correction of arXiv 1610.02242.

    The n-th prediction z of a film makes Z = momentum * Z + (1 - momentum) * z; what is recalled is
    Z / (1 - momentum^n).

    It takes 8 K + 4 bytes a film on disk.

    Args:
        films: number of unlabelled films.
        landmarks: number K of landmarks.
        folder: the run folder.
        momentum: weight of the past.

    Raises:
        ConfigurationError: the momentum is not in [0, 1).
    """

    def __init__(self, films: int, landmarks: int, folder: str | Path, momentum: float) -> None:
        if not 0 <= momentum < 1:
            raise ConfigurationError(f"ensemble_momentum is {momentum}; choose at least 0 and less than 1")
        super().__init__(films, ("sum", (landmarks, 2)), folder)
        self.momentum = momentum

    def _take_in(self, row: np.void, point: np.ndarray) -> None:
        row["sum"] = self.momentum * row["sum"] + (1 - self.momentum) * point

    def recall(self, films: torch.Tensor) -> torch.Tensor:
        """Return the averages [B, K, 2] of films [B] (indices), NaN for a film without any prediction."""
        rows = self.rows[films.numpy()]
        seen = (1 - self.momentum ** rows["count"])[:, None, None]
        return torch.from_numpy(np.divide(rows["sum"], seen, out=np.full_like(rows["sum"], np.nan), where=seen > 0))
