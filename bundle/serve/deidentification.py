# SPDX-License-Identifier: Apache-2.0
"""A film without its patient, for a research archive.

What is on a list of harmless elements stays, all else goes (Basic Application Level Confidentiality Profile, PS3.15
Annex E, with the options named below). dicognito gives pseudonyms and moves dates, by a seed: the same film becomes the
same object. What comes of it is searched for whatever identified the patient. Pixels stay as they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from dicognito.anonymizer import Anonymizer
from pydicom import DataElement, Dataset, FileMetaDataset, dcmread
from pydicom.config import disable_value_validation
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.filebase import DicomBytesIO
from pydicom.valuerep import VR

from bundle.errors import RadiographError
from bundle.films.burned_in import burned_in_warning
from bundle.films.dicom_elements import ELEMENTS, RADIOGRAPH_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.film_files import MODEL_NAME
from bundle.films.stored_values import OVERLAY_BIT_POSITIONS
from bundle.outputs.dicom.values import is_allowed, values_of
from bundle.serve.identifiers import Identifiers
from bundle.serve.seed import mark_of

_MOVED = ("Study", "Series", "Acquisition", "Content")
"""What has a date and a time."""
_BESIDE_THE_READERS = """SOPInstanceUID SeriesInstanceUID StudyInstanceUID SeriesNumber InstanceNumber
PatientID PatientSex PatientAge PatientOrientation ImageType ConversionType PresentationIntentType
Manufacturer ManufacturerModelName AnatomicRegionSequence ViewCodeSequence
RescaleType PresentationLUTShape PixelIntensityRelationship PixelIntensityRelationshipSign PixelAspectRatio
LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
KVP ExposureTime XRayTubeCurrent Exposure ExposureInuAs DetectorType PositionerType
PositionerPrimaryAngle PositionerSecondaryAngle DistanceSourceToDetector DistanceSourceToPatient"""
_MOMENTS = (f"{moment}{kind}" for moment in _MOVED for kind in ("Date", "Time"))
KEPT = frozenset((*ELEMENTS, *_BESIDE_THE_READERS.split(), *_MOMENTS))
"""Elements that stay, or are given another value by dicognito."""
_CODES = "CodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning"
_TABLES = "LUTDescriptor LUTData ModalityLUTType"
KEPT_IN_ITEMS = frozenset(f"{_CODES} {_TABLES} AnatomicRegionModifierSequence ViewModifierCodeSequence".split())
"""Elements that stay in items of sequences: codes of the standard, and tables of grey levels."""
_EMPTY = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "ReferringPhysicianName",
    "StudyDate",
    "StudyTime",
    "Manufacturer",
)
"""What every film has, be it empty (type 2)."""
_FORMAL = {VR.AS, VR.DA, VR.TM}
_TEXTS = {VR.CS, VR.LO, VR.SH}
_PSEUDONYMS = ("PatientID", "PatientName")
_STATED = (
    "SpecificCharacterSet",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
)
_SCHEMES = ("SCT", "SRT", "SNM3", "DCM", "LN", "RADLEX", "FMA")
_OLDEST = "090Y"
_OPTIONS = {
    "113100": "Basic Application Confidentiality Profile",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}
"""CID 7050."""


def is_deidentified(elements: Mapping[str, str]) -> bool:
    """Whether an object, of which elements are known by keyword, was made here."""
    return MODEL_NAME in elements.get("DeidentificationMethod", "")


class Deidentifier:
    """Makes films that do not say whose they are.

    Args:
        seed: A secret; pseudonyms, UIDs and by how much dates are moved follow from it.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._mark = mark_of(seed)

    def __call__(self, image: Path) -> tuple[str, bytes]:
        """De-identify a film.

        Args:
            image: As it was received.

        Returns:
            Its new SOP Instance UID, and a DICOM file.

        Raises:
            RadiographError: it may not leave: it is no DICOM file or a damaged one, its pixels may have text, or
                something that identifies the patient would stay. It is told without values.
            OSError: it cannot be read.
        """
        with disable_value_validation(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # which quote the patient's name
            try:
                return self._made(image)
            except (RadiographError, OSError):
                raise
            except Exception as error:  # whatever an unexpected element leads pydicom and dicognito to
                raise _withheld(f"an element of it is damaged ({type(error).__name__}); export it again") from error

    def _made(self, image: Path) -> tuple[str, bytes]:
        if not looks_like_dicom(image):
            raise _withheld("it is no DICOM film, of which nothing is known; send DICOM")
        if told := burned_in_warning(image):
            raise _withheld(told)
        film = read_dicom(image)
        if film.get("SOPClassUID") not in RADIOGRAPH_CLASSES:
            raise _withheld("it is no radiograph, of which alone is known what may stay; send films")
        if any(film.get_item(tag) is not None and film[tag].value for tag in OVERLAY_BIT_POSITIONS):
            raise _withheld("an overlay lies in its pixels, which may have text; export it without overlays")
        identifiers = Identifiers(film)
        kept = _kept(film, KEPT, identifiers)
        _keep_moments(kept)
        kept.file_meta = FileMetaDataset()
        kept.file_meta.TransferSyntaxUID = film.file_meta.TransferSyntaxUID
        self._replace(kept)
        stream = DicomBytesIO()
        kept.save_as(stream, enforce_file_format=True)
        content = stream.getvalue()
        made = dcmread(DicomBytesIO(content))
        for keyword in _STATED:  # our own words, which may be somebody's name as well
            made.pop(keyword, None)
        del made.file_meta.ImplementationVersionName
        for element in chain(made.file_meta, made.iterall()):
            if element.keyword not in _PSEUDONYMS and identifiers.stand_in(element):
                raise _withheld(f"what identifies the patient stands in {element.keyword}; correct it there")
        return str(made.SOPInstanceUID), content

    def _replace(self, kept: Dataset) -> None:
        """Put in pseudonyms, and say what was done."""
        kept.DeidentificationMethod = [MODEL_NAME, f"seed {self._mark}"]
        Anonymizer(seed=self._seed).anonymize(kept)
        for keyword in _EMPTY:
            kept.setdefault(keyword, "")
        kept.PatientName = str(kept.PatientID)  # not a name that is made up, which may be somebody's
        kept.SpecificCharacterSet = "ISO_IR 192"
        kept.LongitudinalTemporalInformationModified = "MODIFIED"
        kept.DeidentificationMethodCodeSequence = [_code(*option) for option in _OPTIONS.items()]


def _withheld(reason: str) -> RadiographError:
    return RadiographError(f"it is not de-identified and does not leave: {reason}")


def _kept(film: Dataset, keywords: frozenset[str], identifiers: Identifiers) -> Dataset:
    """Those of some elements that a film, or an item in it, has and that are harmless."""
    kept = Dataset()
    for tag in list(film.keys()):
        keyword = keyword_for_tag(tag)
        if keyword not in keywords:
            continue
        try:
            element = film[tag]
        except Exception:  # pydicom raises whatever a damaged element leads to; to the reader it is missing then
            continue
        if element.VR == VR.SQ:
            items = [_kept(item, KEPT_IN_ITEMS, identifiers) for item in element.value]
            if items and all(map(_is_of_the_standard, items)):
                setattr(kept, keyword, items)
        elif _is_harmless(element, identifiers):
            kept[tag] = element
    return kept


def _keep_moments(kept: Dataset) -> None:
    """Take out times without the dates with which they are moved, and the exact age of the oldest."""
    for moment in _MOVED:
        if not kept.get(f"{moment}Date"):
            kept.pop(f"{moment}Time", None)
    if str(kept.get("PatientAge", "")).endswith("Y"):
        kept.PatientAge = min(kept.PatientAge, _OLDEST)


def _is_harmless(element: DataElement, identifiers: Identifiers) -> bool:
    """Whether an element of the list has what it should: a text that any film may have, a number, a true date."""
    if element.VR not in dictionary_VR(element.tag).split(" or "):
        return False
    if element.keyword in _PSEUDONYMS:
        return not element.is_empty and is_allowed(element)
    if element.VR in _TEXTS:
        return all(str(value).isascii() for value in values_of(element)) and not identifiers.stand_in(element)
    return element.VR not in _FORMAL or is_allowed(element)


def _is_of_the_standard(item: Dataset) -> bool:
    """Whether an item has something, and no code that a site has made up, whose meaning is free text."""
    return bool(item) and item.get("CodingSchemeDesignator", _SCHEMES[0]) in _SCHEMES


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
