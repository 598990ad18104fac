# SPDX-License-Identifier: Apache-2.0
"""Films as they are shown: upright, in 16 bits, through the reader that training uses, and where their pixels lie."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from bundle.coordinates import moved
from bundle.errors import RadiographError
from bundle.files import write_whole
from bundle.films.burned_in import burned_in_warning
from bundle.films.load_radiograph import LoadRadiographd
from bundle.films.refusal import refused_by_name
from bundle.label.film_list import ListedFilm

THUMBNAILS, THUMBNAIL_SIDE = "thumbnails", 96
_WHITE = 65535
_PERCENTILES = (0.5, 99.5)
_KEPT_FILMS = 6
_DECODED_AT_A_TIME = 2


@dataclass(frozen=True, eq=False)
class Geometry:
    """Where the pixels of a film lie.

    Attributes:
        size: Width and height as the film is shown.
        stored_size: Width and height of the stored image.
        to_stored: Homogeneous matrix `[3, 3]` from pixels as shown to pixels of the stored image.
        spacing: `[2]` (x, y) mm per pixel of the stored image, NaN where unknown.
        warnings: What whoever labels the film has to know.
    """

    size: tuple[int, int]
    stored_size: tuple[int, int]
    to_stored: np.ndarray
    spacing: np.ndarray
    warnings: tuple[str, ...]

    @property
    def upright(self) -> np.ndarray:
        """Homogeneous matrix `[3, 3]` from pixels of the stored image to pixels as shown."""
        inverse: np.ndarray = np.linalg.inv(self.to_stored)
        return inverse

    @property
    def shown_spacing(self) -> np.ndarray:
        """`[2]` mm per pixel along x and y as shown, NaN where unknown."""
        sides = np.abs(self.upright[:2, :2]).argmax(axis=1)
        spacing: np.ndarray = self.spacing[sides]
        return spacing

    def stored(self, shown: ArrayLike) -> np.ndarray:
        """Take points `[..., 2]` as shown to pixels of the stored image; NaN stays NaN."""
        return moved(shown, self.to_stored)

    def shown(self, stored: ArrayLike) -> np.ndarray:
        """Take points `[..., 2]` of the stored image to pixels as shown; NaN stays NaN."""
        return moved(stored, self.upright)


class _Decoded(NamedTuple):
    grey: np.ndarray
    geometry: Geometry


class ShownFilms:
    """Reads films for a page, keeps the last few, and the thumbnails in a folder.

    Args:
        folder: Of the study.
    """

    def __init__(self, folder: Path) -> None:
        self._thumbnails = folder / THUMBNAILS
        self._writing = threading.Lock()
        self._places = threading.BoundedSemaphore(_DECODED_AT_A_TIME)
        self._geometries: dict[tuple[str, str], Geometry] = {}
        self._kept = lru_cache(_KEPT_FILMS)(self._decode)

    def geometry(self, film: ListedFilm) -> Geometry:
        """Where the pixels of a film lie.

        Raises:
            RadiographError: it cannot be read.
        """
        key = film.id, stamp(film)
        if key not in self._geometries:
            self._geometries[key] = self._kept(film, key[1]).geometry
        return self._geometries[key]

    def grey(self, film: ListedFilm) -> np.ndarray:
        """The film `[Y, X]` as shown, uint16, its darkest pixel 0 and its lightest 65535.

        Raises:
            RadiographError: it cannot be read.
        """
        return self._kept(film, stamp(film)).grey

    def thumbnail(self, film: ListedFilm) -> bytes:
        """A PNG of the film, no side longer than 96 pixels, made when it is first asked for.

        Raises:
            RadiographError: the film cannot be read.
            StorageError: the disk is full.
        """
        file = self._thumbnails / f"{film.id}.{stamp(film)}.png"
        if not file.is_file():
            picture = _small(self.grey(film))
            with self._writing:
                write_whole(file, lambda partial: partial.write_bytes(picture))
        return file.read_bytes()

    def _decode(self, film: ListedFilm, _stamp: str) -> _Decoded:
        if film.refused is not None:
            raise RadiographError(f"{film.name}: {film.refused}")
        with self._places, refused_by_name(film.name):
            item: dict[Any, Any] = LoadRadiographd()({"image": str(film.file)})
            image, spacing = item["image"], np.asarray(item["spacing"], dtype=np.float64)
            shown = image[0].numpy().T
            to_stored = image.affine.numpy()[np.ix_([0, 1, 3], [0, 1, 3])]
            sides = np.abs(to_stored[:2, :2]).argmax(axis=1)
            height, width = shown.shape
            size = (width, height)
            warnings = [*image.meta["warnings"].splitlines(), *filter(None, [burned_in_warning(film.file)])]
            geometry = Geometry(size, (size[sides[0]], size[sides[1]]), to_stored, spacing, tuple(warnings))
            return _Decoded(_in_16_bits(shown), geometry)


def _in_16_bits(values: np.ndarray) -> np.ndarray:
    lowest, highest = float(values.min()), float(values.max())
    scaled = (values.astype(np.float64) - lowest) * (_WHITE / (highest - lowest))
    return np.rint(scaled).astype(np.uint16)


def _small(grey: np.ndarray) -> bytes:
    dark, light = np.percentile(grey[::4, ::4], _PERCENTILES)
    contrast = np.clip((grey - dark) / max(light - dark, 1) * 255, 0, 255)
    picture = Image.fromarray(contrast.astype(np.uint8))
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def stamp(film: ListedFilm) -> str:
    """What tells that a film was replaced by another file of its name."""
    try:
        status = film.file.stat()
    except OSError:
        return "gone"
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"
