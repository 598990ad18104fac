# SPDX-License-Identifier: Apache-2.0
"""DICOM films of every kind and encoding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monai.transforms import LoadImaged
from pydicom import uid
from pydicom.data import get_testdata_file

from bundle.errors import RadiographError
from bundle.films.dicom_elements import RADIOGRAPH_CLASSES
from bundle.films.dicom_radiograph_reader import DicomRadiographReader

DOTTED_NAME = "bundle.films.dicom_radiograph_reader.DicomRadiographReader"

LOSSLESS = [
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless,
    uid.JPEGLossless,
    uid.JPEGLosslessSV1,
    uid.JPEGLSLossless,
    uid.JPEG2000Lossless,
]

LOSSY = [(uid.JPEGExtended12Bit, 3), (uid.JPEGLSNearLossless, 2), (uid.JPEG2000, 30)]


@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda syntax: syntax.keyword)
class TestLosslessEncodings:
    def test_12_bit_film_keeps_its_detail(self, read_film, write_film, stored, syntax):
        image, _ = read_film(write_film(stored, 12, syntax=syntax))
        assert image.dtype == np.float32
        assert np.array_equal(image, stored.T)
        assert np.unique(image).size == 3840

    def test_8_bit_film(self, read_film, byte_film, write_film, syntax):
        image, _ = read_film(write_film(byte_film, 8, syntax=syntax))
        assert np.array_equal(image, byte_film.T)

    def test_signed_16_bit_film(self, read_film, write_film, stored, syntax):
        signed = (stored.astype(np.int32) * 16 - 30000).astype(np.int16)
        image, _ = read_film(write_film(signed, 16, syntax=syntax))
        assert np.array_equal(image, signed.T)


@pytest.mark.parametrize(("syntax", "tolerance"), LOSSY, ids=lambda value: getattr(value, "keyword", ""))
def test_lossy_12_bit_encodings(read_film, smooth_film, write_film, syntax, tolerance):
    image, _ = read_film(write_film(smooth_film, 12, syntax=syntax))
    assert np.abs(image - smooth_film.T).max() <= tolerance
    assert np.unique(image).size > 256


def test_jpeg_baseline(read_film, byte_film, write_film):
    image, _ = read_film(write_film(byte_film, 8, syntax=uid.JPEGBaseline8Bit))
    assert np.abs(image - byte_film.T).max() <= 4


@given(
    values=st.lists(st.integers(0, 4095), min_size=12, max_size=12),
    photometric=st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_larger_is_whiter_in_both_photometric_interpretations(read_film, write_film, values, photometric):
    pixels = np.array(values, dtype=np.uint16).reshape(3, 4)
    image, meta = read_film(write_film(pixels, photometric=photometric))
    expected = pixels.astype(np.float32)
    if photometric == "MONOCHROME1":
        expected = expected.min() + expected.max() - expected
    assert np.array_equal(image, expected.T)
    assert meta["PhotometricInterpretation"] == photometric


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE"])
def test_presentation_lut_shape_does_not_turn_a_film_again(read_film, write_film, stored, photometric, shape):
    plain, _ = read_film(write_film(stored, photometric=photometric))
    shaped, _ = read_film(write_film(stored, photometric=photometric, PresentationLUTShape=shape))
    assert np.array_equal(plain, shaped)


@pytest.mark.parametrize("planar", [0, 1])
def test_rgb_becomes_luminance(read_film, write_film, planar):
    rgb = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    path = write_film(rgb, 8, "RGB", SOPClassUID=uid.SecondaryCaptureImageStorage)
    if planar:
        film = pydicom.dcmread(path)
        film.PlanarConfiguration = 1
        film.PixelData = np.moveaxis(rgb, -1, 0).tobytes()
        film.save_as(path)
    image, _ = read_film(path)
    assert np.allclose(image, (rgb @ [0.299, 0.587, 0.114]).T, atol=1e-3)


def test_grey_stored_as_rgb_keeps_its_values(read_film, byte_film, write_film):
    image, _ = read_film(write_film(np.repeat(byte_film[..., None], 3, axis=2), 8, "RGB", syntax=uid.JPEG2000Lossless))
    assert np.array_equal(image, byte_film.T)


def test_ybr_becomes_luminance(read_film, write_film):
    ybr = np.random.default_rng(0).integers(100, 156, (6, 9, 3), dtype=np.uint8)
    image, _ = read_film(write_film(ybr, 8, "YBR_FULL"))
    assert np.abs(image - ybr[..., 0].T).max() <= 1


def test_colour_jpeg_becomes_luminance(read_film, byte_film, write_film):
    grey = np.repeat(byte_film[..., None], 3, axis=2)
    image, _ = read_film(write_film(grey, 8, "RGB", syntax=uid.JPEGBaseline8Bit))
    assert np.abs(image - byte_film.T).max() <= 4


def test_palette_becomes_luminance(read_film, write_film):
    indices = np.arange(24, dtype=np.uint8).reshape(4, 6)
    table = (np.arange(256, dtype=np.uint16)[::-1] * 257).astype("<u2")
    elements = {}
    for colour in ("Red", "Green", "Blue"):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        elements[f"{colour}PaletteColorLookupTableData"] = table.tobytes()
    image, _ = read_film(write_film(indices, 8, "PALETTE COLOR", **elements))
    assert np.allclose(image, table[indices].T, rtol=1e-6)


@pytest.mark.parametrize("sop_class", sorted(RADIOGRAPH_CLASSES), ids=lambda value: value.keyword)
def test_every_projection_class_of_one_frame_is_read(read_film, write_film, stored, sop_class):
    image, _ = read_film(write_film(stored, SOPClassUID=sop_class, NumberOfFrames=1))
    assert np.array_equal(image, stored.T)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("SC_rgb_gdcm_KY.dcm", 0),  # JPEG 2000
        ("SC_rgb_jpeg_gdcm.dcm", 0),  # JPEG Lossless
        ("SC_rgb_jls_lossy_line.dcm", 2),
        ("SC_rgb_jpeg_dcmtk.dcm", 2),
        ("SC_rgb_dcmtk_+eb+cr.dcm", 2),
        ("SC_rgb_jpeg_lossy_gdcm.dcm", 8),
        ("SC_ybr_full_422_uncompressed.dcm", 2),
    ],
)
def test_one_picture_in_the_encodings_of_other_writers(read_film, name, tolerance):
    reference, _ = read_film(Path(get_testdata_file("SC_rgb_rle.dcm", download=False)))
    image, _ = read_film(Path(get_testdata_file(name, download=False)))
    assert np.ptp(reference) > 200
    assert np.abs(image - reference).max() <= tolerance


def test_metadata_follow_the_contract_and_identify_nobody(read_film, write_film, stored, patient):
    path = write_film(stored, ImagerPixelSpacing=[0.2, 0.1], BodyPartExamined="PELVIS", ViewPosition="AP")
    image, meta = read_film(path)
    assert np.array_equal(meta["affine"], np.eye(4))
    assert tuple(meta["spatial_shape"]) == image.shape == (80, 48)
    assert meta["original_channel_dim"] == "no_channel"
    assert meta["spacing"].dtype == np.float32
    assert np.allclose(meta["spacing"], [0.1, 0.2])
    assert meta["spacing_provenance"] == "ImagerPixelSpacing, at detector"
    assert (meta["Modality"], meta["BodyPartExamined"], meta["ViewPosition"]) == ("DX", "PELVIS", "AP")
    assert not any(identifier in str(meta) for identifier in patient.values())
    assert "UID" not in str(meta)


def test_patient_elements_are_not_even_parsed(read_film, write_film, stored, patient):
    film = DicomRadiographReader().read(write_film(stored))
    assert not any(keyword in film for keyword in patient)


@pytest.mark.parametrize("name", ["film.dcm", "IM000001", "1.2.840.113619", "film.png"])
def test_dicom_is_told_by_content(write_film, stored, name):
    assert DicomRadiographReader().verify_suffix(write_film(stored, name=name))


def test_other_content_is_not_dicom(read_film, tmp_path):
    other = tmp_path / "film"
    other.write_bytes(b"no film" * 100)
    reader = DicomRadiographReader()
    assert not reader.verify_suffix(other)
    assert not reader.verify_suffix(tmp_path)
    with pytest.raises(RadiographError, match=r"film: not a DICOM file"):
        reader.read(other)
    with pytest.raises(RadiographError, match=r"gone\.dcm: cannot be opened"):
        reader.read(tmp_path / "gone.dcm")


def test_reader_serves_load_imaged_by_its_dotted_name(write_film, stored):
    load = LoadImaged(keys="image", reader=DOTTED_NAME, ensure_channel_first=True)
    film = load({"image": write_film(stored, name="IM000001")})["image"]
    assert film.shape == (1, 80, 48)
    assert np.array_equal(film[0].numpy(), stored.T)
    assert np.isnan(film.meta["spacing"]).all()


@pytest.mark.real_data
def test_real_pelvis_films(read_film, radiograph_data):
    films = sorted((radiograph_data / "pelvis_dicom").glob("*.dcm"))
    assert len(films) == 10
    for path in films:
        image, meta = read_film(path)
        assert image.shape == (331, 331)
        assert np.ptp(image) > 100
        assert np.isnan(meta["spacing"]).all()  # 1 \\ 1, as converters write it
        assert meta["spacing_provenance"] == "unknown"
        # The femoral shafts, at the lower left and right, are brighter than the air between the legs.
        assert image[40:70, 280:].mean() > image[155:175, 320:].mean()
