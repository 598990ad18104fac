# SPDX-License-Identifier: Apache-2.0
"""PNG, JPEG and BMP pictures in every mode that scanners and exports leave."""

from __future__ import annotations

import struct
import zlib
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle.errors import RadiographError
from bundle.films.image_size import image_size
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.orientation import EXIF
from bundle.films.picture_reader import PictureReader
from picture_files import write_bmp, write_tiff

ORIENTATION = 274
FILM = (np.add.outer(np.arange(29) * 3, np.arange(160) * 5) % 251).astype(np.uint8)  # 160 wide: a row of 160 bytes


def read(path: Path) -> np.ndarray:
    """Grey values in rows `[Y, X]`, read by content and suffix."""
    return LoadRadiographd("image")({"image": str(path)})["image"][0].numpy().T


def png(path: Path, rows: bytes, width: int, height: int, bits: int, colour_type: int) -> Path:
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    bodies = (b"IHDR" + header, b"IDAT" + zlib.compress(rows), b"IEND")
    chunks = [struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) for body in bodies]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


def unfiltered(rows: np.ndarray) -> bytes:
    """PNG rows without a filter."""
    lines = np.frombuffer(np.ascontiguousarray(rows).tobytes(), np.uint8).reshape(len(rows), -1)
    return np.pad(lines, [(0, 0), (1, 0)]).tobytes()


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [*product(["png", "tif"], ["L", "LA", "RGB", "RGBA", "P"]), *product(["bmp"], ["L", "RGB", "P"])],
)
def test_a_grey_film_of_8_bits_keeps_its_values_in_any_mode(tmp_path, suffix, mode):
    picture = Image.fromarray(FILM).convert(mode)
    if "A" in mode:
        picture.putalpha(17)
    path = tmp_path / f"film.{suffix}"
    picture.save(path)
    assert np.array_equal(read(path), FILM)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("width", [16, 116, 160, 161])
def test_digits_of_a_length_or_place_in_the_file_are_no_depth(tmp_path, compression, width):
    """A grey film of 8 bits was taken for colours of 16 where a row or a place in the file had these digits."""
    film = FILM[:, :width] if width < 160 else np.pad(FILM, [(0, 0), (0, width - 160)])
    Image.fromarray(film).save(tmp_path / "film.tif", compression=None if compression == "raw" else compression)
    Image.fromarray(film).save(tmp_path / "film.bmp")
    assert np.array_equal(read(tmp_path / "film.tif"), film)
    assert np.array_equal(read(tmp_path / "film.bmp"), film)


@pytest.mark.parametrize("quality", [95, 100])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(tmp_path, quality, progressive, mode):
    smooth = np.add.outer(np.arange(64), np.arange(160)).astype(np.uint8)
    picture = Image.fromarray(smooth).convert("RGB").convert(mode)
    picture.save(tmp_path / "film.jpg", quality=quality, progressive=progressive)
    assert np.abs(read(tmp_path / "film.jpg") - smooth).max() <= 2


@pytest.mark.parametrize("from_above", [False, True])
@pytest.mark.parametrize("bits", [1, 4, 8, 16, 24, 32])
def test_bmp_of_every_depth(tmp_path, bits, from_above):
    path = write_bmp(tmp_path / "film.bmp", FILM, bits, from_above)
    shown = min(bits, 5) if bits == 16 else min(bits, 8)  # of a grey level
    most = (1 << shown) - 1
    expected = (FILM.astype(int) >> (8 - shown)) * 255 // most
    assert np.abs(read(path) - expected).max() <= (1 if bits == 16 else 0)
    assert image_size(path) == (160, 29)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_png_of_few_bits_is_spread_over_8(tmp_path, bits):
    levels = FILM >> (8 - bits)
    packed = np.packbits((levels[..., None] >> np.arange(bits - 1, -1, -1) & 1).reshape(29, -1), axis=1)
    assert np.array_equal(
        read(png(tmp_path / "film.png", unfiltered(packed), 160, 29, bits, 0)), levels * (255 // (2**bits - 1))
    )


def test_16_bit_grey_is_the_same_in_png_and_tiff(tmp_path):
    deep = FILM.astype(np.uint16) * 261
    Image.fromarray(deep).save(tmp_path / "film.png")
    for path in (tmp_path / "film.png", write_tiff(tmp_path / "film.tif", deep)):
        assert np.array_equal(read(path), deep)


@pytest.mark.parametrize(("channels", "colour_type"), [(2, 4), (3, 2), (4, 6)])
def test_colours_or_opacity_of_16_bit_keep_their_depth(tmp_path, channels, colour_type):
    """Pillow keeps 8 bits of them."""
    deep = FILM.astype(">u2") * 261
    stored = np.repeat(deep[..., None], channels, axis=2)
    path = png(tmp_path / "film.png", unfiltered(stored.astype(">u2")), 160, 29, 16, colour_type)
    assert np.array_equal(read(path), deep)


def test_two_levels(tmp_path):
    Image.fromarray(FILM > 100).save(tmp_path / "film.png")
    assert np.array_equal(read(tmp_path / "film.png"), (FILM > 100) * 255)


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_colour_becomes_luminance(tmp_path, suffix):
    rgb = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    Image.fromarray(rgb).save(tmp_path / f"film.{suffix}")
    assert np.allclose(read(tmp_path / f"film.{suffix}"), rgb @ [0.299, 0.587, 0.114], atol=1e-3)


def _exif(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


@pytest.mark.parametrize("value", EXIF)
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_a_turned_picture_is_read_upright_and_leads_back_to_its_stored_pixels(tmp_path, value, suffix):
    path = tmp_path / f"film.{suffix}"
    stored = np.kron(np.arange(15).reshape(3, 5), np.ones((8, 8))).astype(np.uint8) * 16
    Image.fromarray(stored).save(path, exif=_exif(value))
    film = LoadRadiographd("image")({"image": str(path)})["image"]
    assert np.abs(film[0].numpy() - EXIF[value].turn(stored.T).astype(int)).max() <= 3
    for x, y in [(0, 0), (film.shape[1] - 1, 3), (9, film.shape[2] - 1)]:
        stored_x, stored_y = (film.affine.numpy() @ (x, y, 0, 1))[:2].astype(int)
        assert abs(float(film[0, x, y]) - stored[stored_y, stored_x]) <= 3
    assert image_size(path) == (40, 24)


def test_several_pictures_in_one_png_are_refused(tmp_path):
    first = Image.fromarray(FILM)
    first.save(tmp_path / "film.png", save_all=True, append_images=[Image.fromarray(FILM // 2)])
    with pytest.raises(RadiographError, match=r"^film\.png: it has 2 or more pages"):
        read(tmp_path / "film.png")


def test_a_format_that_is_none_of_these_is_refused_whatever_its_name(tmp_path):
    Image.fromarray(FILM).save(tmp_path / "film.gif")
    (tmp_path / "film.gif").rename(tmp_path / "film.png")
    with pytest.raises(RadiographError, match=r"^film\.png: cannot be read as an image"):
        read(tmp_path / "film.png")


@pytest.mark.parametrize("part", [0.9, 0.5, 0.2])
@pytest.mark.parametrize("kind", ["png", "jpg", "progressive.jpg", "bmp", "raw.tif", "tiff_lzw.tif", "jpeg.tif"])
def test_a_cut_picture_is_refused(tmp_path, kind, part):
    path = tmp_path / f"film.{kind}"
    options = {"progressive": True} if kind == "progressive.jpg" else {}
    if kind in ("tiff_lzw.tif", "jpeg.tif"):
        options["compression"] = kind.removesuffix(".tif")
    Image.fromarray(np.tile(FILM, (9, 2))).save(path, **options)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(
        RadiographError, match=r"^film\..*: (cannot be read as an image|it has no ImageWidth).*; use an int"
    ):
        read(path)


@pytest.mark.parametrize("side", [12_000, 17_000, 30_000])
def test_too_many_pixels_are_refused_before_they_are_read(tmp_path, side):
    path = png(tmp_path / "film.png", bytes(100), side, side, 8, 0)
    with pytest.raises(RadiographError, match=r"film\.png: (its size is|it has too many).*; save it at a smaller size"):
        PictureReader().read(path)
