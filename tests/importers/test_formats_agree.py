# SPDX-License-Identifier: Apache-2.0
"""The same points, written as each format writes them, are imported as the same landmarks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bundle import coordinates
from bundle.__main__ import main
from bundle.dataset.description import read_dataset

NAMES = [f"point {number}" for number in range(68)]
FILMS = ("a.png", "b.png")
SIZE = (100, 80)
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


WRITERS = {
    "csv": write_csv,
    "coco": write_coco,
    "labelme": write_labelme,
    "slicer": write_slicer,
    "aasce": write_aasce,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_gives_the_points_back(images, tmp_path, name) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    words = ["import", name, str(WRITERS[name](tmp_path / "source")), "--out", str(tmp_path / "out")]
    words += ["--images", str(images), "--landmark-names", str(tmp_path / "names.txt")]
    assert main([*words, "--test-fraction", "0", "--validation", "0"]) == 0
    dataset = read_dataset(tmp_path / "out")
    assert dataset.landmarks == tuple(NAMES)
    assert [film.image.name for film in dataset.training] == list(FILMS)
    for film in dataset.training:
        np.testing.assert_allclose(film.landmarks, POINTS[film.image.name], atol=1e-9)
