# SPDX-License-Identifier: Apache-2.0
"""A MONAI reader for DICOM projection radiographs."""

from __future__ import annotations

import logging
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
from pydicom.uid import JPEG2000, UID, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from bundle.errors import RadiographError
from bundle.films.dicom_elements import ELEMENTS, HARMLESS_ELEMENTS, MOST_PIXELS, NOT_PROJECTIONS, RADIOGRAPH_CLASSES
from bundle.films.dicom_file import looks_like_dicom, read_dicom
from bundle.films.grey_levels import grey_levels, luminance
from bundle.films.imagecodecs_decoder import DECODER_DEPENDENCIES as BY_IMAGECODECS
from bundle.films.imagecodecs_decoder import LABEL as IMAGECODECS
from bundle.films.imagecodecs_decoder import register as register_imagecodecs
from bundle.films.pixel_spacing import dicom_spacing
from bundle.films.radiograph_meta import radiograph_meta
from bundle.films.suffix import DICOM, has_suffix

COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
"""What pydicom decodes to RGB."""

CHOICE = "a CR, DX, RF, XA, mammography, intra-oral or secondary capture image"

DECODERS = {
    RLELossless: "pydicom",
    **dict.fromkeys((JPEGBaseline8Bit, JPEG2000Lossless, JPEG2000), "pillow"),
    **dict.fromkeys(BY_IMAGECODECS, IMAGECODECS),
}
"""The one plugin of pydicom for an encoding; of others that may be installed, GDCM aborts on some damaged films."""

register_imagecodecs()
logging.getLogger("pydicom.pixels").setLevel(logging.CRITICAL)  # why a decoder failed: told in our own sentence


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
            return read_dicom(file, ELEMENTS)
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
            RadiographError: not a single-frame projection radiograph, pixel data that cannot be decoded, or a spacing
                that is no length.
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
        image = _grey(_decode(dataset, name), dataset, name).T
        meta = radiograph_meta(image, *dicom_spacing(dataset, name))
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
    for keyword in ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation"):
        if not dataset.get(keyword):
            raise RadiographError(f"{name}: {keyword} is missing; export the radiograph again")
    if dataset.Rows * dataset.Columns > MOST_PIXELS:
        size = f"{dataset.Columns} x {dataset.Rows}"
        raise RadiographError(f"{name}: Columns x Rows is {size}, too many pixels; export it at a smaller size")


def _decode(dataset: Dataset, name: str) -> np.ndarray:
    """Stored values, `[Y, X]` grey or palette index, `[Y, X, 3]` RGB."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    dataset.pixel_array_options(decoding_plugin=DECODERS.get(syntax, ""))
    try:
        return dataset.pixel_array
    except Exception as error:  # every decoder has errors of its own
        if isinstance(error, NotImplementedError) or "missing dependencies" in str(error):
            remedy = "there is no decoder for it; convert the film to an uncompressed transfer syntax"
        else:
            remedy = "it is truncated or damaged; copy the file again from its source"
        encoding = _uid_name(syntax) or "an unknown encoding"
        raise RadiographError(f"{name}: PixelData in {encoding} cannot be decoded, {remedy}") from error


def _uid_name(identifier: UID | None) -> str | None:
    name = UID(str(identifier)).name
    return None if name == str(identifier) else name


def _grey(stored: np.ndarray, dataset: Dataset, name: str) -> np.ndarray:
    photometric = dataset.PhotometricInterpretation
    if photometric in ("MONOCHROME1", "MONOCHROME2"):
        if stored.dtype.itemsize > 2:
            bits = dataset.BitsAllocated
            raise RadiographError(f"{name}: BitsAllocated is {bits}; export grey values of at most 16 bit")
        return grey_levels(stored, dataset)
    if photometric == "PALETTE COLOR":
        return luminance(apply_color_lut(stored, dataset))
    if photometric in COLOURS:
        return luminance(stored)
    raise RadiographError(f"{name}: PhotometricInterpretation is not supported; export it as MONOCHROME2")
