# SPDX-License-Identifier: Apache-2.0
"""Tests of reading the size of an image from its header."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

from bundle.errors import DatasetError
from bundle.films.image_size import image_size

WIDTH, HEIGHT = 7, 4


def write_dicom(file: Path) -> None:
    film = pydicom.Dataset()
    film.file_meta = pydicom.dataset.FileMetaDataset()
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID = ComputedRadiographyImageStorage
    film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID = generate_uid()
    film.Rows, film.Columns = HEIGHT, WIDTH
    film.save_as(file, enforce_file_format=True)


def write_metaimage(file: Path) -> None:
    header = (
        f"ObjectType = Image\nNDims = 2\nDimSize = {WIDTH} {HEIGHT}\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    )
    file.write_bytes(header.encode() + bytes(WIDTH * HEIGHT))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".dcm", "", ".mha", ".mhd", ".nii", ".nii.gz"])
def test_the_size_is_width_and_height(tmp_path, suffix) -> None:
    file = tmp_path / f"film{suffix}"
    if suffix in ("", ".dcm"):
        write_dicom(file)
    elif suffix in (".mha", ".mhd"):
        write_metaimage(file)
    elif suffix.startswith(".nii"):
        nibabel.save(nibabel.Nifti1Image(np.zeros((WIDTH, HEIGHT, 1), np.uint8), np.eye(4)), file)
    else:
        Image.new("L", (WIDTH, HEIGHT)).save(file)
    assert image_size(file) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("suffix", [".png", ".dcm", ".mha", ".nii", ".txt"])
def test_what_is_no_image_is_refused(tmp_path, suffix) -> None:
    file = tmp_path / f"film{suffix}"
    file.write_text("no image")
    with pytest.raises(DatasetError, match=rf"film{suffix}: the image header cannot be read \(.+\); replace the file"):
        image_size(file)


@pytest.mark.real_data
def test_real_dicom_films(radiograph_data) -> None:
    for film in sorted((radiograph_data / "pelvis_dicom").glob("*.dcm")):
        pixels = pydicom.dcmread(film).pixel_array
        assert image_size(film) == (pixels.shape[1], pixels.shape[0])
