# SPDX-License-Identifier: Apache-2.0
"""What other programs write after a person opened what was handed out, moved points and saved: their own forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Move = Callable[[str, str, Point], Point]
"""Where a person puts a landmark of a picture; points count from the corner of the first pixel."""


def labelme(folder: Path, move: Move) -> Path:
    """LabelMe 5 saves over the file beside the picture."""
    for file in folder.glob("films/*.json"):
        opened = json.loads(file.read_text())
        shapes = [
            {**shape, "points": [list(move(file.stem, shape["label"], tuple(shape["points"][0])))]}
            for shape in opened["shapes"]
        ]
        saved = {name: opened[name] for name in ("version", "flags")} | {"shapes": shapes}
        saved |= {name: opened[name] for name in ("imagePath", "imageData", "imageHeight", "imageWidth")}
        file.write_text(json.dumps(saved, ensure_ascii=False, indent=2))
    return folder / "films"


def coco(folder: Path, move: Move) -> Path:
    """CVAT exports a task as COCO Keypoints 1.0, numbers in hundredths of a pixel, with attributes of its own."""
    opened = json.loads((folder / "annotations.json").read_text())
    names = opened["categories"][0]["keypoints"]
    images = [
        {**image, "license": 0, "flickr_url": "", "coco_url": "", "date_captured": 0} for image in opened["images"]
    ]
    pictures = {image["id"]: Path(image["file_name"]).stem for image in images}
    annotations = []
    for annotation in opened["annotations"]:
        keypoints: list[float] = []
        for index, name in enumerate(names):
            x, y, visible = annotation["keypoints"][3 * index : 3 * index + 3]
            at = move(pictures[annotation["image_id"]], name, (x, y)) if visible else (x, y)
            keypoints += [round(at[0], 2), round(at[1], 2), visible]
        attributes = {"occluded": False, "keyframe": False}
        annotations.append(
            {**annotation, "id": 10 + len(annotations), "attributes": attributes, "keypoints": keypoints}
        )
    file = folder.parent / "person_keypoints_default.json"
    file.write_text(json.dumps({**opened, "images": images, "annotations": annotations}))
    return file


def label_studio(folder: Path, move: Move) -> Path:
    """Label Studio exports submitted tasks: the person's results begin as the prediction's."""
    exported = []
    for number, task in enumerate(json.loads((folder / "tasks.json").read_text()), start=1):
        picture = Path(task["data"]["image"]).stem
        results = []
        for result in task["predictions"][0]["result"] if task["predictions"] else []:
            size, value = (result["original_width"], result["original_height"]), result["value"]
            corner = tuple(value[axis] / 100 * side for axis, side in zip("xy", size, strict=True))
            at = move(picture, value["keypointlabels"][0], corner)
            changed = at != corner
            percent = {axis: 100 * coordinate / side for axis, coordinate, side in zip("xy", at, size, strict=True)}
            value = {**value, **percent} if changed else value
            results.append({**result, "value": value, "origin": "prediction-changed" if changed else "prediction"})
        exported.append(_exported(number, task["data"], results))
    file = folder.parent / "project-1-at-2026-01-31-09-30-1f2e3d4c.json"
    file.write_text(json.dumps(exported))
    return file


def _exported(number: int, data: Mapping[str, Any], results: list[dict[str, Any]]) -> dict[str, Any]:
    annotation = {
        "id": 100 + number,
        "completed_by": 1,
        "result": results,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-01-31T09:30:00.000000Z",
        "updated_at": "2026-01-31T09:31:00.000000Z",
        "draft_created_at": None,
        "lead_time": 21.5,
        "prediction": {},
        "result_count": len(results),
        "unique_id": "0d6e2f0c-6d8a-4c0e-8f3e-1f2e3d4c5b6a",
        "import_id": None,
        "last_action": None,
        "bulk_created": False,
        "task": number,
        "project": 1,
        "updated_by": 1,
        "parent_prediction": number,
        "parent_annotation": None,
        "last_created_by": None,
    }
    more = {"meta": {}, "inner_id": number, "total_annotations": 1, "cancelled_annotations": 0, "total_predictions": 1}
    return {"id": number, "annotations": [annotation], "drafts": [], "predictions": [number], "data": data, **more}


def slicer(folder: Path, move: Move) -> Path:
    """3D Slicer saves a point list over its file; a PNG lies at the origin with 1 mm a pixel."""
    for file in folder.glob("films/*.mrk.json"):
        markup = json.loads(file.read_text())["markups"][0]
        points = []
        for point in markup["controlPoints"]:
            x, y, z = point["position"]
            if point["positionStatus"] == "defined":
                at = move(file.name.partition(".")[0], point["label"], (x + 0.5, y + 0.5))
                point = {**point, "position": [at[0] - 0.5, at[1] - 0.5, z]}
            points.append({**point, "associatedNodeID": "vtkMRMLScalarVolumeNode1"})
        saved = {**markup, "controlPoints": points, "measurements": [], "display": {"visibility": True}}
        file.write_text(json.dumps({"@schema": json.loads(file.read_text())["@schema"], "markups": [saved]}, indent=4))
    return folder / "films"


EDITED = {"slicer": slicer, "labelme": labelme, "coco": coco, "label-studio": label_studio}
