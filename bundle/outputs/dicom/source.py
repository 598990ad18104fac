# SPDX-License-Identifier: Apache-2.0
"""The film that a DICOM result is about: its header, made fit for others to take patient and study from."""

from __future__ import annotations

from pathlib import Path

from pydicom import DataElement, Dataset
from pydicom.charset import python_encoding
from pydicom.filewriter import correct_ambiguous_vr
from pydicom.uid import UID
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR, VR

from bundle.errors import RadiographError
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.outputs.dicom.values import is_allowed, values_of

_REQUIRED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_EMPTY_WHERE_MISSING = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
_UNDECODED = ("\N{REPLACEMENT CHARACTER}", "\N{ESCAPE}")
_ASCII_ALONE = {"", "ISO_IR 6", "ISO 2022 IR 6"}
_SEXES = ("", "M", "F", "O")


def read_source(image: Path) -> Dataset:
    """Read the header of the film that a DICOM result refers to; call it where pydicom does not validate values.

    Returns:
        The film's data elements but its pixels. Texts are decoded and to be encoded as UTF-8, so that landmarks may
        have names in another script than the patient. What every DICOM object has to name but may leave empty (type 2)
        is empty where the film does not have it.

    Raises:
        RadiographError: not DICOM, without the UIDs by which to refer to it, or a value by which it is filed that no
            other object may take over; values are not quoted, since they identify the patient.
    """
    if not looks_like_dicom(image):
        raise RadiographError(
            f"{image.name}: is no DICOM file, and a DICOM result has to refer to one; choose other outputs for it"
        )
    header = read_dicom(image, pixels=False)
    _keep_unreadable_as_bytes(header)
    for keyword in _REQUIRED:
        _require_uid(header, keyword, image.name)
    if not _decoded(header):
        raise RadiographError(
            f"{image.name}: SpecificCharacterSet does not fit its texts, cannot be decoded or is missing; "
            "export the film again with texts in UTF-8 (ISO_IR 192)"
        )
    header.SpecificCharacterSet = "ISO_IR 192"
    correct_ambiguous_vr(header, is_little_endian=True)
    for keyword in _EMPTY_WHERE_MISSING:
        _require_valid(header, keyword, image.name)
    return header


def _keep_unreadable_as_bytes(header: Dataset) -> None:
    """Make elements that are no numbers, though their kind is, such as `70,5`, faulty ones of bytes."""
    for tag in list(header.keys()):
        try:
            header[tag]
        except Exception:  # pydicom raises whatever a damaged element leads to
            header[tag] = DataElement(tag, VR.OB, header.get_item(tag).value)


def _require_uid(header: Dataset, keyword: str, name: str) -> None:
    uids = values_of(header.setdefault(keyword, ""))
    if len(uids) != 1 or not UID(str(uids[0])).is_valid:
        flaw = "is not one valid UID" if uids else "is missing"
        raise RadiographError(f"{name}: {keyword} {flaw}, and a DICOM result has to refer to it; export the film again")


def _decoded(header: Dataset) -> bool:
    """Decode all texts and tell whether they are sure to be what the film says.

    pydicom takes what is beyond ASCII in a missing or unknown character set for Latin-1, and replaces or leaves what it
    does not decode.
    """
    character_sets = values_of(header.setdefault("SpecificCharacterSet", ""))
    if not python_encoding.keys() >= set(character_sets):
        return False
    try:
        header.decode()
    except Exception:  # pydicom raises whatever a wrong character set leads to
        return False
    elements = (element for element in header.iterall() if element.VR in CUSTOMIZABLE_CHARSET_VR)
    texts = [str(value) for element in elements for value in values_of(element)]
    if set(character_sets) <= _ASCII_ALONE and not all(map(str.isascii, texts)):
        return False
    return not any(mark in text for text in texts for mark in _UNDECODED)


def _require_valid(header: Dataset, keyword: str, name: str) -> None:
    element = header.setdefault(keyword, "")
    if not is_allowed(element):
        raise RadiographError(f"{name}: {keyword} is not valid DICOM; correct it in the film")
    if keyword == "PatientSex" and (element.value or "") not in _SEXES:
        raise RadiographError(f"{name}: PatientSex is none of M, F, O and empty; correct it in the film")
