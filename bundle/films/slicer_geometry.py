# SPDX-License-Identifier: Apache-2.0
"""Where 3D Slicer places an image: as ITK does, through which it loads every file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bundle.errors import RadiographError
from bundle.films.dicom_file import claims_more_than_it_holds, looks_like_dicom, read_dicom
from bundle.films.orientation import UPRIGHT
from bundle.films.tiff import is_tiff, tiff_tags


class SlicerGeometry(NamedTuple):
    """Place of an image in the LPS frame.

    Attributes:
        spacing: `[3]` mm per index.
        origin: `[3]` position in mm of the centre of the first pixel.
        direction: `[3, 3]` whose columns are the directions of the image axes.
    """

    spacing: np.ndarray
    origin: np.ndarray
    direction: np.ndarray


def slicer_geometry(image: Path) -> SlicerGeometry:
    """Read the place of an image from its header alone.

    A projection radiograph has no position in the patient: ITK puts the centre of its first pixel at the origin, x
    along L and y along P, with the ImagerPixelSpacing of CR, DX and XA (never their PixelSpacing), the PixelSpacing or
    NominalScannedPixelSpacing of a secondary capture, and 1 mm a pixel where it finds none, as for a PNG. That is
    Slicer's millimetre, which need not be the one that `bundle.films.pixel_spacing` finds.

    Raises:
        RadiographError: ITK cannot read the image, or it is a turned TIFF.
    """
    import itk

    if is_tiff(image) and tiff_tags(image).orientation != UPRIGHT:
        raise RadiographError(
            f"{image}: its tag Orientation turns it, which ITK, and so 3D Slicer, does by halves; "
            "save it upright and without the tag"
        )
    _require_sound_dicom(image)
    reader = itk.ImageIOFactory.CreateImageIO(str(image), itk.CommonEnums.IOFileMode_ReadMode)
    if reader is None:
        raise RadiographError(f"{image.name}: cannot be read as an image; give the image that was loaded in Slicer")
    reader.SetFileName(str(image))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:  # ITK's message is a paragraph about its own build
        raise RadiographError(
            f"{image.name}: ITK, and so 3D Slicer, does not take its header; "
            "check that its axes are at right angles and its spacing is positive"
        ) from error
    spacing, origin, direction = np.ones(3), np.zeros(3), np.eye(3)
    axes = min(reader.GetNumberOfDimensions(), 3)
    for axis in range(axes):
        spacing[axis], origin[axis] = reader.GetSpacing(axis), reader.GetOrigin(axis)
        direction[:axes, axis] = reader.GetDirection(axis)[:axes]
    return SlicerGeometry(spacing, origin, direction)


def _require_sound_dicom(image: Path) -> None:
    """Keep from ITK what would make it allocate gigabytes for a few bytes.

    Raises:
        RadiographError: a data element is damaged.
    """
    if not looks_like_dicom(image):
        return
    try:
        is_sound = not claims_more_than_it_holds(read_dicom(image))
    except Exception:  # pydicom raises whatever a damaged element leads to
        is_sound = False
    if not is_sound:
        raise RadiographError(f"{image}: a DICOM data element is damaged; copy the file again from its source")
