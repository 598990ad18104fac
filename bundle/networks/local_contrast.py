# SPDX-License-Identifier: Apache-2.0
"""Contrast told from the surroundings of each pixel, so that a faint part of a film looks as a clear one does."""

from __future__ import annotations

import torch
from torch.nn import functional

FAINT = 0.03  # deviation, of a range of 1, below which contrast is noise rather than something faint
TIMES = 2  # a box twice blurs about as a Gaussian does, without edges


def local_contrast(image: torch.Tensor, box: float) -> torch.Tensor:
    """Each pixel less the mean about it, over the deviation about it.

    Args:
        image: [B, C, X, Y] in [0, 1].
        box: side of the box that is about a pixel, in longer sides of the image; beyond the edge nothing counts.

    Returns:
        [B, C, X, Y] float32 about 0.5, a deviation being a quarter.
    """
    side = 2 * int(box * max(map(int, image.shape[-2:])) / 2 + 0.5) + 1

    def about(values: torch.Tensor) -> torch.Tensor:
        for _ in range(TIMES):
            for kernel in ((side, 1), (1, side)):
                padding = kernel[0] // 2, kernel[1] // 2
                values = functional.avg_pool2d(values, kernel, 1, padding, count_include_pad=False)
        return values

    with torch.autocast(image.device.type, enabled=False):
        image = image.float()
        mean = about(image)
        deviation = (about(image.square()) - mean.square()).clamp(min=0).sqrt()
        return 0.5 + 0.25 * (image - mean) / (deviation + FAINT)
