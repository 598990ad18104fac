# SPDX-License-Identifier: Apache-2.0
"""Landmarks as the MATLAB files of AASCE 2019 (SpineWeb 16): `NAME.jpg.mat` with 68 points `p2` in pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import loadmat

from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.image_folder import ImageFolder

_VARIABLE = "p2"


def has_mat(folder: Path) -> bool:
    """Whether MATLAB files lie in a folder."""
    return next(folder.glob("*.mat"), None) is not None


def mat_films(labels: Path, images: Path, below: Path, count: int) -> tuple[Film, ...]:
    """Read every `NAME.mat` of a folder, each of the image NAME.

    Args:
        labels: Folder of the MATLAB files.
        images: Folder of the images.
        below: Folder below it in which these are looked for.
        count: Number of landmarks.

    Raises:
        DatasetError: naming the file that is malformed, or an image that is missing.
    """
    folder = ImageFolder(images / below)
    films = []
    for file in sorted(labels.glob("*.mat")):
        image = folder.find(file.stem, str(file))
        landmarks = tuple((float(x), float(y)) for x, y in _points(file, count))
        films.append(Film(below / image, landmarks))
    return tuple(films)


def _points(file: Path, count: int) -> np.ndarray:
    try:
        points = np.asarray(loadmat(file, variable_names=[_VARIABLE])[_VARIABLE], dtype=np.float64)
    except KeyError:
        raise DatasetError(f"{file}: has no variable {_VARIABLE}; give the files of the challenge's labels") from None
    except Exception as error:  # the parser raises whatever a broken file leads it to
        raise DatasetError(f"{file}: cannot be read as a MATLAB file; copy it again") from error
    if points.shape != (count, 2) or not np.isfinite(points).all():
        raise DatasetError(f"{file}: {_VARIABLE} is not {count} points x, y; give the files of the challenge's labels")
    return points
