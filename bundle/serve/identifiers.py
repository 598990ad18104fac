# SPDX-License-Identifier: Apache-2.0
"""What identifies the patient of a film, and whether any of it stands in an object made from that film."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pydicom import DataElement, Dataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID
from pydicom.valuerep import VR

from bundle.outputs.dicom.values import values_of

_OF_PERSON_OR_PLACE = """PatientID IssuerOfPatientID OtherPatientIDs AccessionNumber StudyID AdmissionID
ServiceEpisodeID MedicalRecordLocator RequestedProcedureID ScheduledProcedureStepID PerformedProcedureStepID
PlacerOrderNumberImagingServiceRequest FillerOrderNumberImagingServiceRequest
PatientAddress PatientTelephoneNumbers PatientTelecomInformation PatientInsurancePlanCodeSequence
ReferringPhysicianAddress ReferringPhysicianTelephoneNumbers
InstitutionName InstitutionAddress StationName DeviceSerialNumber"""
_IDENTIFYING = frozenset(_OF_PERSON_OR_PLACE.split())
"""Elements whose values identify a person or a place; so do all names, UIDs and dates."""
_WORDS = """MONOCHROME1 MONOCHROME2 RGB YBR_FULL YBR_FULL_422 YBR_ICT YBR_RCT ORIGINAL DERIVED PRIMARY SECONDARY YES
LINEAR LINEAR_EXACT SIGMOID IDENTITY INVERSE LIN LOG DISP GEOMETRY FIDUCIAL SCT SRT DCM
LAT LATERAL OBLIQUE LEFT RIGHT
ABDOMEN ANKLE CHEST CSPINE ELBOW FEMUR FOOT FOREARM HAND HEAD HIP HUMERUS JAW KNEE LEG LSPINE PELVIS RIB SHOULDER
SKULL SPINE THIGH TSPINE WRIST"""
TERMS = frozenset((*_WORDS.split(), "PALETTE COLOR", "FOR PRESENTATION", "FOR PROCESSING"))
"""Words of the standard, which may be somebody's name as well, or hold one: Hand, Elvis in PELVIS."""

_LEAST, _LEAST_FOREIGN = 3, 2
"""Characters from which on a word identifies: in ASCII, and in other scripts."""
_SURE = 6
"""Characters from which on it is no chance to meet a word among numbers and pixels."""
_BETWEEN = re.compile(r"[\^=\s,.\\-]+")
_OTHER_SIGNS = re.compile(r"[\W_]+")
_TEXTS = {VR.AE, VR.CS, VR.LO, VR.LT, VR.PN, VR.SH, VR.ST, VR.UC, VR.UR, VR.UT}
_NUMBERS = {VR.DS, VR.IS}
_BYTES = {VR.OB, VR.OW, VR.OD, VR.OF, VR.OL, VR.OV, VR.UN}


class Identifiers:
    """What identifies the patient of a film: names, numbers, dates and UIDs, in nested items as well.

    Args:
        film: As it was received.
    """

    def __init__(self, film: Dataset) -> None:
        values = {value.strip() for value in _values(film)} - {""}
        self._uids = {value for value in values if UID(value).is_valid and value.count(".") > 1}
        others = values - self._uids
        words = {_squeezed(value) for value in others}
        self._words = {word for word in words if len(word) >= (_LEAST if word.isascii() else _LEAST_FOREIGN)}
        self._sure = {value.casefold().encode() for value in values if len(value) >= _SURE}

    def stand_in(self, element: DataElement) -> bool:
        """Whether one of them stands in an element, in whatever case and with whatever signs between its letters."""
        if element.VR in _BYTES:
            content = bytes(element.value or b"").lower()
            return any(value in content for value in self._sure)
        values = [str(value).strip() for value in values_of(element)] if element.VR != VR.SQ else []
        if element.VR == VR.UI:
            return any(map(self._in_uid, values))
        if element.VR in _NUMBERS:
            return any(word in _squeezed(value) for value in values for word in self._words if len(word) >= _SURE)
        return element.VR in _TEXTS and any(map(self._in_text, values))

    def _in_text(self, text: str) -> bool:
        if text.upper() in TERMS:
            return False
        squeezed, parts = _squeezed(text), set(map(_squeezed, _OTHER_SIGNS.split(text)))
        # short numbers are met within others, such as codes
        found = (word in (parts if word.isdigit() and len(word) < _SURE else squeezed) for word in self._words)
        return any(found) or any(uid in text for uid in self._uids)

    def _in_uid(self, uid: str) -> bool:
        if not UID(uid).is_valid:
            return self._in_text(uid)
        if not UID(uid).is_private or uid == PYDICOM_IMPLEMENTATION_UID:  # the standard's own, and the writer's
            return False
        return not self._words.isdisjoint(uid.split(".")) or any(
            uid == known or uid.startswith(f"{known}.") for known in self._uids
        )


def _values(film: Dataset) -> Iterator[str]:
    """Everything that identifies, names also word by word."""
    for tag in list(film.keys()):
        try:
            yield from _values_of(film[tag])
        except Exception:  # pydicom raises whatever a damaged element leads to
            continue


def _values_of(element: DataElement) -> Iterator[str]:
    if element.VR == VR.SQ:
        for item in element.value:
            yield from _values(item)
    elif element.VR == VR.PN:
        for name in map(str, values_of(element)):
            yield from (name, *_BETWEEN.split(name))
    elif element.VR == VR.UI:
        yield from (value for value in map(str, values_of(element)) if UID(value).is_private)
    elif element.VR in (VR.DA, VR.DT):
        yield from (str(value)[:8] for value in values_of(element))
    elif element.keyword in _IDENTIFYING and element.VR in _TEXTS:
        yield from map(str, values_of(element))


def _squeezed(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _OTHER_SIGNS.sub("", plain).casefold()
