# SPDX-License-Identifier: Apache-2.0
"""What an evaluation left in its folder, read back."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bundle.csv_tables import csv_records
from bundle.errors import BundleError
from bundle.evaluation.evaluation import LANDMARKS
from bundle.evaluation.tables import read_text
from bundle.run_folder import METRICS


@dataclass(frozen=True)
class Evaluation:
    """An evaluation of N films of K landmarks; arrays hold NaN where something could not be measured.

    Attributes:
        folder: Where it lies.
        metrics: Content of `metrics.json`.
        films: Names of the films.
        skeleton: Pairs of landmark indices to join by a line.
        landmarks: `[N, K, 2]` predicted points in pixels of the stored images.
        label: `[N, K, 2]` true points in the same pixels.
        pixels: `[N, K]` radial errors in pixels.
        millimetres: `[N, K]` radial errors in mm.
        width_fraction: `[N, K]` radial errors as shares of the image width.
    """

    folder: Path
    metrics: dict[str, Any]
    films: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...]
    landmarks: np.ndarray
    label: np.ndarray
    pixels: np.ndarray
    millimetres: np.ndarray
    width_fraction: np.ndarray


def read_evaluation(folder: Path) -> Evaluation:
    """Read the folder that `write_evaluation` filled.

    Raises:
        BundleError: a file is missing or cannot be read.
    """
    try:
        metrics = json.loads(read_text(folder / METRICS))
        count = len(metrics["per_landmark"])
        rows = csv_records(read_text(folder / LANDMARKS))
        columns = {
            name: np.array([float(row[name] or "nan") for row in rows]).reshape(-1, count)
            for name in ("x", "y", "true_x", "true_y", "error_px", "error_mm", "error_width")
        }
    except (KeyError, ValueError, csv.Error) as error:
        raise BundleError(f"{folder}: is no evaluation of this bundle ({error}); evaluate again") from error
    return Evaluation(
        folder,
        metrics,
        tuple(row["name"] for row in rows[::count]),
        tuple((first, second) for first, second in metrics.get("skeleton", ())),
        np.stack([columns["x"], columns["y"]], axis=-1),
        np.stack([columns["true_x"], columns["true_y"]], axis=-1),
        columns["error_px"],
        columns["error_mm"],
        columns["error_width"],
    )
