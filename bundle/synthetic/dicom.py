# SPDX-License-Identifier: Apache-2.0
"""Synthetic films as DICOM files: Digital X-Ray or Computed Radiography images, 12 bits stored in 16."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    generate_uid,
)

from bundle.synthetic.anatomy import Site
from bundle.synthetic.film import Setting
from bundle.synthetic.geometry import Array

GENERATION = "1"  # to be raised when the same seed no longer gives the same film
WHITE = 4095
COMMENT = "Synthetic radiograph computed from a parametric anatomy; it shows no person"


def instance_uid(*key: object) -> str:
    """SOP Instance UID of the film with a key: the same key gives the same UID."""
    return _uid("instance", *key)


def holds(file: Path, uid: str) -> bool:
    """Whether a file is there and is the complete DICOM instance with the given UID."""
    try:
        return (
            str(pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["SOPInstanceUID"]).SOPInstanceUID) == uid
        )
    except (OSError, AttributeError, pydicom.errors.InvalidDicomError):
        return False


def write(
    file: Path, grey: Array, setting: Setting, site: Site, key: tuple[object, ...], rng: np.random.Generator
) -> None:
    """Write a film; the file appears complete or not at all.

    Args:
        file: Where to.
        grey: Grey values in [0, 1] `[rows, columns]`; dense is white.
        setting: The geometry behind the film.
        site: The body part.
        key: What identifies the film; UIDs and patient name follow from it.
        rng: Draws the modality, the photometric interpretation and the spacing attributes.
    """
    kind = rng.choice(["magnified", "calibrated", "detector", "unknown"], p=[0.35, 0.3, 0.2, 0.15])
    modality = "CR" if kind == "unknown" or rng.random() < 0.3 else "DX"
    storage = DigitalXRayImageStorageForPresentation if modality == "DX" else ComputedRadiographyImageStorage
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = storage
    meta.MediaStorageSOPInstanceUID = UID(instance_uid(*key))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(str(file), {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = storage, meta.MediaStorageSOPInstanceUID
    _add_patient_and_study(image, modality, site, key)
    _add_acquisition(image, modality, site, setting)
    _add_spacing(image, str(kind), setting)
    _add_pixels(image, grey, modality, rng)
    partial = file.with_suffix(".partial")
    image.save_as(partial, enforce_file_format=True)
    partial.replace(file)


def _uid(*key: object) -> str:
    return str(generate_uid(entropy_srcs=["synthetic radiograph", GENERATION, *map(str, key)]))


def _add_patient_and_study(image: Dataset, modality: str, site: Site, key: tuple[object, ...]) -> None:
    number = f"{int(_uid('patient', *key).rsplit('.', 1)[1]) % 10**8:08d}"
    image.PatientName, image.PatientID = f"Synthetic^{number}", f"SYNTHETIC-{number}"
    image.PatientBirthDate, image.PatientSex = "", "O"
    image.StudyInstanceUID, image.SeriesInstanceUID = _uid("study", *key), _uid("series", *key)
    image.StudyDate = image.SeriesDate = image.ContentDate = image.AcquisitionDate = "20000101"
    image.StudyTime = image.ContentTime = image.AcquisitionTime = "120000"
    image.AccessionNumber, image.ReferringPhysicianName, image.StudyID = "", "", number
    image.SeriesNumber = image.InstanceNumber = image.AcquisitionNumber = 1
    image.Modality = modality
    image.Manufacturer = "Synthetic"
    image.StudyDescription = image.SeriesDescription = f"Synthetic {site.name} {site.view}"
    image.ImageComments = COMMENT
    image.ImageType = ["DERIVED", "PRIMARY", "", "SYNTHETIC"]
    image.DerivationDescription = COMMENT


def _add_acquisition(image: Dataset, modality: str, site: Site, setting: Setting) -> None:
    image.BodyPartExamined, image.ViewPosition = site.body_part, site.view
    image.PatientOrientation = list(site.orientation)
    image.DistanceSourceToDetector = round(setting.beam.source_to_detector, 1)
    image.KVP = str(site.kilovolts)
    image.BurnedInAnnotation = "NO"
    image.LossyImageCompression = "00"
    if modality == "CR":
        if site.laterality in "LR":  # else it is absent: the body part is no paired one
            image.Laterality = site.laterality
        return
    image.PresentationIntentType = "FOR PRESENTATION"
    image.ImageLaterality = site.laterality
    image.DetectorType, image.DetectorConfiguration = "DIRECT", "AREA"
    image.PositionerType = "NONE"
    image.AcquisitionContextSequence = []
    image.AnatomicRegionSequence = [_code(*site.region)]


def _code(value: str, meaning: str) -> Dataset:
    """A SNOMED CT concept."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", meaning
    return code


def _add_spacing(image: Dataset, kind: str, setting: Setting) -> None:
    """Pixel spacing as films have it: at the detector, with the magnification, calibrated, or not at all."""
    if kind == "unknown":
        return
    pixel = setting.beam.pixel
    depth = setting.beam.project(setting.person.landmarks)[1].mean()
    magnification = setting.beam.source_to_detector / depth
    image.ImagerPixelSpacing = [round(pixel, 6)] * 2
    if kind == "magnified":
        image.EstimatedRadiographicMagnificationFactor = round(float(magnification), 5)
        image.DistanceSourceToPatient = round(float(depth), 1)
    elif kind == "calibrated":
        image.PixelSpacing = [round(float(pixel / magnification), 6)] * 2
        image.PixelSpacingCalibrationType = "GEOMETRY"
        image.PixelSpacingCalibrationDescription = "Plane of the landmarks"


def _add_pixels(image: Dataset, grey: Array, modality: str, rng: np.random.Generator) -> None:
    """Grey values on part of the 12-bit scale with the window that shows them, in either photometric interpretation."""
    low, high = sorted(rng.uniform([0, 0.7], [0.25, 1.0])) if rng.random() < 0.5 else (0.0, 1.0)
    stored = np.rint((low + (high - low) * grey) * WHITE).astype(np.uint16)
    centre = (low + high) / 2 * WHITE
    inverse = rng.random() < 0.35
    if inverse:
        stored, centre = WHITE - stored, WHITE - centre
    image.PhotometricInterpretation = "MONOCHROME1" if inverse else "MONOCHROME2"
    image.PresentationLUTShape = "INVERSE" if inverse else "IDENTITY"
    image.SamplesPerPixel, image.PixelRepresentation = 1, 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.Rows, image.Columns = stored.shape
    if modality == "DX":
        image.PixelIntensityRelationship, image.PixelIntensityRelationshipSign = "LOG", 1 if inverse else -1
        image.RescaleIntercept, image.RescaleSlope, image.RescaleType = "0", "1", "US"
    if modality == "DX" or (low, high) != (0.0, 1.0):
        image.WindowCenter, image.WindowWidth = round(centre + 0.5, 1), round((high - low) * WHITE + 1, 1)
    image.PixelData = stored.tobytes()
