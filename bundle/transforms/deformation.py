# SPDX-License-Identifier: Apache-2.0
"""What `RandDeformd` did to a film, so that points can follow it and come back."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import torch
from monai.transforms import Compose, Transform

from bundle.coordinates import from_normalized, to_normalized
from bundle.move_points import displacement, move_points, undo_affine
from bundle.transforms.normalised_landmarks import NormaliseLandmarksd
from bundle.transforms.rand_deform import RandDeformd

SETTINGS = ("rotate", "scale", "translate", "anisotropy", "elastic", "control_points")


class Deformation(NamedTuple):
    """Deformations of a batch of images, as `RandDeformd` draws them.

    Attributes:
        matrix: [B, 2, 2] about the centre.
        centre: [B, 2] in index coordinates.
        shift: [B, 2] in index coordinates.
        control: [B, 2, G, G], displacements of the control points in index coordinates.
        side: [B], longer side of each image in pixels.
    """

    matrix: torch.Tensor
    centre: torch.Tensor
    shift: torch.Tensor
    control: torch.Tensor
    side: torch.Tensor

    def move(self, points: torch.Tensor) -> torch.Tensor:
        """Take points [B, K, 2] in [0, 1] of the films to where they are in the deformed images; NaN stays NaN."""
        return to_normalized(move_points(from_normalized(points, self._sides), *self), self._sides)

    def restore(self, points: torch.Tensor) -> torch.Tensor:
        """Take points [B, K, 2] in [0, 1] of the deformed images back to the films: the inverse of `move`."""
        placed = from_normalized(points, self._sides)
        source = undo_affine(placed, self.matrix, self.centre, self.shift)
        return to_normalized(source + displacement(placed, self.control, self.side), self._sides)

    def select(self, chosen: torch.Tensor) -> Deformation:
        """Those of some of the films: [B], whether each is one."""
        return Deformation(*(part[chosen] for part in self))

    @property
    def _sides(self) -> torch.Tensor:
        return self.side[:, None, None]


class RandDeformUnlabelledd(RandDeformd):
    """`RandDeformd` for a film without landmarks: the mean shape places it, and what was drawn is kept.

    Args:
        keys: key of the image [C, X, Y].
        mean_shape: [K, 2] in [0, 1]; its bounding box stands for that of the unknown landmarks.
        **settings: of `RandDeformd`.
    """

    def __init__(self, keys: str, mean_shape: torch.Tensor, **settings: Any) -> None:
        super().__init__(keys, **settings)
        self.mean_shape = mean_shape

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return a copy of `data` with the image deformed, and its `deformation` in place of landmarks."""
        (key,) = self.keys
        side = max(data[key].shape[-2:])
        output = super().__call__({**data, self.label_key: from_normalized(self.mean_shape, side)})
        del output[self.label_key]
        output["deformation"] = Deformation(
            self.matrix, self.centre, self.shift, self.control, torch.tensor(float(side))
        )
        return output


def without_landmarks(augmentation: Compose, mean_shape: torch.Tensor) -> list[Transform]:
    """Those random transforms of labelled films that a film without landmarks takes, with the same settings.

    Args:
        augmentation: a `RandDeformd`, transforms of the image, and those of landmarks alone, which are left out. Where
            there is no `RandDeformd`, films stay as they are, and that is their deformation.
        mean_shape: [K, 2] in [0, 1].
    """
    chosen: list[Transform] = []
    for transform in augmentation.transforms:
        if isinstance(transform, RandDeformd):
            settings = {name: getattr(transform, name) for name in SETTINGS}
            chosen.append(RandDeformUnlabelledd(str(transform.keys[0]), mean_shape, **settings))
        elif not isinstance(transform, NormaliseLandmarksd):
            chosen.append(transform)
    if not any(isinstance(transform, RandDeformUnlabelledd) for transform in chosen):
        chosen.insert(0, RandDeformUnlabelledd("image", mean_shape, rotate=0.0, scale=(1.0, 1.0), translate=0.0))
    return chosen
