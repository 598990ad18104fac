# SPDX-License-Identifier: Apache-2.0
"""DICOM files that the reader refuses: other objects, several frames, missing, truncated and damaged data."""

from __future__ import annotations

import re
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

DOTTED_NAME = "bundle.films.dicom_radiograph_reader.DicomRadiographReader"

ENCODINGS = [
    uid.ExplicitVRLittleEndian,
    uid.RLELossless,
    uid.JPEGExtended12Bit,
    uid.JPEGLossless,
    uid.JPEGLosslessSV1,
    uid.JPEGLSLossless,
    uid.JPEGLSNearLossless,
    uid.JPEG2000Lossless,
    uid.JPEG2000,
]

NOT_RADIOGRAPHS = [
    uid.CTImageStorage,
    uid.MRImageStorage,
    uid.UltrasoundImageStorage,
    uid.EnhancedXAImageStorage,
    uid.BasicTextSRStorage,
    uid.GrayscaleSoftcopyPresentationStateStorage,
    uid.KeyObjectSelectionDocumentStorage,
    uid.EncapsulatedPDFStorage,
]


@pytest.mark.parametrize("sop_class", NOT_RADIOGRAPHS, ids=lambda value: value.keyword)
def test_other_objects_are_refused(read_film, write_film, stored, sop_class):
    path = write_film(stored, SOPClassUID=sop_class, Modality="OT")
    with pytest.raises(RadiographError, match=rf"^film\.dcm: {sop_class.name} is no projection radiograph; choose"):
        read_film(path)


@pytest.mark.parametrize("modality", ["CT", "MR", "US"])
def test_secondary_capture_of_another_modality_is_refused(read_film, write_film, stored, modality):
    path = write_film(stored, SOPClassUID=uid.SecondaryCaptureImageStorage, Modality=modality)
    with pytest.raises(RadiographError, match=f"modality {modality} is no projection radiograph"):
        read_film(path)


@pytest.mark.parametrize("name", ["DICOMDIR", "reportsi.dcm", "CT_small.dcm", "rtplan.dcm", "waveform_ecg.dcm"])
def test_objects_shipped_with_pydicom_are_refused(read_film, name):
    with pytest.raises(RadiographError, match="is no projection radiograph"):
        read_film(Path(get_testdata_file(name, download=False)))


def test_several_frames_are_refused(read_film, write_film, stored):
    path = write_film(np.stack([stored, stored]), SOPClassUID=uid.XRayAngiographicImageStorage)
    with pytest.raises(RadiographError, match="NumberOfFrames is 2"):
        read_film(path)


def test_header_without_pixels_is_refused(read_film, write_film, stored):
    path = write_film(stored)
    film = pydicom.dcmread(path)
    del film.PixelData
    film.save_as(path)
    with pytest.raises(RadiographError, match="no PixelData"):
        read_film(path)


@given(cut=st.floats(0, 0.99), syntax=st.sampled_from(ENCODINGS))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_truncated_file_is_refused_in_one_sentence(read_film, smooth_film, write_film, cut, syntax):
    path = write_film(smooth_film, syntax=syntax)
    path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])
    with pytest.raises(RadiographError) as refusal:
        read_film(path)
    require_one_sentence(str(refusal.value), path)


@given(
    damage=st.dictionaries(st.floats(0, 1, exclude_max=True), st.integers(0, 255), min_size=1, max_size=20),
    syntax=st.sampled_from(ENCODINGS),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_pixel_data_never_ends_the_process(read_film, smooth_film, write_film, damage, syntax):
    path = write_film(smooth_film, syntax=syntax)
    content = bytearray(path.read_bytes())
    start = content.index(b"\xe0\x7f\x10\x00")
    for position, value in damage.items():
        content[start + int(position * (len(content) - start))] = value
    path.write_bytes(content)
    try:
        image, _ = read_film(path)
    except RadiographError as refusal:
        require_one_sentence(str(refusal), path)
    else:
        assert image.shape == smooth_film.T.shape


def require_one_sentence(sentence: str, path: Path) -> None:
    assert sentence.startswith("film.dcm: ")
    assert "\n" not in sentence
    assert str(path.parent) not in sentence


@given(position=st.integers(132, 1000), value=st.integers(0, 255))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_header_never_spells_out_the_patient(read_film, smooth_film, write_film, patient, position, value):
    path = write_film(smooth_film)
    damaged = bytearray(path.read_bytes())
    damaged[position] = value
    path.write_bytes(damaged)
    try:
        read_film(path)
    except RadiographError as refusal:
        assert not any(identifier in str(refusal) for identifier in patient.values())


def test_damaged_pixel_data_is_refused(read_film, smooth_film, write_film):
    path = write_film(smooth_film, syntax=uid.JPEG2000Lossless)
    content = path.read_bytes()
    start = content.index(b"\xff\x4f\xff\x51")
    path.write_bytes(content[:start] + bytes(len(content) - start - 8) + content[-8:])
    with pytest.raises(RadiographError, match=r"JPEG 2000 .* cannot be decoded, it is truncated or damaged"):
        read_film(path)


@pytest.mark.parametrize("syntax", [uid.JPEG2000MC, uid.MPEG2MPML], ids=lambda value: value.keyword)
def test_an_encoding_without_decoder_is_named_with_its_remedy(read_film, smooth_film, write_film, syntax):
    path = write_film(smooth_film, syntax=uid.JPEG2000Lossless)
    film = pydicom.dcmread(path)
    film.file_meta.TransferSyntaxUID = syntax
    film.save_as(path)
    sentence = rf"^film\.dcm: PixelData in {re.escape(syntax.name)} cannot be decoded, there is no decoder .*; convert"
    with pytest.raises(RadiographError, match=sentence):
        read_film(path)


def test_too_many_pixels_are_refused_before_decoding(read_film, write_film, stored):
    path = write_film(stored)
    film = pydicom.dcmread(path)
    film.Rows = film.Columns = 65535
    film.save_as(path)
    with pytest.raises(RadiographError, match="65535 x 65535"):
        read_film(path)


def test_load_imaged_does_not_open_a_refused_object_by_another_reader(write_film, stored):
    load = LoadImaged(keys="image", reader=DOTTED_NAME)
    with pytest.raises(RadiographError, match="CT Image Storage is no projection radiograph"):
        load({"image": write_film(stored, SOPClassUID=uid.CTImageStorage)})
