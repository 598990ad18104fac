# SPDX-License-Identifier: Apache-2.0
"""Which files below a folder are films, and which look like films and are none that can be read."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import NamedTuple

from pydicom.uid import UID

from bundle.films.dicom_elements import RADIOGRAPH_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.folder_files import stream_files
from bundle.films.suffix import FILM, FILM_FORMATS, has_suffix

MANUFACTURER, MODEL_NAME = "few-shot DAG contributors", "few-shot DAG"
"""What our own DICOM results call the device that made them."""

_OTHER_IMAGES = ("gif", "webp", "jp2", "j2k", "jpe", "jfif", "heic", "avif", "nrrd", "nhdr")
_PACKED = tuple(f"{film}.{packed}" for film in FILM for packed in ("gz", "bz2", "xz", "zip"))
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"ObjectType = Image": "MetaImage",
}
_BEGINNING = 132
"""Bytes, the length of a DICOM preamble."""


class FilmFiles(NamedTuple):
    """What a folder holds of films.

    Attributes:
        films: Files to be read as films, broken ones among them: reading them says what is wrong.
        refused: What else looks like a film, or may hold films, and the sentence why it is not read.
    """

    films: list[Path]
    refused: dict[Path, str]


def film_files(folder: Path) -> FilmFiles:
    """List the films of a folder and its subfolders in name order: DICOM by content, others by suffix.

    Of a DICOM study, objects without pixels are left out, and the pictures of landmarks that we made, which an archive
    hands out with the films.
    """
    found = FilmFiles([], {})
    for file, closed in stream_files(folder):
        is_film, reason = judge_film(file, folder) if closed is None else (False, closed)
        if reason is not None:
            found.refused[file] = reason
        elif is_film:
            found.films.append(file)
    return FilmFiles(sorted(found.films), dict(sorted(found.refused.items())))


def judge_film(file: Path, folder: Path) -> tuple[bool, str | None]:
    """Look into a file below a folder.

    Returns:
        Whether it is a film, and why it is not read although it may be one.
    """
    try:
        is_film, reason = _judged(file)
    except OSError as error:  # it may be a film: that is told by content
        return True, f"it cannot be opened ({error.strerror}); give the right to read it"
    if is_film and reason is None and _is_no_text(file.relative_to(folder).as_posix()):
        reason = "its name holds bytes that are no UTF-8 text; rename it, results are named after it"
    return is_film, reason


def _judged(file: Path) -> tuple[bool, str | None]:
    """Whether a file is a film, and why something like a film is none that can be read.

    Raises:
        OSError: the file cannot be opened.
    """
    if looks_like_dicom(file):
        return _is_film(file), None
    if has_suffix(file, FILM):
        return True, None
    return False, _likeness(file)


def _is_film(file: Path) -> bool:
    """False for a study's DICOMDIR, reports, presentation states, and our secondary captures."""
    try:
        header = read_dicom(file, ["Rows", "SOPClassUID", "Manufacturer", "ManufacturerModelName"], pixels=False)
        kind = UID(str(header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID", "")))
        cut_short = kind in RADIOGRAPH_CLASSES or kind.name == kind  # pydicom has no name for a UID that is cut itself
        own_capture = (header.get("Manufacturer"), header.get("ManufacturerModelName")) == (MANUFACTURER, MODEL_NAME)
        return ("Rows" in header or cut_short) and not own_capture
    except Exception:  # whatever a broken file leads the parser to: a film, to be reported
        return True


def _likeness(file: Path) -> str | None:
    """Why a file that is neither DICOM nor named as a film looks like one."""
    if has_suffix(file, _PACKED):
        return "it is packed; unpack it"
    if has_suffix(file, _OTHER_IMAGES):
        return f"it is not a {FILM_FORMATS} image; convert it to one of these"
    with file.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
    for signature, kind in _SIGNATURES.items():
        if beginning.startswith(signature):
            return f"its content is {kind}, its name is not; rename it"
    if not beginning.strip(b"\0") and _is_archive_name(file):
        return "it is empty; copy the file again from its source"
    return None


def _is_archive_name(file: Path) -> bool:
    """Whether a file is named as archives name films, `IM0001` or by UID."""
    suffix = file.suffix.removeprefix(".")
    return not file.name.startswith(".") and (not suffix or suffix.isdecimal())


def _is_no_text(name: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
