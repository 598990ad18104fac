# SPDX-License-Identifier: Apache-2.0
"""What a film says of itself that its report repeats: the procedure, the region, and its entry of the image library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bundle.outputs.dicom import content
from bundle.outputs.dicom.concepts import side
from bundle.outputs.dicom.output import laterality
from bundle.outputs.dicom.values import is_allowed

_REGIONS = {
    "ABDOMEN": codes.SCT.Abdomen,
    "ANKLE": codes.SCT.AnkleJoint,
    "CHEST": codes.SCT.Thorax,
    "CSPINE": codes.SCT.CervicalSpine,
    "ELBOW": codes.SCT.ElbowJoint,
    "FOOT": codes.SCT.Foot,
    "HAND": codes.SCT.Hand,
    "HEAD": codes.SCT.Head,
    "HIP": codes.SCT.Hip,
    "KNEE": codes.SCT.Knee,
    "LSPINE": codes.SCT.LumbarSpine,
    "PELVIS": codes.SCT.Pelvis,
    "SHOULDER": codes.SCT.Shoulder,
    "SKULL": codes.SCT.Skull,
    "SPINE": codes.SCT.Spine,
    "TSPINE": codes.SCT.ThoracicSpine,
    "WRIST": codes.SCT.WristJoint,
}
"""SNOMED CT of Body Part Examined (PS3.16 Annex L), of parts that are filmed for landmarks."""

_MODALITIES = {"CR": "Computed Radiography", "DX": "Digital Radiography", "RF": "Radiofluoroscopy"}
_MODALITIES |= {"XA": "X-Ray Angiography", "RG": "Radiographic imaging", "OT": "Other Modality"}


def procedures(film: Dataset) -> list[Code]:
    """The procedures that the film names by code; else that it is a radiograph, whose region stands beside it."""
    ordered = [item for item in film.get("RequestAttributesSequence") or [] if isinstance(item, Dataset)]
    sequences = [
        film.get("ProcedureCodeSequence"),
        *(item.get("RequestedProcedureCodeSequence") for item in ordered),
        film.get("PerformedProtocolCodeSequence"),
    ]
    found = (list(_codes(sequence)) for sequence in sequences)
    return next(filter(None, found), [codes.SCT.PlainRadiography])


def target_region(film: Dataset) -> Code | None:
    """The body region by Anatomic Region Sequence, else by Body Part Examined; None where the film says neither."""
    coded = next(_codes(film.get("AnatomicRegionSequence")), None)
    return coded or _REGIONS.get(str(film.get("BodyPartExamined", "")).upper().replace(" ", ""))


def image_library(film: Dataset) -> Dataset:
    """The image library of a report on one film (TID 1600), with what describes the film (TID 1602 and 1603)."""
    modality, region, turned = film.get("Modality"), target_region(film), side(laterality(film))
    described = []
    if modality in _MODALITIES:
        value = Code(modality, "DCM", _MODALITIES[modality])
        described.append(content.code(codes.DCM.Modality, value, content.ACQUISITION))
    if region:
        described.append(content.code(codes.DCM.TargetRegion, region, content.ACQUISITION))
    if turned:
        described.append(content.code(codes.DCM.ImageLaterality, turned, content.ACQUISITION))
    entry = content.image(None, film, children=described)
    group = content.container(codes.DCM.ImageLibraryGroup, [entry])
    return content.container(codes.DCM.ImageLibrary, [group], template="1600")


def _codes(sequence: Sequence[Dataset] | None) -> Iterator[Code]:
    """The codes of a sequence that are whole and allowed."""
    for item in (each for each in sequence or () if isinstance(each, Dataset)):
        values = [item.get(key) for key in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")]
        if all(values) and all(is_allowed(element) for element in item):
            yield Code(*map(str, values))
