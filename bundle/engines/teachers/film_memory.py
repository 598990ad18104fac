# SPDX-License-Identifier: Apache-2.0
"""Average over time of the predictions of each film, kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bundle.errors import CheckpointError, ConfigurationError
from bundle.files import write_whole

NAME = "film_memory"


class FilmMemory:
    """Remembers predictions of films: equation (1) and the start-up correction of arXiv 1610.02242.

    The n-th prediction z of a film makes Z = momentum * Z + (1 - momentum) * z; what is recalled is
    Z / (1 - momentum^n).

    It is a file in the run folder, of 8 K + 4 bytes a film; every checkpoint leaves a copy, to resume exactly.

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
        self.shape = (films,)
        self.row = np.dtype([("sum", "<f4", (landmarks, 2)), ("count", "<i4")])
        self.momentum = momentum
        self.folder = Path(folder)
        self.copies = 0
        self._named: Path | None = None

    @property
    def file(self) -> Path:
        """What training writes to."""
        return self.folder / f"{NAME}.npy"

    def start(self) -> None:
        """Begin without any prediction."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rows = np.lib.format.open_memmap(self.file, mode="w+", dtype=self.row, shape=self.shape)

    def remember(self, films: torch.Tensor, points: torch.Tensor) -> None:
        """Take in predictions [B, K, 2] of films [B] (indices), in coordinates of the films."""
        for film, point in zip(films.tolist(), points.float().cpu().numpy(), strict=True):
            row = self.rows[film]
            row["sum"] = self.momentum * row["sum"] + (1 - self.momentum) * point
            row["count"] += 1

    def recall(self, films: torch.Tensor) -> torch.Tensor:
        """Return the averages [B, K, 2] of films [B] (indices), NaN for a film without any prediction."""
        rows = self.rows[films.numpy()]
        seen = (1 - self.momentum ** rows["count"])[:, None, None]
        return torch.from_numpy(np.divide(rows["sum"], seen, out=np.full_like(rows["sum"], np.nan), where=seen > 0))

    def state_dict(self) -> dict[str, Any]:
        """Copy the memory as it is, and return the copy's name.

        The copy before is kept, since the checkpoint on disk names it until this one replaces it.
        """
        self.rows.flush()
        self.copies += 1
        copy = self.folder / f"{NAME}-{self.copies}.npy"
        write_whole(copy, partial(shutil.copyfile, self.file))
        self._forget_copies_but(copy, self._named)
        self._named = copy
        return {"memory": copy.name, "copies": self.copies}

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
        self.rows = np.lib.format.open_memmap(self.file, mode="r+")
        self.copies = state["copies"]

    def _forget_copies_but(self, *kept: Path | None) -> None:
        for copy in self.folder.glob(f"{NAME}-*.npy"):
            if copy not in kept:
                copy.unlink()
