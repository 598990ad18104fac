# SPDX-License-Identifier: Apache-2.0
"""What is remembered of each film, kept on disk."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bundle.errors import CheckpointError
from bundle.files import make_folder, write_whole

NAME = "film_memory"


class FilmRows(ABC):
    """A row of numbers for each unlabelled film, in a file in the run folder, which does not grow with the steps.

    Every checkpoint leaves a copy, to resume exactly.

    Args:
        films: number of unlabelled films.
        kept: name and shape of the numbers of a film, zeros before its first prediction; their `count` stands beside.
        folder: the run folder.
    """

    def __init__(self, films: int, kept: tuple[str, tuple[int, ...]], folder: str | Path) -> None:
        name, shape = kept
        self.shape = (films,)
        self.row = np.dtype([(name, "<f4", shape), ("count", "<i4")])
        self.folder = Path(folder)
        self.copies = 0
        self._named: Path | None = None

    @property
    def file(self) -> Path:
        """What training writes to."""
        return self.folder / f"{NAME}.npy"

    def start(self) -> None:
        """Begin without any prediction."""
        make_folder(self.folder)
        self.rows = np.lib.format.open_memmap(self.file, mode="w+", dtype=self.row, shape=self.shape)

    def remember(self, films: torch.Tensor, points: torch.Tensor) -> None:
        """Take in predictions [B, K, 2] of films [B] (indices), in coordinates of the films."""
        for film, point in zip(films.tolist(), points.float().cpu().numpy(), strict=True):
            row = self.rows[film]
            self._take_in(row, point)
            row["count"] += 1

    def has_room(self, films: torch.Tensor) -> torch.Tensor:
        """Return [B], whether another prediction would change what is known of films [B] (indices)."""
        return torch.ones(len(films), dtype=torch.bool)

    @abstractmethod
    def _take_in(self, row: np.void, point: np.ndarray) -> None:
        """Change the row of a film by its next prediction [K, 2]; `count` is that of the ones before."""

    @abstractmethod
    def recall(self, films: torch.Tensor) -> torch.Tensor:
        """Return what is known [B, K, 2] of films [B] (indices), NaN for a film without any prediction."""

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
