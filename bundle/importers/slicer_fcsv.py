# SPDX-License-Identifier: Apache-2.0
"""Points of 3D Slicer's older `.fcsv` lists: a header that names coordinate system and columns, then a row a point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bundle.errors import DatasetError
from bundle.importers.parsing import label, number, quoted, read_text
from bundle.importers.table import table_rows

_HEADER = re.compile(r"^#\s*(\w+)\s*=\s*(.*?)\s*$")

# Factors to LPS of the coordinate systems that the header names, or numbers; until Slicer 4.11 all lists were RAS.
_TO_LPS = {"RAS": (-1.0, -1.0, 1.0), "0": (-1.0, -1.0, 1.0), "LPS": (1.0, 1.0, 1.0), "1": (1.0, 1.0, 1.0)}
_WITHOUT_SYSTEM = "RAS"

# After the named columns, Slicer 5 writes a point's status, of which this one says that it was placed.
_DEFINED = "2"


def fcsv_positions(file: Path) -> dict[str, list[float]]:
    """LPS positions in mm by label; a point that was not placed is left out.

    Raises:
        DatasetError: naming the line that is malformed.
    """
    lines = read_text(file).splitlines()
    header = {match[1].lower(): match[2] for line in lines if (match := _HEADER.match(line))}
    columns = [name.strip() for name in header.get("columns", "").split(",")]
    if not {"label", "x", "y", "z"} <= set(columns):
        raise DatasetError(f"{file}: has no header '# columns = …' with label, x, y and z; save it in Slicer again")
    system = header.get("coordinatesystem", _WITHOUT_SYSTEM)
    if system not in _TO_LPS:
        raise DatasetError(f"{file}: CoordinateSystem is {quoted(system)}; save the points in LPS or RAS")
    positions: dict[str, list[float]] = {}
    points = "\n".join("" if line.startswith("#") else line for line in lines)
    for row, where in table_rows(file, points) if points.strip() else ():
        if len(row) < len(columns):
            raise DatasetError(f"{where}: has {len(row)} cells where the header names {len(columns)}; correct the row")
        if row[len(columns) : len(columns) + 1] in ([], [""], [_DEFINED]):
            name = label(row[columns.index("label")])
            if not name or name in positions:
                raise DatasetError(
                    f"{where}: the label is {quoted(name)}; give each point the name of its own landmark"
                )
            positions[name] = np.multiply(_TO_LPS[system], _position(row, columns, where)).tolist()
    return positions


def _position(row: Sequence[str], columns: Sequence[str], where: str) -> np.ndarray:
    position = np.array([number(row[columns.index(axis)], where) for axis in "xyz"])
    if np.isnan(position).any():
        raise DatasetError(f"{where}: has no x, y and z; place the point again")
    return position
