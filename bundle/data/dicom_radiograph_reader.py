# SPDX-License-Identifier: Apache-2.0
"""A MONAI reader for DICOM projection radiographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from monai.config import PathLike
from monai.data import ImageReader
from monai.utils import ensure_tuple
from pydicom import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.misc import is_dicom
from pydicom.pixels import apply_color_lut

from bundle.data.dicom_elements import ELEMENTS, HARMLESS_ELEMENTS, MOST_PIXELS, NOT_PROJECTIONS, RADIOGRAPH_CLASSES
from bundle.data.extended_jpeg_decoder import register as register_extended_jpeg_decoder
from bundle.data.grey_levels import grey_levels, luminance
from bundle.data.pixel_spacing import dicom_spacing
from bundle.data.radiograph_meta import radiograph_meta
from bundle.errors import RadiographError

register_extended_jpeg_decoder()


class DicomRadiographReader(ImageReader):
    """Read CR, DX, RF, XA, mammography, intra-oral and secondary capture images of a single frame.

    Unlike MONAI's own DICOM readers it gives grey levels in which larger is whiter whatever the photometric
    interpretation, after modality LUT and VOI LUT or window, in full depth; the pixel spacing of a projection with its
    provenance; and no data element that identifies a patient: such elements are not even parsed.

    Other objects are refused by `get_data`, not by `read`: `monai.transforms.LoadImage` hands a file that `read`
    refuses to the next reader, which might open it as something that it is not.
    """

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell by preamble whether all files are DICOM; in an archive they often have no suffix."""
        return all(Path(name).is_file() and is_dicom(name) for name in ensure_tuple(filename))

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> Dataset:
        """Parse the data elements of one file that this reader uses.

        Raises:
            RadiographError: the file is not DICOM or cannot be parsed.
        """
        (file,) = ensure_tuple(data)
        name = Path(file).name
        try:
            return pydicom.dcmread(file, specific_tags=list(ELEMENTS), **kwargs)
        except InvalidDicomError as error:
            raise RadiographError(
                f"{name}: not a DICOM file (no DICM preamble); export it again as a DICOM file"
            ) from error
        except OSError as error:
            raise RadiographError(
                f"{name}: the file cannot be read ({error.strerror or error}); check that it is there and readable"
            ) from error
        except Exception as error:  # pydicom raises whatever a damaged element leads to
            raise RadiographError(
                f"{name}: the DICOM header is damaged ({error}); copy the file again from its source"
            ) from error

    def get_data(self, img: Dataset) -> tuple[np.ndarray, dict[str, Any]]:
        """Decode one film.

        Args:
            img: What `read` returned.

        Returns:
            float32 `[X, Y]`, larger is whiter, in the units that the file's LUTs give; and the metadata of
            `radiograph_meta` with the elements of `HARMLESS_ELEMENTS` under their DICOM keywords.

        Raises:
            RadiographError: not a single-frame projection radiograph, pixel data that cannot be decoded, or a spacing
                that is no length.
        """
        name = Path(img.filename).name
        _require_radiograph(img, name)
        image = _grey(_decode(img, name), img, name).T
        meta = radiograph_meta(image, *dicom_spacing(img, name))
        meta.update({keyword: str(img[keyword].value) for keyword in HARMLESS_ELEMENTS if img.get(keyword)})
        return image, meta


def _require_radiograph(dataset: Dataset, name: str) -> None:
    sop_class = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    if sop_class is None:
        raise RadiographError(f"{name}: no SOPClassUID says what the object is; export the radiograph again")
    modality = dataset.get("Modality")
    if sop_class not in RADIOGRAPH_CLASSES or modality in NOT_PROJECTIONS:
        raise RadiographError(
            f"{name}: a {sop_class.name} object of modality {modality or 'unknown'} is no projection radiograph; "
            "choose a CR, DX, RF, XA or secondary capture image"
        )
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise RadiographError(f"{name}: NumberOfFrames is {frames}; export the single frame to be measured")
    if "PixelData" not in dataset:
        raise RadiographError(
            f"{name}: no PixelData, so the file is truncated or a header only; copy it again from its source"
        )
    missing = [
        keyword
        for keyword in ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation")
        if not dataset.get(keyword)
    ]
    if missing:
        raise RadiographError(f"{name}: {missing[0]} is missing; export the radiograph again")
    if dataset.Rows * dataset.Columns > MOST_PIXELS:
        raise RadiographError(
            f"{name}: {dataset.Columns} x {dataset.Rows} pixels are too many; export it at a smaller size"
        )


def _decode(dataset: Dataset, name: str) -> np.ndarray:
    """Stored values, `[Y, X]` grey or palette index, `[Y, X, 3]` RGB."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    encoding = "an unstated encoding" if syntax is None else syntax.name
    try:
        return dataset.pixel_array
    except Exception as error:  # every decoder has errors of its own
        if "missing dependencies" in str(error):
            remedy = "no decoder for it is installed; pip install python-gdcm pylibjpeg pylibjpeg-openjpeg"
        else:
            remedy = "it is truncated or damaged; copy the file again from its source"
        raise RadiographError(f"{name}: PixelData in {encoding} cannot be decoded, {remedy}") from error


def _grey(stored: np.ndarray, dataset: Dataset, name: str) -> np.ndarray:
    photometric = dataset.PhotometricInterpretation
    if photometric in ("MONOCHROME1", "MONOCHROME2"):
        if stored.dtype.itemsize > 2:
            raise RadiographError(
                f"{name}: BitsAllocated is {dataset.BitsAllocated}; export grey values of at most 16 bit"
            )
        return grey_levels(stored, dataset)
    if photometric == "PALETTE COLOR":
        return luminance(apply_color_lut(stored, dataset))
    if stored.ndim == 3:
        return luminance(stored)
    raise RadiographError(f"{name}: PhotometricInterpretation {photometric} is not supported; export it as MONOCHROME2")
