# SPDX-License-Identifier: Apache-2.0
"""The metadata that every reader of this bundle gives with a film, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from monai.utils import MetaKeys

from bundle.films.orientation import UPRIGHT, Orientation
from bundle.films.pixel_spacing import UNKNOWN_SPACING, SpacingProvenance


def radiograph_meta(
    image: np.ndarray,
    spacing: tuple[float, float] = UNKNOWN_SPACING,
    provenance: SpacingProvenance = SpacingProvenance.UNKNOWN,
    spacing_warning: str = "",
    warnings: Sequence[str] = (),
    orientation: Orientation = UPRIGHT,
) -> dict[str, Any]:
    """Describe a film of shape `[X, Y]`; its world coordinates are the pixel indices of the stored image.

    Args:
        image: The film, turned upright.
        spacing: Millimetres per pixel along x and y of the stored image, NaN where unknown.
        provenance: What the spacing means.
        spacing_warning: What was left out of the file's spacing and why; moot where `dataset.json` states one.
        warnings: What whoever uses the results of this film has to know.
        orientation: How the stored image was turned.

    Returns:
        `affine` `[4, 4]`, the identity unless the film was turned, `spatial_shape` (X, Y), `original_channel_dim`
        "no_channel", `spacing` float32 `[2]`, `spacing_provenance`, `spacing_warning`, and `warnings`, one a line: a
        string, so that films with and without them go into one batch.
    """
    affine = np.eye(4)
    width, height = image.shape
    affine[np.ix_([0, 1, 3], [0, 1, 3])] = orientation.to_stored(orientation.shown_size((width, height)))
    return {
        MetaKeys.AFFINE.value: affine,
        MetaKeys.SPATIAL_SHAPE.value: np.asarray(image.shape),
        MetaKeys.ORIGINAL_CHANNEL_DIM.value: "no_channel",
        "spacing": np.asarray(spacing, dtype=np.float32),
        "spacing_provenance": str(provenance),
        "spacing_warning": spacing_warning,
        "warnings": "\n".join(warnings),
    }
