# SPDX-License-Identifier: Apache-2.0
"""NIfTI and MetaImage files that hold one radiograph."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import itk
import nibabel
import numpy as np
import pytest
from PIL import Image

from bundle.errors import RadiographError
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.single_slice_readers import MetaImageRadiographReader, NiftiRadiographReader

FILM = np.arange(12, dtype=np.int16).reshape(3, 4) * 300  # [X, Y]


def nifti(path: Path, pixels: np.ndarray, pixdim: tuple[float, ...], unit: str | None = "mm") -> Path:
    image = nibabel.Nifti1Image(pixels, None)
    if unit is not None:
        image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(with_pixdim(gzip.decompress(path.read_bytes()), pixdim)))
    else:
        path.write_bytes(with_pixdim(path.read_bytes(), pixdim))
    return path


def with_pixdim(content: bytes, pixdim: tuple[float, ...]) -> bytes:
    """Set pixdim[1:] of a NIfTI header in place, for NiBabel writes no value that is no length."""
    return content[:80] + np.float32(pixdim).tobytes() + content[80 + 4 * len(pixdim) :]


def metaimage(path: Path, pixels: np.ndarray, spacing: tuple[float, ...]) -> Path:
    image = itk.image_from_array(np.ascontiguousarray(pixels.T))
    image.SetSpacing(spacing)
    itk.imwrite(image, str(path))
    return path


def read(path: Path) -> tuple[np.ndarray, dict[str, Any]]:
    reader = NiftiRadiographReader() if "nii" in path.name else MetaImageRadiographReader()
    return reader.get_data(reader.read(path))


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1), (3, 4, 1, 1)])
@pytest.mark.parametrize("name", ["film.nii", "film.nii.gz"])
def test_nifti_of_one_slice(tmp_path, shape, name):
    image, meta = read(nifti(tmp_path / name, FILM.reshape(shape), (0.3, 0.4)))
    assert np.array_equal(image, FILM)
    assert np.allclose(meta["spacing"], [0.3, 0.4])
    assert meta["spacing_provenance"] == "image header"


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1)])
@pytest.mark.parametrize("name", ["film.mha", "film.mhd"])
def test_metaimage_of_one_slice(tmp_path, shape, name):
    image, meta = read(metaimage(tmp_path / name, FILM.reshape(shape), (0.3, 0.4, 5)[: len(shape)]))
    assert np.array_equal(image, FILM)
    assert np.allclose(meta["spacing"], [0.3, 0.4])
    assert meta["spacing_provenance"] == "image header"


@pytest.mark.parametrize(("unit", "factor"), [("mm", 1), ("micron", 1e-3), ("meter", 1e3), (None, 1)])
def test_nifti_units(tmp_path, unit, factor):
    _, meta = read(nifti(tmp_path / "film.nii", FILM, (0.3 / factor, 0.4 / factor), unit))
    assert np.allclose(meta["spacing"], [0.3, 0.4])


@pytest.mark.parametrize("write", [nifti, metaimage])
def test_default_spacing_of_one_is_unknown(tmp_path, write):
    _, meta = read(write(tmp_path / ("film.nii" if write is nifti else "film.mha"), FILM, (1, 1)))
    assert np.isnan(meta["spacing"]).all()
    assert meta["spacing_provenance"] == "unknown"


def test_metaimage_spacing_of_zero_is_refused(tmp_path):
    path = metaimage(tmp_path / "film.mha", FILM, (0.5, 0.5))
    path.write_bytes(path.read_bytes().replace(b"ElementSpacing = 0.5 0.5", b"ElementSpacing = 0.0 0.5"))
    with pytest.raises(RadiographError, match=r"^film\.mha: .*positive ElementSpacing"):
        read(path)


@pytest.mark.parametrize("pixdim", [(0, 0.3), (0, 0), (-0.3, 0.3), (np.nan, 0.3)])
def test_nifti_pixdim_that_is_no_length_is_unknown(tmp_path, pixdim):
    """NiBabel alone would make 1 of 0, and 0.3 of -0.3."""
    _, meta = read(nifti(tmp_path / "film.nii", FILM, pixdim))
    assert np.isnan(meta["spacing"]).all()
    assert meta["spacing_warning"].startswith("pixdim is ")


@pytest.mark.parametrize("dots", [72, 96, 150, 300, 600])
@pytest.mark.parametrize("name", ["film.mha", "film.nii.gz"])
@pytest.mark.parametrize("picture", ["film.jpg", "film.tif"])
def test_dots_per_inch_of_a_picture_that_went_through_itk_are_no_spacing(tmp_path, dots, name, picture):
    """Unless the user states the very same spacing."""
    Image.fromarray(np.tile(FILM // 16, (4, 5)).astype(np.uint8)).save(tmp_path / picture, dpi=(dots, dots))
    itk.imwrite(itk.imread(str(tmp_path / picture)), str(tmp_path / name))
    film = LoadRadiographd("image")({"image": str(tmp_path / name)})
    assert np.isnan(film["spacing"]).all()
    assert f"{dots} dots per inch" in film["image"].meta["warnings"]
    stated = np.full(2, 25.4 / dots, np.float32)
    film = LoadRadiographd("image")({"image": str(tmp_path / name), "spacing": stated})
    assert np.array_equal(film["spacing"], stated)
    assert film["image"].meta["spacing_provenance"] == "dataset.json"
    assert not film["image"].meta["warnings"]


@pytest.mark.parametrize("write", [nifti, metaimage])
def test_several_slices_are_refused(tmp_path, write):
    path = write(tmp_path / ("film.nii" if write is nifti else "film.mha"), np.stack([FILM, FILM], -1), (1, 1, 1))
    with pytest.raises(RadiographError, match="an image of 3 x 4 x 2 is no radiograph"):
        read(path)


def test_colour_nifti_is_refused(tmp_path):
    colours = np.zeros((3, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.save(nibabel.Nifti1Image(colours, np.eye(4)), tmp_path / "film.nii")
    with pytest.raises(RadiographError, match="a colour NIfTI is not supported"):
        read(tmp_path / "film.nii")


def test_too_many_pixels_are_refused_before_they_are_read(tmp_path):
    header = nibabel.Nifti1Header()
    header.set_data_shape((30_000, 30_000))
    (tmp_path / "film.nii").write_bytes(header.binaryblock + bytes(4))
    (tmp_path / "film.mhd").write_text(
        "NDims = 2\nDimSize = 30000 30000\nElementType = MET_SHORT\nElementDataFile = a.raw"
    )
    for name in ("film.nii", "film.mhd"):
        with pytest.raises(
            RadiographError, match=f"{name}: its size is 30000 x 30000, too many pixels; save it at a sm"
        ):
            read(tmp_path / name)


def bomb(path: Path, slices: int) -> Path:
    """A file of a few kilobytes that unpacks to `slices` times 256 KiB of zeros."""
    shape, zeros = (512, 512, slices), bytes(512 * 512)
    if "nii" in path.name:
        header = nibabel.Nifti1Header()
        header.set_data_dtype(np.uint8)
        header.set_data_shape(shape)
        header["vox_offset"] = 352
        with gzip.open(path, "wb") as file:
            file.write(header.binaryblock + bytes(4))
            for _ in range(slices):
                file.write(zeros)
    else:
        pack = zlib.compressobj()
        packed = b"".join(pack.compress(zeros) for _ in range(slices)) + pack.flush()
        path.write_bytes(
            b"ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\n"
            b"CompressedDataSize = %d\nDimSize = 512 512 %d\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
            % (len(packed), slices)
            + packed
        )
    return path


@pytest.mark.parametrize("name", ["film.nii.gz", "film.mha"])
def test_a_stack_is_refused_before_it_is_unpacked(tmp_path, name):
    path = bomb(tmp_path / name, 400)  # 100 MiB
    script = (
        "import itk, nibabel, resource; from bundle.films.load_radiograph import LoadRadiographd as Load\n"
        "itk.imread\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: Load('image')(dict(image={str(path)!r}))\n"
        "except Exception as error: print(error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said, more = run.stdout.strip().splitlines()
    assert "an image of 512 x 512 x 400 is no radiograph" in said
    assert int(more) < 50


@pytest.mark.parametrize("part", [0.9, 0.5, 0.2])
@pytest.mark.parametrize("name", ["film.nii", "film.nii.gz", "film.mha", "packed.mha", "film.mhd"])
def test_a_cut_volume_is_refused(tmp_path, name, part):
    pixels = np.random.default_rng(0).integers(0, 4000, (90, 70)).astype(np.int16)
    path = tmp_path / name
    if "nii" in name:
        nifti(path, pixels, (0.3, 0.3))
    else:
        itk.imwrite(itk.image_from_array(np.ascontiguousarray(pixels.T)), str(path), compression=name == "packed.mha")
    cut = path.with_suffix(".raw") if name.endswith("mhd") else path
    content = cut.read_bytes()
    cut.write_bytes(content[: int(part * len(content))])
    with pytest.raises(RadiographError, match=f"^{name}: "):
        LoadRadiographd("image")({"image": str(path)})


@pytest.mark.parametrize("name", ["film.nii.gz", "film.mha", "film.mhd"])
def test_damage_within_packed_pixels_is_told(tmp_path, name):
    """NiBabel stops before the checksum, and ITK gives what it could unpack."""
    pixels = np.random.default_rng(0).integers(0, 4000, (90, 70)).astype(np.int16)
    path = tmp_path / name
    if "nii" in name:
        nifti(path, pixels, (0.3, 0.3))
    else:
        itk.imwrite(itk.image_from_array(np.ascontiguousarray(pixels.T)), str(path), compression=True)
    LoadRadiographd("image")({"image": str(path)})
    packed = path.with_suffix(".zraw") if name.endswith("mhd") else path
    content = bytearray(packed.read_bytes())
    for place in range(len(content) // 2, len(content) // 2 + 8):
        damaged = content.copy()
        damaged[place] ^= 0x10
        packed.write_bytes(damaged)
        with pytest.raises(RadiographError, match=f"^{name}: .*(cut|damaged).*; use an intact file"):
            LoadRadiographd("image")({"image": str(path)})


@pytest.mark.parametrize("name", ["film.nii.gz", "film.mha"])
def test_more_than_its_pixels_is_not_unpacked(tmp_path, name):
    path = bomb(tmp_path / name, 40)
    if name == "film.mha":
        path.write_bytes(path.read_bytes().replace(b"DimSize = 512 512 40", b"DimSize = 512 512 1 "))
    else:
        content = bytearray(gzip.decompress(path.read_bytes()))
        content[46:48] = np.int16(1).tobytes()
        path.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(RadiographError, match=f"^{name}: (it goes on far behind|its compressed pixels are .*another)"):
        LoadRadiographd("image")({"image": str(path)})


@pytest.mark.parametrize("stated", [b"DimSize = 4 Doe^Jane", b"DimSize = 4", b"DimSize = -4 -3", b"Size = 4 3"])
def test_a_metaimage_without_a_size_is_refused_and_not_quoted(tmp_path, stated):
    path = metaimage(tmp_path / "film.mha", FILM, (0.3, 0.3))
    path.write_bytes(path.read_bytes().replace(b"DimSize = 3 4", stated))
    with pytest.raises(RadiographError, match=r"^film\.mha: .*no DimSize") as refusal:
        LoadRadiographd("image")({"image": str(path)})
    assert "Doe" not in str(refusal.value)


def test_values_that_are_no_numbers_are_refused(tmp_path):
    pixels = FILM.astype(np.float32)
    pixels[1, 1] = np.nan
    nifti(tmp_path / "film.nii", pixels, (0.3, 0.3))
    metaimage(tmp_path / "film.mha", pixels, (0.3, 0.3))
    for name in ("film.nii", "film.mha"):
        with pytest.raises(RadiographError, match=f"^{name}: some pixel values are not finite numbers"):
            LoadRadiographd("image")({"image": str(tmp_path / name)})
