# SPDX-License-Identifier: Apache-2.0
"""Real DICOM films, written by pydicom and, for the JPEG processes it cannot write, by GDCM, Pillow and imagecodecs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, FileMetaDataset, uid
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet

from bundle.films.dicom_radiograph_reader import DicomRadiographReader

PATIENT = {
    "PatientName": "Doe^Jane",
    "PatientID": "MRN4711",
    "PatientBirthDate": "19700101",
    "AccessionNumber": "ACC4712",
    "InstitutionName": "Saint Elsewhere",
}

GDCM_SYNTAXES = {
    uid.JPEGLossless: "JPEGLosslessProcess14",
    uid.JPEGLosslessSV1: "JPEGLosslessProcess14_1",
}


def film_dataset(pixels: np.ndarray, bits: int, photometric: str, elements: dict[str, Any]) -> Dataset:
    """An uncompressed film in explicit little endian of stored values `[Y, X]` or `[Y, X, 3]`."""
    film = Dataset()
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    film.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    film.SOPInstanceUID = uid.generate_uid()
    film.Modality = "DX"
    film.set_pixel_data(pixels, photometric, bits)
    for keyword, value in {**PATIENT, **elements}.items():
        setattr(film, keyword, value)
    film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID
    film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
    return film


def encode(film: Dataset, pixels: np.ndarray, syntax: uid.UID, path: Path) -> None:
    """Write a film in a transfer syntax."""
    if syntax in GDCM_SYNTAXES:
        film.save_as(path, enforce_file_format=True)
        encode_by_gdcm(path, GDCM_SYNTAXES[syntax])
        return
    if syntax == uid.JPEGBaseline8Bit:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=95)
        film.PixelData = encapsulate([stream.getvalue()])
        film["PixelData"].is_undefined_length = True
        film.PhotometricInterpretation = "YBR_FULL_422" if pixels.ndim == 3 else film.PhotometricInterpretation
        film.file_meta.TransferSyntaxUID = syntax
    elif syntax == uid.JPEGExtended12Bit:
        film.PixelData = encapsulate([imagecodecs.jpeg8_encode(pixels, level=95, bitspersample=12)])
        film["PixelData"].is_undefined_length = True
        film.file_meta.TransferSyntaxUID = syntax
    elif syntax == uid.JPEGLSNearLossless:
        film.compress(syntax, jls_error=2, generate_instance_uid=False)
    elif syntax == uid.JPEG2000:
        film.compress(syntax, j2k_psnr=[60], generate_instance_uid=False)
    elif syntax.is_compressed and not syntax.is_deflated:
        film.compress(syntax, generate_instance_uid=False)
    else:
        film.file_meta.TransferSyntaxUID = syntax
    if syntax == uid.ExplicitVRBigEndian:
        film.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    film.save_as(path, enforce_file_format=True)


def encode_by_gdcm(path: Path, syntax: str) -> None:
    import gdcm  # here, after pydicom has loaded zlib: loaded first, GDCM's zlib ousts Python's and crashes it

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()


@pytest.fixture
def write_film(tmp_path: Path) -> Callable[..., Path]:
    """Write a DICOM film: `write_film(pixels, bits=12, photometric=..., syntax=..., name=..., **elements) -> path`."""

    def write(
        pixels: np.ndarray,
        bits: int = 12,
        photometric: str = "MONOCHROME2",
        syntax: uid.UID = uid.ExplicitVRLittleEndian,
        name: str = "film.dcm",
        **elements: Any,
    ) -> Path:
        path = tmp_path / name
        encode(film_dataset(pixels, bits, photometric, elements), pixels, syntax, path)
        return path

    return write


@pytest.fixture
def stored() -> np.ndarray:
    """Stored values `[Y, X]` of an unsymmetric 12-bit film without two equal pixels, in 3,840 levels."""
    return np.arange(48 * 80, dtype=np.uint16).reshape(48, 80) + 100


@pytest.fixture
def patient() -> dict[str, str]:
    """The identifying elements of every film that `write_film` writes."""
    return PATIENT


@pytest.fixture
def read_film() -> Callable[[Path], tuple[np.ndarray, dict[str, Any]]]:
    """Read a DICOM film by the reader under test: `[X, Y]` and its metadata."""
    reader = DicomRadiographReader()
    return lambda path: reader.get_data(reader.read(path))


@pytest.fixture
def smooth_film() -> np.ndarray:
    """A smooth unsymmetric 12-bit film `[Y, X]`, as lossy encodings keep it."""
    y, x = np.mgrid[:48, :80]
    return np.round(2000 + 900 * np.sin(x / 13) + 800 * np.cos(y / 9)).astype(np.uint16)


@pytest.fixture
def byte_film(smooth_film: np.ndarray) -> np.ndarray:
    """The smooth film in 8 bit."""
    return (smooth_film // 16).astype(np.uint8)


def _report(kind: uid.UID, identifiers: dict[str, str]) -> Dataset:
    """A DICOM object without pixels."""
    document = Dataset()
    document.file_meta = FileMetaDataset()
    document.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    document.SOPClassUID = document.file_meta.MediaStorageSOPClassUID = kind
    document.SOPInstanceUID = document.file_meta.MediaStorageSOPInstanceUID = uid.generate_uid()
    for keyword, value in identifiers.items():
        setattr(document, keyword, value)
    return document


@pytest.fixture
def study(write_film: Callable[..., Path], stored: np.ndarray, tmp_path: Path) -> Path:
    """A study as on a CD: DICOMDIR, two films, a structured report and a presentation state."""
    series = {"StudyInstanceUID": uid.generate_uid(), "SeriesInstanceUID": uid.generate_uid(), "StudyID": "1"}
    series |= {
        "StudyDate": "20260101",
        "StudyTime": "120000",
        "SeriesNumber": 1,
        "PatientID": "1",
        "PatientName": "Doe^Jane",
    }
    medium = FileSet()
    for number in (1, 2):
        medium.add(write_film(stored + number, name=f"{number}.dcm", InstanceNumber=number, **series))
    medium.write(tmp_path / "study")
    folder = tmp_path / "study"
    for name, kind in (("SR0001", uid.BasicTextSRStorage), ("PR0001", uid.GrayscaleSoftcopyPresentationStateStorage)):
        _report(kind, series).save_as(folder / name, enforce_file_format=True)
    return folder
