# SPDX-License-Identifier: Apache-2.0
"""Films as pictures that every program opens: upright, in 8 bits, without a word about the patient in file or name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from bundle.files import write_whole
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.refusal import refused_by_name

_NAME_DIGITS = 12
_DARK, _LIGHT = 0.5, 99.5  # percentiles that become black and white


class Picture(NamedTuple):
    """A film that was written as a picture.

    Attributes:
        size: Its width and height.
        to_stored: Homogeneous matrix `[3, 3]` from its pixels to those of the stored image.
    """

    size: tuple[int, int]
    to_stored: np.ndarray


def picture_name(film: str) -> str:
    """Name of a film's picture without suffix, by the path of the film, which cannot be read in it."""
    return f"film_{hashlib.sha256(film.encode('utf-8', 'surrogateescape')).hexdigest()[:_NAME_DIGITS]}"


def write_picture(film: Path, picture: Path) -> Picture:
    """Write a film as an 8-bit PNG, pixel for pixel.

    Raises:
        RadiographError: the film cannot be read.
        BundleError: the picture cannot be written.
    """
    with refused_by_name(film.name):
        item: dict[Any, Any] = LoadRadiographd()({"image": str(film)})
        image = item["image"]
        grey = image[0].numpy().T
        dark, light = np.percentile(grey, [_DARK, _LIGHT])
        shown = np.clip((grey - dark) / max(light - dark, np.finfo(np.float32).tiny) * 255, 0, 255)
        pixels = Image.fromarray(np.rint(shown).astype(np.uint8))
    write_whole(picture, lambda partial: pixels.save(partial, "PNG"))
    height, width = grey.shape
    return Picture((width, height), image.affine.numpy()[np.ix_([0, 1, 3], [0, 1, 3])])
