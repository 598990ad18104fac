# SPDX-License-Identifier: Apache-2.0
"""The content of a `dataset.json`: the films, where their landmarks lie, and which split each belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError

from bundle.dataset.validation import SPLITS, check_dataset
from bundle.errors import DatasetError
from bundle.files import write_text
from bundle.schema_errors import field_of, first_fault

FILE_NAME = "dataset.json"

Point = tuple[float, float]
Text = Annotated[str, Field(min_length=1)]
Index = Annotated[int, Field(ge=0)]

_AS_IN_THE_FILE = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Film:
    """One radiograph."""

    __pydantic_config__ = _AS_IN_THE_FILE

    image: Annotated[Path, PlainSerializer(Path.as_posix)]
    """Path below the folder of dataset.json, written with forward slashes."""

    landmarks: tuple[Point | None, ...] | None = None
    """K points (x, y) in pixels of the stored image, (0, 0) the centre of its first pixel; null for a missing one. Left
    out for a film without labels."""

    spacing: tuple[float, float] | None = None
    """Millimetres per pixel along x and y; left out where unknown."""

    reader: str | None = None
    """Who placed the landmarks; left out where nobody says."""

    time: str | None = None
    """When they were added, in UTC, as 2026-01-31T09:30:00+00:00; left out where unknown."""

    added: Annotated[int, Field(ge=1)] | None = None
    """Number of the merge that brought the landmarks. Few-shot draws take a film after all films of smaller numbers and
    those without one, so that a merge changes no draw of before."""

    @property
    def labelled(self) -> bool:
        """Whether at least one landmark is known."""
        return any(point is not None for point in self.landmarks or ())


@dataclass(frozen=True, kw_only=True)
class DatasetDescription:
    """A dataset of radiographs: the names of its K landmarks and the films of each split."""

    __pydantic_config__ = _AS_IN_THE_FILE

    schema: Annotated[str | None, Field(alias="$schema")] = None
    """Path or address of this schema, by which an editor completes the file."""

    name: Text
    """Title of the dataset."""

    description: str = ""
    """What the films show and where they come from."""

    licence: str = ""
    """Terms under which the films may be used."""

    synthetic: bool = False
    """Whether the films are computed rather than taken."""

    landmarks: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Names of the K landmarks, in the order of every film's points."""

    skeleton: tuple[tuple[Index, Index], ...] = ()
    """Lines of a drawing: pairs of landmark indices, counted from 0."""

    parts: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]] = field(default_factory=dict)
    """Landmark names by the name of the part of the body that they belong to."""

    repeated: bool = False
    """Whether the parts are alike, as vertebrae are: in the order of their chain, each with its landmarks in the same
    order."""

    pairs: tuple[tuple[Text, Text], ...] = ()
    """Names of the landmarks that change places where a film is flipped from left to right."""

    training: tuple[Film, ...] = ()
    """Films whose landmarks may be drawn for training."""

    validation: tuple[Film, ...] = ()
    """Labelled films that choose settings and checkpoints."""

    test: tuple[Film, ...] = ()
    """Labelled films that measure the final error."""

    unlabeled: tuple[Film, ...] = ()
    """Films whose landmarks are unknown or not to be used."""


DATASET = TypeAdapter(DatasetDescription)


def read_dataset(dataset_dir: str | Path) -> DatasetDescription:
    """Read and check the `dataset.json` of a folder.

    Raises:
        DatasetError: naming the file, the field and the remedy.
    """
    file = Path(dataset_dir) / FILE_NAME
    return _checked(file, _text(file))


def write_dataset(dataset_dir: str | Path, description: DatasetDescription) -> None:
    """Write the `dataset.json` of a folder whose images are in place; an older one is replaced at once or not at all.

    Raises:
        DatasetError: the description breaks a rule of the format.
        BundleError: the folder cannot be written to, or the disk is full.
    """
    file = Path(dataset_dir) / FILE_NAME
    text = _readable(DATASET.dump_python(description, mode="json", by_alias=True, exclude_none=True))
    _checked(file, text)
    write_text(file, text)


def _text(file: Path) -> str:
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
    return text


def _checked(file: Path, text: str) -> DatasetDescription:
    try:
        dataset = DATASET.validate_json(text)
    except ValidationError as error:
        place, wrong = first_fault(error)
        if error.errors()[0]["type"] == "json_invalid":
            raise DatasetError(f"{file}: {wrong}; correct the text there") from error
        field = field_of(place) or "the whole file"
        raise DatasetError(f"{file}: {field}: {wrong}; correct it as docs/reference/data_format.md shows") from error
    check_dataset(file, dataset)
    return dataset


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
