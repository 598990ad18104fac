# SPDX-License-Identifier: Apache-2.0
"""Values of a JSON annotation file, told by type, with one sentence naming file and field for what does not fit."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle.errors import DatasetError
from bundle.importers.annotations import MarkedSize
from bundle.importers.parsing import label, number, quoted, read_text, writable


@dataclass(frozen=True)
class Entry:
    """A value of a JSON file and its place.

    Every accessor raises a `DatasetError` naming the place where the value is not what was asked for.

    Attributes:
        value: What the JSON holds there.
        where: File and field, for the error; that of the whole file ends in a colon.
    """

    value: Any
    where: str

    def member(self, key: str) -> Entry:
        """The member of an object."""
        found = self.optional(key)
        if found is None:
            raise DatasetError(f"{self.where} has no {key}; export the annotations again")
        return found

    def optional(self, key: str) -> Entry | None:
        """The member of an object, or None where it is absent or null."""
        value = self.members().get(key)
        return None if value is None or value.value is None else value

    def members(self) -> dict[str, Entry]:
        """All members of an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        joint = " " if self.where.endswith(":") else "."
        return {key: Entry(value, f"{self.where}{joint}{quoted(key)[1:-1]}") for key, value in self.value.items()}

    def elements(self) -> list[Entry]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [Entry(value, f"{self.where}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        """A string, or the digits of a whole number, as programs write ids."""
        if isinstance(self.value, bool) or not isinstance(self.value, (str, int)):
            raise self.wrong("a text")
        return writable(str(self.value), self.where)

    def identity(self) -> str:
        """A text or whole number that other entries refer to by; some programs write it as 1.0."""
        whole = isinstance(self.value, float) and self.value.is_integer()
        return str(int(self.value)) if whole else self.text()

    def label(self) -> str:
        """A landmark's name, without blanks around it and with composed letters."""
        return label(self.text())

    def number(self) -> float:
        """A finite number, or NaN where it is said to be missing."""
        return number(self.value, self.where)

    def coordinate(self) -> float:
        """A finite number."""
        value = self.number()
        if math.isnan(value):
            raise self.wrong("a number")
        return value

    def length(self) -> float:
        """A number above 0."""
        value = self.number()
        if not value > 0:
            raise self.wrong("a number above 0")
        return value

    def index(self) -> int:
        """A whole number from 0."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.wrong("a whole number from 0")
        return self.value

    def wrong(self, expected: str) -> DatasetError:
        """The error that the value is not what is expected there."""
        return DatasetError(f"{self.where} is {quoted(self.value)}, not {expected}; export the annotations again")


def read_json(file: Path) -> Entry:
    """Object of a JSON annotation file.

    Raises:
        DatasetError: it is missing, or not a JSON object.
    """
    entry = read_json_value(file)
    if not isinstance(entry.value, dict):
        raise DatasetError(f"{file}: holds no JSON object; export the annotations again")
    return entry


def read_json_value(file: Path) -> Entry:
    """Content of a JSON annotation file, of whatever type.

    Raises:
        DatasetError: it is missing, or not JSON.
    """
    return parse_json(read_text(file), f"{file}:")


def parse_json(text: str, where: str) -> Entry:
    """Content of a JSON text.

    Raises:
        DatasetError: it is not JSON.
    """
    place = where.removesuffix(":")
    try:
        return Entry(json.loads(text), where)
    except RecursionError:
        raise DatasetError(f"{place}: is nested too deep to be annotations; export the annotations again") from None
    except ValueError as error:  # also of a number with thousands of digits
        raise DatasetError(f"{place}: is not valid JSON ({error}); correct the text there") from error


def marked_size(entry: Entry, width: str, height: str) -> MarkedSize | None:
    """The size that an object states of the picture that was marked; None where it states none.

    Raises:
        DatasetError: only one of both is there, or one is no number above 0.
    """
    if entry.optional(width) is None and entry.optional(height) is None:
        return None
    return MarkedSize(entry.member(width).length(), entry.member(height).length(), entry.member(width).where)
