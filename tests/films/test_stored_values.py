# SPDX-License-Identifier: Apache-2.0
"""The same film has the same stored values in every transfer syntax, wherever and however its bits lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder

from bundle.films.stored_values import value_bits

ENCODINGS = {
    uid.ImplicitVRLittleEndian: ("words",),
    uid.ExplicitVRLittleEndian: ("words",),
    uid.ExplicitVRBigEndian: ("words",),
    uid.DeflatedExplicitVRLittleEndian: ("words",),
    uid.RLELossless: ("words",),
    uid.JPEGLossless: ("words", "values"),
    uid.JPEGLosslessSV1: ("words", "values"),
    uid.JPEGLSLossless: ("words", "values"),
    uid.JPEG2000Lossless: ("words", "words without sign", "values"),
    uid.HTJ2KLossless: ("words", "words without sign"),
}
"""What a codestream may hold: words of BitsAllocated, signed as the film or not, or just the values in BitsStored."""


class Case(NamedTuple):
    """A cell of the matrix."""

    syntax: uid.UID
    encoding: str
    is_signed: bool
    allocated: int
    stored: int
    high: int
    overlays: bool

    def __str__(self) -> str:
        sign, overlays = "signed" if self.is_signed else "unsigned", "overlays" if self.overlays else "plain"
        return (
            f"{self.syntax.keyword}-{self.encoding}-{sign}-{self.stored}of{self.allocated}-high{self.high}-{overlays}"
        )


def matrix() -> Iterator[Case]:
    """All cells that can exist.

    Left out: another HighBit, and overlays, where the values fill the word; overlays in a codestream of values alone,
    which has no bits for them.
    """
    for syntax, encodings in ENCODINGS.items():
        for encoding, is_signed, (allocated, stored) in product(
            encodings, (False, True), [(8, 8), (16, 8), (16, 10), (16, 12), (16, 16)]
        ):
            if encoding == "words without sign" and not is_signed:
                continue
            for high in sorted({stored - 1, allocated - 1}):
                for overlays in (False, True):
                    if overlays and (stored == allocated or encoding == "values"):
                        continue
                    yield Case(syntax, encoding, is_signed, allocated, stored, high, overlays)


MATRIX = list(matrix())


def intended(case: Case) -> np.ndarray:
    """Values `[Y, X]` over the whole range of BitsStored, the least and the greatest among them."""
    y, x = np.mgrid[:24, :40]
    levels = np.round((0.5 + 0.5 * np.sin(x / 7) * np.cos(y / 5)) * ((1 << case.stored) - 1)).astype(np.int64)
    levels[0, :2] = 0, (1 << case.stored) - 1
    return levels - (1 << (case.stored - 1)) if case.is_signed else levels


def words_of(values: np.ndarray, case: Case) -> np.ndarray:
    """Unsigned words of BitsAllocated; a sign goes on above HighBit where no overlays are."""
    low = case.high + 1 - case.stored
    words = values << low
    if case.overlays:
        beside = ~(((1 << case.stored) - 1) << low)
        noise = np.random.default_rng(0).integers(0, 1 << 16, values.shape)
        words = (words & ~beside) | (noise & beside)
    return (words & ((1 << case.allocated) - 1)).astype(f"u{case.allocated // 8}")


def packed(case: Case, values: np.ndarray, words: np.ndarray) -> bytes:
    """The codestream of a film."""
    sign = "i" if case.is_signed and case.encoding != "words without sign" else "u"
    if case.encoding == "values":
        samples = (values & ((1 << case.stored) - 1)).astype("u1" if case.stored == 8 else "u2")
        if case.syntax == uid.JPEG2000Lossless and case.is_signed:
            samples = values.astype("i1" if case.stored == 8 else "i2")
        bits = case.stored
    else:
        samples, bits = words.view(f"{sign}{words.itemsize}"), case.allocated
    if case.syntax == uid.JPEG2000Lossless:
        return imagecodecs.jpeg2k_encode(samples, level=0, codecformat="j2k", reversible=True, bitspersample=bits)
    if case.syntax == uid.HTJ2KLossless:
        return imagecodecs.htj2k_encode(samples, reversible=True)
    unsigned = samples.view(f"u{samples.itemsize}")
    if case.syntax == uid.JPEGLSLossless:
        return jpeg_ls(unsigned, bits)
    predictor = 1 if case.syntax == uid.JPEGLosslessSV1 else 4
    return imagecodecs.jpeg8_encode(unsigned, lossless=True, predictor=predictor, bitspersample=bits)


def jpeg_ls(samples: np.ndarray, bits: int) -> bytes:
    """A codestream of a given precision, by pydicom's encoder."""
    options = {"rows": samples.shape[0], "columns": samples.shape[1], "samples_per_pixel": 1, "number_of_frames": 1}
    options |= {"bits_allocated": 8 * samples.itemsize, "bits_stored": bits, "pixel_representation": 0}
    options |= {"photometric_interpretation": "MONOCHROME2", "pixel_keyword": "PixelData"}
    return get_encoder(uid.JPEGLSLossless).encode(samples.tobytes(), index=0, **options)


@pytest.fixture
def write_case(write_film: Callable[..., Path]) -> Callable[[Case, np.ndarray], Path]:
    """Write the film of a case, whose words or codestream it says itself."""

    def write(case: Case, values: np.ndarray) -> Path:
        words = words_of(values, case)
        path = write_film(words.view(f"{'ui'[case.is_signed]}{words.itemsize}"), case.allocated)
        film = dcmread(path)
        if case.syntax == uid.RLELossless:
            film.PixelData = encapsulate([get_encoder(case.syntax).encode(film, index=0)])
        elif case.syntax.is_encapsulated:
            film.PixelData = encapsulate([packed(case, values, words)])
        elif case.syntax == uid.ExplicitVRBigEndian:
            film.PixelData = words.astype(words.dtype.newbyteorder(">")).tobytes()
        film.BitsStored, film.HighBit = case.stored, case.high
        film["PixelData"].VR = "OB" if case.syntax.is_encapsulated or case.allocated == 8 else "OW"
        film["PixelData"].is_undefined_length = case.syntax.is_encapsulated
        film.file_meta.TransferSyntaxUID = case.syntax
        film.set_original_encoding(None, None)  # so that it can be written in another byte order
        film.save_as(path, enforce_file_format=True)
        return path

    return write


def test_the_matrix_is_whole():
    assert len(MATRIX) == len(set(MATRIX)) == 372
    for syntax in ENCODINGS:
        of_syntax = [case for case in MATRIX if case.syntax == syntax]
        assert {case.is_signed for case in of_syntax} == {False, True}
        assert {case.stored for case in of_syntax} == {8, 10, 12, 16}
        assert {case.overlays for case in of_syntax} == {False, True}


@pytest.mark.parametrize("case", MATRIX, ids=str)
def test_a_film_has_its_intended_values_in_every_encoding(read_film, write_case, case):
    values = intended(case)
    image, _ = read_film(write_case(case, values))
    assert np.array_equal(image, values.T.astype(np.float32))


@given(data=st.data(), allocated=st.sampled_from([8, 16]), is_signed=st.booleans())
@settings(deadline=None, max_examples=200)
def test_values_come_out_of_their_words_whatever_stands_beside(data, allocated, is_signed):
    stored = data.draw(st.integers(1, allocated))
    high = data.draw(st.integers(stored - 1, allocated - 1))
    least = -(1 << (stored - 1)) if is_signed else 0
    values = np.array(data.draw(st.lists(st.integers(least, least + (1 << stored) - 1), min_size=1, max_size=9)))
    beside = np.array(data.draw(st.lists(st.integers(0, 0xFFFF), min_size=values.size, max_size=values.size)))
    mask = ((1 << stored) - 1) << (high + 1 - stored)
    words = (((values << (high + 1 - stored)) & mask) | (beside & ~mask)) & ((1 << allocated) - 1)
    found, stray = value_bits(words.astype(f"u{allocated // 8}"), stored, high, is_signed)
    assert found.tolist() == values.tolist()
    if not is_signed:
        assert stray == np.bitwise_or.reduce(beside & ~mask & ((1 << allocated) - 1))


def test_bits_that_no_overlay_claims_are_told(read_film, write_film, stored):
    twelve = write_film(stored.astype(np.uint16), 16)
    film = dcmread(twelve)
    film.BitsStored, film.HighBit = 11, 10
    film.save_as(twelve)
    image, meta = read_film(twelve)
    assert np.array_equal(image, (stored & 0x7FF).T)
    assert "that no overlay claims" in meta["warnings"]
    film.add_new(0x60000102, "US", 11)
    film.save_as(twelve)
    assert read_film(twelve)[1]["warnings"] == ""


def test_a_sign_above_high_bit_is_no_stray_bit(read_film, write_film, stored):
    signed = stored.astype(np.int16) - 2048
    image, meta = read_film(write_film(signed, 12))
    assert np.array_equal(image, signed.T)
    assert meta["warnings"] == ""


@pytest.mark.parametrize("high", [0, 10, 16])
def test_a_high_bit_that_cannot_be_is_told_and_left_aside(read_film, write_film, stored, high):
    image, meta = read_film(write_film(stored, HighBit=high))
    assert np.array_equal(image, stored.T)
    assert f"HighBit {high} does not fit BitsStored 12" in meta["warnings"]
