# SPDX-License-Identifier: Apache-2.0
"""Measurement files: YAML read without executing anything, each fault one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field, ValidationError

from bundle.errors import ConfigurationError
from bundle.measurements.concept import BodyPart
from bundle.measurements.definition import Definition
from bundle.measurements.rules import Difference, Measurement, OfMeasurements
from bundle.schema_errors import field_of, first_fault

PAGE = "docs/reference/measurements.md"


class MeasurementFile(BaseModel):
    """A file of measurements."""

    measurements: Annotated[tuple[Measurement, ...], Field(min_length=1)]
    body_parts: tuple[BodyPart, ...] = ()


def read_definitions(file: Path) -> tuple[Definition, ...]:
    """Read the measurements that a file defines.

    Raises:
        ConfigurationError: naming the file, the measurement and the field that cannot be used.
    """
    definitions = _read(file).measurements
    before: dict[str, Definition] = {}
    for definition in definitions:
        if fault := _out_of_order(definition, before):
            raise ConfigurationError(f"{file.name}: measurement {definition.name!r}, {fault}")
        before[definition.name] = definition
    return definitions


def read_body_parts(file: Path) -> tuple[BodyPart, ...]:
    """Read the codes of body parts that a file gives.

    Raises:
        ConfigurationError: naming the file and the field that cannot be used.
    """
    return _read(file).body_parts


def _read(file: Path) -> MeasurementFile:
    document = _parsed(file)
    entries = document.get("measurements") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError(f"{file}: has no list 'measurements'; see {PAGE} for its form")
    try:
        return MeasurementFile.model_validate(document)
    except ValidationError as error:
        place, wrong = first_fault(error)
        if place[0] != "measurements":
            raise ConfigurationError(f"{file.name}: {field_of(place)}: {wrong}; correct it as {PAGE} shows") from error
        field = f"{field_of(place[3:])}: " if place[3:] else ""  # below measurements, their index, and the rule
        raise ConfigurationError(
            f"{file.name}: measurement {_called(entries, place[1])}, {field}{wrong}; correct it as {PAGE} shows"
        ) from error


def _parsed(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); correct --measurements") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{file}: is no YAML ({error.problem}, line {line}); correct that line") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: is no YAML; save it as UTF-8 text without control characters") from error


def _called(entries: list[Any], index: Any) -> str:
    entry = entries[index]
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return repr(name) if isinstance(name, str) and name.strip() else str(index + 1)


def _out_of_order(definition: Definition, before: Mapping[str, Definition]) -> str | None:
    """What is wrong with a measurement where it stands."""
    if definition.name in before:
        return "name: stands twice; give each measurement a name of its own"
    if not isinstance(definition, OfMeasurements):
        return None
    for name in definition.of:
        if name not in before:
            known = ", ".join(before) or "none"
            return f"of: {name!r} is no measurement before it ({known}); correct the name or the order"
    first, second = (before[name].unit for name in definition.of)
    if first != second or (isinstance(definition, Difference) and definition.unit != first):
        return f"of: cannot combine {first} and {second} to {definition.unit}; choose measurements of one unit"
    return None
