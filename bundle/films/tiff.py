# SPDX-License-Identifier: Apache-2.0
"""TIFF pictures: what their tags say, and their stored values through libtiff.

Pillow reads the tags only: of TIFF pixels it swaps the bytes of compressed big-endian words, takes signed bytes and
large 32-bit integers for others, leaves white zeros of some depths as they are, and shears some turned pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL.TiffImagePlugin import PREFIXES, ImageFileDirectory_v2
from PIL.TiffTags import TAGS_V2

from bundle.errors import RadiographError
from bundle.films.grey_levels import luminance
from bundle.films.orientation import EXIF, UPRIGHT, Orientation

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _ORIENTATION, _COLOUR_MAP = 256, 257, 258, 262, 274, 320
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_GREY = (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
_COLOURS = (_RGB, _CMYK, _YCBCR)  # libtiff's decoder gives red, green and blue of all three


class TiffTags(NamedTuple):
    """What the tags of the first page say.

    Attributes:
        size: Width and height of the stored image.
        bits: Of a sample.
        photometric: Meaning of the values.
        orientation: How the stored image is turned for a viewer.
        colour_map: `[3, 2 ** bits]` of 16 bits; None unless the values are indices of a palette.
        pages: 2 where there is a further page, else 1.
    """

    size: tuple[int, int]
    bits: int
    photometric: int
    orientation: Orientation
    colour_map: np.ndarray | None
    pages: int


def is_tiff(file: Path) -> bool:
    """Whether a file begins as TIFF does, whatever its name."""
    with file.open("rb") as stream:
        return stream.read(4) in PREFIXES


def tiff_tags(file: Path) -> TiffTags:
    """Read the tags of a TIFF file, no pixel.

    Raises:
        RadiographError: its size or the meaning of its values is missing, as in a file that is cut.
        Exception: of Pillow's parser, where they are damaged.
    """
    with file.open("rb") as stream:
        head = stream.read(8)
        if 43 in head[2:4]:  # BigTIFF
            head += stream.read(8)
        tags = ImageFileDirectory_v2(head)
        stream.seek(tags.next)
        tags.load(stream)
        if missing := [TAGS_V2[tag].name for tag in (_WIDTH, _HEIGHT, _PHOTOMETRIC) if tag not in tags]:
            raise RadiographError(f"{file.name}: it has no {', '.join(missing)}; use an intact file")
        bits = tags.get(_BITS, (1,))
        colours = tags.get(_COLOUR_MAP)
        return TiffTags(
            (int(tags[_WIDTH]), int(tags[_HEIGHT])),
            int(bits[0] if isinstance(bits, tuple) else bits),
            int(tags[_PHOTOMETRIC]),
            EXIF.get(tags.get(_ORIENTATION, 1), UPRIGHT),
            np.reshape(colours, (3, -1)) if tags[_PHOTOMETRIC] == _PALETTE and colours is not None else None,
            2 if tags.next else 1,
        )


def tiff_pixels(file: Path, tags: TiffTags) -> np.ndarray:
    """Decode a TIFF file to grey `[Y, X]` as stored, larger is whiter: its values, or the luminance of its colours.

    Fewer than 8 bits are spread over the range of 8, as in other formats.

    Raises:
        RadiographError: the meaning of its values is none of those that a film has.
        Exception: of libtiff, where the file is damaged or cut.
    """
    import imagecodecs

    if tags.photometric not in (*_GREY, *_COLOURS) and tags.colour_map is None:
        meaning = TAGS_V2[_PHOTOMETRIC].enum
        name = next((word for word, value in meaning.items() if value == tags.photometric), tags.photometric)
        raise RadiographError(f"{file.name}: its values are {name}, which is not supported; save it in grey")
    pixels = imagecodecs.tiff_decode(file.read_bytes())
    if pixels.shape[:2] != tags.size[::-1] or pixels.ndim > 3 or pixels.dtype.kind not in "buif":
        raise RadiographError(f"{file.name}: it does not hold one picture of its stated size; save it as a plain TIFF")
    if tags.colour_map is not None:
        return luminance(np.moveaxis(tags.colour_map[:, pixels] >> 8, 0, -1))
    if tags.photometric in _COLOURS:
        if pixels.ndim != 3 or pixels.shape[2] < 3:
            raise RadiographError(f"{file.name}: it is in colour of fewer than 3 channels; save it in grey")
        return luminance(pixels)
    grey = pixels if pixels.ndim == 2 else pixels[..., 0]  # what follows a grey value is its opacity
    return _whiter(grey, tags).astype(np.float32)


def _whiter(grey: np.ndarray, tags: TiffTags) -> np.ndarray:
    white_is_zero = tags.photometric == _WHITE_IS_ZERO
    if grey.dtype.kind == "f":
        return -grey if white_is_zero else grey
    if grey.dtype.kind == "i":
        return ~grey if white_is_zero else grey
    most = (1 << tags.bits) - 1
    levels = most - grey.astype(np.uint64) if white_is_zero else grey
    return levels * (255 // most) if tags.bits < 8 else levels
