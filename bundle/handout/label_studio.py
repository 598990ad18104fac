# SPDX-License-Identifier: Apache-2.0
"""Points as predictions of Label Studio's tasks, and the interface to label them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from bundle.coordinates import to_fractions
from bundle.files import write_text
from bundle.handed_out import PICTURES, HandedFilm, HandedOut

TASKS, INTERFACE = "tasks.json", "interface.xml"
_POINT_PERCENT = 0.5  # how wide a point is drawn


def write_label_studio(folder: Path, handed: HandedOut) -> str:
    """Write tasks whose pictures are read from the folder, and the labelling interface.

    Returns:
        How the folder is opened.
    """
    labels = "".join(f"    <Label value={quoteattr(name)}/>\n" for name in handed.landmarks)
    interface = f'<View>\n  <KeyPointLabels name="points" toName="image">\n{labels}  </KeyPointLabels>\n'
    write_text(folder / INTERFACE, f'{interface}  <Image name="image" value="$image" zoomControl="true"/>\n</View>\n')
    tasks = [_task(film, handed.model) for film in handed.films]
    write_text(folder / TASKS, json.dumps(tasks, indent=1, ensure_ascii=False) + "\n")
    return (
        f"LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={folder.resolve()} "
        f"label-studio; add {folder / PICTURES} as local storage, take {INTERFACE} as interface, import {TASKS}"
    )


def _task(film: HandedFilm, model: str | None) -> dict[str, Any]:
    results = [_result(number, name, point, film) for number, (name, point) in enumerate(film.points.items())]
    predictions = [{"model_version": (model or "")[:12], "result": results}] if results else []
    return {"data": {"image": f"/data/local-files/?d={PICTURES}/{film.picture}"}, "predictions": predictions}


def _result(number: int, name: str, point: tuple[float, float], film: HandedFilm) -> dict[str, Any]:
    x, y = (100 * to_fractions(point, film.size)).tolist()
    return {
        "id": f"point{number}",
        "from_name": "points",
        "to_name": "image",
        "type": "keypointlabels",
        "original_width": film.size[0],
        "original_height": film.size[1],
        "image_rotation": 0,
        "value": {"x": x, "y": y, "width": _POINT_PERCENT, "keypointlabels": [name]},
    }
