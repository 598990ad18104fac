# SPDX-License-Identifier: Apache-2.0
"""What a DICOM header claims is held against what the pixel data are, and a codestream has to be whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate

from bundle.errors import RadiographError

CODESTREAMS: dict[uid.UID, Callable[[np.ndarray], bytes]] = {
    uid.JPEGBaseline8Bit: lambda pixels: _jpeg((pixels >> 4).astype(np.uint8)),
    uid.JPEGExtended12Bit: lambda pixels: imagecodecs.jpeg8_encode(pixels, level=95, bitspersample=12),
    uid.JPEGLossless: lambda pixels: imagecodecs.jpeg8_encode(pixels, lossless=True, predictor=4, bitspersample=12),
    uid.JPEGLosslessSV1: lambda pixels: imagecodecs.jpeg8_encode(pixels, lossless=True, predictor=1, bitspersample=12),
    uid.JPEGLSLossless: imagecodecs.jpegls_encode,
    uid.JPEGLSNearLossless: lambda pixels: imagecodecs.jpegls_encode(pixels, level=2),
    uid.JPEG2000Lossless: lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True),
    uid.JPEG2000: lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=60, codecformat="j2k", bitspersample=12),
    uid.HTJ2KLossless: lambda pixels: imagecodecs.htj2k_encode(pixels, reversible=True),
}

LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless, uid.JPEG2000)


def _jpeg(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def write_stream(write_film: Callable[..., Path], stored: np.ndarray) -> Callable[..., Path]:
    """Write a film of `[48, 80]` around fragments of a codestream, or around native pixel data."""

    def write(pixel_data: list[bytes] | bytes, syntax: uid.UID = uid.ExplicitVRLittleEndian, **elements: Any) -> Path:
        path = write_film(stored)
        film = dcmread(path)
        if syntax == uid.JPEGBaseline8Bit:
            film.BitsAllocated, film.BitsStored, film.HighBit = 8, 8, 7
        for keyword, value in elements.items():
            setattr(film, keyword, value)
        film.PixelData = encapsulate(pixel_data) if isinstance(pixel_data, list) else pixel_data
        film["PixelData"].is_undefined_length = isinstance(pixel_data, list)
        film.file_meta.TransferSyntaxUID = syntax
        film.save_as(path)
        return path

    return write


@pytest.mark.parametrize("syntax", CODESTREAMS, ids=lambda syntax: syntax.keyword)
class TestCodestreams:
    def test_a_whole_one_is_read(self, read_film, write_stream, smooth_film, syntax):
        image, meta = read_film(write_stream([CODESTREAMS[syntax](smooth_film)], syntax))
        depth = 16 if syntax == uid.JPEGBaseline8Bit else 1
        assert np.abs(image - (smooth_film // depth).T).max() <= (40 if syntax in LOSSY else 0)
        assert meta["warnings"] == ""

    @given(part=st.floats(0.1, 0.999))
    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_cut_one_is_refused(self, read_film, write_stream, smooth_film, syntax, part):
        whole = CODESTREAMS[syntax](smooth_film)
        with pytest.raises(RadiographError, match=r"cannot be decoded, it(s end is missing| is truncated)"):
            read_film(write_stream([whole[: int(part * len(whole))]], syntax))

    def test_padding_and_fragments_are_read(self, read_film, write_stream, smooth_film, syntax):
        whole = CODESTREAMS[syntax](smooth_film)
        image, _ = read_film(write_stream([whole], syntax))
        split, _ = read_film(write_stream([whole[:100], whole[100:] + bytes(6)], syntax))
        assert np.array_equal(image, split)

    def test_one_of_another_size_is_refused_before_it_is_unpacked(self, read_film, write_stream, smooth_film, syntax):
        other = CODESTREAMS[syntax](np.pad(smooth_film, ((0, 1), (0, 0))))
        with pytest.raises(RadiographError, match=r"holds 80 x 49 pixels .*, the header states 80 x 48 pixels"):
            read_film(write_stream([other], syntax))

    def test_two_frames_that_the_header_does_not_count_are_refused(self, read_film, write_stream, smooth_film, syntax):
        whole = CODESTREAMS[syntax](smooth_film)
        whole += bytes(len(whole) % 2)
        for path in (write_stream([whole, whole], syntax), write_stream([whole + whole], syntax)):
            with pytest.raises(RadiographError, match="holds several frames"):
                read_film(path)


def test_two_rle_frames_that_the_header_does_not_count_are_refused(read_film, write_film, stored):
    path = write_film(stored, syntax=uid.RLELossless)
    film = dcmread(path)
    (frame,) = _frames(film)
    film.PixelData = encapsulate([frame, frame])
    film.save_as(path)
    with pytest.raises(RadiographError, match="holds several frames"):
        read_film(path)
    film.PixelData = encapsulate([frame + bytes(1 << 17)])
    film.save_as(path)
    with pytest.raises(RadiographError, match="RLE Lossless cannot be decoded"):
        read_film(path)


def _frames(film: Any) -> list[bytes]:
    from pydicom.encaps import generate_frames

    return list(generate_frames(film.PixelData, number_of_frames=1))


BYTES = np.arange(48 * 80, dtype=np.uint16).astype(np.uint8).reshape(48, 80)
EIGHT = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}


@pytest.mark.parametrize(
    ("pixel_data", "elements", "sentence"),
    [
        (
            BYTES.tobytes() * 3,
            {**EIGHT, "SamplesPerPixel": 3, "PlanarConfiguration": 0},
            "is MONOCHROME2, but SamplesPer",
        ),
        (BYTES.tobytes() * 3, EIGHT, "PixelData has 11520 bytes, but Rows, Columns and the bits of a pixel make 3840"),
        (BYTES.tobytes() * 3, {**EIGHT, "PhotometricInterpretation": "RGB"}, "is RGB, but SamplesPerPixel is 1"),
        (BYTES.tobytes() * 2, EIGHT, "PixelData has 7680 bytes"),
        (BYTES.tobytes(), {}, "PixelData has 3840 bytes"),
        (BYTES.tobytes() * 2, {"Rows": 47}, "PixelData has 7680 bytes"),
        (BYTES.tobytes() * 2, {"Columns": 79}, "PixelData has 7680 bytes"),
        (BYTES.tobytes() * 2, {"Columns": 81}, "PixelData has 7680 bytes"),
        (BYTES.tobytes() * 4, {}, "PixelData has 15360 bytes"),
        (BYTES.tobytes() * 2, {"BitsAllocated": 12}, "BitsAllocated is 12"),
        (BYTES.tobytes() * 4, {"BitsAllocated": 32, "BitsStored": 32}, "BitsAllocated is 32; export"),
        (BYTES.tobytes() * 2, {"BitsStored": 17}, "BitsStored is 17"),
        (BYTES.tobytes() * 2, {"SamplesPerPixel": None}, "SamplesPerPixel is missing"),
        (BYTES.tobytes() * 2, {"PixelRepresentation": None}, "PixelRepresentation is missing"),
    ],
)
def test_a_claim_that_the_pixel_data_contradict_is_refused(read_film, write_stream, pixel_data, elements, sentence):
    path = write_stream(pixel_data, **elements)
    with pytest.raises(RadiographError, match=f"^film.dcm: .*{sentence}") as refusal:
        read_film(path)
    assert "\n" not in str(refusal.value)


def test_a_little_padding_is_told(read_film, write_stream, stored):
    image, meta = read_film(write_stream(stored.tobytes() + bytes(20)))
    assert np.array_equal(image, stored.T)
    assert meta["warnings"] == "20 bytes behind the pixels are left out"


@given(
    elements=st.fixed_dictionaries(
        {},
        optional={
            "Rows": st.integers(0, 65535),
            "Columns": st.integers(0, 65535),
            "BitsAllocated": st.sampled_from([0, 1, 8, 12, 16, 32, 64]),
            "BitsStored": st.integers(0, 17),
            "HighBit": st.integers(0, 17),
            "SamplesPerPixel": st.integers(0, 4),
            "PixelRepresentation": st.integers(0, 2),
            "NumberOfFrames": st.integers(-1, 3),
            "PlanarConfiguration": st.integers(0, 2),
            "PhotometricInterpretation": st.sampled_from(["MONOCHROME1", "RGB", "YBR_FULL_422", "PALETTE COLOR", "A"]),
        },
    ),
    syntax=st.sampled_from([None, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless]),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_claimed_a_film_is_of_its_size_or_refused(read_film, write_stream, smooth_film, elements, syntax):
    path = (
        write_stream([CODESTREAMS[syntax](smooth_film)], syntax, **elements)
        if syntax
        else write_stream(smooth_film.tobytes(), **elements)
    )
    try:
        image, _ = read_film(path)
    except RadiographError as refusal:
        assert str(refusal).startswith("film.dcm: ")
    else:
        assert image.shape == (elements.get("Columns", 80), elements.get("Rows", 48))
        assert image.dtype == np.float32
