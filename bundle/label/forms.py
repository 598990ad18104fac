# SPDX-License-Identifier: Apache-2.0
"""What a page may send: JSON that is checked before anything is done with it, each fault one sentence."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bundle.dataset.description import Index
from bundle.errors import DatasetError
from bundle.label.label import Status
from bundle.schema_errors import field_of, first_fault

_Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class Form(BaseModel):
    """JSON that a page sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ShownPoint(Form):
    """A point in pixels of the film as it is shown."""

    x: _Coordinate
    y: _Coordinate


class LabelForm(Form):
    """A label that replaces that of a revision."""

    revision: int
    landmarks: tuple[str, ...]
    points: tuple[ShownPoint | None, ...]
    states: tuple[Literal["unset", "placed", "accepted", "not_visible", "absent"], ...]
    status: Status
    reader: _Word
    action: _Word


class StepForm(Form):
    """A step back or forth from a revision."""

    revision: int
    reader: _Word


class MeasureForm(Form):
    """Points of a film to be measured."""

    film: str
    points: tuple[ShownPoint | None, ...]


class TemplateForm(Form):
    """An example of the landmarks on a film."""

    film: str
    points: tuple[ShownPoint | None, ...]


class StudyForm(Form):
    """A change of the study of a revision; what is left out stays as it is."""

    revision: int
    name: _Word = ""
    landmarks: tuple[_Word, ...] = ()
    renamed: dict[str, _Word] = Field(default_factory=dict)
    skeleton: tuple[tuple[Index, Index], ...] = ()
    parts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    repeated: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    measurements: str | tuple[str, ...] | None = None
    template: TemplateForm | None = None

    @property
    def changed(self) -> dict[str, Any]:
        """The fields of the study that were sent, as they were sent."""
        own = self.model_fields_set - {"revision", "renamed"}
        return {name: getattr(self, name) for name in own}


AForm = TypeVar("AForm", bound=Form)


def sent(form: type[AForm]) -> Any:
    """A dependency that reads the body of a request as a form.

    Raises:
        DatasetError: naming the first field that cannot be used.
    """

    async def read(request: Request) -> AForm:
        try:
            return form.model_validate_json(await request.body())
        except ValidationError as error:
            place, wrong = first_fault(error)
            raise DatasetError(f"{field_of(place) or 'the request'}: {wrong}; correct it and send it again") from error

    return Depends(read)
