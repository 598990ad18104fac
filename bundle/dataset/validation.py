# SPDX-License-Identifier: Apache-2.0
"""Checks of a `dataset.json` that its schema cannot say: of names, of the images and their sizes, of the labels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from bundle.dataset.parts_validation import check_parts
from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.films.pixel_spacing import PLAUSIBLE_RANGE, is_plausible

if TYPE_CHECKING:
    from bundle.dataset.description import DatasetDescription, Film, Point

NAME_BYTES = 256  # of a landmark name in UTF-8, which is the room that weights have for it

LABELLED_SPLITS = ("training", "validation", "test")
SPLITS = (*LABELLED_SPLITS, "unlabeled")

UNKNOWN = (math.inf, math.inf)
"""Size of a film in which every point lies."""

# No film has coordinates or pixels near this; one comparison also catches NaN and infinities.
_LARGEST_NUMBER = 1e9


def check_dataset(file: Path, dataset: DatasetDescription) -> None:
    """Check all of a `dataset.json` before any long work.

    Only labelled films have their image header read; unlabelled ones are only looked up, so thousands stay quick. A
    film whose header cannot be read is left to whatever reads films, which names it; `bundle check` does.

    Args:
        file: The `dataset.json`, whose folder holds the images.
        dataset: Its content.

    Raises:
        DatasetError: naming the file, the field and the remedy of the first fault.
    """
    if not any(getattr(dataset, split) for split in SPLITS):
        raise DatasetError(f"{file}: lists no film; add entries to one of {', '.join(SPLITS)}")
    check_landmark_set(file, dataset)
    _check_images(file, dataset)
    for split in LABELLED_SPLITS:
        _check_labels(file, dataset, split)


def check_landmark_set(file: Path, dataset: DatasetDescription) -> None:
    """Check names, skeleton, parts and pairs, whatever films there are.

    Raises:
        DatasetError: naming the file, the field and the remedy of the first fault.
    """
    _check_names(file, dataset)
    check_parts(file, dataset)


def is_near(coordinate: float, length: float) -> bool:
    """Whether a coordinate lies on a film of that length along its axis, or at most half of it beyond an edge."""
    return -length / 2 <= coordinate <= 1.5 * length - 1


def _films(dataset: DatasetDescription, split: str) -> Iterator[tuple[str, Film]]:
    for index, film in enumerate(getattr(dataset, split)):
        yield f"{split}[{index}]", film


def _check_names(file: Path, dataset: DatasetDescription) -> None:
    names = dataset.landmarks
    for index, name in enumerate(names):
        if len(name.encode()) > NAME_BYTES:
            raise DatasetError(
                f"{file}: landmarks[{index}] has a name of {len(name.encode())} bytes; shorten it to {NAME_BYTES}, "
                "of which letters beyond English ones take two to four"
            )
        if name in names[:index]:
            raise DatasetError(
                f"{file}: landmarks[{index}] repeats the name {name!r} of landmarks[{names.index(name)}]; "
                "give every landmark its own name"
            )
    for index, pair in enumerate(dataset.skeleton):
        if max(pair) >= len(names):
            raise DatasetError(
                f"{file}: skeleton[{index}] names landmark {max(pair)} of only {len(names)}; "
                f"use indices 0 to {len(names) - 1}"
            )


def _check_images(file: Path, dataset: DatasetDescription) -> None:
    folder = file.parent.resolve()
    first_field: dict[Path, str] = {}
    for split in SPLITS:
        for field, film in _films(dataset, split):
            image = _existing_image(file, folder, f"{field}.image", film.image)
            if image in first_field:
                raise DatasetError(
                    f"{file}: {field}.image '{film.image}' is the same film as {first_field[image]}; "
                    "keep each film once, in one split"
                )
            first_field[image] = field


def _existing_image(file: Path, folder: Path, field: str, path: Path) -> Path:
    name = str(path)
    if "\\" in name or path.is_absolute() or PureWindowsPath(path).drive or ".." in path.parts:
        raise DatasetError(
            f"{file}: {field} {name!r} is not a path below the folder of dataset.json; "
            "write it relative to that folder, with forward slashes and without '..'"
        )
    try:
        image = (folder / path).resolve()
        exists = image.is_file()
    except (OSError, ValueError) as error:  # too long a name, or NUL in it
        raise DatasetError(f"{file}: {field} is no name that a file can have ({error}); correct it") from None
    if not image.is_relative_to(folder):
        raise DatasetError(f"{file}: {field} {name!r} links out of the folder; copy the image into the folder")
    if not exists:
        raise DatasetError(f"{file}: {field} {name!r} does not exist; add the image or remove its entry")
    return image


def _check_labels(file: Path, dataset: DatasetDescription, split: str) -> None:
    labelled = False
    for field, film in _films(dataset, split):
        _check_spacing(file, f"{field}.spacing", film.spacing)
        if film.landmarks is not None:
            _check_landmarks(file, field, film, film.landmarks, count=len(dataset.landmarks))
        labelled = labelled or film.labelled
    if getattr(dataset, split) and not labelled:
        raise DatasetError(
            f"{file}: no film of {split} has a landmark; add their landmarks or move the films to unlabeled"
        )


def _check_spacing(file: Path, field: str, spacing: tuple[float, float] | None) -> None:
    for axis, millimetres in zip("xy", spacing or (), strict=False):
        if not is_plausible(millimetres):
            raise DatasetError(
                f"{file}: {field} along {axis} is {millimetres}, not {PLAUSIBLE_RANGE} mm per pixel; "
                "correct it, or leave spacing out where it is unknown"
            )


def _check_landmarks(file: Path, field: str, film: Film, points: tuple[Point | None, ...], count: int) -> None:
    if len(points) != count:
        raise DatasetError(
            f"{file}: {field}.landmarks of {film.image} has {len(points)} points for {count} landmark names; "
            "give one point or null for each name"
        )
    size = _known_size(file.parent / film.image) if film.labelled else UNKNOWN
    for index, point in enumerate(points):
        if point is not None:
            _check_point(file, f"{field}.landmarks[{index}] of {film.image}", point, size)


def _known_size(image: Path) -> tuple[float, float]:
    """Size of a film; unknown where its header cannot be read, which costs this film its use and not the others."""
    try:
        return image_size(image)
    except DatasetError:
        return UNKNOWN


def _check_point(file: Path, field: str, point: Point, size: tuple[float, float]) -> None:
    for axis, coordinate, length in zip("xy", point, size, strict=True):
        if not -_LARGEST_NUMBER < coordinate < _LARGEST_NUMBER:
            raise DatasetError(
                f"{file}: {field} has {axis} = {coordinate}, not a finite number; write null for a missing landmark"
            )
        if not is_near(coordinate, length):
            raise DatasetError(
                f"{file}: {field} has {axis} = {coordinate}, far outside the image of {size[0]:.0f} x {size[1]:.0f} "
                "pixels; give pixels of the stored image, or null for a missing landmark"
            )
