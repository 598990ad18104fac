# SPDX-License-Identifier: Apache-2.0
"""Landmarks as text files of the ISBI 2014/2015 cephalogram challenges: 19 lines `x,y`, then lines of classes."""

from __future__ import annotations

import re
from pathlib import Path

from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.importers.annotations import Annotations
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.landmark_sets import CEPHALOGRAM
from bundle.importers.parsing import annotation_files, checked_names, point, read_text

# Films 1 to 150 are the challenge's training set, 151 to 400 its two test sets.
_LAST_TRAINING_FILM = 150

# The challenge's scans: 1935 x 2400 pixels of 0.1 mm.
_SCAN_SIZE, _SCAN_SPACING = (1935, 2400), (0.1, 0.1)


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    files = look.named(".txt")
    lines = look.start(".txt").split()[: len(CEPHALOGRAM.landmarks)]
    pairs = [line for line in lines if re.fullmatch(r"\d+(\.\d+)?,\d+(\.\d+)?", line)]
    if len(pairs) == len(CEPHALOGRAM.landmarks) and all(file.stem.isdecimal() for file in files):
        return "its text files are named by numbers and begin with 19 points, as those of ISBI 2015"
    return None


def read_isbi(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the `NNN.txt` of one reader, each of the image NNN, in pixels of the stored image.

    The challenge's own split is kept, its clinical names are given, and its pixel size where an image has its size.

    Args:
        source: Folder of the text files of one reader.
        images: Folder of the images, searched with its subfolders; by default that of the text files.
        names: Names of the landmarks instead of the clinical ones.

    Raises:
        DatasetError: naming the file and line of a malformed row, or an image that is missing.
    """
    names = checked_names(names or CEPHALOGRAM.landmarks, len(CEPHALOGRAM.landmarks), str(source))
    folder = ImageFolder(images or source)
    films, splits = [], {}
    for file in annotation_files(source, "*.txt"):
        image = folder.find(file.stem, str(file))
        films.append(Film(image, _points(file, len(names)), _spacing(folder.folder / image)))
        splits[image] = "training" if _number_of(file) <= _LAST_TRAINING_FILM else "test"
    return Annotations(folder.folder, names, tuple(films), splits, CEPHALOGRAM.skeleton)


def _spacing(image: Path) -> tuple[float, float] | None:
    try:
        return _SCAN_SPACING if image_size(image) == _SCAN_SIZE else None
    except DatasetError:  # told with all the other films that cannot be read
        return None


def _number_of(file: Path) -> int:
    try:
        return int(file.stem)
    except ValueError:
        raise DatasetError(f"{file}: is not named by the number of its film; name it as the challenge does") from None


def _points(file: Path, count: int) -> tuple[Point | None, ...]:
    lines = read_text(file).splitlines()
    if len(lines) < count:
        raise DatasetError(f"{file}: has {len(lines)} lines where {count} points x,y are expected; complete the file")
    landmarks = []
    for line, text in enumerate(lines[:count], start=1):
        x, comma, y = text.partition(",")
        if not comma:
            raise DatasetError(f"{file}, line {line}: {text!r} is not a point x,y; correct the line")
        landmarks.append(point(x, y, f"{file}, line {line}"))
    return tuple(landmarks)
