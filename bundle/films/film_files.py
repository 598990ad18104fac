# SPDX-License-Identifier: Apache-2.0
"""Which files below a folder are films."""

from __future__ import annotations

from pathlib import Path

from pydicom.uid import UID

from bundle.films.dicom_elements import RADIOGRAPH_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.load_radiograph import is_film_format

MANUFACTURER, MODEL_NAME = "few-shot DAG contributors", "few-shot DAG"
"""What our own DICOM results call the device that made them."""


def film_files(folder: Path) -> list[Path]:
    """List the films of a folder and its subfolders in name order: DICOM by content, others by suffix.

    Of a DICOM study, objects without pixels are left out, and the pictures of landmarks that we made, which an archive
    hands out with the films; a broken file counts as a film, to be reported.
    """
    return sorted(file for file in folder.rglob("*") if is_film_format(file) and _is_film(file))


def _is_film(file: Path) -> bool:
    """False for a study's DICOMDIR, reports, presentation states, and our secondary captures."""
    if not looks_like_dicom(file):
        return True
    try:
        header = read_dicom(file, ["SOPClassUID", "Rows", "Manufacturer", "ManufacturerModelName"], pixels=False)
    except Exception:  # whatever a broken file leads the parser to
        return True
    kind = UID(str(header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID", "")))
    cut_short = kind in RADIOGRAPH_CLASSES or kind.name == kind  # pydicom has no name for a UID that is cut itself
    ours = (header.get("Manufacturer"), header.get("ManufacturerModelName")) == (MANUFACTURER, MODEL_NAME)
    return ("Rows" in header or cut_short) and not ours
