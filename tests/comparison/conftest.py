# SPDX-License-Identifier: Apache-2.0
"""Comparisons whose cells are written, not trained."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from bundle.comparison.cells import Cell, Plan
from bundle.comparison.methods import choose_methods
from bundle.dataset.datalist import datalist, landmark_names
from bundle.dataset.description import read_dataset
from bundle.evaluation.tables import errors_of, write_landmark_table, write_metrics
from bundle.files import write_text
from bundle.films.load_radiograph import LoadRadiographd
from bundle.metrics import summarize_errors
from bundle.run_folder import ACCEPTANCE, CONVERGENCE, METRICS, Trained, write_trained
from film_results import film_result

Pretend = Callable[..., None]
NOTHING_ELSE: Mapping[str, Any] = MappingProxyType({})


@pytest.fixture
def plan_for(dataset: Path, tmp_path: Path) -> Callable[..., Plan]:
    """Make a plan of the small data set."""

    def make(
        methods: str = "all", shots: tuple[int, ...] = (1, 4), draws: int = 2, repeated: bool = False, **changed: Any
    ) -> Plan:
        place = {"dataset_dir": dataset, "out": tmp_path / "out", "preset": "cpu"}
        return Plan(
            **{
                **place,
                "shots": shots,
                "draws": tuple(range(draws)),
                "methods": choose_methods(methods, repeated),
                **changed,
            }
        )

    return make


@pytest.fixture
def pretend() -> Pretend:
    """Write the files of a cell that was trained and evaluated: all its landmarks miss by so many pixels."""
    return write_cell


def write_cell(
    cell: Cell,
    error: float,
    converged: bool = True,
    noise: float = 0.0,
    spacing: float | None = None,
    accepted: bool = True,
    measured: Mapping[str, Any] = NOTHING_ELSE,
) -> None:
    """Write a cell; errors vary by `noise` from landmark to landmark, and more may be `measured`."""
    cell.folder.mkdir(parents=True, exist_ok=True)
    if cell.method.stage == 1:
        write_text(cell.folder / CONVERGENCE, json.dumps({"converged": converged}))
    if cell.method.stage == 2:
        write_text(cell.folder / ACCEPTANCE, json.dumps({"accepted": accepted}))
    if cell.method.stage:
        write_trained(cell.folder, Trained(1.5, False))
    folder = cell.plan.dataset_dir
    names = landmark_names(folder)
    rng = np.random.default_rng([cell.shots, cell.draw, *cell.method.key.encode()])
    results = []
    for item in datalist(folder, "test"):
        film = LoadRadiographd(keys="image")({"image": item["image"]})["image"]
        angle = rng.uniform(0, 2 * np.pi, len(item["label"]))
        miss = np.abs(error + noise * rng.standard_normal(len(angle)))[:, None]
        landmarks = item["label"] + (miss * np.stack([np.cos(angle), np.sin(angle)], -1)).astype(np.float32)
        size = tuple(film.shape[-2:])
        known = item["spacing"] if spacing is None else np.full(2, spacing, dtype=np.float32)
        attributes = {"name": item["name"], "label": item["label"], "spacing": known, "size": size}
        results.append(film_result(Path(item["image"]), names, landmarks, **attributes))
    write_landmark_table(cell.evaluation / "landmarks.csv", results)
    synthetic = read_dataset(folder).synthetic
    metrics = {"synthetic": synthetic, **summarize_errors(errors_of(results), names), **measured, "overlays": []}
    write_metrics(cell.evaluation / METRICS, metrics)


@pytest.fixture
def compared(plan_for: Callable[..., Plan]) -> Plan:
    """All methods; DAG misses by 4 px at four films and by 8 at one, where it converges in draw 1 alone."""
    comparison = plan_for()
    for cell in comparison.cells():
        if cell.method.key == "dag":
            write_cell(cell, 4.0 + 4 * (cell.shots == 1) + cell.draw, converged=cell.shots > 1 or cell.draw == 1)
    for cell in comparison.cells():
        if cell.method.key != "dag" and not (cell.method.stage == 2 and cell.diverged):
            better = {"mean_shape": 10.0, "pseudo_label": -0.5, "few_shot_dag_js": -1.0}.get(cell.method.key, 0.0)
            write_cell(cell, 4.0 + 4 * (cell.shots == 1) + cell.draw + better)
    return comparison
