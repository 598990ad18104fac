# SPDX-License-Identifier: Apache-2.0
"""Points as COCO keypoints in the form in which CVAT writes and reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bundle.coordinates import to_coco, to_corner
from bundle.files import write_text
from bundle.handed_out import PICTURES, HandedFilm, HandedOut

ANNOTATIONS = "annotations.json"
CATEGORY = "landmarks"


def write_coco(folder: Path, handed: HandedOut) -> str:
    """Write one file for all pictures; one without points is listed, without an annotation.

    Returns:
        How the folder is opened.
    """
    numbered = list(enumerate(handed.films, start=1))
    content = {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {"contributor": "", "date_created": "", "description": "", "url": "", "version": "", "year": ""},
        "categories": [
            {
                "id": 1,
                "name": CATEGORY,
                "supercategory": "",
                "keypoints": list(handed.landmarks),
                "skeleton": [[start + 1, end + 1] for start, end in handed.skeleton],
            }
        ],
        "images": [
            {"id": number, "width": film.size[0], "height": film.size[1], "file_name": film.picture}
            for number, film in numbered
        ],
        "annotations": [_annotation(number, film, handed.landmarks) for number, film in numbered if film.points],
    }
    write_text(folder / ANNOTATIONS, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return (
        f"in CVAT make a task of {folder / PICTURES}, with a skeleton {CATEGORY!r} of these landmarks; "
        f"upload {folder / ANNOTATIONS} as COCO Keypoints 1.0"
    )


def _annotation(number: int, film: HandedFilm, landmarks: tuple[str, ...]) -> dict[str, Any]:
    points = np.array([film.points.get(name, (np.nan, np.nan)) for name in landmarks])
    left, top = np.nanmin(points, axis=0)
    width, height = np.nanmax(points, axis=0) - (left, top)
    return {
        "id": number,
        "image_id": number,
        "category_id": 1,
        "segmentation": [],
        "area": float(width * height),
        "bbox": [float(left), float(top), float(width), float(height)],
        "iscrowd": 0,
        "attributes": {"occluded": False},  # by which readers know that CVAT's pixels are meant, from the corner
        "keypoints": to_coco(to_corner(points)).flatten().tolist(),
        "num_keypoints": len(film.points),
    }
