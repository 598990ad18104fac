# SPDX-License-Identifier: Apache-2.0
"""Landmarks as COCO keypoints: a JSON file of images, annotations and categories that name the keypoints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bundle.coordinates import from_coco, from_corner
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations
from bundle.importers.entries import Entry, marked_size, read_json
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point
from bundle.importers.parsing import annotation_file, checked_names, point, quoted
from bundle.importers.uploaded import find_film

_ROBOFLOW_FILE = "_annotations.coco.json"
_ROBOFLOW_SPLITS = {"train": "training", "valid": "validation", "test": "test"}

# Numbers of a keypoint: x, y and visibility.
_TRIPLE = 3


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    if {"images", "annotations", "categories"} <= look.json_object.keys():
        return "its JSON has the images, annotations and categories of COCO"
    if look.source.is_dir() and any((look.source / split / _ROBOFLOW_FILE).is_file() for split in _ROBOFLOW_SPLITS):
        return f"its folders have the {_ROBOFLOW_FILE} of Roboflow"
    return None


def read_coco(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read COCO keypoints; those of visibility 0 are missing, images without annotation are unlabelled.

    The keypoints of a film may be spread over annotations and categories. Several categories of one keypoint are
    landmarks of their own, called by the category.

    Args:
        source: The JSON file, a folder with one, or Roboflow's with folders train, valid and test, whose split is kept.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks instead of those of the keypoints, in their order.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    files = _files(source)
    folder = ImageFolder(images or (source if source.is_dir() else source.parent))
    films: list[MarkedFilm] = []
    splits: dict[Path, str] = {}
    keypoints: _Keypoints | None = None
    for file, split in files:
        content = read_json(file)
        found = _keypoints(content)
        keypoints = keypoints or found
        if found.names != keypoints.names:
            raise DatasetError(f"{file}: has other keypoints than {files[0][0]}; import each of them by itself")
        renamed = dict(zip(found.names, checked_names(names or found.names, len(found.names), str(file)), strict=True))
        beside = file.parent.relative_to(folder.folder) if file.parent.is_relative_to(folder.folder) else Path()
        for film in _films(content, found, renamed, folder, beside):
            films.append(film)
            if split:
                splits[film.image] = split if film.points else "unlabeled"
    if len(set(splits.values()) - {"unlabeled"}) < 2:  # all in one folder is no split
        splits = {}
    landmarks, skeleton = (names or keypoints.names, keypoints.skeleton) if keypoints else (names, ())
    return annotations_of(films, landmarks, AnnotationSource(source, folder.folder, (), splits, skeleton))


def _files(source: Path) -> list[tuple[Path, str | None]]:
    """The JSON files of a source, each with its split where the folders tell it."""
    split = [(source / name / _ROBOFLOW_FILE, split) for name, split in _ROBOFLOW_SPLITS.items()]
    present = [(file, name) for file, name in split if file.is_file()]
    return [*present] if present else [(annotation_file(source, "*.json"), None)]


@dataclass(frozen=True)
class _Keypoints:
    """Names of the landmarks in the order of the file, and where each category's begin.

    Attributes:
        names: Names of all landmarks.
        of_category: Names of the landmarks of each category, by its id.
        skeleton: Pairs of indices that a drawing joins.
        corner: Whether the program that wrote the file counts from the corner of the first pixel.
    """

    names: tuple[str, ...]
    of_category: dict[str, tuple[str, ...]]
    skeleton: tuple[tuple[int, int], ...]
    corner: bool


def _keypoints(content: Entry) -> _Keypoints:
    used = Counter(
        annotation.member("category_id").identity()
        for annotation in content.member("annotations").elements()
        if _values(annotation)
    )
    named = {category.member("id").identity(): category for category in content.member("categories").elements()}
    listed = {identity: category for identity, category in named.items() if _listed(category)}
    marked = {identity: category for identity, category in named.items() if identity in used} or listed
    if not marked:
        raise DatasetError(f"{content.where} has no category with keypoints; export it as COCO keypoints")
    of_category = _names(marked)
    names = tuple(name for group in of_category.values() for name in group)
    skeleton: list[tuple[int, int]] = []
    for identity, category in marked.items():
        first = names.index(of_category[identity][0])
        skeleton += [(first + start, first + end) for start, end in _skeleton(category)]
    return _Keypoints(names, of_category, tuple(skeleton), _counts_from_corner(content))


def _listed(category: Entry) -> list[str]:
    keypoints = category.optional("keypoints")
    return [name.label() for name in keypoints.elements()] if keypoints else []


def _names(categories: dict[str, Entry]) -> dict[str, tuple[str, ...]]:
    """Names of each category's landmarks: its keypoints', its own where it has one, or both where they are shared."""
    if len(categories) == 1:
        ((identity, category),) = categories.items()
        return {identity: tuple(_listed(category)) or (category.member("name").label(),)}
    shared = Counter(name for category in categories.values() for name in _listed(category))
    names = {}
    for identity, category in categories.items():
        own, keypoints = category.member("name").label(), _listed(category)
        several = tuple(f"{own} {name}" if shared[name] > 1 else name for name in keypoints)
        names[identity] = several if len(keypoints) > 1 else (own,)
    return names


def _skeleton(category: Entry) -> list[tuple[int, int]]:
    """Pairs of indices; COCO counts them from 1."""
    listed, count = category.optional("skeleton"), max(len(_listed(category)), 1)
    pairs = []
    for pair in listed.elements() if listed else ():
        ends = [end.index() for end in pair.elements()]
        if len(ends) != 2 or 0 in ends or max(ends) > count:
            raise pair.wrong("a pair of keypoints counted from 1")
        pairs.append((ends[0] - 1, ends[1] - 1))
    return pairs


def _counts_from_corner(content: Entry) -> bool:
    """Whether CVAT, Roboflow or Label Studio wrote the file; COCO itself has the pixel's centre at whole numbers."""
    info = content.optional("info")
    about = info.value if info and isinstance(info.value, dict) else {}
    annotations = content.member("annotations").elements()
    attributes = annotations[0].value.get("attributes") if annotations else None
    return (
        about.get("contributor") == "Label Studio"
        or str(about.get("description", "")).startswith("Exported from roboflow")
        or (isinstance(attributes, dict) and "occluded" in attributes)
    )


def _values(annotation: Entry) -> list[Entry]:
    keypoints = annotation.optional("keypoints")
    return keypoints.elements() if keypoints else []


def _films(
    content: Entry, keypoints: _Keypoints, renamed: dict[str, str], folder: ImageFolder, beside: Path
) -> list[MarkedFilm]:
    points = _points_by_image(content, keypoints, renamed)
    films = []
    for entry in content.member("images").elements():
        name = entry.member("file_name")
        image = find_film(folder, name.text(), name.where, beside)
        named = points.pop(entry.member("id").identity(), NamedPoints())
        films.append(MarkedFilm(image, entry.where, named, marked_size(entry, "width", "height")))
    if points:
        unknown = quoted(next(iter(points)))
        raise DatasetError(f"{content.where} an annotation is of image_id {unknown}, which is none of the images")
    return films


def _points_by_image(content: Entry, keypoints: _Keypoints, renamed: dict[str, str]) -> dict[str, NamedPoints]:
    by_image: dict[str, NamedPoints] = {}
    for annotation in content.member("annotations").elements():
        names = keypoints.of_category.get(annotation.member("category_id").identity())
        image, values = annotation.member("image_id").identity(), _values(annotation)
        if names is None or not values:
            continue
        numbers, where = [value.number() for value in values], annotation.member("keypoints").where
        if len(numbers) != _TRIPLE * len(names):
            raise annotation.member("keypoints").wrong(
                f"a list of {_TRIPLE * len(names)} numbers x, y, v for {len(names)} keypoints"
            )
        named = by_image.setdefault(image, NamedPoints())
        for name, start in zip(names, range(0, len(numbers), _TRIPLE), strict=True):
            x, y = from_coco(numbers[start : start + _TRIPLE]).tolist()
            place = point(x, y, where)
            if place is not None:
                named.mark(renamed[name], as_point(from_corner(place)) if keypoints.corner else place, where)
    return by_image
