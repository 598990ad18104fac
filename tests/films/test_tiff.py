# SPDX-License-Identifier: Apache-2.0
"""The same film in every kind of TIFF gives the same values."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.errors import RadiographError
from bundle.films.image_size import image_size
from bundle.films.orientation import EXIF
from bundle.films.picture_reader import PictureReader
from picture_files import COMPRESSIONS, write_tiff

HEIGHT, WIDTH = 29, 160
GREY = np.add.outer(np.arange(HEIGHT) * 3, np.arange(WIDTH) * 5) % 251
ORIENTATION, EXTRA_SAMPLES, COLOUR_MAP = 274, 338, 320

DEPTHS = {
    "1 bit": (GREY > 100, 1),
    "4 bit": (GREY >> 4, 4),
    "8 bit": (GREY, 8),
    "10 bit": (GREY * 4, 10),
    "12 bit": (GREY * 16, 12),
    "14 bit": (GREY * 64, 14),
    "16 bit": (GREY * 257, 16),
    "32 bit": (GREY << 24, 32),
}
KINDS = list(product(DEPTHS, COMPRESSIONS, "<>", (0, 1), (None, 16)))
SIGNED = list(product(("i1", "i2", "i4", "f2", "f4", "f8"), COMPRESSIONS, "<>", (0, 1), (None, 16)))


def read(path: Path) -> np.ndarray:
    """Grey values in rows `[Y, X]`."""
    reader = PictureReader()
    return reader.get_data(reader.read(path))[0].T


@pytest.mark.parametrize("depth", DEPTHS)
def test_unsigned_depths_by_compression_byte_order_polarity_and_layout(tmp_path, depth):
    """128 files: white zero is turned over, nothing is cut or swapped, fewer than 8 bits are spread as in a PNG."""
    values, bits = DEPTHS[depth]
    most = 2**bits - 1
    expected = values * (255 // most if bits < 8 else 1)
    container = np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32
    for _, compression, order, photometric, tile in (kind for kind in KINDS if kind[0] == depth):
        stored = (values if photometric else most - values).astype(container)
        path = write_tiff(
            tmp_path / "film.tif",
            stored,
            bits=bits,
            order=order,
            photometric=photometric,
            compression=compression,
            tile=tile,
        )
        assert np.array_equal(read(path), expected.astype(np.float32)), (compression, order, photometric, tile)
        assert image_size(path) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "f2", "f4", "f8"])
def test_signed_and_float_by_compression_byte_order_polarity_and_layout(tmp_path, kind):
    dtype = np.dtype(kind)
    values = (GREY / 8 - 3 if dtype.kind == "f" else GREY // 2 - 60).astype(dtype)
    for _, compression, order, photometric, tile in (signed for signed in SIGNED if signed[0] == kind):
        stored = values if photometric else -values if dtype.kind == "f" else ~values
        path = write_tiff(
            tmp_path / "film.tif", stored, order=order, photometric=photometric, compression=compression, tile=tile
        )
        assert np.array_equal(read(path), values.astype(np.float32)), (compression, order, photometric, tile)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_of_any_depth_become_luminance(tmp_path, dtype):
    rgb = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (HEIGHT, WIDTH, 3), dtype=dtype)
    path = write_tiff(tmp_path / "film.tif", rgb, photometric=2)
    assert np.allclose(read(path), rgb @ [0.299, 0.587, 0.114], rtol=1e-5)


def test_opacity_is_dropped(tmp_path):
    with_opacity = np.stack([GREY, np.full_like(GREY, 17)], axis=-1).astype(np.uint16)
    assert np.array_equal(read(write_tiff(tmp_path / "film.tif", with_opacity, tags={EXTRA_SAMPLES: 2})), GREY)


def test_palette(tmp_path):
    palette = (np.arange(256)[::-1] * 257).tolist() * 3  # the index runs from white to black
    path = write_tiff(tmp_path / "film.tif", GREY.astype(np.uint8), photometric=3, tags={COLOUR_MAP: palette})
    assert np.array_equal(read(path), 255 - GREY)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_fax_compressions(tmp_path, compression, photometric):
    Image.fromarray(GREY > 100).save(tmp_path / "film.tif", compression=compression, tiffinfo={262: photometric})
    assert np.array_equal(read(tmp_path / "film.tif"), (GREY > 100) * 255)


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr", "CMYK"])
def test_jpeg_compression(tmp_path, mode):
    smooth = np.add.outer(np.arange(64), np.arange(48)).astype(np.uint8)
    Image.fromarray(smooth).convert("RGB").convert(mode).save(tmp_path / "film.tif", compression="jpeg", quality=95)
    assert np.abs(read(tmp_path / "film.tif") - smooth).max() <= 2


def test_meanings_that_are_no_film_are_refused(tmp_path):
    lab = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(RadiographError, match=r"^film\.tif: its values are CieLAB, which is not supported; save"):
        read(write_tiff(tmp_path / "film.tif", lab, photometric=8))


@pytest.mark.parametrize("value", EXIF)
@pytest.mark.parametrize("compression", ["none", "lzw"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_turned_tiff_is_read_upright(tmp_path, value, compression, dtype):
    """Pillow shears an uncompressed one of a quarter turn."""
    stored = GREY.astype(dtype)
    path = write_tiff(tmp_path / "film.tif", stored, compression=compression, tags={ORIENTATION: value})
    assert np.array_equal(read(path).T, EXIF[value].turn(GREY.T))
    assert image_size(path) == (WIDTH, HEIGHT)
    assert PictureReader().read(path)[1] == EXIF[value]


def test_several_pages_are_refused(tmp_path):
    page = Image.fromarray(GREY.astype(np.uint8))
    page.save(tmp_path / "film.tif", save_all=True, append_images=[page])
    with pytest.raises(RadiographError, match=r"^film\.tif: it has 2 or more pages"):
        read(tmp_path / "film.tif")


@pytest.mark.parametrize(("tag", "name"), [(256, "ImageWidth"), (262, "PhotometricInterpretation")])
def test_a_tag_that_is_missing_is_named(tmp_path, tag, name):
    path = write_tiff(tmp_path / "film.tif", GREY.astype(np.uint8))
    content = path.read_bytes()
    entry = np.array([tag, 4 if tag == 256 else 3], "<u2").tobytes()
    assert content.count(entry) == 1
    path.write_bytes(content.replace(entry, np.array([60000, 4 if tag == 256 else 3], "<u2").tobytes()))
    with pytest.raises(RadiographError, match=rf"^film\.tif: it has no {name}; use an intact file"):
        read(path)


def test_too_many_pixels_are_refused_before_they_are_unpacked(tmp_path):
    path = write_tiff(tmp_path / "film.tif", GREY.astype(np.uint8), compression="lzw")
    stated, huge = (np.array([size], "<u4").tobytes() for size in (HEIGHT, 2**31))
    path.write_bytes(path.read_bytes().replace(stated, huge))
    with pytest.raises(RadiographError, match=r"^film\.tif: its size is 160 x 2147483648, too many pixels"):
        read(path)
