# SPDX-License-Identifier: Apache-2.0
"""How a stored image is turned for whoever looks at it, and points between the two.

The film is looked at upright: by people in their viewers, and by the network. Landmarks are in pixels of the stored
image, so that they stay right for whoever opens the file and leaves its orientation aside.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image

from bundle.coordinates import moved


class Orientation(NamedTuple):
    """One of the eight ways to turn an image: transposed first, then flipped.

    Attributes:
        transposed: The rows that are looked at are columns of the stored image.
        flipped_x: What is looked at runs against the stored order along its own x.
        flipped_y: The same along its own y.
    """

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False

    def turn(self, stored: np.ndarray) -> np.ndarray:
        """Turn a stored image `[X, Y]` as it is looked at; a view, nothing is copied."""
        shown = stored.T if self.transposed else stored
        return shown[:: -1 if self.flipped_x else 1, :: -1 if self.flipped_y else 1]

    def shown_size(self, stored: tuple[int, int]) -> tuple[int, int]:
        """Width and height as it is looked at, of those of the stored image; the same the other way round."""
        width, height = stored
        return (height, width) if self.transposed else (width, height)

    def to_stored(self, size: tuple[int, int]) -> np.ndarray:
        """Homogeneous matrix `[3, 3]` from pixels (x, y) as looked at to pixels of the stored image.

        Args:
            size: Width and height of the stored image.
        """
        width, height = self.shown_size(size)
        flip = np.eye(3)
        if self.flipped_x:
            flip[0, [0, 2]] = -1, width - 1
        if self.flipped_y:
            flip[1, [1, 2]] = -1, height - 1
        return flip[[1, 0, 2]] if self.transposed else flip

    def points_to_stored(self, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Take points `[..., 2]` that were marked on the image as it is looked at to pixels of the stored image.

        Args:
            points: (x, y), pixel centres at integers; NaN stays NaN.
            size: Width and height of the stored image.
        """
        return moved(points, self.to_stored(size))


UPRIGHT = Orientation()

PILLOW_FORMATS = ("PNG", "JPEG", "BMP")
"""Of the pictures that Pillow opens; whatever else carries their suffix is none of the formats that are read."""

EXIF = {
    1: UPRIGHT,
    2: Orientation(flipped_x=True),
    3: Orientation(flipped_x=True, flipped_y=True),
    4: Orientation(flipped_y=True),
    5: Orientation(transposed=True),
    6: Orientation(transposed=True, flipped_x=True),
    7: Orientation(transposed=True, flipped_x=True, flipped_y=True),
    8: Orientation(transposed=True, flipped_y=True),
}
"""Of the values of the tag Orientation; any other means nothing."""


def exif_orientation(picture: Image.Image) -> Orientation:
    """Orientation of an open picture, no TIFF, by its EXIF tag."""
    return EXIF.get(picture.getexif().get(ExifTags.Base.Orientation, 1), UPRIGHT)


def picture_orientation(file: Path) -> Orientation:
    """How viewers and annotation tools turn a PNG, JPEG, TIFF or BMP file before a person marks points on it.

    Raises:
        Exception: of Pillow's parser, where the file is damaged.
    """
    from bundle.films.tiff import is_tiff, tiff_tags

    if is_tiff(file):
        return tiff_tags(file).orientation
    with Image.open(file, formats=PILLOW_FORMATS) as picture:
        return exif_orientation(picture)
