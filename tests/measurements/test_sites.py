# SPDX-License-Identifier: Apache-2.0
"""Every shipped file against its landmark set, on synthetic people and on real films."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bundle.importers.landmark_sets import LANDMARK_SETS
from bundle.measurements import choose_measurements, measure
from bundle.measurements.registry import SHIPPED
from bundle.synthetic import anatomy_chest, anatomy_hand, anatomy_pelvis

SYNTHETIC = {module.SITE.name: module.SITE for module in (anatomy_pelvis, anatomy_hand, anatomy_chest)}
OWN = ("left triradiate cartilage", "left lateral acetabular edge")
SETS = {
    **{name: landmarks.landmarks for name, landmarks in LANDMARK_SETS.items()},
    **{name: site.landmarks for name, site in SYNTHETIC.items()},
    "infant_hip": (*OWN, *(name.replace("left", "right") for name in OWN)),
}


def test_every_file_fits_its_landmark_set_and_no_name_is_used_twice() -> None:
    assert set(SHIPPED) == set(SETS)
    names = [definition.name for site, landmarks in SETS.items() for definition in choose_measurements(site, landmarks)]
    codes = [definition.code for site, landmarks in SETS.items() for definition in choose_measurements(site, landmarks)]
    assert len(names) == len(set(names)) == len(set(codes)) > 60
    for site, landmarks in SETS.items():
        assert choose_measurements("auto", landmarks) == choose_measurements(site, landmarks)


PLAUSIBLE = {
    "Lateral centre-edge angle, right": (20, 70),
    "Lateral centre-edge angle, left": (20, 70),
    "Leg-length difference, right minus left": (-25, 25),
    "PS-SI index": (0.05, 0.7),
    "Distance of sacroiliac joints": (80, 140),
    "Thumb, metacarpal": (34, 58),
    "Middle finger, proximal phalanx": (35, 57),
    "Little finger, distal phalanx": (10, 22),
    "2D:4D ratio": (0.7, 1.3),
    "Cardiothoracic ratio": (0.35, 0.7),
    "Thoracic width": (210, 330),
}
"""Ranges on synthetic people, whose proportions vary more than people's."""


@pytest.mark.parametrize("site", SYNTHETIC)
def test_values_on_synthetic_people(site: str) -> None:
    definitions = choose_measurements("auto", SYNTHETIC[site].landmarks)
    judged = set()
    for seed in range(3):
        rng = np.random.default_rng(seed)
        person, beam = SYNTHETIC[site].person(rng), SYNTHETIC[site].beam(rng, 400)
        points, _ = beam.project(person.landmarks)
        mirrored = points * [-1, 1] + [beam.columns - 1, 0]
        spacing, size = (beam.pixel, beam.pixel), (beam.columns, beam.rows)
        measured = measure(definitions, SYNTHETIC[site].landmarks, points, spacing, size)
        assert np.isfinite([result.value for result in measured]).all()
        for result in measured:
            if result.name in PLAUSIBLE:
                low, high = PLAUSIBLE[result.name]
                assert low < result.value < high, result.name
                judged.add(result.name)
        again = measure(definitions, SYNTHETIC[site].landmarks, mirrored, spacing, size)
        assert [result.value for result in again] == pytest.approx([result.value for result in measured])
    assert len(judged) >= 2


def test_signs_on_a_pelvis_drawn_by_hand() -> None:
    """Patient's right on the left of the film, y down, 1 px = 1 mm."""
    points = {
        "right femoral head centre": (100, 200),
        "left femoral head centre": (300, 200),
        "right lateral acetabular edge": (90, 180),  # 10 lateral, 20 above
        "left lateral acetabular edge": (295, 180),  # 5 medial: uncovered
        "right lesser trochanter tip": (110, 270),
        "left lesser trochanter tip": (290, 262),
        "right ischial tuberosity lowest point": (150, 260),
        "left ischial tuberosity lowest point": (250, 260),
        "pubic symphysis superior": (200, 190),
        "pubic symphysis inferior": (200, 230),
        "coccyx tip": (200, 175),
        "sacral promontory": (200, 60),
        "right sacroiliac joint lower end": (150, 130),
        "left sacroiliac joint lower end": (250, 130),
    }
    names = SYNTHETIC["pelvis"].landmarks
    array = np.array([points.get(name, (np.nan, np.nan)) for name in names], dtype=float)
    definitions = choose_measurements("pelvis", names)
    found = {result.name: result.value for result in measure(definitions, names, array, (1, 1), (400, 400))}
    assert found == pytest.approx(
        {
            "Lateral centre-edge angle, right": np.rad2deg(np.arctan2(10, 20)),
            "Lateral centre-edge angle, left": -np.rad2deg(np.arctan2(5, 20)),
            "Lesser trochanter below ischial line, right": 10,
            "Lesser trochanter below ischial line, left": 2,
            "Leg-length difference, right minus left": 8,
            "Symphysis above femoral heads": 10,
            "Coccyx tip above femoral heads": 25,
            "Coccyx tip above symphysis": 15,
            "Symphysis below sacroiliac line": 60,
            "Distance of sacroiliac joints": 100,
            "PS-SI index": 0.6,
        }
    )


def test_the_acetabular_index_of_a_hip_drawn_by_hand() -> None:
    points = [[300, 200], [340, 180], [100, 200], [60, 160]]
    definitions = choose_measurements("infant_hip", SETS["infant_hip"])
    right, left = measure(definitions, SETS["infant_hip"], points, (np.nan, np.nan), (400, 400))
    assert (right.value, left.value) == pytest.approx((45, np.rad2deg(np.arctan2(20, 40))))


def ground_truth(folder: Path, site: str) -> dict[str, np.ndarray]:
    """Measurements of all films by name."""
    names, values = SETS[site], {}
    definitions = choose_measurements(site, names)
    with (folder / "landmarks.csv").open() as table:
        rows: list[dict[str, Any]] = list(csv.DictReader(table))
    for row in rows:
        with Image.open(folder / row["image"]) as picture:
            size = picture.size
        points = [[float(row[f"{axis}{index}"] or "nan") for axis in "xy"] for index in range(1, len(names) + 1)]
        spacing = float(row["spacing_mm"] or "nan")
        for result in measure(definitions, names, points, (spacing, spacing), size):
            values.setdefault(result.name, []).append(result.value)
    return {name: np.array(column) for name, column in values.items()}


@pytest.mark.real_data
def test_means_of_real_cephalograms_are_those_of_the_textbook(radiograph_data: Path) -> None:
    """Norms of the authors named in cephalogram.yaml; the challenge's patients were before orthodontic treatment."""
    found = ground_truth(radiograph_data / "ceph", "cephalogram")
    norms = {
        **{"SNA": (82, 2), "SNB": (80, 2), "ANB": (2, 2), "SN-GoGn": (32, 3), "FMA": (26, 4), "Facial angle": (88, 2)},
        **{"Y axis": (60, 3), "Palatal-mandibular angle": (26, 3), "Saddle angle": (123, 3)},
        **{"Articular angle": (143, 6), "Gonial angle": (130, 5), "Jarabak ratio": (0.635, 0.03)},
        **{"Lower facial height ratio": (0.55, 0.03), "Overjet along Frankfurt plane": (3, 3)},
    }
    for name, (norm, tolerance) in norms.items():
        assert found[name].mean() == pytest.approx(norm, abs=tolerance), name
    assert found["SNA"] - found["SNB"] == pytest.approx(found["ANB"])


@pytest.mark.real_data
def test_cobb_angles_of_real_spines_are_those_of_scoliosis(radiograph_data: Path) -> None:
    found = ground_truth(radiograph_data / "spine", "spine")
    main = found["Cobb angle MT"]
    assert 30 < np.median(main) < 45 and (main > 10).mean() > 0.9
    for other in ("Cobb angle PT", "Cobb angle TL/L"):
        assert (found[other] <= main).all()
