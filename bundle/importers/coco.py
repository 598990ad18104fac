# SPDX-License-Identifier: Apache-2.0
"""Landmarks as COCO keypoints: one JSON file of images, annotations and a category that names the keypoints."""

from __future__ import annotations

from pathlib import Path

from bundle.coordinates import from_coco
from bundle.dataset.description import Film, Point
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.entries import Entry, marked_size, read_json
from bundle.importers.image_folder import ImageFolder
from bundle.importers.parsing import checked_names, points, quoted


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
    keypoint_names = tuple(name.label() for name in category.member("keypoints").elements())
    landmarks = checked_names(names or keypoint_names, len(keypoint_names), str(source))
    keypoints = _keypoints_by_image(content, category, len(landmarks))
    folder = ImageFolder(images or source.parent)
    films, marked_on = [], {}
    for entry in content.member("images").elements():
        name = entry.member("file_name")
        image = folder.find(name.text(), name.where)
        films.append(Film(image, keypoints.pop(entry.member("id").text(), None)))
        if size := marked_size(entry, "width", "height"):
            marked_on[image] = size
    if keypoints:
        raise DatasetError(
            f"{source}: an annotation is of image_id {quoted(next(iter(keypoints)))}, which is none of the images"
        )
    return Annotations(folder.folder, landmarks, tuple(films), skeleton=_skeleton(category), marked_on=marked_on)


def _category(source: Path, content: Entry) -> Entry:
    categories = [entry for entry in content.member("categories").elements() if _has_keypoints(entry)]
    if len(categories) != 1:
        raise DatasetError(f"{source}: has {len(categories)} categories with keypoints; keep exactly one")
    return categories[0]


def _has_keypoints(category: Entry) -> bool:
    keypoints = category.optional("keypoints")
    return keypoints is not None and bool(keypoints.elements())


def _skeleton(category: Entry) -> tuple[tuple[int, int], ...]:
    """Pairs of indices; COCO counts them from 1."""
    listed = category.optional("skeleton")
    pairs = []
    for pair in listed.elements() if listed else ():
        ends = [end.index() for end in pair.elements()]
        if len(ends) != 2 or 0 in ends:
            raise pair.wrong("a pair of keypoints counted from 1")
        pairs.append((ends[0] - 1, ends[1] - 1))
    return tuple(pairs)


def _keypoints_by_image(content: Entry, category: Entry, count: int) -> dict[str, tuple[Point | None, ...]]:
    by_image: dict[str, tuple[Point | None, ...]] = {}
    for annotation in content.member("annotations").elements():
        if annotation.member("category_id").text() != category.member("id").text():
            continue
        image, keypoints = annotation.member("image_id").text(), annotation.member("keypoints")
        if image in by_image:
            raise DatasetError(f"{keypoints.where}: image {quoted(image)} has a second annotation; keep one a film")
        values = [value.number() for value in keypoints.elements()]
        if len(values) != 3 * count:
            raise keypoints.wrong(f"a list of {3 * count} numbers x, y, v for {count} keypoints")
        triples = [values[start : start + 3] for start in range(0, 3 * count, 3)]
        by_image[image] = points(from_coco(triples).ravel().tolist(), keypoints.where)
    return by_image
