# SPDX-License-Identifier: Apache-2.0
"""The label of a film: what is known of each landmark, who said so and when, and every step that led there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bundle.errors import DatasetError
from bundle.schema_errors import field_of, first_fault

UNSET: Final = "unset"
PLACED: Final = "placed"
ACCEPTED: Final = "accepted"
NOT_VISIBLE: Final = "not_visible"
ABSENT: Final = "absent"
STATES = (UNSET, PLACED, ACCEPTED, NOT_VISIBLE, ABSENT)
"""Of a landmark: not yet looked at, placed by a person, accepted as proposed, hidden, not there at all."""

WITH_POINT = (PLACED, ACCEPTED)

UNLABELLED: Final = "unlabelled"
IN_PROGRESS: Final = "in_progress"
LABELLED: Final = "labelled"
FLAGGED: Final = "flagged"
STATUSES = (UNLABELLED, IN_PROGRESS, LABELLED, FLAGGED)
Status = Literal["unlabelled", "in_progress", "labelled", "flagged"]

UNDO, REDO = "undo", "redo"

_AS_IN_THE_FILE = ConfigDict(extra="forbid", strict=True)
_Coordinate = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class Mark:
    """What a person says of one landmark.

    Attributes:
        state: One of `STATES` but `unset`, whose landmarks have no mark.
        point: (x, y) in pixels of the stored image where the landmark is placed or accepted, else None.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    state: Literal["placed", "accepted", "not_visible", "absent"]
    point: tuple[_Coordinate, _Coordinate] | None = None


@dataclass(frozen=True)
class Part:
    """A part of a label that a step took away or brought.

    Attributes:
        status: Of the film.
        marks: By landmark; None where it was unset.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    status: Status
    marks: dict[str, Mark | None]


@dataclass(frozen=True)
class Step:
    """One change of a label.

    Attributes:
        revision: Of the label after it.
        time: When, in UTC.
        reader: Who.
        action: What, in a word; `undo` and `redo` take back other steps.
        landmark: The one that was changed; None where several were, or only the status.
        before: What was changed, as it was.
        after: The same as it became.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    revision: int
    time: str
    reader: str
    action: str
    landmark: str | None
    before: Part
    after: Part


@dataclass(frozen=True)
class Label:
    """The label of one film, as its file holds it.

    Attributes:
        film: Path of the film below the folder of films.
        study: Revision of the study whose names its landmarks have.
        revision: Grows with every step; 0 of a film that nobody touched.
        status: One of `STATUSES`.
        reader: Who changed it last.
        time: When that was, in UTC.
        marks: By landmark; those that are unset are left out.
        history: Every step, the first one first.
    """

    __pydantic_config__ = _AS_IN_THE_FILE

    film: str
    study: int
    revision: int = 0
    status: Status = "unlabelled"
    reader: str | None = None
    time: str | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    history: tuple[Step, ...] = ()

    @property
    def placed(self) -> dict[str, tuple[float, float]]:
        """The points by landmark."""
        return {name: mark.point for name, mark in self.marks.items() if mark.point is not None}

    def undoable(self) -> Step | None:
        """The step that `undo` takes back; None where there is none."""
        done, _ = _stacks(self.history)
        return done[-1] if done else None

    def redoable(self) -> Step | None:
        """The step that `redo` brings back; None where there is none."""
        _, undone = _stacks(self.history)
        return undone[-1] if undone else None


@dataclass(frozen=True)
class Summary:
    """What the list of films tells of a label.

    Attributes:
        status: One of `STATUSES`.
        revision: Of the label.
        landmarks: Those that have a mark.
        points: How many of them have a point.
    """

    status: str = UNLABELLED
    revision: int = 0
    landmarks: frozenset[str] = frozenset()
    points: int = 0

    @classmethod
    def of(cls, label: Label) -> Summary:
        """That of a label."""
        return cls(label.status, label.revision, frozenset(label.marks), len(label.placed))


class _Stacks(NamedTuple):
    done: list[Step]
    undone: list[Step]


def _stacks(history: tuple[Step, ...]) -> _Stacks:
    """The steps that are done and those that are undone, the last of each at its end."""
    done, undone = _Stacks([], [])
    for step in history:
        if step.action == UNDO:
            undone.append(done.pop())
        elif step.action == REDO:
            done.append(undone.pop())
        else:
            done.append(step)
            undone.clear()
    return _Stacks(done, undone)


def changes(label: Label, part: Part) -> bool:
    """Whether a step to a new status and marks changes anything."""
    return part.status != label.status or any(label.marks.get(name) != mark for name, mark in part.marks.items())


def with_step(label: Label, part: Part, reader: str, action: str) -> Label:
    """The label after a step.

    Args:
        label: As it is.
        part: The new status, and the marks to be changed, None for those to be unset.
        reader: Who changes it.
        action: What it is called.
    """
    different = {name: mark for name, mark in part.marks.items() if label.marks.get(name) != mark}
    before = Part(label.status, {name: label.marks.get(name) for name in different})
    time = datetime.now(UTC).isoformat(timespec="seconds")
    landmark = next(iter(different)) if len(different) == 1 else None
    step = Step(label.revision + 1, time, reader, action, landmark, before, Part(part.status, different))
    marks = {name: mark for name, mark in (label.marks | different).items() if mark is not None}
    return replace(
        label,
        revision=step.revision,
        status=part.status,
        reader=reader,
        time=time,
        marks=marks,
        history=(*label.history, step),
    )


def with_names(label: Label, study: int, new: Callable[[str], str]) -> Label:
    """The label with the names that landmarks have at a revision of the study, in its history as well."""

    def named(marks: Mapping[str, Mark | None]) -> dict[str, Mark | None]:
        return {new(name): mark for name, mark in marks.items()}

    history = tuple(
        replace(
            step,
            landmark=None if step.landmark is None else new(step.landmark),
            before=Part(step.before.status, named(step.before.marks)),
            after=Part(step.after.status, named(step.after.marks)),
        )
        for step in label.history
    )
    marks = {new(name): mark for name, mark in label.marks.items()}
    return replace(label, study=study, marks=marks, history=history)


_LABEL = TypeAdapter(Label)


def read_label(file: Path) -> Label | None:
    """Read a label; None where there is no such file.

    Raises:
        DatasetError: the file cannot be used.
    """
    try:
        return _LABEL.validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error.strerror}); give the right to read it") from error
    except ValidationError as error:
        place, wrong = first_fault(error)
        raise DatasetError(
            f"{file}: {field_of(place) or 'the whole file'}: {wrong}; correct the file, or move it away and label again"
        ) from error


def label_text(label: Label) -> str:
    """A label as its file holds it."""
    return _LABEL.dump_json(label, indent=1).decode() + "\n"
