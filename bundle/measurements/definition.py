# SPDX-License-Identifier: Apache-2.0
"""One measurement as its file defines it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Definition:
    """A measurement before it is applied to a film.

    Attributes:
        name: Its clinical name.
        rule: Key of `bundle.measurements.rules.RULES`.
        unit: One of that rule's units; mm and mm2 become px and px2 on a film of unknown spacing.
        fields: Landmark names by field, nested as the rule says.
        of: Names of two measurements before it, for a rule of measurements.
        file: The file's name, for messages.
    """

    name: str
    rule: str
    unit: str
    fields: Mapping[str, Any]
    of: tuple[str, ...]
    file: str

    @property
    def code(self) -> str:
        """The name as an identifier: lower case letters, digits and underscores."""
        return re.sub(r"\W+", "_", self.name.lower()).strip("_")

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


def definitions_sha256(definitions: Sequence[Definition]) -> str | None:
    """SHA-256 in hexadecimal of what is measured, whichever file says so; None of no definition."""
    if not definitions:
        return None
    said = [[each.name, each.rule, each.unit, each.fields, each.of] for each in definitions]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=dict).encode()).hexdigest()
