# SPDX-License-Identifier: Apache-2.0
"""A MONAI reader for DICOM projection radiographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.config import PathLike
from monai.data import ImageReader
from monai.utils import ensure_tuple
from pydicom import Dataset
from pydicom.config import disable_value_validation
from pydicom.errors import InvalidDicomError
from pydicom.pixels import apply_color_lut
from pydicom.uid import UID

from bundle.errors import RadiographError
from bundle.films.dicom_elements import ELEMENTS, HARMLESS_ELEMENTS, MOST_PIXELS, NOT_PROJECTIONS, RADIOGRAPH_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.grey_levels import grey_levels, luminance
from bundle.films.pixel_spacing import dicom_spacing
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.stored_values import GREY, OVERLAY_BIT_POSITIONS, PALETTE, stored_values
from bundle.films.suffix import DICOM, has_suffix

REQUIRED = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "PhotometricInterpretation",
)
CHOICE = "a CR, DX, RF, XA, mammography, intra-oral or secondary capture image"


class DicomRadiographReader(ImageReader):
    """Read CR, DX, RF, XA, mammography, intra-oral and secondary capture images of a single frame.

    Unlike MONAI's own DICOM readers it gives grey levels in which larger is whiter whatever the photometric
    interpretation, after modality LUT and VOI LUT or window, in full depth; the pixel spacing of a projection with its
    provenance; and no data element that identifies a patient: such elements are not even parsed.

    Other objects are refused by `get_data`, not by `read`: `monai.transforms.LoadImage` hands a file that `read`
    refuses to the next reader, which might open it as something that it is not.
    """

    def verify_suffix(self, filename: Sequence[PathLike] | PathLike) -> bool:
        """Tell by content whether all files are DICOM; in an archive they often have no suffix.

        A file that is called DICOM is taken as well, so that `read` says what is wrong with it.
        """
        return all(Path(name).is_file() and _is_dicom(name) for name in ensure_tuple(filename))

    def read(self, data: Sequence[PathLike] | PathLike, **kwargs: Any) -> Dataset:
        """Parse the data elements of one file that this reader uses.

        Raises:
            RadiographError: the file is not DICOM or cannot be parsed.
        """
        (file,) = ensure_tuple(data)
        name = Path(file).name
        try:
            return read_dicom(file, (*ELEMENTS, *OVERLAY_BIT_POSITIONS))
        except RadiographError:
            raise
        except InvalidDicomError as error:
            raise RadiographError(f"{name}: not a DICOM file, {_flaw(Path(file))}; export it again as DICOM") from error
        except OSError as error:
            raise RadiographError(
                f"{name}: cannot be opened ({error.strerror}); check the path and its rights"
            ) from error
        except Exception as error:  # pydicom raises whatever a damaged element leads to
            raise _damaged(name) from error

    def get_data(self, img: Dataset) -> tuple[np.ndarray, dict[str, Any]]:
        """Decode one film.

        Args:
            img: What `read` returned.

        Returns:
            float32 `[X, Y]`, larger is whiter, in the units that the file's LUTs give; and the metadata of
            `radiograph_meta` with the elements of `HARMLESS_ELEMENTS` under their DICOM keywords.

        Raises:
            RadiographError: not a single-frame projection radiograph, or pixel data that cannot be decoded or
                contradict the header.
        """
        name = Path(img.filename).name
        try:
            with disable_value_validation():
                return self._film(img, name)
        except RadiographError:
            raise
        except Exception as error:  # pydicom converts a value when it is used
            raise _damaged(name) from error

    def _film(self, dataset: Dataset, name: str) -> tuple[np.ndarray, dict[str, Any]]:
        _require_radiograph(dataset, name)
        stored, warnings = stored_values(dataset, name)
        image, left_out = _grey(stored, dataset)
        image = image.T
        meta = radiograph_meta(image, *dicom_spacing(dataset), warnings=[*warnings, *left_out])
        meta.update({keyword: str(dataset[keyword].value) for keyword in HARMLESS_ELEMENTS if dataset.get(keyword)})
        return image, meta


def _is_dicom(file: PathLike) -> bool:
    try:
        return has_suffix(file, DICOM) or looks_like_dicom(file)
    except OSError:  # not to be opened; what it is, nobody knows
        return False


def _flaw(file: Path) -> str:
    return "its content is another one's" if file.stat().st_size else "it is empty"


def _damaged(name: str) -> RadiographError:
    # A damaged element may hold bytes of its neighbour, a patient's name: so it is not quoted.
    return RadiographError(f"{name}: a DICOM data element is damaged; copy the file again from its source")


def _require_radiograph(dataset: Dataset, name: str) -> None:
    sop_class = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    if str(sop_class) not in RADIOGRAPH_CLASSES:
        kind = _uid_name(sop_class) or "an unknown object"
        raise RadiographError(f"{name}: {kind} is no projection radiograph; choose {CHOICE}")
    if dataset.get("Modality") in NOT_PROJECTIONS:
        raise RadiographError(f"{name}: modality {dataset.Modality} is no projection radiograph; choose {CHOICE}")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise RadiographError(f"{name}: NumberOfFrames is {frames}; export the single frame to be measured")
    if "PixelData" not in dataset:
        raise RadiographError(f"{name}: no PixelData, the file is truncated or a header only; copy it from its source")
    for keyword in REQUIRED:
        if dataset.get(keyword) in (None, ""):
            raise RadiographError(f"{name}: {keyword} is missing; export the radiograph again")
    if dataset.Rows * dataset.Columns > MOST_PIXELS:
        size = f"{dataset.Columns} x {dataset.Rows}"
        raise RadiographError(f"{name}: Columns x Rows is {size}, too many pixels; export it at a smaller size")


def _uid_name(identifier: UID | None) -> str | None:
    name = UID(str(identifier)).name
    return None if name == str(identifier) else name


def _grey(stored: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, list[str]]:
    photometric = dataset.PhotometricInterpretation
    if photometric in GREY:
        return grey_levels(stored, dataset)
    return luminance(apply_color_lut(stored, dataset) if photometric == PALETTE else stored), []
