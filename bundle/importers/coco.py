# SPDX-License-Identifier: Apache-2.0
"""Landmarks as COCO keypoints: one JSON file of images, annotations and a category that names the keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bundle.coordinates import from_coco
from bundle.dataset.description import Film
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import checked_names, number, points, read_json


def read_coco(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read COCO keypoints; those of visibility 0 are missing, images without annotation are unlabelled.

    Args:
        source: The JSON file.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks instead of the category's keypoints.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    content = read_json(source)
    category = _category(source, content)
    keypoint_names = tuple(str(name) for name in category["keypoints"])
    landmarks = checked_names(names or keypoint_names, len(keypoint_names), str(source))
    keypoints = _keypoints_by_image(source, content, category, len(landmarks))
    folder = ImageFolder(images or source.parent)
    films = []
    for index, image in enumerate(_entries(source, content, "images", ("id", "file_name"))):
        found = folder.find(str(image["file_name"]), f"{source}: images[{index}].file_name")
        films.append(Film(found, keypoints.pop(image["id"], None)))
    if keypoints:
        raise DatasetError(
            f"{source}: an annotation is of image_id {next(iter(keypoints))!r}, which is none of the images"
        )
    return Annotations(folder.folder, landmarks, tuple(films), skeleton=_skeleton(source, category))


def _entries(source: Path, content: dict[str, Any], field: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    entries = content.get(field)
    if not isinstance(entries, list):
        raise DatasetError(f"{source}: has no list of {field}; export it as COCO keypoints")
    for index, entry in enumerate(entries):
        for key in keys:
            if not isinstance(entry, dict) or key not in entry:
                raise DatasetError(f"{source}: {field}[{index}] has no {key}; export it as COCO keypoints")
    return entries


def _category(source: Path, content: dict[str, Any]) -> dict[str, Any]:
    categories = [entry for entry in _entries(source, content, "categories", ("id",)) if entry.get("keypoints")]
    if len(categories) != 1:
        raise DatasetError(f"{source}: has {len(categories)} categories with keypoints; keep exactly one")
    return categories[0]


def _skeleton(source: Path, category: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    """Pairs of indices; COCO counts them from 1."""
    try:
        return tuple((first - 1, second - 1) for first, second in category.get("skeleton", []))
    except (TypeError, ValueError):
        raise DatasetError(f"{source}: the category's skeleton is not a list of pairs; correct or remove it") from None


def _keypoints_by_image(
    source: Path, content: dict[str, Any], category: dict[str, Any], count: int
) -> dict[Any, tuple[tuple[float, float] | None, ...]]:
    by_image: dict[Any, tuple[tuple[float, float] | None, ...]] = {}
    for index, annotation in enumerate(_entries(source, content, "annotations", ("image_id", "category_id"))):
        where = f"{source}: annotations[{index}].keypoints"
        if annotation["category_id"] != category["id"]:
            continue
        if annotation["image_id"] in by_image:
            raise DatasetError(f"{where}: image {annotation['image_id']!r} has a second annotation; keep one a film")
        values = annotation.get("keypoints")
        if not isinstance(values, list) or len(values) != 3 * count:
            raise DatasetError(
                f"{where}: is not a list of {3 * count} numbers x, y, v for {count} keypoints; correct it"
            )
        triples = [[number(value, where) for value in values[start : start + 3]] for start in range(0, 3 * count, 3)]
        by_image[annotation["image_id"]] = points(from_coco(triples).ravel().tolist(), where)
    return by_image
