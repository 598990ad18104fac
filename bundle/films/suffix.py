# SPDX-License-Identifier: Apache-2.0
"""The formats of films, and telling them by the end of a file's name."""

from __future__ import annotations

import os
from collections.abc import Sequence

FILM_FORMATS = "DICOM, PNG, JPEG, TIFF, BMP, NIfTI or MetaImage"

DICOM = ("dcm", "dicom", "dic", "ima")
"""Of some DICOM files; they are told by content, and one that is named so and is none is a broken film."""

PICTURE = ("png", "jpg", "jpeg", "tif", "tiff", "bmp")
NIFTI = ("nii", "nii.gz")
DETACHED_HEADER = ("mhd",)
"""Of a MetaImage whose pixels lie in a file beside it: it is read where it is, and an import does not copy it."""

METAIMAGE = ("mha", *DETACHED_HEADER)
FILM = (*DICOM, *PICTURE, *NIFTI, *METAIMAGE)

FileName = str | os.PathLike[str]


def has_suffix(filename: Sequence[FileName] | FileName, suffixes: Sequence[str]) -> bool:
    """Tell whether all names end in one of the suffixes; MONAI's `is_supported_format` also takes `film.png.json`."""
    names = (filename,) if isinstance(filename, (str, os.PathLike)) else filename
    endings = tuple(f".{suffix}" for suffix in suffixes)
    return all(str(name).lower().endswith(endings) for name in names)


def without_suffix(name: str) -> str:
    """A film's file name without its suffix, `.nii.gz` taken as one; a point in any other name begins no suffix."""
    suffix = next((suffix for suffix in FILM if has_suffix(name, (suffix,))), None)
    return name if suffix is None else name[: -len(suffix) - 1]
