# SPDX-License-Identifier: Apache-2.0
"""PNG, JPEG, TIFF and BMP pictures as radiographs, through MONAI's Pillow reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.config import PathLike
from monai.data import PILReader
from PIL import ExifTags, Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from bundle.errors import RadiographError
from bundle.films.grey_levels import luminance
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.suffix import PICTURE, has_suffix


class PictureReader(PILReader):
    """Read a picture as grey `[X, Y]` in its stored depth.

    Colour becomes luminance and alpha is dropped. The EXIF orientation of a JPEG is left aside, because landmarks are
    in pixels of the stored image. The spacing is unknown: dots per inch of a picture say how to print it.
    """

    def __init__(self) -> None:
        super().__init__(converter=_plain)

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is a picture's."""
        return has_suffix(filename, PICTURE)

    def read(self, data: Sequence[PathLike] | PathLike | np.ndarray, **kwargs: Any) -> Any:
        """Open one file.

        Raises:
            RadiographError: it holds more pixels than Pillow takes for a picture.
        """
        try:
            return super().read(data, **kwargs)
        except Image.DecompressionBombError as error:
            name = Path(str(data)).name
            raise RadiographError(f"{name}: it has too many pixels; save it at a smaller size") from error

    def get_data(self, img: Image.Image) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`."""
        pixels, _ = super().get_data(img)
        image = luminance(pixels) if pixels.ndim == 3 else pixels.astype(np.float32)
        if _is_white_zero(img):
            image = np.iinfo(np.uint16).max - image
        return image, radiograph_meta(image)


def _plain(picture: ImageFile) -> Image.Image:
    """Bring a picture to grey or RGB as stored, or refuse what Pillow would cut or turn.

    Raises:
        RadiographError: several pages, colours of 16 bit (Pillow keeps 8), or a turned TIFF (which Pillow turns).
    """
    name = Path(str(picture.filename)).name
    if isinstance(picture, TiffImageFile):
        if picture.n_frames > 1:
            raise RadiographError(f"{name}: it has {picture.n_frames} pages; save the film as a picture of its own")
        if picture.tag_v2.get(ExifTags.Base.Orientation, 1) != 1:
            raise RadiographError(f"{name}: its Orientation tag turns the picture; save it upright and without the tag")
    if not picture.mode.startswith("I") and any("16" in str(tile.args) for tile in picture.tile):
        raise RadiographError(f"{name}: colours of 16 bit are not supported; save it in 16-bit grey")
    if picture.mode in ("LA", "La"):
        return picture.getchannel("L")
    if picture.mode in ("P", "PA", "CMYK", "YCbCr"):
        return picture.convert("RGB")
    return picture.convert("L") if picture.mode == "1" else picture


def _is_white_zero(picture: Image.Image) -> bool:
    """Tell a 16-bit TIFF whose zero is white; Pillow turns only the 8-bit ones."""
    if not isinstance(picture, TiffImageFile) or not picture.mode.startswith("I;16"):
        return False
    return picture.tag_v2.get(ExifTags.Base.PhotometricInterpretation) == 0
