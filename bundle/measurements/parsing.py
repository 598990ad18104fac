# SPDX-License-Identifier: Apache-2.0
"""Measurement files: YAML read without executing anything, each fault one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from bundle.errors import ConfigurationError
from bundle.measurements.definition import Definition
from bundle.measurements.rules import RULES

LONGEST_NAME = 64  # characters of a DICOM Code Meaning


def read_definitions(file: Path) -> tuple[Definition, ...]:
    """Read the measurements that a file defines.

    Raises:
        ConfigurationError: naming the file, the measurement and the field that cannot be used.
    """
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); correct --measurements") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{file}: is no YAML ({error.problem}, line {line}); correct that line") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: is no YAML; save it as UTF-8 text without control characters") from error
    entries = document.get("measurements") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError(f"{file}: has no list 'measurements'; see docs/reference/measurements.md for its form")
    definitions: list[Definition] = []
    for number, entry in enumerate(entries, start=1):
        definitions.append(_Entry(file.name, number, entry, definitions).definition())
    return tuple(definitions)


class _Entry:
    """One entry of the list, and what its faults are called."""

    def __init__(self, file: str, number: int, content: Any, before: Sequence[Definition]) -> None:
        self.file = file
        self.where = f"{file}: measurement {number}"
        self.content = content
        self.before = {definition.name: definition for definition in before}

    def definition(self) -> Definition:
        if not isinstance(self.content, Mapping):
            self.fault("is no mapping of fields; give name, rule, unit and the rule's own fields")
        name = self.text("name")
        self.where = f"{self.file}: measurement {name!r}"
        if len(name) > LONGEST_NAME:
            self.fault(f"name: is longer than {LONGEST_NAME} characters; shorten it")
        if name in self.before:
            self.fault("name: stands twice; give each measurement a name of its own")
        rule_name = self.known("rule", tuple(RULES))
        rule = RULES[rule_name]
        unit = self.known("unit", rule.units)
        own = tuple(rule.fields) or ("of",)
        for field in self.content:
            if field not in ("name", "rule", "unit", *own):
                self.fault(f"{field}: is no field of the rule {rule_name}, which has {', '.join(own)}; correct it")
        fields = {field: self.names(field, shape, rule.least) for field, shape in rule.fields.items()}
        return Definition(name, rule_name, unit, fields, () if fields else self.of(rule_name, unit), self.file)

    def text(self, field: str) -> str:
        value = self.content.get(field)
        if not isinstance(value, str) or not value.strip():
            self.fault(f"{field}: is missing or no text; give it as text")
        return value

    def known(self, field: str, choices: Sequence[str]) -> str:
        value = self.text(field)
        if value not in choices:
            self.fault(f"{field}: {value!r} is none of {', '.join(choices)}; correct it")
        return value

    def of(self, rule: str, unit: str) -> tuple[str, ...]:
        value = self.content.get("of")
        if not isinstance(value, list) or len(value) != 2:
            self.fault("of: is no list of two measurements; give the names of two that stand before it")
        for name in value:
            if name not in self.before:
                known = ", ".join(self.before) or "none"
                self.fault(f"of: {name!r} is no measurement before it ({known}); correct the name or the order")
        first, second = (self.before[name].unit for name in value)
        if first != second or (rule == "difference" and unit != first):
            self.fault(f"of: cannot combine {first} and {second} to {unit}; choose measurements of one unit")
        return tuple(value)

    def names(self, field: str, shape: tuple[int | None, ...], least: int) -> Any:
        if field not in self.content:
            self.fault(f"{field}: is missing; give {_describe(shape, least)}")
        try:
            return _nested(self.content[field], shape, least)
        except ValueError:
            self.fault(f"{field}: is not {_describe(shape, least)}; correct it")

    def fault(self, sentence: str) -> NoReturn:
        raise ConfigurationError(f"{self.where}, {sentence}")


def _nested(value: Any, shape: tuple[int | None, ...], least: int) -> Any:
    """Nested tuples of landmark names of a shape."""
    if not shape:
        if not isinstance(value, str):
            raise ValueError
        return value
    length, *inner = shape
    if not isinstance(value, list) or (len(value) < least if length is None else len(value) != length):
        raise ValueError
    return tuple(_nested(item, tuple(inner), least) for item in value)


def _describe(shape: tuple[int | None, ...], least: int) -> str:
    if not shape:
        return "a landmark name"
    length, *inner = shape
    count = f"{least} or more" if length is None else str(length)
    return f"a list of {count} landmark names" if not inner else f"a list of {count} lists of {inner[0]} landmark names"
