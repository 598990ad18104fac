# SPDX-License-Identifier: Apache-2.0
"""Landmarks as YOLO-pose text: a `data.yaml`, images, and beside them `labels` of one line an object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from bundle.coordinates import from_fractions
from bundle.dataset.description import Point
from bundle.errors import DatasetError
from bundle.films.film_files import film_files
from bundle.films.image_size import image_size
from bundle.films.suffix import without_suffix
from bundle.importers.annotations import Annotations, Unit
from bundle.importers.first_look import FirstLook
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, annotations_of, as_point
from bundle.importers.parsing import annotation_file, number, read_text

_SPLITS = {"train": "training", "val": "validation", "test": "test"}

# Class and box stand before the points of an object.
_BEFORE_POINTS = 5


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    text = look.start(".yaml", ".yml")
    return "its YAML has the kpt_shape of YOLO-pose" if "kpt_shape:" in text else None


def read_yolo(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read one object a film, its points as fractions of width and height; visibility 0 is missing.

    The splits train, val and test are kept where there are two of them; an image without a line is unlabelled.

    Args:
        source: The `data.yaml`, or a folder with one.
        images: Folder that its splits are relative to; by default its `path`, or its own folder.
        names: Names of the landmarks in order; by default its `kpt_names`, else `landmark 1`, ….

    Raises:
        DatasetError: naming the file and line of a malformed row, or a folder that is missing.
    """
    file = annotation_file(source, "*.yaml", "*.yml")
    content = _content(file)
    count, dimensions = _shape(file, content)
    landmarks = names or _names(content, count)
    if len(landmarks) != count:
        raise DatasetError(
            f"{file}: kpt_shape is of {count} points where {len(landmarks)} names are given; correct one"
        )
    root = (images or _root(file, content)).resolve()
    films: list[MarkedFilm] = []
    splits: dict[Path, str] = {}
    for key, split in _SPLITS.items():
        for image in _images(file, content, key, root):
            labels = _label_file(image)
            points = _points(labels, image, count, dimensions) if labels.is_file() else ()
            named = {name: place for name, place in zip(landmarks, points, strict=bool(points)) if place is not None}
            film = MarkedFilm(image.relative_to(root), str(labels), named)
            films.append(film)
            splits[film.image] = split if named else "unlabeled"
    if len(set(splits.values()) - {"unlabeled"}) < 2:  # all in one folder is no split
        splits = {}
    return annotations_of(films, landmarks, AnnotationSource(file, root, splits=splits, unit=Unit.PIXELS))


def _content(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(read_text(file))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DatasetError(f"{file}: is not valid YAML; correct it, or export the annotations again") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{file}: is no YAML of keys such as train and kpt_shape; export the annotations again")
    return content


def _shape(file: Path, content: dict[str, Any]) -> tuple[int, int]:
    shape = content.get("kpt_shape")
    if not isinstance(shape, list) or len(shape) != 2 or not all(type(value) is int for value in shape):
        raise DatasetError(f"{file}: has no kpt_shape [points, 2 or 3]; export the annotations as YOLO pose")
    count, dimensions = shape
    if count < 1 or dimensions not in (2, 3):
        raise DatasetError(f"{file}: kpt_shape is {shape}, not [points, 2 or 3]; correct it")
    return count, dimensions


def _names(content: dict[str, Any], count: int) -> tuple[str, ...]:
    stated = content.get("kpt_names")
    groups = list(stated.values()) if isinstance(stated, dict) else stated
    first = groups[0] if isinstance(groups, list) and groups else None
    names = first if isinstance(first, list) else groups
    if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
        return tuple(name.strip() for name in names)
    return tuple(f"landmark {index}" for index in range(1, count + 1))


def _root(file: Path, content: dict[str, Any]) -> Path:
    stated = content.get("path")
    root = file.parent / stated if isinstance(stated, str) else file.parent
    return root if root.is_dir() else file.parent


def _images(file: Path, content: dict[str, Any], key: str, root: Path) -> Iterator[Path]:
    """Images of a split: those of its folders, or those that its text files list."""
    stated = content.get(key)
    for entry in stated if isinstance(stated, list) else [stated] if stated else []:
        found = _below(root, entry)
        if found is None:
            if key == "test":  # exports name a test folder that they do not have
                continue
            raise DatasetError(f"{file}: {key} {entry!r} does not lie below {root}; give that folder with --images")
        if found.is_dir():
            yield from (image.resolve() for image in film_files(found).films if image.resolve().is_relative_to(root))
            continue
        for line, text in enumerate(read_text(found).splitlines(), start=1):
            image = _below(root, text.strip()) if text.strip() else None
            if text.strip() and image is None:
                raise DatasetError(
                    f"{found}, line {line}: no image {text.strip()!r} lies below {root}; correct the line"
                )
            if image is not None:
                yield image


def _below(root: Path, stated: object) -> Path | None:
    """The file or folder below the root that a path means; exports write it from another place than they lie in."""
    if not isinstance(stated, str):
        return None
    parts = [part for part in PurePosixPath(stated.replace("\\", "/")).parts if part not in ("..", ".", "/")]
    for start in range(max(len(parts) - 1, 1)):  # never the last part alone: many folders are called images
        candidate = root.joinpath(*parts[start:])
        try:
            if candidate.exists():
                return candidate.resolve() if candidate.resolve().is_relative_to(root) else None
        except (OSError, ValueError):
            return None
    return None


def _label_file(image: Path) -> Path:
    """The text of an image: in `labels` instead of the last `images` of its path, else beside it."""
    parts = list(image.parts)
    places = [index for index, part in enumerate(parts[:-1]) if part == "images"]
    if places:
        parts[places[-1]] = "labels"
    return Path(*parts[:-1], without_suffix(parts[-1]) + ".txt")


def _points(file: Path, image: Path, count: int, dimensions: int) -> tuple[Point | None, ...]:
    lines = read_text(file).splitlines() if file.read_bytes().strip() else []
    rows = [(line, text.split()) for line, text in enumerate(lines, start=1) if text.strip()]
    if not rows:
        return ()
    if len(rows) > 1:
        raise DatasetError(f"{file}, line {rows[1][0]}: is a second object of the film; keep one a film")
    line, cells = rows[0]
    where = f"{file}, line {line}"
    if len(cells) != _BEFORE_POINTS + count * dimensions:
        raise DatasetError(
            f"{where}: has {len(cells)} numbers, not a class, a box and {count} points of {dimensions}; correct the row"
        )
    values = [number(cell, where) for cell in cells[_BEFORE_POINTS:]]
    size = image_size(image)
    return tuple(_point(values[start : start + dimensions], size, where) for start in range(0, len(values), dimensions))


def _point(values: list[float], size: tuple[int, int], where: str) -> Point | None:
    x, y, *visibility = values
    missing = visibility[0] == 0 if visibility else x == y == 0
    if missing:
        return None
    if not (-1 <= x <= 2 and -1 <= y <= 2):  # also where one is missing
        raise DatasetError(
            f"{where}: {x:g} {y:g} is no fraction of width and height; export the annotations as YOLO pose"
        )
    return as_point(from_fractions((x, y), size))
