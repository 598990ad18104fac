# SPDX-License-Identifier: Apache-2.0
"""Tables of the reference that are read from the package: import formats, measurements and their rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import ascii_lowercase
from typing import Any, get_args

from markdown_parts import table

from bundle.importers.formats import ANNOTATION_FORMATS
from bundle.measurements.definition import Definition
from bundle.measurements.parsing import read_definitions
from bundle.measurements.rules import Measurement

SITES = Path(__file__).resolve().parents[2] / "bundle" / "measurements" / "sites"


def import_formats() -> str:
    """A row a format: what its SOURCE is."""
    return table(["format", "SOURCE"], [[f"`{name}`", entry.source] for name, entry in ANNOTATION_FORMATS.items()])


def shipped_measurements() -> str:
    """A row a file: the films that it is for, as its first comment says, and what it measures."""
    rows = []
    for file in sorted(SITES.glob("*.yaml")):
        films = file.read_text().splitlines()[1].removeprefix("#").strip()
        names = "; ".join(definition.name for definition in read_definitions(file))
        rows.append([f"`{file.stem}`", films, names])
    return table(["file", "films", "measurements"], rows)


def measurement_rules() -> str:
    """A row a rule: the fields that it needs, its units, and what its value is."""
    rules, _ = get_args(Measurement)
    return table(["rule", "fields", "unit", "value"], [_rule(rule) for rule in get_args(rules)])


def _rule(rule: type[Definition]) -> list[str]:
    fields = rule.model_fields
    letters = iter(ascii_lowercase)
    names = ", ".join(f"`{name}`" for name in get_args(fields["rule"].annotation))
    own = [
        f"`{name}: {_shape(field.annotation, letters)}`" + (f" {field.description}" if field.description else "")
        for name, field in fields.items()
        if name not in Definition.model_fields
    ]
    return [names, ", ".join(own), ", ".join(_choices(fields["unit"].annotation)), rule.__doc__ or ""]


def _choices(annotation: Any) -> list[str]:
    """Of a Literal, or of a union of them."""
    return list(
        chain.from_iterable([part] if isinstance(part, str) else _choices(part) for part in get_args(annotation))
    )


def _shape(annotation: Any, letters: Iterator[str]) -> str:
    """How a field is written: a name is a letter, several are a list."""
    if annotation is str:
        return next(letters)
    parts = ("…" if part is Ellipsis else _shape(part, letters) for part in get_args(annotation))
    return f"[{', '.join(parts)}]"
