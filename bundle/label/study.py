# SPDX-License-Identifier: Apache-2.0
"""What a study asks of a film: its landmarks by name, and how the set may change while films are labelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bundle.dataset.description import DatasetDescription, Index, Point, Text
from bundle.dataset.validation import check_landmark_set
from bundle.errors import ConfigurationError, DatasetError
from bundle.files import write_text
from bundle.measurements import choose_measurements
from bundle.schema_errors import field_of, first_fault

STUDY = "study.json"

_AS_IN_THE_FILE = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Template:
    """A film on which the landmarks are drawn as an example."""

    __pydantic_config__ = _AS_IN_THE_FILE

    film: str
    """Id of the film."""

    points: dict[str, Point]
    """Points (x, y) by landmark, in pixels of the stored image."""


@dataclass(frozen=True)
class Renaming:
    """That landmarks were given other names."""

    __pydantic_config__ = _AS_IN_THE_FILE

    revision: int
    """Of the study with the new names."""

    names: dict[str, str]
    """New name by old name."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """The landmarks of a study, as a `dataset.json` describes them, and its own history."""

    __pydantic_config__ = _AS_IN_THE_FILE

    name: Text
    """Title."""

    landmarks: tuple[Text, ...] = ()
    """Names of the K landmarks in the order in which they are placed."""

    skeleton: tuple[tuple[Index, Index], ...] = ()
    """Lines of a drawing: pairs of landmark indices, counted from 0."""

    parts: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]] = field(default_factory=dict)
    """Landmark names by the part of the body that they belong to."""

    repeated: bool = False
    """Whether the parts are alike, as vertebrae are."""

    pairs: tuple[tuple[Text, Text], ...] = ()
    """Names of the landmarks that change places where a film is flipped from left to right."""

    measurements: str | tuple[str, ...] | None = "auto"
    """What is measured, see `choose_measurements`; null for nothing."""

    template: Template | None = None
    """An example."""

    renamings: tuple[Renaming, ...] = ()
    """Every renaming, the first one first: a label that was written before it has the old names."""

    revision: int = 1
    """Grows with every change."""

    def dataset(self, **films: Any) -> DatasetDescription:
        """The `dataset.json` of this landmark set and lists of films by split."""
        return DatasetDescription(
            name=self.name,
            landmarks=self.landmarks,
            skeleton=self.skeleton,
            parts=self.parts,
            repeated=self.repeated,
            pairs=self.pairs,
            **films,
        )

    def name_now(self, landmark: str, revision: int) -> str:
        """What a landmark is called that had this name at a revision of the study."""
        for renaming in self.renamings:
            if renaming.revision > revision:
                landmark = renaming.names.get(landmark, landmark)
        return landmark


_STUDY = TypeAdapter(Study)


def read_study(folder: Path) -> Study | None:
    """Read the study of a folder; None where there is none yet.

    Raises:
        DatasetError: the file cannot be used.
    """
    file = folder / STUDY
    try:
        study = _STUDY.validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error.strerror}); give the right to read it") from error
    except ValidationError as error:
        place, wrong = first_fault(error)
        raise DatasetError(f"{file}: {field_of(place) or 'the whole file'}: {wrong}; correct it") from error
    _check(study)
    return study


def write_study(folder: Path, study: Study) -> None:
    """Write a study whole or not at all.

    Raises:
        BundleError: the folder cannot be written to, or the disk is full.
    """
    write_text(folder / STUDY, _STUDY.dump_json(study, indent=1, exclude_none=True).decode() + "\n")


def changed(study: Study, change: Mapping[str, Any], renamed: Mapping[str, str], used: Collection[str]) -> Study:
    """Change a study.

    Args:
        study: As it is.
        change: New values of its fields.
        renamed: New names of landmarks by old ones.
        used: Landmarks that labels have.

    Returns:
        The study of the next revision, whose parts, pairs and template follow the new names.

    Raises:
        DatasetError: a field cannot be used.
        ConfigurationError: the measurements cannot be used, or a landmark is removed that labels have.
    """
    revision = study.revision + 1
    for old, new in renamed.items():
        if old not in study.landmarks:
            raise DatasetError(f"{STUDY}: renamed has {old!r}, which is none of landmarks; correct the name")
        if new not in change.get("landmarks", study.landmarks):
            raise DatasetError(f"{STUDY}: renamed has the new name {new!r}, which is none of landmarks; add it there")
    followed = _renamed(study, renamed)
    if twice := next((name for name in followed.landmarks if followed.landmarks.count(name) > 1), None):
        raise DatasetError(f"{STUDY}: renamed leaves two landmarks with the name {twice!r}; give each its own")
    renamings = (*study.renamings, *([Renaming(revision, dict(renamed))] if renamed else []))
    new_study = replace(followed, **change, renamings=renamings, revision=revision)
    for landmark in followed.landmarks:
        if landmark not in new_study.landmarks and landmark in {renamed.get(name, name) for name in used}:
            raise ConfigurationError(
                f"{STUDY}: {landmark!r} cannot be removed, since films are labelled with it; keep it or rename it"
            )
    _check(new_study)
    return new_study


def _renamed(study: Study, renamed: Mapping[str, str]) -> Study:
    """The study with other names, wherever it says them."""

    def new(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(renamed.get(name, name) for name in names)

    template = study.template and replace(
        study.template, points={renamed.get(name, name): point for name, point in study.template.points.items()}
    )
    return replace(
        study,
        landmarks=new(study.landmarks),
        parts={part: new(names) for part, names in study.parts.items()},
        pairs=tuple((renamed.get(left, left), renamed.get(right, right)) for left, right in study.pairs),
        template=template,
    )


def _check(study: Study) -> None:
    check_landmark_set(Path(STUDY), study.dataset())
    for landmark in study.template.points if study.template else ():
        if landmark not in study.landmarks:
            raise DatasetError(f"{STUDY}: template has {landmark!r}, which is none of landmarks; correct the name")
    if study.measurements is not None:
        choose_measurements(study.measurements, study.landmarks)
