# SPDX-License-Identifier: Apache-2.0
"""Whether text in the pixels of a film may identify the patient."""

from __future__ import annotations

from pathlib import Path

from bundle.films.dicom_elements import SECONDARY_CAPTURE_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom


def burned_in_warning(image: Path) -> str | None:
    """Warn of a DICOM film with BurnedInAnnotation YES, or of a secondary capture that does not say NO.

    Args:
        image: A film that can be read. Of other formats nothing is known, and nothing is said.

    Returns:
        A sentence without the film's name, or None where there is nothing to warn of.
    """
    if not looks_like_dicom(image):
        return None
    header = read_dicom(image, ["SOPClassUID", "BurnedInAnnotation"], pixels=False)
    stated = header.get("BurnedInAnnotation")
    if stated == "YES":
        return "BurnedInAnnotation is YES: text in the pixels may name the patient, also in pictures made of it"
    if stated != "NO" and header.get("SOPClassUID") in SECONDARY_CAPTURE_CLASSES:
        return "a secondary capture that does not state BurnedInAnnotation: look for text in the pixels before sharing"
    return None
