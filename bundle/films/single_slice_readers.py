# SPDX-License-Identifier: Apache-2.0
"""NIfTI and MetaImage files that hold one radiograph, through MONAI's NiBabel and ITK readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from monai.config import PathLike
from monai.data import ITKReader, NibabelReader
from monai.utils import ensure_tuple

from bundle.errors import DatasetError, RadiographError
from bundle.films.dicom_elements import MOST_PIXELS
from bundle.films.image_size import image_size
from bundle.films.pixel_spacing import header_spacing
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.suffix import METAIMAGE, NIFTI, has_suffix

MILLIMETRES = {"meter": 1e3, "mm": 1.0, "micron": 1e-3, "unknown": 1.0}
"""Length of a NIfTI spatial unit; a header without unit means millimetres by custom."""


class NiftiRadiographReader(NibabelReader):
    """Read a NIfTI file of one slice as `[X, Y]` in its stored index order; its affine is left aside."""

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is NIfTI's."""
        return has_suffix(filename, NIFTI)

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> tuple[Path, nibabel.Nifti1Image]:
        """Open one file."""
        (file,) = ensure_tuple(data)
        return Path(file), super().read(file, **kwargs)

    def get_data(self, img: tuple[Path, nibabel.Nifti1Image]) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`."""
        file, opened = img
        _require_loadable(opened.shape, file.name)
        image = _single_slice(np.asanyarray(opened.dataobj), file.name)
        return image, radiograph_meta(image, *header_spacing(_pixdim(opened, file), "pixdim", file.name))


class MetaImageRadiographReader(ITKReader):
    """Read an MHA or MHD file of one slice as `[X, Y]` in its stored index order; its direction is left aside."""

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell whether the suffix is MetaImage's."""
        return has_suffix(filename, METAIMAGE)

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> tuple[Path, Any]:
        """Open one file by ITK.

        Raises:
            RadiographError: ITK cannot read the file, or it holds too many pixels.
        """
        (file,) = ensure_tuple(data)
        name = Path(file).name
        with suppress(DatasetError):  # ITK tells more of a damaged header
            _require_loadable(image_size(Path(file)), name)
        try:
            return Path(file), super().read(file, **kwargs)
        except (RuntimeError, TypeError) as error:  # ITK's messages are paragraphs about its own build
            raise RadiographError(
                f"{name}: not a MetaImage that ITK reads; check that it is whole, grey, and of positive ElementSpacing"
            ) from error

    def get_data(self, img: tuple[Path, Any]) -> tuple[np.ndarray, dict[str, Any]]:
        """Give float32 `[X, Y]` and the metadata of `radiograph_meta`."""
        file, opened = img
        image = _single_slice(self._get_array_data(opened), file.name)
        sx, sy, *_ = opened.GetSpacing()
        return image, radiograph_meta(image, *header_spacing((float(sx), float(sy)), "ElementSpacing", file.name))


def _require_loadable(shape: Sequence[int], name: str) -> None:
    if math.prod(shape[:2]) > MOST_PIXELS:
        size = " x ".join(map(str, shape[:2]))
        raise RadiographError(f"{name}: its size is {size}, too many pixels; save it at a smaller size")


def _single_slice(pixels: np.ndarray, name: str) -> np.ndarray:
    if pixels.ndim < 2 or any(size != 1 for size in pixels.shape[2:]):
        shape = " x ".join(map(str, pixels.shape))
        raise RadiographError(f"{name}: an image of {shape} is no radiograph; save one slice as an image of its own")
    if pixels.dtype.names is not None:
        raise RadiographError(f"{name}: a colour NIfTI is not supported; save it in grey")
    return np.array(pixels.reshape(pixels.shape[:2]), dtype=np.float32)


def _pixdim(image: nibabel.Nifti1Image, file: Path) -> tuple[float, float]:
    """Pixel size in mm from the header as stored: on loading, NiBabel sets a zero to 1 and drops a sign."""
    with nibabel.openers.ImageOpener(str(file)) as stream:
        header = type(image.header).from_fileobj(stream, check=False)
    millimetres = MILLIMETRES[header.get_xyzt_units()[0]]
    sx, sy = header["pixdim"][1:3]
    return float(sx) * millimetres, float(sy) * millimetres
