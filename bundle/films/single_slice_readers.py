# SPDX-License-Identifier: Apache-2.0
"""NIfTI and MetaImage files that hold one radiograph, through MONAI's NiBabel and ITK readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from monai.config import PathLike
from monai.data import ITKReader, NibabelReader
from monai.utils import ensure_tuple

from bundle.errors import RadiographError
from bundle.films.image_size import require_loadable
from bundle.films.orientation import Orientation
from bundle.films.packed_volumes import metaimage_header, require_intact_gzip, require_intact_metaimage
from bundle.films.pixel_spacing import header_spacing
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.suffix import METAIMAGE, NIFTI, has_suffix
from bundle.films.volume_orientation import nifti_orientation, volume_orientation

MILLIMETRES = {"meter": 1e3, "mm": 1.0, "micron": 1e-3, "unknown": 1.0}
"""Length of a NIfTI spatial unit; a header without unit means millimetres by custom."""


class NiftiRadiographReader(NibabelReader):
    """Read a NIfTI file of one slice as `[X, Y]`, turned upright by its affine where that says how."""

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is NIfTI's."""
        return has_suffix(filename, NIFTI)

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> tuple[Path, nibabel.Nifti1Image]:
        """Open one file; nothing is unpacked yet."""
        (file,) = ensure_tuple(data)
        return Path(file), super().read(file, **kwargs)

    def get_data(self, img: tuple[Path, nibabel.Nifti1Image]) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`.

        Raises:
            RadiographError: it is no single slice, too large, in colour, cut or damaged.
        """
        file, opened = img
        _require_one_slice(opened.shape, file.name)
        if opened.get_data_dtype().names is not None:
            raise RadiographError(f"{file.name}: a colour NIfTI is not supported; save it in grey")
        count = math.prod(opened.shape) * opened.get_data_dtype().itemsize
        require_intact_gzip(file, int(opened.header["vox_offset"]) + count)
        pixels = np.asanyarray(opened.dataobj)
        return _upright(pixels, *nifti_orientation(opened), _pixdim(opened, file), "pixdim")


class MetaImageRadiographReader(ITKReader):
    """Read an MHA or MHD file of one slice as `[X, Y]`, turned upright by its direction where that says how."""

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is MetaImage's."""
        return has_suffix(filename, METAIMAGE)

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> tuple[Path, Any]:
        """Open one file by ITK, which unpacks it.

        Raises:
            RadiographError: it is no single slice, too large, cut or damaged, or ITK cannot read it.
        """
        (path,) = ensure_tuple(data)
        file = Path(path)
        header = metaimage_header(file)
        _require_one_slice(header.shape, file.name)
        require_intact_metaimage(header, file.name)
        try:
            return file, super().read(file, **kwargs)
        except (RuntimeError, TypeError) as error:  # ITK's messages are paragraphs about its own build
            raise RadiographError(
                f"{file.name}: not a MetaImage that ITK reads; check that it is whole, grey, and of positive "
                "ElementSpacing"
            ) from error

    def get_data(self, img: tuple[Path, Any]) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`.

        Raises:
            RadiographError: it is no single slice.
        """
        file, opened = img
        pixels = self._get_array_data(opened)
        _require_one_slice(pixels.shape, file.name)
        spacing = np.array(opened.GetSpacing())
        axes, origin = np.zeros((3, 2)), np.zeros(3)
        count = len(spacing)
        direction = np.asarray(opened.GetDirection()).reshape(count, count)
        axes[:count], origin[:count] = (direction * spacing)[:, :2], opened.GetOrigin()
        turned = volume_orientation(axes, origin, pixels.shape[:2])
        return _upright(pixels, *turned, (float(spacing[0]), float(spacing[1])), "ElementSpacing")


def _require_one_slice(shape: Sequence[int], name: str) -> None:
    if len(shape) < 2 or any(size != 1 for size in shape[2:]):
        stated = " x ".join(map(str, shape))
        raise RadiographError(f"{name}: an image of {stated} is no radiograph; save one slice as an image of its own")
    require_loadable((shape[0], shape[1]), name)


def _upright(
    pixels: np.ndarray, orientation: Orientation, warnings: Sequence[str], spacing: tuple[float, float], field: str
) -> tuple[np.ndarray, dict[str, Any]]:
    image = orientation.turn(np.array(pixels.reshape(pixels.shape[:2]), dtype=np.float32))
    return image, radiograph_meta(image, *header_spacing(spacing, field), warnings, orientation)


def _pixdim(image: nibabel.Nifti1Image, file: Path) -> tuple[float, float]:
    """Pixel size in mm from the header as stored: on loading, NiBabel sets a zero to 1 and drops a sign."""
    with nibabel.openers.ImageOpener(str(file)) as stream:
        header = type(image.header).from_fileobj(stream, check=False)
    millimetres = MILLIMETRES[header.get_xyzt_units()[0]]
    sx, sy = header["pixdim"][1:3]
    return float(sx) * millimetres, float(sy) * millimetres
