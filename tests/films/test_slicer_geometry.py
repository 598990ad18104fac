# SPDX-License-Identifier: Apache-2.0
"""Where 3D Slicer, through ITK, places films of the formats that are read."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import itk
import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread, uid

from bundle.errors import RadiographError
from bundle.films.slicer_geometry import slicer_geometry
from picture_files import write_tiff

IMAGER, PIXEL = [0.5, 0.6], [0.2, 0.3]  # of rows, then of columns


@pytest.mark.parametrize(
    ("elements", "spacing"),
    [
        ({}, [1, 1, 1]),
        ({"ImagerPixelSpacing": IMAGER}, [0.6, 0.5, 1]),
        ({"ImagerPixelSpacing": IMAGER, "PixelSpacing": PIXEL}, [0.6, 0.5, 1]),
        ({"PixelSpacing": PIXEL}, [1, 1, 1]),
        ({"PixelSpacing": PIXEL, "SOPClassUID": uid.SecondaryCaptureImageStorage}, [0.3, 0.2, 1]),
    ],
)
def test_a_radiograph_lies_at_the_origin_with_the_spacing_that_itk_takes(
    write_film: Callable[..., Path], stored: np.ndarray, elements: dict[str, object], spacing: list[float]
) -> None:
    geometry = slicer_geometry(write_film(stored, **elements))
    np.testing.assert_allclose(geometry.spacing, spacing)
    np.testing.assert_array_equal(geometry.origin, np.zeros(3))
    np.testing.assert_array_equal(geometry.direction, np.eye(3))


def test_a_picture_lies_at_the_origin_with_1_mm_a_pixel(tmp_path: Path) -> None:
    Image.new("L", (8, 6)).save(tmp_path / "a.png")
    geometry = slicer_geometry(tmp_path / "a.png")
    np.testing.assert_array_equal(geometry.spacing, np.ones(3))
    np.testing.assert_array_equal(geometry.origin, np.zeros(3))


def test_a_turned_tiff_has_no_place_in_slicer(tmp_path: Path) -> None:
    """ITK turns it over, but not by a quarter: Slicer shows neither the stored nor the upright pixels."""
    write_tiff(tmp_path / "a.tif", np.zeros((6, 8), np.uint8), tags={274: 8})
    with pytest.raises(RadiographError, match=r"a\.tif: its tag Orientation turns it, .*; save it upright"):
        slicer_geometry(tmp_path / "a.tif")


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_turned_picture_lies_as_it_is_stored(tmp_path: Path, name: str) -> None:
    """Slicer leaves its orientation aside, and so do the landmarks."""
    exif = Image.Exif()
    exif[274] = 6
    Image.new("L", (8, 6)).save(tmp_path / name, exif=exif)
    assert itk.imread(str(tmp_path / name)).GetLargestPossibleRegion().GetSize()[0] == 8
    np.testing.assert_array_equal(slicer_geometry(tmp_path / name).direction, np.eye(3))


def test_what_itk_cannot_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(RadiographError, match=r"a\.png: cannot be read as an image"):
        slicer_geometry(tmp_path / "a.png")


def test_axes_that_are_not_at_right_angles_have_no_place_in_slicer(tmp_path: Path) -> None:
    sheared = np.eye(4)
    sheared[0, 1] = 0.5
    nibabel.save(nibabel.Nifti1Image(np.zeros((8, 6, 1), np.uint8), sheared), tmp_path / "a.nii")
    with pytest.raises(RadiographError, match=r"a\.nii: ITK, and so 3D Slicer, does not take .* at right angles"):
        slicer_geometry(tmp_path / "a.nii")


@pytest.mark.parametrize("nested", [False, True])
def test_an_element_that_claims_gigabytes_is_kept_from_itk(write_film, stored, nested):
    """ITK allocates what an element claims: 3 GB here, for a file of 8 KB."""
    path = write_film(stored)
    film = dcmread(path)
    item = Dataset()
    (item if nested else film).add_new(0x00211001, "UN", b"claims")
    film.DeidentificationMethodCodeSequence = [item]
    film.save_as(path)
    assert slicer_geometry(path).spacing.tolist() == [1, 1, 1]
    content = path.read_bytes()
    assert content.count(b"UN\0\0\x06\0\0\0claims") == 1
    path.write_bytes(content.replace(b"UN\0\0\x06\0\0\0claims", b"UN\0\0\0\0\0\xc0claims"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RadiographError, match="a DICOM data element is damaged; copy the file again"):
        slicer_geometry(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_fragment_that_claims_gigabytes_is_kept_from_itk(write_film, stored):
    path = write_film(stored, syntax=uid.JPEG2000Lossless)
    assert slicer_geometry(path).spacing.tolist() == [1, 1, 1]
    content = path.read_bytes()
    start = content.index(b"\xff\x4f\xff\x51") - 4
    path.write_bytes(content[:start] + b"\0\0\0\x70" + content[start + 4 :])
    with pytest.raises(RadiographError, match="a DICOM data element is damaged"):
        slicer_geometry(path)
