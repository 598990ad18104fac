# SPDX-License-Identifier: Apache-2.0
"""The mean shape at which DAG's vertices start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from bundle.coordinates import to_normalized
from bundle.input_size import InputSize


def mean_shape(items: Iterable[Mapping[str, Any]], size: InputSize) -> torch.Tensor:
    """Mean landmark positions of the labelled training films (DAG, section 3.2).

    Args:
        items: letterboxed training items, `label` [K, 2] in index coordinates of the image, NaN where missing.
        size: of the images: side of a square in pixels, or width and height.

    Returns:
        [K, 2] float32 in [0, 1] of the image, NaN for a landmark that is missing in every film.
    """
    shapes = torch.stack([torch.as_tensor(item["label"]) for item in items])
    return to_normalized(shapes, size).nanmean(dim=0)
