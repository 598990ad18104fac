# SPDX-License-Identifier: Apache-2.0
"""Landmarks as Label Studio's JSON or JSON-MIN: key points in percent of the image's width and height."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bundle.coordinates import from_fractions
from bundle.errors import DatasetError
from bundle.importers.annotations import Annotations, MarkedSize
from bundle.importers.entries import Entry, read_json_value
from bundle.importers.first_look import FirstLook
from bundle.importers.image_folder import ImageFolder
from bundle.importers.marked_film import AnnotationSource, MarkedFilm, NamedPoints, annotations_of, as_point
from bundle.importers.parsing import annotation_file
from bundle.importers.readers import mean_point
from bundle.importers.uploaded import find_film

_LABELS = "keypointlabels"


@dataclass
class _Reading:
    """Points of one annotator on one film, and the size of the image that they were marked on."""

    points: NamedPoints = field(default_factory=NamedPoints)
    marked_on: MarkedSize | None = None


def recognise(look: FirstLook) -> str | None:
    """Why the source is of this format, or None."""
    first = look.json[0] if isinstance(look.json, list) and look.json else None
    if not isinstance(first, dict):
        return None
    if isinstance(first.get("data"), dict) and ("annotations" in first or "completions" in first):
        return "its JSON lists tasks with data and annotations, as Label Studio's does"
    return (
        "its JSON lists tasks with an annotation_id, as Label Studio's JSON-MIN" if "annotation_id" in first else None
    )


def read_label_studio(source: Path, images: Path | None, names: tuple[str, ...] | None) -> Annotations:
    """Read the results of type `keypointlabels`; of several annotators of one film the mean is taken.

    Cancelled annotations and predictions are left out. Where an annotation is set as ground truth, it alone counts.

    Args:
        source: The JSON file, or a folder with one.
        images: Folder of the images; by default that of the file.
        names: Names of the landmarks in order; by default the labels as they first appear.

    Raises:
        DatasetError: naming the file and the field of a malformed entry, or an image that is missing.
    """
    file = annotation_file(source, "*.json")
    folder = ImageFolder(images or file.parent)
    readings: dict[Path, list[_Reading]] = {}
    where: dict[Path, str] = {}
    for task in read_json_value(file).elements():
        image = find_film(folder, _reference(task), task.where)
        minimal = "annotation_id" in task.members()  # JSON-MIN lists each annotator's reading by itself
        if image in where and not minimal:
            raise DatasetError(f"{task.where}: {image.name} is annotated before, in {where[image]}; keep one of them")
        where.setdefault(image, task.where)
        readings.setdefault(image, []).extend([_minimal_reading(task)] if minimal else _readings(task))
    films = [_film(image, where[image], of_film) for image, of_film in readings.items()]
    return annotations_of(films, names, AnnotationSource(file, folder.folder, shown_turned=True))


def _reference(task: Entry) -> str:
    """Path or URL of a task's image, which the labelling interface may give any name."""
    data = (task.optional("data") or task).members()
    for key in ("image", "img", *data):
        value = data[key].value if key in data else None
        if isinstance(value, str) and key != "created_at" and any(mark in value for mark in "/\\."):
            return value
    raise DatasetError(f"{task.where} names no image; export the tasks with their data")


def _readings(task: Entry) -> Iterator[_Reading]:
    annotations = task.optional("annotations") or task.optional("completions")
    counted = [
        annotation
        for annotation in (annotations.elements() if annotations else ())
        if not annotation.members().get("was_cancelled", Entry(False, "")).value
    ]
    truth = [annotation for annotation in counted if annotation.members().get("ground_truth", Entry(False, "")).value]
    for annotation in truth or counted:
        results = annotation.member("result").elements()
        yield _reading([result for result in results if result.members().get("type", Entry(None, "")).value == _LABELS])


def _minimal_reading(task: Entry) -> _Reading:
    """The reading of a task of JSON-MIN, whose results have the fields of their value beside their own."""
    lists = [Entry(value.value, value.where) for value in task.members().values() if isinstance(value.value, list)]
    results = [result for entry in lists for result in entry.elements()]
    marked = [result for result in results if isinstance(result.value, dict) and _LABELS in result.value]
    return _reading([Entry({**result.value, "value": result.value}, result.where) for result in marked])


def _reading(results: Sequence[Entry]) -> _Reading:
    reading = _Reading()
    for result in results:
        if result.members().get("image_rotation", Entry(0, "")).value:
            raise DatasetError(
                f"{result.where} was marked on a turned image; turn it back in Label Studio and mark it again"
            )
        width, height = result.member("original_width").length(), result.member("original_height").length()
        value = result.member("value")
        labels = value.member(_LABELS).elements()
        if len(labels) != 1:
            raise DatasetError(f"{result.where} has {len(labels)} labels; give each point the name of its own landmark")
        percent = value.member("x").coordinate(), value.member("y").coordinate()
        stored = from_fractions((percent[0] / 100, percent[1] / 100), (width, height))
        reading.points.mark(labels[0].label(), as_point(stored), result.where)
        reading.marked_on = MarkedSize(width, height, result.where)
    return reading


def _film(image: Path, where: str, readings: Sequence[_Reading]) -> MarkedFilm:
    stated = [reading.marked_on for reading in readings if reading.marked_on is not None]
    if len({(size.width, size.height) for size in stated}) > 1:
        raise DatasetError(f"{where}: its annotators marked images of different sizes; mark one image")
    names = dict.fromkeys(name for reading in readings for name in reading.points)
    means = {name: mean_point([reading.points.get(name) for reading in readings]) for name in names}
    points = {name: mean for name, mean in means.items() if mean is not None}
    return MarkedFilm(image, where, points, stated[0] if stated else None)
