# SPDX-License-Identifier: Apache-2.0
"""The same points, written as each format writes them, are imported as the same landmarks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from bundle import coordinates
from bundle.__main__ import main
from bundle.dataset.description import read_dataset

NAMES = [f"point {number}" for number in range(68)]
FILMS = ("a.png", "b.png")
SIZE = (100, 80)
FCSV_COLUMNS = "id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID"
VIA_HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"
POINTS = {film: np.random.default_rng(seed).uniform(0, 79, (68, 2)) for seed, film in enumerate(FILMS)}


def write_csv(folder: Path) -> Path:
    rows = [f"{film}," + ",".join(map(str, points.ravel())) for film, points in POINTS.items()]
    (folder / "table.csv").write_text("\n".join(rows))
    return folder / "table.csv"


def write_coco(folder: Path) -> Path:
    content = {
        "images": [{"id": film, "file_name": film} for film in FILMS],
        "annotations": [
            {"image_id": film, "category_id": 1, "keypoints": coordinates.to_coco(points).ravel().tolist()}
            for film, points in POINTS.items()
        ],
        "categories": [{"id": 1, "keypoints": NAMES}],
    }
    (folder / "coco.json").write_text(json.dumps(content))
    return folder / "coco.json"


def write_labelme(folder: Path) -> Path:
    for film, points in POINTS.items():
        shapes = [
            {"label": name, "shape_type": "point", "points": [point]}
            for name, point in zip(NAMES, coordinates.to_labelme(points).tolist(), strict=True)
        ]
        (folder / f"{Path(film).stem}.json").write_text(json.dumps({"imagePath": film, "shapes": shapes}))
    return folder


def write_slicer(folder: Path) -> Path:
    for film, points in POINTS.items():
        positions = coordinates.to_slicer(points, np.ones(3), np.zeros(3), np.eye(3)).tolist()
        control_points = [
            {"label": name, "position": position} for name, position in zip(NAMES, positions, strict=True)
        ]
        markups = [{"coordinateSystem": "LPS", "controlPoints": control_points}]
        (folder / f"{Path(film).stem}.mrk.json").write_text(json.dumps({"markups": markups}))
    return folder


def write_aasce(folder: Path) -> Path:
    rows = [",".join(map(str, (points / SIZE).T.ravel())) for points in POINTS.values()]
    (folder / "filenames.csv").write_text("\n".join(FILMS))
    (folder / "landmarks.csv").write_text("\n".join(rows))
    return folder


def write_mat(folder: Path) -> Path:
    for film, points in POINTS.items():
        savemat(folder / f"{film}.mat", {"p2": points})
    return folder


def write_fcsv(folder: Path) -> Path:
    for film, points in POINTS.items():
        head = ["# Markups fiducial file version = 4.10", "# CoordinateSystem = 0", f"# columns = {FCSV_COLUMNS}"]
        rows = [
            f"vtkMRMLMarkupsFiducialNode_{index},{-x},{-y},0,0,0,0,1,1,1,0,{name},,"
            for index, (name, (x, y)) in enumerate(zip(NAMES, points.tolist(), strict=True))
        ]
        (folder / f"{Path(film).stem}.fcsv").write_text("\n".join(head + rows))
    return folder


def write_cvat(folder: Path) -> Path:
    images = []
    for index, (film, points) in enumerate(POINTS.items()):
        shapes = [
            f'<points label="{name}" source="manual" occluded="0" points="{x!r},{y!r}" z_order="0"></points>'
            for name, (x, y) in zip(NAMES, coordinates.to_corner(points).tolist(), strict=True)
        ]
        width, height = SIZE
        images.append(f'<image id="{index}" name="{film}" width="{width}" height="{height}">{"".join(shapes)}</image>')
    xml = f"<annotations><version>1.1</version><meta/>{''.join(images)}</annotations>"
    (folder / "annotations.xml").write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{xml}')
    return folder / "annotations.xml"


def write_label_studio(folder: Path) -> Path:
    tasks = []
    for film, points in POINTS.items():
        results = [
            {
                "type": "keypointlabels",
                "original_width": SIZE[0],
                "original_height": SIZE[1],
                "image_rotation": 0,
                "value": {"x": x * 100, "y": y * 100, "width": 0.5, "keypointlabels": [name]},
            }
            for name, (x, y) in zip(NAMES, coordinates.to_fractions(points, SIZE).tolist(), strict=True)
        ]
        tasks.append({"data": {"image": f"/data/upload/1/0a1b2c3d-{film}"}, "annotations": [{"result": results}]})
    (folder / "project-1-at-2024-05-01-10-00-0a1b2c3d.json").write_text(json.dumps(tasks))
    return folder / "project-1-at-2024-05-01-10-00-0a1b2c3d.json"


def via_regions(points: np.ndarray) -> list[dict]:
    return [
        {"shape_attributes": {"name": "point", "cx": x, "cy": y}, "region_attributes": {"name": name}}
        for name, (x, y) in zip(NAMES, coordinates.to_corner(points).tolist(), strict=True)
    ]


def write_via(folder: Path) -> Path:
    entries = {
        f"{film}4711": {"filename": film, "size": 4711, "regions": via_regions(points), "file_attributes": {}}
        for film, points in POINTS.items()
    }
    (folder / "via_project.json").write_text(json.dumps({"_via_settings": {}, "_via_img_metadata": entries}))
    return folder


def write_via_csv(folder: Path) -> Path:
    with (folder / "via_export.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(VIA_HEADER.split(","))
        for film, points in POINTS.items():
            for index, region in enumerate(via_regions(points)):
                cells = [json.dumps(region[key]) for key in ("shape_attributes", "region_attributes")]
                rows.writerow([film, 4711, "{}", len(points), index, *cells])
    return folder / "via_export.csv"


def write_yolo(folder: Path) -> Path:
    for film, points in POINTS.items():
        (folder / "images" / "train").mkdir(parents=True, exist_ok=True)
        (folder / "labels" / "train").mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").resize(SIZE).save(folder / "images" / "train" / film)
        triples = [f"{x!r} {y!r} 2" for x, y in coordinates.to_fractions(points, SIZE).tolist()]
        text = folder / "labels" / "train" / f"{Path(film).stem}.txt"
        text.write_text(" ".join(["0 0.5 0.5 1 1", *triples]) + "\n")
    (folder / "data.yaml").write_text("train: images/train\nkpt_shape: [68, 3]\nnames:\n  0: spine\n")
    return folder


def write_deeplabcut(folder: Path) -> Path:
    head = ["scorer" + ",me" * 136, "bodyparts," + ",".join(f"{name},{name}" for name in NAMES), "coords" + ",x,y" * 68]
    rows = [f"labeled-data/video/{film}," + ",".join(map(str, points.ravel())) for film, points in POINTS.items()]
    (folder / "CollectedData_me.csv").write_text("\n".join(head + rows))
    return folder


def write_tps(folder: Path) -> Path:
    blocks = []
    for index, (film, points) in enumerate(POINTS.items()):
        rows = [f"{x!r} {y!r}" for x, y in coordinates.to_tps(points, SIZE[1]).tolist()]
        blocks += [f"LM={len(rows)}", *rows, f"IMAGE={film}", f"ID={index}", "SCALE=0.1"]
    (folder / "spines.TPS").write_text("\n".join(blocks))
    return folder


def write_imagej(folder: Path) -> Path:
    roifile = pytest.importorskip("roifile")
    for film, points in POINTS.items():
        rois = []
        for name, point in zip(NAMES, points, strict=True):
            roi = roifile.ImagejRoi.frompoints([point], name=name)
            roi.roitype = roifile.ROI_TYPE.POINT
            rois.append(roi)
        roifile.roiwrite(folder / f"{Path(film).stem}_RoiSet.zip", rois)
    return folder


def write_imagej_results(folder: Path) -> Path:
    for film, points in POINTS.items():
        rows = [f"{index},0,{x},{y}" for index, (x, y) in enumerate(points.tolist(), start=1)]
        (folder / f"{Path(film).stem}.csv").write_text("\n".join([" ,Mean,X,Y", *rows]))
    return folder


WRITERS = {
    "csv": write_csv,
    "coco": write_coco,
    "labelme": write_labelme,
    "slicer": write_slicer,
    "slicer fcsv": write_fcsv,
    "aasce": write_aasce,
    "aasce mat": write_mat,
    "cvat": write_cvat,
    "label-studio": write_label_studio,
    "via": write_via,
    "via csv": write_via_csv,
    "yolo": write_yolo,
    "deeplabcut": write_deeplabcut,
    "tps": write_tps,
    "imagej": write_imagej,
    "imagej results": write_imagej_results,
}

# ImageJ stores 32-bit numbers.
TOLERANCE = {"imagej": 1e-5}


@pytest.mark.parametrize("told", ["by name", "by content"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_format_gives_the_points_back(images, tmp_path, capsys, name, told) -> None:
    if name == "csv" and told == "by content":
        pytest.skip("a table without header could be anything")
    (tmp_path / "source").mkdir()
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    source = WRITERS[name](tmp_path / "source")
    form = name.split()[0]
    words = ["import", form if told == "by name" else "auto", str(source), "--out", str(tmp_path / "out")]
    words += [] if form == "yolo" else ["--images", str(images)]
    words += ["--landmark_names", str(tmp_path / "names.txt")]
    assert main([*words, "--test_fraction", "0", "--validation", "0"]) == 0, capsys.readouterr().err
    assert told == "by name" or f"taken for {form}, since" in capsys.readouterr().out
    dataset = read_dataset(tmp_path / "out")
    assert dataset.landmarks == tuple(NAMES)
    assert [film.image.name for film in dataset.training] == list(FILMS)
    for film in dataset.training:
        points = POINTS[film.image.name]
        np.testing.assert_allclose(film.landmarks, points, atol=TOLERANCE.get(name, 1e-9))
