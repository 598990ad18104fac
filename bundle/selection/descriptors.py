# SPDX-License-Identifier: Apache-2.0
"""What a film shows, in numbers that need no training: two films are as unlike as these are far apart."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.transforms import Compose, Resized
from torch.nn import functional

from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.refusal import refused_by_name

_SIDE, _CELLS, _DIRECTIONS = 64, 16, 8
_DARK, _LIGHT = 0.01, 0.99  # parts of the pixels, between which grey values count
_FAINT = 0.05  # of the steepest cell: edges that are fainter count for less

VALUES = _CELLS * _CELLS * _DIRECTIONS
"""Numbers of a descriptor."""


def describe(file: Path) -> np.ndarray:
    """Describe a film by where its edges run in which direction.

    They are histograms of oriented gradients (Dalal and Triggs, CVPR 2005) of the film in 64 x 64 pixels.

    Returns:
        `[VALUES]` float16, of length 1, to be compared by Euclidean distance. Were it shorter for a film that shows
        little, that film would be near to all others.

    Raises:
        RadiographError: the film cannot be read, or shows nothing.
    """
    with refused_by_name(file.name):
        item: dict[Any, Any] = _small()({"image": str(file)})
        film = item["image"].as_tensor()
        dark, light = torch.quantile(film, torch.tensor([_DARK, _LIGHT]))
        if dark == light:
            raise RadiographError("nearly all its pixels have one value; remove the film, it shows next to nothing")
        width, height = (_SIDE - side for side in film.shape[1:])
        margins = (height // 2, height - height // 2, width // 2, width - width // 2)
        grey = functional.pad(((film - dark) / (light - dark)).clamp(0, 1), margins)
        return functional.normalize(_directions(grey[None]).flatten(), dim=0).numpy().astype(np.float16)


@cache
def _small() -> Compose:
    """Reads a film and makes it small first: all later steps are quick, however large it is."""
    return Compose([LoadRadiographd("image"), Resized("image", _SIDE, size_mode="longest", mode="area")])


def _directions(image: torch.Tensor) -> torch.Tensor:
    """How steep an image `[1, 1, X, Y]` is in each direction, by cell: `[1, directions, cells, cells]`."""
    across = functional.pad(image[:, :, 2:] - image[:, :, :-2], (0, 0, 1, 1))
    down = functional.pad(image[..., 2:] - image[..., :-2], (1, 1))
    steepness = torch.hypot(across, down)
    direction = torch.atan2(down, across) / (2 * math.pi) * _DIRECTIONS % _DIRECTIONS
    share = direction.frac()
    below = direction.long() % _DIRECTIONS
    steep = torch.zeros(1, _DIRECTIONS, *image.shape[2:])
    steep.scatter_add_(1, below, steepness * (1 - share))
    steep.scatter_add_(1, (below + 1) % _DIRECTIONS, steepness * share)
    cells = functional.adaptive_avg_pool2d(steep, _CELLS)
    length = cells.norm(dim=1, keepdim=True)
    return cells / (length + _FAINT * length.max()).clamp_min(torch.finfo(cells.dtype).tiny)
