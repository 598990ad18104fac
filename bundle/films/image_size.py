# SPDX-License-Identifier: Apache-2.0
"""The size of an image file from its header alone, without decoding a pixel."""

from __future__ import annotations

import math
from pathlib import Path

from bundle.errors import DatasetError, RadiographError
from bundle.films.dicom_elements import MOST_PIXELS
from bundle.films.packed_volumes import metaimage_header
from bundle.films.suffix import FILM_FORMATS, METAIMAGE, NIFTI, PICTURE, has_suffix


def require_loadable(size: tuple[int, int], name: str) -> None:
    """Make sure that a film is no larger than films are, before memory is taken for it.

    Args:
        size: Width and height as its header says.
        name: File name for the error message.

    Raises:
        RadiographError: it has too many pixels.
    """
    if math.prod(size) > MOST_PIXELS:
        raise RadiographError(f"{name}: its size is {size[0]} x {size[1]}, too many pixels; save it at a smaller size")


def image_size(image: Path) -> tuple[int, int]:
    """Read the size of a DICOM, PNG, JPEG, TIFF, BMP, NIfTI or MetaImage file.

    Returns:
        Width X and height Y in pixels of the stored image.

    Raises:
        DatasetError: the header cannot be read.
    """
    try:
        if has_suffix(image, NIFTI):
            return _nifti_size(image)
        if has_suffix(image, METAIMAGE):
            width, height, *_ = metaimage_header(image).shape
            return width, height
        if has_suffix(image, PICTURE):
            return _picture_size(image)
        return _dicom_size(image)
    except Exception as error:  # the header parsers raise whatever their formats' accidents lead to
        reason = (
            str(error) if isinstance(error, RadiographError) else type(error).__name__
        )  # others may quote an element
        raise DatasetError(
            f"{image}: the image header cannot be read ({reason}); replace the file with a readable {FILM_FORMATS} "
            "image"
        ) from error


def _picture_size(image: Path) -> tuple[int, int]:
    from PIL import Image

    from bundle.films.orientation import PILLOW_FORMATS
    from bundle.films.tiff import is_tiff, tiff_tags

    if is_tiff(image):
        return tiff_tags(image).size
    with Image.open(image, formats=PILLOW_FORMATS) as picture:
        return picture.size


def _dicom_size(image: Path) -> tuple[int, int]:
    from bundle.films.dicom_file import read_dicom  # loads pydicom

    header = read_dicom(image, ["Rows", "Columns"], pixels=False)
    return int(header.Columns), int(header.Rows)


def _nifti_size(image: Path) -> tuple[int, int]:
    import nibabel

    width, height = nibabel.load(image).shape[:2]  # type: ignore[attr-defined]
    return int(width), int(height)
