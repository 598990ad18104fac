# SPDX-License-Identifier: Apache-2.0
"""Checks of a parsed `dataset.json`: its structure by JSON schema, then what a schema cannot say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from bundle.errors import DatasetError
from bundle.films.image_size import image_size
from bundle.films.pixel_spacing import PLAUSIBLE_RANGE, is_plausible

NAME_BYTES = 256  # of a landmark name in UTF-8, which is the room that weights have for it

LABELLED_SPLITS = ("training", "validation", "test")
SPLITS = (*LABELLED_SPLITS, "unlabeled")

UNKNOWN = (math.inf, math.inf)
"""Size of a film in which every point lies."""

# No film has coordinates or pixels near this; one comparison also catches NaN, infinities and integers beyond float.
_LARGEST_NUMBER = 1e9


def check_document(file: Path, document: Any) -> None:
    """Check all of a `dataset.json` before any long work.

    Only labelled films have their image header read; unlabelled ones are only looked up, so thousands stay quick. A
    film whose header cannot be read is left to whatever reads films, which names it; `bundle check` does.

    Args:
        file: The `dataset.json`, whose folder holds the images.
        document: Its parsed content.

    Raises:
        DatasetError: naming the file, the field and the remedy of the first fault.
    """
    _check_structure(file, document)
    _check_names(file, document)
    _check_images(file, document)
    for split in LABELLED_SPLITS:
        _check_labels(file, document, split)


def _films(document: dict[str, Any], split: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, film in enumerate(document.get(split, [])):
        yield f"{split}[{index}]", film


def _check_structure(file: Path, document: Any) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = json.loads(files("bundle.dataset").joinpath("dataset.schema.json").read_text())
    try:
        json.dumps(document, ensure_ascii=False).encode()
        fault = best_match(Draft202012Validator(schema).iter_errors(document))
    except UnicodeEncodeError:
        raise DatasetError(f"{file}: holds half of a character (\\ud800 to \\udfff); write that text again") from None
    except RecursionError:
        raise DatasetError(f"{file}: is nested too deep; correct it as docs/reference/data_format.md shows") from None
    if fault is not None:
        field = fault.json_path.removeprefix("$").removeprefix(".") or "the whole file"
        raise DatasetError(f"{file}: {field}: {fault.message}; correct it as docs/reference/data_format.md shows")
    if not any(document.get(split) for split in SPLITS):
        raise DatasetError(f"{file}: lists no film; add entries to one of {', '.join(SPLITS)}")


def _check_names(file: Path, document: dict[str, Any]) -> None:
    names = document["landmarks"]
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
    for index, pair in enumerate(document.get("skeleton", [])):
        if max(pair) >= len(names):
            raise DatasetError(
                f"{file}: skeleton[{index}] names landmark {max(pair)} of only {len(names)}; "
                f"use indices 0 to {len(names) - 1}"
            )


def _check_images(file: Path, document: dict[str, Any]) -> None:
    folder = file.parent.resolve()
    first_field: dict[Path, str] = {}
    for split in SPLITS:
        for field, film in _films(document, split):
            image = _existing_image(file, folder, f"{field}.image", film["image"])
            if image in first_field:
                raise DatasetError(
                    f"{file}: {field}.image {film['image']!r} is the same film as {first_field[image]}; "
                    "keep each film once, in one split"
                )
            first_field[image] = field


def _existing_image(file: Path, folder: Path, field: str, name: str) -> Path:
    path = PurePosixPath(name)
    if "\\" in name or path.is_absolute() or PureWindowsPath(name).drive or ".." in path.parts:
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


def _check_labels(file: Path, document: dict[str, Any], split: str) -> None:
    labelled = False
    for field, film in _films(document, split):
        _check_spacing(file, f"{field}.spacing", film.get("spacing"))
        if "landmarks" in film:
            _check_landmarks(file, field, film, count=len(document["landmarks"]))
            labelled = labelled or any(point is not None for point in film["landmarks"])
    if document.get(split) and not labelled:
        raise DatasetError(
            f"{file}: no film of {split} has a landmark; add their landmarks or move the films to unlabeled"
        )


def _check_spacing(file: Path, field: str, spacing: list[float] | None) -> None:
    for axis, millimetres in zip("xy", spacing or (), strict=False):
        if not is_plausible(millimetres):
            raise DatasetError(
                f"{file}: {field} along {axis} is {millimetres}, not {PLAUSIBLE_RANGE} mm per pixel; "
                "correct it, or leave spacing out where it is unknown"
            )


def _check_landmarks(file: Path, field: str, film: dict[str, Any], count: int) -> None:
    points = film["landmarks"]
    if len(points) != count:
        raise DatasetError(
            f"{file}: {field}.landmarks of {film['image']} has {len(points)} points for {count} landmark names; "
            "give one point or null for each name"
        )
    size = _known_size(file.parent / film["image"]) if any(point is not None for point in points) else UNKNOWN
    for index, point in enumerate(points):
        if point is not None:
            _check_point(file, f"{field}.landmarks[{index}] of {film['image']}", point, size)


def _known_size(image: Path) -> tuple[float, float]:
    """Size of a film; unknown where its header cannot be read, which costs this film its use and not the others."""
    try:
        return image_size(image)
    except DatasetError:
        return UNKNOWN


def _check_point(file: Path, field: str, point: list[float], size: tuple[float, float]) -> None:
    for axis, coordinate, length in zip("xy", point, size, strict=True):
        if not -_LARGEST_NUMBER < coordinate < _LARGEST_NUMBER:
            raise DatasetError(
                f"{file}: {field} has {axis} = {coordinate}, not a finite number; write null for a missing landmark"
            )
        if not -length / 2 <= coordinate <= 1.5 * length - 1:
            raise DatasetError(
                f"{file}: {field} has {axis} = {coordinate}, far outside the image of {size[0]:.0f} x {size[1]:.0f} "
                "pixels; give pixels of the stored image, or null for a missing landmark"
            )
