# SPDX-License-Identifier: Apache-2.0
"""Tables of the reference that are read from the package: import formats, shipped measurements."""

from __future__ import annotations

from pathlib import Path

from markdown_parts import table

from bundle.importers.formats import ANNOTATION_FORMATS
from bundle.measurements.parsing import read_definitions

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
