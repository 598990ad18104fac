# SPDX-License-Identifier: Apache-2.0
"""One measurement as its file defines it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bundle.measurements.concept import Concept

LONGEST_NAME = 64  # characters of a DICOM Code Meaning


class Definition(BaseModel):
    """A measurement before it is applied to a film; `bundle.measurements.rules` has one class a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    formula: ClassVar[Callable[..., float]]
    of_film: ClassVar[bool] = False
    """Whether the formula takes the height of the film as well."""

    name: Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"\S")]
    """Its clinical name."""

    rule: str
    """How it follows from landmarks, or from measurements before it in the file."""

    unit: str
    """One of the rule's units; mm and mm2 become px and px2 on a film of unknown spacing."""

    concept: Concept | None = None
    """Its code in a clinical terminology, where there is one."""

    @property
    def code(self) -> str:
        """The name as an identifier: lower case letters, digits and underscores."""
        return re.sub(r"\W+", "_", self.name.lower()).strip("_")

    @property
    def fields(self) -> Mapping[str, Any]:
        """The rule's own fields, which hold nested tuples of landmark names."""
        own = [field for field in type(self).model_fields if field not in Definition.model_fields]
        return {field: getattr(self, field) for field in own}

    def landmarks(self) -> Iterator[tuple[str, str]]:
        """Field and name of each landmark it needs."""
        for field, names in self.fields.items():
            for name in flatten(names):
                yield field, name


def flatten(names: Any) -> Iterator[str]:
    """Names in nested tuples of names."""
    if isinstance(names, str):
        yield names
    else:
        for inner in names:
            yield from flatten(inner)


def definitions_sha256(
    definitions: Sequence[Definition], body_parts: Mapping[str, Concept] | None = None
) -> str | None:
    """SHA-256 in hexadecimal of what is measured and coded, whichever file says so; None of no definition."""
    if not definitions:
        return None
    coded = [f"{name} {part.model_dump_json()}" for name, part in (body_parts or {}).items()]
    lines = [*(definition.model_dump_json() for definition in definitions), *coded]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
