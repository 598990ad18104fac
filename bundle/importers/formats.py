# SPDX-License-Identifier: Apache-2.0
"""The annotation formats that can be imported, by the name that the command line gives them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bundle.importers.annotations import Annotations


class Format(NamedTuple):
    """An annotation format: the function that reads it, as `module:function`, and its help."""

    reader: str
    source: str
    example: str

    def load(self) -> Callable[[Path, Path | None, tuple[str, ...] | None], Annotations]:
        """The function that reads it, imported only when it is needed."""
        module, function = self.reader.split(":")
        return getattr(importlib.import_module(f"bundle.importers.{module}"), function)


FORMATS = {
    "csv": Format(
        "landmark_csv:read_csv",
        "table of image,spacing_mm,x1,y1,… or, without header, id,x0,y0,…",
        "csv landmarks.csv --out data/ceph --landmark-set cephalogram",
    ),
    "coco": Format(
        "coco:read_coco",
        "JSON file of COCO keypoints",
        "coco person_keypoints.json --images photos --out data/hand",
    ),
    "labelme": Format(
        "labelme:read_labelme",
        "folder of LabelMe JSON files, one an image, of shapes of type point",
        "labelme annotations --images films --out data/hip",
    ),
    "slicer": Format(
        "slicer:read_slicer",
        "folder of 3D Slicer Markups NAME.mrk.json, one an image NAME",
        "slicer markups --images films --out data/pelvis",
    ),
    "isbi": Format(
        "isbi:read_isbi",
        "folder of the ISBI 2014/2015 cephalogram text files of one reader",
        "isbi 400_senior 400_junior --images RawImage --out data/ceph",
    ),
    "aasce": Format(
        "aasce:read_aasce",
        "folder of the AASCE 2019 (SpineWeb 16) filenames.csv and landmarks.csv",
        "aasce labels --images data --out data/spine",
    ),
}
