# SPDX-License-Identifier: Apache-2.0
"""Which files below a folder are films."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.misc import is_dicom
from pydicom.uid import UID

from bundle.data.dicom_elements import RADIOGRAPH_CLASSES
from bundle.data.load_radiograph import is_film_format


def film_files(folder: Path) -> list[Path]:
    """List the films of a folder and its subfolders in name order: DICOM by content, others by suffix.

    Objects of a DICOM study that have no pixels are left out; a broken file counts as a film, to be reported.
    """
    return sorted(file for file in folder.rglob("*") if is_film_format(file) and _has_pixels(file))


def _has_pixels(file: Path) -> bool:
    """False for a study's DICOMDIR, reports and presentation states."""
    if not is_dicom(file):
        return True
    try:
        header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["Rows"])
    except Exception:  # whatever a broken file leads the parser to
        return True
    kind = UID(str(header.file_meta.get("MediaStorageSOPClassUID", "")))
    cut_short = kind in RADIOGRAPH_CLASSES or kind.name == kind  # pydicom has no name for a UID that is cut itself
    return "Rows" in header or cut_short
