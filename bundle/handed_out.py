# SPDX-License-Identifier: Apache-2.0
"""What films were handed out to be labelled elsewhere, under which names and with which points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bundle.coordinates import moved
from bundle.errors import DatasetError
from bundle.files import write_text
from bundle.schema_errors import field_of, first_fault

RECORD = "handed_out.json"
TO_LABEL, PICTURES = "to_label", "films"
"""The folder that is given to whoever labels, and in it that of the pictures."""

_AS_IN_THE_FILE = ConfigDict(extra="forbid", strict=True)
Row = tuple[float, float, float]


@dataclass(frozen=True)
class HandedFilm:
    """A film that was handed out as a picture.

    Attributes:
        name: That of the picture, without suffix; no name of the film can be read in it.
        film: Path of the film below its folder.
        size: Width and height of the picture, which is the film as a person looks at it.
        to_stored: Homogeneous matrix `[3, 3]` from pixels of the picture to pixels of the stored image.
        points: (x, y) in pixels of the picture by landmark, as a model predicted them; empty of a blank template.
        expected: Error to expect of each, in the same pixels; empty where the model is not calibrated.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    name: str
    film: str
    size: tuple[int, int]
    to_stored: tuple[Row, Row, Row]
    points: dict[str, tuple[float, float]]
    expected: dict[str, float]

    @property
    def picture(self) -> str:
        """File name of the picture."""
        return f"{self.name}.png"

    def stored(self, points: np.ndarray) -> np.ndarray:
        """Take points `[..., 2]` of the picture to pixels of the stored image."""
        return moved(points, np.array(self.to_stored))


@dataclass(frozen=True)
class HandedOut:
    """What was handed out together.

    Attributes:
        landmarks: Names of the landmarks, in order.
        skeleton: Pairs of their indices that a drawing joins.
        form: Format of the files.
        model: SHA-256 of the weights that the points come from; None of blank templates.
        films: The films.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    landmarks: Annotated[tuple[str, ...], Field(min_length=1)]
    skeleton: tuple[tuple[int, int], ...]
    form: str
    model: str | None
    films: tuple[HandedFilm, ...]


_HANDED_OUT = TypeAdapter(HandedOut)


def write_handed_out(folder: Path, handed: HandedOut) -> None:
    """Write the record of what was handed out.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    write_text(folder / RECORD, _HANDED_OUT.dump_json(handed, indent=1).decode() + "\n")


def read_handed_out(folder: Path) -> HandedOut:
    """Read it again.

    Raises:
        DatasetError: it is missing or cannot be used.
    """
    file = folder / RECORD
    try:
        return _HANDED_OUT.validate_json(file.read_bytes())
    except OSError as error:
        raise DatasetError(
            f"{file}: cannot be read ({error.strerror}); give the folder that 'python -m bundle next' wrote"
        ) from error
    except ValidationError as error:
        place, wrong = first_fault(error)
        raise DatasetError(
            f"{file}: {field_of(place) or 'the whole file'}: {wrong}; hand the films out again"
        ) from error
