# SPDX-License-Identifier: Apache-2.0
"""The transform by which a film of any supported format enters a MONAI pipeline."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

import numpy as np
import torch
from monai.config import KeysCollection
from monai.data import ImageReader, MetaTensor
from monai.transforms import MapTransform
from monai.utils import ImageMetaKey

from bundle.errors import RadiographError
from bundle.films.dicom_radiograph_reader import DicomRadiographReader
from bundle.films.picture_reader import PictureReader
from bundle.films.pixel_spacing import SpacingProvenance
from bundle.films.refusal import refused_by_name
from bundle.films.single_slice_readers import MetaImageRadiographReader, NiftiRadiographReader
from bundle.films.suffix import FILM_FORMATS

READERS: tuple[ImageReader, ...] = (
    DicomRadiographReader(),
    PictureReader(),
    NiftiRadiographReader(),
    MetaImageRadiographReader(),
)


class LoadRadiographd(MapTransform):
    """Load DICOM, PNG, JPEG, TIFF, BMP, NIfTI or MetaImage films as float32 MetaTensors `[1, X, Y]`.

    Pixel (x, y) of the stored image is element `[0, x, y]`, whatever the format, and the affine is the identity: world
    coordinates are pixels of the stored image. DICOM films are told by content, others by suffix. Values are those of
    the file (DICOM: after its LUTs, see `DicomRadiographReader`), not scaled.

    Args:
        keys: Keys of the paths to load.
        spacing_key: Key of the spacing, float32 `[2]` mm per pixel. Where it is missing or NaN it is set to what the
            file says (NaN where that is unknown); else it holds, and the film's metadata take it over.
        allow_missing_keys: Leave out absent keys without an error.

    Raises:
        RadiographError: the file cannot be read as a radiograph, for whatever reason, or is without contrast.
    """

    def __init__(
        self, keys: KeysCollection = "image", spacing_key: str = "spacing", allow_missing_keys: bool = False
    ) -> None:
        super().__init__(keys, allow_missing_keys)
        self.spacing_key = spacing_key

    def __call__(self, data: Mapping[Hashable, object]) -> dict[Hashable, object]:
        """Replace the paths by films and complete the spacing."""
        loaded = dict(data)
        for key in self.key_iterator(loaded):
            file = Path(str(loaded[key]))
            with refused_by_name(file.name):
                film = self._film(file)
            stated = np.asarray(loaded.get(self.spacing_key, np.nan), dtype=np.float32)
            doubt = film.meta.pop("spacing_warning")
            if np.isnan(stated).any():
                loaded[self.spacing_key] = film.meta["spacing"]
                film.meta["warnings"] = "\n".join(filter(None, (film.meta["warnings"], doubt)))
            else:
                loaded[self.spacing_key] = film.meta["spacing"] = stated
                film.meta["spacing_provenance"] = str(SpacingProvenance.DATASET)
            loaded[key] = film
        return loaded

    def _film(self, file: Path) -> MetaTensor:
        reader = self._reader(file)
        try:
            pixels, meta = reader.get_data(reader.read(file))
        except RadiographError:
            raise
        except Exception as error:  # every format's library has errors of its own
            if isinstance(reader, DicomRadiographReader):  # whose texts may quote an element, and so the patient
                raise
            reason = " ".join(str(error).replace(str(file), file.name).split()) or type(error).__name__
            raise RadiographError(f"{file.name}: cannot be read as an image ({reason}); use an intact file") from error
        _require_film(pixels, file.name)
        meta[ImageMetaKey.FILENAME_OR_OBJ] = str(file)
        return MetaTensor(torch.from_numpy(np.ascontiguousarray(pixels))[None], meta=meta)

    @staticmethod
    def _reader(file: Path) -> ImageReader:
        if not file.is_file():
            raise RadiographError(f"{file.name}: no such file; check the path of the image")
        for reader in READERS:
            if reader.verify_suffix(file):
                return reader
        raise RadiographError(f"{file.name}: not a {FILM_FORMATS} image; convert it to one of these")


def _require_film(pixels: np.ndarray, name: str) -> None:
    if pixels.ndim != 2 or not pixels.size:
        shape = " x ".join(map(str, pixels.shape))
        raise RadiographError(f"{name}: its pixels are {shape}, not one grey picture; export the film again")
    lowest, highest = float(pixels.min()), float(pixels.max())
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise RadiographError(f"{name}: some pixel values are not finite numbers; repair the image")
    if lowest == highest:
        raise RadiographError(f"{name}: every pixel has the value {lowest:g}; remove the film, it shows nothing")
