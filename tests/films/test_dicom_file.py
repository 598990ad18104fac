# SPDX-License-Identifier: Apache-2.0
"""DICOM files with and without preamble and file meta information, and files that are none."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import uid
from pydicom.errors import InvalidDicomError

from bundle.errors import RadiographError
from bundle.films.burned_in import burned_in_warning
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.dicom_radiograph_reader import DicomRadiographReader
from bundle.films.image_size import image_size

PREAMBLE = 132
BIG_ENDIAN = uid.ExplicitVRBigEndian
NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, BIG_ENDIAN)


def without_preamble(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[PREAMBLE:])
    return path


def without_meta(path: Path) -> Path:
    """Leave the data set alone, as ACR-NEMA's descendants and some toolkits write it."""
    length = pydicom.dcmread(path).file_meta.FileMetaInformationGroupLength
    path.write_bytes(path.read_bytes()[PREAMBLE + 12 + length :])
    return path


def with_deflated(path: Path, more: bytes) -> Path:
    """Put further elements behind those of a deflated film, without holding them unpacked."""
    content = path.read_bytes()
    start = PREAMBLE + 12 + pydicom.dcmread(path).file_meta.FileMetaInformationGroupLength
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(zlib.decompress(content[start:], -zlib.MAX_WBITS)) + deflate.compress(more)
    path.write_bytes(content[:start] + packed + deflate.flush())
    return path


@pytest.mark.parametrize("syntax", [*NATIVE, uid.RLELossless, uid.JPEG2000Lossless, uid.DeflatedExplicitVRLittleEndian])
def test_a_film_without_preamble_is_read_as_with_it(read_film, write_film, stored, syntax):
    path = without_preamble(write_film(stored, syntax=syntax, name="IM1"))
    assert looks_like_dicom(path)
    assert np.array_equal(read_film(path)[0], stored.T)


@pytest.mark.parametrize("syntax", NATIVE)
def test_a_film_without_file_meta_information_is_read_as_with_it(read_film, write_film, stored, syntax):
    path = without_meta(write_film(stored, syntax=syntax, name="IM1"))
    assert looks_like_dicom(path)
    assert DicomRadiographReader().verify_suffix(path)
    assert np.array_equal(read_film(path)[0], stored.T)
    assert image_size(path) == (stored.shape[1], stored.shape[0])


def test_compressed_pixels_that_no_transfer_syntax_explains_are_refused(read_film, write_film, stored):
    path = without_meta(write_film(stored, syntax=uid.JPEG2000Lossless))
    with pytest.raises(RadiographError, match=r"^film\.dcm: .*unknown encoding cannot be decoded"):
        read_film(path)


def test_a_warning_of_burned_in_text_needs_no_preamble(write_film, stored):
    assert burned_in_warning(without_meta(write_film(stored, BurnedInAnnotation="YES"))) is not None


@pytest.mark.parametrize("begins", [b"", b"\x08\x00", b"\x02\x00", b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", b"DICM"])
@given(rest=st.binary(max_size=300))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_other_content_is_not_taken_for_dicom(tmp_path, begins, rest):
    path = tmp_path / "junk"
    path.write_bytes(begins + rest)
    assert not looks_like_dicom(path)
    with pytest.raises(InvalidDicomError):
        read_dicom(path)


def test_pictures_and_texts_are_not_taken_for_dicom(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    Image.new("L", (8, 8)).save(tmp_path / "a.bmp")
    (tmp_path / "notes.txt").write_text("1.2.840.10008.5.1.4.1.1.1 " * 20)
    (tmp_path / "zeros").write_bytes(bytes(1 << 16))
    assert not any(looks_like_dicom(file) for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "flaw"), [(b"", "it is empty"), (b"no film" * 100, "its content is another one's")]
)
def test_what_is_called_dicom_is_named_with_its_flaw(read_film, tmp_path, content, flaw):
    path = tmp_path / "film.dcm"
    path.write_bytes(content)
    assert DicomRadiographReader().verify_suffix(path)
    with pytest.raises(RadiographError, match=rf"^film\.dcm: not a DICOM file, {flaw}; export it again"):
        read_film(path)


def test_a_file_that_cannot_be_opened_is_told_by_the_system(tmp_path):
    with pytest.raises(OSError, match="gone"):
        looks_like_dicom(tmp_path / "gone")


def test_a_deflated_film_unpacks_to_no_more_than_its_pixels(read_film, write_film, stored):
    path = write_film(stored, syntax=uid.DeflatedExplicitVRLittleEndian)
    megabytes = 64
    private = struct.pack("<HH2sHI", 0x7FE1, 0x1010, b"OB", 0, megabytes << 20) + bytes(megabytes << 20)
    with_deflated(path, private)
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    for read in (read_film, image_size, burned_in_warning):
        with pytest.raises(Exception, match="unpacks to more than its Rows x Columns"):
            read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 48 << 20


def test_a_large_deflated_film_is_read(read_film, write_film):
    large = np.random.default_rng(0).integers(0, 4096, (3001, 4001), dtype=np.uint16)
    assert np.array_equal(read_film(write_film(large, syntax=uid.DeflatedExplicitVRLittleEndian))[0], large.T)


def test_a_deflated_film_that_is_cut_is_refused(read_film, write_film, stored):
    path = write_film(stored, syntax=uid.DeflatedExplicitVRLittleEndian)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RadiographError, match="deflated data set is cut short"):
        read_film(path)


def test_elements_are_parsed_as_asked_for(write_film, stored):
    path = write_film(stored)
    assert set(read_dicom(path, ["Rows"], pixels=False).dir()) == {"Rows"}
    assert "PixelData" in read_dicom(path)
    assert "PixelData" not in read_dicom(path, pixels=False)
    assert str(path) == str(read_dicom(path).filename)
