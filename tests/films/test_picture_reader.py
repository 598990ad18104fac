# SPDX-License-Identifier: Apache-2.0
"""PNG, JPEG and TIFF pictures in every mode that scanners and exports leave."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.errors import RadiographError
from bundle.films.picture_reader import PictureReader

ORIENTATION, PHOTOMETRIC = 274, 262


def read(path: Path) -> np.ndarray:
    """Grey values in rows `[Y, X]`."""
    reader = PictureReader()
    return reader.get_data(reader.read(path))[0].T


def grey(dtype: str = "uint8") -> np.ndarray:
    return np.arange(12, dtype=dtype).reshape(3, 4) * (np.iinfo(dtype).max // 12)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_grey_keeps_its_depth(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    Image.fromarray(grey("uint16")).save(path)
    assert np.array_equal(read(path), grey("uint16"))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_grey_stored_in_any_mode_keeps_its_values(tmp_path, mode):
    path = tmp_path / "film.png"
    picture = Image.fromarray(grey()).convert(mode)
    if "A" in mode:
        picture.putalpha(17)
    picture.save(path)
    assert np.array_equal(read(path), grey())


def test_two_levels(tmp_path):
    path = tmp_path / "film.png"
    Image.fromarray(grey() > 100).save(path)
    assert np.array_equal(read(path), (grey() > 100) * 255)


def test_colour_becomes_luminance(tmp_path):
    path = tmp_path / "film.png"
    rgb = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    Image.fromarray(rgb).save(path)
    assert np.allclose(read(path), rgb @ [0.299, 0.587, 0.114], atol=1e-3)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_tiff_whose_zero_is_white_is_turned(tmp_path, dtype):
    path = tmp_path / "film.tif"
    most = np.iinfo(dtype).max
    stored = grey(dtype) if dtype == "uint16" else most - grey(dtype)  # Pillow turns the 8-bit ones when it writes
    Image.fromarray(stored).save(path, tiffinfo={PHOTOMETRIC: 0})
    assert np.array_equal(read(path), most - grey(dtype))


def test_float_tiff(tmp_path):
    path = tmp_path / "film.tif"
    Image.fromarray(grey().astype(np.float32) / 7).save(path)
    assert np.allclose(read(path), grey() / 7)


def test_exif_orientation_of_a_jpeg_is_left_aside(tmp_path):
    """Landmarks are in pixels of the stored image."""
    path = tmp_path / "film.jpg"
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(np.repeat(np.repeat(grey(), 8, 0), 8, 1)).save(path, quality=95, exif=exif)
    assert read(path).shape == (24, 32)


def test_a_turned_tiff_is_refused(tmp_path):
    path = tmp_path / "film.tif"
    Image.fromarray(grey()).save(path, tiffinfo={ORIENTATION: 6})
    with pytest.raises(RadiographError, match=r"^film\.tif: its Orientation tag"):
        read(path)


def test_several_pages_are_refused(tmp_path):
    path = tmp_path / "film.tif"
    page = Image.fromarray(grey())
    page.save(path, save_all=True, append_images=[page])
    with pytest.raises(RadiographError, match=r"^film\.tif: it has 2 pages"):
        read(path)


def test_colours_of_16_bit_are_refused_rather_than_cut(tmp_path):
    path = tmp_path / "film.png"

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 4, 3, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(4 * 6) for _ in range(3))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(RadiographError, match=r"^film\.png: colours of 16 bit"):
        read(path)


def test_too_many_pixels_are_refused_before_they_are_read(tmp_path):
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    bodies = (b"IHDR" + header, b"IDAT" + zlib.compress(bytes(100)), b"IEND")
    chunks = [struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) for body in bodies]
    (tmp_path / "film.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    with pytest.raises(RadiographError, match=r"film\.png: it has too many pixels; save it at a smaller size"):
        read(tmp_path / "film.png")
