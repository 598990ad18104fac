# SPDX-License-Identifier: Apache-2.0
"""The content of a `dataset.json`: the films, where their landmarks lie, and which split each belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bundle.dataset.validation import SPLITS, check_document
from bundle.errors import DatasetError
from bundle.files import write_text

FILE_NAME = "dataset.json"

Point = tuple[float, float]


@dataclass(frozen=True)
class Film:
    """One radiograph.

    Attributes:
        image: Path below the dataset folder.
        landmarks: K points (x, y) in pixels of the stored image, pixel centres at integers; a missing one is None. None
            for a film without labels.
        spacing: Millimetres per pixel along x and y; None where unknown.
    """

    image: Path
    landmarks: tuple[Point | None, ...] | None = None
    spacing: tuple[float, float] | None = None

    @property
    def labelled(self) -> bool:
        """Whether at least one landmark is known."""
        return any(point is not None for point in self.landmarks or ())


@dataclass(frozen=True)
class DatasetDescription:
    """A dataset of radiographs: the names of its K landmarks and the films of each split.

    Attributes:
        name: Title of the dataset.
        description: What the films show and where they come from.
        licence: Terms under which the films may be used.
        landmarks: Names of the K landmarks.
        skeleton: Pairs of landmark indices joined by a line in drawings.
        training: Films whose landmarks may be drawn for training.
        validation: Labelled films that choose settings and checkpoints.
        unlabeled: Films whose landmarks are unknown or not to be used.
        test: Labelled films that measure the final error.
        synthetic: Whether the films are computed rather than taken.
    """

    name: str
    description: str
    licence: str
    landmarks: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...] = ()
    training: tuple[Film, ...] = ()
    validation: tuple[Film, ...] = ()
    unlabeled: tuple[Film, ...] = ()
    test: tuple[Film, ...] = ()
    synthetic: bool = False


def read_dataset(dataset_dir: str | Path) -> DatasetDescription:
    """Read and check the `dataset.json` of a folder.

    Raises:
        DatasetError: naming the file, the field and the remedy.
    """
    file = Path(dataset_dir) / FILE_NAME
    document = _parsed(file)
    check_document(file, document)
    return DatasetDescription(
        name=document["name"],
        description=document.get("description", ""),
        licence=document.get("licence", ""),
        landmarks=tuple(document["landmarks"]),
        skeleton=tuple((first, second) for first, second in document.get("skeleton", [])),
        synthetic=document.get("synthetic", False),
        **{split: tuple(_film(entry) for entry in document.get(split, [])) for split in SPLITS},
    )


def write_dataset(dataset_dir: str | Path, description: DatasetDescription) -> None:
    """Write the `dataset.json` of a folder whose images are in place; an older one is replaced at once or not at all.

    Raises:
        DatasetError: the description breaks a rule of the format.
        BundleError: the folder cannot be written to, or the disk is full.
    """
    file = Path(dataset_dir) / FILE_NAME
    document = _document(description)
    check_document(file, document)
    write_text(file, _readable(document))


def _parsed(file: Path) -> Any:
    if not file.parent.is_dir():
        raise DatasetError(f"{file.parent}: there is no such folder; give the folder that holds {FILE_NAME}")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DatasetError(
            f"{file}: does not exist; make one with 'python -m bundle import' or 'python -m bundle sample'"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}: cannot be read as UTF-8 text ({error}); correct or replace the file") from error
    if not text.strip():
        raise DatasetError(f"{file}: is empty; write the dataset again")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError also of a number with thousands of digits
        raise DatasetError(f"{file}: is not valid JSON ({error}); correct the text there") from error


def _film(entry: dict[str, Any]) -> Film:
    landmarks = entry.get("landmarks")
    spacing = entry.get("spacing")
    return Film(
        image=Path(PurePosixPath(entry["image"])),
        landmarks=None if landmarks is None else tuple(None if point is None else _pair(point) for point in landmarks),
        spacing=None if spacing is None else _pair(spacing),
    )


def _pair(numbers: list[float]) -> tuple[float, float]:
    first, second = numbers
    return float(first), float(second)


def _document(description: DatasetDescription) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": description.name,
        "description": description.description,
        "licence": description.licence,
        "synthetic": description.synthetic,
        "landmarks": list(description.landmarks),
        "skeleton": [list(pair) for pair in description.skeleton],
    }
    for split in SPLITS:
        document[split] = [_entry(film) for film in getattr(description, split)]
    return document


def _entry(film: Film) -> dict[str, Any]:
    entry: dict[str, Any] = {"image": film.image.as_posix()}
    if film.landmarks is not None:
        entry["landmarks"] = [None if point is None else list(point) for point in film.landmarks]
    if film.spacing is not None:
        entry["spacing"] = list(film.spacing)
    return entry


def _readable(document: dict[str, Any]) -> str:
    """JSON with one film a line, which a person can read and a version control system can compare."""
    fields = []
    for key, value in document.items():
        if key in SPLITS and value:
            lines = ",\n".join(f"    {json.dumps(film, ensure_ascii=False)}" for film in value)
            fields.append(f'  "{key}": [\n{lines}\n  ]')
        else:
            fields.append(f'  "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(fields) + "\n}\n"
