# SPDX-License-Identifier: Apache-2.0
"""Points as point lists of 3D Slicer, one beside each picture."""

from __future__ import annotations

import json
import math
from pathlib import Path

from bundle.files import write_text
from bundle.handed_out import PICTURES, HandedFilm, HandedOut
from bundle.outputs.slicer_markups import ListedPoint, expectation, point_list

_NOT_PLACED = (math.nan, math.nan)


def write_slicer(folder: Path, handed: HandedOut) -> str:
    """Write the lists; a landmark without a point stands in its list, to be placed.

    Returns:
        How the folder is opened.
    """
    for film in handed.films:
        picture = folder / PICTURES / film.picture
        points = [_listed(film, name) for name in handed.landmarks]
        text = json.dumps(point_list(picture, points), indent=2, ensure_ascii=False, allow_nan=False)
        write_text(picture.with_name(f"{picture.name}.mrk.json"), text + "\n")
    return f"drag a picture of {folder / PICTURES} and its .mrk.json into 3D Slicer; save the list over its file"


def _listed(film: HandedFilm, name: str) -> ListedPoint:
    error = expectation(film.expected.get(name, math.nan), math.nan)
    return ListedPoint(name, film.points.get(name, _NOT_PLACED), error)
