# SPDX-License-Identifier: Apache-2.0
"""The metadata that every reader of this bundle gives with a film, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from monai.utils import MetaKeys

from bundle.films.pixel_spacing import UNKNOWN_SPACING, SpacingProvenance


def radiograph_meta(
    image: np.ndarray,
    spacing: tuple[float, float] = UNKNOWN_SPACING,
    provenance: SpacingProvenance = SpacingProvenance.UNKNOWN,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Describe a film of shape `[X, Y]`; its world coordinates are the pixel indices of the stored image.

    Returns:
        `affine` identity `[4, 4]`, `spatial_shape` (X, Y), `original_channel_dim` "no_channel", `spacing` float32 `[2]`
        mm per pixel with NaN where unknown, `spacing_provenance`, and `warnings`, sentences for whoever uses the
        results of this film, one a line: a string, so that films with and without them go into one batch.
    """
    return {
        MetaKeys.AFFINE.value: np.eye(4),
        MetaKeys.SPATIAL_SHAPE.value: np.asarray(image.shape),
        MetaKeys.ORIGINAL_CHANNEL_DIM.value: "no_channel",
        "spacing": np.asarray(spacing, dtype=np.float32),
        "spacing_provenance": str(provenance),
        "warnings": "\n".join(warnings),
    }
