# SPDX-License-Identifier: Apache-2.0
"""Workflows of the shipped configs on small real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monai.bundle import ConfigWorkflow
from PIL import Image
from pydicom import Dataset, FileMetaDataset, uid

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture
def mean_shape(training: Callable[..., ConfigWorkflow], tmp_path: Path) -> Path:
    """Weights of an untrained network with their card: it answers with the mean shape of the training films."""
    training(max_epochs=1).run()
    return tmp_path / "run" / "mean_shape.pt"


@pytest.fixture
def apply(tmp_path: Path) -> Callable[..., ConfigWorkflow]:
    """Make an initialized workflow of `inference.json` and overlays, which writes to `tmp_path / "out"`."""

    def make(*overlays: str, **override: Any) -> ConfigWorkflow:
        files = [str(CONFIGS / name) for name in ("inference.json", *overlays)]
        settings = {"output_dir": str(tmp_path / "out"), "device": "$torch.device('cpu')", **override}
        workflow = ConfigWorkflow(files, workflow_type="inference", logging_file=False, **settings)
        workflow.initialize()
        return workflow

    return make


@pytest.fixture
def predicted(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Read what inference wrote of a film: `predicted("folder/film.png")`."""

    def read(name: str) -> dict[str, Any]:
        assert (tmp_path / "out" / f"{name}.png").is_file()
        return json.loads((tmp_path / "out" / f"{name}.json").read_text())

    return read


@pytest.fixture
def points() -> Callable[..., np.ndarray]:
    """Points [K, 2] of what `predicted` reads: in pixels, or in mm by `points(document, "x_mm", "y_mm")`."""

    def read(document: dict[str, Any], x: str = "x", y: str = "y") -> np.ndarray:
        return np.array([[landmark[x], landmark[y]] for landmark in document["landmarks"]])

    return read


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """An empty folder for films."""
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture
def picture() -> Callable[..., Path]:
    """Write a picture: `picture(file, width, height) -> file`."""

    def write(file: Path, width: int = 40, height: int = 56) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        grey = np.random.default_rng(0).integers(0, 255, (height, width)).astype(np.uint8)
        Image.fromarray(grey).save(file)
        return file

    return write


@pytest.fixture
def dicom() -> Callable[..., Path]:
    """Write a DICOM film: `dicom(file, width, height, **elements) -> file`; an element that is None is left out."""

    def write(file: Path, width: int = 48, height: int = 24, **elements: Any) -> Path:
        film = Dataset()
        film.file_meta = FileMetaDataset()
        film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        film.SOPClassUID = film.file_meta.MediaStorageSOPClassUID = uid.DigitalXRayImageStorageForPresentation
        film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = uid.generate_uid()
        film.Modality, film.PatientName = "DX", "Doe^Jane"
        film.StudyInstanceUID, film.SeriesInstanceUID = uid.generate_uid(), uid.generate_uid()
        film.PixelSpacing = [0.2, 0.25]  # of rows, then of columns
        film.set_pixel_data(np.arange(width * height, dtype=np.uint16).reshape(height, width), "MONOCHROME2", 12)
        for keyword, value in elements.items():
            setattr(film, keyword, value)
            if value is None:
                delattr(film, keyword)
        file.parent.mkdir(parents=True, exist_ok=True)
        film.save_as(file, enforce_file_format=True)
        return file

    return write
