# SPDX-License-Identifier: Apache-2.0
"""Films and predictions for the tests of the outputs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, FileMetaDataset, uid

from bundle.confidence import Confidence
from bundle.results.film_result import FilmResult
from film_results import film_result

PATIENT = {
    "PatientName": "Doe^Jane",
    "PatientID": "MRN4711",
    "PatientBirthDate": "19700101",
    "PatientSex": "F",
    "AccessionNumber": "ACC4712",
    "StudyID": "STUDY4713",
    "StudyDate": "20260102",
    "StudyTime": "134501",
    "ReferringPhysicianName": "Roe^Richard",
}


@pytest.fixture
def patient() -> dict[str, str]:
    """The patient and study of every film that `write_film` writes."""
    return dict(PATIENT)


@pytest.fixture
def write_film(tmp_path: Path) -> Callable[..., Path]:
    """Write a DICOM film of 80 x 48 pixels: `write_film(photometric=..., pixels=..., name=..., **elements) -> path`.

    An element that is None is left out.
    """

    def write(
        photometric: str = "MONOCHROME2", pixels: np.ndarray | None = None, name: str = "film.dcm", **elements: Any
    ) -> Path:
        stored = np.arange(48 * 80, dtype=np.uint16).reshape(48, 80) if pixels is None else pixels
        film = Dataset()
        film.file_meta = FileMetaDataset()
        film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        film.SOPClassUID = uid.ComputedRadiographyImageStorage
        film.SOPInstanceUID, film.StudyInstanceUID, film.SeriesInstanceUID = (uid.generate_uid() for _ in range(3))
        film.Modality, film.PatientOrientation, film.BurnedInAnnotation = "CR", ["L", "F"], "NO"
        film.set_pixel_data(stored, photometric, 12 if stored.ndim == 2 else 8)
        for keyword, value in {**PATIENT, **elements}.items():
            setattr(film, keyword, value)
        for keyword in [keyword for keyword, value in elements.items() if value is None]:
            delattr(film, keyword)
        film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID
        film.file_meta.MediaStorageSOPInstanceUID = film.get("SOPInstanceUID") or uid.generate_uid()
        film.save_as(tmp_path / name, enforce_file_format=True)
        return tmp_path / name

    return write


@pytest.fixture
def predict(names: list[str]) -> Callable[..., FilmResult]:
    """A result of three landmarks on a film of 80 x 48 pixels: `predict(image, **changed) -> FilmResult`."""

    def make(image: Path, **changed: Any) -> FilmResult:
        landmarks = np.array([[10.25, 20.5], [70, 5], [40.125, 33]], dtype=np.float32)
        return film_result(image, **{"names": names, "landmarks": landmarks, **changed})

    return make


@pytest.fixture
def doubtful() -> Confidence:
    """What a calibrated network expects of three landmarks on a film that is to be reviewed for two reasons."""
    return Confidence(np.array([2.0, 4.0, 12.0]), error_limit=5.0, unlikeness=0.9, unlikeness_limit=0.5)


@pytest.fixture(scope="session")
def debian_program() -> Callable[[str, str], Callable[..., str]]:
    """A program and the Debian package that has it: `debian_program(name, package)(*arguments) -> what it says`.

    Where it is not installed the test is skipped, but not in CI.
    """

    def find(name: str, package: str) -> Callable[..., str]:
        if shutil.which(name) is None:
            assert not os.environ.get("CI"), f"{name} is not installed; .ci/run has to install {package}"
            pytest.skip(f"{name} is not installed; on Debian or Ubuntu: apt-get install {package}")

        def run(*arguments: str | Path) -> str:
            command = [name, *map(str, arguments)]
            return subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
            ).stdout

        return run

    return find
