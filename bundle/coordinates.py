# SPDX-License-Identifier: Apache-2.0
"""Conversions between this bundle's landmarks and the coordinates of other worlds: the only place that knows them.

Here a landmark is `(x, y)`: indices of the image tensor `[C, X, Y]`, x to the right, y down, pixel centres at integers.
All functions take and give float64 arrays of shape `[..., K, 2]` unless they say otherwise; a missing landmark, NaN,
stays missing. What networks see is a tensor, and so is what it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import torch

    from bundle.input_size import InputSize

    Side = InputSize | torch.Tensor

Points = NDArray[np.float64]
Indices = TypeVar("Indices", float, "torch.Tensor")

# DICOM and LabelMe count from the corner of the first pixel, so that its centre is at (0.5, 0.5).
_CORNER_TO_CENTRE = 0.5

_COCO_MISSING, _COCO_VISIBLE = 0, 2


def moved(points: ArrayLike, matrix: NDArray[np.float64]) -> Points:
    """Apply a homogeneous matrix `[3, 3]` to points `[..., 2]`, such as from the stored image to the film upright."""
    return np.asarray(points, dtype=np.float64) @ matrix[:2, :2].T + matrix[:2, 2]


def to_scoord(points: ArrayLike) -> Points:
    """Convert to (column, row) of a DICOM SCOORD in pixels (PS3.3 C.18.6: the first pixel's centre is at 0.5, 0.5)."""
    return _array(points) + _CORNER_TO_CENTRE


def from_scoord(graphic_data: ArrayLike) -> Points:
    """Convert from (column, row) of a DICOM SCOORD."""
    return _array(graphic_data) - _CORNER_TO_CENTRE


def in_image(points: ArrayLike, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell `[..., K]` which points lie within the pixels of an image of X x Y, edges included; missing ones do not.

    Only these can be a DICOM SCOORD or a graphic of a presentation state: both must lie between the outer corners of
    the first and the last pixel (PS3.3 C.18.6 and C.10.5).
    """
    corner = to_scoord(points)
    return np.asarray(((corner >= 0) & (corner <= _array(size))).all(axis=-1))


def to_labelme(points: ArrayLike) -> Points:
    """Convert to LabelMe's points, which count from the corner of the first pixel."""
    return _array(points) + _CORNER_TO_CENTRE


def from_labelme(points: ArrayLike) -> Points:
    """Convert from LabelMe's points."""
    return _array(points) - _CORNER_TO_CENTRE


def to_corner(points: ArrayLike) -> Points:
    """Convert to pixels that count from the corner of the first pixel, as programs that draw over an image do.

    CVAT, Roboflow, Label Studio and VGG Image Annotator among them, and COCO files that the first three write.
    """
    return _array(points) + _CORNER_TO_CENTRE


def from_corner(points: ArrayLike) -> Points:
    """Convert from pixels that count from the corner of the first pixel."""
    return _array(points) - _CORNER_TO_CENTRE


def to_fractions(points: ArrayLike, size: tuple[float, float]) -> Points:
    """Convert to fractions of the width X and height Y of an image, 0 its one edge and 1 the other.

    So write YOLO and, times 100, Label Studio.
    """
    return to_corner(points) / _array(size)


def from_fractions(fractions: ArrayLike, size: tuple[float, float]) -> Points:
    """Convert from fractions of the width X and height Y of an image."""
    return from_corner(_array(fractions) * _array(size))


def to_tps(points: ArrayLike, height: int) -> Points:
    """Convert to tpsDig's pixels, which count from the lower left corner of the image, y upwards."""
    return _upside_down(to_corner(points), height)


def from_tps(points: ArrayLike, height: int) -> Points:
    """Convert from tpsDig's pixels."""
    return from_corner(_upside_down(_array(points), height))


def to_coco(points: ArrayLike) -> Points:
    """Convert to COCO keypoints `[..., K, 3]`: (x, y, 2), or (0, 0, 0) where missing."""
    array = _array(points)
    missing = np.isnan(array).any(axis=-1, keepdims=True)
    visibility = np.where(missing, _COCO_MISSING, _COCO_VISIBLE)
    return np.concatenate([np.where(missing, 0.0, array), visibility], axis=-1)


def from_coco(keypoints: ArrayLike) -> Points:
    """Convert from COCO keypoints `[..., K, 3]`; a visibility of 0 or below means missing."""
    array = _array(keypoints)
    return np.where(array[..., 2:] > _COCO_MISSING, array[..., :2], np.nan)


def to_slicer(points: ArrayLike, spacing: ArrayLike, origin: ArrayLike, direction: ArrayLike) -> Points:
    """Convert to LPS positions in mm as 3D Slicer's Markups hold them.

    Args:
        points: `[..., K, 2]` landmarks.
        spacing: `[3]` mm per index of the image as ITK reads it, through which Slicer loads it.
        origin: `[3]` LPS position in mm of the centre of the first pixel.
        direction: `[3, 3]` whose columns are the LPS directions of the image axes.

    Returns:
        `[..., K, 3]` positions in the plane of the image.
    """
    array = _array(points)
    index = np.concatenate([array, np.zeros_like(array[..., :1])], axis=-1)
    return index @ _index_to_lps(spacing, direction).T + _array(origin)


def from_slicer(positions: ArrayLike, spacing: ArrayLike, origin: ArrayLike, direction: ArrayLike) -> Points:
    """Convert from LPS positions in mm `[..., K, 3]`; what lies off the image plane is projected onto it."""
    index = (_array(positions) - _array(origin)) @ np.linalg.inv(_index_to_lps(spacing, direction)).T
    return index[..., :2]


def resized(points: ArrayLike, size: tuple[float, float], new_size: tuple[float, float]) -> Points:
    """Convert from pixels of an image of X x Y to those of the same image resized, corner to corner."""
    return (_array(points) + _CORNER_TO_CENTRE) * (_array(new_size) / _array(size)) - _CORNER_TO_CENTRE


def to_normalized(points: Indices, size: Side) -> Indices:
    """Convert from index coordinates to those that networks see: index / (longer side - 1), for both axes.

    0 is the centre of the first pixel; along the longer side 1 is that of the last. So a square image is the unit
    square, and a rectangle lies in its corner (0, 0), up to `last_pixel`. A length becomes one in longer sides of the
    image, whatever its direction.

    Args:
        points: A tensor of any shape, whose dtype and device are kept, or a number.
        size: (X, Y) in pixels, or the longer side; of a batch of images a tensor of their longer sides, as
            many-dimensional as the points.
    """
    return points / _last_index(size)


def from_normalized(points: Indices, size: Side) -> Indices:
    """Convert from what networks see to index coordinates: the inverse of `to_normalized`."""
    return points * _last_index(size)


def last_pixel(size: Sequence[int]) -> tuple[float, float]:
    """Where the centre of the last pixel of an image of X x Y lies for a network; (1, 1) for a square."""
    width, height = (to_normalized(side - 1.0, size) for side in size)
    return width, height


def to_grid(points: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Convert from what networks see to the grid of `functional.grid_sample(image, grid, align_corners=True)`.

    Its first component runs along the last axis of the tensor, which is our y; both lie in [-1, 1].
    """
    return 2 * (points / points.new_tensor(last_pixel(size))).flip(-1) - 1


def indices_to_grid(points: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """`to_grid` from index coordinates, in one multiplication: for the many points of a whole image."""
    return (points * points.new_tensor([2 / (side - 1) for side in size])).flip(-1) - 1


def to_resized(points: torch.Tensor, size: Sequence[int], new_size: Sequence[int]) -> torch.Tensor:
    """Convert what networks see to the same of the image resized, with its corner pixels in the new corners.

    It is the same for a square; the shorter side of a rectangle grows a little more than the longer one.
    """
    (width, height), (new_width, new_height) = last_pixel(size), last_pixel(new_size)
    return points * points.new_tensor([new_width / width, new_height / height])


def _last_index(size: Any) -> Any:
    return (max(size) if isinstance(size, (list, tuple)) else size) - 1


def _upside_down(corner: Points, height: int) -> Points:
    return np.stack([corner[..., 0], height - corner[..., 1]], axis=-1)


def _array(values: ArrayLike) -> Points:
    return np.asarray(values, dtype=np.float64)


def _index_to_lps(spacing: ArrayLike, direction: ArrayLike) -> Points:
    return _array(direction) * _array(spacing)
