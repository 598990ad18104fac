# SPDX-License-Identifier: Apache-2.0
"""PNG, JPEG, TIFF and BMP pictures as radiographs, through Pillow and, for TIFF, libtiff."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.config import PathLike
from monai.data import ImageReader
from monai.utils import ensure_tuple
from PIL import Image

from bundle.errors import RadiographError
from bundle.films.grey_levels import luminance
from bundle.films.image_size import require_loadable
from bundle.films.orientation import PILLOW_FORMATS, Orientation, exif_orientation
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.suffix import PICTURE, has_suffix
from bundle.films.tiff import is_tiff, tiff_pixels, tiff_tags

_DEEP_COLOURS = ("LA;16B", "RGB;16B", "RGBA;16B")
"""Pillow's names of what a PNG stores and it cuts to 8 bits."""

_GREY = ("1", "L", "LA", "La", "I", "F")
_COLOUR = ("P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")


class PictureReader(ImageReader):
    """Read a picture as grey `[X, Y]` in its stored depth, turned upright by its EXIF orientation.

    Colour becomes luminance and alpha is dropped. The spacing is unknown: dots per inch of a picture say how to print
    it. The affine leads back to pixels of the stored image.
    """

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is a picture's."""
        return has_suffix(filename, PICTURE)

    def read(self, data: Sequence[PathLike] | PathLike, **_options: Any) -> tuple[np.ndarray, Orientation]:
        """Read one file.

        Returns:
            Grey values `[Y, X]` as stored, and how they are turned for a viewer.

        Raises:
            RadiographError: it has several pages, too many pixels, or values that are no grey and no colour.
            Exception: of the decoder, where it is damaged or cut.
        """
        (path,) = ensure_tuple(data)
        file = Path(path)
        if is_tiff(file):
            tags = tiff_tags(file)
            _require_one_page(tags.pages, file.name)
            require_loadable(tags.size, file.name)
            return tiff_pixels(file, tags), tags.orientation
        try:
            picture = Image.open(file, formats=PILLOW_FORMATS)
        except Image.DecompressionBombError as error:
            raise RadiographError(f"{file.name}: it has too many pixels; save it at a smaller size") from error
        with picture:
            _require_one_page(getattr(picture, "n_frames", 1), file.name)
            require_loadable(picture.size, file.name)
            grey = _deep_grey(file) if any(tile.args in _DEEP_COLOURS for tile in picture.tile) else _grey(picture)
            return grey, exif_orientation(picture)

    def get_data(self, img: tuple[np.ndarray, Orientation]) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`."""
        grey, orientation = img
        image = orientation.turn(grey.T)
        return image, radiograph_meta(image, orientation=orientation)


def _require_one_page(pages: int, name: str) -> None:
    if pages > 1:
        raise RadiographError(f"{name}: it has {pages} or more pages; save the film as a picture of its own")


def _grey(picture: Image.Image) -> np.ndarray:
    """Grey float32 `[Y, X]` of an open picture of at most 8 bits a channel, or of 16 bits or more in grey."""
    picture.load()
    mode = picture.mode
    if mode == "1":
        return np.asarray(picture, dtype=np.float32) * 255
    if mode in _GREY or mode.startswith("I;16"):
        pixels = np.asarray(picture)
        return (pixels if pixels.ndim == 2 else pixels[..., 0]).astype(np.float32)
    if mode in _COLOUR:
        return luminance(np.asarray(picture if mode.startswith("RGB") else picture.convert("RGB")))
    name = Path(str(picture.filename)).name  # type: ignore[attr-defined]
    raise RadiographError(f"{name}: its colours ({mode}) are not supported; save it in grey")


def _deep_grey(file: Path) -> np.ndarray:
    """Grey of a PNG in colour, or with opacity, of 16 bits a channel."""
    import imagecodecs

    pixels = imagecodecs.png_decode(file.read_bytes())
    return pixels[..., 0].astype(np.float32) if pixels.shape[2] < 3 else luminance(pixels)
