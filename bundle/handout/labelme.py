# SPDX-License-Identifier: Apache-2.0
"""Points as LabelMe opens them: a JSON file beside each picture, and the labels to choose from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bundle.coordinates import to_labelme
from bundle.files import write_text
from bundle.handed_out import PICTURES, HandedFilm, HandedOut

LABELS = "labels.txt"


def write_labelme(folder: Path, handed: HandedOut) -> str:
    """Write the files of a folder of pictures; a picture without points has none, so that it is seen to be open.

    Returns:
        How the folder is opened.
    """
    write_text(folder / LABELS, "".join(f"{name}\n" for name in handed.landmarks))
    for film in handed.films:
        if film.points:
            write_text(folder / PICTURES / f"{film.name}.json", json.dumps(_content(film), indent=2) + "\n")
    return f"cd {folder} && labelme {PICTURES} --labels {LABELS} --nosortlabels"


def _content(film: HandedFilm) -> dict[str, Any]:
    width, height = film.size
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": [
            {
                "label": name,
                "points": [to_labelme(point).tolist()],
                "group_id": None,
                "description": "",
                "shape_type": "point",
                "flags": {},
                "mask": None,
            }
            for name, point in film.points.items()
        ],
        "imagePath": film.picture,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
